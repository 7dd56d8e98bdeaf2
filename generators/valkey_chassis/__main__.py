"""Lets ``python -m valkey_chassis`` do what ``gen`` does."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
