"""How long passphrases and keys stay: no longer than their use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alive import Mark, holders, mark
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import officers
from dsr_desk.core.passphrases import new_passphrase
from dsr_desk.storage.keys import WrongPassphrase


def _in_file(file: Path) -> Mark:
    """A passphrase that stands in a file and that no test holds."""
    made = new_passphrase()
    file.write_text(made)
    return mark(made)


def _use(file: Path, act: Callable[[str], object]) -> object:
    return act(file.read_text())


@pytest.fixture
def kept(tmp_path: Path) -> Mark:
    return _in_file(tmp_path / "secret")


@pytest.fixture
def desk(tmp_path: Path, kept: Mark) -> Desk:
    made = _use(tmp_path / "secret", lambda secret: Desk.create(tmp_path / "vault", "Lakeside", "Ada", secret)[0])
    assert isinstance(made, Desk)
    assert kept.length
    return made


def test_no_passphrase_is_held_by_anything_once_the_vault_is_open(desk: Desk, kept: Mark, tmp_path: Path) -> None:
    assert holders(kept) == []
    desk.close()
    secret = tmp_path / "secret"
    with _use(secret, lambda text: Desk.open(tmp_path / "vault", text)) as again:  # type: ignore[attr-defined]
        _use(secret, again.vault.confirm)
        other, changed = _in_file(tmp_path / "other"), _in_file(tmp_path / "changed")
        _use(tmp_path / "other", lambda text: officers.add_officer(again, "Bo", text))
        _use(tmp_path / "changed", lambda text: officers.change_passphrase(again, text))
        assert [holders(one) for one in (kept, other, changed)] == [[], [], []]


def test_a_wrong_passphrase_is_dropped_with_its_error(desk: Desk, tmp_path: Path) -> None:
    wrong = _in_file(tmp_path / "wrong")
    with pytest.raises(WrongPassphrase) as raised:
        _use(tmp_path / "wrong", desk.vault.confirm)
    assert holders(wrong), "the frames of an error hold it, so this test can fail"
    del raised
    assert holders(wrong) == []
    desk.close()


def test_locking_drops_the_keys_though_somebody_still_holds_the_desk(desk: Desk) -> None:
    (key,) = desk.vault.ring.data_keys
    marks = [mark(key), mark(desk.vault._officer.seed), mark(desk.vault._officer.identity)]
    del key
    assert all(holders(one) for one in marks)
    desk.close()
    assert [holders(one) for one in marks] == [[], [], []]
