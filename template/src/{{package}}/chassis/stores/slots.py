"""The last submitted slot of each scheduled task: what a restart and another leader go on from."""

from collections.abc import Mapping
from typing import Final

from .calls import Call, Reply, load_script
from .keys import Keys

SCHEDULER: Final = "scheduler"
"""The role whose leader submits the slots."""

# Longer than the longest of ordinary schedules, which is once a year.
FORGET_SECONDS: Final = 400 * 86_400


def last_slots(keys: Keys) -> Call[dict[str, float]]:
    """When the last slot of each task began, in seconds since 1970."""
    return Call(load_script("last_slots"), (keys.schedule,), (), _to_slots)


def keep_slots(keys: Keys, fence: int, starts: Mapping[str, float]) -> Call[bool]:
    """Keep slots as submitted; False says that another scheduler leads by now, and nothing is kept."""
    pairs = (text for task, start in starts.items() for text in (repr(float(start)), task))
    return Call(
        load_script("keep_slots"),
        (keys.leader(SCHEDULER), keys.schedule),
        (str(fence), str(FORGET_SECONDS), *pairs),
        bool,
    )


def _to_slots(reply: Reply) -> dict[str, float]:
    return {task: float(start) for task, start in zip(reply[::2], reply[1::2], strict=True)}
