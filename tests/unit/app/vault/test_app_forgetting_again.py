"""A restore forgets again what was forgotten after the backup: photos, parts of the letter, whole cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.app.case.cases import record_identity
from dsr_desk.app.case.copies import Copies
from dsr_desk.app.case.ending import end_case, forget_case
from dsr_desk.app.case.letters import letter_of
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import backups, checkpointing
from dsr_desk.core.requests import CaseState
from dsr_desk.storage.large_values import large_values
from unit.app.photos_by_hand import docx, mail, open_case, picture

PASSPHRASE = "a passphrase for tests"
PHOTO, OTHER = picture(1), picture(2)


def restored(desk: Desk, tmp_path: Path) -> backups.Restored:
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    return backups.restore(tmp_path / "backup", tmp_path / "new", PASSPHRASE, [tmp_path / "mark"])


def holds(desk: Desk, photo: bytes) -> bool:
    copies = Copies.of([photo])
    contents = [one.content for one in large_values(desk.vault, copies.least)]
    return any(copies.held_by(*contents))


@pytest.mark.parametrize("letter", [True, False])
def test_photos_and_parts_of_the_letter_are_destroyed_again(desk: Desk, tmp_path: Path, letter: bool) -> None:
    ref = open_case(desk, mail(("me.jpg", PHOTO), ("form.docx", docx(PHOTO)), ("other.docx", docx(OTHER))), PHOTO)
    backups.backup_vault(desk, tmp_path / "backup")
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=letter)
    done = restored(desk, tmp_path)
    assert done.forgotten == 1 + letter
    with Desk.open(tmp_path / "new", PASSPHRASE) as again:
        assert holds(again, PHOTO) is not letter
        assert holds(again, OTHER)
        found = letter_of(again, ref)
        assert found is not None
        assert found.missing == (("me.jpg", "form.docx") if letter else ("me.jpg",))
        scanned = again.case(ref).forgotten[-1]["scanned"]
        assert scanned["holding"] == (0 if letter else 1)
        assert again.vault.problems() == []


def test_a_case_that_was_open_in_the_backup_and_forgotten_since_is_ended_and_forgotten(
    desk: Desk, tmp_path: Path
) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    backups.backup_vault(desk, tmp_path / "backup")
    end_case(desk, ref, CaseState.REFUSED, "not ours", letter=False)
    forget_case(desk, ref)
    assert restored(desk, tmp_path).forgotten == 2
    with Desk.open(tmp_path / "new", PASSPHRASE) as again:
        assert again.case(ref).is_forgotten
        assert not holds(again, PHOTO)
        assert again.vault.problems() == []


def test_a_case_of_somebody_who_was_not_the_person_is_forgotten_again_and_grants_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    record_identity(desk, ref, method="video call", photo_shows_requester="", verified=False)
    backups.backup_vault(desk, tmp_path / "backup")
    end_case(desk, ref, CaseState.REFUSED, "it was somebody else", letter=False)
    forget_case(desk, ref)
    assert restored(desk, tmp_path).forgotten == 2
    with Desk.open(tmp_path / "new", PASSPHRASE) as again:
        case = again.case(ref)
        assert (case.is_forgotten, case.ended and case.ended["state"]) == (True, "refused")
        assert not holds(again, PHOTO)


def test_what_was_done_again_once_is_not_done_twice(desk: Desk, tmp_path: Path) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    backups.backup_vault(desk, tmp_path / "backup")
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=True)
    assert restored(desk, tmp_path).forgotten == 2
    with Desk.open(tmp_path / "new", PASSPHRASE) as again:
        backups.backup_vault(again, tmp_path / "second")
        checkpointing.write_checkpoint(again, tmp_path / "another")
    done = backups.restore(tmp_path / "second", tmp_path / "third", PASSPHRASE, [tmp_path / "another"])
    assert (done.agrees, done.forgotten) == (True, 0)
