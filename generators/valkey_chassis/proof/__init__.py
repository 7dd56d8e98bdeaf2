"""Shows, before anything is written, that the service would be sound with it."""

from .proof import Proof, prove

__all__ = ["Proof", "prove"]
