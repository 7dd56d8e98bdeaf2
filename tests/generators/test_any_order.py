"""Whatever is generated in whatever order, by one person or by two, the service comes out the same."""

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generators.bare_service import contents_of, make_bare_service, tree_of
from valkey_chassis.cli import main

# Each with those that come before it, since they belong to one another.
GROUPS = (
    (
        ("task", "send_invoice", "order_id:uuid", "--retry", "3", "--roles", "billing"),
        ("endpoint", "shop_invoices", "--task", "send_invoice"),
    ),
    (
        ("event", "order_paid", "order_id:uuid", "total:money"),
        ("listener", "mark_order", "--on", "order_paid"),
        ("listener", "thank_buyer", "--on", "order_paid"),
    ),
    (("schedule", "close_books", "0 3 * * *", "day:date:optional"),),
    (("poller", "fx_rates", "rate:decimal", "--every", "30s"),),
)
ROOMS = (".gen", "src/demo_service/endpoints", "src/demo_service/events", "tests/events")
# Each is a dozen runs of gen; what fails would take minutes to be made smaller, and is small.
some = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

Command = tuple[str, ...]


def service_in(folder: Path) -> Path:
    """As a rendered one: the rooms are there, and hold something."""
    root = make_bare_service(folder / "service").root
    for room in ROOMS:
        (root / room).mkdir(exist_ok=True)
        (root / room / "README.md").write_text("Ours.\n")
    return root


def generate(root: Path, commands: Iterable[Command]) -> None:
    for command in commands:
        assert main([*command, "--no-proof", "--root", str(root)]) == 0, command


def destroyed(command: Command) -> Command:
    kind, name = command[:2]
    return ("destroy", "task" if kind == "schedule" else kind, name)


@st.composite
def orders(draw: st.DrawFn) -> Sequence[Command]:
    """All commands, each somewhere behind those that it needs."""
    left = [list(group) for group in GROUPS]
    order: list[Command] = []
    while any(left):
        group = draw(st.sampled_from([group for group in left if group]))
        order.append(group.pop(0))
    return order


@cache
def complete() -> dict[str, bytes]:
    """The tree with everything, made group by group."""
    with tempfile.TemporaryDirectory() as folder:
        root = service_in(Path(folder))
        generate(root, [command for group in GROUPS for command in group])
        return contents_of(root)


@some
@given(order=orders(), back=orders())
def test_any_order_gives_one_tree_and_any_order_takes_it_back(
    order: Sequence[Command], back: Sequence[Command]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = service_in(Path(folder))
        before = contents_of(root)

        generate(root, order)
        assert contents_of(root) == complete()

        generate(root, map(destroyed, reversed(back)))
        assert contents_of(root) == before


@some
@given(order=orders(), again=orders())
def test_a_second_time_changes_nothing_in_any_order(
    order: Sequence[Command], again: Sequence[Command]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = service_in(Path(folder))
        generate(root, order)
        before = tree_of(root)

        generate(root, again)

        assert tree_of(root) == before


@some
@given(mine=st.sets(st.sampled_from(GROUPS), min_size=1, max_size=len(GROUPS) - 1))
def test_two_branches_that_generate_merge_clean(mine: set[tuple[Command, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = service_in(Path(folder))
        git(root, "init", "-q", "-b", "main")
        commit(root, "A service")
        for branch, groups in (("mine", mine), ("theirs", set(GROUPS) - mine)):
            git(root, "switch", "-q", "-c", branch, "main")
            generate(root, [command for group in groups for command in group])
            commit(root, branch)

        git(root, "merge", "-q", "--no-edit", "mine")

        merged = {path: text for path, text in contents_of(root).items() if ".git" not in path}
        assert {path for path in merged if merged[path] != complete().get(path)} == set()
        assert main(["check", "--root", str(root)]) == 0


def commit(root: Path, message: str) -> None:
    git(root, "add", "--all")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=Team", "-c", "user.email=team@example.com")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)
