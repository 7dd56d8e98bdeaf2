"""What processes tell one another about dependencies that fail, and what operators say of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from .calls import Call, Reply, load_script
from .keys import Keys

Override = Literal["", "isolated", "metrics_only"]


@dataclass(frozen=True, slots=True)
class CircuitNews:
    """How many processes report on a dependency, and how many of them keep its circuit open.

    ``open_seconds`` is when the first of these will try it again; ``override`` an operator's word.
    """

    reporters: int
    open: int
    open_seconds: float
    override: Override


def report_circuit(
    keys: Keys, dependency: str, process: str, open_seconds: float, life: timedelta
) -> Call[CircuitNews]:
    """Say how long the circuit stays open here (0: it is closed), and hear what others say.

    The report counts for ``life``, by the server's clock.
    """
    numbers = (round(open_seconds * 1000), round(life.total_seconds() * 1000))
    return _news(keys, dependency, (process, *map(str, numbers)))


def read_circuit(keys: Keys, dependency: str) -> Call[CircuitNews]:
    """Hear what others say, and say nothing."""
    return _news(keys, dependency, ("", "0", "0"))


def override_circuit(keys: Keys, dependency: str, override: Override) -> Call[None]:
    """An operator's word, which counts until the next one; an empty one takes it back."""
    key = keys.circuit(dependency)
    return Call(load_script("override_circuit"), (key,), (override,), lambda _: None)


def _news(keys: Keys, dependency: str, arguments: tuple[str, ...]) -> Call[CircuitNews]:
    return Call(load_script("circuit_news"), (keys.circuit(dependency),), arguments, _to_news)


def _to_news(reply: Reply) -> CircuitNews:
    reporters, open_ones, open_ms, override = reply
    return CircuitNews(reporters, open_ones, open_ms / 1000, override)
