"""Whether messages that are queued already still fit a model after it was edited, from source alone."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

from .wire_limits import tightened
from .wire_models import Field, Model, model_in
from .wire_types import (
    Definitions,
    choices_of,
    container_of,
    defined_names,
    members_of,
    names_in,
    takes_anything,
)

# Models within models within models.
_MOST_LEVELS: Final = 5
_NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


class Unfit(NamedTuple):
    """Why a queued message may be refused, and where; without a ``module`` in the model's own."""

    module: str
    line: int
    reason: str


def breaks(
    before: Model,
    after: Model,
    *,
    called: str = "args",
    places: Mapping[str, str] = _NOWHERE,
    ignores_extra: bool = False,
) -> Iterator[Unfit]:
    """What a queued message of the earlier form may be refused for.

    Validators are code, and code is not judged. ``called`` begins the path of a field within a
    field; ``places`` are the modules of classes that are elsewhere. ``ignores_extra`` says that a
    field too many is no reason, as with events.
    """
    comparison = _Comparison(before.known, after.known, called, places)
    yield from comparison.models(before, after, ignores_extra=ignores_extra)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two versions of a module; ``seen`` are the pairs of models that are being compared."""

    before: Definitions
    after: Definitions
    # From the model where it began to the one that is looked at: args.price.
    path: str
    places: Mapping[str, str]
    seen: frozenset[str] = frozenset()

    def models(
        self, before: Model, after: Model, *, ignores_extra: bool = False
    ) -> Iterator[Unfit]:
        # Of the model where it begins, the name says enough.
        here = (self.places.get(after.name, ""), after.line if self.seen else 0)
        for name, field in after.fields.items():
            if name in before.fields:
                yield from self._field(name, before.fields[name], field)
            elif not field.has_default:
                reason = (
                    f"the new field {self._said(name)} has no default, and queued messages lack it"
                )
                yield self._unfit(field, reason)
        for name in before.fields:
            if name not in after.fields and not ignores_extra:
                reason = f"the field {self._said(name)} is gone, and queued messages that have it are refused"
                yield Unfit(*here, reason)
        if before.ground != after.ground:
            what = f"{self.path} was" if self.seen else "it was"
            reason = f"{what} built on {before.ground} and is on {after.ground} now"
            yield Unfit(*here, f"{reason}: queued messages may not fit")

    def _field(self, name: str, before: Field, after: Field) -> Iterator[Unfit]:
        said = self._said(name)
        if not self._takes_all(before.annotation, after.annotation):
            yield from list(self._within(name, before.annotation, after.annotation)) or [
                self._unfit(after, f"{said} {_change(before, after)}: queued messages may not fit")
            ]
        for change in tightened(before.limits, after.limits):
            yield self._unfit(
                after, f"{said} takes less: {change}, and queued messages may break it"
            )
        if before.also != after.also:
            yield self._unfit(after, f"{said} is annotated otherwise: queued messages may not fit")
        if before.has_default and not after.has_default:
            yield self._unfit(
                after, f"{said} has lost its default, and queued messages may lack it"
            )

    def _within(self, field: str, before: ast.expr, after: ast.expr) -> Iterator[Unfit]:
        """What it is, where a field holds models of the same names, and one of them takes less."""
        if ast.dump(before) != ast.dump(after):
            return
        path = f"{self.path}.{field}"
        for name in dict.fromkeys(names_in(after)):
            was, now = model_in(name, self.before), model_in(name, self.after)
            pair = f"{name} {name}"
            if was and now and pair not in self.seen and len(self.seen) < _MOST_LEVELS:
                yield from replace(self, path=path, seen=self.seen | {pair}).models(was, now)

    def _said(self, name: str) -> str:
        return repr(f"{self.path}.{name}" if self.seen else name)

    def _unfit(self, field: Field, reason: str) -> Unfit:
        return Unfit(self.places.get(field.home, ""), field.line, reason)

    def _takes_all(self, before: ast.expr, after: ast.expr) -> bool:
        if takes_anything(after):
            return True
        allowed = members_of(after)
        return all(any(self._takes(one, other) for other in allowed) for one in members_of(before))

    def _takes(self, before: ast.expr, after: ast.expr) -> bool:
        """The same for two types that are no unions."""
        choices, wider = choices_of(before, self.before), choices_of(after, self.after)
        if choices is not None and wider is not None:
            return choices <= wider
        inside, outside = container_of(before), container_of(after)
        if inside and outside and inside[0] == outside[0] and len(inside[1]) == len(outside[1]):
            return all(map(self._takes_all, inside[1], outside[1]))
        nested = self._nested(before, after)
        return self._is_equal(before, after) if nested is None else nested

    def _nested(self, before: ast.expr, after: ast.expr) -> bool | None:
        """Whether a model that is known still fits; None when they are no such models."""
        if not (isinstance(before, ast.Name) and isinstance(after, ast.Name)):
            return None
        # Most have not changed, and beyond so many levels there are more paths than to look at.
        if len(self.seen) == _MOST_LEVELS or self._is_equal(before, after):
            return None
        pair = f"{before.id} {after.id}"
        if pair in self.seen:
            return True
        was, now = model_in(before.id, self.before), model_in(after.id, self.after)
        if was is None or now is None:
            return None
        return not any(replace(self, seen=self.seen | {pair}).models(was, now))

    def _is_equal(self, before: ast.expr, after: ast.expr) -> bool:
        """The same words, and the same behind them."""
        names = {*defined_names(before, self.before), *defined_names(after, self.after)}
        return ast.dump(before) == ast.dump(after) and all(
            name in self.before
            and name in self.after
            and ast.dump(self.before[name]) == ast.dump(self.after[name])
            for name in names
        )


def _change(before: Field, after: Field) -> str:
    was, now = ast.unparse(before.annotation), ast.unparse(after.annotation)
    return f"was {was} and is {now} now" if was != now else f"is another {now} now"
