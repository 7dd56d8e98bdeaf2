"""Chance that can be repeated: a seed, printed, and taken from the environment when it is given."""

import os
import secrets
from random import Random

SEED_VARIABLE = "CHAOS_SEED"


def nemesis() -> Random:
    """A source of chance. pytest shows its seed with a failure: `CHAOS_SEED=<seed>` repeats it."""
    seed = int(os.environ.get(SEED_VARIABLE) or secrets.randbits(32))
    print(f"{SEED_VARIABLE}={seed}")
    return Random(seed)  # noqa: S311 - chance for a test, not for a secret
