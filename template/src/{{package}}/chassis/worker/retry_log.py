"""One redacted log line for each wait before another attempt, in place of stamina's own hooks."""

from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ..observability import describe_error, get_secure_logger

_log = get_secure_logger(__name__)


def log_retries() -> None:
    """Replace stamina's hooks, which log arguments and register a metric of their own.

    The metric is counted where the attempt begins, which knows the task.
    """
    set_on_retry_hooks([_log_retry])


def _log_retry(details: RetryDetails) -> None:
    _log.warning(
        "attempt failed; another one follows",
        failed_attempt=details.retry_num,
        wait_seconds=round(details.wait_for, 3),
        error=describe_error(details.caused_by),
    )
