"""What callers are shown: accepted submissions, executions, and the catalogue of tasks."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ..contracts import Accepted, Execution, ExecutionError, ExecutionState, Progress, Stage, Task

R = TypeVar("R")

# Callers that ask more often than this learn nothing sooner.
POLL_AFTER_SECONDS = "1"


class SubmissionAccepted(BaseModel):
    """The service now answers for this submission; ``status_url`` tells how it goes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0197f3c2-5d0e-7c11-9c6e-2f1d0a7b3e55",
                    "state": "queued",
                    "status_url": "/executions/0197f3c2-5d0e-7c11-9c6e-2f1d0a7b3e55",
                    "replayed": False,
                    "cached": False,
                    "stale": False,
                }
            ]
        }
    )

    id: str = Field(description="Id of the execution.")
    state: ExecutionState
    status_url: str
    replayed: bool = Field(description="Whether an earlier submission under this key is answered.")
    cached: bool = Field(default=False, description="Whether the result comes from the cache.")
    stale: bool = Field(
        default=False, description="Whether it is past its time, and is being computed anew."
    )


class SubmissionAnswered(SubmissionAccepted, Generic[R]):
    """Answered at once: the result is that of an earlier submission, or its failure is repeated."""

    result: R | None = None
    error: ExecutionError | None = None


class ExecutionView(BaseModel):
    """One execution, as its owner sees it. Times are in UTC."""

    id: str
    task: str
    state: ExecutionState
    deliveries: int = Field(description="How often a worker has begun it.")
    progress: Progress | None
    result: JsonValue = Field(description="The task's result once it has succeeded.")
    error: ExecutionError | None
    correlation_id: str
    accepted_at: datetime
    started_at: datetime | None
    settled_at: datetime | None
    run_at: datetime | None = Field(description="When a delayed execution is queued.")
    cancel_requested: bool = Field(description="Whether somebody has asked that it stops.")
    replay_of: str | None = Field(description="The dead execution that this one repeats.")
    replayed_as: str | None = Field(description="The execution that repeats this dead one.")
    degraded: bool = Field(description="Whether a fallback made the result.")


class TaskView(BaseModel):
    """One task of the catalogue."""

    name: str
    summary: str
    submit_url: str
    idempotent: bool = Field(description="Whether it takes an Idempotency-Key.")
    args_schema: dict[str, Any] = Field(description="JSON Schema of the body to submit.")
    result_schema: dict[str, Any] = Field(description="JSON Schema of the result.")


def accepted_response(accepted: Accepted) -> Response:
    """202 with the place to look, or 200 with the result, or failure, of an earlier submission."""
    state, answer = _answer(accepted)
    view = SubmissionAccepted(
        id=accepted.execution_id,
        state=state,
        status_url=f"/executions/{accepted.execution_id}",
        replayed=accepted.replayed,
        cached=accepted.cached,
        stale=accepted.stale,
    )
    body, headers = view.model_dump_json(), {"Location": view.status_url}
    if answer:
        # The stored text goes out as it is: the task's own model wrote it.
        body = f"{body[:-1]},{answer}}}"
    else:
        headers["Retry-After"] = POLL_AFTER_SECONDS
    if accepted.replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(body, 200 if answer else 202, headers, media_type="application/json")


def _answer(accepted: Accepted) -> tuple[ExecutionState, str]:
    """The state of what is answered, and the text that answers; empty where nothing does."""
    if accepted.result_json is not None:
        return ExecutionState.SUCCEEDED, f'"result":{accepted.result_json}'
    if accepted.error_json is not None:
        return ExecutionState.FAILED, f'"error":{accepted.error_json}'
    return ExecutionState.QUEUED, ""


def execution_view(execution: Execution) -> ExecutionView:
    """What of the record its owner may see: not whose it is, nor which worker holds it."""
    return ExecutionView.model_validate(
        execution.model_dump(include=set(ExecutionView.model_fields))
    )


def task_view(task: Task[Any, Any]) -> TaskView:
    """One entry of the catalogue."""
    return TaskView(
        name=task.name,
        summary=task.summary,
        submit_url=f"/tasks/{task.name}",
        idempotent=takes_idempotency_key(task),
        args_schema=task.args_model.model_json_schema(),
        result_schema=task.result_model.model_json_schema(mode="serialization"),
    )


def takes_idempotency_key(task: Task[Any, Any]) -> bool:
    """Whether the task is protected against repeated submissions."""
    return any(Stage.IDEMPOTENCY in policy.stages for policy in task.policies)
