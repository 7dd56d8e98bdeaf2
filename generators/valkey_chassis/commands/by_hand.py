"""What gen's words say of a task that was written by hand, and what they cannot say."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..inventory import KnownTask, tasks_in
from ..item import Item
from ..item_paths import base_path
from ..models import ServiceModels
from ..plan import present_text
from ..project import Project
from ..recipes.task_words import Function, key_fields, taken_of, unsaid_of, words_of
from .specs_of_source import specs_of


@dataclass(frozen=True, slots=True)
class ByHand:
    """Fields and options of a task, as a note holds them; ``unsaid`` is source that neither says."""

    specs: Mapping[str, Sequence[str]]
    options: Mapping[str, str | bool]
    unsaid: tuple[str, ...]


def by_hand(project: Project, source: str, task: KnownTask) -> ByHand:
    """Its fields are there as a whole or not at all; its policies as near as options come."""
    function = _function(source, task)
    models = ServiceModels(project, project.path_of(task.path))
    keys = key_fields(function)
    fields = specs_of(source, task.args_model, models, keys)
    result = specs_of(source, task.result_model, models)
    words = words_of(function, task.name)
    read = {"fields": fields.whole, "result": result.whole}
    return ByHand(
        specs={home: specs for home, specs in read.items() if specs is not None},
        options=words,
        unsaid=(
            *fields.unsaid,
            *result.unsaid,
            *unsaid_of(function, task.name, taken_of(words)),
        ),
    )


def read_anew(project: Project, item: Item) -> tuple[Item, tuple[str, ...]]:
    """An adopted item with the words of today's gen, whichever one has noted it; and what is unsaid."""
    base = base_path(project, item.kind, item.name, item.module)
    source = present_text(project, base) or ""
    try:
        tasks = tasks_in(ast.parse(source), project.root / item.module)
        task = next((each for each in tasks if each.name == item.name), None)
    except (SyntaxError, ValueError):
        task = None
    if task is None:
        return item, (f"what {base} does not hold any more",)
    known = by_hand(project, source, task)
    return replace(item, specs=known.specs, options=taken_of(known.options)), known.unsaid


def _function(source: str, task: KnownTask) -> Function:
    return next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.name, node.lineno) == (task.function, task.line)
    )
