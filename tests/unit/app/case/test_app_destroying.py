"""Reference photos that are destroyed are nowhere in the vault, or where they are is said, and until when."""

from __future__ import annotations

import base64
import io
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from PIL import Image

from dsr_desk.app.case import cases, destroying, ending
from dsr_desk.app.case.destroying import LetterHoldsPhotos, held_by_letter
from dsr_desk.app.case.ending import end_case, references_said
from dsr_desk.app.case.letter_pages import LetterShown, pages_of_letter
from dsr_desk.app.case.letters import letter_of
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault import backups, keeping, retention
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.deadlines import add_months
from dsr_desk.core.message import Message, message
from dsr_desk.core.refusals import NotForgettable
from dsr_desk.core.requests import CaseState
from dsr_desk.storage.vault_folder import DATABASE, WAL
from unit.app.photos_by_hand import docx, mail, open_case, pdf, picture, reference, saved

PHOTO, OTHER, CROP = picture(1), picture(2), picture(3)


def said(desk: Desk, ref: str) -> list[str]:
    return [one.code for one in references_said(desk, ref)]


def scanned(desk: Desk, ref: str) -> dict[str, int]:
    acts = [one for one in desk.case(ref).forgotten if one["what"] == "references"]
    found: dict[str, int] = acts[-1]["scanned"]
    return found


def still(desk: Desk, ref: str) -> list[Message]:
    seq = desk.case(ref).forgotten[-1]["seq"]
    return [Message.from_json(one) for one in desk.values(seq)["still"]]


# Everything goes


@pytest.mark.parametrize(
    "letter",
    [mail(("me.jpg", PHOTO)), mail(("letter.pdf", pdf(PHOTO, flate=False))), pdf(PHOTO, flate=False), mail()],
)
def test_after_the_end_no_file_and_no_value_holds_the_photo(desk: Desk, letter: bytes) -> None:
    ref = open_case(desk, letter, PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert scanned(desk, ref)["holding"] == scanned(desk, ref)["unread"] == 0
    assert scanned(desk, ref)["files"] > 0
    destroyed = ["references.destroyed", "references.looked", "references.template", "references.letter.no-period"]
    assert said(desk, ref) == destroyed
    assert desk.vault.problems() == []


def test_after_the_end_no_page_of_the_database_and_no_log_of_it_holds_the_photo(tmp_path: Path) -> None:
    """Free pages included: every page of the file is decrypted."""
    desk, _ = Desk.create(tmp_path / "vault", "Test organisation", "Ada", "a passphrase for tests")
    form = docx(OTHER)
    with desk:
        desk.vault.empty_wal()
        before = b"".join(_pages(desk, tmp_path / "vault"))
        ref = open_case(desk, mail(("me.jpg", PHOTO), ("form.docx", form)), PHOTO)
        desk.vault.empty_wal()
        stored = b"".join(_pages(desk, tmp_path / "vault"))
        pieces = [PHOTO[at : at + 200] for at in range(0, len(PHOTO) - 200, 200)]
        assert not any(one in before for one in pieces)
        assert sum(one in stored for one in pieces) > len(pieces) * 0.8
        end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
        assert (tmp_path / "vault" / WAL).stat().st_size == 0
        after = b"".join(_pages(desk, tmp_path / "vault"))
        assert not any(one in after for one in pieces)
        assert not any(base64.b64encode(one[2:198]) in after for one in pieces)
        assert form[:100] in after


def _pages(desk: Desk, folder: Path, size: int = 4096, reserved: int = 80) -> list[bytes]:
    """The pages of a SQLCipher file under its raw key: AES-256-CBC, the vector in what each page reserves."""
    key, data = desk.vault.ring.data_keys[0], (folder / DATABASE).read_bytes()
    pages = []
    for at in range(0, len(data), size):
        page = data[at : at + size]
        vector, content = page[size - reserved :][:16], page[16 if at == 0 else 0 : size - reserved]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        pages.append(decryptor.update(content) + decryptor.finalize())
    assert b"CREATE TABLE entries" in b"".join(pages)
    return pages


def test_faces_and_templates_go_with_the_photo(desk: Desk) -> None:
    ref = open_case(desk, b"", PHOTO)
    desk.templates["x", reference(PHOTO).faces[0].box, "engine"] = (None, b"")
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert desk.templates == {}
    assert cases.show_case(desk, ref).photos[0].faces == ()


# What stays is named


def test_a_letter_that_cannot_be_taken_apart_is_asked_about_and_nothing_happens_before(desk: Desk) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    held = held_by_letter(desk, ref)
    assert held is not None
    assert (held.photos, held.names) == (1, ("form.docx",))
    size = desk.vault.log.size
    with pytest.raises(LetterHoldsPhotos):
        end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert desk.vault.log.size == size
    assert cases.reference_bytes(desk, ref, 1) == PHOTO
    assert desk.case(ref).ended is None


def test_the_file_that_holds_the_photo_goes_with_it_and_the_rest_of_the_letter_stays(desk: Desk) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO)), ("other.docx", docx(OTHER))), PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=True)
    assert scanned(desk, ref)["holding"] == 0
    assert [one["what"] for one in desk.case(ref).forgotten] == ["letter", "references"]
    found = letter_of(desk, ref)
    assert found is not None
    assert found.missing == ("form.docx",)
    assert base64.b64encode(docx(OTHER))[:70] in found.data
    assert desk.vault.problems() == []


