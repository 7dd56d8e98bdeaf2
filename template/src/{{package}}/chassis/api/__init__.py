"""HTTP: tasks in, executions out, and the team's own endpoints. The app is built in `factory`."""

from .options import ApiOptions

__all__ = ["ApiOptions"]
