"""`@cached`: answer at submission with a result that was computed before, from the same things."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..contracts import Stage
from ..stores import Step, digest, milliseconds
from .canonical import canonical_json
from .chosen import chosen
from .policy import AdmissionCall, F, collect

Scope = Literal["user", "tenant", "shared"]


class CachedOptions(BaseModel):
    """How long a result answers, and whom."""

    model_config = ConfigDict(frozen=True)

    ttl: timedelta = Field(
        ge=timedelta(milliseconds=1),
        le=timedelta(days=90),
        description="How long a result is fresh.",
    )
    scope: Scope = Field(
        default="user",
        description="Whom a result answers: the user it was computed for, with the same roles and "
        "scopes; all users of the tenant; or all tenants.",
    )
    stale_while_revalidate: timedelta = Field(
        default=timedelta(0),
        ge=timedelta(0),
        le=timedelta(days=90),
        description="How long a result that is no longer fresh still answers, while one submission "
        "computes it anew.",
    )
    single_flight: bool = Field(
        default=True,
        description="Whether a submission joins the execution that computes its result already.",
    )
    version: str = Field(
        default="",
        max_length=64,
        description="Of the body: change it, and nothing computed by another one answers.",
    )


def schema_of(function: Callable[..., Any], result: type[BaseModel]) -> tuple[str, ...]:
    """What identifies the code that computes a result: its name, and the form of the result."""
    return function.__module__, function.__qualname__, _digest_of_form(result)


def cache_key_of(options: CachedOptions, call: AdmissionCall) -> str:
    """What a result was computed from, as a digest; nothing that could differ is left out."""
    whose: tuple[str, ...] = ()
    if options.scope != "shared":
        whose = (call.principal.tenant,)
    if options.scope == "user":
        rights = [sorted(call.principal.roles), sorted(call.principal.scopes)]
        whose += (call.principal.user, canonical_json(rights))
    computed_from = call.task, *call.schema, options.version, options.scope, call.canonical_args
    return digest(*computed_from, *whose)


@dataclass(frozen=True, slots=True)
class Cached:
    """Looks for a result in admission; settlement keeps a success that no fallback made."""

    options: CachedOptions
    name: str = "cached"
    scope: str = ""
    stages: tuple[Stage, ...] = (Stage.CACHE,)

    @property
    def audience(self) -> str:
        """Who else may read an execution, because they may join it: nobody, or the tenant."""
        return "" if self.options.scope == "user" else "tenant"

    def step(self, call: AdmissionCall) -> Step | None:
        """Answer with what is kept under the cache key, or join, or compute it.

        What shall be computed later is, whatever the cache holds now.
        """
        if call.delay:
            return None
        options, cache_key = self.options, cache_key_of(self.options, call)
        numbers: dict[str, int | str] = {
            "ttl_ms": milliseconds(options.ttl),
            "stale_ms": milliseconds(options.stale_while_revalidate),
            # A key promises an execution of its own, so its submission joins no other.
            "joins": int(options.single_flight and call.idempotency_key is None),
            "single_flight": int(options.single_flight),
        }
        flight = call.keys.flight(cache_key)
        if options.scope == "shared":
            # Its value lies in another hash slot: read before admission, written behind settlement.
            return Step("cache", (flight,), {**numbers, "shared": cache_key})
        return Step("cache", (flight, call.keys.cached(cache_key)), numbers)


@lru_cache(maxsize=1024)
def _digest_of_form(result: Hashable) -> str:
    # A type is hashable, which type checkers do not see through the cache.
    assert isinstance(result, type) and issubclass(result, BaseModel)  # noqa: S101, PT018
    return digest(canonical_json(result.model_json_schema(mode="serialization")))


def cached(
    ttl: timedelta,
    *,
    scope: Scope = "user",
    stale_while_revalidate: timedelta = timedelta(0),
    single_flight: bool = True,
    version: str = "",
) -> Callable[[F], F]:
    """Answer equal submissions with the result of an earlier one for ``ttl``.

    Equal is what has the same code, arguments and caller, as far as the ``scope`` asks for one.
    """
    options = chosen(
        "cached",
        CachedOptions,
        ttl=ttl,
        scope=scope,
        stale_while_revalidate=stale_while_revalidate,
        single_flight=single_flight,
        version=version,
    )
    return collect(Cached(options))
