"""`gen field ITEM FIELD...`: evolves the model of an item, and never breaks what is queued."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ..arguments import parse_item
from ..errors import NoSuchItem, Taken, UsageRefused
from ..fields import FieldSpec, parse_fields
from ..in_place import check_modules
from ..item import Item, find_item, items, poller_of
from ..item_paths import accepted_path, base_path, item_path
from ..merging import merged, rewritten
from ..models import ServiceModels, Sources
from ..names import class_name, did_you_mean
from ..plan import Conflict, Draft, Plan, Replace, Same, Step, present_text
from ..project import Project
from ..recipes import recipe_for
from ..recipes.making import Made, make
from ..wire import breaks
from ..wire_models import model_of
from .command import Command
from .concerned import whom_it_concerns
from .findings import text_accepted, unfit
from .models_in_place import field_lines, lacks_fields, with_edited_body

EVOLVED: Final = ("task", "event", "poller")
# Whose body in an item's module is the team's.
_BODY: Final = {"poller": "fetch"}
# Says that a field is the result's, where the input has one of that name too.
OF_RESULT: Final = "result."
DRAINED: Final = (
    "when the queues have drained (uv run gen field ... --drained), nothing is left to break"
)


def act(project: Project, given: Namespace) -> Plan:
    """The item as it would be made with those fields, merged with what was edited."""
    item = _find(project, given.item)
    module = _module_of(item)
    models = ServiceModels(project, module)
    specs = _evolved(item, given, models)
    new, new_results = (
        parse_fields([each for each in said if each in specs.get(home, ())], models)
        for home, said in (
            ("fields", [*given.fields, *given.change]),
            ("result", [*given.result, *(each.removeprefix(OF_RESULT) for each in given.change)]),
        )
    )
    paste = field_lines(new, new_results)
    by_hand = "add it" if paste else "take it out"
    if item.adopted:
        raise UsageRefused(
            f"{item.title} was written by hand, and gen edits no text of yours",
            f"paste into its model:\n{paste}" if paste else "take the field out yourself",
        )
    check_modules(project, item)
    recipe, asked = recipe_for(item.kind), parse_item(item)
    for key, words in specs.items():
        setattr(asked, key, words)
    recipe.check(project, asked)
    made = make(recipe, project, asked)
    files = [_merged(project, item, draft, (*new, *new_results)) for draft in made.files]
    model = next(step for step in files if step.draft.path == module)
    if not given.drained:
        _refuse_broken(project, item, model, made, given)
    is_clean = not any(isinstance(step, Conflict) for step in files)
    notes = [rewritten(project, draft) for draft in made.notes] if is_clean else []
    steps = (*files, *notes, *_accepted(project, item, model, is_clean=is_clean))
    return Plan(
        title=_title(item, given),
        steps=tuple(step for step in steps if not isinstance(step, Same)),
        notices=(*made.notices, *whom_it_concerns(project, item, specs, models)),
        next_commands=(f"uv run pytest {made.files[1].path}", "uv run gen check"),
        way_out=(
            f"it was edited where the field belongs; look with --diff, {by_hand} by hand, then run "
            f"this again for the notes:\n{paste}"
        ).removesuffix(":\n"),
    )


def _find(project: Project, name: str) -> Item:
    for kind in EVOLVED:
        if (project.root / item_path(project, kind, name)).is_file():
            return find_item(project, kind, name)
    if poller := poller_of(project, name):
        return poller
    known = [item.name for item in items(project) if item.kind in EVOLVED]
    raise NoSuchItem(
        f"gen has made no task, event or poller {name!r} here",
        did_you_mean(name, known) or "gen list shows those that there are",
    )


def _module_of(item: Item) -> PurePosixPath:
    """Where its model is. Raises UsageRefused for a poller of an event that was there before."""
    if item.messages is None:
        event = item.options["event"]
        raise UsageRefused(
            f"{item.title} publishes the event {event!r}, which is not its own",
            f"uv run gen field {event} ..., if gen has made that",
        )
    return item.messages


def _evolved(item: Item, given: Namespace, models: ServiceModels) -> dict[str, list[str]]:
    """The specs that the item has afterwards. Raises what stands against one of them."""
    if not (given.fields or given.result or given.remove or given.change):
        raise UsageRefused("no field is given", "for example: currency:enum:EUR/USD:default=EUR")
    if given.result and item.kind != "task":
        raise UsageRefused(f"{item.title} has no result", "leave --result out")
    specs = {"fields": list(item.specs.get("fields", ()))}
    if item.kind == "task":
        specs["result"] = list(item.specs.get("result", ()))
    for said in given.change:
        home, spec = _home_of(item, said, specs)
        (field,) = parse_fields([spec], models)
        specs[home] = [spec if _name(each) == field.name else each for each in specs[home]]
    for said in given.remove:
        home, name = _home_of(item, said, specs)
        specs[home] = [each for each in specs[home] if _name(each) != name]
    for home, added in (("fields", given.fields), ("result", given.result)):
        for spec, field in zip(added, parse_fields(added, models), strict=True):
            _check_added(item, field, spec, specs[home], drained=given.drained)
            specs[home].append(spec)
    return specs


def _home_of(item: Item, said: str, specs: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Where a field is that is there already, and what was said of it: input's, or ``result.`` 's."""
    spec = said.removeprefix(OF_RESULT)
    name = _name(spec)
    for home, words in specs.items():
        if name in map(_name, words) and (home == "result" or spec == said):
            return home, spec
    known = [_name(word) for words in specs.values() for word in words]
    raise UsageRefused(
        f"{item.title} has no field {name!r} that gen knows of",
        did_you_mean(name, known) or f"fields: {', '.join(known) or 'none'}",
        argument=said,
        column=0,
    )


