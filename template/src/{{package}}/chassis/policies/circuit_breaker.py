"""`@circuit_breaker`: stop calling a dependency that fails, and try it again after a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import AttemptTimedOut, CircuitOpen, DeadlineExceeded, Stage, TaskRejected
from ..stores import Step
from .breaker import CallOutcome, CircuitLimits, Permit
from .chosen import chosen
from .policy import AdmissionCall, AsyncBody, F, SyncBody, collect
from .surroundings import Surroundings

_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)
_CLIENT_ERRORS: Final = range(400, 500)


class CircuitBreakerOptions(BaseModel):
    """Which dependency, when its circuit opens, and for how long."""

    model_config = ConfigDict(frozen=True)

    dependency: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$",
        description="What fails: tasks that name the same one share its circuit.",
    )
    failure_ratio: float = Field(
        default=0.5, gt=0, le=1, description="Share of failed calls that opens it."
    )
    minimum_throughput: int = Field(
        default=10, ge=1, le=100_000, description="Calls in the window below which it stays closed."
    )
    sampling: timedelta = Field(
        default=timedelta(seconds=30), ge=_SECOND, le=_HOUR, description="Length of the window."
    )
    break_duration: timedelta = Field(
        default=timedelta(seconds=10),
        ge=timedelta(milliseconds=10),
        le=_HOUR,
        description="The first break; each further one in a row is twice as long.",
    )
    break_duration_maximum: timedelta = Field(
        default=timedelta(minutes=5),
        ge=timedelta(milliseconds=10),
        le=timedelta(days=1),
        description="The longest break.",
    )
    probes: int = Field(
        default=1, ge=1, le=100, description="Calls let through after a break; all must succeed."
    )
    probe_lease: timedelta = Field(
        default=timedelta(seconds=30),
        ge=timedelta(milliseconds=10),
        le=_HOUR,
        description="How long a probe may take before another is let through in its place.",
    )
    isolated: bool = Field(default=False, description="Refuse every call.")
    metrics_only: bool = Field(default=False, description="Count and tell, and let all pass.")
    on: tuple[type[Exception], ...] = Field(
        default=(Exception,), description="Which errors say that the dependency fails."
    )
    ignore: tuple[type[Exception], ...] = Field(
        default=(), description="Which of them do not, after all."
    )


def outcome_of(options: CircuitBreakerOptions, error: BaseException) -> CallOutcome:
    """What an error says about the dependency.

    Nothing, when the call was cut off by us (cancelled, stopped, out of time in all), refused by
    us, or answered by the dependency that we asked for the wrong thing (a status from 400 to 499).
    An attempt that took too long is a failure, whichever errors were chosen.
    """
    if isinstance(error, AttemptTimedOut):
        return CallOutcome.FAILURE
    if not isinstance(error, Exception) or isinstance(error, TaskRejected | DeadlineExceeded):
        return CallOutcome.IGNORED
    if isinstance(error, options.ignore) or not isinstance(error, options.on):
        return CallOutcome.IGNORED
    return CallOutcome.IGNORED if _status(error) in _CLIENT_ERRORS else CallOutcome.FAILURE


@dataclass(frozen=True)
class CircuitBreaker:
    """Refuses in admission while the circuit is known to be open, and guards each attempt."""

    options: CircuitBreakerOptions
    name: str = "circuit_breaker"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.CIRCUIT, Stage.CIRCUIT_BREAKER)

    @cached_property
    def limits(self) -> CircuitLimits:
        """The same in plain numbers."""
        options = self.options
        return CircuitLimits(
            failure_ratio=options.failure_ratio,
            minimum_throughput=options.minimum_throughput,
            sampling=options.sampling.total_seconds(),
            break_duration=options.break_duration.total_seconds(),
            break_duration_maximum=options.break_duration_maximum.total_seconds(),
            probes=options.probes,
            probe_lease=options.probe_lease.total_seconds(),
            isolated=options.isolated,
            metrics_only=options.metrics_only,
        )

    def step(self, call: AdmissionCall) -> Step | None:
        """Refuse what nothing earlier answers, while calls would be refused anyway."""
        options = self.options
        if options.metrics_only:
            return None
        seconds = call.circuit_wait_seconds(options.dependency)
        if options.isolated:
            seconds = max(seconds, options.break_duration.total_seconds())
        if seconds <= 0:
            return None
        numbers: dict[str, int | str] = {
            "verdict": "open",
            "policy": self.name,
            "retry_after_ms": max(1, round(seconds * 1000)),
        }
        return Step("gate", (), numbers, owes=False)

    def around_async(self, _: Stage, body: AsyncBody, surroundings: Surroundings) -> AsyncBody:
        """Let one attempt of an `async def` body pass, or raise CircuitOpen."""

        async def guarded(attempt: int) -> object:
            permit = self._enter(surroundings)
            try:
                result = await body(attempt)
            except BaseException as error:
                self._leave(surroundings, permit, outcome_of(self.options, error))
                raise
            self._leave(surroundings, permit, CallOutcome.SUCCESS)
            return result

        return guarded

    def around_sync(self, _: Stage, body: SyncBody, surroundings: Surroundings) -> SyncBody:
        """Let one attempt of a `def` body pass, or raise CircuitOpen."""

        def guarded(attempt: int) -> object:
            permit = self._enter(surroundings)
            try:
                result = body(attempt)
            except BaseException as error:
                self._leave(surroundings, permit, outcome_of(self.options, error))
                raise
            self._leave(surroundings, permit, CallOutcome.SUCCESS)
            return result

        return guarded

    def _enter(self, surroundings: Surroundings) -> Permit:
        dependency = self.options.dependency
        permit = surroundings.breakers.circuit(dependency, self.limits).enter()
        if isinstance(permit, Permit):
            return permit
        surroundings.record(self.name, "rejected")
        message = f"'{dependency}' has failed too often; calls to it are paused"
        raise CircuitOpen(message, retry_after_seconds=permit)

    def _leave(self, surroundings: Surroundings, permit: Permit, outcome: CallOutcome) -> None:
        circuit = surroundings.breakers.circuit(self.options.dependency, self.limits)
        circuit.leave(permit, outcome)


def circuit_breaker(
    dependency: str,
    *,
    failure_ratio: float = 0.5,
    minimum_throughput: int = 10,
    sampling: timedelta = timedelta(seconds=30),
    break_duration: timedelta = timedelta(seconds=10),
    break_duration_maximum: timedelta = timedelta(minutes=5),
    probes: int = 1,
    probe_lease: timedelta = timedelta(seconds=30),
    isolated: bool = False,
    metrics_only: bool = False,
    on: type[Exception] | tuple[type[Exception], ...] = Exception,
    ignore: type[Exception] | tuple[type[Exception], ...] = (),
) -> Callable[[F], F]:
    """Pause calls to ``dependency`` while it fails; tasks that name the same one share a circuit."""
    options = chosen(
        "circuit_breaker",
        CircuitBreakerOptions,
        dependency=dependency,
        failure_ratio=failure_ratio,
        minimum_throughput=minimum_throughput,
        sampling=sampling,
        break_duration=break_duration,
        break_duration_maximum=break_duration_maximum,
        probes=probes,
        probe_lease=probe_lease,
        isolated=isolated,
        metrics_only=metrics_only,
        on=on if isinstance(on, tuple) else (on,),
        ignore=ignore if isinstance(ignore, tuple) else (ignore,),
    )
    return collect(CircuitBreaker(options))


def _status(error: Exception) -> int:
    """The HTTP status that an error carries, as the usual clients name it; 0 without one."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "status"):
            status = getattr(holder, name, None)
            if isinstance(status, int):
                return status
    return 0
