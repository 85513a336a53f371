"""The dataset that the tests of this room delete from."""

from __future__ import annotations

from pathlib import Path

import pytest
from deletion_samples import write_dataset

from quick_keys import make_keys_quick


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "data")


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """Confinement and faults of readers have tests of their own."""


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched for real elsewhere."""
    make_keys_quick(monkeypatch)
