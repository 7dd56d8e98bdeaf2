"""Files of the template that the team has edited or deleted, at which a `copier update` may conflict.

Without the template, git knows it best: the commit that last changed the answers is the last
update, and what the template owns has been edited if it differs from there.
"""

from collections.abc import Iterator

from ..finding import Finding
from ..git import git
from ..ownership import OWNERSHIP, Owned
from ..project import ANSWERS_FILE, Project


def judge_updates(project: Project) -> Iterator[Finding]:
    """One finding for each such file."""
    last = git(project.root, "log", "-1", "--format=%H", "--", ANSWERS_FILE)
    if not last:
        yield Finding(
            ".git",
            f"there is no history of {ANSWERS_FILE}: edits of what the template owns cannot be told, and "
            "copier update refuses to start",
            "git init && git add . && git commit",
        )
        return
    try:
        owned = Owned.of(project)
    except (OSError, ValueError) as error:
        yield Finding(str(OWNERSHIP), f"it cannot be read: {error}", "git checkout brings it back")
        return
    yield from _edited(project, owned, last.strip())


def _edited(project: Project, owned: Owned, last: str) -> Iterator[Finding]:
    told = git(project.root, "diff", "--relative", "--name-status", "--no-renames", "-z", last)
    words = (told or "").split("\0")
    for status, path in zip(words[::2], words[1::2], strict=False):
        if path not in owned or status == "A":
            continue
        done = "deleted" if status == "D" else "edited"
        yield Finding(
            path,
            f"the template owns it, and it was {done} since the last update: the next one may conflict there",
            f"git diff {last[:12]} -- {path} shows it; ask for a setting, change the template, or go "
            f"back: git checkout {last[:12]} -- {path}",
        )
