"""Tries an execution again later: what a failed delivery gives back, and the next one takes again."""

from collections.abc import Sequence

from .arguments import milliseconds, numbered, to_json
from .calls import Call, load_script
from .keys import Keys
from .replies import to_retaken
from .transitions import Admission, Postponement, Step


def postpone(keys: Keys, postponement: Postponement) -> Call[str]:
    """Queue an execution for a later try.

    The reply is postponed, already (a resend), stale, or cancelling: its owner wants it to stop, and
    the caller settles it.
    """
    names = keys.tenant(postponement.tenant)
    named = [names.execution(postponement.execution_id), names.due]
    ack = postponement.ack
    if ack is not None:
        named += (ack.unacked_key, ack.index_key)
    steps = numbered(named, postponement.steps)
    return Call(
        load_script("postpone"),
        tuple(named),
        (
            postponement.execution_id,
            str(postponement.fence),
            postponement.token,
            str(milliseconds(postponement.delay)),
            postponement.error_json,
            names.notice(postponement.execution_id),
            "" if ack is None else ack.delivery_tag,
            to_json(steps) if steps else "",
        ),
        str,
        ends=True,
    )


def retake(
    keys: Keys, execution_id: str, tenant: str, fence: int, steps: Sequence[Step]
) -> Call[Admission | None]:
    """Take again what a postponed execution gave back; None when another delivery has it."""
    named = [keys.tenant(tenant).execution(execution_id)]
    numbers = numbered(named, steps)
    return Call(
        load_script("retake"),
        tuple(named),
        (execution_id, str(fence), to_json(numbers)),
        lambda reply: to_retaken(execution_id, reply),
    )
