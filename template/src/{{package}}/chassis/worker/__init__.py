"""Runs tasks: registry, submission, execution, reconciliation and schedules.

What needs Celery is imported by its module (`celery_app`, `process`), so that task modules and the
API load without it.
"""

from .broker import Broker, find_broker
from .handles import AsyncTaskHandle, TaskHandle
from .leadership import Leadership
from .message import Messages
from .options import BrokerOptions, WorkerOptions, ledger_options
from .planning import Planner
from .queues import QueueGauges
from .reconcile import Reconciler
from .registry import Registry, task
from .runtime import Runtime
from .schedule import Scheduler
from .submit import AsyncSubmitter, Submitter

__all__ = [
    "AsyncSubmitter",
    "AsyncTaskHandle",
    "Broker",
    "BrokerOptions",
    "Leadership",
    "Messages",
    "Planner",
    "QueueGauges",
    "Reconciler",
    "Registry",
    "Runtime",
    "Scheduler",
    "Submitter",
    "TaskHandle",
    "WorkerOptions",
    "find_broker",
    "ledger_options",
    "task",
]
