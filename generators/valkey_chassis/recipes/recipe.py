"""What every kind of item offers: its arguments, what it refuses, and the texts that it makes."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..item import Options
from ..plan import Draft
from ..project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What a recipe makes of a command line: files, not formatted yet, and what to note of them.

    The first file is the module that discovery finds, the second its test; a page may follow.
    """

    title: str
    files: tuple[Draft, ...]
    specs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    options: Options = field(default_factory=dict)


def _nothing(_: Project, __: Namespace) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of item, noted under ``kind``. None of its functions writes anything.

    ``check`` raises what stands against a new item; ``make`` gives its texts as this release has them;
    ``notices`` are what a new one needs besides.
    """

    kind: str
    add_arguments: Callable[[ArgumentParser], None]
    check: Callable[[Project, Namespace], None]
    make: Callable[[Project, Namespace], Texts]
    # Of a required word by its dest: what its answer must keep, when somebody is asked for it.
    answers: Mapping[str, Callable[[Project, str], object]] = field(default_factory=dict)
    notices: Callable[[Project, Namespace], Iterable[str]] = _nothing
