"""The bodies that every peer runs: each notes in a journal who it was and when it ended.

Standard library only: this is imported in every peer's own environment.
"""

import asyncio
import os
import struct
import time

IO_SECONDS = 0.05
RECORD = struct.Struct("<QQ")

# One write of 16 bytes at the end of a file: whole, from every thread and process.
_journal = os.open(
    os.environ.get("BENCH_JOURNAL", os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644
)


def noop(number: int) -> int:
    """Do nothing."""
    os.write(_journal, RECORD.pack(number, time.monotonic_ns()))
    return number


def io(number: int) -> int:
    """Wait, as for a slow service."""
    time.sleep(IO_SECONDS)
    return noop(number)


async def noop_async(number: int) -> int:
    """Do nothing, on an event loop."""
    return noop(number)


async def io_async(number: int) -> int:
    """Wait on an event loop."""
    await asyncio.sleep(IO_SECONDS)
    return noop(number)
