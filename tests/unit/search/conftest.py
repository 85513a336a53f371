"""What the tests of this room share."""

from __future__ import annotations

import pyrage
import pytest
import search_fakes

from dsr_desk.search.build import Addressed


@pytest.fixture(scope="session")
def addressed() -> Addressed:
    return search_fakes.addressed_to(pyrage.x25519.Identity.generate())
