"""`gen eject KIND`: own copies of a recipe's templates, which win over the built-in ones."""

from argparse import ArgumentParser, Namespace
from typing import Final

from ..ejected import Ejected, built_in, is_edited, note_of, note_path, own_path
from ..errors import NoSuchItem
from ..item import ITEM_KINDS
from ..plan import Conflict, Create, Draft, Plan, Remove, Replace, Same, Step, present_text
from ..project import Project
from .command import Command


def act(project: Project, given: Namespace) -> Plan:
    """Copy what is not there, follow the built-in ones where nobody has edited, or take all back."""
    ejected = Ejected.read(project, given.kind)
    if given.undo:
        if ejected is None:
            raise NoSuchItem(
                f"there are no own templates of {given.kind!r} here",
                f"gen eject {given.kind} makes them",
            )
        return _undo(project, ejected, force=given.force)
    steps = [_step(project, ejected, draft, given) for draft in built_in(project, given.kind)]
    if not any(isinstance(step, Conflict) for step in steps):
        steps.append(_written(project, note_of(project, given.kind)))
    return Plan(
        title=f"eject {given.kind}",
        steps=tuple(steps),
        next_commands=(f"uv run gen upgrade {given.kind} --dry-run --diff",),
        way_out=(
            "both you and this release have changed it; look with --diff, bring over by hand what "
            f"you want of it, then gen eject {given.kind} --accept"
        ),
    )


def _step(project: Project, ejected: Ejected | None, parent: Draft, given: Namespace) -> Step:
    present, name = present_text(project, parent.path), parent.path.name
    if present is None:
        return Create(parent)
    if present == parent.text:
        return Same(parent)
    own = Draft(parent.path, present, note="yours")
    if ejected is None or name not in ejected.parents:
        return Same(own) if given.accept else Conflict(parent, present)
    if not is_edited(project, ejected, name):
        return Replace(parent, present)
    if given.accept or ejected.parents[name] == parent.fingerprint:
        return Same(own)
    return Conflict(parent, present)


def _written(project: Project, draft: Draft) -> Step:
    present = present_text(project, draft.path)
    if present is None:
        return Create(draft)
    return Same(draft) if present == draft.text else Replace(draft, present)


def _undo(project: Project, ejected: Ejected, *, force: bool) -> Plan:
    steps: list[Step] = []
    for name in ejected.parents:
        path = own_path(project, ejected.kind, name)
        text = present_text(project, path)
        if text is None:
            continue
        if is_edited(project, ejected, name) and not force:
            steps.append(Conflict(Draft(path, "", note="edited"), text))
        else:
            steps.append(Remove(Draft(path, text)))
    note = note_path(project, ejected.kind)
    steps.append(Remove(Draft(note, present_text(project, note) or "")))
    return Plan(
        title=f"eject {ejected.kind} --undo",
        steps=tuple(steps),
        next_commands=(f"uv run gen upgrade {ejected.kind} --dry-run --diff",),
        way_out="you have edited it; look with --diff, keep what you need, then --undo --force",
    )


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "kind", choices=ITEM_KINDS, metavar="KIND", help=f"one of {', '.join(ITEM_KINDS)}"
    )
    parser.add_argument("--undo", action="store_true", help="back to the built-in templates")
    parser.add_argument("--force", action="store_true", help="with --undo: edited ones too")
    parser.add_argument(
        "--accept", action="store_true", help="keep yours; the built-in ones have been looked at"
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
