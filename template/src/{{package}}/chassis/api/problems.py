"""Every way a request can fail: one table from errors to RFC 9457 problems, with their explanations."""

from dataclasses import dataclass
from typing import Final

from ..contracts import (
    CircuitOpen,
    ConcurrencyLimited,
    CreditsExhausted,
    DeadLetterNotFound,
    DeadLetterNotReplayable,
    ExecutionNotFound,
    IdempotencyConflict,
    IdempotencyMismatch,
    NotAuthenticated,
    NotAuthorized,
    OutcomeUnknown,
    Overloaded,
    RateLimited,
    RequestImpossible,
    ResultNotReady,
    ServiceError,
    StoreUnavailable,
    UnknownTask,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of failure; ``/problems/<slug>`` is its type and shows the explanation."""

    status: int
    slug: str
    title: str
    explanation: str

    @property
    def type(self) -> str:
        """The stable URI of this kind, relative to the API's root."""
        return f"/problems/{self.slug}" if self.slug else "about:blank"


class RequestRefused(ServiceError):
    """The request itself cannot be taken, whatever it asks for."""

    def __init__(
        self, problem: Problem, message: str, *, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.problem = problem


MALFORMED: Final = Problem(
    400,
    "malformed-request",
    "The body is not acceptable JSON",
    "Send one JSON document in UTF-8: no duplicate keys, no NaN or Infinity, no lone surrogates, "
    "no numbers of more than 100 digits, nested no deeper than the limit that the detail names.",
)
KEY_UNSUPPORTED: Final = Problem(
    400,
    "idempotency-key-unsupported",
    "This task takes no idempotency key",
    "The task is not protected against repeated submissions, so a key would promise what nobody "
    "keeps. Leave the Idempotency-Key header out; GET /tasks tells which tasks take one.",
)
KEY_BLANK: Final = Problem(
    400,
    "idempotency-key-blank",
    "The idempotency key is empty",
    "An empty key protects nothing. Give each submission a key of its own, such as a UUID, and "
    "repeat it when you repeat the submission; or leave the Idempotency-Key header out.",
)
NOT_AUTHENTICATED: Final = Problem(
    401,
    "not-authenticated",
    "Valid credentials are needed",
    "Send an API key as `Authorization: Bearer vk_...` or `X-API-Key: vk_...`. A key stops working "
    "when it expires or is revoked; the answer is the same for all reasons.",
)
NOT_FOUND: Final = Problem(
    404, "not-found", "There is nothing here", "No route has this path. GET /tasks lists the tasks."
)
METHOD_NOT_ALLOWED: Final = Problem(
    405,
    "method-not-allowed",
    "The method does not fit this path",
    "The Allow header names the methods that do.",
)
BODY_TIMEOUT: Final = Problem(
    408,
    "request-timeout",
    "The body took too long to arrive",
    "Send the request again over a faster connection.",
)
TOO_LARGE: Final = Problem(
    413,
    "content-too-large",
    "The body is too long",
    "Store what is large elsewhere and send a reference to it.",
)
MEDIA_TYPE: Final = Problem(
    415,
    "unsupported-media-type",
    "The body is not declared as JSON",
    "Send JSON with the header `Content-Type: application/json`.",
)
INVALID: Final = Problem(
    422,
    "validation-failed",
    "Some fields are not valid",
    "`errors` lists each field with what is wrong about it. GET /tasks shows the expected form.",
)
RATE_LIMITED: Final = Problem(
    429,
    "rate-limited",
    "Too many requests",
    "The limit of this task, or of your address, is reached and nothing was written. Try again "
    "after the seconds in the Retry-After header.",
)
INTERNAL: Final = Problem(
    500,
    "internal-error",
    "The service made a mistake",
    "The log holds the reason under the correlation id in `instance`; hand it to the people on "
    "call. Repeating a submission is safe with the same Idempotency-Key.",
)
STORE_UNAVAILABLE: Final = Problem(
    503,
    "store-unavailable",
    "The store does not answer",
    "Try again after the seconds in the Retry-After header, with the same Idempotency-Key: what "
    "was accepted already is not accepted twice.",
)

STORE_FORBIDS: Final = Problem(
    503,
    "store-forbids",
    "The store does not let the service do this",
    "Valkey's access rules lack something that the service needs; the people who run it write "
    "new ones by its command `acl`. Waiting alone does not help.",
)
TOO_MANY_STREAMS: Final = Problem(
    503,
    "too-many-streams",
    "Too many executions are followed at this moment",
    "Read GET /executions/{id} now and then instead, or follow it again after the seconds in the "
    "Retry-After header.",
)

BY_ERROR: Final[dict[type[ServiceError], Problem]] = {
    NotAuthenticated: NOT_AUTHENTICATED,
    NotAuthorized: Problem(
        403,
        "not-authorized",
        "You may not do this",
        "The credentials are valid, but their roles or scopes do not allow it.",
    ),
    CreditsExhausted: Problem(
        402,
        "credits-exhausted",
        "Not enough credits",
        "Nothing was written and nothing is held. Wait until running executions give credits "
        "back, or have more granted.",
    ),
    ExecutionNotFound: Problem(
        404,
        "execution-not-found",
        "There is no such execution",
        "It never existed, belongs to somebody else, or its record has expired.",
    ),
    UnknownTask: Problem(
        404, "unknown-task", "There is no such task", "GET /tasks lists the tasks of this service."
    ),
    IdempotencyConflict: Problem(
        409,
        "idempotency-conflict",
        "A submission with this key still runs",
        "Read it at `status_url`, or send the same request again after the seconds in the "
        "Retry-After header to get its result.",
    ),
    IdempotencyMismatch: Problem(
        422,
        "idempotency-mismatch",
        "This key was used with other arguments",
        "An Idempotency-Key belongs to one set of arguments. Take a new key for new arguments.",
    ),
    OutcomeUnknown: Problem(
        409,
        "outcome-unknown",
        "Nobody knows what the first submission did",
        "The execution under this key was cut off, and its task must not run twice. Read it at "
        "/executions/{id}, find out whether it took effect, and take a new key if it has to be done "
        "again.",
    ),
    RequestImpossible: Problem(
        422,
        "request-impossible",
        "This can never be accepted",
        "The request is larger or costs more than a limit ever allows; waiting does not help.",
    ),
    RateLimited: RATE_LIMITED,
    ConcurrencyLimited: Problem(
        429,
        "concurrency-limited",
        "Too much is under way",
        "As many executions of this task as allowed are queued or running, and nothing was written. "
        "Try again when one of them has ended.",
    ),
    CircuitOpen: Problem(
        503,
        "circuit-open",
        "A dependency of this task fails",
        "Calls to it are paused, so nothing was accepted. Try again after the seconds in the "
        "Retry-After header.",
    ),
    Overloaded: Problem(
        503,
        "overloaded",
        "Too much waits already",
        "Less urgent work is turned away until the workers have caught up. Try again after the "
        "seconds in the Retry-After header.",
    ),
    StoreUnavailable: STORE_UNAVAILABLE,
    DeadLetterNotFound: Problem(
        404,
        "dead-letter-not-found",
        "There is no such dead letter",
        "It never existed, belongs to another tenant, or was replayed, purged or has expired. "
        "GET /dead-letters/{kind} lists those there are.",
    ),
    DeadLetterNotReplayable: Problem(
        409,
        "dead-letter-not-replayable",
        "This dead letter cannot be replayed",
        "The detail says why. What is to be done again has to be submitted or published anew; "
        "DELETE forgets the letter.",
    ),
    ResultNotReady: Problem(
        504,
        "result-not-ready",
        "The result is not there yet",
        "The execution goes on. Read it at /executions/{id}.",
    ),
}

_TRANSPORT: Final = (
    *(MALFORMED, KEY_UNSUPPORTED, KEY_BLANK, NOT_FOUND, METHOD_NOT_ALLOWED),
    *(BODY_TIMEOUT, TOO_LARGE, MEDIA_TYPE, INVALID, INTERNAL, STORE_FORBIDS, TOO_MANY_STREAMS),
)
PROBLEMS: Final = {problem.slug: problem for problem in (*_TRANSPORT, *BY_ERROR.values())}


def problem_of(error: ServiceError) -> Problem:
    """What kind of failure an error is; the nearest class in the table decides."""
    if isinstance(error, RequestRefused):
        return error.problem
    for kind in type(error).__mro__:
        if kind in BY_ERROR:
            return BY_ERROR[kind]
    return INTERNAL
