"""The pytest fixtures of a real Valkey; `tests/conftest.py` names this module as a plugin."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from ..dev import EmbeddedValkey
from ..policies import Guards
from ..stores import Keys, Store, ValkeyConfig, connect
from .guarding import installed_guards


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedValkey]:
    """A real Valkey of this test process alone; tests that run in parallel each have their own."""
    with EmbeddedValkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def valkey_config(valkey_server: EmbeddedValkey) -> ValkeyConfig:
    """How to reach the server, which holds nothing yet."""
    config = ValkeyConfig(url=SecretStr(valkey_server.url))
    with connect(config) as client:
        client.flushall()
    return config


@pytest.fixture
def store(valkey_config: ValkeyConfig) -> Iterator[Store]:
    """A store on the empty server."""
    with connect(valkey_config) as client:
        yield Store(client)


@pytest.fixture
def keys() -> Keys:
    """Key names of a service called `test`."""
    return Keys("test")


@pytest.fixture
def guards(valkey_config: ValkeyConfig, keys: Keys) -> Iterator[Guards]:
    """What guarded functions run with, on the empty server."""
    with installed_guards(valkey_config, keys) as guards:
        yield guards
