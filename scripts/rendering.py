"""Render the work tree's template with one of the answer sets in tests/answers."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import cast

import copier
import yaml

from snapshot import ROOT, snapshot

ANSWERS = ROOT / "tests" / "answers"


def answer_sets() -> list[str]:
    """Names of the answer sets, sorted."""
    return sorted(path.stem for path in ANSWERS.glob("*.yml"))


def load_answers(name: str) -> dict[str, object]:
    """Read the answer set `name`."""
    text = (ANSWERS / f"{name}.yml").read_text(encoding="utf-8")
    return cast("dict[str, object]", yaml.safe_load(text))


def render(
    answers: dict[str, object], destination: Path, template: Path, *, exclude: tuple[str, ...] = ()
) -> Path:
    """Render the newest commit of `template` (or the plain folder) as `copier copy --defaults` does.

    No trust is given, so that a template that needs it fails here.
    """
    copier.run_copy(
        str(template),
        destination,
        data=answers,
        vcs_ref="HEAD",
        exclude=exclude,
        defaults=True,
        overwrite=True,
        quiet=True,
    )
    return destination


def main() -> int:
    """Render as the command line asks; a service that is there already is replaced."""
    parser = argparse.ArgumentParser(prog="scripts/render", description=__doc__)
    parser.add_argument("answers", choices=answer_sets())
    parser.add_argument("destination", type=Path)
    options = parser.parse_args()
    destination: Path = options.destination
    if destination.exists() and not (destination / ".copier-answers.yml").is_file():
        print(f"{destination} exists and is no rendered service; not replacing it", file=sys.stderr)
        return 2
    shutil.rmtree(destination, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="valkey-chassis-render-") as temporary:
        render(load_answers(options.answers), destination, snapshot(Path(temporary)))
    print(f"rendered {options.answers} into {destination}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
