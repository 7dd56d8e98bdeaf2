"""What goes into and comes out of the ledger's transitions."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from ..contracts import ExecutionState, Principal, Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """What one policy asks of the scripts: an operation on its keys, with its numbers.

    ``owes`` says that settlement has to end what admission began.
    """

    operation: str
    keys: tuple[str, ...]
    numbers: dict[str, int | str] = field(default_factory=dict)
    owes: bool = True


@dataclass(frozen=True, slots=True)
class Push:
    """The Celery message of an execution, and the broker list it goes to."""

    queue_key: str
    message: str


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything the ledger is told about a submission.

    ``execution_id`` is made by the caller and kept for resends: it makes admission idempotent.
    ``fingerprint`` tells who asked for what; a resend has the same one.
    ``push`` is None when the broker is another server; the caller then pushes by itself. With a
    ``delay`` nobody pushes now: the reconciler does when it is due.
    ``replay_of`` names the dead execution that this one repeats; ``audience`` is as in the record.
    With ``runs_once``, a body that was cut off is never run again.
    """

    execution_id: str
    task: str
    queue: str
    priority: int
    args_json: str
    principal: Principal
    correlation_id: str
    traceparent: str = ""
    fingerprint: str = ""
    steps: tuple[Step, ...] = ()
    push: Push | None = None
    delay: timedelta = timedelta(0)
    replay_of: str = ""
    runs_once: bool = False
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """How admission ended; fields beyond the verdict are set where the verdict needs them.

    ``error_json`` is the failure that a replay repeats; ``is_stale`` says that a cached result is
    past its time and is being computed anew; ``is_refresh`` that this very submission does so, behind
    its answer.
    """

    verdict: Verdict
    execution_id: str
    policy: str = ""
    retry_after_seconds: float | None = None
    result_json: str | None = None
    error_json: str | None = None
    is_stale: bool = False
    is_refresh: bool = False
    credit_type: str = ""
    needed: int = 0
    balance: int = 0
    holds: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """How a delivery began. Only ``started`` runs the body.

    ``verdict`` is one of started, busy (somebody has it, or its last delivery waits for the
    reconciler), settled, missing, misdirected (``task`` is then whose execution it is), or one that
    the reader has to settle, with ``fence`` and ``settlement``: exhausted (as dead), cancelling (as
    cancelled) and uncertain (as unknown). ``retries`` counts how often it was postponed;
    ``was_postponed`` says that it was so just before, and has to retake what it gave back.
    """

    verdict: str
    execution_id: str
    token: str
    task: str = ""
    args_json: str = ""
    principal: Principal | None = None
    settlement: tuple[Step, ...] = ()
    correlation_id: str = ""
    traceparent: str = ""
    delivery: int = 0
    fence: int = 0
    waited_seconds: float = 0.0
    retry_after_seconds: float | None = None
    retries: int = 0
    was_postponed: bool = False


class Beat(StrEnum):
    """What a heartbeat is told: the lease is extended, and is the body to stop? Or it is lost."""

    EXTENDED = "extended"
    CANCELLING = "cancelling"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Ack:
    """The message of a delivery as the transport has booked it, to be acknowledged with its end.

    Only where broker and state share a standalone server.
    """

    unacked_key: str
    index_key: str
    delivery_tag: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a delivery ended. ``token`` is the one its begin was sent with.

    ``is_degraded``: a fallback made the result, which is not the real one; ``is_final`` says that it
    counts all the same. ``is_permanent``: the failure would be the same again. ``is_unrun``: no body of it
    ever began.
    """

    execution_id: str
    tenant: str
    fence: int
    token: str
    state: ExecutionState
    result_json: str = ""
    error_json: str = ""
    steps: tuple[Step, ...] = ()
    events: tuple[str, ...] = ()
    used: dict[str, int] = field(default_factory=dict)
    is_degraded: bool = False
    is_permanent: bool = False
    is_unrun: bool = False
    is_final: bool = True
    ack: Ack | None = None


@dataclass(frozen=True, slots=True)
class Postponement:
    """One delivery's failure, after which the execution is to be tried again."""

    execution_id: str
    tenant: str
    fence: int
    token: str
    delay: timedelta
    error_json: str
    steps: tuple[Step, ...] = ()
    ack: Ack | None = None


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """What became of a request to cancel.

    ``verdict`` is requested (it runs; its worker ends it), queued (whoever reads this settles it as
    cancelled, with ``fence`` and ``settlement``), settled (``state`` says how) or missing.
    """

    verdict: str
    state: ExecutionState | None = None
    fence: int = 0
    settlement: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Republished:
    """What the reconciler found: republished, not_due, waiting (for another one's last delivery),
    settled, or one that it has to settle: cancelling, uncertain, exhausted or unknown.

    ``was`` is the state before (or delayed); ``settlement`` is what must be settled.
    """

    verdict: str
    was: str = ""
    deliveries: int = 0
    fence: int = 0
    settlement: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """What it takes to queue a recorded execution again."""

    task: str
    queue: str
    priority: int
    correlation_id: str
    traceparent: str
    deliveries: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """Some of a tenant's overdue executions, and the counts of open, overdue and dead ones.

    ``next_seconds`` is when the first that is not overdue yet will be; None when there is none.
    """

    open: int
    overdue: int
    dead: int
    execution_ids: tuple[str, ...]
    next_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class LedgerOptions:
    """Times and limits of the ledger; the worker room's options fill them in."""

    lease: timedelta
    retention: timedelta
    republish_after: timedelta
    max_deliveries: int
    result_inline_bytes: int = 16_384
    dead_retention: timedelta = timedelta(days=14)
    durable_accepts: bool = False
