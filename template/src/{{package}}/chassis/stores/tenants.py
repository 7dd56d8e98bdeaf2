"""The set of tenants: who has ever submitted or published, so that the poller can look after them."""

import json
from collections.abc import AsyncIterator

from .calls import Call, Reply, load_script
from .keys import Keys
from .store import AsyncStore

PAGE_SIZE = 500


def register_tenant(keys: Keys, tenant: str) -> Call[None]:
    """Make a tenant known. Comes before its first event or execution, or the poller misses it."""
    return Call(
        load_script("register_tenant"), (keys.tenants,), _json({"tenant": tenant}), _nothing
    )


def tenants_page(keys: Keys, cursor: str = "0") -> Call[tuple[str, tuple[str, ...]]]:
    """Some of the tenants, and the cursor of the next page; `0` after the last."""
    request: dict[str, str | int] = {"cursor": cursor, "count": PAGE_SIZE}
    return Call(load_script("tenants_page"), (keys.tenants,), _json(request), _page)


async def each_tenant(store: AsyncStore, keys: Keys) -> AsyncIterator[str]:
    """Every tenant, page by page; one that arrives meanwhile may be missed, or come twice."""
    async for tenants in tenants_by_page(store, keys):
        for tenant in tenants:
            yield tenant


async def tenants_by_page(store: AsyncStore, keys: Keys) -> AsyncIterator[tuple[str, ...]]:
    """The same in pages, for who asks for many at once."""
    cursor, tenants = await store.run(tenants_page(keys))
    while True:
        if tenants:
            yield tenants
        if cursor == "0":
            return
        cursor, tenants = await store.run(tenants_page(keys, cursor))


def _json(request: dict[str, str | int]) -> tuple[str]:
    return (json.dumps(request),)


def _nothing(_: Reply) -> None:
    """A registration has no answer but that it happened."""


def _page(reply: Reply) -> tuple[str, tuple[str, ...]]:
    cursor, tenants = reply
    return cursor, tuple(tenants)
