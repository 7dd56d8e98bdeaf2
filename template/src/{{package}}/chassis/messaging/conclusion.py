"""Decides what becomes of an event once its handlers have had their turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..stores import Taken

DIED = "its process ended before it could answer"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """``acknowledge``: all handled. Otherwise ``dead`` says who gave up and why; when it is empty
    too, somebody has to see the event again.
    """

    acknowledge: bool
    dead: Mapping[str, str]


def conclude(
    taken: Mapping[str, Taken], errors: Mapping[str, str], max_deliveries: int
) -> Conclusion:
    """Judge by what each handler was to do (``taken``) and how those that ran ended (``errors``).

    An event is given up only when no handler of it can still succeed.
    """
    dead: dict[str, str] = {}
    for name, turn in taken.items():
        error = errors.get(name, turn.error)
        match turn.verdict:
            case "handled":
                continue
            case "exhausted":
                dead[name] = error or DIED
            case "run" if not error:
                continue
            case "run" if turn.deliveries >= max_deliveries:
                dead[name] = error
            case _:
                return Conclusion(acknowledge=False, dead={})
    return Conclusion(acknowledge=not dead, dead=dead)


def in_words(dead: Mapping[str, str], max_deliveries: int) -> str:
    """The reason on the dead letter."""
    reasons = [f"handler '{name}': {error}" for name, error in dead.items()]
    return f"given up after {max_deliveries} deliveries; " + "; ".join(reasons)
