"""`--from` and `--result-from`: turned into field specs before anything else looks at a command."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any, Final

from ..errors import Refusal, UsageRefused
from ..fields import parse_field
from ..project import Project
from .drawn import Drawn

# The list of specs that each option fills, and how people write the option.
_LISTS: Final = {"fields": ("source", "--from"), "result": ("result_source", "--result-from")}


def add_source(parser: ArgumentParser, list_name: str, what: str) -> None:
    """The option that fills a list of fields from elsewhere."""
    dest, option = _LISTS[list_name]
    parser.add_argument(
        option,
        dest=dest,
        metavar="SOURCE",
        help=f"{what}, from a JSON file or package.module:Model",
    )


def expanded(project: Project, asked: Namespace) -> tuple[Namespace, tuple[str, ...]]:
    """The same command with every field spelled out, and what to say about it. Raises UsageRefused."""
    values: dict[str, Any] = dict(vars(asked))
    notices: list[str] = []
    for list_name, (dest, option) in _LISTS.items():
        source: str | None = values.get(dest)
        if source is not None:
            # Imported here because few commands read anything.
            from .reading import read

            given: list[str] = values[list_name]
            drawn = read(project, source, skip={_name(spec) for spec in given})
            _check(drawn, source)
            values[list_name] = _merged([each.spec for each in drawn.fields], drawn.order, given)
            notices.append(f"{option} {source}: {' '.join(each.spec for each in drawn.fields)}")
            notices += drawn.notices
    return Namespace(**values), tuple(notices)


def _check(drawn: Drawn, source: str) -> None:
    """What a source says goes through the same parser, and a refusal names the place in it."""
    for each in drawn.fields:
        if ":ref." in each.spec or ".ref." in each.spec:
            # Asked of the service, which the recipe does.
            continue
        try:
            parse_field(each.spec)
        except Refusal as refusal:
            raise UsageRefused(
                f"{source}#{each.pointer} as {each.spec!r}: {refusal.problem}",
                "; ".join(filter(None, [refusal.way_out, each.way_out])),
                argument=each.spec,
                column=refusal.column,
            ) from None


def _merged(drawn: Sequence[str], order: Sequence[str], given: Sequence[str]) -> list[str]:
    """In the order of the source; what the command line says replaces or follows."""
    specs = {_name(spec): spec for spec in drawn}
    own = {_name(spec): spec for spec in given}
    kept = [own.get(name) or specs[name] for name in order if name in own or name in specs]
    # Also what is given twice, so that it is refused as it would be without a source.
    return [*kept, *(spec for spec in given if spec not in kept)]


def _name(spec: str) -> str:
    return spec.partition(":")[0]
