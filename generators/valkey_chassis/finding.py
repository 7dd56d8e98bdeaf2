"""One thing that does not fit: where, what, and the way out."""

from dataclasses import dataclass

from .errors import Drifted, Refusal


@dataclass(frozen=True, slots=True)
class Finding:
    """Of `gen check` or `gen doctor`."""

    place: str
    problem: str
    way_out: str

    @classmethod
    def of(cls, place: object, refusal: Refusal) -> "Finding":
        """What a command refuses that goes on in spite of it."""
        return cls(str(place), refusal.problem, refusal.way_out)

    @property
    def text(self) -> str:
        """Two lines for people."""
        return f"{self.place}: {self.problem}\n  {self.way_out}"

    @property
    def drifted(self) -> Drifted:
        """The same as a refusal, of a command that cannot go on."""
        return Drifted(f"{self.place}: {self.problem}", self.way_out)
