"""The options of a task and its policies, as variables: TASK_SEND_INVOICE__RETRY__ATTEMPTS."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Policy, Task
from ..worker.definition import RETRIES_MAXIMUM, RETRY_DELAY_MAXIMUM
from .catalogue import Setting, describe_options

AnyTask = Task[Any, Any]

# How much, how long, how often, whether. What a policy is, and whose, is the source's to say.
_TUNABLE: Final = frozenset({"boolean", "duration", "integer", "number", "rate"})


class TaskOptions(BaseModel):
    """What `@task` itself says and the environment may say otherwise."""

    model_config = ConfigDict(frozen=True)

    priority: Literal["critical", "high", "normal", "low"] = Field(
        default="normal", description="How urgent an execution is within its queue."
    )
    retries: int = Field(
        default=0,
        ge=0,
        le=RETRIES_MAXIMUM,
        description="How often an execution is queued again after a delivery failed.",
    )
    retry_delay: timedelta = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        le=RETRY_DELAY_MAXIMUM,
        description="The wait before the first of these; each further one is twice as long.",
    )


@dataclass(frozen=True, slots=True)
class OptionSection:
    """The options of one policy, or with None those of `@task`; ``name`` begins their variables."""

    name: str
    policy: Policy | None
    options: BaseModel

    def describe(self) -> tuple[Setting, ...]:
        """Every option, those included that the source alone says."""
        return describe_options(self.name, self.options)


def sections_of(task: AnyTask) -> Iterator[OptionSection]:
    """The task's own section, then those of its policies in the order of their stages."""
    own = TaskOptions.model_validate(
        {
            "priority": task.priority.name.lower(),
            "retries": task.retries,
            "retry_delay": task.retry_delay,
        }
    )
    yield OptionSection(f"task_{task.name}", None, own)
    for policy in task.policies:
        yield OptionSection(section_name(task, policy), policy, policy.options)


def section_name(task: AnyTask, policy: Policy) -> str:
    """The policy's name, with its scope where the task has several of that name."""
    several = sum(each.name == policy.name for each in task.policies) > 1
    label = f"{policy.name}_{policy.scope}" if several else policy.name
    return f"task_{task.name}__{re.sub('[^a-z0-9_]', '_', label.lower())}"


def is_tunable(row: Setting) -> bool:
    """Whether the environment may say an option otherwise."""
    return row.kind in _TUNABLE or row.field in TaskOptions.model_fields
