"""What the tests of datasets share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """Readers that end, hang or reach for something have tests of their own."""
