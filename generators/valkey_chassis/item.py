"""The notes that gen leaves about each item it made: small files of its own, so branches merge."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from .errors import NoSuchItem, NotesDamaged, TooOld
from .item_paths import base_path, item_path
from .names import did_you_mean
from .plan import Draft
from .project import Project
from .releases import SYNC
from .render import recipe_fingerprint

SCHEMA: Final = 1

# A schedule is a task that knows when.
ITEM_KINDS: Final = ("task", "event", "listener", "poller", "endpoint")

Options = Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True)
class Item:
    """What was asked for, and what came of it: the paths and fingerprints of the files."""

    kind: str
    name: str
    recipe: str
    specs: Mapping[str, Sequence[str]]
    options: Mapping[str, str | bool]
    files: Mapping[PurePosixPath, str]
    # Written by hand: gen looks after it, and cannot make it anew.
    adopted: bool = False

    @classmethod
    def read(cls, path: Path) -> Self:
        """One note. Raises NotesDamaged, and TooOld for one of a later release."""
        try:
            noted = tomllib.loads(path.read_text(encoding="utf-8"))
            return cls._of(noted, path.stem)
        except (
            OSError,
            UnicodeDecodeError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ) as error:
            raise _damaged(path, error) from error

    @classmethod
    def _of(cls, noted: Mapping[str, Any], stem: str) -> Self:
        if noted["schema"] > SCHEMA:
            message = f"{stem}.toml was written by a newer gen (schema {noted['schema']})"
            raise TooOld(message, SYNC)
        if noted["kind"] not in ITEM_KINDS or stem != f"{noted['kind']}-{noted['name']}":
            message = f"it is not of the item that {stem}.toml is named after"
            raise ValueError(message)
        if not noted["files"]:
            message = "it names no file"
            raise ValueError(message)
        known = {"schema", "kind", "name", "recipe", "adopted", "options", "files"}
        return cls(
            kind=noted["kind"],
            name=noted["name"],
            recipe=noted["recipe"],
            specs={key: _texts(words) for key, words in noted.items() if key not in known},
            options=dict(noted["options"]),
            files={PurePosixPath(path): mark for path, mark in noted["files"].items()},
            adopted=noted.get("adopted", False) is True,
        )

    @property
    def title(self) -> str:
        """How people name it."""
        return f"{self.kind} {self.name}"

    @property
    def module(self) -> PurePosixPath:
        """The file that discovery finds."""
        return next(iter(self.files))

    @property
    def messages(self) -> PurePosixPath | None:
        """The file that says what its messages are; None of kinds that have none of their own."""
        return messages_in(self.kind, tuple(self.files))

    @property
    def words(self) -> tuple[str, ...]:
        """The command line that makes it again, behind `gen`."""
        options = [word for key, value in self.options.items() for word in _option(key, value)]
        lists = [
            word
            for key, words in self.specs.items()
            if key != "fields" and words
            for word in (f"--{key}", *words)
        ]
        fields = self.specs.get("fields", ())
        return (self.kind, self.name, *fields, *options, *lists)


def _damaged(path: Path, error: Exception) -> NotesDamaged:
    try:
        in_merge = "\n<<<<<<< " in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        in_merge = False
    if in_merge:
        return NotesDamaged(
            f"{path} is in the middle of a merge",
            "take one side of the item's files and notes (git checkout --ours), then run the other "
            "side's command again, such as gen field",
        )
    return NotesDamaged(
        f"{path} cannot be read: {error}",
        "bring it back (git checkout), or remove it to forget the item",
    )


def messages_in(kind: str, files: Sequence[PurePosixPath]) -> PurePosixPath | None:
    """Of the files of an item, the one that says what its messages are."""
    if kind in {"task", "event"}:
        return files[0]
    rooms = {path.parent.name: path for path in files if path.parts[0] == "src"}
    return rooms.get("events") if kind == "poller" else None


def items(project: Project, kind: str = "") -> list[Item]:
    """Every item that gen knows of, sorted; of one kind, if one is given. Raises NotesDamaged."""
    folder = project.root / project.items
    found = [Item.read(path) for path in sorted(folder.glob("*.toml"))]
    return [item for item in found if kind in ("", item.kind)]


def readable_items(project: Project) -> tuple[list[Item], dict[PurePosixPath, NotesDamaged]]:
    """Every item, and what stands against each note that cannot be read."""
    found: list[Item] = []
    damaged: dict[PurePosixPath, NotesDamaged] = {}
    for path in sorted((project.root / project.items).glob("*.toml")):
        try:
            found.append(Item.read(path))
        except NotesDamaged as refusal:
            damaged[project.items / path.name] = refusal
    return found, damaged


def find_item(project: Project, kind: str, name: str) -> Item:
    """One item. Raises NoSuchItem with the nearest name."""
    path = project.root / item_path(project, kind, name)
    if path.is_file():
        return Item.read(path)
    known = [item.name for item in items(project, kind)]
    hint = did_you_mean(name, known) or f"gen list shows the {len(known)} that there are"
    for item in items(project, "poller"):
        # A poller is noted as a whole: neither its task nor its event is an item.
        if any(path.stem == name and path.parent.name == f"{kind}s" for path in item.files):
            hint = f"it belongs to {item.title}: gen show {item.title}"
    raise NoSuchItem(f"gen has made no {kind} {name!r} here", hint)


def known_specs(project: Project, kind: str, name: str) -> Mapping[str, Sequence[str]] | None:
    """The field specs of an item; None when gen does not know them. Raises NotesDamaged."""
    path = project.root / item_path(project, kind, name)
    if not path.is_file():
        owner = poller_of(project, name) if kind == "event" else None
        return {"fields": (), **owner.specs} if owner else None
    item = Item.read(path)
    # Of a task that was written by hand, gen may know a part.
    return None if item.adopted and "fields" not in item.specs else {"fields": (), **item.specs}


def poller_of(project: Project, event: str) -> Item | None:
    """The poller that an event was made with: such an event has no note of its own."""
    pollers = items(project, "poller")
    return next((each for each in pollers if each.messages and each.messages.stem == event), None)


def known_options(project: Project, kind: str, name: str) -> Mapping[str, str | bool]:
    """The options of an item; none when gen has not made it. Raises NotesDamaged."""
    path = project.root / item_path(project, kind, name)
    return Item.read(path).options if path.is_file() else {}


def note_drafts(
    project: Project,
    kind: str,
    name: str,
    *,
    specs: Mapping[str, Sequence[str]],
    options: Options,
    files: Sequence[Draft],
    adopted: bool = False,
) -> list[Draft]:
    """The note on an item, behind the bases of its files: for the commands that come later."""
    lines = [
        "# Written by gen. Commit it: it says what was asked for and what was written.",
        f"schema = {SCHEMA}",
        f"kind = {_toml(kind)}",
        f"name = {_toml(name)}",
        f"recipe = {_toml(recipe_fingerprint(kind))}",
        *(["adopted = true"] if adopted else []),
    ]
    for key, words in specs.items():
        lines += [f"{key} = [", *(f"  {_toml(word)}," for word in words), "]"] if words else []
    chosen = {key: value for key, value in options.items() if value}
    lines += ["", "[options]", *(f"{key} = {_toml(value)}" for key, value in chosen.items())]
    lines += ["", "[files]"]
    lines += [f"{_toml(str(file.path))} = {_toml(file.fingerprint)}" for file in files]
    bases = [Draft(base_path(project, kind, name, file.path), file.text) for file in files]
    return [*bases, Draft(item_path(project, kind, name), "\n".join(lines) + "\n")]


def _texts(words: Sequence[str]) -> tuple[str, ...]:
    if not all(isinstance(word, str) for word in words):
        message = f"{words} are not texts alone"
        raise ValueError(message)
    return tuple(words)


def _option(key: str, value: str | bool) -> tuple[str, ...]:
    option = f"--{key.replace('_', '-')}"
    if value is True:
        return (option,)
    # What looks like an option itself has to be tied to its own.
    return (f"{option}={value}",) if str(value).startswith("-") else (option, str(value))


def _toml(value: str | bool) -> str:
    # JSON and TOML write booleans and plain ASCII text alike, and all that gen accepts is that.
    return json.dumps(value)
