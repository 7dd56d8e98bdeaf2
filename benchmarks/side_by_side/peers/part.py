"""What the harness tells a peer's process, through the environment."""

import os

URL = os.environ.get("BENCH_URL", "redis://127.0.0.1:6379/0")
CONCURRENCY = int(os.environ.get("BENCH_CONCURRENCY", "1"))
WITH_RESULTS = os.environ.get("BENCH_RESULTS") == "1"
# After how many seconds the messages of a dead worker are handed out again; None is the default.
VISIBILITY_SECONDS = (
    int(os.environ["BENCH_VISIBILITY"]) if "BENCH_VISIBILITY" in os.environ else None
)
# What tells two contenders of one peer apart: a pool, a broker, a kind.
VARIANT = os.environ.get("BENCH_VARIANT", "")
