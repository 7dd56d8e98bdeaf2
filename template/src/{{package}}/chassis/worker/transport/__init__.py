"""The broker's transport `valkey://`: fetches and books Celery's messages in one script.

Importing it makes its schemes known to kombu.
"""

from .kombu_transport import SentinelTransport, Transport

__all__ = ["SentinelTransport", "Transport"]
