"""Turns templates into text: Jinja, and nothing undefined passes. A service's own win over ours."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .errors import Unproven

if TYPE_CHECKING:
    from .fields import Import

TEMPLATES: Final = Path(__file__).parent / "templates"
# The folder of the service's own templates; recipes need not hand it on to every text they make.
_own: ContextVar[Path | None] = ContextVar("own templates", default=None)
# `# gen: for field in fields` keeps a template readable, and parseable, as Python.
LINE_STATEMENT: Final = "# gen:"
_SHORT_FORMS: Final = {"datetime": "dt"}


@contextmanager
def own_templates(folder: Path) -> Iterator[None]:
    """Templates below ``folder`` win over the built-in ones of the same path, within this block."""
    before = _own.set(folder)
    try:
        yield
    finally:
        _own.reset(before)


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of ``template``, a path below ``templates/``. Raises Unproven with file and line."""
    # Imported here: at 0.1 s the dearest import of all, which a refusal or --help never needs.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_folders()),
        undefined=StrictUndefined,
        line_statement_prefix=LINE_STATEMENT,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        # Python and TOML come out, never HTML: escaping would spoil every quote.
        autoescape=False,  # noqa: S701
    )
    try:
        return environment.get_template(template).render(values)
    except Exception as error:  # whatever the expressions of a template raise
        raise _unproven(template, error) from error


def recipe_fingerprint(recipe: str) -> str:
    """What tells the templates of a recipe, own ones included, from those of another release."""
    names = sorted(path.name for path in (TEMPLATES / recipe).glob("*.jinja"))
    places = [[folder / recipe / name for folder in _folders()] for name in names]
    texts = [next(path for path in found if path.is_file()).read_bytes() for found in places]
    return f"sha256:{sha256(b''.join(texts)).hexdigest()}"


def _folders() -> tuple[Path, ...]:
    """Where templates are looked for, in this order."""
    own = _own.get()
    return (TEMPLATES,) if own is None else (own, TEMPLATES)


def _unproven(template: str, error: Exception) -> Unproven:
    file, line = _place(error)
    own = _own.get()
    place = f"{file or template}:{line}" if line else template
    if own is None or not Path(file).is_relative_to(own):
        return Unproven(
            f"template {place} cannot be rendered: {error}", "please report this command"
        )
    return Unproven(
        f"your own template {place} cannot be rendered: {error}",
        f"mend it there; what you have changed: diff -u {TEMPLATES / template} {file}",
    )


def _place(error: Exception) -> tuple[str, int]:
    """File and line of a template at which an error was raised; the innermost, and 0 without one."""
    # A syntax error knows them itself; for all others, Jinja puts templates into the traceback.
    if filename := getattr(error, "filename", None):
        return str(filename), int(getattr(error, "lineno", 0))
    place, traceback = ("", 0), error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.endswith(".jinja"):
            place = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return place


def import_block(imports: "Iterable[Import]") -> str:
    """Import statements as ruff's isort sorts them: standard library, then the rest."""
    wanted = sorted(set(imports))
    sections = (
        [each for each in wanted if each.module in sys.stdlib_module_names],
        [each for each in wanted if each.module not in sys.stdlib_module_names],
    )
    return "\n\n".join("\n".join(_statements(section)) for section in sections if section)


def written_tuple(names: Sequence[str]) -> str:
    """As the formatter leaves it on one line: with a trailing comma it would part several names."""
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"({quoted},)" if len(names) == 1 else f"({quoted})"


def _statements(imports: "list[Import]") -> list[str]:
    whole = [each.module for each in imports if not each.name]
    names: dict[str, list[str]] = {}
    for module, name in imports:
        if name:
            names.setdefault(module, []).append(name)
    return [
        *(
            f"import {m} as {_SHORT_FORMS[m]}" if m in _SHORT_FORMS else f"import {m}"
            for m in whole
        ),
        *(f"from {module} import {', '.join(each)}" for module, each in names.items()),
    ]
