"""A git repository as the tests drive it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

# The tests' commits must neither need nor obey the developer's own configuration.
SETTINGS = (
    "user.name=Tests",
    "user.email=tests@example.com",
    "commit.gpgsign=false",
    "tag.gpgsign=false",
    "core.hooksPath=/dev/null",
    "gc.auto=0",
)


@dataclass(frozen=True)
class GitRepository:
    """The repository at `root`."""

    root: Path

    @classmethod
    def begin(cls, root: Path) -> "GitRepository":
        """Make `root` a repository, or take the one that it is."""
        repository = cls(root)
        repository.run("init", "--quiet", "--initial-branch=main")
        for setting in SETTINGS:
            repository.run("config", *setting.split("=", 1))
        return repository

    def run(self, *arguments: str) -> str:
        """Run git here; its output, or an error that shows what git said."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, check=False, text=True
        )
        if done.returncode:
            raise RuntimeError(f"git {' '.join(arguments)} in {self.root}: {done.stderr.strip()}")
        return done.stdout

    def commit(self, message: str, *, tag: str = "") -> str:
        """Commit everything that is not ignored; the commit's full hash."""
        self.run("add", "--all")
        self.run("commit", "--quiet", "--allow-empty", f"--message={message}")
        if tag:
            self.run("tag", tag)
        return self.run("rev-parse", "HEAD").strip()

    def changes(self) -> list[str]:
        """Paths that differ from the last commit, with git's two letters in front."""
        return self.run("status", "--porcelain", "--untracked-files=all").splitlines()
