"""Metrics of a prefork worker: every child counts in a file, the parent shows the sum.

Files are named by pool slot instead of by process id. So a child that replaces another goes on
where that one stopped: no file per recycled child, and no count lost with it.
"""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, values
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_slot = "main"


def prepare_multiprocess(directory: Path) -> None:
    """Count in files under ``directory`` (a tmpfs where there is one); earlier files are removed.

    Call it in the parent, before ``Metrics`` is made.
    """
    global _slot  # noqa: PLW0603 - the client asks a plain function who this process is
    _slot = "main"
    directory.mkdir(parents=True, exist_ok=True)
    for left_over in directory.glob("*.db"):
        left_over.unlink()
    # The client takes its directory from nowhere else.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
    values.ValueClass = values.MultiProcessValue(_current_slot)  # type: ignore[no-untyped-call]


def mark_child_started(slot: int) -> None:
    """Count in this slot's files from now on, with nothing running.

    Call it first thing in every child, with billiard's process index. An earlier child of the slot
    that was killed left its running bodies counted; they end here.
    """
    global _slot  # noqa: PLW0603 - as above
    name = f"slot{slot}"
    mark_process_dead(name)  # type: ignore[no-untyped-call]
    _slot = name


def is_multiprocess() -> bool:
    """Whether ``prepare_multiprocess`` was called in this process or its parent."""
    return bool(values.ValueClass._multiprocess)  # noqa: SLF001 - the client's own marker


def registry_of_all_processes() -> CollectorRegistry:
    """A registry that reads every process's files anew at each scrape."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def _current_slot() -> str:
    return _slot
