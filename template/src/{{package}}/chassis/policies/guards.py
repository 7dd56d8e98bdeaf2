"""What guarded functions of one process share: installed once, before the first of them is called."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from weakref import WeakKeyDictionary, WeakSet

from ..contracts import ConfigurationError
from ..observability import Metrics, Tracing
from ..stores import AsyncStore, Ledger, Store
from .breakers import Breakers
from .outage import Outages
from .retry_budget import RetryBudgets
from .surroundings import Surroundings

# A process that meets more tenants than this registers some of them again.
KNOWN_TENANTS_MAXIMUM = 10_000

_installed: "Guards | None" = None


@dataclass(slots=True)
class Guards:
    """The store, the ledger and what a call is seen by. The composition root makes it.

    Connections are opened when first needed, one store per event loop; a room that has opened its
    own hands it in by ``use``.
    """

    ledger: Ledger
    metrics: Metrics
    tracing: Tracing
    breakers: Breakers
    open_store: Callable[[], Store]
    open_async_store: Callable[[], AsyncStore]
    result_bytes_maximum: int
    budgets: RetryBudgets = field(default_factory=lambda: RetryBudgets(time.monotonic))
    outages: Outages = field(default_factory=Outages)
    _store: Store | None = None
    _async_stores: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncStore] = field(
        default_factory=WeakKeyDictionary
    )
    _opened_on: WeakSet[asyncio.AbstractEventLoop] = field(default_factory=WeakSet)
    _tenants: set[str] = field(default_factory=set)

    @property
    def store(self) -> Store:
        """For calls from sync code."""
        if self._store is None:
            self._store = self.open_store()
        return self._store

    @property
    def async_store(self) -> AsyncStore:
        """For calls on the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._async_stores:
            self._async_stores[loop] = self.open_async_store()
            self._opened_on.add(loop)
        return self._async_stores[loop]

    def use(self, store: Store) -> Store:
        """Let sync calls run on this store, which its owner closes; hands it back."""
        self._store = store
        return store

    def use_here(self, store: AsyncStore) -> AsyncStore:
        """Let calls on the running event loop run on this store, which its owner closes."""
        self._async_stores[asyncio.get_running_loop()] = store
        return store

    async def close_here(self) -> None:
        """Close what was opened on the running event loop; what was handed in is its owner's."""
        loop = asyncio.get_running_loop()
        store = self._async_stores.pop(loop, None)
        if store is not None and loop in self._opened_on:
            await store.close()

    def surroundings(self, name: str) -> Surroundings:
        """What the policies around one body share."""
        return Surroundings(
            task=name,
            record=partial(self.metrics.record_policy, name),
            breakers=self.breakers,
            budgets=self.budgets,
        )

    def is_new_tenant(self, tenant: str) -> bool:
        """Whether the tenant has yet to be registered, once per process."""
        if tenant in self._tenants:
            return False
        if len(self._tenants) >= KNOWN_TENANTS_MAXIMUM:
            self._tenants.clear()
        return True

    def registered(self, tenant: str) -> None:
        """The tenant is known to the store now."""
        self._tenants.add(tenant)

    def install(self) -> "Guards | None":
        """Let guarded functions of this process run with these parts; tells which they had before."""
        # Decorated functions exist before the service is loaded.
        global _installed
        before, _installed = _installed, self
        return before


def installed() -> Guards | None:
    """The parts of this process; None before they are installed."""
    return _installed


def uninstall(before: Guards | None = None) -> None:
    """Go back to the parts before, as at the end of a test."""
    global _installed  # noqa: PLW0603 - as in `install`
    _installed = before


def require_guards(name: str) -> Guards:
    """The parts of this process. Raises ConfigurationError before they are installed."""
    if _installed is None:
        message = (
            f"'{name}' is guarded and was called before the service was there: its processes "
            f"install what it needs; elsewhere call `Service.load().guards.install()` once, and in "
            f"a test ask for the fixture `guards`"
        )
        raise ConfigurationError(message)
    return _installed
