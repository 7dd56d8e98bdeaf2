"""Compiles the policies of a task into one plan, and runs each part of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from ..contracts import Policy, Principal, Schedule, Stage, Task
from ..stores import Step
from .chosen import in_words
from .circuit_breaker import CircuitBreaker
from .fitting import Fitting, advice, refuse_conflicts
from .idempotent import Idempotent
from .last_good import LastGood
from .policy import (
    AdmissionCall,
    AdmissionPolicy,
    AsyncBody,
    PermissionPolicy,
    ProtectionPolicy,
    SyncBody,
)
from .surroundings import Surroundings

# What a pipeline returns is the task's own result model, untouched.
Result = Any

Layers = tuple[tuple[Stage, ProtectionPolicy], ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The plan of one task: who may, what admission asks, and what wraps the body.

    ``dependencies`` are those that a circuit breaker guards; ``runs_once`` says that a body which was
    cut off must not run again; ``remembers`` that its last good result is read before it. Sorted once: telling
    one kind of policy from another is slower than some bodies.
    """

    policies: tuple[Policy, ...]
    permissions: tuple[PermissionPolicy, ...]
    admissions: tuple[AdmissionPolicy, ...]
    inside_out: Layers
    dependencies: tuple[str, ...]
    runs_once: bool
    remembers: bool
    # What fits together and is still seldom meant, for whoever starts the service.
    advice: tuple[str, ...] = ()

    def describe(self) -> tuple[str, ...]:
        """The plan in words, outermost first, one line per stage of each policy."""
        lines = [
            (stage, f"{stage.name.lower()}: {policy.name}({in_words(policy.options)})")
            for policy in self.policies
            for stage in policy.stages
        ]
        return tuple(line for _, line in sorted(lines, key=lambda pair: pair[0]))

    def require(self, principal: Principal, task: str) -> None:
        """Raises NotAuthorized, unless the caller may run the task."""
        for policy in self.permissions:
            policy.require(principal, task)

    def steps(self, call: AdmissionCall) -> tuple[Step, ...]:
        """What the admission script has to check and write for this call, in order."""
        steps = (policy.step(call) for policy in self.admissions)
        return tuple(step for step in steps if step is not None)

    async def run_async(self, body: AsyncBody, surroundings: Surroundings) -> Result:
        """Run an `async def` body inside its protection policies."""
        for stage, policy in self.inside_out:
            body = policy.around_async(stage, body, surroundings)
        return await body(1)

    def run_sync(self, body: SyncBody, surroundings: Surroundings) -> Result:
        """Run a `def` body inside its protection policies."""
        for stage, policy in self.inside_out:
            body = policy.around_sync(stage, body, surroundings)
        return body(1)


def pipeline_of(task: Task[Any, Any]) -> Pipeline:
    """The plan of a task, as this room made it."""
    assert isinstance(task.plan, Pipeline)  # noqa: S101 - contracts know less of it
    return task.plan


def with_options(policy: Policy, options: BaseModel) -> Policy:
    """The policy with other numbers; itself when they are what it has."""
    if options == policy.options:
        return policy
    # Every policy is a frozen dataclass; its protocol cannot say so.
    changed: Any = policy
    found: Policy = replace(changed, options=options)
    return found


def recompiled(task: Task[Any, Any], policies: Sequence[Policy]) -> Task[Any, Any]:
    """The task under other policies. Raises PolicyConflict."""
    plan = compile_policies(
        task.name,
        policies,
        task.args_model,
        result=task.result_model,
        retries=task.retries,
        schedule=task.schedule,
    )
    return replace(task, plan=plan)


def compile_policies(
    task: str,
    policies: Sequence[Policy],
    arguments: type[BaseModel] | None = None,
    *,
    result: type[BaseModel] | None = None,
    retries: int = 0,
    schedule: Schedule | None = None,
) -> Pipeline:
    """Check that the policies fit together and put them into the order of their stages.

    ``arguments`` and ``result`` are the task's models, ``retries`` how often an execution is queued
    again after a delivery failed, ``schedule`` when it is submitted. Raises PolicyConflict.
    """
    fitting = Fitting(task, tuple(policies), arguments, result, retries, schedule)
    refuse_conflicts(fitting)
    acting = sorted(
        (each for each in policies if each.stages),
        # Of one stage, whatever the order of writing.
        key=lambda each: (each.stages[0], each.name, each.scope),
    )
    layers = [
        (stage, policy)
        for policy in acting
        if isinstance(policy, ProtectionPolicy)
        for stage in policy.stages
        if stage >= Stage.TOTAL_TIMEOUT
    ]
    return Pipeline(
        policies=tuple(acting),
        permissions=tuple(each for each in acting if isinstance(each, PermissionPolicy)),
        admissions=tuple(each for each in acting if isinstance(each, AdmissionPolicy)),
        inside_out=tuple(sorted(layers, key=lambda layer: layer[0], reverse=True)),
        dependencies=tuple(
            each.options.dependency for each in acting if isinstance(each, CircuitBreaker)
        ),
        runs_once=any(
            isinstance(each, Idempotent) and not each.options.repeatable for each in acting
        ),
        remembers=any(isinstance(each, LastGood) for each in acting),
        advice=advice(fitting),
    )
