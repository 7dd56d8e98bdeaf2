"""Runs async code of the service for one command."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..app import Service

T = TypeVar("T")


def run_async(work: Callable[[Service], Awaitable[T]]) -> T:
    """Run it on an event loop, and with connections, that end with it."""
    return asyncio.run(_opened(work))


async def _opened(work: Callable[[Service], Awaitable[T]]) -> T:
    service = Service.load()
    service.guards.install()
    try:
        return await work(service)
    finally:
        await service.close_async()
