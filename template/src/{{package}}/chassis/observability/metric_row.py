"""One row of the table of metrics, and the roles of the processes that report it."""

from dataclasses import dataclass
from typing import Final, Literal

PREFIX: Final = "service_"

Kind = Literal["counter", "gauge", "histogram"]
Role = Literal["api", "worker", "listener", "poller", "scheduler"]
ROLES: Final[tuple[Role, ...]] = ("api", "worker", "listener", "poller", "scheduler")


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: ``name`` without prefix, and the roles of the processes that report it."""

    name: str
    kind: Kind
    help: str
    roles: tuple[Role, ...]
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def exposed_names(self) -> tuple[str, ...]:
        """The series names that a scrape shows."""
        full = PREFIX + self.name
        match self.kind:
            case "counter":
                return (f"{full}_total",)
            case "gauge":
                return (full,)
            case "histogram":
                return (f"{full}_bucket", f"{full}_count", f"{full}_sum")
