"""Uses the running service once: one task, submitted over HTTP and followed to its end."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pydantic import JsonValue, ValidationError

from ..contracts import TERMINAL_STATES, ExecutionState, Task
from .supervisor import Say

PATIENCE_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """A task and arguments that are safe to run anywhere."""

    task: str
    arguments: dict[str, JsonValue]


def example_of(tasks: Mapping[str, Task[Any, Any]]) -> Sample | None:
    """The first task whose arguments model carries an example of its whole.

    ``model_config = ConfigDict(json_schema_extra={"examples": [...]})`` says that running it is
    harmless; examples of single fields only serve the documentation.
    """
    for name, task in sorted(tasks.items()):
        extra = task.args_model.model_config.get("json_schema_extra")
        examples = extra.get("examples") if isinstance(extra, dict) else None
        if isinstance(examples, list) and examples and _is_valid(task, examples[0]):
            arguments: Any = examples[0]
            return Sample(name, arguments)
    return None


async def run_sample(api_url: str, api_key: str, sample: Sample | None, say: Say) -> bool:
    """Run it; whether it succeeded. Without a sample, to have become ready is all there is."""
    if sample is None:
        say("check", "every process is ready; no task carries an example to run")
        return True
    headers = {"authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=api_url, headers=headers, trust_env=False) as client:
        answer = await client.post(f"/tasks/{sample.task}", json=sample.arguments)
        if answer.status_code != httpx.codes.ACCEPTED:
            say("check", f"{sample.task} is refused: {answer.status_code} {answer.text}")
            return False
        return await _follow(client, answer.headers["location"], sample, say)


async def _follow(client: httpx.AsyncClient, location: str, sample: Sample, say: Say) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        execution = (await client.get(location)).raise_for_status().json()
        if execution["state"] in TERMINAL_STATES:
            succeeded: bool = execution["state"] == ExecutionState.SUCCEEDED
            outcome = execution.get("result") if succeeded else execution.get("error")
            say("check", f"{sample.task} {execution['state']}: {outcome}")
            return succeeded
        await asyncio.sleep(POLL_SECONDS)
    say("check", f"{sample.task} did not end within {PATIENCE_SECONDS:g} s")
    return False


def _is_valid(task: Task[Any, Any], example: object) -> bool:
    try:
        task.args_model.model_validate(example)
    except ValidationError:
        return False
    return True
