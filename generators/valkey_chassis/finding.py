"""One thing that does not fit: where, what, and the way out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Of `gen check` or `gen doctor`."""

    place: str
    problem: str
    way_out: str

    @property
    def text(self) -> str:
        """Two lines for people."""
        return f"{self.place}: {self.problem}\n  {self.way_out}"