def _check_added(
    item: Item, field: FieldSpec, spec: str, present: Sequence[str], *, drained: bool
) -> None:
    if field.name in map(_name, present):
        raise Taken(
            f"{item.title} has a field {field.name!r} already",
            f"choose another name, or say --change {spec}",
        ).pointing_into(spec, 0)
    if field.required and not drained:
        raise UsageRefused(
            f"{field.name!r} would be required, and what is queued or stored already lacks it",
            f"add default=..., or optional; or, {DRAINED}",
        ).pointing_into(spec, len(field.name))


def _name(spec: str) -> str:
    return spec.partition(":")[0]


def _merged(project: Project, item: Item, draft: Draft, new: Sequence[FieldSpec]) -> Step:
    if draft.path == item.module and item.kind != "event":
        present = present_text(project, draft.path) or ""
        base = present_text(project, base_path(project, item.kind, item.name, draft.path)) or ""
        # What a body of the team's does with a new field is the team's to say.
        function = _BODY.get(item.kind, item.name)
        text = with_edited_body(function, present, base, draft.text)
        draft = replace(draft, text=text)
    step = merged(project, item, draft, keeps_both=True)
    is_model = draft.path == item.messages
    if is_model and isinstance(step, Replace) and lacks_fields(step.draft.text, new):
        return Conflict(step.draft, step.present)
    return step


def _refuse_broken(
    project: Project, item: Item, module: Step, made: Made, given: Namespace
) -> None:
    """Raises UsageRefused for a change that what is queued or stored does not fit."""
    before, present = text_accepted(project, item), present_text(project, module.draft.path) or ""
    sources = Sources(project.root / project.tasks.parent)
    known = {each.reason for each in unfit(project, item, before, present, sources)}
    problems = [
        each.reason
        for each in unfit(project, item, before, module.draft.text, sources)
        if each.reason not in known and not isinstance(module, Conflict)
    ]
    model = f"{class_name(item.name)}Result"
    old, new = model_of(before, model), model_of(made.files[0].text, model)
    if old and new:
        found = breaks(old, new, called="result", ignores_extra=True)
        problems += [f"{model}: {each.reason}" for each in found]
    if problems:
        said = [*given.change, *given.remove]
        raise UsageRefused(
            problems[0],
            f"let both forms be taken; or, {DRAINED}",
            argument=said[0] if len(said) == 1 else "",
            column=0 if len(said) == 1 else None,
        )


def _accepted(project: Project, item: Item, module: Step, *, is_clean: bool) -> Iterator[Step]:
    """The form that messages are compared with moves on with the model."""
    path = accepted_path(project, item.kind, item.name)
    if is_clean and present_text(project, path) is not None:
        yield rewritten(project, Draft(path, module.draft.text))


def _title(item: Item, given: Namespace) -> str:
    said = [
        f"{verb} {', '.join(map(_name, words))}"
        for verb, words in (
            ("add", [*given.fields, *given.result]),
            ("change", given.change),
            ("remove", given.remove),
        )
        if words
    ]
    return f"{item.title}: {', '.join(said)}"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("item", metavar="ITEM", help="the name of a task, an event or a poller")
    parser.add_argument(
        "fields", nargs="*", default=[], metavar="FIELD", help="a field to add, as of gen task"
    )
    parser.add_argument(
        "--result", nargs="+", default=[], metavar="FIELD", help="fields to add to its result"
    )
    parser.add_argument(
        "--change", nargs="+", default=[], metavar="FIELD", help="fields as they are to be"
    )
    parser.add_argument(
        "--remove", nargs="+", default=[], metavar="NAME", help="fields to take out"
    )
    parser.add_argument(
        "--drained",
        action="store_true",
        help="nothing is queued or stored in the earlier form: breaking it is allowed",
    )


COMMAND: Final = Command(add_arguments=_arguments, act=act, writes=True)
