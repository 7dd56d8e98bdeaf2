"""Template-owned. The second face of the chassis: what `endpoints/` may import beside the first.

It stands apart because it needs FastAPI, which tasks and events must not load.
"""

from .api.dependencies import CurrentPrincipal, Submit
from .api.endpoint_errors import APIError, log_and_raise_http_exception
from .api.endpoints import PublicRouter
from .api.responses import SubmissionAccepted, accepted_response

__all__ = [
    "APIError",
    "CurrentPrincipal",
    "PublicRouter",
    "SubmissionAccepted",
    "Submit",
    "accepted_response",
    "log_and_raise_http_exception",
]