def test_a_letter_that_is_one_file_goes_whole(desk: Desk) -> None:
    ref = open_case(desk, pdf(PHOTO, flate=True), PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=True)
    assert scanned(desk, ref)["holding"] == 0
    found = letter_of(desk, ref)
    assert found is not None
    assert (found.data, len(found.missing)) == (b"", 1)
    assert pages_of_letter(desk, ref) == LetterShown(unshown=message("letter.part-destroyed", count=1))
    assert not any(code.startswith("references.letter") for code in said(desk, ref))


def test_a_letter_that_is_kept_is_said_to_hold_the_photo_and_until_when(desk: Desk) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=False)
    assert scanned(desk, ref)["holding"] == 1
    assert still(desk, ref) == [message("copy.letter", case=ref)]
    assert "references.still.no-period" in said(desk, ref)
    retention.set_period(desk, 36, "limitation of claims")
    kept = next(one for one in references_said(desk, ref) if one.code == "references.still.until")
    assert kept.values["until"] == add_months(date.today(), 36).isoformat()
    assert kept.values["rule"] == "limitation of claims"
    assert desk.vault.problems() == []


def test_a_copy_in_another_case_is_named_by_its_case(desk: Desk) -> None:
    first, second = open_case(desk, mail(("me.jpg", PHOTO)), PHOTO), open_case(desk, b"", PHOTO)
    end_case(desk, first, CaseState.CLOSED, "the rest is not ours")
    assert still(desk, first) == [message("copy.reference", case=second)]
    assert "references.still.no-period" in said(desk, first)
    end_case(desk, second, CaseState.CLOSED, "the rest is not ours")
    assert still(desk, second) == []
    assert "references.still.gone" in said(desk, first)


def test_a_copy_in_what_somebody_wrote_is_named_by_its_entry(desk: Desk) -> None:
    ref = open_case(desk, b"", PHOTO)
    text = base64.b64encode(PHOTO).decode()
    change = desk.act(Draft(Kind.IDENTITY, {"result": "verified", "photo": True}, {"method": f"see {text}"}), ref)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert still(desk, ref) == [message("copy.entry", case=ref, seq=change.entry)]


