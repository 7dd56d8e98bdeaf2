"""The template's releases as tags of one repository, from the first to one that is invented."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import copier

from git_repository import GitRepository
from rendering import load_answers
from snapshot import ROOT, snapshot

RELEASES: list[dict[str, str]] = tomllib.loads((ROOT / "releases.toml").read_text()).get(
    "release", []
)
# Sort after every release, so that Copier sees an update, and are no later ones to gen.
_LAST = RELEASES[-1]["version"] if RELEASES else "0.0.0"
WORK_TREE = f"v{_LAST}.post9998"
FUTURE = f"v{_LAST}.post9999"
STARTS = [*(f"v{release['version']}" for release in RELEASES), WORK_TREE]

COMMENT = "# The next version says this.\n"
# Files of the template, and how the invented next version changes them.
CHANGED_LINES = {
    "ruff.toml": ("line-length = 100\n", "line-length = 100\n" + COMMENT),
    "pyproject.toml.jinja": ('  "valkey>=6.2",\n', '  "valkey>=6.2.0",\n'),
    "README.md.jinja": ("## Add a task\n", "## Add a task of your own\n"),
    ".env.example.jinja": ("VALKEY_MODE=standalone\n", "VALKEY_MODE=sentinel\n"),
}
# Owned, though the team's modules lie beside it.
APPENDED_FILE = "src/{{package}}/tasks/__init__.py"
NEW_FILE = "src/{{package}}/chassis/policies/invented.py"
NEW_TEXT = '"""A room that the next version adds."""\n'


@dataclass(frozen=True)
class ReleaseLine:
    """The repository at `root`, whose tags are the versions."""

    root: Path

    def fill(self, work_tree: Path) -> None:
        """Clone this repository, tag its releases, and commit the work tree and the future on top."""
        repository = GitRepository(self.root.parent)
        if RELEASES:
            repository.run("clone", "--quiet", "--no-tags", str(ROOT), str(self.root))
        else:
            self.root.mkdir()
        repository = GitRepository.begin(self.root)
        for release in RELEASES:
            repository.run("tag", f"v{release['version']}", release["commit"])
        if RELEASES:
            repository.run("rm", "-r", "--quiet", ".")
        snapshot(self.root, work_tree)
        repository.commit("work tree", tag=WORK_TREE)
        self._invent_the_future()
        repository.commit("next version", tag=FUTURE)

    def _invent_the_future(self) -> None:
        for name, (old, new) in CHANGED_LINES.items():
            path = self.root / "template" / name
            text = path.read_text(encoding="utf-8")
            if text.count(old) != 1:
                raise ValueError(f"{path} has {old!r} {text.count(old)} times; name another line")
            path.write_text(text.replace(old, new), encoding="utf-8")
        with (self.root / "template" / APPENDED_FILE).open("a", encoding="utf-8") as file:
            file.write(COMMENT)
        (self.root / "template" / NEW_FILE).write_text(NEW_TEXT, encoding="utf-8")

    def target(self, start: str) -> str:
        """Version that a service made from `start` is updated to."""
        return FUTURE if start == WORK_TREE else WORK_TREE

    def render(self, destination: Path, version: str) -> Path:
        """Make a service from `version`."""
        copier.run_copy(
            str(self.root),
            destination,
            data=load_answers("default"),
            vcs_ref=version,
            defaults=True,
            quiet=True,
        )
        return destination

    def start(self, destination: Path, version: str) -> GitRepository:
        """Make a service from `version`, committed as a team would."""
        service = GitRepository.begin(self.render(destination, version))
        service.commit("start")
        return service

    def update(
        self, service: GitRepository, start: str, *, to: str = "", features: list[str] | None = None
    ) -> None:
        """Run `copier update --defaults`, without trust."""
        copier.run_update(
            service.root,
            data={} if features is None else {"features": features},
            vcs_ref=to or self.target(start),
            defaults=True,
            overwrite=True,
            quiet=True,
        )

    def unreached(self, service: Path) -> list[str]:
        """Owned and shared changes of the future that the service lacks, and seeds that it touched."""
        texts = {
            "ruff.toml": COMMENT,
            "pyproject.toml": '"valkey>=6.2.0"',
            "README.md": "## Add a task of your own",
            ".env.example": "VALKEY_MODE=standalone",
            APPENDED_FILE.replace("{{package}}", "demo_service"): COMMENT,
            NEW_FILE.replace("{{package}}", "demo_service"): NEW_TEXT,
        }
        return [
            path
            for path, text in texts.items()
            if not (service / path).is_file() or text not in (service / path).read_text()
        ]
