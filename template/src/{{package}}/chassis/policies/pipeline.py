"""Compiles the policies of a task into one plan, and runs each half of it."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from ..contracts import Policy, PolicyConflict, Stage
from ..stores import Step
from .idempotent import Idempotent
from .policy import AdmissionCall, AdmissionPolicy, AsyncBody, ProtectionPolicy, SyncBody
from .rate_limit import RateLimit

# What a pipeline returns is the task's own result model, untouched.
Result = Any


def compile_policies(
    task: str, policies: Sequence[Policy], arguments: frozenset[str]
) -> tuple[Policy, ...]:
    """Check that the policies fit together and put them into the order of their stages.

    ``arguments`` are the names of the task's argument fields. Raises PolicyConflict.
    """
    _refuse_twins(task, policies)
    _refuse_unknown_fields(task, policies, arguments)
    return tuple(sorted((p for p in policies if p.stages), key=lambda policy: policy.stages[0]))


def admission_steps(policies: Sequence[Policy], call: AdmissionCall) -> tuple[Step, ...]:
    """What the admission script has to check and write for this call, in order."""
    steps = (policy.step(call) for policy in policies if isinstance(policy, AdmissionPolicy))
    return tuple(step for step in steps if step is not None)


async def run_async(policies: tuple[Policy, ...], body: AsyncBody) -> Result:
    """Run an `async def` body inside its protection policies."""
    for stage, policy in _inside_out(policies):
        body = policy.around_async(stage, body)
    return await body(1)


def run_sync(policies: tuple[Policy, ...], body: SyncBody) -> Result:
    """Run a `def` body inside its protection policies."""
    for stage, policy in _inside_out(policies):
        body = policy.around_sync(stage, body)
    return body(1)


# Once per task: telling one protocol from another is slower than some bodies.
@cache
def _inside_out(policies: tuple[Policy, ...]) -> list[tuple[Stage, ProtectionPolicy]]:
    layers = [
        (stage, policy)
        for policy in policies
        if isinstance(policy, ProtectionPolicy)
        for stage in policy.stages
    ]
    return sorted(layers, key=lambda layer: layer[0], reverse=True)


def _refuse_twins(task: str, policies: Sequence[Policy]) -> None:
    scopes = Counter(_scope(policy) for policy in policies)
    for scope, count in scopes.items():
        if count > 1:
            message = f"task '{task}' carries @{scope} {count} times; keep one"
            raise PolicyConflict(message)


def _scope(policy: Policy) -> str:
    # Several limits may guard one task, but only one per kind of subject.
    if isinstance(policy, RateLimit):
        return f"rate_limit(per='{policy.options.per}')"
    return policy.name


def _refuse_unknown_fields(
    task: str, policies: Sequence[Policy], arguments: frozenset[str]
) -> None:
    for policy in policies:
        if not isinstance(policy, Idempotent):
            continue
        unknown = sorted(set(policy.options.fields) - arguments)
        if unknown:
            message = (
                f"task '{task}': idempotent(fields=...) names {', '.join(unknown)}, "
                f"but its arguments are {', '.join(sorted(arguments)) or 'none'}"
            )
            raise PolicyConflict(message)