def test_a_copy_in_a_setting_is_named_by_its_table(desk: Desk) -> None:
    ref = open_case(desk, b"", PHOTO)
    with desk.vault.transaction():
        touches = desk.vault.put_settings({"address": base64.b64encode(PHOTO).decode()})
        desk.act(Draft(Kind.ORGANISATION), touches=touches)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert still(desk, ref) == [message("copy.table", table="settings")]


def test_a_photo_of_which_the_vault_keeps_the_pixels_in_another_file_is_found(desk: Desk) -> None:
    other = saved(Image.open(io.BytesIO(PHOTO)), "PNG")
    ref = open_case(desk, mail(("me.jpg", PHOTO), ("drawn.png", other)), PHOTO)
    held = held_by_letter(desk, ref)
    assert held is not None
    assert held.names == ("drawn.png",)


# What may be destroyed


def test_by_the_name_of_the_letter_nothing_else_is_forgotten(desk: Desk) -> None:
    ref = open_case(desk, mail(("form.docx", docx(PHOTO))), PHOTO)
    opened = desk.case(ref).opened[2]
    letter = {"what": "letter", "count": 0, "entries": [opened], "blobs": []}
    with pytest.raises(NotForgettable):
        desk.act(Draft(Kind.FORGOTTEN, {**letter, "entries": [opened + 1]}), ref)
    desk.act(Draft(Kind.FORGOTTEN, letter), ref)


def test_the_end_is_taken_back_whole_where_the_look_through_the_vault_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = open_case(desk, mail(("me.jpg", PHOTO)), PHOTO)

    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(destroying, "large_values", fails)
    with pytest.raises(MemoryError):
        end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    assert desk.case(ref).ended is None
    assert cases.reference_bytes(desk, ref, 1) == PHOTO


# What is said


def test_of_a_case_without_photos_nothing_is_said_to_be_destroyed(desk: Desk) -> None:
    assert said(desk, open_case(desk, mail())) == ["references.none"]


def test_photos_that_are_there_are_said_to_be_there(desk: Desk) -> None:
    assert said(desk, open_case(desk, b"", PHOTO, OTHER)) == ["references.there", "references.template"]


def test_backups_that_hold_what_was_destroyed_are_named_and_others_are_not(desk: Desk, tmp_path: Path) -> None:
    backups.backup_vault(desk, tmp_path / "before")
    ref = open_case(desk, b"", PHOTO)
    backups.backup_vault(desk, tmp_path / "one", date(2027, 3, 1))
    backups.backup_vault(desk, tmp_path / "two")
    backups.backup_vault(desk, tmp_path / "three")
    assert "backup.open" not in said(desk, ref)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours")
    backups.backup_vault(desk, tmp_path / "after")
    made = keeping.backups_made(desk)
    assert [Path(one.where).name for one in made] == ["before", "one", "two", "three", "after"]
    keeping.note_backup_destroyed(desk, made[3].seq)
    named = [one for one in references_said(desk, ref) if one.code.startswith("backup.")]
    assert [one.code for one in named] == ["backup.until", "backup.open", "backup.destroyed"]
    assert named[0].values["until"] == "2027-03-01"
    with pytest.raises(keeping.BackupUnknown):
        keeping.note_backup_destroyed(desk, made[3].seq)


def test_packets_that_took_the_photos_along_are_counted(desk: Desk) -> None:
    ref = open_case(desk, b"", PHOTO)
    desk.act(Draft(Kind.PACKET, {"to": "x", "what": "review", "items": 1}), ref)
    assert said(desk, ref) == ["references.there", "references.template", "references.packets"]


def test_what_is_said_names_no_file(desk: Desk) -> None:
    ref = open_case(desk, mail(("anna-quast.docx", docx(PHOTO))), PHOTO)
    end_case(desk, ref, CaseState.CLOSED, "the rest is not ours", letter=False)
    assert "anna" not in " ".join(map(str, references_said(desk, ref)))
    ending.forget_case(desk, ref)
    assert "references.destroyed" in said(desk, ref)
