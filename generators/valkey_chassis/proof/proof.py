"""Lints, type-checks and tests the service as a plan would leave it, with the service's own tools."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Final

from ..errors import Unproven
from ..plan import Create, Plan, Replace
from ..project import Project
from .staged_tree import staged_tree

LONGEST_CHECK_SECONDS: Final = 300
SHOWN_LINES: Final = 40
_PYTEST_USAGE_ERROR: Final = 4
# As `-m pytest`, without what only a process that goes on needs: a third of the time goes there.
_PYTEST: Final = """\
import gc, os, sys
gc.disable()
import pytest
code = pytest.main(sys.argv[1:])
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
"""
# What is left out looks for garbage several times, which takes as long as many tests.
_QUICKLY: Final = ("-q", "-p", "no:cacheprovider", "-p", "no:unraisableexception")
_COUNT: Final = re.compile(r"(\d+) passed")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked, one phrase each, and what could not be."""

    shown: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Check:
    """One tool at work on the staged tree."""

    name: str
    process: "subprocess.Popen[str]"

    def finish(self) -> tuple[int, str]:
        """Exit code, and all that it said."""
        with self.process:
            try:
                said, _ = self.process.communicate(timeout=LONGEST_CHECK_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                return 1, f"it took more than {LONGEST_CHECK_SECONDS} s"
        return self.process.returncode, said


def prove(project: Project, plan: Plan, *, keep: bool = False) -> Proof:
    """Check every Python file that ``plan`` writes, and run the tests among them.

    Raises Unproven with what the tool said; the service is untouched either way. With ``keep`` the
    staged tree stays, and the refusal names it. A tool that is not installed is noticed, not refused.
    """
    sources = [
        step.draft.path
        for step in plan.writes
        if isinstance(step, Create | Replace) and step.draft.path.suffix == ".py"
    ]
    if not sources:
        return Proof()
    with staged_tree(project, plan.writes, keep=keep) as root:
        return _checked(project, root, sources, kept=root if keep else None)


def _checked(
    project: Project, root: Path, sources: Sequence[PurePosixPath], kept: Path | None
) -> Proof:
    tests = [path for path in sources if path.parts[0] == "tests"]
    wanted = {
        "ruff": ["check", "--no-cache", "--quiet", *map(str, sources)],
        "mypy": ["--cache-dir", str(project.root / ".mypy_cache"), *map(str, sources)],
    }
    if tests:
        wanted["pytest"] = [*_QUICKLY, *map(str, tests)]
    missing = [tool for tool in wanted if find_spec(tool) is None]
    # At the same time: the types are checked while the tests import the service.
    checks = [_start(root, tool, words) for tool, words in wanted.items() if tool not in missing]
    done = [(check.name, *check.finish()) for check in checks]
    shown = [_verdict(root, tests, name, code, said, kept) for name, code, said in done]
    notices = [f"{tool} is not installed beside gen: that check was left out" for tool in missing]
    return Proof(tuple(shown), (*notices, *([_kept(kept)] if kept else [])))


def _start(root: Path, tool: str, words: Sequence[str], *, plugins: bool = False) -> _Check:
    return _Check(
        tool,
        subprocess.Popen(  # noqa: S603 - a fixed command on paths of our own
            [sys.executable, *(("-c", _PYTEST) if tool == "pytest" else ("-m", tool)), *words],
            cwd=root,
            env=_environment(root, plugins=plugins),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ),
    )


def _environment(root: Path, *, plugins: bool) -> Mapping[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # In front of the installed service, which is the one that is there now.
    path = os.pathsep.join(filter(None, [str(root / "src"), os.environ.get("PYTHONPATH")]))
    # Half of what starting pytest takes goes into plugins that generated tests do not use.
    quick = {} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {**own, **quick, "PYTHONPATH": path, "NO_COLOR": "1"}


def _verdict(
    root: Path, tests: Sequence[PurePosixPath], name: str, code: int, said: str, kept: Path | None
) -> str:
    if name == "pytest" and code == _PYTEST_USAGE_ERROR:
        # The team's own options or fixtures are those of a plugin.
        words = [*_QUICKLY, *map(str, tests)]
        code, said = _start(root, name, words, plugins=True).finish()
    if code:
        lines = said.strip().splitlines()
        left_out = len(lines) - SHOWN_LINES
        shown = [*(["..."] if left_out > 0 else []), *lines[-SHOWN_LINES:]]
        place = _kept(kept) if kept else "--keep keeps that tree"
        raise Unproven(
            f"{name} does not accept the service with these files:\n" + "\n".join(shown),
            f"nothing was written; {place}, --no-proof writes without a proof",
        )
    if name == "pytest":
        counted = _COUNT.search(said)
        return f"{counted[1] if counted else 'no'} tests passed"
    return {"ruff": "no lint", "mypy": "types fit"}[name]


def _kept(place: Path) -> str:
    return f"the tree that was checked is in {place}"
