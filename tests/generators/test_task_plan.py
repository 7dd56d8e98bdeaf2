"""What `gen task` writes, and that a second run has nothing to do."""

import json
import tomllib
from collections.abc import Callable

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = (
    *("task", "charge_card", "user_id:uuid:idem", "amount:decimal:gt=0:places=2"),
    *("note:str:optional:max=200", "pin:secret", "--result", "status:enum:ok/declined"),
    *("--queue", "billing", "--priority", "high", "--rate-limit", "100/minute/tenant"),
    *("--retry", "5", "--timeout", "10", "--total", "60", "--credits", "3"),
)


def test_a_task_is_a_module_a_test_a_page_and_an_item(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    answer = gen(*ORDER)

    assert answer.code == 0
    assert set(tree_of(service.root)) - set(before) == {
        ".gen",
        ".gen/base",
        ".gen/base/task-charge_card",
        ".gen/base/task-charge_card/charge_card.md.base",
        ".gen/base/task-charge_card/charge_card.py.base",
        ".gen/base/task-charge_card/test_charge_card.py.base",
        ".gen/items",
        ".gen/items/task-charge_card.toml",
        "docs/tasks",
        "docs/tasks/charge_card.md",
        "src/demo_service/tasks/charge_card.py",
        "tests/tasks/test_charge_card.py",
    }


def test_nothing_that_was_there_is_changed(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    gen(*ORDER)

    after = tree_of(service.root)
    assert {path: after[path] for path in before} == before


def test_every_chosen_policy_stands_above_the_function(service: Project, gen: Gen) -> None:
    gen(*ORDER)

    text = (service.root / service.tasks / "charge_card.py").read_text()
    assert '@task(queue="billing", priority=Priority.HIGH)' in text
    assert '@rate_limit("100/minute", per="tenant")' in text
    assert '@idempotent(retention=dt.timedelta(hours=24), fields=("user_id",))' in text
    assert '@credits("charge_card", estimate=3)' in text
    assert "@retry(attempts=5, wait_initial=0.5, wait_max=30)" in text
    assert "@timeout(attempt=10, total=60)" in text
    assert "async def charge_card(" in text


def test_a_policy_that_was_not_chosen_is_not_even_imported(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice", "--retry", "3")

    text = (service.root / service.tasks / "send_invoice.py").read_text()
    assert "from ..chassis import TaskArgs, TaskContext, TaskResult, retry, task\n" in text


def test_cpu_work_is_a_plain_function_in_the_cpu_queue(service: Project, gen: Gen) -> None:
    gen("task", "crunch_numbers", "--cpu")

    text = (service.root / service.tasks / "crunch_numbers.py").read_text()
    assert '@task(queue="cpu")\ndef crunch_numbers(' in text


def test_a_result_field_that_is_also_an_argument_is_echoed(service: Project, gen: Gen) -> None:
    gen("task", "book_seat", "seat:str", "at:datetime", "--result", "seat:str", "price:money")

    text = (service.root / service.tasks / "book_seat.py").read_text()
    assert 'return BookSeatResult(seat=args.seat, price=Decimal("9.99"))' in text


def test_the_plan_names_the_line_to_write_at(service: Project, gen: Gen) -> None:
    answer = gen(*ORDER)

    shown = next(line for line in answer.out.splitlines() if "write your code here" in line)
    place, _, number = shown.split()[1].rpartition(":")
    lines = (service.root / place).read_text().splitlines()
    assert "Yours to write" in lines[int(number) - 1]


def test_the_item_says_what_was_asked_for(service: Project, gen: Gen) -> None:
    gen(*ORDER)

    item = tomllib.loads((service.root / ".gen/items/task-charge_card.toml").read_text())
    assert item["kind"] == "task"
    assert item["fields"] == list(ORDER[2:6])
    assert item["result"] == ["status:enum:ok/declined"]
    assert item["options"]["retry"] == "5"
    assert set(item["files"]) == {
        "docs/tasks/charge_card.md",
        "src/demo_service/tasks/charge_card.py",
        "tests/tasks/test_charge_card.py",
    }


def test_a_second_run_has_nothing_to_do(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    before = tree_of(service.root)

    answer = gen(*ORDER)

    assert answer.code == 0
    assert answer.out.endswith("nothing to do\n")
    assert tree_of(service.root) == before


def test_line_ends_of_another_system_are_no_difference(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    module = service.root / service.tasks / "charge_card.py"
    module.write_bytes(module.read_bytes().replace(b"\n", b"\r\n"))

    assert gen(*ORDER).code == 0


def test_an_edited_file_is_a_conflict_and_nothing_is_written(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    module = service.root / service.tasks / "charge_card.py"
    module.write_text(module.read_text() + "\n# ours\n")
    before = tree_of(service.root)

    answer = gen(*ORDER, "--diff")

    assert answer.code == 3
    assert "-# ours" in answer.out
    assert "gen only adds files" in answer.err
    assert tree_of(service.root) == before


def test_a_dry_run_shows_all_and_writes_nothing(service: Project, gen: Gen) -> None:
    before = tree_of(service.root)

    answer = gen(*ORDER, "--dry-run", "--diff")

    assert answer.code == 0
    assert "+++ b/src/demo_service/tasks/charge_card.py" in answer.out
    assert "+class ChargeCardArgs(TaskArgs):" in answer.out
    assert tree_of(service.root) == before


def test_the_plan_is_there_for_programs(service: Project, gen: Gen) -> None:
    answer = gen(*ORDER, "--json")

    plan = json.loads(answer.out)
    assert (plan["schema"], plan["written"]) == (1, True)
    assert {step["op"] for step in plan["plan"]} == {"create"}
    for step in plan["plan"]:
        assert (service.root / step["path"]).stat().st_size == step["bytes"]


def test_an_item_asked_for_in_other_words_is_told_how_it_is_changed(
    service: Project, gen: Gen
) -> None:
    gen(*ORDER)
    before = tree_of(service.root)

    answer = gen(*ORDER, "--concurrency", "3")

    assert answer.code == 3
    assert "gen show task charge_card" in answer.err
    assert "gen field charge_card adds a field" in answer.err
    assert tree_of(service.root) == before


def test_a_conflict_says_the_same_to_programs_as_to_people(service: Project, gen: Gen) -> None:
    gen(*ORDER)
    module = "src/demo_service/tasks/charge_card.py"
    with (service.root / module).open("a", encoding="utf-8") as file:
        file.write("# Ours.\n")
    told = gen(*ORDER, "--diff")

    plan = json.loads(gen(*ORDER, "--diff", "--json").out)

    assert plan["error"]["exit_code"] == told.code == 3
    assert f"{module} says something else" in plan["error"]["problem"]
    assert plan["error"]["way_out"] in told.err
    assert plan["next"] == []
    changed = next(step for step in plan["plan"] if step["path"] == module)
    assert changed["note"] == "write your code here"
    assert "-# Ours.\n" in changed["diff"]
    assert changed["diff"] in told.out


def test_fields_may_stand_after_options(service: Project, gen: Gen) -> None:
    answer = gen("task", "send_invoice", "--queue", "mail", "order_id:uuid", "--retry", "3", "to")

    text = (service.root / service.tasks / "send_invoice.py").read_text()
    assert answer.code == 0
    assert "order_id: UUID\n    to: str\n" in text
