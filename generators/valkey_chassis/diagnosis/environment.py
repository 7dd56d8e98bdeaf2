"""Whether what gen needs is there, and is what the service pins."""

import json
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from typing import Any, Final

from ..finding import Finding
from ..project import ANSWERS_FILE, Project
from ..releases import SYNC
from ..tools import find_tool

DISTRIBUTION: Final = "valkey-chassis"
# Programs, and modules beside gen: what is missed where one is.
_PROGRAMS: Final = {
    "ruff": "generated files arrive without being formatted",
    "git": "nothing can be merged, by gen upgrade and by copier update",
}
_MODULES: Final = {
    "mypy": "the types of generated files are not proved",
    "pytest": "the tests of generated files are not run before they are written",
}


def judge_environment(project: Project) -> Iterator[Finding]:
    """Python, tools, and the generator itself."""
    pyproject = _pyproject(project)
    yield from _of_python(pyproject)
    lacking = {
        **{name: why for name, why in _PROGRAMS.items() if find_tool(project.root, name) is None},
        **{name: why for name, why in _MODULES.items() if find_spec(name) is None},
    }
    for name, why in lacking.items():
        way_out = "install it" if name == "git" else "uv sync brings it along"
        yield Finding(name, f"it was not found: {why}", way_out)
    if project.commit is None:
        yield Finding(
            ANSWERS_FILE,
            "it names no _commit, so no copier update can start from it",
            "copier copy from a tag or a commit of the template's repository, not from a plain folder",
        )
    yield from _of_generator(pyproject)


def _pyproject(project: Project) -> dict[str, Any]:
    # Of any shape: the team edits it too.
    try:
        return tomllib.loads((project.root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _of_python(pyproject: dict[str, Any]) -> Iterator[Finding]:
    if not pyproject:
        yield Finding("pyproject.toml", "it is missing, or no TOML", "bring it back (git checkout)")
        return
    wanted = str(pyproject.get("project", {}).get("requires-python", ""))
    numbers = wanted.removeprefix(">=").split(".")
    if not wanted.startswith(">=") or not all(part.isdecimal() for part in numbers):
        return
    if sys.version_info[: len(numbers)] < tuple(map(int, numbers)):
        running = ".".join(map(str, sys.version_info[:2]))
        yield Finding(
            "Python",
            f"gen runs on {running}, and the service requires {wanted}",
            "uv sync makes an environment of the right one; then uv run gen",
        )


def _of_generator(pyproject: dict[str, Any]) -> Iterator[Finding]:
    source = pyproject.get("tool", {}).get("uv", {}).get("sources", {}).get(DISTRIBUTION, {})
    pinned, installed = source.get("rev"), _installed_commit()
    if pinned and installed and pinned != installed:
        yield Finding(
            "gen", f"it is of commit {installed[:12]}, and the service pins {pinned[:12]}", SYNC
        )


def _installed_commit() -> str | None:
    """The commit that this package was installed from; None where it came another way."""
    try:
        noted = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    found = json.loads(noted or "{}").get("vcs_info", {}).get("commit_id")
    return None if found is None else str(found)
