"""`gen adopt` takes a task that was written by hand under gen's notes, and touches no file of it."""

import json
from collections.abc import Callable

import pytest

from generators.bare_service import Answer, contents_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODULE = "src/demo_service/tasks/legacy.py"
TEST = "tests/tasks/test_legacy.py"
TARGET = f"{MODULE}::sync"
SOURCE = '''"""Keeps the shop and the books alike."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from ..chassis import TaskArgs, TaskContext, TaskResult, credits, require_roles, task


class SyncArgs(TaskArgs):
    """What to compare."""

    shop: str = Field(max_length=20)
    limit: Decimal | None = Field(default=None, gt=Decimal(0))
    mode: Literal["all", "new"] = "new"


class SyncResult(TaskResult):
    """What was found."""

    count: int


@task(
    queue="slow",
)
@require_roles("books")
@credits("syncs", estimate=2)
async def sync(args: SyncArgs, context: TaskContext) -> SyncResult:
    """Compare them."""
    return SyncResult(count=len(args.shop))
'''


@pytest.fixture(autouse=True)
def by_hand(service: Project) -> None:
    """A service with one task that gen did not make."""
    (service.root / ".gen").mkdir()
    for folder in (service.endpoints, service.endpoint_tests):
        (service.root / folder).mkdir(parents=True, exist_ok=True)
    (service.root / MODULE).write_text(SOURCE)
    (service.root / TEST).write_text('"""Tests."""\n\nNAME = "sync"\n')


def edit(service: Project, old: str, new: str, path: str = MODULE) -> None:
    place = service.root / path
    text = place.read_text()
    assert old in text
    place.write_text(text.replace(old, new))


def test_it_is_noted_with_its_test_and_its_fields_and_stays_as_it_is(
    service: Project, gen: Gen
) -> None:
    before = contents_of(service.root)

    answer = gen("adopt", TARGET)

    assert answer.code == 0, answer.err
    after = contents_of(service.root)
    assert all(after[path] == content for path, content in before.items())
    shown = gen("show", "task", "sync").out
    assert MODULE in shown
    assert TEST in shown
    assert "adopted: written by hand; but for its body, this makes the same" in shown
    assert "shop:str:max=20 limit:decimal:optional:gt=0 mode:enum:all/new:default=new" in shown
    assert gen("check").code == 0
    assert "2 unedited" in gen("list").out


def test_its_messages_are_looked_after_as_any_others(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)
    edit(service, "max_length=20", "max_length=10")

    assert "max_length=20 became max_length=10" in gen("check").out


def test_what_is_more_than_specs_can_say_is_adopted_without_them(
    service: Project, gen: Gen
) -> None:
    edit(service, "    shop: str = Field(max_length=20)\n", "    shop: Shop\n")

    assert gen("adopt", TARGET).code == 0

    assert "fields" not in (service.root / ".gen/items/task-sync.toml").read_text()
    edit(service, "    shop: Shop\n", "    shop: int\n")
    assert "was Shop and is int" in gen("check").out


def test_every_policy_is_noted_as_the_word_that_writes_it(service: Project, gen: Gen) -> None:
    edit(
        service, '    queue="slow",\n', "    priority=Priority.HIGH, every=timedelta(minutes=5),\n"
    )
    edit(
        service,
        '@require_roles("books")\n',
        "@timeout(total=60, attempt=5)\n@retry()\n@rate_limit('5/minute')\n"
        "@idempotent(fields=('shop',))\n@cached(dt.timedelta(minutes=90))\n"
        "@policies.circuit_breaker('books')\n",
    )

    answer = gen("adopt", TARGET)

    assert "no word" not in answer.out
    command = gen("show", "task", "sync", "--command").out
    for words in (
        *("shop:str:max=20:idem", "--priority high", "--schedule 5m", "--timeout 5 --total 60"),
        *("--retry 3", "--rate-limit 5/minute/user", "--idempotent 1d", "--cache 1h30m"),
        *("--credits 2 --credit-type syncs", "--breaker books", "--about 'Compare them'"),
    ):
        assert words in command
    assert "--queue" not in command


@pytest.mark.parametrize(
    ("old", "new", "nearest"),
    [
        ('@require_roles("books")', "@retry(attempts=4, on=(OSError,))", "--retry 4"),
        ('@require_roles("books")', "@retry(attempts=MOST)", "sync"),
        ('@require_roles("books")', "@require_roles('books', mode='all')", "--roles books"),
        ('@require_roles("books")', "@require_roles('the books')", "sync"),
        ('@require_roles("books")', "@fallback(nothing)", "sync"),
        ('@require_roles("books")', "@counted", "sync"),
        ("@credits", '@credits("syncs", estimate=2, overdraft_limit=5)\n@counted', "--credits 2"),
        ('queue="slow"', 'queue="slow", retries=3', "--queue slow"),
        ("shop: str = Field(max_length=20)", "shop: Shop", "sync"),
        ("class SyncArgs(TaskArgs)", "class SyncArgs(ShopArgs)", "sync"),
        ("    count: int\n", "    count: int\n\n    def twice(self) -> int: ...\n", "sync"),
    ],
)
def test_what_no_word_says_is_told_with_the_nearest_command(
    service: Project, gen: Gen, old: str, new: str, nearest: str
) -> None:
    edit(service, old, new)
    told = new.partition("\n")[0] if "def" not in new else "def twice"
    told = told.replace('"', "'").removesuffix(":")

    answer = gen("adopt", TARGET)

    assert answer.code == 0, answer.err
    assert told.lstrip() in answer.out
    shown = gen("show", "task", "sync").out
    assert told.lstrip() in shown
    assert nearest in shown.splitlines()[-1]
    assert json.loads(gen("show", "task", "sync", "--json").out)["command"] == ""
    refused = gen("show", "task", "sync", "--command")
    assert refused.code == 2
    assert "no word of gen says" in refused.err


