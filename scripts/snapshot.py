"""Copy the work tree, uncommitted changes included, to a fresh folder outside of git."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def snapshot(destination: Path, root: Path = ROOT) -> Path:
    """Copy every tracked or not ignored file of `root`; what git ignores is no part of the template."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listing.stdout.split("\0")):
        source = root / name
        if not source.is_file():  # deleted in the work tree, still in the index
            continue
        target = destination / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    return destination


if __name__ == "__main__":
    snapshot(Path(sys.argv[1]))
