"""The composition root: settings in, a running service out. Knows every room; nothing imports it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from valkey.asyncio import Valkey as AsyncValkey

from . import team
from .chassis.contracts import DeadLetterKind, DeadLetters, Sections, Task, discover, secret_fields
from .chassis.messaging import EventLetters, Handlers, discover_handlers
from .chassis.observability import Metrics, Redactor, Role, Tracing, build_tracing
from .chassis.policies import Breakers, Guards
from .chassis.settings import (
    Overridden,
    ServiceSettings,
    Source,
    load_sections,
    load_settings,
    open_sources,
    override_tasks,
    service_version,
)
from .chassis.settings.load import EnvFile
from .chassis.stores import (
    ApiKeys,
    AsyncStore,
    CreditLedger,
    DeadMessages,
    Keys,
    Ledger,
    Store,
    connect,
    connect_async,
)
from .chassis.worker.broker import Broker, find_broker
from .chassis.worker.execution_letters import ExecutionLetters
from .chassis.worker.message import Messages
from .chassis.worker.message_letters import MessageLetters
from .chassis.worker.options import ledger_options
from .chassis.worker.planning import Planner
from .chassis.worker.registry import Registry
from .chassis.worker.submit import AsyncSubmitter, Submitter

PACKAGE: Final = str(__package__)


class Service:
    """The parts of one process, each made when it is first asked for.

    ``role`` is what the process is; None in tests and for operators, who are a bit of everything.
    ``sources`` may say numbers of the tasks' policies otherwise.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        sections: Sections,
        role: Role | None = None,
        sources: Sequence[Source] = (),
    ) -> None:
        self.settings = settings
        self.sections = sections
        self.role = role
        self._sources = sources

    @classmethod
    def load(
        cls,
        role: Role | None = None,
        environ: Mapping[str, str] | None = None,
        env_file: EnvFile = ".env",
    ) -> "Service":
        """Read all settings, the team's too. Raises ConfigurationError naming what is wrong."""
        settings = load_settings(environ, env_file)
        sections = load_sections(team.settings_models(role), environ, env_file)
        return cls(settings, sections, role, open_sources(environ, env_file))

    @property
    def name(self) -> str:
        """What the service is called in logs and metrics."""
        return self.settings.service.name

    # ---- What the team wrote ---------------------------------------------------------------------

    @cached_property
    def registry(self) -> Registry:
        """Every task, under the policies that are in force."""
        return Registry(self.overridden.tasks.values())

    @cached_property
    def overridden(self) -> Overridden:
        """What TASK_* variables make of the tasks as they are written. Raises ConfigurationError."""
        found: Iterable[Task[Any, Any]] = discover(team.folder("tasks"), Task)
        return override_tasks(Registry(found).values(), self._sources)

    @cached_property
    def handlers(self) -> Handlers:
        """Every event and its handlers."""
        return discover_handlers(team.folder("events"))

    # ---- Valkey ----------------------------------------------------------------------------------

    @cached_property
    def keys(self) -> Keys:
        """Key names below the service's prefix."""
        return Keys(self.settings.key_prefix)

    @cached_property
    def store(self) -> Store:
        """For sync code."""
        return Store(connect(self.settings.valkey))

    @cached_property
    def async_store(self) -> AsyncStore:
        """For async code, on one event loop."""
        return AsyncStore(connect_async(self.settings.valkey))

    @cached_property
    def broker(self) -> Broker:
        """Where Celery's messages are."""
        return find_broker(self.settings.valkey, self.settings.broker)

    @cached_property
    def async_broker(self) -> AsyncValkey | None:
        """The broker's client for async code; None when it is the store's own server."""
        return None if self.broker.is_store else connect_async(self.broker.config)

    @cached_property
    def ledger(self) -> Ledger:
        """The execution ledger."""
        durable_accepts = self.settings.valkey.durable_accepts
        options = ledger_options(self.settings.worker, durable_accepts=durable_accepts)
        return Ledger(self.keys, options)

    @cached_property
    def credit_ledger(self) -> CreditLedger:
        """The credit accounts."""
        return CreditLedger(self.keys)

    @cached_property
    def api_keys(self) -> ApiKeys:
        """The API keys."""
        return ApiKeys(self.keys)

    @cached_property
    def dead_letters(self) -> Mapping[DeadLetterKind, DeadLetters]:
        """What was given up, by its kind; for async code."""
        store, redactor = self.async_store, self.redactor
        return {
            DeadLetterKind.EVENTS: EventLetters(store, self.keys, redactor),
            DeadLetterKind.EXECUTIONS: ExecutionLetters(
                store, self.ledger, self.async_submitter, self.registry, redactor
            ),
            DeadLetterKind.MESSAGES: MessageLetters(
                AsyncStore(self.async_broker) if self.async_broker else store,
                DeadMessages(self.keys),
                self.planner.messages,
                redactor,
            ),
        }

    @cached_property
    def redactor(self) -> Redactor:
        """Keeps the secrets of stored arguments and events out of what operators are shown."""
        tasks = (task.args_model for task in self.registry.values())
        fields = [secret_fields(model) for model in (*tasks, *self.handlers.events)]
        return Redactor(self.settings.telemetry.redacted_keys.union(*fields))

    async def close_async(self) -> None:
        """Give the connections of async code back, on the event loop that used them."""
        await self.guards.close_here()
        await self.async_store.close()
        if self.async_broker is not None:
            await self.async_broker.aclose()

    # ---- Ways in ---------------------------------------------------------------------------------

    @cached_property
    def planner(self) -> Planner:
        """Turns what is asked into what is submitted."""
        return Planner(
            self.keys,
            Messages(self.keys),
            args_bytes_maximum=self.settings.worker.args_bytes_maximum,
            broker_is_store=self.broker.is_store,
            breakers=self.breakers,
            tasks=self.registry,
            backlog_maximum=self.settings.worker.backlog_maximum,
        )

    @cached_property
    def breakers(self) -> Breakers:
        """What this process knows of the dependencies of its tasks."""
        return Breakers(changed=self.metrics.record_circuit)

    @cached_property
    def submitter(self) -> Submitter:
        """Submits from sync code."""
        return self.make_submitter(self.store)

    def make_submitter(self, store: Store) -> Submitter:
        """A submitter with connections of its own, for a process that was forked."""
        apart = None if self.broker.is_store else connect(self.broker.config)
        return Submitter(store, self.ledger, self.planner, self.metrics, apart)

    @cached_property
    def async_submitter(self) -> AsyncSubmitter:
        """Submits from async code."""
        return AsyncSubmitter(
            self.async_store, self.ledger, self.planner, self.metrics, self.async_broker
        )

    @cached_property
    def guards(self) -> Guards:
        """What guarded functions run with, once it is installed."""
        return Guards(
            self.ledger,
            self.metrics,
            self.tracing,
            self.breakers,
            open_store=lambda: self.store,
            open_async_store=lambda: AsyncStore(connect_async(self.settings.valkey)),
            result_bytes_maximum=self.settings.worker.result_bytes_maximum,
        )

    # ---- What is seen of it ----------------------------------------------------------------------

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics of this process, with every series it will ever have."""
        metrics = Metrics(self.role)
        metrics.initialise(
            tasks=self.registry,
            queues={task.queue for task in self.registry.values()},
            events=self.handlers.event_names,
            dependencies=self.registry.dependencies,
        )
        metrics.set_build(version=service_version())
        return metrics

    @cached_property
    def tracing(self) -> Tracing:
        """Follows work across processes."""
        return build_tracing(self.name, self.role or "operator")
