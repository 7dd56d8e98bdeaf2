"""Every rendered file has exactly one owner, and the list of owners holds nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rendering import answer_sets
from tree import OWNERSHIP_CLASSES, Ownership, files_of

ELSEWHERE = {
    "/.gitlab-ci.yml",  # chosen by `ci`, and no answer set here chooses it
    "/tests/endpoints/**",  # the team's, and empty until it writes an endpoint
}


@pytest.mark.parametrize("answers", answer_sets())
def test_every_path_is_in_exactly_one_class(rendered: Callable[[str], Path], answers: str) -> None:
    service = rendered(answers)
    ownership = Ownership(service)

    classes = {path: ownership.classes_of(path) for path in files_of(service)}

    assert tuple(ownership.patterns) == OWNERSHIP_CLASSES
    assert {path: found for path, found in classes.items() if len(found) != 1} == {}


def test_every_pattern_stands_for_a_file(rendered: Callable[[str], Path]) -> None:
    service = rendered("full")
    patterns = [line for lines in Ownership(service).patterns.values() for line in lines]

    idle = [
        pattern
        for pattern in patterns
        if pattern not in ELSEWHERE and not list(service.glob(pattern.lstrip("!/")))
    ]

    assert idle == []


def test_shared_files_are_few(rendered: Callable[[str], Path]) -> None:
    service = rendered("full")
    ownership = Ownership(service)

    shared = [path for path in files_of(service) if ownership.classes_of(path) == ["shared"]]

    assert len(shared) <= 4


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("src/demo_service/tasks/send_invoice.py", "seed"),
        ("src/demo_service/tasks/billing/refund.py", "seed"),
        ("src/demo_service/tasks/__init__.py", "owned"),
        ("tests/tasks/test_send_invoice.py", "seed"),
        ("src/demo_service/chassis/policies/retry.py", "owned"),
        (".env.example", "seed"),
        ("pyproject.toml", "shared"),
    ],
)
def test_owners_are_the_promised_ones(
    rendered: Callable[[str], Path], path: str, owner: str
) -> None:
    assert Ownership(rendered("default")).classes_of(path) == [owner]
