"""Answers `ref.Customer`: which model of the service is meant, and whether it may be imported."""

import builtins
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

from ..errors import UsageRefused
from ..fields import Import
from ..fields.constraints import Constraints
from ..fields.spec import Instance, Kind, NoSample
from ..names import class_name, did_you_mean
from ..project import Project
from .samples import Sample, Sampling, nested
from .sources import ServiceClass, Sources

MOST_LISTED: Final = 20
_CLASS_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9]{0,63}", re.ASCII)
# What generated modules and their tests name by themselves.
_USED: Final = frozenset(
    """
    AwareDatetime Base64Bytes Decimal Delivery Event EventContext Field HttpUrl JsonValue Literal
    NotAuthorized Principal Priority RunningService Secret SecretStr TaskArgs TaskContext TaskResult
    UUID ValidationError ARGS EVENT
    """.split()
)
# They put a service together and reach every module of it by discovery.
_COMPOSITION: Final = frozenset({"app", "cli", "commands", "processes", "team"})
# Rooms from which a room may not import: the same arrows as everywhere in a service.
_ABOVE: Final = {
    "events": frozenset({"tasks", "endpoints"}),
    "tasks": frozenset({"endpoints"}),
}


class ServiceModels:
    """The models that a generated module at ``module`` may refer to.

    Who asks for many modules reads the ``sources`` once for all.
    """

    def __init__(
        self, project: Project, module: PurePosixPath, sources: Sources | None = None
    ) -> None:
        self._project = project
        package = PurePosixPath("src", project.package)
        self._module = ".".join(module.relative_to(package).with_suffix("").parts)
        self._room = self._module.partition(".")[0]
        own = class_name(module.stem)
        self._taken = dict.fromkeys([own, f"{own}Args", f"{own}Result", *_USED, *dir(builtins)], "")
        self._sources = sources or Sources(project.root / package)

    def kind_of(self, name: str) -> Kind:
        """The model as a type of the field language. Raises UsageRefused, without a column."""
        model = self._model(name)
        self._check_direction(model)
        sampling = Sampling(self._sources)
        try:
            sample, missing = sampling.of(model), ""
        except NoSample as error:
            sample, missing = Sample(Instance("", None), frozenset()), str(error)
        for module, bound in [(f"..{model.module.name}", model.name), *sample.imports]:
            self._check_binding(module, bound)

        def candidates(_limits: Constraints, _word: str) -> Iterator[Instance]:
            if missing:
                raise NoSample(f"no sample of {model.name} can be made: {missing}")
            yield sample.made

        return replace(
            nested(model.name, sample),
            annotation_imports=frozenset({Import(f"..{model.module.name}", model.name)}),
            candidates=candidates,
            secret=sampling.holds_secret(model),
        )

    def word_for(self, name: str) -> str | None:
        """The type that refers to what the module itself calls ``name``; None when it is no model."""
        module = self._sources.module(self._module)
        found = self._sources.resolve(module, name) if module else None
        if found is None or not self._sources.is_model(found):
            return None
        same = [each for each in self._sources.classes(found.name) if self._sources.is_model(each)]
        return f"ref.{found.name if len(same) == 1 else found.dotted}"

    @cached_property
    def _all(self) -> list[ServiceClass]:
        return [each for each in self._sources.classes() if self._sources.is_model(each)]

    def _model(self, name: str) -> ServiceClass:
        last = name.rpartition(".")[2]
        if not _CLASS_NAME.fullmatch(last):
            raise UsageRefused(
                f"{name!r} names no model",
                f"write ref.MODEL, a class of this service; {self._known()}",
            )
        found = [
            each
            for each in self._sources.classes(last)
            if self._sources.is_model(each) and f".{each.dotted}".endswith(f".{name}")
        ]
        if not found:
            hint = did_you_mean(name, [each.name for each in self._all])
            raise UsageRefused(
                f"this service has no pydantic model {name!r}",
                "; ".join(filter(None, [hint, self._known()])),
            )
        if len(found) > 1:
            places = ", ".join(map(self._place, found))
            choices = sorted({f"ref.{each.dotted}" for each in found})
            raise UsageRefused(
                f"{name!r} is defined {len(found)} times: {places}",
                f"say which: {' or '.join(choices[:4])}"
                if len(choices) > 1
                else "give one of them another name",
            )
        return found[0]

    def _known(self) -> str:
        shown = [f"{each.name} ({self._place(each)})" for each in self._all[:MOST_LISTED]]
        more = f" and {len(self._all) - MOST_LISTED} more" if len(self._all) > MOST_LISTED else ""
        return f"models: {', '.join(shown)}{more}" if shown else "it has none yet"

    def _place(self, model: ServiceClass) -> str:
        path = model.module.path.relative_to(self._project.root).as_posix()
        return f"{path}:{model.node.lineno}"

    def _check_direction(self, model: ServiceClass) -> None:
        """Refuse a module that may not be imported, or that imports the generated one itself."""
        origin = model.module.name
        way_out = f"move it to a module of its own, such as src/{self._project.package}/models.py"
        room = origin.partition(".")[0]
        if room in _ABOVE.get(self._room, ()):
            raise UsageRefused(
                f"{self._place(model)} is in {room}, from which {self._room} do not import", way_out
            )
        for reached in self._reached(origin):
            if reached == self._module or reached in _COMPOSITION:
                which = "is" if reached == origin else f"imports {reached}, which is"
                raise UsageRefused(
                    f"{self._place(model)} cannot be imported: its module {which} "
                    + ("this one" if reached == self._module else "the top of the service"),
                    way_out,
                )

    def _reached(self, origin: str) -> Iterator[str]:
        """The module, and all of the service's that it imports, however indirectly."""
        waiting, seen = [origin], set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            yield name
            module = self._sources.module(name)
            if module is not None:
                waiting += self._sources.imports_of(module)

    def _check_binding(self, module: str, name: str) -> None:
        if self._taken.setdefault(name, module) != module and module.startswith(".."):
            raise UsageRefused(
                f"the model {name} ({module.removeprefix('..')}) would hide another {name}"
                " in what is generated",
                "give the class another name",
            )
