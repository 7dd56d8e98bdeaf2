"""Decides which names a task or a field may have, and derives the names that follow from them."""

import builtins
import keyword
import re
import sys
from collections.abc import Iterable
from typing import Final

from .errors import UsageRefused

MAX_NAME: Final = 64
MAX_FIELD_NAME: Final = 40

_SNAKE_CASE: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Lower-case names that a task module imports or defines: a task called so would shadow them.
_USED_BY_TASK_MODULES: Final = _words(
    "args cached circuit_breaker concurrency_limit context credits dt event fallback guarded "
    "idempotent last_good logger on publish rate_limit require_roles require_scopes result retry router submit "
    "task timeout"
)
_USED_BY_SERVICES: Final = _words(
    "app celery chassis cli conftest copier endpoints events fastapi gen jinja2 kombu pydantic "
    "pytest redis settings src stamina starlette structlog tasks tests uvicorn valkey"
)
# A word in front that makes a better name of each kind.
_BETTER: Final = {"event": "order", "listener": "note", "endpoint": "shop", "poller": "shop"}
# Files of these names do not exist on Windows, whatever their suffix.
_DEVICES: Final = frozenset(
    ["aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))]
)

# What linters take for a password, and rightly so.
_SECRET: Final = re.compile(r"(^|_)(pas+wo?r?d|pass(phrase)?|pwd|token|secrete?)($|_)", re.ASCII)

# Builtins and module names that stand in annotations: a field called so would replace them for
# all fields below it, and pydantic would then read a wrong type or none at all.
_USED_IN_ANNOTATIONS: Final = _words("bool bytes dict dt float int list set str")
_USED_BY_PYDANTIC: Final = _words(
    "construct copy dict fields from_orm json parse_file parse_obj parse_raw schema schema_json "
    "update_forward_refs validate"
)


def check_task_name(name: str, package: str) -> None:
    """Refuse what cannot name a task of ``package``: module, function, wire name, metric label."""
    check_item_name("task", name, package)


def check_item_name(kind: str, name: str, package: str) -> None:
    """Refuse what cannot name an item of ``package``: module, function or class, wire name."""
    _check_form(kind, name, longest=MAX_NAME)
    better = f"{_BETTER.get(kind, 'run')}_{name}"
    if name.startswith("test"):
        raise _refused(kind, name, "pytest would take it for a test", better)
    if keyword.issoftkeyword(name):
        raise _refused(kind, name, "it is a keyword of Python", better)
    if name in _DEVICES:
        raise _refused(kind, name, "Windows has no such file", better)
    if hasattr(builtins, name):
        raise _refused(kind, name, "it would shadow a builtin", better)
    if name in _USED_BY_TASK_MODULES:
        raise _refused(kind, name, f"{kind} modules use that name themselves", better)
    if name in sys.stdlib_module_names or name in _USED_BY_SERVICES or name == package:
        raise _refused(kind, name, "it would shadow a module of that name", better)


def check_field_name(name: str) -> None:
    """Refuse what cannot name a field of a pydantic model; raises without a column."""
    _check_form("field", name, longest=MAX_FIELD_NAME)
    if name == "l":
        raise _refused("field", name, "it looks like the number 1", "length")
    if name in _USED_IN_ANNOTATIONS:
        raise _refused("field", name, "it would hide the type of that name", f"{name}_value")
    if name in _USED_BY_PYDANTIC or name.startswith("model_"):
        raise _refused("field", name, "pydantic's models have it already", f"the_{name}")


def sounds_secret(name: str) -> bool:
    """Whether a value of this name has no place in source code."""
    return _SECRET.search(name) is not None


def class_name(name: str) -> str:
    """``send_invoice`` -> ``SendInvoice``."""
    return "".join(part.capitalize() for part in name.split("_"))


def in_words(name: str) -> str:
    """``send_invoice`` -> ``send invoice``."""
    return name.replace("_", " ")


def snake_case(text: str) -> str:
    """The nearest name of the right form, or nothing: ``SendInvoice`` -> ``send_invoice``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower(), flags=re.ASCII).strip("_0123456789")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the closest known word, or nothing when none is close."""
    # Imported here because only a refusal needs it.
    from difflib import get_close_matches

    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def _check_form(thing: str, name: str, *, longest: int) -> None:
    allowed = "words of a-z and 0-9 joined by single underscores, a letter first"
    if not _SNAKE_CASE.fullmatch(name):
        better = snake_case(name)
        hint = f"; for example {better!r}" if better else ""
        raise UsageRefused(
            f"{name!r} cannot name {_a(thing)}", f"use {allowed}{hint}"
        ).pointing_into(name, _first_bad(name))
    if keyword.iskeyword(name):
        raise _refused(thing, name, "it is a keyword of Python", f"{name}_value")
    if len(name) > longest:
        raise UsageRefused(
            f"the {thing} name {name!r} has {len(name)} characters",
            f"{longest} are allowed here, so that no line and no metric label grows too long",
        ).pointing_into(name, longest)


def _a(thing: str) -> str:
    return f"an {thing}" if thing[0] in "aeiou" else f"a {thing}"


def _first_bad(name: str) -> int:
    right = _SNAKE_CASE.match(name)
    return right.end() if right else 0


def _refused(thing: str, name: str, reason: str, better: str) -> UsageRefused:
    refusal = UsageRefused(f"{name!r} cannot name {_a(thing)}: {reason}", f"for example {better!r}")
    refusal.argument, refusal.column = name, 0
    return refusal
