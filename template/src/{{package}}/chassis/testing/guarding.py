"""The parts that guarded functions run with in a test, where no process installs any."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from ..observability import Metrics, PassThroughTracing
from ..policies import Breakers, Guards, uninstall
from ..stores import (
    AsyncStore,
    Keys,
    Ledger,
    LedgerOptions,
    Store,
    ValkeyConfig,
    connect,
    connect_async,
)


@contextmanager
def installed_guards(config: ValkeyConfig, keys: Keys) -> Iterator[Guards]:
    """Guarded functions reach this server inside the block. Connections of async code are closed by
    ``await guards.close_here()``, on the loop that used them.
    """
    options = LedgerOptions(
        lease=timedelta(seconds=10),
        retention=timedelta(hours=1),
        republish_after=timedelta(seconds=30),
        max_deliveries=3,
    )
    with connect(config) as client:
        store = Store(client)
        guards = Guards(
            ledger=Ledger(keys, options),
            metrics=Metrics(None),
            tracing=PassThroughTracing(),
            breakers=Breakers(),
            open_store=lambda: store,
            open_async_store=lambda: AsyncStore(connect_async(config)),
            result_bytes_maximum=1_048_576,
        )
        before = guards.install()
        try:
            yield guards
        finally:
            uninstall(before)
