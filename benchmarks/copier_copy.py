"""CPU seconds of `copier copy --defaults`, from the command line, of the work tree's template."""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from snapshot import snapshot

RUNS = 5


def cpu_seconds_of(command: list[str]) -> float:
    """User and system seconds that `command` and its children take."""
    before = os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )


def main() -> None:
    """Copy a few times and print the median."""
    with tempfile.TemporaryDirectory() as folder:
        template = snapshot(Path(folder) / "template")
        seconds = [
            cpu_seconds_of(
                [
                    *(sys.executable, "-m", "copier", "copy", "--defaults", "--quiet"),
                    *(str(template), f"{folder}/service-{number}"),
                ]
            )
            for number in range(RUNS)
        ]
        files = sum(path.is_file() for path in Path(folder, "service-0").rglob("*"))
    print(
        f"copier copy --defaults: {statistics.median(seconds):.2f} s of CPU, median of {RUNS} "
        f"(from {min(seconds):.2f} to {max(seconds):.2f}), {files} files"
    )


if __name__ == "__main__":
    main()
