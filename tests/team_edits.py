"""A service as its team leaves it after a month: edited, grown and thinned out."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from snapshot import ROOT
from tree import package_of

TASK = ("send_invoice", "order_id:uuid", "amount:decimal:gt=0")
DEPENDENCY = '  "tzdata>=2024.1",\n'
TEAM_LINE = "  # ---- The team's dependencies go below this line. ----\n"
SETTING = "API_BIND=127.0.0.1:8000"
OWN_SETTING = "API_BIND=127.0.0.1:8088"
NOTE = "\nInvoices leave at six; page billing, not us.\n"
REMARK = "\n\n# Agreed with the receiving side: at most once a minute.\n"


@dataclass
class TeamEdits:
    """What was changed in the service at `root`, so that a loss can be named."""

    root: Path
    contents: dict[Path, bytes] = field(default_factory=dict)
    fragments: dict[Path, str] = field(default_factory=dict)
    deleted: list[Path] = field(default_factory=list)

    @classmethod
    def make(cls, root: Path) -> "TeamEdits":
        """Edit the service at `root` as teams do."""
        edits = cls(root)
        edits._edit_a_task()
        edits._generate_a_task()
        edits._delete_a_seed()
        edits._edit(root / "pyproject.toml", TEAM_LINE, TEAM_LINE + DEPENDENCY, keep=DEPENDENCY)
        edits._edit(root / "README.md", "<!-- The team's", NOTE + "\n<!-- The team's", keep=NOTE)
        edits._edit(root / ".env.example", SETTING, OWN_SETTING, keep=OWN_SETTING)
        return edits

    def lost(self) -> list[Path]:
        """Every edit that is no longer there."""
        return [
            *(p for p, text in self.contents.items() if not p.exists() or p.read_bytes() != text),
            *(p for p, text in self.fragments.items() if text not in p.read_text()),
            *(p for p in self.deleted if p.exists()),
        ]

    def _edit(self, path: Path, old: str, new: str, *, keep: str) -> None:
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise ValueError(f"{path} has {old!r} {text.count(old)} times, once was expected")
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.fragments[path] = keep

    def _edit_a_task(self) -> None:
        path = self._seeds(package_of(self.root) / "tasks")[0]
        path.write_text(path.read_text(encoding="utf-8") + REMARK, encoding="utf-8")
        self.contents[path] = path.read_bytes()

    def _generate_a_task(self) -> None:
        before = set(self.root.rglob("*"))
        subprocess.run(
            [sys.executable, "-m", "valkey_chassis", "task", *TASK],
            cwd=self.root,
            env={
                "PYTHONPATH": str(ROOT / "generators"),
                "PATH": str(Path(sys.executable).parent),
                # Services of earlier releases are not what today's gen proves its files against.
                "GEN_NO_PROOF": "1",
            },
            check=True,
            capture_output=True,
        )
        for path in set(self.root.rglob("*")) - before:
            if path.is_file() and path.suffix != ".pyc":
                self.contents[path] = path.read_bytes()

    def _delete_a_seed(self) -> None:
        path = self._seeds(self.root / "tests" / "tasks")[-1]
        path.unlink()
        self.deleted.append(path)

    def _seeds(self, folder: Path) -> list[Path]:
        """Modules of the folder that the team did not generate, sorted."""
        return [
            path
            for path in sorted(folder.glob("*.py"))
            if path.stem not in {"__init__", "conftest", TASK[0], f"test_{TASK[0]}"}
        ]
