"""What the test of a task says of its policies: who submits, which numbers make a limit near, what is refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..fields import FieldSpec, Import
from ..fields.samples import fitting
from ..names import in_words
from .task_options import TaskOptions

# The `service` fixture of the chassis grants so many of each type.
CREDITS_OF_A_TEST: Final = 1_000
# A body that is cut off after so long ends its test at once, and no machine is too slow for it.
SHORTEST_SECONDS: Final = "0.05"
# From as many failures on, the circuit of a dependency opens.
CALLS_THAT_OPEN: Final = 10


@dataclass(frozen=True, slots=True)
class TaskCases:
    """Source texts for the test's template; empty where a case does not apply."""

    task: str
    options: TaskOptions
    args: Sequence[FieldSpec]
    keyed: bool

    @property
    def allowed(self) -> str:
        """What a caller needs to be let in, as keywords of ``service.caller``."""
        return caller_keywords(self._held)

    @property
    def lacking(self) -> str:
        """The kinds of permission that a caller may lack."""
        return _quoted(tuple(self._held))

    @property
    def who(self) -> str:
        """The caller of a submission, where not everybody may."""
        return ", principal=allowed(service)" if self._held else ""

    @property
    def somebody_else(self) -> str:
        """Another user of the same tenant, who may submit it as well."""
        return 'allowed(service, "another")' if self._held else 'service.caller("another")'

    @property
    def credit_type(self) -> str:
        """What its credits are called."""
        return self.options.credit_type or self.task

    @property
    def grant(self) -> str:
        """What a test needs to say first when one execution costs more than its user has."""
        return grant_for(self.credit_type, self.options.credits)

    @property
    def grant_somebody_else(self) -> str:
        """The same for another user, who has nothing."""
        if self.options.credits is None:
            return ""
        return f'service.grant("{self.credit_type}", {self.options.credits}, user="another")'

    @property
    def first_key(self) -> str:
        """A key of its own, where equal arguments would be a repetition."""
        return ', idempotency_key="first"' if self.keyed else ""

    @property
    def second_key(self) -> str:
        """Another one."""
        return ', idempotency_key="second"' if self.keyed else ""

    @property
    def is_shared(self) -> bool:
        """Whether users of a tenant share the rate limit."""
        return not self.options.rate_limit.endswith(("/user", "second", "minute", "hour", "day"))

    @property
    def near_rate(self) -> str:
        """The rate limit is reached by two submissions."""
        return self._overriding({"RATE_LIMIT__RATE": "1/hour"})

    @property
    def near_concurrency(self) -> str:
        """A second one at once is too many."""
        return self._overriding({"CONCURRENCY_LIMIT__LIMIT": "1", **self._room_for_two})

    @property
    def room_for_two(self) -> str:
        """Two submissions are no matter of the rate limit; empty where they are none anyway."""
        return self._overriding(self._room_for_two) if self._room_for_two else ""

    @property
    def room_in_main(self) -> str:
        """Room for the scheduler, whose tenant all tests and all scheduled tasks share."""
        if not self.options.rate_limit.endswith("/tenant"):
            return ""
        return self._overriding({"RATE_LIMIT__RATE": "1000/second"})

    @property
    def short(self) -> str:
        """The limit of time is reached at once, and not by waiting for another attempt."""
        options = self.options
        numbers = {"TIMEOUT__ATTEMPT": SHORTEST_SECONDS} if options.timeout is not None else {}
        if options.total is not None:
            numbers["TIMEOUT__TOTAL"] = SHORTEST_SECONDS
        if options.retry is not None:
            numbers["RETRY__ATTEMPTS"] = "1"
        return self._overriding(numbers)

    @property
    def impatient(self) -> str:
        """Attempts follow one another without a wait, whatever the circuit says."""
        numbers = {"RETRY__WAIT_INITIAL": "0", "RETRY__WAIT_JITTER": "0"}
        if self.options.breaker and (self.options.retry or 0) >= CALLS_THAT_OPEN:
            numbers["CIRCUIT_BREAKER__METRICS_ONLY"] = "true"
        return self._overriding(numbers)

    @property
    def other(self) -> str:
        """An argument that tells another submission from ``ARGS``; empty where nothing could."""
        found = self._other
        return f'"{found[0].name}": {found[1]}' if found else ""

    @property
    def imports(self) -> Iterator[Import]:
        """What the test imports for its cases."""
        if self.options.concurrency is not None or "dt.timedelta" in self.options.schedule:
            yield Import("datetime")
        if self.options.idempotent is not None and (found := self._other):
            yield from found[0].kind.value_imports

    @property
    def contracts(self) -> list[str]:
        """The names that it takes from the contracts."""
        options = self.options
        refusals = {
            "CircuitOpen": bool(options.breaker),
            "ConcurrencyLimited": options.concurrency is not None,
            "CreditsExhausted": options.credits is not None,
            "Cron": options.schedule.startswith("cron"),
            "Every": options.schedule.startswith("every"),
            "ExecutionFailed": options.retry is not None or self.is_stopped,
            "IdempotencyMismatch": options.idempotent is not None and bool(self.other),
            "NotAuthorized": bool(self._held),
            "Principal": bool(self._held),
            "RateLimited": bool(options.rate_limit),
        }
        return [name for name, used in refusals.items() if used]

    @property
    def is_stopped(self) -> bool:
        """Whether a body that does not end is stopped in a test: a `def` needs a process for it."""
        limited = self.options.timeout is not None or self.options.total is not None
        return limited and self.options.kind == "async"

    @property
    def schedule(self) -> str:
        """When it is due, as its task says."""
        form, _, when = self.options.schedule.partition("=")
        return f"{form.capitalize()}({when.replace(' timezone=', ' ')})" if when else ""

    @property
    def _held(self) -> Mapping[str, tuple[str, ...]]:
        held = {"roles": self.options.roles, "scopes": self.options.scopes}
        return {kind: names for kind, names in held.items() if names}

    @property
    def _room_for_two(self) -> dict[str, str]:
        return {"RATE_LIMIT__RATE": "2/hour"} if self.options.rate_limit.startswith("1/") else {}

    @property
    def _other(self) -> tuple[FieldSpec, str] | None:
        for field in self.args:
            taken = field.sample if field.required else field.default
            values = field.kind.candidates(field.constraints, in_words(field.name))
            for value in fitting(values, field.constraints, 2):
                if value != taken:
                    return field, field.kind.write(value)
        return None

    def _overriding(self, numbers: Mapping[str, str]) -> str:
        said = (f'TASK_{self.task.upper()}__{name}="{value}"' for name, value in numbers.items())
        return f"service.overriding({', '.join(said)})"


def caller_keywords(held: Mapping[str, Sequence[str]]) -> str:
    """The keywords of ``service.caller`` for somebody with one of each kind of permission."""
    return ", ".join(f"{kind}=[{_quoted(names[:1])}]" for kind, names in held.items())


def grant_for(name: str, credits: int | str | bool | None) -> str:
    """What a test needs to say first when one execution costs more than the test's user has."""
    amount = int(credits or 0)
    return f'service.grant("{name}", {amount})' if amount > CREDITS_OF_A_TEST else ""


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
