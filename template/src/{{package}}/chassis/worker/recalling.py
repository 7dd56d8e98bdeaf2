"""Reads the last good result of a task before its body runs."""

from collections.abc import Generator
from typing import Any

from pydantic import ValidationError

from ..contracts import TaskResult
from ..observability import get_secure_logger
from ..policies import pipeline_of
from ..stores import Keys, last_good_result
from .patience import Patience
from .performing import Effect
from .running import Running

_log = get_secure_logger(__name__)


def recall(
    running: Running, keys: Keys, patience: Patience
) -> Generator[Effect, Any, TaskResult | None]:
    """What `@last_good` remembers; None without it, or where there is nothing yet.

    Raises StoreUnavailable.
    """
    task = running.task
    if not pipeline_of(task).remembers:
        return None
    call = last_good_result(keys.tenant(running.tenant), task.name)
    text = yield from patience.insist(call)
    try:
        return None if text is None else task.result_model.model_validate_json(text)
    except ValidationError as error:
        # A deploy changed its model; the body starts afresh, which is better than never again.
        _log.warning("last good result does not fit its model any more", fields=error.error_count())
        return None
