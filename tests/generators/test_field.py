"""`gen field` evolves a model, keeps what was edited, and breaks nothing that is queued."""

from collections.abc import Callable

import pytest

from generators.bare_service import Answer, edit, lint, text_of, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
ORDER = ("task", "charge_card", "amount:decimal:gt=0", "--retry", "3", "--result", "receipt:str")
MODULE = "src/demo_service/tasks/charge_card.py"
TEST = "tests/tasks/test_charge_card.py"
CURRENCY = "currency:enum:EUR/USD:default=EUR"


@pytest.fixture(autouse=True)
def made(service: Project, gen: Gen) -> None:
    """A service with one task."""
    (service.root / ".gen").mkdir()
    (service.root / service.events).mkdir()
    gen(*ORDER)


def test_it_is_as_if_it_had_been_made_with_the_field(service: Project, gen: Gen) -> None:
    answer = gen("field", "charge_card", CURRENCY)

    assert answer.code == 0
    after = (text_of(service, MODULE), text_of(service, TEST))
    gen("destroy", "task", "charge_card")
    gen(*ORDER[:3], CURRENCY, *ORDER[3:])
    assert after == (text_of(service, MODULE), text_of(service, TEST))
    assert '"currency"' in after[1]


def test_a_second_time_it_is_there_already(service: Project, gen: Gen) -> None:
    gen("field", "charge_card", CURRENCY)
    before = tree_of(service.root)

    answer = gen("field", "charge_card", CURRENCY)

    assert answer.code == 3
    assert "has a field 'currency' already" in answer.err
    assert "--change" in answer.err
    assert tree_of(service.root) == before


@pytest.mark.parametrize("words", [["reason:str:max=40"], ["--result", "reason:str:max=40"]])
def test_a_required_field_is_refused_under_a_caret(
    service: Project, gen: Gen, words: list[str]
) -> None:
    before = tree_of(service.root)

    answer = gen("field", "charge_card", *words)

    assert answer.code == 2
    assert "  reason:str:max=40\n        ^\n" in answer.err
    assert "default=..., or optional" in answer.err
    assert "--drained" in answer.err
    assert tree_of(service.root) == before


def test_edits_survive_those_at_the_same_place_too(service: Project, gen: Gen) -> None:
    edit(service, "    amount: Decimal = Field(gt=Decimal(0))\n", OURS, MODULE)
    edit(service, "    # Yours to write. Until then it answers", "    # Ours: it answers", MODULE)
    edit(service, "receipt=", "receipt=context.execution_id or ", MODULE)
    edit(service, '"""What charge_card promises."""', '"""What we promise."""', TEST)

    answer = gen("field", "charge_card", CURRENCY, "--result", "at:datetime:optional")

    assert answer.code == 0, answer.err
    text = text_of(service, MODULE)
    assert OURS + '    currency: Literal["EUR", "USD"] = "EUR"\n' in text
    assert "# Ours: it answers" in text
    assert "receipt=context.execution_id or " in text
    assert "at: AwareDatetime | None = None" in text
    assert text_of(service, TEST).startswith('"""What we promise."""')
    assert '"currency"' in text_of(service, TEST)
    lint(service.root)
    assert gen("check").code == 0
    assert gen("upgrade").out.endswith("nothing to do\n")


OURS = "    amount: Decimal = Field(gt=Decimal(0))\n    ours: int = 1\n"


def test_a_model_of_another_name_gets_it_all_the_same(service: Project, gen: Gen) -> None:
    edit(service, "ChargeCardArgs", "Input", MODULE)
    edit(service, "ChargeCardArgs", "Input", TEST)

    assert gen("field", "charge_card", CURRENCY).code == 0

    assert 'currency: Literal["EUR", "USD"] = "EUR"' in text_of(service, MODULE)
    assert gen("check").code == 0


def test_where_the_lines_themselves_were_edited_the_line_to_paste_is_told(
    service: Project, gen: Gen
) -> None:
    edit(
        service, "from pydantic import Field", "from pydantic import Field, model_validator", MODULE
    )
    before = tree_of(service.root)

    answer = gen("field", "charge_card", "at:datetime:optional")

    assert answer.code == 3
    assert "from pydantic import AwareDatetime\n    at: AwareDatetime | None = None" in answer.err
    assert tree_of(service.root) == before


def test_a_field_of_the_result_is_named_by_its_prefix(service: Project, gen: Gen) -> None:
    gen("field", "charge_card", "--result", "amount:int:default=1")

    answer = gen("field", "charge_card", "--change", "result.amount:int:default=2")

    assert answer.code == 0, answer.err
    assert "amount: int = 2" in text_of(service, MODULE)
    assert "amount: Decimal = Field(gt=Decimal(0))" in text_of(service, MODULE)

    assert gen("field", "charge_card", "--remove", "result.amount", "--drained").code == 0

    assert "amount: int" not in text_of(service, MODULE)
    assert gen("field", "charge_card", "--remove", "result.amount").code == 2


