"""The errors that endpoints of a team raise in their own words; each is answered as a problem."""

import logging
from collections.abc import Mapping
from typing import NoReturn

from starlette.exceptions import HTTPException

from ..observability import describe_error, get_secure_logger

_log = get_secure_logger(__name__)


class APIError(HTTPException):
    """An answer with this status, whose detail its callers may read."""

    def __init__(
        self, status_code: int, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status_code, detail, dict(headers or {}))


def log_and_raise_http_exception(
    status_code: int, detail: str, error: Exception | None = None
) -> NoReturn:
    """Log what went wrong, redacted, and answer with this status and detail. Raises APIError."""
    _log.log(
        logging.ERROR if status_code >= 500 else logging.WARNING,
        "endpoint refused",
        status=status_code,
        detail=detail,
        error=describe_error(error) if error else None,
    )
    raise APIError(status_code, detail) from error
