"""Generated tasks are green in a rendered service, beside the tasks that are there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from valkey_chassis.cli import main

EVERYTHING = (
    *("user_id:uuid:idem", "amount:decimal:gt=0:digits=12:places=2", "total:money:optional"),
    *("note:str:optional:max=200", "kind:enum:card/iban:default=card", "tries:int:ge=0:default=3"),
    *("ratio:float:gt=0:lt=1", "live:bool:default=true", "tags:list.str:min=1", "ids:set.uuid"),
    *(
        "counts:map.int:default=empty",
        "at:datetime",
        "date:date:ge=2020-01-01",
    ),
    *("ttl:duration:gt=0s", r"cb:url:default=https\://example.org/x", "blob:bytes", "meta:json"),
    *(r"code:str:pattern=^[A-Z]{3}-\d+$", "city:str:example=Berlin", "ways:list.enum:sea/air"),
)
POLICIES = (
    *("--retry", "5", "--timeout", "10", "--total", "60", "--rate-limit", "100/minute"),
    *("--credits", "3", "--priority", "low", "--about", "charge a card once"),
)
TASKS = {
    "charge_card": [*EVERYTHING, "pin:secret:redact", *POLICIES, "--result", *EVERYTHING[1:]],
    "crunch_numbers": ["values:list.float", "--cpu", "--credits", "5000", "--result", "mean:float"],
    "ping": [],
}


def test_generated_tasks_pass_every_check_and_their_own_tests(
    service_copy: Callable[[str], Path],
    run_in: Callable[..., str],
    shared_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = service_copy("default")
    monkeypatch.chdir(root)

    for name, words in TASKS.items():
        assert main(["task", name, *words]) == 0

    made = [f"src/demo_service/tasks/{name}.py" for name in TASKS]
    tests = [f"tests/tasks/test_{name}.py" for name in TASKS]
    run_in(root, "ruff", "format", "--check", *made, *tests)
    run_in(root, "ruff", "check", *made, *tests)
    run_in(root, "mypy", f"--cache-dir={shared_folder / 'mypy-default'}", *made, *tests)
    run_in(root, "pytest", "-q", "-p", "no:cacheprovider", *tests)
