"""What becomes of fields that refer to models, once the item is there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from generators.bare_service import Answer, tree_of
from valkey_chassis.project import Project

Gen = Callable[..., Answer]
MODELS = (
    "from pydantic import BaseModel\n\n\nclass Customer(BaseModel):\n    name: str\n\n\n"
    "class Place(BaseModel):\n    city: str\n"
)


@pytest.fixture(autouse=True)
def models(service: Project) -> Path:
    """As in a rendered service, with models that several parts share."""
    for folder in (".gen", "src/demo_service/events", "tests/events"):
        (service.root / folder).mkdir(exist_ok=True)
    place = service.root / "src/demo_service/models.py"
    place.write_text(MODELS)
    return place


def text(service: Project, path: str) -> str:
    return (service.root / "src/demo_service" / path).read_text(encoding="utf-8")


def test_a_task_gets_a_further_field_of_a_model(service: Project, gen: Gen) -> None:
    gen("task", "send_invoice", "customer:ref.Customer")

    assert gen("field", "send_invoice", "place:ref.Place:optional").code == 0

    module = text(service, "tasks/send_invoice.py")
    assert "from ..models import Customer, Place\n" in module
    assert "    place: Place | None = None\n" in module
    assert gen("check").code == 0


@pytest.mark.parametrize("of_result", [False, True], ids=["input", "result"])
def test_a_field_takes_the_model_s_new_name(
    service: Project, gen: Gen, models: Path, *, of_result: bool
) -> None:
    spec = "customer:ref.Customer"
    gen("task", "send_invoice", *(["--result", spec] if of_result else [spec]), "id:int")
    models.write_text(MODELS.replace("Customer", "Buyer"))
    for path in ("src/demo_service/tasks/send_invoice.py", "tests/tasks/test_send_invoice.py"):
        place = service.root / path
        place.write_text(place.read_text().replace("Customer", "Buyer"))

    answer = gen("field", "send_invoice", "--change", "customer:ref.Buyer", "--drained")

    assert answer.code == 0, answer.err
    assert gen("upgrade").out.endswith("nothing to do\n")
    assert "ref.Buyer" in gen("show", "task", "send_invoice", "--command").out


def test_a_poller_finds_models(service: Project, gen: Gen) -> None:
    assert gen("poller", "shops", "where:ref.Place", "--every", "1h").code == 0

    assert "from ..models import Place\n" in text(service, "events/shops_found.py")
    assert 'ShopsFound(where=Place(city="city"))' in text(service, "tasks/poll_shops.py")
    assert gen("upgrade").out.endswith("nothing to do\n")


def test_the_item_whose_model_is_gone_is_named(service: Project, gen: Gen, models: Path) -> None:
    gen("task", "send_invoice", "customer:ref.Customer")
    models.unlink()
    before = tree_of(service.root)

    upgrade, check = gen("upgrade"), gen("check")

    assert upgrade.code == check.code == 3
    assert "task send_invoice cannot be made any more: " in upgrade.err
    assert "task send_invoice cannot be made any more: " in check.out
    assert tree_of(service.root) == before
