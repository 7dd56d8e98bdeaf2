"""Structured logs: one redacted line per event, for our own loggers and everybody else's."""

import logging
import sys
from collections.abc import Sequence
from typing import Final, TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from .context import merge_bound
from .options import LogLevel, TelemetryOptions
from .redaction import Redactor, redact_traceback

_LEVELS: Final[dict[LogLevel, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
}
# These talk a lot about nothing that an operator can act on.
_QUIET_LOGGERS: Final = ("amqp", "asyncio", "httpcore", "httpx", "kombu", "urllib3", "watchfiles")
# Whatever ends a line, moves a cursor or reverses text could forge a line on a terminal.
_UNPRINTABLE: Final = {
    code: f"\\u{code:04x}"
    for code in (
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xD800, 0xE000),
        0xFEFF,
    )
}


def configure_logs(
    options: TelemetryOptions, *, service: str, role: str, stream: TextIO | None = None
) -> None:
    """Send every log line of this process, ours and other libraries', to ``stream`` (stderr).

    ``role`` is what the process is: api, worker-async, listener and so on. May be called again.
    """
    output = stream if stream is not None else cast("TextIO", _CurrentStderr())
    chain = _processors(options, service=service, role=role)
    _configure_own_logging(_LEVELS[options.log_level], output, chain)
    _route_standard_logging(_LEVELS[options.log_level], output, chain)


def get_secure_logger(name: str) -> FilteringBoundLogger:
    """A structured logger whose every line is redacted, even before ``configure_logs``."""
    if not structlog.is_configured():
        chain = _processors(TelemetryOptions(), service="", role="")
        _configure_own_logging(logging.INFO, cast("TextIO", _CurrentStderr()), chain)
    return cast("FilteringBoundLogger", structlog.get_logger(logger_name=name))


def _configure_own_logging(level: int, output: TextIO, chain: Sequence[Processor]) -> None:
    structlog.configure(
        processors=[merge_bound, structlog.contextvars.merge_contextvars, *chain],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=output),
        # Modules bind their logger when imported, which is before this call.
        cache_logger_on_first_use=False,
    )


def _processors(options: TelemetryOptions, *, service: str, role: str) -> list[Processor]:
    redactor = Redactor(options.redacted_keys)

    def redact(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
        traceback = line.pop("exception", None)
        redacted: EventDict = redactor.redact(line)
        if traceback:
            redacted["exception"] = redact_traceback(str(traceback))
        return redacted

    def add_origin(_: WrappedLogger, level: str, line: EventDict) -> EventDict:
        line.update(service=service, role=role, level=level)
        # The proxy that `get_logger` makes takes no field that is called `logger`.
        if "logger_name" in line:
            line["logger"] = line.pop("logger_name")
        return line

    # After redaction come only our own constants and the time, which cost less unsearched.
    return [
        structlog.processors.format_exc_info,
        redact,
        add_origin,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _render_console if options.log_format == "console" else _render_json,
    ]


# Escapes everything that is not ASCII, so a line break of any kind stays inside its string.
_render_json: Final = structlog.processors.JSONRenderer(ensure_ascii=True)


def _render_console(_: WrappedLogger, __: str, line: EventDict) -> str:
    traceback = line.pop("exception", "")
    moment = str(line.pop("timestamp", ""))[11:23]
    level, role = line.pop("level", ""), line.pop("role", "")
    message = line.pop("event", "")
    line.pop("service", None)
    fields = " ".join(f"{key}={_compact(value)}" for key, value in line.items())
    head = _printable(f"{moment} {level:<8} {role:<12} {message} {fields}".rstrip())
    # Indented, so that no line of a traceback can pass for an event.
    body = [f"    {_printable(text)}" for text in str(traceback).splitlines()]
    return "\n".join([head, *body])


def _compact(value: object) -> str:
    text = str(value)
    return text if isinstance(value, int | float) or " " not in text else repr(value)


def _printable(text: str) -> str:
    return text.translate(_UNPRINTABLE)


def _route_standard_logging(level: int, output: TextIO, chain: Sequence[Processor]) -> None:
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                merge_bound,
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *chain],
        )
    )
    root = logging.getLogger()
    # Handlers of a kind of their own, a test runner's for instance, belong to somebody.
    kept = [other for other in root.handlers if type(other) is not logging.StreamHandler]
    root.handlers[:] = [*kept, handler]
    root.setLevel(level)
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


class _CurrentStderr:
    """Whatever stderr is at the moment of writing: test runners and supervisors replace it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()
