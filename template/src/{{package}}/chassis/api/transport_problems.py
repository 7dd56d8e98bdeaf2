"""Ways in which a request fails before, or beside, anything that the service's errors name."""

from dataclasses import dataclass
from typing import Final

from ..contracts import ServiceError


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
INTERNAL: Final = Problem(
    500,
    "internal-error",
    "The service made a mistake",
    "The log holds the reason under the correlation id in `instance`; hand it to the people on "
    "call. Repeating a submission is safe with the same Idempotency-Key.",
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

TRANSPORT_PROBLEMS: Final = (
    *(MALFORMED, KEY_UNSUPPORTED, KEY_BLANK, NOT_FOUND, METHOD_NOT_ALLOWED),
    *(BODY_TIMEOUT, TOO_LARGE, MEDIA_TYPE, INVALID, INTERNAL, STORE_FORBIDS, TOO_MANY_STREAMS),
)
