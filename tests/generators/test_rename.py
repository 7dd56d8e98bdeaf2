"""`gen rename` gives a task another name everywhere, and lets what is queued run on."""

from collections.abc import Callable

import pytest

from generators.bare_service import Answer, edit, lint, text_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "send_invoice", "amount:decimal:gt=0", "--credits", "3", "--idempotent", "1h")
OLD = "src/demo_service/tasks/send_invoice.py"
NEW = "src/demo_service/tasks/post_bill.py"
MODELS = "src/demo_service/models.py"
OLD_TEST, NEW_TEST = "tests/tasks/test_send_invoice.py", "tests/tasks/test_post_bill.py"


@pytest.fixture(autouse=True)
def made(service: Project, gen: Gen) -> None:
    """A service with one task and an endpoint for it."""
    (service.root / ".gen").mkdir()
    for folder in (service.endpoints, service.endpoint_tests):
        (service.root / folder).mkdir(parents=True, exist_ok=True)
    gen(*ORDER)
    gen("endpoint", "billing", "--task", "send_invoice")


def move_model(service: Project) -> None:
    """As a team does that shares it."""
    model = "class SendInvoiceArgs(TaskArgs):\n    amount: Decimal = Field(gt=Decimal(0))\n"
    edit(service, model, "from ..models import SendInvoiceArgs\n", OLD)
    head = "from decimal import Decimal\n\nfrom pydantic import Field\n\nfrom .chassis import TaskArgs\n"
    (service.root / MODELS).write_text(f"{head}\n\n{model}", encoding="utf-8")


def test_it_is_as_if_it_had_been_made_under_that_name(service: Project, gen: Gen) -> None:
    answer = gen("rename", "task", "send_invoice", "post_bill")

    assert answer.code == 0, answer.err
    text = text_of(service, NEW)
    assert 'formerly=("send_invoice",)' in text
    assert "async def post_bill(args: PostBillArgs, context: TaskContext) -> PostBillResult" in text
    assert '@credits("send_invoice", estimate=3)' in text
    assert 'service.account("send_invoice")' in text_of(service, NEW_TEST)
    assert 'post("/tasks/post_bill"' in text_of(service, NEW_TEST)
    assert not (service.root / OLD).exists()
    assert not (service.root / OLD_TEST).exists()
    assert not list(service.root.glob(".gen/**/*send_invoice*"))
    assert "from ..tasks.post_bill import PostBillArgs, post_bill" in text_of(
        service, "src/demo_service/endpoints/billing.py"
    )
    lint(service.root)
    assert gen("check").code == 0
    assert gen("upgrade").out.endswith("nothing to do\n")
    assert "--task post_bill" in gen("show", "endpoint", "billing", "--command").out


def test_a_model_that_lives_in_another_module_keeps_its_name(service: Project, gen: Gen) -> None:
    move_model(service)

    answer = gen("rename", "task", "send_invoice", "post_bill")

    assert answer.code == 0, answer.err
    text = text_of(service, NEW)
    assert "from ..models import SendInvoiceArgs" in text
    assert "async def post_bill(args: SendInvoiceArgs, context: TaskContext) -> PostBillRe" in text
    assert f"send_invoice is named in {MODELS}:8" in answer.out


def test_everywhere_a_model_in_another_module_is_renamed_too(service: Project, gen: Gen) -> None:
    move_model(service)

    gen("rename", "task", "send_invoice", "post_bill", "--everywhere")

    assert "from ..models import PostBillArgs" in text_of(service, NEW)
    assert "args: PostBillArgs" in text_of(service, NEW)
    assert "class PostBillArgs" in text_of(service, MODELS)


