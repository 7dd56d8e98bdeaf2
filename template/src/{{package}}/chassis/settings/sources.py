"""Where values come from: the environment, a `.env` file, and the files that NAME_FILE names."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

SECRET_FILE_BYTES_MAXIMUM: Final = 65_536


@dataclass(frozen=True, slots=True)
class Given:
    """The text of one variable, and who said so."""

    text: str
    origin: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A variable that is set and still has no value."""

    reason: str


Source = tuple[str, Mapping[str, str]]


def open_sources(
    environ: Mapping[str, str] | None, env_file: str | os.PathLike[str] | None
) -> tuple[Source, ...]:
    """The sources in order of precedence. A missing `.env` file is no error: it is optional."""
    environment = ("environment", os.environ if environ is None else environ)
    if env_file is None or not Path(env_file).is_file():
        return (environment,)
    # Not interpolated: a password may hold a `$`.
    written = dotenv_values(env_file, interpolate=False, encoding="utf-8")
    return (environment, (str(env_file), {name: text or "" for name, text in written.items()}))


def read_variable(name: str, sources: Iterable[Source]) -> Given | Unreadable | None:
    """The value of one variable from the first source that has it, directly or as a file."""
    file_name = f"{name}_FILE"
    for origin, source in sources:
        if name in source and file_name in source:
            return Unreadable(f"{name} and {file_name} are both set in {origin}; keep one")
        if name in source:
            return Given(source[name], origin)
        # An empty NAME_FILE is what `${NAME_FILE:-}` in a compose file makes of an unset one.
        if source.get(file_name):
            return _read_file(file_name, Path(source[file_name]))
    return None


def _read_file(file_name: str, path: Path) -> Given | Unreadable:
    try:
        with path.open("rb") as file:
            content = file.read(SECRET_FILE_BYTES_MAXIMUM + 1)
    except OSError as error:
        return Unreadable(f"{file_name} names {path}, which cannot be read: {error.strerror}")
    if len(content) > SECRET_FILE_BYTES_MAXIMUM:
        return Unreadable(
            f"{file_name} names {path}, which has more than {SECRET_FILE_BYTES_MAXIMUM} bytes"
        )
    try:
        # Editors and `echo` end a file with a newline that belongs to no secret.
        return Given(content.decode("utf-8").rstrip("\r\n"), f"file {path}")
    except UnicodeDecodeError:
        return Unreadable(f"{file_name} names {path}, which is not UTF-8 text")
