"""Runs the whole service on one machine: an embedded Valkey and a supervisor of its processes."""

from .embedded import EmbeddedValkey, find_server
from .launch import Project, launch
from .ports import free_port

__all__ = ["EmbeddedValkey", "Project", "find_server", "free_port", "launch"]
