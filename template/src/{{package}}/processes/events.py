"""The processes around events and time: listener, poller (with the repairs), scheduler."""

from datetime import timedelta

from ..app import Service
from ..chassis.messaging import Drain, Listener, Poller, build_bridge, build_drain
from ..chassis.stores import SCHEDULER, connect_subscriber
from ..chassis.worker.credit_audit import CreditAudit
from ..chassis.worker.leadership import Leadership
from ..chassis.worker.queues import QueueGauges
from ..chassis.worker.reconcile import Reconciler
from ..chassis.worker.schedule import Scheduler
from .shell import begin, serve


def run_listener() -> None:
    """Serve events as their doorbells ring."""
    service = begin("listener")
    listener = build_listener(service)
    serve(service, listener.run, ready={"subscription": lambda: listener.is_connected})


def run_poller() -> None:
    """Find what no doorbell announced, repair lost executions, measure queues, audit credits."""
    service = begin("poller")
    loops = [build_poller(service).run, build_reconciler(service).run, build_gauges(service).run]
    loops.append(build_credit_audit(service).run)
    bridge = build_bridge(service.async_store, service.keys, service.settings.messaging)
    if bridge is not None:
        loops.append(bridge.run)
    serve(service, *loops)


def run_scheduler() -> None:
    """Submit what is due by the clock."""
    service = begin("scheduler")
    scheduler = build_scheduler(service)
    serve(service, scheduler.run, ready={"leadership": scheduler.knows_its_leader})


def build_listener(service: Service) -> Listener:
    """The listener on this service's parts."""
    return Listener(
        connect_subscriber(service.settings.valkey),
        service.async_store,
        service.keys,
        build_drain_of(service, "listener"),
        service.settings.messaging,
        metrics=service.metrics,
    )


def build_poller(service: Service) -> Poller:
    """The poller on this service's parts."""
    return Poller(
        service.async_store,
        service.keys,
        build_drain_of(service, "poller"),
        service.settings.messaging,
        metrics=service.metrics,
    )


def build_reconciler(service: Service) -> Reconciler:
    """The reconciler on this service's parts."""
    return Reconciler(
        service.async_store,
        service.ledger,
        service.planner.messages,
        service.registry,
        service.settings.worker,
        service.metrics,
        service.async_broker,
    )


def build_gauges(service: Service) -> QueueGauges:
    """What measures the queues, on this service's parts."""
    return QueueGauges(
        service.async_broker or service.async_store.client,
        service.planner.messages,
        service.keys,
        service.registry,
        service.metrics,
    )


def build_credit_audit(service: Service) -> CreditAudit:
    """What looks at the credit accounts, on this service's parts."""
    return CreditAudit(service.async_store, service.credit_ledger, service.metrics)


def build_scheduler(service: Service) -> Scheduler:
    """The scheduler on this service's parts."""
    return Scheduler(
        service.name,
        service.registry,
        service.async_submitter,
        Leadership(
            service.async_store,
            service.keys,
            SCHEDULER,
            timedelta(seconds=service.settings.worker.lease_seconds),
        ),
        service.settings.worker,
        service.metrics,
    )


def build_drain_of(service: Service, role: str) -> Drain:
    """What gives events to their handlers, on this service's parts."""
    return build_drain(
        service.async_store,
        service.keys,
        service.handlers,
        service.settings.messaging,
        metrics=service.metrics,
        role=role,
        tracing=service.tracing,
        sections=service.sections,
    )
