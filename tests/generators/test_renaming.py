"""Names are changed by tokens: identifiers, texts and comments, and nothing that only looks alike."""

import pytest

from valkey_chassis.renaming import Renaming, with_former_names

RENAMING = Renaming("send_invoice", "post_bill")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("send_invoice(SendInvoiceArgs())", "post_bill(PostBillArgs())"),
        ("send_invoice_later, resend_invoice", "send_invoice_later, resend_invoice"),
        ('post("/tasks/send_invoice")', 'post("/tasks/post_bill")'),
        ("x = 1  # send_invoice, not send_invoices", "x = 1  # post_bill, not send_invoices"),
        ('"""Äußerst: send_invoice."""', '"""Äußerst: post_bill."""'),
        ('f"ä {send_invoice.name} send_invoice"', 'f"ä {post_bill.name} post_bill"'),
        (
            '@credits("send_invoice", estimate=max(1, 2))',
            '@credits("send_invoice", estimate=max(1, 2))',
        ),
        (
            'service.grant("send_invoice", 5); submit("send_invoice")',
            'service.grant("send_invoice", 5); submit("post_bill")',
        ),
        (
            'overriding(TASK_SEND_INVOICE__RETRY="1", TASK_SEND_INVOICES__RETRY="1")',
            'overriding(TASK_POST_BILL__RETRY="1", TASK_SEND_INVOICES__RETRY="1")',
        ),
        ('"""One\nsend_invoice\n"""\nsend_invoice', '"""One\npost_bill\n"""\npost_bill'),
        ("def broken(: send_invoice", "def broken(: post_bill"),
        ("'unended send_invoice", "'unended post_bill"),
    ],
)
def test_each_mention_is_renamed_and_nothing_else(before: str, after: str) -> None:
    assert RENAMING.text(before) == after


BODY = "\nasync def post_bill(args, context): ...\n"


@pytest.mark.parametrize(
    ("before", "names", "after"),
    [
        ("@task()", ["a"], '@task(formerly=("a",))'),
        ('@task(queue="ä")', ["a", "b"], '@task(queue="ä", formerly=("a", "b"))'),
        ("@task(\n    retries=3,\n)", ["a"], '@task(\n    retries=3, formerly=("a",),\n)'),
        ('@task(formerly=("a",), retries=3)', ["b"], '@task(formerly=("b",), retries=3)'),
        ('@task(formerly=("a",), retries=3)', [], "@task(retries=3)"),
        ('@task(retries=3, formerly=("a",))', [], "@task(retries=3)"),
        ('@task(formerly=("a",))', [], "@task()"),
        ("@task(retries=3)", [], "@task(retries=3)"),
        ('@task(name="other")', ["a"], '@task(name="other")'),
    ],
)
def test_former_names_are_written_into_the_decorator(
    before: str, names: list[str], after: str
) -> None:
    assert with_former_names(before + BODY, "post_bill", names) == after + BODY


@pytest.mark.parametrize(
    ("line", "renamed"),
    [
        (
            "from ..tasks.legacy import SyncArgs, sync\n",
            "from ..tasks.legacy import PullArgs, pull\n",
        ),
        ("from ..models import SyncArgs\n", "from ..models import SyncArgs\n"),
        ("from ..tasks import sync\n", "from ..tasks import pull\n"),
    ],
    ids=["of_the_task_s_module", "of_another_module", "the_module"],
)
def test_a_class_goes_by_the_module_that_it_lives_in(line: str, renamed: str) -> None:
    assert Renaming("sync", "pull", module="legacy").text(line) == renamed
    assert Renaming("sync", "pull", everywhere=True).text(line) == renamed.replace("Sync", "Pull")
