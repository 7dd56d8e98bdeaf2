"""Numbers of tasks and policies that the environment says otherwise than the source."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, create_model

from ..contracts import Priority
from ..observability import get_secure_logger
from ..policies import recompiled, with_options
from .catalogue import Setting
from .load import nearest
from .reading import read_model
from .sources import Given, Source
from .task_options import AnyTask, TaskOptions, is_tunable, section_name, sections_of

_VARIABLE: Final = re.compile(r"TASK_[A-Z0-9_]*?[A-Z0-9]__[A-Z0-9_]+")

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class Overridden:
    """Tasks as they are in force and as they were written, by name.

    ``options`` are those in force by section, ``given`` the variables that said something.
    """

    tasks: Mapping[str, AnyTask]
    written: Mapping[str, AnyTask]
    options: Mapping[str, BaseModel]
    given: Mapping[str, Given]


def override_tasks(tasks: Iterable[AnyTask], sources: Sequence[Source]) -> Overridden:
    """The tasks with each option that a TASK_* variable says otherwise, and their plans anew.

    Raises ConfigurationError naming each wrong variable, its value, what is allowed and the way
    out. A variable of a task that is not there is logged: during a deploy it may be another
    version's.
    """
    written = {each.name: each for each in tasks}
    sections = {name: tuple(sections_of(each)) for name, each in written.items()}
    every = [section for found in sections.values() for section in found]
    if not any(_VARIABLE.fullmatch(variable) for _, source in sources for variable in source):
        # As nearly everywhere, and then hundreds of tasks need no description.
        return Overridden(written, written, {each.name: each.options for each in every}, {})
    described = {
        name: [row for section in found for row in section.describe()]
        for name, found in sections.items()
    }
    models: dict[str, Any] = {each.name: (type(each.options), ...) for each in every}
    values, read = read_model(
        create_model("Overrides", **models),
        [row for rows in described.values() for row in rows if is_tunable(row)],
        sources,
        written={each.name: dict(each.options) for each in every},
        wrong_already=tuple(_misnamed(described, sources)),
    )
    options = {each.name: getattr(values, each.name) for each in every}
    # An empty value, as `${NAME:-}` makes it, says nothing.
    given = {row.variable: value for row, value in read.items() if value.text}
    said_of = {row.section for row in read if row.variable in given}
    # The same object where nothing is said of it: most tasks are as they were written.
    in_force = {
        name: _with(task, options) if said_of & {each.name for each in sections[name]} else task
        for name, task in written.items()
    }
    return Overridden(in_force, written, options, given)


def _with(task: AnyTask, options: Mapping[str, BaseModel]) -> AnyTask:
    own = options[f"task_{task.name}"]
    assert isinstance(own, TaskOptions)  # noqa: S101 - by the name of its section
    policies = [
        with_options(policy, options[section_name(task, policy)]) for policy in task.policies
    ]
    task = replace(
        task,
        priority=Priority[own.priority.upper()],
        retries=own.retries,
        retry_delay=own.retry_delay,
    )
    return recompiled(task, policies)


def _misnamed(
    described: Mapping[str, Sequence[Setting]], sources: Sequence[Source]
) -> Iterator[str]:
    known = {row.variable: row for rows in described.values() for row in rows}
    given = {name: text for _, source in reversed(sources) for name, text in source.items()}
    for variable in sorted(filter(_VARIABLE.fullmatch, given)):
        row = known.get(variable) or known.get(variable.removesuffix("_FILE"))
        if row is None:
            yield from _unknown(variable, given[variable], described)
        elif not is_tunable(row):
            yield (
                f"{variable} is set, but '{row.field}' says what the policy is, not how much; "
                f"change it in the source"
            )


def _unknown(variable: str, text: str, described: Mapping[str, Sequence[Setting]]) -> Iterator[str]:
    owners = [name for name in described if variable.startswith(f"TASK_{name.upper()}__")]
    if not owners:
        hint = nearest(variable.partition("__")[0], [f"TASK_{name.upper()}" for name in described])
        _log.warning("override of an unknown task", variable=variable, hint=hint)
        return
    task = max(owners, key=len)
    names = [row.variable for row in described[task] if is_tunable(row)]
    yield (
        f"{variable} is {json.dumps(text[:100])}, and task '{task}' has no such option; "
        f"{nearest(variable, names)}. `tasks --explain {task}` lists those it has"
    )
