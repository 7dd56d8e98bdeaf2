"""What `gen task` costs: CPU and wall time of whole processes, in services of different size."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 7
BUDGET_CPU_MS = 300
FIELDS = [
    "user_id:uuid",
    "amount:decimal:gt=0:places=2",
    "kind:enum:card/iban",
    "note:str:optional",
]
POLICIES = ["--queue", "billing", "--retry", "5", "--timeout", "10", "--idempotent", "24h"]


def main() -> int:
    """Measure, print one line per case, and say whether the budget is kept."""
    cases = {
        "gen --help": (0, ["--help"]),
        "refused field": (0, ["task", "charge_card", "amount:decimel"]),
        "gen task, no other task": (0, ["task", "charge_card", *FIELDS, *POLICIES]),
        "gen task, 300 tasks": (300, ["task", "charge_card", *FIELDS, *POLICIES]),
    }
    print(f"{'best of ' + str(ROUNDS):<28}{'CPU ms':>8}{'wall ms':>9}")
    slowest = 0.0
    for name, (tasks, words) in cases.items():
        cpu, wall = best(tasks, words)
        slowest = max(slowest, cpu)
        print(f"{name:<28}{cpu:>8.0f}{wall:>9.0f}")
    kept = slowest <= BUDGET_CPU_MS
    print(f"budget {BUDGET_CPU_MS} ms CPU: {'kept' if kept else 'broken'}")
    return 0 if kept else 1


def best(tasks: int, words: list[str]) -> tuple[float, float]:
    """The least CPU and wall milliseconds of several rounds, each in a service of its own."""
    rounds = [one_round(tasks, words) for _ in range(ROUNDS)]
    return min(cpu for cpu, _ in rounds), min(wall for _, wall in rounds)


def one_round(tasks: int, words: list[str]) -> tuple[float, float]:
    """CPU and wall milliseconds of one process and of the ruff it starts."""
    with tempfile.TemporaryDirectory() as folder:
        service = Path(folder)
        fill(service, tasks)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "valkey_chassis", *words],
            cwd=service,
            env={**os.environ, "PYTHONPATH": str(ROOT / "generators")},
            capture_output=True,
            check=False,
        )
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu * 1000, wall * 1000


def fill(service: Path, tasks: int) -> None:
    """A bare service with so many tasks, all in the queue that the new one wants."""
    folder = service / "src" / "demo" / "tasks"
    folder.mkdir(parents=True)
    (service / "src" / "demo" / "chassis").mkdir()
    (service / ".copier-answers.yml").write_text("package: demo\n")
    (service / "ruff.toml").write_text("line-length = 100\n")
    for number in range(tasks):
        (folder / f"thing_{number}.py").write_text(
            "from ..chassis import TaskArgs, TaskContext, TaskResult, task\n\n\n"
            f"class Thing{number}Args(TaskArgs):\n    amount: int\n\n\n"
            f"class Thing{number}Result(TaskResult):\n    amount: int\n\n\n"
            f'@task(queue="billing")\n'
            f"async def thing_{number}(args: Thing{number}Args, context: TaskContext)"
            f" -> Thing{number}Result:\n"
            f'    context.logger.info("thing {number}")\n'
            f"    return Thing{number}Result(amount=args.amount)\n"
        )


if __name__ == "__main__":
    sys.exit(main())
