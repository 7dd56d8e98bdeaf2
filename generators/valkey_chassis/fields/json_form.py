"""Values as JSON has them: what pydantic reads back as the same."""

from datetime import date, timedelta

from .spec import Instance, Kind, Value


def json_of(kind: Kind, value: Value) -> Value:
    """What `json` writes for a value of that kind."""
    match kind.factory:
        case "dict":
            return {f"key_{number}": _plain(each) for number, each in enumerate(value, start=1)}
        case "list" | "set":
            return [_plain(each) for each in value]
        case _:
            return _plain(value)


def shown(value: Value) -> str:
    """A value that JSON has no form of, as text."""
    if isinstance(value, timedelta):
        # pydantic takes the sign of a whole duration alone, never that of its seconds.
        sign = "-" if value < timedelta(0) else ""
        return f"{sign}PT{abs(value).total_seconds():f}".rstrip("0").rstrip(".") + "S"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Value) -> Value:
    if isinstance(value, Instance):
        return value.json
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    return shown(value)
