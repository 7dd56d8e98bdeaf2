"""The file of entries that billing takes over: written as JSON lines or CSV, read back to acknowledge."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TextIO

from ..chassis.contracts import ConfigurationError, CreditEntry, is_entry_id

Row = Mapping[str, str | int]

_COLUMNS: Final = ("tenant", "credit_type", "user", *CreditEntry.model_fields)


def write_json_lines(rows: Iterable[Row], out: TextIO) -> None:
    """One JSON object per line."""
    out.writelines(json.dumps(row) + "\n" for row in rows)


def write_csv(rows: Iterable[Row], out: TextIO) -> None:
    """A line with the names, then one per entry."""
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def exported_through(exported: TextIO, tenant: str) -> dict[tuple[str, str], str]:
    """The last entry in the file of each account, by credit type and user.

    Raises ConfigurationError for a file that is not an export of this tenant.
    """
    through: dict[tuple[str, str], str] = {}
    for number, row in enumerate(_rows(exported), start=1):
        of_tenant, entry_id = row.get("tenant"), str(row.get("id"))
        if of_tenant != tenant or not is_entry_id(entry_id):
            message = (
                f"entry {number} of the file is no entry of tenant {tenant!r}; acknowledge what "
                f"`credits export --tenant {tenant}` has written, unchanged"
            )
            raise ConfigurationError(message)
        account = (str(row["credit_type"]), str(row["user"]))
        through[account] = max(through.get(account, entry_id), entry_id, key=_place)
    return through


def _rows(exported: TextIO) -> Iterator[dict[str, Any]]:
    first = exported.readline()
    if not first.startswith("{"):
        yield from csv.DictReader(exported, fieldnames=first.rstrip("\n").split(","))
        return
    for number, line in enumerate((first, *exported), start=1):
        try:
            yield json.loads(line)
        except ValueError:
            message = (
                f"line {number} of the file is not JSON: the export was cut off; write it anew"
            )
            raise ConfigurationError(message) from None


def _place(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
