"""How a delivery ends at the ledger: settled, postponed, given back, or left to another."""

from collections.abc import Generator
from typing import Any

from ..contracts import ExecutionState, Outcome, StoreUnavailable
from ..observability import Metrics, get_secure_logger
from ..policies import pipeline_of
from ..policies.answering import share
from ..policies.body_errors import limit_reached
from ..stores import Ack, Ledger, Postponement, Settlement, broadcast_events, postpone
from .burial import was_cut_off
from .conclude import CANCELLED, Conclusion
from .heartbeat import Heartbeats
from .patience import Patience
from .performing import Effect, Steps
from .retrying import retry_delay
from .running import Interruption, Running

_log = get_secure_logger(__name__)


class Endings:
    """The last steps of deliveries. Where it ``acknowledges``, the message goes with them."""

    def __init__(
        self,
        ledger: Ledger,
        heartbeats: Heartbeats,
        patience: Patience,
        metrics: Metrics,
        *,
        acknowledges: bool,
    ) -> None:
        self._ledger = ledger
        self._heartbeats = heartbeats
        self._patience = patience
        self._metrics = metrics
        self._acknowledges = acknowledges

    def settle(self, running: Running, conclusion: Conclusion) -> Steps:
        """Write down what the body came to, and everything that follows from it."""
        begun = running.begun
        settlement = Settlement(
            execution_id=begun.execution_id,
            tenant=running.tenant,
            fence=begun.fence,
            token=begun.token,
            state=conclusion.state,
            result_json=conclusion.result_json,
            error_json=conclusion.error_json,
            steps=begun.settlement,
            events=conclusion.events.durable,
            used=conclusion.used,
            is_degraded=conclusion.is_degraded,
            is_final=conclusion.is_final,
            # A refusal is no result: roles and credits may be granted.
            is_permanent=conclusion.is_permanent and conclusion.outcome is not Outcome.REJECTED,
            is_unrun=not running.has_started and not begun.retries,
            ack=self._ack(running),
        )
        verdict = yield from self._patience.insist(self._ledger.settle(settlement))
        if verdict not in ("settled", "already"):
            # Another delivery took over and settles, or has settled: this result must not count.
            return Outcome.STALE
        yield from share(self._ledger.keys, settlement)
        yield from self._broadcast(running, conclusion.events.broadcast)
        if limit := limit_reached(conclusion.error):
            self._metrics.record_policy(running.task.name, "timeout", limit)
        return conclusion.outcome

    def postpone(self, running: Running, conclusion: Conclusion) -> Steps:
        """Have it tried again later."""
        begun = running.begun
        postponement = Postponement(
            execution_id=begun.execution_id,
            tenant=running.tenant,
            fence=begun.fence,
            token=begun.token,
            delay=retry_delay(running.task, begun.retries),
            error_json=conclusion.error_json,
            steps=begun.settlement,
            ack=self._ack(running),
        )
        verdict = yield from self._patience.insist(postpone(self._ledger.keys, postponement))
        if verdict == "cancelling":
            # Its owner's word came while the body failed by itself.
            return (yield from self.settle(running, CANCELLED))
        return Outcome.STALE if verdict == "stale" else Outcome.RETRYING

    def _broadcast(
        self, running: Running, envelopes: tuple[str, ...]
    ) -> Generator[Effect, Any, None]:
        if not envelopes:
            return
        names = self._ledger.keys.tenant(running.tenant)
        try:
            yield from self._patience.insist(broadcast_events(names, envelopes))
        except StoreUnavailable:
            # Best effort is what a broadcast promises; the result is settled.
            _log.warning("broadcast events lost", count=len(envelopes))

    def interrupted(self, running: Running) -> Steps:
        """The body was stopped before its end: by its owner, by a takeover, or with its worker."""
        if running.interruption is Interruption.STALE:
            self._heartbeats.remove(running)
            return Outcome.STALE
        if running.has_started and pipeline_of(running.task).runs_once:
            # Nobody knows what it did, so nobody may do it again; its owner's word changes nothing.
            outcome = yield from self._leave_unknown(running)
            if running.interruption is Interruption.STOPPING:
                # Unlike the outcome of what was given back, this one does not tell.
                self._patience.stopping.set()
            return outcome
        if running.interruption is Interruption.CANCELLED:
            return (yield from self.settle(running, CANCELLED))
        self._heartbeats.remove(running)
        begun = running.begun
        try:
            yield self._ledger.give_back(begun.execution_id, running.tenant, begun.fence)
        except StoreUnavailable:
            _log.warning("execution not given back; its lease will end instead")
        return Outcome.INTERRUPTED

    def _leave_unknown(self, running: Running) -> Steps:
        error_json = was_cut_off().model_dump_json()
        cut_off = Conclusion(Outcome.UNCERTAIN, ExecutionState.UNKNOWN, error_json=error_json)
        try:
            return (yield from self.settle(running, cut_off))
        except StoreUnavailable:
            _log.warning("execution not settled; once its lease has ended, it will be, as unknown")
            return Outcome.UNCERTAIN

    def _ack(self, running: Running) -> Ack | None:
        if not self._acknowledges or not running.delivery_tag:
            return None
        keys = self._ledger.keys
        return Ack(keys.unacked, keys.unacked_index, running.delivery_tag)
