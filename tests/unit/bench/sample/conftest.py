"""The sample that is shipped: nobody writes into it."""

from __future__ import annotations

import pytest

from dsr_desk.app.sample import PLACES, Sample


@pytest.fixture(scope="session")
def sample() -> Sample:
    return Sample.at(PLACES[1])
