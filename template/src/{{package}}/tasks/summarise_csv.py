"""Statistics over the numeric columns of a CSV file: work for a processor, not for an event loop."""

import csv
import io
import math
import statistics
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..chassis import Settings, TaskArgs, TaskContext, TaskFailed, TaskResult, retry, task, timeout

LINES_BETWEEN_REPORTS = 50


class CsvSettings(Settings, section="csv"):
    """Where files are, and how much is read."""

    folder: Path = Field(default=Path("examples"), description="`path` arguments are below it.")
    rows_maximum: int = Field(
        default=1_000_000, ge=1, le=100_000_000, description="Rows read of one file."
    )


class SummariseCsvArgs(TaskArgs):
    """The CSV itself or the path of one, and the columns of interest."""

    # An example of the whole says that running it is harmless: `dev --check` does.
    model_config = ConfigDict(json_schema_extra={"examples": [{"path": "orders.csv"}]})

    text: str | None = Field(default=None, min_length=1, max_length=200_000)
    path: str | None = Field(default=None, min_length=1, max_length=500)
    columns: tuple[str, ...] = Field(
        default=(), description="Those that hold a number in the first row, when empty."
    )

    @model_validator(mode="after")
    def _there_is_one_source(self) -> Self:
        if (self.text is None) == (self.path is None):
            message = "give either text or path"
            raise ValueError(message)
        return self


class ColumnSummary(BaseModel):
    """One column; ``stdev`` is the sample's, 0 for a single value."""

    model_config = ConfigDict(frozen=True)

    count: int
    mean: float
    minimum: float
    maximum: float
    median: float
    stdev: float


class SummariseCsvResult(TaskResult):
    """Rows read and skipped, and a summary by column."""

    rows: int
    bad_rows: int
    columns: dict[str, ColumnSummary]


@task(queue="cpu")
@retry(attempts=2, on=OSError)
@timeout(total=300)
def summarise_csv(args: SummariseCsvArgs, context: TaskContext) -> SummariseCsvResult:
    """Count, mean, extremes, median and deviation of each numeric column."""
    settings = context.settings(CsvSettings)
    with _opened(args, settings.folder) as source:
        reader = csv.reader(_lines(source, context))
        table = _Table(next(reader, []), args.columns)
        for cells in filter(None, reader):
            if table.rows == settings.rows_maximum:
                message = f"the file has more than {table.rows} rows; raise CSV_ROWS_MAXIMUM"
                raise TaskFailed(message)
            table.add(cells)

    context.progress(1.0, f"{table.rows} rows")
    return SummariseCsvResult(rows=table.rows, bad_rows=table.bad_rows, columns=table.summaries())


class _Table:
    """The numbers of the chosen columns; 8 bytes each, since a median needs them all."""

    def __init__(self, header: Sequence[str], chosen: Sequence[str]) -> None:
        unknown = sorted(set(chosen) - set(header))
        if unknown:
            message = f"no column {', '.join(unknown)}; there are {', '.join(header) or 'none'}"
            raise TaskFailed(message)
        self.header = header
        self.numbers: dict[str, array[float]] = {name: array("d") for name in chosen}
        self.rows = 0
        self.bad_rows = 0

    def add(self, cells: Sequence[str]) -> None:
        """Take a row, or count it as bad: too many or few cells, or text where numbers belong."""
        if not self.numbers:
            named = zip(self.header, cells, strict=False)
            self.numbers = {name: array("d") for name, cell in named if _number(cell) is not None}
        self.rows += 1
        row = dict(zip(self.header, cells, strict=False))
        filled = [name for name in self.numbers if row.get(name, "").strip()]
        numbers = [_number(row[name]) for name in filled]
        if len(cells) != len(self.header) or None in numbers:
            self.bad_rows += 1
            return
        for name, number in zip(filled, numbers, strict=True):
            if number is not None:
                self.numbers[name].append(number)

    def summaries(self) -> dict[str, ColumnSummary]:
        return {name: _summary(numbers) for name, numbers in self.numbers.items() if numbers}


def _summary(numbers: Sequence[float]) -> ColumnSummary:
    mean = math.fsum(numbers) / len(numbers)
    squares = math.fsum((number - mean) ** 2 for number in numbers)
    return ColumnSummary(
        count=len(numbers),
        mean=mean,
        minimum=min(numbers),
        maximum=max(numbers),
        median=statistics.median(numbers),
        stdev=math.sqrt(squares / (len(numbers) - 1)) if len(numbers) > 1 else 0.0,
    )


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    # "nan" and "inf" read as numbers and would spoil every sum.
    return number if math.isfinite(number) else None


def _opened(args: SummariseCsvArgs, folder: Path) -> BinaryIO:
    if args.text is not None:
        return io.BytesIO(args.text.encode())
    inside = folder.resolve()
    path = (inside / (args.path or "")).resolve()
    if not path.is_relative_to(inside) or not path.is_file():
        message = f"there is no file {args.path!r} in the folder that CSV_FOLDER names"
        raise TaskFailed(message)
    return path.open("rb")


def _lines(source: BinaryIO, context: TaskContext) -> Iterator[str]:
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    seen = 0
    for number, line in enumerate(source, start=1):
        seen += len(line)
        if number % LINES_BETWEEN_REPORTS == 0:
            context.progress(seen / size, f"{number} lines")
        yield line.decode("utf-8-sig" if number == 1 else "utf-8")
