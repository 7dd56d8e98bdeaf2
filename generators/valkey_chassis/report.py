"""Says what a plan would do or has done: as text, as a diff, or as JSON for other programs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from .errors import Refusal, Taken
from .plan import Conflict, Create, Plan, Remove, Replace, Same, Step

if TYPE_CHECKING:
    from .proof import Proof

SCHEMA: Final = 1
_OPERATIONS: Final = {
    Create: "create",
    Replace: "replace",
    Remove: "remove",
    Same: "same",
    Conflict: "conflict",
}
_COUNTED: Final = {
    Create: "to create",
    Replace: "to replace",
    Remove: "to remove",
    Conflict: "in conflict",
    Same: "there already",
}


def plan_text(plan: Plan) -> str:
    """One line per file, notices below."""
    counts = Counter(map(type, plan.steps))
    told = [f"{counts[kind]} {word}" for kind, word in _COUNTED.items() if counts[kind]]
    lines = [f"{plan.title}: {', '.join(told) or 'nothing to do'}"]
    lines += [_line(step) for step in plan.steps]
    lines += [f"note: {notice}" for notice in plan.notices]
    return "\n".join(lines)


def conflict_text(plan: Plan) -> str:
    """Why nothing was written, and what to do."""
    return f"nothing was written: {_what_conflicts(plan)}\n  {plan.way_out}"


def done_text(plan: Plan) -> str:
    """What to do next."""
    return "\n".join(["next", *(f"  {command}" for command in plan.next_commands)])


def diff_text(plan: Plan) -> str:
    """A unified diff from what is there to what the plan says; empty when they are the same."""
    return "".join(line for step in plan.steps for line in _diff(step))


def proof_text(proof: "Proof") -> str:
    """What was proved; empty when there was nothing to prove."""
    lines = [f"proof: {', '.join(proof.shown)}"] if proof.shown else []
    return "\n".join([*lines, *(f"note: {notice}" for notice in proof.notices)])


def plan_json(plan: Plan, proof: "Proof | None", *, written: bool, with_diff: bool) -> str:
    """The plan for programs; the form changes only together with ``schema``."""
    document: dict[str, object] = {
        "schema": SCHEMA,
        "title": plan.title,
        "written": written,
        "plan": [_step_json(step, with_diff=with_diff) for step in plan.steps],
        "notices": [*plan.notices, *(proof.notices if proof else ())],
        "proof": list(proof.shown) if proof else None,
        "next": [] if plan.conflicts else plan.next_commands,
    }
    if plan.conflicts:
        document["error"] = _error_json(Taken(_what_conflicts(plan), plan.way_out))
    return _json(document)


def said_json(document: Mapping[str, object]) -> str:
    """An answer for programs."""
    return _json({"schema": SCHEMA, **document})


def refusal_text(refusal: Refusal) -> str:
    """The problem, a caret under its column, and the way out."""
    lines = [f"gen: {refusal.problem}"]
    if refusal.column is not None:
        # What no terminal shows plainly is escaped, one character wide, so that the caret fits.
        shown = "".join(c if c.isprintable() else "?" for c in refusal.argument)
        lines += [f"  {shown}", f"  {' ' * refusal.column}^"]
    if refusal.way_out:
        lines.append(f"  {refusal.way_out}")
    return "\n".join(lines)


def refusal_json(refusal: Refusal) -> str:
    """The refusal for programs."""
    return _json({"schema": SCHEMA, "written": False, "error": _error_json(refusal)})


def _what_conflicts(plan: Plan) -> str:
    paths = [str(step.draft.path) for step in plan.conflicts]
    return f"{', '.join(paths)} {'says' if len(paths) == 1 else 'say'} something else"


def _error_json(refusal: Refusal) -> dict[str, object]:
    return {
        "exit_code": int(refusal.exit_code),
        "problem": refusal.problem,
        "way_out": refusal.way_out,
        "argument": refusal.argument,
        "column": refusal.column,
    }


def _line(step: Step) -> str:
    place = str(step.draft.path)
    if step.draft.line is not None:
        place += f":{step.draft.line}"
    return f"  {_OPERATIONS[type(step)]:<9} {place:<55} {step.draft.note}".rstrip()


def _diff(step: Step) -> Iterator[str]:
    # Imported here because only --diff needs it.
    from difflib import unified_diff

    path = str(step.draft.path)
    match step:
        case Same():
            return
        case Create(draft):
            before, after, names = "", draft.text, ("/dev/null", f"b/{path}")
        case Remove(draft):
            before, after, names = draft.text, "", (f"a/{path}", "/dev/null")
        case Replace(draft, present) | Conflict(draft, present):
            before, after, names = present, draft.text, (f"a/{path}", f"b/{path}")
    yield from unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), *names
    )


def _step_json(step: Step, *, with_diff: bool) -> dict[str, object]:
    draft = step.draft
    told: dict[str, object] = {
        "op": _OPERATIONS[type(step)],
        "path": str(draft.path),
        "line": draft.line,
        "note": draft.note,
        "bytes": len(draft.text.encode()),
        "fingerprint": draft.fingerprint,
    }
    return told | {"diff": "".join(_diff(step))} if with_diff else told


def _json(document: dict[str, object]) -> str:
    return json.dumps(document, indent=2)
