"""`gen doctor --to VERSION_OR_PATH`: a real `copier update`, in a copy of what is committed."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import UsageRefused
from ..finding import Finding
from ..git import git
from ..ownership import Owned
from ..project import ANSWERS_FILE, Project
from ..tools import find_tool

LONGEST_RUN_SECONDS: Final = 300
_CONFLICTS: Final = frozenset({"UU", "AA", "DU", "UD", "AU", "UA"})
_SOURCE: Final = re.compile(r"^_src_path: .*$", re.MULTILINE)
# Copies are nobody's, so their commits need no name of a person.
_AUTHOR: Final = ("-c", "user.name=gen", "-c", "user.email=gen@localhost")


def rehearse_update(project: Project, to: str) -> Iterator[Finding]:
    """What the update would leave in conflict, and which files it would delete.

    ``to`` is a tag or commit of the template, or a checkout of it. Raises UsageRefused where copier
    or the history of the service is missing.
    """
    copier = find_tool(project.root, "copier")
    if copier is None:
        raise UsageRefused(
            f"--to {to} takes copier, which was not found",
            "uv tool install copier, then run it again",
        )
    with tempfile.TemporaryDirectory(prefix="gen-doctor-") as folder:
        copy = _copy_of(project, Path(folder, "service"))
        failed = _update(copier, copy, to)
        if failed:
            yield Finding(
                to,
                f"copier update did not come to its end: {failed}",
                "is it a tag or commit of the template, or a checkout of it, and can it be reached?",
            )
            return
        yield from _left_by_update(project, copy)


def _copy_of(project: Project, folder: Path) -> Path:
    top = git(project.root, "rev-parse", "--show-toplevel")
    prefix = git(project.root, "rev-parse", "--show-prefix")
    cloned = top and git(
        project.root, "clone", "--quiet", "--no-hardlinks", top.strip(), str(folder)
    )
    if cloned is None or prefix is None or not (folder / prefix.strip() / ANSWERS_FILE).is_file():
        raise UsageRefused(
            "the service has no commit that could be updated", "git init && git add . && git commit"
        )
    return folder / prefix.strip()


def _update(copier: str, copy: Path, to: str) -> str:
    """Why it failed; empty when it did not."""
    reference = to
    if Path(to).exists():
        answers = copy / ANSWERS_FILE
        source = f"_src_path: {Path(to).resolve()}"
        text = answers.read_text(encoding="utf-8")
        answers.write_text(_SOURCE.sub(lambda _: source, text), encoding="utf-8")
        git(copy, *_AUTHOR, "commit", "--quiet", "--no-verify", "--all", "--message", "elsewhere")
        reference = "HEAD"
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [copier, "update", "--defaults", "--quiet", "--vcs-ref", reference],
            cwd=copy,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LONGEST_RUN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it took more than {LONGEST_RUN_SECONDS} s"
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines()
    return said[-1] if said else f"exit {done.returncode}"


def _left_by_update(project: Project, copy: Path) -> Iterator[Finding]:
    owned = Owned.of(project)
    told = git(copy, "status", "--porcelain", "-z", "--no-renames", "--", ".") or ""
    prefix = (git(copy, "rev-parse", "--show-prefix") or "").strip()
    for line in filter(None, told.split("\0")):
        status, path = line[:2], line[3:].removeprefix(prefix)
        if status in _CONFLICTS:
            yield Finding(
                path,
                "the update would leave it in conflict",
                "go back to the template's text before you update, or settle it behind the update",
            )
        elif "D" in status and path not in owned:
            yield Finding(
                path,
                "the update would delete it, edited or not",
                "keep a copy, or take it out of git before you update",
            )
