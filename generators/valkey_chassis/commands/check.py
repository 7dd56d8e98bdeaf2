"""`gen check`: for CI. Notes, files and queued messages still fit together."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

from ..arguments import parse_item
from ..errors import ExitCode, NotesDamaged, UsageRefused
from ..fields import parse_fields
from ..finding import Finding
from ..inventory import KnownTask, known_tasks
from ..item import ITEM_KINDS, Item, readable_items
from ..item_paths import accepted_path, base_path, item_path, models_path
from ..kept_models import models_drafts
from ..merging import rewritten
from ..models import ServiceModels, Sources
from ..plan import Draft, Plan, Same, Step, present_text
from ..project import Project
from .command import Command, Said
from .findings import of_item, of_messages


def act(project: Project, given: Namespace) -> Plan | Said:
    """Every finding, one below the other; exit code 3 when there is one."""
    noted, damaged = readable_items(project)
    if given.accept:
        return _acceptance(project, noted)
    sources = Sources(project.root / project.tasks.parent)
    tasks = list(known_tasks(project.root / project.tasks, mentioning=["task"]))
    found = [
        *(Finding.of(note, refusal) for note, refusal in damaged.items()),
        *(finding for item in noted for finding in of_item(project, item, sources)),
        *_unmakeable(project, noted, sources),
        *_orphans(project, noted),
        *_twins(project, tasks),
    ]
    text = "\n".join(finding.text for finding in found)
    return Said(
        text=text or f"{len(noted)} items, {len(tasks)} tasks: all of it fits together",
        document={
            "findings": [
                {"place": each.place, "problem": each.problem, "way_out": each.way_out}
                for each in found
            ]
        },
        exit_code=ExitCode.CONFLICT if found else ExitCode.DONE,
    )


def _unmakeable(project: Project, noted: Iterable[Item], sources: Sources) -> Iterator[Finding]:
    """Notes of another gen, or of models that are gone."""
    for item in noted:
        note = item_path(project, item.kind, item.name)
        try:
            if item.adopted:
                continue
            parse_item(item)
            models = ServiceModels(project, item.messages or item.module, sources)
            for words in item.specs.values():
                parse_fields([spec for spec in words if "ref." in spec], models)
        except NotesDamaged as refusal:
            yield Finding.of(note, refusal)
        except UsageRefused as refusal:
            yield Finding(
                str(note),
                f"{item.title} cannot be made any more: {refusal.problem}",
                "bring the model back, or name another by gen field --change",
            )


def _orphans(project: Project, noted: Iterable[Item]) -> Iterator[Finding]:
    """Kept texts that no note speaks of."""
    known = {
        path
        for item in noted
        for path in (
            accepted_path(project, item.kind, item.name),
            models_path(project, item.kind, item.name),
            *(base_path(project, item.kind, item.name, file) for file in item.files),
        )
    }
    for place in sorted((project.root / project.bases).glob("*/*.base")):
        path = PurePosixPath(place.relative_to(project.root))
        kind, _, name = path.parent.name.partition("-")
        has_note = (project.root / project.items / f"{kind}-{name}.toml").is_file()
        if kind in ITEM_KINDS and path not in known and not has_note:
            yield Finding(
                str(path),
                f"it belongs to {kind} {name}, of which there is no note",
                "bring the note back (git checkout), or remove the folder",
            )


def _twins(project: Project, tasks: list[KnownTask]) -> Iterator[Finding]:
    claims: dict[str, list[KnownTask]] = {}
    for task in tasks:
        for name in dict.fromkeys((task.name, *task.formerly)):
            claims.setdefault(name, []).append(task)
    for name, claimants in claims.items():
        if len(claimants) > 1:
            places = ", ".join(_place(project, task) for task in claimants[1:])
            yield Finding(
                _place(project, claimants[0]),
                f"task {name!r} is defined again in {places}",
                "give one of them another name=..., or take it out of formerly=...",
            )


def _place(project: Project, task: KnownTask) -> str:
    return f"{task.path.relative_to(project.root).as_posix()}:{task.line}"


def _acceptance(project: Project, noted: list[Item]) -> Plan:
    steps: list[Step] = []
    sources = Sources(project.root / project.tasks.parent)
    for item in noted:
        text = _readable(project, item.messages) if item.messages else None
        if item.messages is None or text is None or not any(of_messages(project, item, sources)):
            continue
        path = accepted_path(project, item.kind, item.name)
        note = f"the messages of {item.name} as they are now"
        models = models_drafts(
            project,
            item.kind,
            item.name,
            [Draft(path, text if path == item.messages else "") for path in item.files],
            anew=True,
        )
        steps += [rewritten(project, draft) for draft in (Draft(path, text, note=note), *models)]
    return Plan(
        title="accept the messages of tasks and events as they are",
        steps=tuple(step for step in steps if not isinstance(step, Same)),
        next_commands=("uv run gen check",),
    )


def _readable(project: Project, path: PurePosixPath) -> str | None:
    try:
        return present_text(project, path)
    except OSError:
        return None


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--accept",
        action="store_true",
        help="queues have drained: from now on the messages are as they are",
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