def test_every_edit_comes_along(service: Project, gen: Gen) -> None:
    edit(service, '@task(queue="default")', '@task(queue="default", retries=3)', OLD)
    edit(
        service,
        "    # Yours to write. Until then it answers",
        "    # send_invoice: ours. It answers",
        OLD,
    )
    edit(
        service,
        "    return SendInvoiceResult",
        '    note = f"send_invoice {args}"\n    return SendInvoiceResult',
        OLD,
    )
    edit(service, 'json={"unheard_of"', 'json={"send_invoices"', OLD_TEST)

    answer = gen("rename", "task", "send_invoice", "post_bill")

    assert answer.code == 0, answer.err
    text = text_of(service, NEW)
    assert '@task(queue="default", retries=3, formerly=("send_invoice",))' in text
    assert "    # post_bill: ours. It answers" in text
    assert 'note = f"post_bill {args}"' in text
    assert 'json={"send_invoices"' in text_of(service, NEW_TEST)
    states = gen("show", "task", "post_bill").out
    assert states.count(" edited") == 2


def test_a_second_renaming_keeps_both_names_and_drained_drops_them(
    service: Project, gen: Gen
) -> None:
    gen("rename", "task", "send_invoice", "post_bill")
    gen("rename", "task", "post_bill", "mail_bill")

    text = text_of(service, "src/demo_service/tasks/mail_bill.py")
    assert 'formerly=("send_invoice", "post_bill")' in text
    assert '@credits("send_invoice"' in text

    assert gen("rename", "task", "mail_bill", "--drained").code == 0

    text = text_of(service, "src/demo_service/tasks/mail_bill.py")
    assert "formerly" not in text
    assert "formerly" not in text_of(service, "tests/tasks/test_mail_bill.py")
    lint(service.root)
    assert gen("check").code == 0
    assert gen("upgrade").out.endswith("nothing to do\n")


def test_what_other_items_are_compared_with_is_renamed_too(service: Project, gen: Gen) -> None:
    gen("task", "close_day")
    module = "src/demo_service/tasks/close_day.py"
    edit(
        service,
        '"""Nothing is needed."""\n',
        '"""What there was."""\n\n    last: SendInvoiceArgs | None = None\n',
        module,
    )
    edit(
        service,
        "from ..chassis",
        "from .send_invoice import SendInvoiceArgs\nfrom ..chassis",
        module,
    )
    (service.root / service.bases / "task-close_day/accepted.base").write_text(
        text_of(service, module)
    )

    assert gen("rename", "task", "send_invoice", "post_bill", "--everywhere").code == 0

    assert "last: PostBillArgs | None = None" in text_of(service, module)
    assert gen("check").code == 0


def test_a_form_that_was_accepted_comes_along(service: Project, gen: Gen) -> None:
    edit(service, "Field(gt=Decimal(0))", "Field(gt=Decimal(9))", OLD)
    gen("check", "--accept")

    gen("rename", "task", "send_invoice", "post_bill")

    assert gen("check").code == 0
    edit(service, "Field(gt=Decimal(9))", "Field(gt=Decimal(10))", NEW)
    assert "gt=9 became gt=10" in gen("check").out


def test_a_former_name_that_is_taken_out_by_hand_is_told(service: Project, gen: Gen) -> None:
    gen("rename", "task", "send_invoice", "post_bill")
    edit(service, ', formerly=("send_invoice",)', "", NEW)

    assert "messages of send_invoice may be queued" in gen("check").out


def test_words_of_your_own_stay(service: Project, gen: Gen) -> None:
    edit(
        service,
        "class SendInvoiceArgs(TaskArgs):",
        'class SendInvoiceArgs(TaskArgs):\n    """What we take."""\n',
        OLD,
    )

    assert gen("rename", "task", "send_invoice", "post_bill").code == 0

    text = text_of(service, NEW)
    assert text.startswith('"""The task `post_bill`; its page')
    assert '"""What we take."""' in text


def test_drained_leaves_the_old_name_out_at_once(service: Project, gen: Gen) -> None:
    answer = gen("rename", "task", "send_invoice", "post_bill", "--drained")

    assert "formerly" not in text_of(service, NEW)
    assert "let it drain first" in answer.out
    assert gen("check").code == 0


