"""The two closed sets that label decisions: how an admission ends, and how an execution ends."""

from enum import StrEnum


class Verdict(StrEnum):
    """What the admission script decided about a submission.

    The first four are answers: the execution is new, an earlier one of its idempotency key, a cached
    one, or one that is under way and will be cached. All others refuse.
    """

    ADMITTED = "admitted"
    REPLAYED = "replayed"
    HIT = "hit"
    JOINED = "joined"
    IN_PROGRESS = "in_progress"
    UNCERTAIN = "uncertain"
    MISMATCH = "mismatch"
    LIMITED = "limited"
    IMPOSSIBLE = "impossible"
    BUSY = "busy"
    SHED = "shed"
    OPEN = "open"
    INSUFFICIENT = "insufficient"


class Outcome(StrEnum):
    """How one delivery of an execution ended in the worker; labels metrics and log lines.

    ``duplicate`` and ``busy`` deliveries did not run the body: the execution had already ended (or
    an earlier one answers it), or another worker holds its lease. ``stale`` ran, but another
    delivery had taken over meanwhile; ``interrupted`` ran, but its worker had to stop and gave it
    back for another delivery. ``retrying`` failed in a way that may pass, and is queued again for
    later. ``uncertain`` was cut off and must not run twice, so it ended as unknown. ``cancelled``
    was ended at its owner's word, in its body or before.
    """

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    STALE = "stale"
    INTERRUPTED = "interrupted"
    RETRYING = "retrying"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    DEAD = "dead"
