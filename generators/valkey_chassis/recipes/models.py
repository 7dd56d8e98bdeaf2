"""What any generated model and its test need to know of fields: imports, samples, wrong values."""

from collections.abc import Iterable, Iterator

from ..fields import FACE, FieldSpec, Import, Value, is_own


def annotation_imports(fields: Iterable[FieldSpec]) -> Iterator[Import]:
    """What the model's module imports for its fields from libraries."""
    for field in fields:
        yield from (each for each in field.model_imports if not is_own(each))


def chassis_types(fields: Iterable[FieldSpec]) -> set[str]:
    """The types of fields that the chassis has."""
    return {each.name for field in fields for each in field.model_imports if each.module == FACE}


def given(fields: Iterable[FieldSpec]) -> list[str]:
    """The keywords that a model cannot be made without, with sample values."""
    return [f"{field.name}={field.sample_source}" for field in fields if field.required]


def value_imports(fields: Iterable[FieldSpec]) -> Iterator[Import]:
    """What a test imports from libraries to write these values."""
    for field in fields:
        if field.required or _edges(field):
            yield from (each for each in field.kind.value_imports if not is_own(each))


def models_in(fields: Iterable[FieldSpec], *, written: bool) -> Iterator[Import]:
    """The service's own models that a module names: in annotations, or as ``written`` values."""
    for field in fields:
        if written and field.required:
            yield from (each for each in field.kind.value_imports if is_own(each))
        elif not written:
            yield from (each for each in field.model_imports if is_own(each))


def wrong_inputs(fields: Iterable[FieldSpec], *, forbids_extra: bool) -> list[tuple[str, str, str]]:
    """Field, a source expression that it refuses, and the reason as a test id."""
    found: list[tuple[str, str, str]] = []
    for field in fields:
        if field.kind.wrong is not None:
            found.append((field.name, field.kind.wrong, f"{field.name}_of_another_type"))
        found += [
            (field.name, field.kind.write(edge), f"{field.name}_at_its_limit_{limit}")
            for limit, edge in _edges(field)
        ]
    if forbids_extra:
        found.append(("unheard_of", '"anything"', "field_that_is_not_there"))
    return found


def _edges(field: FieldSpec) -> list[tuple[str, Value]]:
    limits = field.constraints.limits
    return [(limit, limits[limit]) for limit in ("gt", "lt") if limit in limits]
