"""Vaults for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from storage_secrets import ANN

from dsr_desk.storage.vault import Vault
from quick_keys import make_keys_quick


@pytest.fixture(autouse=True)
def quick_keys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are stretched with little memory, except where a test asks for `full_strength`."""
    if "full_strength" not in request.fixturenames:
        make_keys_quick(monkeypatch)


@pytest.fixture
def full_strength() -> None:
    """Asks for the strength that officers get."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def code(vault: Vault) -> str:
    """The vault's recovery code."""
    return str(vault.printed)  # type: ignore[attr-defined]


@pytest.fixture
def vault(folder: Path) -> Iterator[Vault]:
    """An open vault with one officer, Ann."""
    vault, code = Vault.create(folder, "Example Ltd", "Ann", ANN)
    vault.printed = code  # type: ignore[attr-defined]
    yield vault
    vault.close()