def test_who_else_speaks_of_it_is_told_or_renamed(service: Project, gen: Gen) -> None:
    other = service.root / service.tasks / "close_day.py"
    other.write_text(
        "from .send_invoice import SendInvoiceArgs, send_invoice\n\nUSED = (SendInvoiceArgs, send_invoice)\n"
    )
    (service.root / ".env").write_text("A=1\nTASK_SEND_INVOICE__RETRY__ATTEMPTS=3\n")

    told = gen("rename", "task", "send_invoice", "post_bill", "--dry-run")
    done = gen("rename", "task", "send_invoice", "post_bill", "--everywhere")

    assert (
        "src/demo_service/tasks/close_day.py:1, src/demo_service/tasks/close_day.py:3" in told.out
    )
    assert "TASK_SEND_INVOICE__ is set in .env:2: it is TASK_POST_BILL__ now" in told.out
    assert done.code == 0
    assert other.read_text().startswith("from .post_bill import PostBillArgs, post_bill\n")


def test_files_of_the_template_mean_something_else_by_the_word(service: Project, gen: Gen) -> None:
    gen("task", "sync", "--no-proof")
    (service.root / ".gen/ownership.toml").write_text('owned = ["/src/*/*.py"]\n')
    theirs = service.root / "src/demo_service/app.py"
    theirs.write_text('"""For sync and async code."""\n')

    told = gen("rename", "task", "sync", "synchronize", "--dry-run")
    done = gen("rename", "task", "sync", "synchronize", "--everywhere")

    assert "app.py" not in told.out
    assert done.code == 0
    assert theirs.read_text() == '"""For sync and async code."""\n'


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/demo_service/tasks/close_day.py", "from .send_invoice import SendInvoiceArgs\n"),
        ("src/demo_service/tasks/close_day.py", "from . import send_invoice\n"),
        ("src/demo_service/jobs.py", "import demo_service.tasks.send_invoice\n"),
        ("tests/test_all.py", "from demo_service.tasks.send_invoice import send_invoice\n"),
    ],
)
def test_who_imports_it_is_in_the_way_and_the_refusal_ends_with_the_command_that_works(
    service: Project, gen: Gen, path: str, text: str
) -> None:
    (service.root / path).write_text(text)
    before = tree_of(service.root)

    refused = gen("rename", "task", "send_invoice", "post_bill", "--drained")

    assert refused.code == 3
    assert tree_of(service.root) == before
    last = refused.err.splitlines()[-1].strip()
    assert last == "uv run gen rename task send_invoice post_bill --everywhere --drained"
    assert gen(*last.split()[3:]).code == 0
    assert "send_invoice" not in (service.root / path).read_text()


def test_who_speaks_of_it_without_importing_it_is_told_alone(service: Project, gen: Gen) -> None:
    (service.root / "src/demo_service/notes.py").write_text(
        '"""Of send_invoice."""\nfrom .other.send_invoice import PLACE\n'
    )
    (service.root / "src/demo_service/half.py").write_text("from .tasks.send_invoice import (\n")

    answer = gen("rename", "task", "send_invoice", "post_bill")

    assert answer.code == 0
    assert "named in src/demo_service/half.py:1, src/demo_service/notes.py:1" in answer.out


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("task", "send_invoce", "post_bill"), 2, "did you mean 'send_invoice'?"),
        (("task", "send_invoice"), 2, "no new name is given"),
        (("task", "send_invoice", "send_invoice"), 2, "has that name"),
        (("task", "send_invoice", "PostBill"), 2, "'post_bill'"),
        (("task", "send_invoice", "close_day"), 3, "close_day.py is there already"),
        (("event", "order_paid", "order_settled"), 2, "other services listen for its name"),
        (("endpoint", "billing", "bills"), 2, "its name is its address"),
    ],
)
def test_what_cannot_be_renamed_is_refused_and_the_tree_stays(
    service: Project, gen: Gen, words: tuple[str, ...], code: int, reason: str
) -> None:
    gen("task", "close_day")
    before = tree_of(service.root)

    answer = gen("rename", *words)

    assert answer.code == code
    assert reason in answer.err
    assert tree_of(service.root) == before


def test_a_new_task_may_not_take_a_former_name(service: Project, gen: Gen) -> None:
    gen("rename", "task", "send_invoice", "post_bill")

    answer = gen("task", "send_invoice")

    assert answer.code == 3
    assert "post_bill.py" in answer.err
