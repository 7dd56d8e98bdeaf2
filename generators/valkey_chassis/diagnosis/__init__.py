"""What `gen doctor` looks at: one module per concern, each a generator of findings."""

from .environment import judge_environment
from .imports import judge_imports
from .made import judge_made
from .rehearsal import rehearse_update
from .sources import judge_sources
from .updates import judge_updates

__all__ = [
    "judge_environment",
    "judge_imports",
    "judge_made",
    "judge_sources",
    "judge_updates",
    "rehearse_update",
]