def test_lines_to_paste_say_which_are_of_the_result(service: Project, gen: Gen) -> None:
    edit(service, "    amount: Decimal = Field(gt=Decimal(0))\n", "    amount: Decimal\n", MODULE)
    words = ("--change", "amount:decimal:optional", "--result", "ok:bool:default=true")

    answer = gen("field", "charge_card", *words)

    assert answer.code == 3
    assert (
        "    # Of its input:\n    amount: Decimal | None = None\n"
        "    # Of its result:\n    ok: bool = True\n"
    ) in answer.err


def test_a_field_to_be_taken_out_by_hand_is_not_told_to_be_added(
    service: Project, gen: Gen
) -> None:
    edit(service, "    amount: Decimal = Field(gt=Decimal(0))\n", "    amount: Decimal\n", MODULE)

    answer = gen("field", "charge_card", "--remove", "amount", "--drained")

    assert answer.code == 3
    assert answer.err.endswith("take it out by hand, then run this again for the notes\n")


def test_a_field_that_was_pasted_is_noted(service: Project, gen: Gen) -> None:
    edit(service, "Field(gt=Decimal(0))\n", 'Field(gt=Decimal(0))\n    at: str = "now"\n', MODULE)

    assert gen("field", "charge_card", "at:str:default=now").code == 0

    assert text_of(service, MODULE).count('at: str = "now"') == 1
    assert "at:str:default=now" in gen("show", "task", "charge_card", "--command").out


def test_what_takes_more_may_change_at_any_time(service: Project, gen: Gen) -> None:
    answer = gen("field", "charge_card", "--change", "amount:decimal:ge=0")

    assert answer.code == 0, answer.err
    assert "Field(ge=Decimal(0))" in text_of(service, MODULE)
    assert gen("check").code == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--change", "amount:decimal:gt=5"], "gt=0 became gt=5"),
        (["--change", "amount:int:gt=0"], "was Decimal and is int"),
        (["--remove", "amount"], "'amount' is gone"),
        (["--change", "receipt:uuid"], "was str and is UUID"),
    ],
)
def test_what_breaks_queued_messages_waits_until_they_have_drained(
    service: Project, gen: Gen, words: list[str], reason: str
) -> None:
    before = tree_of(service.root)

    refused = gen("field", "charge_card", *words)

    assert refused.code == 2
    assert reason in refused.err
    assert f"  {words[1]}\n  ^\n" in refused.err
    assert tree_of(service.root) == before

    assert gen("field", "charge_card", *words, "--drained").code == 0
    assert gen("check").code == 0
    lint(service.root)


def test_a_form_that_was_accepted_moves_on_with_the_model(service: Project, gen: Gen) -> None:
    edit(
        service,
        "amount: Decimal = Field(gt=Decimal(0))",
        "amount: Decimal = Field(gt=Decimal(9))",
        MODULE,
    )
    gen("check", "--accept")

    assert gen("field", "charge_card", CURRENCY).code == 0

    edit(service, '    currency: Literal["EUR", "USD"] = "EUR"\n', "", MODULE)
    assert "'currency' is gone" in gen("check").out


def test_an_event_gets_a_field_and_its_listeners_go_on(service: Project, gen: Gen) -> None:
    gen("event", "order_paid", "order_id:uuid")
    gen("listener", "thank", "--on", "order_paid")

    answer = gen("field", "order_paid", "note:str:optional")

    assert answer.code == 0
    assert "    note: str | None = None\n" in text_of(
        service, "src/demo_service/events/order_paid.py"
    )
    assert gen("check").code == 0
    assert gen("upgrade").out.endswith("nothing to do\n")


def test_who_gives_what_was_required_is_told(service: Project, gen: Gen) -> None:
    (service.root / service.endpoints).mkdir()
    gen("endpoint", "shop", "--task", "charge_card")

    answer = gen("field", "charge_card", "reason:str", "--drained")

    assert "endpoint shop uses it: uv run gen upgrade endpoint shop" in answer.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("charge_cart", CURRENCY), "did you mean 'charge_card'?"),
        (("charge_card",), "no field is given"),
        (("charge_card", "--remove", "amonut", "--drained"), "did you mean 'amount'?"),
        (("charge_card", "--change", "sum:int"), "no field 'sum' that gen knows of"),
        (("charge_card", "fee:intt:optional"), "did you mean 'int'?"),
        (("charge_card", "k:str:key:optional"), "'key' marks a part of a cache key"),
    ],
)
def test_what_cannot_be_is_refused_and_the_tree_stays(
    service: Project, gen: Gen, words: tuple[str, ...], reason: str
) -> None:
    before = tree_of(service.root)

    answer = gen("field", *words)

    assert answer.code == 2
    assert reason in answer.err
    assert tree_of(service.root) == before
