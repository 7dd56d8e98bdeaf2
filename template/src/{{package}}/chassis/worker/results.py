"""Celery's result backend: for canvas, and off unless asked for. Executions keep their own results."""

from typing import Any, Final

from celery.backends.base import DisabledBackend
from celery.exceptions import Ignore

from ..contracts import Execution, Task
from .broker import SENTINEL_SCHEME, Broker
from .handles import read_result
from .message import Messages
from .options import WorkerOptions

# By our scheme; as in kombu, `+socket` stays behind it.
_SCHEMES: Final = {"valkeys:": "rediss:", "valkey:": "redis:", "valkey+": "redis+"}


def result_settings(
    broker: Broker, messages: Messages, options: WorkerOptions
) -> dict[str, Any]:  # Celery's settings have every type
    """Results of Celery's own, on the broker's server and below its prefix."""
    if not options.result_backend:
        return {"result_backend": None, "task_ignore_result": True}
    sentinel = {"master_name", "sentinel_kwargs"} & broker.transport_options.keys()
    return {
        "result_backend": _backend_url(broker.url),
        "task_ignore_result": False,
        "result_expires": options.result_retention,
        "result_backend_transport_options": {
            "global_keyprefix": messages.prefix,
            **{name: broker.transport_options[name] for name in sentinel},
        },
        "redis_backend_use_ssl": broker.use_ssl,
        "redis_socket_timeout": broker.transport_options["socket_timeout"],
        "redis_socket_connect_timeout": broker.transport_options["socket_connect_timeout"],
        "redis_socket_keepalive": True,
        "redis_retry_on_timeout": True,
    }


def canvas_result(task: Task[Any, Any], execution: Execution | None) -> object:
    """What the next task of a chain is given: the result's fields, which become its arguments.

    Raises ExecutionFailed, which ends the chain, and Ignore where another delivery has the say.
    """
    if execution is None or not execution.is_settled:
        raise Ignore
    read_result(task, execution)
    return execution.result


def has_no_results(task: Any) -> bool:
    """Whether nobody keeps what Celery's task returns."""
    return isinstance(task.backend, DisabledBackend)


def _backend_url(url: str) -> str:
    if url.startswith(SENTINEL_SCHEME):
        return url.replace(f"{SENTINEL_SCHEME}:", "sentinel:")
    ours = next(scheme for scheme in _SCHEMES if url.startswith(scheme))
    return url.replace(ours, _SCHEMES[ours], 1)
