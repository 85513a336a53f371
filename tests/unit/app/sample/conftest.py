"""One small sample organisation for all tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dsr_desk.app.sample import Sample, make_sample

TODAY = date(2026, 3, 6)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Ten people; nobody writes into it."""
    return make_sample(tmp_path_factory.mktemp("sample") / "out", people=10, today=TODAY)


@pytest.fixture(scope="session")
def sample_folder(sample: Sample) -> Path:
    return sample.folder
