"""Looking after the vault: what an officer can do, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.app import keeping
from dsr_desk.app.desk import Desk
from dsr_desk.storage.keys import WrongPassphrase


def test_a_new_recovery_code_replaces_the_old_one(desk: Desk, tmp_path: Path) -> None:
    first = keeping.renew_recovery_code(desk)
    second = keeping.renew_recovery_code(desk)
    desk.close()

    with pytest.raises(WrongPassphrase):
        Desk.open(tmp_path / "vault", first)
    Desk.open(tmp_path / "vault", second).close()


def test_a_backup_opens_with_the_same_passphrases_and_says_that_it_is_one(desk: Desk, tmp_path: Path) -> None:
    keeping.add_officer(desk, "Bo", "another passphrase for tests")
    keeping.backup_vault(desk, tmp_path / "backup")
    with Desk.open(tmp_path / "backup", "another passphrase for tests") as copy:
        facts = keeping.vault_info(copy)

    assert facts["journal_epoch"] == 2
    assert facts["you"] == "Bo"
    assert facts["officers"] == ["Ada", "Bo"]
    assert keeping.check_vault(desk) == []
