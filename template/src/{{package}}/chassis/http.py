"""Template-owned. The second face of the chassis: what `endpoints/` may import beside the first.

It stands apart because it needs FastAPI, which tasks and events must not load.
"""

from .api.dependencies import CurrentPrincipal, Submit
from .api.endpoints import PublicRouter
from .api.responses import SubmissionAccepted, accepted_response

__all__ = [
    "CurrentPrincipal",
    "PublicRouter",
    "SubmissionAccepted",
    "Submit",
    "accepted_response",
]
