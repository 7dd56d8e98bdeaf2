"""A task that gen made, adopted as if it were written by hand, is noted as words that make the same."""

import shlex
import shutil

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from generators.field_specs import MODELS, VALID_MOSTLY
from valkey_chassis.cli import main
from valkey_chassis.item import find_item
from valkey_chassis.project import Project

NAME = "bill_customer"
NAMES = st.sampled_from(["billing", "billing,finance", "pay:write"])
DURATIONS = st.sampled_from(["1s", "90s", "1500ms", "30m", "24h", "1h30m", "90d"])
SECONDS = st.sampled_from(["0.5", "1", "30s", "86400", "12.345"])
POLICIES: dict[str, st.SearchStrategy[str]] = {
    "--about": st.sampled_from(["it takes the money.", "Don't ask", "bill customer"]),
    "--queue": st.sampled_from(["default", "billing"]),
    "--priority": st.sampled_from(["critical", "normal", "low"]),
    "--schedule": st.sampled_from(["30m", "90s", "0 3 * * *"]),
    "--rate-limit": st.sampled_from(["9/hour", "100/minute/tenant", "5/day/user"]),
    "--idempotent": DURATIONS,
    "--credits": st.sampled_from(["1", "3", "1000000000"]),
    "--credit-type": st.sampled_from(["cards", NAME]),
    "--retry": st.sampled_from(["2", "3", "100"]),
    "--timeout": SECONDS,
    "--total": SECONDS,
    "--roles": NAMES,
    "--scopes": NAMES,
    "--cache": DURATIONS,
    "--concurrency": st.sampled_from(["1", "40"]),
    "--breaker": st.sampled_from(["bank-api", "Mail.v2"]),
    "--formerly": st.sampled_from(["bill_card", "bill_card,charge_card"]),
}
OPTIONS = st.fixed_dictionaries({}, optional=POLICIES)


def remade(service: Project, *words: str) -> tuple[int, bytes]:
    """The module that gen makes of these words where nothing of them is there yet."""
    for folder in (".gen", "docs/tasks"):
        shutil.rmtree(service.root / folder, ignore_errors=True)
    module = service.root / service.tasks / f"{NAME}.py"
    module.unlink(missing_ok=True)
    (service.root / service.task_tests / f"test_{NAME}.py").unlink(missing_ok=True)
    code = main(words)
    return code, module.read_bytes() if module.exists() else b""


def test_the_noted_words_make_the_same_source(
    service: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(service.root)
    (service.root / "src/demo_service/models.py").write_text(MODELS)

    @settings(
        max_examples=120,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        fields=st.lists(VALID_MOSTLY, max_size=3, unique_by=lambda spec: spec.partition(":")[0]),
        result=st.lists(VALID_MOSTLY, max_size=2),
        options=OPTIONS,
        cpu=st.booleans(),
    )
    def holds(fields: list[str], result: list[str], options: dict[str, str], cpu: bool) -> None:
        words = ["task", NAME, *fields, *(word for pair in options.items() for word in pair)]
        words += [*(["--cpu"] if cpu else []), *(["--result", *result] if result else [])]
        code, made = remade(service, *words)
        event(f"accepted: {code == 0}")
        if code:
            return
        shutil.rmtree(service.root / ".gen")

        assert main(["adopt", f"{service.tasks}/{NAME}.py::{NAME}"]) == 0

        noted = find_item(service, "task", NAME).words
        capsys.readouterr()
        assert main(["show", "task", NAME, "--command"]) == 0
        shown = shlex.split(capsys.readouterr().out)[3:]
        assert remade(service, *noted) == (0, made)
        assert remade(service, *shown) == (0, made)

    holds()
