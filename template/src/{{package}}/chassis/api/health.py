"""`/livez` and `/readyz`: whether to restart this process, and whether to send it requests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

ReadinessCheck = Callable[[], Awaitable[bool]]
"""Whether one thing that requests need works. It may raise, which counts as no."""


class Health(BaseModel):
    """The answer to a probe, with the result of every check by name."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, bool] = Field(default_factory=dict)


def health_routes(checks: Mapping[str, ReadinessCheck], timeout_seconds: float) -> APIRouter:
    """The two probes, open to everybody: they tell names and yes or no, nothing else."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", operation_id="livez", summary="Whether this process works")
    async def livez() -> Health:
        # No look at Valkey: restarting this process would not bring it back.
        return Health(status="ok")

    @router.get(
        "/readyz",
        operation_id="readyz",
        summary="Whether this process can serve requests now",
        responses={503: {"model": Health, "description": "A check fails."}},
    )
    async def readyz(response: Response) -> Health:
        results = await asyncio.gather(
            *(_passes(check, timeout_seconds) for check in checks.values())
        )
        passed = all(results)
        response.status_code = 200 if passed else 503
        return Health(
            status="ok" if passed else "unavailable",
            checks=dict(zip(checks, results, strict=True)),
        )

    return router


async def _passes(check: ReadinessCheck, timeout_seconds: float) -> bool:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await check()
    except Exception:  # noqa: BLE001 - whatever went wrong, the answer to the probe is no
        return False