def test_the_account_of_its_credits_stays_when_it_is_renamed(service: Project, gen: Gen) -> None:
    edit(service, '@credits("syncs", ', '@credits("sync", ')
    gen("adopt", TARGET)

    assert gen("rename", "task", "sync", "compare_books").code == 0

    assert "--credit-type sync " in gen("show", "task", "compare_books", "--command").out


def test_a_note_of_an_earlier_gen_is_shown_with_the_words_of_today(
    service: Project, gen: Gen
) -> None:
    edit(service, '@require_roles("books")', "@retry(attempts=4)")
    gen("adopt", TARGET)
    edit(service, 'retry = "4"\n', "", ".gen/items/task-sync.toml")

    assert "--retry 4" in gen("show", "task", "sync", "--command").out


def test_a_model_of_another_module_is_noted_as_a_reference(service: Project, gen: Gen) -> None:
    (service.root / "src/demo_service/models.py").write_text(
        "from pydantic import BaseModel\nclass Shop(BaseModel):\n    name: str\n"
    )
    edit(
        service,
        "shop: str = Field(max_length=20)",
        "shop: Shop\n    others: list[Shop] | None = None",
    )
    edit(service, "from ..chassis", "from ..models import Shop\nfrom ..chassis")

    gen("adopt", TARGET)

    shown = gen("show", "task", "sync", "--command").out
    assert "shop:ref.Shop others:list.ref.Shop:optional" in shown


def test_an_endpoint_knows_its_fields_and_who_may(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)

    assert gen("endpoint", "books", "--task", "sync").code == 0

    test = (service.root / "tests/endpoints/test_books.py").read_text()
    assert 'SyncArgs(shop="shop")' in test
    assert "a_caller_who_may_not_submit_it_is_refused" in test


def test_upgrade_leaves_it_alone_and_field_says_what_to_paste(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)
    before = tree_of(service.root)

    upgraded = gen("upgrade")
    refused = gen("field", "sync", "at:datetime:optional")

    assert "it stays as it is" in upgraded.out
    assert refused.code == 2
    assert "from pydantic import AwareDatetime\n    at: AwareDatetime | None = None" in refused.err
    assert tree_of(service.root) == before


def test_it_is_renamed_with_its_edits_and_its_decorator(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)
    edit(service, "Compare them.", "Compare them, by sync.")

    answer = gen("rename", "task", "sync", "compare_books")

    assert answer.code == 0, answer.err
    text = (service.root / MODULE).read_text()
    assert 'queue="slow",\n    formerly=("sync",),\n)' in text
    assert "async def compare_books(args: CompareBooksArgs" in text
    assert "Compare them, by compare_books." in text
    assert 'NAME = "compare_books"' in (service.root / TEST).read_text()
    assert "adopted" in gen("show", "task", "compare_books").out
    assert gen("check").code == 0

    assert gen("rename", "task", "compare_books", "--drained").code == 0
    assert "formerly" not in (service.root / MODULE).read_text()
    assert gen("check").code == 0


def test_destroy_removes_what_is_as_it_was_adopted(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)

    assert gen("destroy", "task", "sync").code == 0

    assert not (service.root / MODULE).exists()
    assert json.loads(gen("list", "--json").out)["items"] == []


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("sync", 2, "names no function"),
        (f"{MODULE}::synk", 2, "did you mean 'sync'?"),
        (f"{MODULE}::SyncArgs", 2, "no function 'SyncArgs' under @task"),
        ("src/demo_service/tasks/nowhere.py::sync", 2, "is no module in"),
        (f"{TEST}::sync", 2, "is no module in src/demo_service/tasks"),
        ("src/demo_service/tasks/_hidden.py::sync", 2, "begins with an underscore"),
        ("src/demo_service/tasks/broken.py::sync", 3, "broken.py:1 is not Python"),
        ("src/demo_service/tasks/two.py::one", 2, "holds 2 tasks"),
        ("src/demo_service/tasks/made.py::made", 3, "belongs to task made already"),
        ("src/demo_service/tasks/twin.py::twin", 3, "gen has another task 'made'"),
    ],
)
def test_what_cannot_be_adopted_is_refused_and_the_tree_stays(
    service: Project, gen: Gen, words: str, code: int, reason: str
) -> None:
    gen("task", "made")
    one = "@task()\nasync def {}(args, context): ...\n"
    for name, text in {
        "_hidden": one.format("sync"),
        "broken": "def sync(:\n",
        "two": one.format("one") + one.format("two"),
        "twin": one.format("twin").replace("()", '(name="made")', 1),
    }.items():
        (service.root / service.tasks / f"{name}.py").write_text(text)
    before = tree_of(service.root)

    answer = gen("adopt", words)

    assert answer.code == code
    assert reason in answer.err
    assert tree_of(service.root) == before


def test_it_is_adopted_once(service: Project, gen: Gen) -> None:
    gen("adopt", TARGET)

    answer = gen("adopt", TARGET)

    assert answer.code == 3
    assert "belongs to task sync already" in answer.err
