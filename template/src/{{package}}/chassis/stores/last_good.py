"""The last good result of a task, as settlement has kept it."""

from .calls import Call, load_script
from .keys import TenantKeys


def last_good_result(keys: TenantKeys, task: str) -> Call[str | None]:
    """Read it as JSON; None when there is none."""
    return Call(load_script("read"), (keys.last_good(task),), ("result",), lambda reply: reply[0])
