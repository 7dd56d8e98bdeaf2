"""Stock Celery under five policies that a team has stacked by hand, each with calls of its own."""
# /// script
# dependencies = ["celery[redis]==5.7.*", "valkey==6.2.*"]
# ///

import sys
from functools import cache

import stacked
from bodies import noop
from celery import Celery
from part import CONCURRENCY, URL, VARIANT
from stacked import Asked, by_hand, by_hand_async
from timing import by_callers, timed
from valkey import Valkey
from valkey.asyncio import BlockingConnectionPool
from valkey.asyncio import Valkey as AsyncValkey

app = Celery("on_hand_stacked", broker=URL)
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=16,
    broker_connection_retry_on_startup=True,
)


@app.task(name="noop")
def guarded_noop(number: int, key: str) -> int:
    """The no-op of all peers, between the worker's half of the policies."""
    asked = Asked(number, key)
    by_hand(client(), stacked.begin(asked))
    result = noop(number)
    by_hand(client(), stacked.settle(asked, result))
    return result


def worker() -> list[str]:
    """The usual command, without the chatter between workers."""
    return [
        *(sys.executable, "-m", "celery", "-A", "on_hand_stacked", "worker"),
        *("--pool", "threads", "--concurrency", str(CONCURRENCY), "--loglevel", "ERROR"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def enqueue(_task: str, numbers: range) -> None:
    """The submitter's half of the policies, then `.delay()`."""
    for number in numbers:
        asked = Asked(number, f"key-{number}")
        if by_hand(client(), stacked.admit(asked)) is None:
            guarded_noop.delay(number, asked.key)


def stack(_case: str, numbers: range) -> list[float]:
    """Everything but Celery, in this process: seconds of each call."""
    return [timed(through_all, number) for number in numbers]


def through_all(number: int) -> None:
    """One call that nothing refuses and nothing answers."""
    asked = Asked(number, f"key-{number}")
    answer = by_hand(client(), stacked.admit(asked))
    assert answer is None, f"{number} was answered with {answer}"
    if VARIANT == "queued":
        guarded_noop.delay(number, asked.key)
    by_hand(client(), stacked.begin(asked))
    by_hand(client(), stacked.settle(asked, number))


async def stack_async(callers: str, numbers: range) -> list[float]:
    """The same on an event loop, by so many callers at once."""
    opened = async_client()
    try:
        return await by_callers(
            int(callers), numbers, lambda number: through_all_async(opened, number)
        )
    finally:
        await opened.aclose()


async def through_all_async(opened: AsyncValkey, number: int) -> None:
    """One call on an event loop."""
    asked = Asked(number, f"key-{number}")
    answer = await by_hand_async(opened, stacked.admit(asked))
    assert answer is None, f"{number} was answered with {answer}"
    await by_hand_async(opened, stacked.begin(asked))
    await by_hand_async(opened, stacked.settle(asked, number))


def hit(_case: str, numbers: range) -> list[float]:
    """Submissions under keys of their own, of what is in the cache."""
    answered_first()
    return [timed(answered, Asked(0, f"hit-{number}")) for number in numbers]


def replay(_case: str, numbers: range) -> list[float]:
    """Submissions under a key whose result is known."""
    answered_first()
    return [timed(answered, Asked(0, "key-0")) for _ in numbers]


@cache
def answered_first() -> None:
    """Run the one that is asked for again."""
    through_all(0)


def answered(asked: Asked) -> None:
    """One submission that needs no worker."""
    answer = by_hand(client(), stacked.admit(asked))
    assert answer == asked.number, f"asked for {asked.number}, got {answer}"


@cache
def client() -> Valkey:
    """One pool of connections for all threads; its account has credits."""
    opened = Valkey.from_url(URL.replace("redis:", "valkey:"), decode_responses=True)
    by_hand(opened, stacked.grant())
    return opened


def async_client() -> AsyncValkey:
    """The same for one event loop."""
    client()
    url = URL.replace("redis:", "valkey:")
    return AsyncValkey(
        connection_pool=BlockingConnectionPool.from_url(
            url, decode_responses=True, max_connections=64, timeout=20
        )
    )
