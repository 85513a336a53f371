"""What the tests of this folder share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_cells(request: pytest.FixtureRequest) -> None:
    """What has the sample is the whole program: its readers run in cells."""
    if "sample" not in request.fixturenames:
        request.getfixturevalue("quick_cells")
