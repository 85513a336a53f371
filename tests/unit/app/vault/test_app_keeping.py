"""Looking after the vault: what an officer can do, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import keeping, officers, where
from dsr_desk.storage.keys import WrongPassphrase
from unit.app.conftest import PASSPHRASE


def test_a_new_recovery_code_replaces_the_old_one(desk: Desk, tmp_path: Path) -> None:
    first = officers.renew_recovery_code(desk)
    second = officers.renew_recovery_code(desk)
    desk.close()

    with pytest.raises(WrongPassphrase):
        Desk.open(tmp_path / "vault", first)
    Desk.open(tmp_path / "vault", second).close()


def test_a_backup_opens_with_the_same_passphrases_and_says_that_it_is_one(desk: Desk, tmp_path: Path) -> None:
    officers.add_officer(desk, "Bo", "another passphrase for tests")
    desk.vault.backup(tmp_path / "backup")
    with Desk.open(tmp_path / "backup", "another passphrase for tests") as copy:
        facts = keeping.vault_info(copy)

    assert facts["journal_epoch"] == 2
    assert facts["you"] == "Bo"
    assert facts["officers"] == ["Ada", "Bo"]
    assert keeping.check_vault(desk) == []


def test_officers_are_listed_with_former_ones_last(desk: Desk) -> None:
    officers.add_officer(desk, "Bo", "another passphrase for tests")
    officers.add_officer(desk, "Cy", "a third passphrase for tests")
    officers.remove_officer(desk, "Bo")

    assert [(one.name, one.is_you, one.removed is None) for one in officers.officers(desk)] == [
        ("Ada", True, True),
        ("Cy", False, True),
        ("Bo", False, False),
    ]


def test_a_backup_says_when_it_was_taken_until_it_is_opened(desk: Desk, tmp_path: Path) -> None:
    assert keeping.last_backup(desk) is None
    desk.vault.backup(tmp_path / "backup")
    taken = where.backup_taken(tmp_path / "backup")

    assert taken is not None
    assert keeping.last_backup(desk) is not None
    assert where.backup_taken(desk.vault.folder) is None
    assert where.backup_taken(tmp_path) is None
    Desk.open(tmp_path / "backup", PASSPHRASE).close()
    assert where.backup_taken(tmp_path / "backup") is None
