"""How workers run, and where their broker is: the `WORKER_` and `BROKER_` sections."""

import os
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from ..contracts import TaskKind
from ..stores import LedgerOptions, checked_url

# Of every lease, whoever holds it: two renewals may fail before it ends.
RENEWALS_PER_LEASE: Final = 3


class WorkerOptions(BaseModel):
    """Concurrency, patience and limits of the worker room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    concurrency_async: int = Field(
        default=50, ge=1, le=1000, description="`async def` bodies that run at once per process."
    )
    concurrency_sync: int = Field(
        default=0, ge=0, le=512, description="Processes for `def` bodies; 0 is one per CPU."
    )
    lease_seconds: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="How long a silent worker keeps an execution, and a silent scheduler the lead.",
    )
    republish_after_seconds: float = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="Wait before an execution that nobody began is queued again; doubles each time.",
    )
    max_deliveries: int = Field(
        default=5, ge=1, le=100, description="How often a worker may begin one execution."
    )
    result_retention: timedelta = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=90),
        description="How long a settled execution can be read.",
    )
    result_inline_bytes: int = Field(
        default=16_384,
        ge=0,
        le=16_777_216,
        description="A result larger than this, as JSON, lies beside its execution record.",
    )
    dead_retention: timedelta = Field(
        default=timedelta(days=14),
        ge=timedelta(minutes=1),
        le=timedelta(days=90),
        description="How long an execution that ended as dead can be looked into and replayed.",
    )
    grace_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="How long a stopping worker lets bodies finish before it gives them back.",
    )
    args_bytes_maximum: int = Field(
        default=262_144, ge=1024, le=16_777_216, description="Largest arguments, as JSON."
    )
    result_bytes_maximum: int = Field(
        default=1_048_576, ge=1024, le=67_108_864, description="Largest result, as JSON."
    )
    events_maximum: int = Field(
        default=100, ge=1, le=10_000, description="Events that one execution may emit."
    )
    backlog_maximum: int = Field(
        default=100_000,
        ge=0,
        le=100_000_000,
        description="Messages that may wait in one queue: from half of it submissions of low priority "
        "are turned away, from 80 % those of normal and at all of it those of high priority, critical "
        "ones never. 0 turns nothing away.",
    )
    store_patience_seconds: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="How long a worker retries to begin or settle while Valkey does not answer.",
    )
    visibility_timeout_seconds: int = Field(
        default=60,
        ge=1,
        le=604_800,
        description="How long the broker keeps a message for a silent worker; one that lives renews "
        "what it holds, however long a body runs.",
    )
    remote_control: bool = Field(
        default=False,
        description="Let `celery inspect` and `celery control` reach the workers, and tell monitors "
        "like Flower of every task. Whoever may publish to the broker can then shut workers down.",
    )
    result_backend: bool = Field(
        default=False,
        description="Keep Celery's own results beside the broker's messages, which chords and "
        "`AsyncResult` need. Executions keep theirs in any case.",
    )
    fetch_batch: int = Field(
        default=8,
        ge=1,
        le=100,
        description="Messages that a worker takes from the broker in one request.",
    )
    message_bytes_maximum: int = Field(
        default=2_097_152,
        ge=65_536,
        le=67_108_864,
        description="A larger message of the broker is not read, but kept with the dead messages.",
    )
    reconcile_interval_seconds: float = Field(
        default=1.0,
        ge=0.05,
        le=3600,
        description="Longest wait between rounds of the reconciler; shorter when one is due sooner.",
    )
    reconcile_page: int = Field(
        default=100, ge=1, le=1000, description="Overdue executions looked after in one request."
    )
    reconcile_pages: int = Field(
        default=20, ge=1, le=1000, description="Such pages per tenant and round."
    )
    eta_memory_seconds: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="A Celery message with a later ETA than this waits as a delayed execution, not "
        "in a worker's memory.",
    )
    unknown_task_patience: timedelta = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=90),
        description="How long an execution waits for a version that knows its task, before it ends "
        "as dead. Longer than a deploy and its rollback take.",
    )
    schedule_catch_up_seconds: float = Field(
        default=3600.0,
        ge=0,
        le=86_400,
        description="How late the scheduler still submits the current slot of a task.",
    )

    def concurrency(self, kind: TaskKind) -> int:
        """How many bodies of one kind run at once in one worker."""
        if kind is TaskKind.ASYNC:
            return self.concurrency_async
        return self.concurrency_sync or os.cpu_count() or 1


class BrokerOptions(BaseModel):
    """Where Celery's messages are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: SecretStr | None = Field(
        default=None,
        description="A standalone server for messages alone; by default they are on the same "
        "server as everything else, which saves a request per submission.",
    )

    @field_validator("url")
    @classmethod
    def _leads_to_a_server(cls, url: SecretStr | None) -> SecretStr | None:
        return None if url is None else checked_url(url)


def ledger_options(options: WorkerOptions, *, durable_accepts: bool = False) -> LedgerOptions:
    """What the ledger needs to know of the worker's options, and of the server's."""
    return LedgerOptions(
        lease=timedelta(seconds=options.lease_seconds),
        retention=options.result_retention,
        republish_after=timedelta(seconds=options.republish_after_seconds),
        max_deliveries=options.max_deliveries,
        result_inline_bytes=options.result_inline_bytes,
        dead_retention=options.dead_retention,
        durable_accepts=durable_accepts,
    )
