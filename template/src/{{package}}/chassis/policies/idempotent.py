"""`@idempotent`: one submission per key; duplicates get the first one's result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Stage, TaskArgs
from ..stores import Step, digest
from .canonical import canonical_json
from .chosen import chosen
from .policy import AdmissionCall, F, collect


class IdempotentOptions(BaseModel):
    """How long a result is replayed, and which fields make the key when the caller gives none."""

    model_config = ConfigDict(frozen=True)

    retention: timedelta = Field(
        default=timedelta(hours=24),
        ge=timedelta(seconds=1),
        le=timedelta(days=90),
        description="How long a success is replayed.",
    )
    fields: tuple[str, ...] = Field(
        default=(), description="Argument fields that make the key when the caller sends none."
    )
    replay_errors: bool = Field(
        default=False, description="Also keep and replay a failure that would be the same again."
    )
    repeatable: bool = Field(
        default=True,
        description="Whether a body that was cut off may run again; if not, it ends as unknown.",
    )


def key_of(options: IdempotentOptions, args: TaskArgs, given: str | None) -> str | None:
    """The caller's key, else one made of the chosen fields, else none: then every call is new."""
    if given is not None:
        return f"given:{given}"
    if not options.fields:
        return None
    values = args.model_dump()
    return "fields:" + digest(*(canonical_json(values[field]) for field in options.fields))


@dataclass(frozen=True, slots=True)
class Idempotent:
    """Claims the key in admission; settlement keeps a success and frees a failure."""

    options: IdempotentOptions
    name: str = "idempotent"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.IDEMPOTENCY,)

    def step(self, call: AdmissionCall) -> Step | None:
        """Claim the key, unless the call has none."""
        key = key_of(self.options, call.args, call.idempotency_key)
        if key is None:
            return None
        retention_ms = round(self.options.retention.total_seconds() * 1000)
        return Step(
            "idempotency",
            (call.keys.claim(call.task, call.principal.user, key),),
            {
                # What tells the same payload from another one under the same key.
                "fingerprint": digest(call.canonical_args),
                "retention_ms": retention_ms,
                **({"replay_errors": 1} if self.options.replay_errors else {}),
            },
        )


def idempotent(
    *,
    retention: timedelta = timedelta(hours=24),
    fields: tuple[str, ...] = (),
    replay_errors: bool = False,
    repeatable: bool = True,
) -> Callable[[F], F]:
    """Run at most one execution per idempotency key; replay its result for ``retention``."""
    options = chosen(
        "idempotent",
        IdempotentOptions,
        retention=retention,
        fields=fields,
        replay_errors=replay_errors,
        repeatable=repeatable,
    )
    return collect(Idempotent(options))
