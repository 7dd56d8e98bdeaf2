"""The admission script as a call: for an execution that is queued, runs here at once, or leaves none."""

from datetime import timedelta

from .arguments import milliseconds, numbered, record_fields, to_json
from .calls import Call, load_script
from .keys import Keys
from .replies import to_admission
from .transitions import Admission, Submission


def admit_here(
    keys: Keys, submission: Submission, lease: timedelta, *, is_durable: bool = False
) -> Call[Admission]:
    """Decide and record what runs at once in this process, as its only delivery, of fence 1.

    What is not settled within the lease, the reconciler settles as unknown.
    """
    lease_ms = str(milliseconds(lease))
    return admission(keys, submission, lease_ms, "caller", is_durable=is_durable)


def ask(keys: Keys, submission: Submission) -> Call[Admission]:
    """Decide, and record nothing: for steps that owe nothing."""
    return admission(keys, submission, "0", "nobody")


def admission(
    keys: Keys,
    submission: Submission,
    look_after_ms: str,
    taker: str = "",
    *,
    is_durable: bool = False,
) -> Call[Admission]:
    """Decide, and record what is admitted for its ``taker``; a queue, where none is named.

    The reconciler looks after it once ``look_after_ms`` have passed.
    """
    names = keys.tenant(submission.principal.tenant)
    script_keys = [names.execution(submission.execution_id), names.due]
    push = None if submission.delay else submission.push
    if push is not None:
        script_keys.append(push.queue_key)
    steps = numbered(script_keys, submission.steps)
    return Call(
        load_script("admit"),
        tuple(script_keys),
        (
            submission.execution_id,
            submission.fingerprint,
            look_after_ms,
            str(milliseconds(submission.delay)),
            to_json(steps) if steps else "",
            "" if push is None else push.message,
            "durable" if is_durable else "",
            taker,
            *record_fields(submission),
        ),
        lambda reply: to_admission(submission.execution_id, reply),
        is_durable=is_durable,
    )
