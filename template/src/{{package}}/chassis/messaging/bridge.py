"""Finds the bridge to Pulsar where it is wanted and installed."""

import asyncio
import importlib
import importlib.util
from typing import Protocol

from ..contracts import ConfigurationError
from ..stores import AsyncStore, Keys
from .options import MessagingOptions


class Bridge(Protocol):
    """Carries durable events on to another broker."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set."""


def build_bridge(store: AsyncStore, keys: Keys, options: MessagingOptions) -> Bridge | None:
    """The bridge to Pulsar; None while MESSAGING_PULSAR_URL is not set.

    Raises ConfigurationError when it is set in a service without the pulsar feature.
    """
    if options.pulsar_url is None:
        return None
    name = f"{__package__}.pulsar_bridge"
    if importlib.util.find_spec(name) is None:
        message = (
            "MESSAGING_PULSAR_URL is set, and this service was made without the pulsar feature; "
            "add it (`copier update`, and choose pulsar) or remove the variable"
        )
        raise ConfigurationError(message)
    bridge: Bridge = importlib.import_module(name).build(store, keys, options)
    return bridge
