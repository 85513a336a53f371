"""A vault whose program was killed: at every step that reaches the disk, what lies there opens and is whole.

Each test takes a copy of the folder before every call that writes, as a kill at that moment would leave it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from storage_secrets import ANN, BOB, kinds, put

from dsr_desk.core.errors import DeskError
from dsr_desk.storage import vault as vault_module
from dsr_desk.storage.keys import WrongPassphrase
from dsr_desk.storage.vault import Vault
from dsr_desk.storage.vault_folder import DATABASE, VaultMissing, VaultUnfinished

CY = "cy's long passphrase"

REKEYER = """
import sys
from pathlib import Path
from dsr_desk.storage.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.stdin.readline().rstrip())
vault.rekey()
"""


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Callable[[], object]], list[Path]]:
    """Runs something and returns copies of a folder: one before each write, one of the end."""

    def run(folder: Path, act: Callable[[], object]) -> list[Path]:
        copies: list[Path] = []

        def snap() -> None:
            copy = tmp_path / f"killed-{len(copies):02}" / "vault"
            copy.parent.mkdir()
            if folder.exists():
                shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*-shm"))
            copies.append(copy)

        with monkeypatch.context() as patch:
            for owner, name in (
                (os, "fsync"),
                (os, "open"),
                (Path, "replace"),
                (Path, "unlink"),
                (vault_module, "open_encrypted"),
                (vault_module, "migrate"),
            ):
                patch.setattr(owner, name, _first(snap, getattr(owner, name)))
            patch.setattr(Vault, "transaction", _around(snap, Vault.transaction))
            act()
        snap()
        return copies

    return run


def _first(snap: Callable[[], None], call: Callable[..., object]) -> Callable[..., object]:
    busy = False

    def wrapped(*args: object, **kwargs: object) -> object:
        nonlocal busy
        if not busy:
            busy = True
            try:
                snap()
            finally:
                busy = False
        return call(*args, **kwargs)

    return wrapped


def _around(snap: Callable[[], None], call: Callable[..., object]) -> Callable[..., object]:
    @contextmanager
    def wrapped(self: Vault) -> Iterator[object]:
        with call(self) as db:  # type: ignore[attr-defined]
            yield db
        snap()

    return wrapped


def opened(folder: Path, *secrets: str) -> Vault:
    """By the first of these secrets that opens it; the vault must be whole."""
    for secret in secrets:
        try:
            vault = Vault.open(folder, secret)
        except WrongPassphrase:
            continue
        assert vault.problems() == []
        assert len(vault.ring.data_keys) == 1
        assert not list(folder.glob(".*.part"))
        assert vault.setting("country") == "DE"
        return vault
    raise AssertionError("nothing opens this vault any more")


def opens(folder: Path, secret: str) -> bool:
    try:
        Vault.open(folder, secret).close()
    except WrongPassphrase:
        return False
    return True


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.fixture
def vault(vault: Vault) -> Vault:
    vault.add_officer("Bob", BOB)
    put(vault, country="DE")
    return vault


def test_creating_can_be_done_again_in_the_same_folder(
    tmp_path: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    folder = tmp_path / "new"
    copies = killed(folder, lambda: Vault.create(folder, "Example Ltd", "Ann", ANN)[0].close())
    for copy in copies:
        try:
            Vault.open(copy, ANN).close()
        except (VaultMissing, VaultUnfinished):
            Vault.create(copy, "Example Ltd", "Ann", ANN)[0].close()
        vault = Vault.open(copy, ANN)
        assert vault.problems() == []
        assert vault.officer_name == "Ann"
        vault.close()
    assert len(copies) > 8


def test_adding_an_officer_happens_whole_or_can_be_done_again(
    vault: Vault, folder: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    copies = killed(folder, lambda: vault.add_officer("Cy", CY))
    for copy in copies:
        added = opens(copy, CY)
        again = opened(copy, ANN)
        assert ("Cy" in again.officer_names().values()) == added
        if not added:
            again.add_officer("Cy", CY)
        again.close()
        opened(copy, CY).close()
        opened(copy, BOB).close()
    assert len(copies) > 3


def test_removing_an_officer_ends_with_a_new_key_wherever_it_stopped(
    vault: Vault, folder: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    before = vault.ring.data_keys[0]
    copies = killed(folder, lambda: vault.remove_officer("Bob"))
    for copy in copies:
        still = opens(copy, BOB)
        again = opened(copy, ANN)
        names = again.officer_names()
        removed = [name for key, name in names.items() if not again.roster.active(key)]
        assert removed == ([] if still else ["Bob"])
        assert (again.ring.data_keys[0] != before) == (not still)
        again.close()
        assert opens(copy, BOB) == still
    assert len(copies) > 6


def test_changing_the_data_key_never_loses_the_vault(
    vault: Vault, folder: Path, code: str, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    copies = killed(folder, vault.rekey)
    for copy in copies:
        opened(copy, ANN).close()
        opened(copy, BOB).close()
        opened(copy, code).close()
    assert len(copies) > 6


def test_who_adds_an_officer_after_an_interrupted_change_of_keys_does_not_lose_the_vault(
    vault: Vault, folder: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    for copy in killed(folder, vault.rekey):
        again = opened(copy, ANN)
        again.add_officer("Cy", CY)
        again.close()
        opened(copy, CY).close()
        opened(copy, ANN).close()


def test_one_of_the_two_passphrases_opens_wherever_the_change_stopped(
    vault: Vault, folder: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    for copy in killed(folder, lambda: vault.change_passphrase(CY)):
        assert opens(copy, ANN) != opens(copy, CY)
        opened(copy, ANN, CY).close()


def test_one_of_the_two_recovery_codes_opens_wherever_the_change_stopped(
    vault: Vault, folder: Path, code: str, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    new: list[str] = []
    for copy in killed(folder, lambda: new.append(vault.renew_recovery_code())):
        assert opens(copy, code) != opens(copy, new[0])
        opened(copy, ANN).close()


def test_coming_in_with_the_recovery_code_can_be_done_again(
    vault: Vault, folder: Path, code: str, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    vault.close()
    recovered = Vault.open(folder, code)
    for copy in killed(folder, lambda: recovered.add_officer("Cy", CY)):
        if not opens(copy, CY):
            again = opened(copy, code)
            again.add_officer("Cy", CY)
            again.close()
        opened(copy, CY).close()
    recovered.close()


def test_a_backup_is_whole_or_marked_and_can_be_taken_again(
    vault: Vault, tmp_path: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    target = tmp_path / "copy"
    whole = 0
    for copy in killed(target, lambda: vault.backup(target)):
        try:
            Vault.open(copy, ANN).close()
        except (VaultMissing, VaultUnfinished):
            vault.backup(copy)
        again = opened(copy, ANN)
        assert "epoch" in kinds(again)
        again.close()
        whole += 1
    assert whole > 5


def test_a_restored_backup_always_declares_its_epoch(
    vault: Vault, tmp_path: Path, killed: Callable[[Path, Callable[[], object]], list[Path]]
) -> None:
    target = tmp_path / "copy"
    vault.backup(target)
    for copy in killed(target, lambda: Vault.open(target, ANN).close()):
        again = opened(copy, ANN)
        assert "epoch" in kinds(again)
        assert not again.ring.is_backup
        again.close()


def test_a_program_killed_while_the_database_is_encrypted_anew_loses_nothing(vault: Vault, folder: Path) -> None:
    put(vault, **{f"ballast{number}": secrets.token_hex(500_000) for number in range(20)})
    vault.close()
    rollback = folder / f"{DATABASE}-journal"
    with subprocess.Popen([sys.executable, "-c", REKEYER, str(folder)], stdin=subprocess.PIPE) as other:
        assert other.stdin is not None
        other.stdin.write(f"{ANN}\n".encode())
        other.stdin.flush()
        while other.poll() is None and size_of(rollback) < 4_000_000:
            pass
        other.kill()
    again = opened(folder, ANN)
    assert all(len(again.setting(f"ballast{number}") or "") == 1_000_000 for number in range(20))
    again.close()


@pytest.mark.parametrize("step", ["write_whole", "replace"])
def test_a_full_disk_while_an_officer_is_added_changes_nothing(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if step == "write_whole":
            patch.setattr(os, "fsync", full)
        else:
            patch.setattr(Path, "replace", full)
        with pytest.raises(DeskError, match="full"):
            vault.add_officer("Cy", CY)
    assert set(vault.officer_names().values()) == {"Ann", "Bob"}
    assert vault.problems() == []
    vault.add_officer("Cy", CY)
    vault.close()
    opened(folder, CY).close()
