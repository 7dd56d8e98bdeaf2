"""Which policies fit together on one task; each conflict names the task, the policies, the way out."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from ..contracts import Policy, PolicyConflict
from .idempotent import Idempotent


def refuse_conflicts(
    task: str, policies: Sequence[Policy], arguments: type[BaseModel] | None
) -> None:
    """Raises PolicyConflict for the first pair of policies, or field, that does not fit."""
    _refuse_twins(task, policies)
    _refuse_unknown_fields(task, policies, arguments)


def label_of(policy: Policy) -> str:
    """The policy as its author knows it, with its scope where there may be several."""
    return f"{policy.name}({policy.scope})" if policy.scope else policy.name


def _refuse_twins(task: str, policies: Sequence[Policy]) -> None:
    for label, count in Counter(map(label_of, policies)).items():
        if count > 1:
            message = f"task '{task}' carries @{label} {count} times; keep one"
            raise PolicyConflict(message)


def _refuse_unknown_fields(
    task: str, policies: Sequence[Policy], arguments: type[BaseModel] | None
) -> None:
    known = frozenset(arguments.model_fields) if arguments else frozenset()
    for policy in policies:
        if not isinstance(policy, Idempotent):
            continue
        unknown = sorted(set(policy.options.fields) - known)
        if unknown:
            message = (
                f"task '{task}': idempotent(fields=...) names {', '.join(unknown)}, "
                f"but its arguments are {', '.join(sorted(known)) or 'none'}"
            )
            raise PolicyConflict(message)
