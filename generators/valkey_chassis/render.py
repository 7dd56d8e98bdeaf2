"""Turns the templates beside this package into text: Jinja, and nothing undefined passes."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .errors import Unproven

if TYPE_CHECKING:
    from .fields import Import

TEMPLATES: Final = Path(__file__).parent / "templates"
# `# gen: for field in fields` keeps a template readable, and parseable, as Python.
LINE_STATEMENT: Final = "# gen:"
_SHORT_FORMS: Final = {"datetime": "dt"}


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of ``template``, a path below ``templates/``."""
    # Imported here: at 0.1 s the dearest import of all, which a refusal or --help never needs.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
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
    except TemplateError as error:
        raise Unproven(f"template {template} cannot be rendered: {error}") from error


@cache
def recipe_fingerprint(recipe: str) -> str:
    """What tells the templates of a recipe from those of another release."""
    texts = [path.read_bytes() for path in sorted((TEMPLATES / recipe).glob("*.jinja"))]
    return f"sha256:{sha256(b''.join(texts)).hexdigest()}"


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
