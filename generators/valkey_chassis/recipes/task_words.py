"""Reads the decorators of a task back as words of the command line: `task_policies` the other way round."""

import ast
import datetime as dt
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ..errors import UsageRefused
from ..fields import literals
from ..inventory import DEFAULT_QUEUES
from ..names import in_words
from ..wire_limits import Unknown, computed
from .task_options import OPTIONS, TaskOptions, read_about, read_options
from .task_policies import policy_lines, task_line

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
# `Any`: of whatever type a parameter of a decorator is.
Arguments: TypeAlias = Mapping[str, Any]
Words: TypeAlias = Mapping[str, str | bool]

# Where a parameter takes all positional arguments that follow.
_ALL: Final = "*names"


@dataclass(frozen=True, slots=True)
class Form:
    """A decorator of the chassis: its parameters in order, with their defaults, and the words for them."""

    parameters: Arguments
    words: Callable[[Arguments], Mapping[str, str]]


def words_of(function: Function, task: str) -> Words:
    """The options that come nearest to a function under ``@task``, as a note holds them."""
    words: dict[str, str | bool] = {"about": _about(function, task), "cpu": _is_sync(function)}
    for decorator in function.decorator_list:
        name, arguments = _call(decorator, function.name, is_sync=_is_sync(function))
        if name in FORMS:
            words |= FORMS[name].words(arguments)
    if words.get("queue") == DEFAULT_QUEUES["sync" if words["cpu"] else "async"]:
        del words["queue"]
    if words.get("credit_type") == task:
        del words["credit_type"]
    return words


def key_fields(function: Function) -> tuple[str, ...]:
    """The fields of its input that make its idempotency key."""
    calls = dict(_call(each) for each in function.decorator_list)
    return _texts(calls["idempotent"]["fields"]) if "idempotent" in calls else ()


def taken_of(words: Words) -> Words:
    """Those of the words that gen takes: what a decorator may say is more than an option may."""
    taken: Words = {}
    for option in (each for each in OPTIONS if each in words):
        try:
            _read(more := {**taken, option: words[option]})
        except UsageRefused:
            continue
        taken = more
    return taken


def unsaid_of(function: Function, task: str, words: Words) -> list[str]:
    """The source of each decorator that these words, which gen takes, would not write as it is."""
    options = _read(words)
    is_sync = options.kind == "sync"
    policies = policy_lines(options, task, key_fields(function))
    lines = [task_line(options), *(policy.decorator for policy in policies)]
    written = dict(_call(_parsed(line), task, is_sync=is_sync) for line in lines)
    unsaid = []
    for decorator in function.decorator_list:
        name, arguments = _call(decorator, function.name, is_sync=is_sync)
        if written.get(name) != arguments:
            unsaid.append(f"@{ast.unparse(decorator)}")
    return unsaid


def _read(words: Words) -> TaskOptions:
    given = dict.fromkeys(OPTIONS) | {"about": "", "priority": "normal"}
    return read_options(Namespace(**{**given, **words}))


def _call(node: ast.expr, function: str = "", *, is_sync: bool = False) -> tuple[str, Arguments]:
    """A decorator's name, and all arguments of it, those that go without saying included."""
    call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
    name = ast.unparse(call.func).rpartition(".")[2]
    form = FORMS.get(name)
    parameters = form.parameters if form else {}
    values = [value_of(each) for each in call.args]
    placed = (
        {_ALL: tuple(values)} if _ALL in parameters else dict(zip(parameters, values, strict=False))
    )
    named = {each.arg or "**": value_of(each.value) for each in call.keywords}
    arguments = {**parameters, **placed, **named}
    if len(placed) < len(values) and _ALL not in parameters:
        arguments["*"] = tuple(values)
    if name == "task":
        arguments["name"] = arguments["name"] or function
        arguments["queue"] = arguments["queue"] or DEFAULT_QUEUES["sync" if is_sync else "async"]
    return name, arguments


def value_of(node: ast.expr) -> Any:
    """What an argument says, as far as it stands there; else its source."""
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(map(value_of, node.elts))
    return computed(node)


def _parsed(line: str) -> ast.expr:
    return ast.parse(line.removeprefix("@"), mode="eval").body


def _is_sync(function: Function) -> bool:
    return isinstance(function, ast.FunctionDef)


def _about(function: Function, task: str) -> str:
    sentence = (ast.get_docstring(function) or "").partition("\n")[0].strip().rstrip(".")
    try:
        about = read_about(sentence)
    except UsageRefused:
        return ""
    return "" if about == in_words(task).capitalize() else about


def _said(**words: str | None) -> dict[str, str]:
    """The words that have something to say."""
    return {option: word for option, word in words.items() if word}


def _number(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value) if isinstance(value, int) else f"{value:g}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(values: object) -> tuple[str, ...]:
    return (
        tuple(each for each in values if isinstance(each, str)) if isinstance(values, tuple) else ()
    )


def _duration(value: object) -> str | None:
    return literals.say_duration(value) if isinstance(value, dt.timedelta) else None


def _task(given: Arguments) -> dict[str, str]:
    return _said(
        queue=_text(given["queue"]),
        priority=str(given["priority"]).rpartition(".")[2].lower(),
        schedule=_duration(given["every"]) or _text(given["cron"]),
        timezone=_text(given["timezone"]),
        formerly=",".join(_texts(given["formerly"])),
    )


def _rate_limit(given: Arguments) -> dict[str, str]:
    rate, per = _text(given["rate"]), _text(given["per"])
    return _said(rate_limit=f"{rate}/{per}" if rate and per else None)


def _credits(given: Arguments) -> dict[str, str]:
    held, kind = _number(given["estimate"]), _text(given["credit_type"])
    return _said(credits=held, credit_type=kind) if held and kind else {}


FORMS: Final[Mapping[str, Form]] = {
    "task": Form(
        {
            "name": None,
            "formerly": (),
            "queue": None,
            "priority": Unknown("Priority.NORMAL"),
            "every": None,
            "cron": None,
            "timezone": None,
        },
        _task,
    ),
    "require_roles": Form(
        {_ALL: (), "mode": "any"}, lambda given: _said(roles=",".join(_texts(given[_ALL])))
    ),
    "require_scopes": Form(
        {_ALL: (), "mode": "any"}, lambda given: _said(scopes=",".join(_texts(given[_ALL])))
    ),
    "idempotent": Form(
        {"retention": dt.timedelta(hours=24), "fields": ()},
        lambda given: _said(idempotent=_duration(given["retention"])),
    ),
    "rate_limit": Form({"rate": None, "per": "user"}, _rate_limit),
    "concurrency_limit": Form(
        {"limit": None}, lambda given: _said(concurrency=_number(given["limit"]))
    ),
    "cached": Form({"ttl": None}, lambda given: _said(cache=_duration(given["ttl"]))),
    "credits": Form({"credit_type": None, "estimate": 1}, _credits),
    "timeout": Form(
        {"attempt": None, "total": None},
        lambda given: _said(timeout=_number(given["attempt"]), total=_number(given["total"])),
    ),
    "retry": Form(
        {"attempts": 3, "wait_initial": 0.5, "wait_max": 30},
        lambda given: _said(retry=_number(given["attempts"])),
    ),
    "circuit_breaker": Form(
        {"dependency": None}, lambda given: _said(breaker=_text(given["dependency"]))
    ),
}
