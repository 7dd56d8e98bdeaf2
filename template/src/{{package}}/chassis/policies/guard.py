"""The plan of one guarded function: its policies, its name, and how its calls are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Any, Final

from ..contracts import NotAuthorized, Policy, PolicyConflict, Stage
from .acting import NOBODY, current_caller
from .call_form import CallArgs, CallForm, call_form
from .direct import DirectCall
from .guards import Guards, installed
from .pipeline import Pipeline, compile_policies
from .policy import GUARD
from .surroundings import Surroundings
from .timeout import Timeout, TimeoutOptions

LIMIT_DEFAULT: Final = timedelta(seconds=60)
# What takes longer is work for a task: its lease is renewed, and it outlives its caller.
LIMIT_MAXIMUM: Final = timedelta(hours=1)
# These keep results, and tell calls apart by their arguments.
_KEEPING: Final = frozenset({"cached", "idempotent"})
# What these begin at admission has to be settled, so the call is recorded, with a lease.
_OWING: Final = _KEEPING | {"concurrency_limit", "credits"}


@dataclass(frozen=True, slots=True)
class Guard:
    """The plan of one guarded function, and how its calls are read."""

    name: str
    pipeline: Pipeline
    form: CallForm
    limit: timedelta
    is_bounded: bool

    @property
    def answers(self) -> bool:
        """Whether a fallback may read the arguments of a call."""
        return any(policy.name == "fallback" for policy in self.pipeline.policies)

    @property
    def asks_store(self) -> bool:
        """Whether a call asks Valkey anything."""
        return bool(self.pipeline.admissions)

    def permit(self) -> None:
        """Raises NotAuthorized, unless the caller of this context may call it.

        Where nobody was named, as in a thread that lost its context, a permission is not held.
        """
        caller = current_caller()
        if caller is NOBODY and self.pipeline.permissions:
            message = (
                f"'{self.name}' asks who calls, and nobody was named here; name the caller by "
                f"acting_as(principal), the service itself by acting_as(SYSTEM)"
            )
            raise NotAuthorized(message)
        self.pipeline.require(caller.principal, self.name)

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any], guards: Guards) -> DirectCall:
        """One call on behalf of the caller of this context."""
        read = self.form.arguments(args, kwargs)
        return DirectCall(
            name=self.name,
            pipeline=self.pipeline,
            form=self.form,
            guards=guards,
            caller=current_caller(),
            args=read,
            limit=self.limit,
            execution_id=token_hex(16),
            surroundings=self._bounded(guards.surroundings(self.name), read),
        )

    def surroundings(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Surroundings:
        """Of a call that asks Valkey nothing; it runs before the service is there, too."""
        guards = installed()
        around = Surroundings(self.name) if guards is None else guards.surroundings(self.name)
        return self._bounded(around, self.form.arguments(args, kwargs) if self.answers else None)

    def _bounded(self, around: Surroundings, args: CallArgs | None) -> Surroundings:
        around.args, around.runs_once = args, self.pipeline.runs_once
        if self.is_bounded:
            around.deadline = around.clock() + self.limit.total_seconds()
        return around


def guard_of(function: Callable[..., Any]) -> Guard | None:
    """The plan of a guarded function; None for any other."""
    guard: Guard | None = getattr(function, GUARD, None)
    return guard


def compile_guard(
    function: Callable[..., Any],
    policies: Sequence[Policy],
    *,
    name: str | None = None,
    ignore: tuple[str, ...] = (),
) -> Guard:
    """The plan of a function under these policies. Raises PolicyConflict."""
    name = name or f"{function.__module__}.{function.__qualname__}"
    form = call_form(function, ignore)
    for policy in policies:
        if policy.name == "last_good":
            message = (
                f"'{name}' carries @last_good, which is for tasks; use @cached, or make it one"
            )
            raise PolicyConflict(message)
        if policy.name in _KEEPING:
            form.require(name, policy.name)
    policies, limit = _limited(name, policies)
    pipeline = compile_policies(name, policies, form.model)
    is_bounded = Stage.TOTAL_TIMEOUT in {stage for policy in policies for stage in policy.stages}
    return Guard(name, pipeline, form, limit, is_bounded)


def _limited(name: str, policies: Sequence[Policy]) -> tuple[tuple[Policy, ...], timedelta]:
    """The policies with a total timeout where a record's lease depends on it, and that timeout."""
    found = next((each for each in policies if isinstance(each, Timeout)), None)
    options = found.options if found else TimeoutOptions()
    if not any(policy.name in _OWING for policy in policies):
        return tuple(policies), timedelta(seconds=options.total) if options.total else LIMIT_DEFAULT
    total = options.total or max(LIMIT_DEFAULT.total_seconds(), options.attempt or 0)
    if total > LIMIT_MAXIMUM.total_seconds():
        message = (
            f"'{name}' may take {total:g} s, and a direct call {LIMIT_MAXIMUM.total_seconds():g} s "
            f"at most; set timeout(total=...) to that, or make it a task"
        )
        raise PolicyConflict(message)
    limited = Timeout(options.model_copy(update={"total": total}))
    return (*(each for each in policies if each is not found), limited), timedelta(seconds=total)
