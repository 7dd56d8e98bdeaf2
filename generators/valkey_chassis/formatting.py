"""Formats drafts with the service's own ruff, and proves that they are Python at all."""

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from .errors import Unproven
from .plan import Draft
from .project import Project
from .tools import find_tool

LONGEST_RUN_SECONDS: Final = 30


def formatted(project: Project, drafts: Sequence[Draft]) -> tuple[list[Draft], tuple[str, ...]]:
    """The drafts as the service's formatter would leave them, and what hindered it, if anything."""
    for draft in drafts:
        _prove_syntax(draft)
    ruff = find_tool(project.root, "ruff")
    if ruff is None:
        return list(drafts), ("ruff was not found: run `ruff format` on the new files",)
    # All of them start before the first is waited for.
    runs = [_start(ruff, project.root, draft) if _is_python(draft) else None for draft in drafts]
    done = [
        (draft, "") if run is None else _finish(run, draft)
        for run, draft in zip(runs, drafts, strict=True)
    ]
    return [draft for draft, _ in done], tuple(dict.fromkeys(said for _, said in done if said))


def _is_python(draft: Draft) -> bool:
    return draft.path.suffix == ".py"


def _prove_syntax(draft: Draft) -> None:
    if not _is_python(draft):
        return
    try:
        compile(draft.text, str(draft.path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Unproven(
            f"{draft.path} would not be valid Python: {error}",
            "please report this command: gen should have refused it or rendered it right",
        ) from error


def _start(ruff: str, root: Path, draft: Draft) -> "subprocess.Popen[str]":
    # By standard input under the file's own name: the service's configuration applies and no
    # file is needed yet.
    return subprocess.Popen(  # noqa: S603 - a fixed command; the path is one of our own
        [ruff, "format", "--stdin-filename", str(root / draft.path), "-"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _finish(run: "subprocess.Popen[str]", draft: Draft) -> tuple[Draft, str]:
    with run:
        try:
            text, said = run.communicate(draft.text, timeout=LONGEST_RUN_SECONDS)
        except subprocess.TimeoutExpired:
            run.kill()
            return draft, f"ruff took more than {LONGEST_RUN_SECONDS} s: format the files later"
    if run.returncode:
        first = said.strip().splitlines()[0] if said.strip() else f"exit {run.returncode}"
        return draft, f"ruff could not format: {first}"
    return replace(draft, text=text), ""
