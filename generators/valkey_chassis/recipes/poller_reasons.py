"""Why a poller has its policies, as its page tells it."""

from .policy_reasons import PolicyReason
from .poller_turns import ATTEMPTS, Turns


def poller_reasons(task: str, turns: Turns, *, answers: bool) -> tuple[PolicyReason, ...]:
    """A row for each policy, in the order of the source; ``answers`` as of `@last_good`."""
    prefix = f"TASK_{task.upper()}__"
    known = "the last good result answers" if answers else "the turn is `failed`"
    return (
        PolicyReason(
            "concurrency_limit",
            "concurrency_limit",
            "one turn at a time: two would go on from the same place, and publish the same",
            "429 `concurrency-limited`; the scheduler leaves that slot out",
            "",
        ),
        PolicyReason(
            "timeout",
            "timeout",
            f"{turns.attempt} s for one attempt and {turns.total} s for all of them: a turn that hangs "
            "has ended when the next is due",
            "the attempt counts as failed; when the total has passed, the turn is `failed`",
            f"{prefix}TIMEOUT__ATTEMPT={float(turns.attempt) / 2:g}",
        ),
        PolicyReason(
            "last_good",
            "last_good",
            "the next turn goes on from the last good one"
            + (", which also answers while the source is away" if answers else ""),
            "refuses nobody" + (": the answer is marked `degraded`" if answers else ""),
            f"{prefix}LAST_GOOD__ANSWERS={str(not answers).lower()}",
        ),
        PolicyReason(
            "retry",
            "retry",
            f"up to {ATTEMPTS} attempts: a source that is away for a moment costs no turn",
            f"{known} after the last one",
            f"{prefix}RETRY__ATTEMPTS=1",
        ),
    )
