"""Every way a request can fail: one table from errors to RFC 9457 problems, with their explanations."""

from typing import Final

from ..contracts import (
    CircuitOpen,
    ConcurrencyLimited,
    CreditHoldEnded,
    CreditHoldNotFound,
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
from .transport_problems import (
    INTERNAL,
    NOT_AUTHENTICATED,
    TRANSPORT_PROBLEMS,
    Problem,
    RequestRefused,
)

RATE_LIMITED: Final = Problem(
    429,
    "rate-limited",
    "Too many requests",
    "The limit of this task, or of your address, is reached and nothing was written. Try again "
    "after the seconds in the Retry-After header.",
)
STORE_UNAVAILABLE: Final = Problem(
    503,
    "store-unavailable",
    "The store does not answer",
    "Try again after the seconds in the Retry-After header, with the same Idempotency-Key: what "
    "was accepted already is not accepted twice.",
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
    CreditHoldNotFound: Problem(
        404,
        "credit-hold-not-found",
        "There is no such hold of credits",
        "It never existed, or it ended so long ago that nothing remembers it. Nothing was charged.",
    ),
    CreditHoldEnded: Problem(
        409,
        "credit-hold-ended",
        "This hold of credits has ended",
        "It was committed or released, or its time has passed; the detail says which. Take a new "
        "hold for new work.",
    ),
    ResultNotReady: Problem(
        504,
        "result-not-ready",
        "The result is not there yet",
        "The execution goes on. Read it at /executions/{id}.",
    ),
}

PROBLEMS: Final = {problem.slug: problem for problem in (*TRANSPORT_PROBLEMS, *BY_ERROR.values())}


def problem_of(error: ServiceError) -> Problem:
    """What kind of failure an error is; the nearest class in the table decides."""
    if isinstance(error, RequestRefused):
        return error.problem
    for kind in type(error).__mro__:
        if kind in BY_ERROR:
            return BY_ERROR[kind]
    return INTERNAL
