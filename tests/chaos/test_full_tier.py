"""The rows of the service's own chaos tests that take minutes; its own suite leaves them out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from snapshot import ROOT

FULL_TIER = ROOT / "template/tests/chassis/chaos/full"
ROWS = sorted(path.name.removesuffix(".jinja") for path in FULL_TIER.glob("test_*"))


@pytest.mark.parametrize("row", ROWS)
def test_row_of_the_full_tier(
    service_copy: Callable[[str], Path], run_in: Callable[..., str], row: str
) -> None:
    path = f"tests/chassis/chaos/full/{row}"

    run_in(service_copy("default"), "pytest", "-q", "-p", "no:cacheprovider", path)
