"""A direct call: admit -> protected body -> settle, in the process that calls; two requests, or fewer.

Written once as a generator that asks for calls and the body, for sync and async functions alike.
"""

from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from ..contracts import DeadlineExceeded, StoreUnavailable, Verdict
from ..observability import current_correlation_id, get_secure_logger
from ..stores import Admission, Settlement, Step, Submission, admit_here, ask, register_tenant
from .acting import Caller
from .answering import forgetting, is_readable, share, told
from .call_form import CallArgs, CallForm
from .earlier_calls import Effect, Pause, Steps, joined, kept
from .endings import Ending, ended_badly, ended_well
from .guards import Guards
from .outage import CLOSED, Asked, is_closed
from .pipeline import Pipeline
from .policy import AdmissionCall
from .refusal import ANSWERS, refusal
from .surroundings import Surroundings
from .usage import refuse_excess

# What is settled late is settled as unknown; a body that is stopped at its limit is not late.
LEASE_MARGIN: Final = timedelta(seconds=5)
# The operations that keep a result for later calls.
KEEPING: Final = frozenset({"cache", "idempotency"})
# Between the tries to settle; None behind the last.
SETTLE_PAUSES_SECONDS: Final = (0.1, 0.4, None)

_log = get_secure_logger(__name__)


@dataclass(frozen=True, slots=True)
class DirectCall:
    """One call of a guarded function. ``limit`` is its total timeout, ``used`` what its body says."""

    name: str
    pipeline: Pipeline
    form: CallForm
    guards: Guards
    caller: Caller
    args: CallArgs
    limit: timedelta
    execution_id: str
    surroundings: Surroundings
    used: dict[str, int] = field(default_factory=dict)

    def steps(self) -> Steps:
        """Make the call. Raises a TaskRejected when it is refused, or what the body raises."""
        asked, tenant = self._asked(), self.caller.principal.tenant
        if not asked:
            return (yield self.surroundings)
        admission = yield from self._admit(asked)
        if admission is None or not _owes(asked):
            return (yield self.surroundings)
        if admission.is_refresh:
            return (yield from self._refresh(asked, admission))
        match admission.verdict:
            case Verdict.ADMITTED:
                return (yield from self._run(asked))
            case Verdict.JOINED:
                read = self.guards.ledger.read(admission.execution_id, tenant)
                return (yield from joined(self.name, self.form, read, self.limit))
            case _:
                return kept(self.name, self.form, admission)

    def _asked(self) -> tuple[Asked, ...]:
        call = AdmissionCall(
            task=self.name,
            args=self.args,
            principal=self.caller.principal,
            keys=self.guards.ledger.keys.tenant(self.caller.principal.tenant),
            idempotency_key=self.caller.idempotency_key,
            address=self.caller.address,
            schema=self.form.schema,
            circuit_wait_seconds=self.guards.breakers.wait_seconds,
        )
        pairs = ((policy, policy.step(call)) for policy in self.pipeline.admissions)
        return tuple((policy, self._freeing(step)) for policy, step in pairs if step is not None)

    def _freeing(self, step: Step) -> Step:
        """Unless it runs once, a call whose process is gone leaves its key to the next."""
        if step.operation != "idempotency" or self.pipeline.runs_once:
            return step
        return replace(step, numbers={**step.numbers, "repeatable": 1})

    def _admit(self, asked: Sequence[Asked]) -> Generator[Effect, Any, Admission | None]:
        """The admission; None when the store is away and the plan lets the call through."""
        outages = self.guards.outages
        if all(step.operation == "gate" for _, step in asked):
            return self._judged(self._at_the_gate(asked[0][1]))
        try:
            if outages.is_fresh and not is_closed(asked):
                raise StoreUnavailable
            admission = yield from self._ask(asked)
        except StoreUnavailable as error:
            outages.failed(error)
            self._record_outage(asked)
            if is_closed(asked):
                raise
            outages.pass_without_store(self.name, asked)
            return None
        outages.answered()
        return self._judged(admission)

    def _judged(self, admission: Admission) -> Admission:
        self.guards.metrics.record_submitted(self.name, admission.verdict, admission.policy)
        if admission.verdict not in ANSWERS:
            raise refusal(self.name, self.execution_id, admission)
        return admission

    def _ask(self, asked: Sequence[Asked]) -> Generator[Effect, Any, Admission]:
        """What admission says; an answer that cannot be read is forgotten, and asked anew."""
        keys, submission = self.guards.ledger.keys, self._submission(asked)
        (sent,) = yield from told(keys, [submission])
        admission = yield from self._send(sent)
        if not is_readable(self.name, self.form.read, admission):
            yield list(forgetting(keys, submission, admission))
            admission = yield from self._send(submission)
        return admission

    def _send(self, submission: Submission) -> Generator[Effect, Any, Admission]:
        ledger, tenant = self.guards.ledger, self.caller.principal.tenant
        admission: Admission
        if not any(step.owes for step in submission.steps):
            admission = yield ask(ledger.keys, submission)
            return admission
        lease, is_durable = self.limit + LEASE_MARGIN, ledger.options.durable_accepts
        call = admit_here(ledger.keys, submission, lease, is_durable=is_durable)
        if not self.guards.is_new_tenant(tenant):
            admission = yield call
            return admission
        # Before its first execution, or the reconciler misses it.
        _, admission = yield [register_tenant(ledger.keys, tenant), call]
        self.guards.registered(tenant)
        return admission

    def _at_the_gate(self, gate: Step) -> Admission:
        """What this process knows by itself; the script has only to say it in its turn."""
        return Admission(
            Verdict(str(gate.numbers["verdict"])),
            self.execution_id,
            policy=str(gate.numbers["policy"]),
            retry_after_seconds=int(gate.numbers["retry_after_ms"]) / 1000,
        )

    def _submission(self, asked: Sequence[Asked]) -> Submission:
        return Submission(
            execution_id=self.execution_id,
            task=self.name,
            queue="",
            priority=0,
            args_json=self.args.model_dump_json() if _owes(asked) else "",
            principal=self.caller.principal,
            correlation_id=current_correlation_id(),
            traceparent=self.guards.tracing.traceparent(),
            # Nobody else has this id, so whatever comes under it is a resend.
            fingerprint=self.execution_id,
            steps=tuple(step for _, step in asked),
            # Nobody else could run it again.
            runs_once=True,
        )

    def _run(self, asked: Sequence[Asked]) -> Steps:
        """Run the body of a recorded call, and settle it."""
        try:
            result = yield self.surroundings
            if not self.surroundings.is_degraded:
                refuse_excess(self.name, self.used, (step for _, step in asked))
            keeps = any(step.operation in KEEPING for _, step in asked)
            form = self.form if keeps else replace(self.form, result=None)
            maximum = self.guards.result_bytes_maximum
            success = ended_well(self.name, form, result, self.surroundings, maximum)
        except GeneratorExit:
            raise
        except BaseException as error:
            # Its own error is what the caller needs; what is not settled now is so as unknown.
            with suppress(StoreUnavailable):
                yield from self._settle(
                    ended_badly(error, runs_once=self.pipeline.runs_once), asked
                )
            raise
        try:
            verdict = yield from self._settle(success, asked)
        except StoreUnavailable:
            if is_closed(asked):
                raise
            return result
        if verdict not in ("settled", "already"):
            message = f"'{self.name}' ended too late: it was settled as unknown meanwhile"
            raise DeadlineExceeded(message)
        return result

    def _refresh(self, asked: Sequence[Asked], admission: Admission) -> Steps:
        """Compute a stale result anew for all who ask after this caller; it owes nothing else."""
        cache = [pair for pair in asked if pair[1].operation == "cache"]
        try:
            return (yield from self._run(cache))
        except Exception:  # noqa: BLE001 - logged; the caller has an answer
            _log.warning("stale result not computed anew", function=self.name, exc_info=True)
            return kept(self.name, self.form, admission)

    def _settle(self, ending: Ending, asked: Sequence[Asked]) -> Generator[Effect, Any, str]:
        """Settle, insisting for a moment. Raises StoreUnavailable."""
        settlement = Settlement(
            execution_id=self.execution_id,
            tenant=self.caller.principal.tenant,
            fence=1,
            token=self.execution_id,
            state=ending.state,
            result_json=ending.result_json,
            error_json=ending.error_json,
            steps=tuple(step for _, step in asked if step.owes),
            used=dict(self.used),
            is_degraded=ending.is_degraded,
            is_final=ending.is_final,
            is_permanent=ending.is_permanent,
        )
        call = self.guards.ledger.settle(settlement)
        for seconds in SETTLE_PAUSES_SECONDS:
            try:
                verdict: str = yield call
            except StoreUnavailable:
                if seconds is None:
                    _log.warning(
                        "direct call not settled; the reconciler will settle it as unknown",
                        function=self.name,
                        execution_id=self.execution_id,
                        state=ending.state,
                    )
                    raise
                yield Pause(seconds)
            else:
                yield from share(self.guards.ledger.keys, settlement)
                return verdict
        raise AssertionError  # the last try returns or raises

    def _record_outage(self, asked: Sequence[Asked]) -> None:
        for policy, _ in asked:
            event = "store_down_closed" if policy.name in CLOSED else "store_down_open"
            self.guards.metrics.record_policy(self.name, policy.name, event)


def _owes(asked: Sequence[Asked]) -> bool:
    return any(step.owes for _, step in asked)
