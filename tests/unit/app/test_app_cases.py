"""Cases: nothing is opened by half, and nothing is searched before the identity check."""

from __future__ import annotations

import io
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from dsr_desk.app import cases, drafts, references, searching
from dsr_desk.app.desk import Desk
from dsr_desk.app.sample import Sample
from dsr_desk.core.requests import CaseState, Law, Right


def letter(folder: Path, text: str = "Please erase my data under Article 17 GDPR.", photo: bytes = b"") -> Path:
    mail = EmailMessage()
    mail["From"] = "Ada Example <ada@example.org>"
    mail["Date"] = "Mon, 2 Nov 2026 10:00:00 +0100"
    mail["Subject"] = "Erasure"
    mail.set_content(text)
    if photo:
        mail.add_attachment(photo, maintype="image", subtype="jpeg", filename="me.jpg")
    path = folder / "letter.eml"
    path.write_bytes(mail.as_bytes())
    return path


def portrait(sample: Sample) -> bytes:
    return drafts.understand(sample.letter, []).photos[0].data


def two_faces(sample: Sample, folder: Path) -> Path:
    with Image.open(io.BytesIO(portrait(sample))) as one:
        both = Image.new("RGB", (one.width * 2, one.height))
        both.paste(one, (0, 0))
        both.paste(one, (one.width, 0))
    path = folder / "both.jpg"
    both.save(path, quality=95)
    return path


def empty_photo(folder: Path) -> Path:
    path = folder / "wall.jpg"
    Image.new("RGB", (320, 240), (180, 170, 160)).save(path)
    return path


def test_a_letter_with_photos_becomes_a_case_with_its_due_date(desk: Desk, sample: Sample) -> None:
    view, change = cases.open_case(desk, drafts.understand(sample.letter, []))

    assert view.state is CaseState.NEW
    assert view.right is Right.ERASURE
    assert view.due == view.deadline.due
    assert len(view.photos) == 2
    assert view.identifiers.emails
    assert change.case == view.ref


def test_a_letter_without_a_photo_opens_no_case(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(cases.LetterWithoutPhoto):
        cases.open_case(desk, drafts.understand(letter(tmp_path), []))

    assert cases.list_cases(desk) == []


def test_a_letter_without_a_photo_can_be_searched_by_records_alone(desk: Desk, tmp_path: Path) -> None:
    view, _ = cases.open_case(desk, drafts.understand(letter(tmp_path), []), without_photo=True)

    assert not view.searches_faces
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="")
    assert cases.require_identity(desk, view.ref).state is CaseState.IDENTIFIED


def test_a_photo_without_a_face_opens_no_case(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(references.PhotoWithoutFace):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [empty_photo(tmp_path)]))

    assert cases.list_cases(desk) == []


def test_a_photo_with_two_faces_asks_which_one(desk: Desk, sample: Sample, tmp_path: Path) -> None:
    both = two_faces(sample, tmp_path)
    with pytest.raises(references.PhotoWithSeveralFaces):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [both]))
    assert cases.list_cases(desk) == []

    view, _ = cases.open_case(desk, drafts.understand(letter(tmp_path), [both], {"both.jpg": 2}))

    chosen = view.photos[0].box_chosen
    assert chosen is not None
    assert chosen.number == 2
    assert chosen.box.left > view.photos[0].faces[0].box.left


def test_a_photo_that_cannot_be_read_is_named_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    with pytest.raises(references.PhotoUnreadable):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [broken]))


def test_a_weak_photo_beside_a_good_one_is_left_out_and_said(desk: Desk, sample: Sample, tmp_path: Path) -> None:
    draft = drafts.understand(letter(tmp_path, photo=portrait(sample)), [empty_photo(tmp_path)])
    view, _ = cases.open_case(desk, draft)

    assert [photo.name for photo in view.photos] == ["me.jpg"]
    assert any("PHOTO-NO-FACE" in warning for warning in drafts.photo_warnings(draft))


def test_nothing_is_searched_before_the_identity_check(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    with pytest.raises(cases.IdentityMissing):
        searching.search_case(desk, view.ref)

    cases.record_identity(desk, view.ref, method="letter", photo_shows_requester="", verified=False)
    with pytest.raises(cases.IdentityMissing):
        searching.search_case(desk, view.ref)


def test_an_identity_check_says_how_the_photo_is_known(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    with pytest.raises(cases.IdentityEmpty):
        cases.record_identity(desk, view.ref, method="video call", photo_shows_requester=" ")


def test_a_search_without_an_index_says_so(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="seen")
    with pytest.raises(searching.NothingToSearchIn):
        searching.search_case(desk, view.ref)


def test_confirming_another_law_computes_the_clock_again(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    cases.edit_request(
        desk,
        view.ref,
        right=Right.ERASURE,
        law=Law.CCPA,
        received=date(2026, 11, 2),
        identifiers=view.identifiers,
    )

    assert cases.show_case(desk, view.ref).due == date(2026, 12, 17)


def test_ending_a_case_destroys_its_reference_photos(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    cases.end_case(desk, view.ref, CaseState.CLOSED)

    after = cases.show_case(desk, view.ref)
    assert all(photo.destroyed for photo in after.photos)
    assert cases.reference_bytes(desk, view.photos[0].id) is None
    with pytest.raises(cases.CaseOver):
        cases.record_identity(desk, view.ref, method="x", photo_shows_requester="y")


def test_an_end_other_than_closed_needs_a_reason(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    with pytest.raises(cases.ReasonMissing):
        cases.end_case(desk, view.ref, CaseState.REFUSED)


def test_references_count_up_within_a_year(desk: Desk, sample: Sample) -> None:
    draft = drafts.understand(sample.letter, [])
    first, _ = cases.open_case(desk, draft)
    second, _ = cases.open_case(desk, draft)

    assert int(second.ref[-3:]) == int(first.ref[-3:]) + 1


def test_no_name_and_no_identifier_reaches_the_journal(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []))
    known = view.identifiers
    written = b"".join(entry.content for entry in desk.vault.journal.entries()).decode()

    for value in (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids):
        assert value not in written
