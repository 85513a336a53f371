"""Cases: nothing is opened by half, and nothing is searched before the identity check."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from dsr_desk.app.case import case_lines, cases, drafts, ending, references, searching
from dsr_desk.app.case.letters import letter_of
from dsr_desk.app.desk import Desk
from dsr_desk.app.sample import Sample
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.findings import Identifiers
from dsr_desk.core.message import message
from dsr_desk.core.refusals import CaseNotOver, CaseOver, FactsNotConfirmed, IdentityMissing
from dsr_desk.core.requests import CaseState, Channel, Found, FoundKind, Law, Request, Right
from dsr_desk.intake.voices import LETTER


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
    view, change = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)

    assert view.state is CaseState.NEW
    assert view.right is Right.ERASURE
    assert view.due == view.deadline.due
    assert len(view.photos) == 2
    assert view.identifiers.emails
    assert change.case == view.ref


def test_a_letter_without_a_photo_opens_no_case(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(drafts.LetterWithoutPhoto):
        cases.open_case(desk, drafts.understand(letter(tmp_path), []), confirmed=True)

    assert case_lines.list_cases(desk) == []


def test_a_letter_without_a_photo_can_be_searched_by_records_alone(desk: Desk, tmp_path: Path) -> None:
    view, _ = cases.open_case(desk, drafts.understand(letter(tmp_path), []), without_photo=True, confirmed=True)

    assert not view.searches_faces
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="")
    assert cases.show_case(desk, view.ref).state is CaseState.IDENTIFIED


@pytest.mark.usefixtures("real_cells")
def test_a_photo_without_a_face_opens_no_case(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(references.PhotoWithoutFace):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [empty_photo(tmp_path)]), confirmed=True)

    assert case_lines.list_cases(desk) == []


def test_a_photo_with_two_faces_asks_which_one(desk: Desk, sample: Sample, tmp_path: Path) -> None:
    both = two_faces(sample, tmp_path)
    with pytest.raises(references.PhotoWithSeveralFaces):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [both]), confirmed=True)
    assert case_lines.list_cases(desk) == []

    view, _ = cases.open_case(desk, drafts.understand(letter(tmp_path), [both], {"both.jpg": 2}), confirmed=True)

    chosen = view.photos[0].box_chosen
    assert chosen is not None
    assert chosen.number == 2
    assert chosen.box.left > view.photos[0].faces[0].box.left


def test_a_photo_that_cannot_be_read_is_named_with_the_reason(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    with pytest.raises(references.PhotoUnreadable):
        cases.open_case(desk, drafts.understand(letter(tmp_path), [broken]), confirmed=True)


def test_a_weak_photo_beside_a_good_one_is_left_out_and_said(desk: Desk, sample: Sample, tmp_path: Path) -> None:
    draft = drafts.understand(letter(tmp_path, photo=portrait(sample)), [empty_photo(tmp_path)])
    view, _ = cases.open_case(desk, draft, confirmed=True)

    assert [photo.name for photo in view.photos] == ["me.jpg"]
    assert "PHOTO-NO-FACE" in [getattr(one.values.get("why"), "code", "") for one in drafts.photo_warnings(draft)]


def test_nothing_is_searched_before_the_identity_check(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, view.ref)

    cases.record_identity(desk, view.ref, method="letter", photo_shows_requester="", verified=False)
    with pytest.raises(IdentityMissing):
        searching.search_case(desk, view.ref)


def test_an_identity_check_says_how_the_photo_is_known(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    with pytest.raises(cases.IdentityEmpty):
        cases.record_identity(desk, view.ref, method="video call", photo_shows_requester=" ")


def test_a_search_without_an_index_says_so(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="seen")
    with pytest.raises(searching.NothingToSearchIn):
        searching.search_case(desk, view.ref)


def test_confirming_another_law_computes_the_clock_again(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
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
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    ending.end_case(desk, view.ref, CaseState.CLOSED, "the rest is not ours")

    after = cases.show_case(desk, view.ref)
    assert all(photo.destroyed for photo in after.photos)
    assert cases.reference_bytes(desk, view.ref, view.photos[0].id) is None
    assert all(not photo.faces for photo in after.photos)
    assert desk.vault.problems() == []
    with pytest.raises(CaseOver):
        cases.record_identity(desk, view.ref, method="x", photo_shows_requester="y")


def test_an_end_other_than_closed_needs_a_reason(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    with pytest.raises(ending.EndReasonMissing):
        ending.end_case(desk, view.ref, CaseState.REFUSED)


def test_nothing_is_left_open_by_closing_a_case_without_a_word_of_why(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    with pytest.raises(ending.OpenUnexplained) as refused:
        ending.end_case(desk, view.ref, CaseState.CLOSED, " ")
    assert "No answer to the person is recorded, No evidence was sealed" in refused.value.what_happened
    assert desk.case(view.ref).ended is None
    assert not any(photo.destroyed for photo in cases.show_case(desk, view.ref).photos)

    ending.end_case(desk, view.ref, CaseState.CLOSED, "she was answered by telephone")
    closed = next(desk.vault.log.entries(desk.case(view.ref).id, kinds=(Kind.CLOSED,)))
    assert closed.act.open["open"]["answer"] == 1
    assert desk.values(closed.seq)["reason"] == "she was answered by telephone"


def test_references_count_up_within_a_year(desk: Desk, sample: Sample) -> None:
    draft = drafts.understand(sample.letter, [])
    first, _ = cases.open_case(desk, draft, confirmed=True)
    second, _ = cases.open_case(desk, draft, confirmed=True)

    assert int(second.ref[-3:]) == int(first.ref[-3:]) + 1


def test_no_name_and_no_identifier_is_open_in_an_act(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    known = view.identifiers
    written = b"".join(entry.act.content for entry in desk.vault.log.entries()).decode()

    for value in (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids):
        assert value not in written


def by_records(right: Right = Right.ERASURE) -> drafts.RequestDraft:
    """A letter in three lines, as it was read."""
    found = (
        Found(FoundKind.RIGHT, right.value, message("where.line", place=LETTER, line=1)),
        Found(FoundKind.NAME, "Jo Doe", message("where.line", place=LETTER, line=2)),
        Found(FoundKind.REFERENCE, "R-7", message("where.line", place=LETTER, line=3)),
    )
    day = date(2026, 11, 2)
    read = Request(Channel.TEXT, found, right=right, law=Law.EU_GDPR, received=day, text="Erase me.")
    return drafts.RequestDraft(read, read, b"Erase me.", (), ())


def open_by_records(desk: Desk, draft: drafts.RequestDraft | None = None, *, confirmed: bool = True) -> str:
    view, _ = cases.open_case(
        desk, draft or by_records(), without_photo=True, today=date(2026, 11, 5), confirmed=confirmed
    )
    return view.ref


def kinds(desk: Desk, ref: str) -> list[str]:
    return [entry.kind.value for entry in desk.vault.log.entries(desk.case(ref).id)]


def test_opening_writes_what_was_received_what_it_says_and_each_photo(desk: Desk, sample: Sample) -> None:
    draft = drafts.understand(sample.letter, [])
    view, _ = cases.open_case(desk, draft)

    assert kinds(desk, view.ref) == ["received", "proposed", "reference", "reference"]
    kept = letter_of(desk, view.ref)
    assert kept is not None
    assert kept.data == draft.letter
    assert [cases.reference_bytes(desk, view.ref, photo.id) for photo in view.photos] == [
        photo.data for photo in draft.photos
    ]
    assert cases.reference_bytes(desk, view.ref, 9) is None
    assert desk.vault.problems() == []


def test_a_case_that_cannot_be_opened_leaves_nothing(
    desk: Desk, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = desk.vault.log.size

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(cases, "reference_draft", fail)
    with pytest.raises(OSError, match="full"):
        cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)

    assert (desk.vault.log.size, case_lines.list_cases(desk)) == (size, [])
    assert desk.vault.db.conn.execute("SELECT count(*) FROM blobs").fetchone()[0] == 0


def test_what_the_officer_corrected_before_opening_stands_beside_what_was_read(desk: Desk) -> None:
    ref = open_by_records(desk, drafts.correct(by_records(), right=Right.ACCESS))

    read, said = cases.facts_versions(desk, ref)
    assert (read.proposed, read.facts.right) == (True, Right.ERASURE)
    assert (said.proposed, said.facts.right) == (False, Right.ACCESS)
    assert kinds(desk, ref) == ["received", "proposed", "confirmed"]


def test_who_corrects_one_thing_of_a_request_does_not_stand_for_the_rest(desk: Desk) -> None:
    ref = open_by_records(desk, drafts.correct(by_records(), right=Right.ACCESS), confirmed=False)
    cases.record_identity(desk, ref, method="call", photo_shows_requester="")
    with pytest.raises(FactsNotConfirmed):
        searching.search_case(desk, ref)
    assert kinds(desk, ref) == ["received", "proposed", "proposed", "identity"]
    view = cases.show_case(desk, ref)
    assert (view.right, view.request.confirmed_by) == (Right.ACCESS, "")
    assert view.request.typed_by(FoundKind.RIGHT) == desk.vault.officer_key


def test_a_day_of_receipt_that_the_officer_gave_was_not_read_by_the_program(desk: Desk) -> None:
    given = date(2026, 10, 20)
    read = by_records()
    unread = replace(read, read=replace(read.read, received=None))
    ref = open_by_records(desk, drafts.correct(unread, received=given))

    first, second = cases.facts_versions(desk, ref)
    typed = Found(FoundKind.RECEIVED, "2026-10-20", None, desk.vault.officer_key)
    assert (first.proposed, second.proposed) == (True, False)
    for one in (first, second):
        assert one.facts.received == given
        assert typed in one.found


def test_each_version_of_the_facts_says_who_when_and_where_it_was_read(desk: Desk) -> None:
    ref = open_by_records(desk, confirmed=False)
    identifiers = Identifiers(names=("Jo Doe",), emails=("jo@example.org",))
    cases.edit_request(desk, ref, right=Right.ACCESS, law=Law.CCPA, received=date(2026, 11, 2), identifiers=identifiers)
    cases.edit_request(
        desk, ref, right=Right.ERASURE, law=Law.CCPA, received=date(2026, 11, 2), identifiers=Identifiers()
    )

    first, second, third = cases.facts_versions(desk, ref)
    me = desk.vault.officer_key
    assert {one.officer for one in (first, second, third)} == {me}
    assert first.time <= second.time <= third.time
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert Found(FoundKind.NAME, "Jo Doe", message("where.line", place=LETTER, line=2)) in second.found
    assert Found(FoundKind.EMAIL, "jo@example.org", None, me) in second.found
    assert Found(FoundKind.RIGHT, "access", None, me) in second.found
    assert Found(FoundKind.RIGHT, "erasure", message("where.line", place=LETTER, line=1)) in third.found
    assert not any(one.kind in (FoundKind.NAME, FoundKind.EMAIL) for one in third.found)
    assert all(
        Found(FoundKind.REFERENCE, "R-7", message("where.line", place=LETTER, line=3)) in one.found
        for one in (first, second, third)
    )


def test_a_case_shows_the_request_with_what_is_in_force(desk: Desk) -> None:
    ref = open_by_records(desk, confirmed=False)
    assert cases.show_case(desk, ref).request.confirmed_by == ""
    cases.edit_request(
        desk, ref, right=Right.ACCESS, law=Law.CCPA, received=date(2026, 11, 2), identifiers=Identifiers(names=("Jo",))
    )

    view = cases.show_case(desk, ref)
    assert view.request.confirmed_by == desk.vault.officer_key
    assert view.request.identifiers == view.identifiers == Identifiers(names=("Jo",))
    assert view.request.typed_by(FoundKind.NAME, "Jo") == desk.vault.officer_key
    assert (view.request.right, view.request.text) == (Right.ACCESS, "Erase me.")
    assert (view.version, view.round) == (2, 1)


def searched(desk: Desk, ref: str, *references: int, purpose: str = "search", rows: tuple[Row, ...] = ()) -> None:
    case = desk.case(ref)
    said = {
        "purpose": purpose,
        "complete": True,
        "expected": "10",
        "facts": case.facts[-1]["act"],
        "references": list(references),
        "indexes": {desk.name(ref, "index"): 1},
    }
    desk.act(Draft(Kind.SEARCHED, said, {}, rows or None), ref)


def test_whatever_was_searched_for_once_is_remembered(desk: Desk) -> None:
    ref = open_by_records(desk)
    cases.record_identity(desk, ref, method="video call", photo_shows_requester="")
    searched(desk, ref, 1, 2)
    for names in (("Never Searched",), ("Jo Smith",)):
        cases.edit_request(
            desk,
            ref,
            right=Right.ERASURE,
            law=Law.EU_GDPR,
            received=date(2026, 11, 2),
            identifiers=Identifiers(names=names),
        )
    searched(desk, ref, 2, 3)

    assert cases.searched_identifiers(desk, ref) == Identifiers(names=("Jo Doe", "Jo Smith"))
    assert cases.searched_references(desk, ref) == [1, 2, 3]


def test_a_photo_that_is_there_already_is_not_stored_again(desk: Desk, sample: Sample) -> None:
    draft = drafts.understand(sample.letter, [])
    view, _ = cases.open_case(desk, draft, confirmed=True)

    assert cases.add_photos(desk, view.ref, draft.photos) is None
    assert len(cases.show_case(desk, view.ref).photos) == 2


def test_an_end_says_what_is_open(desk: Desk) -> None:
    ref = open_by_records(desk)
    cases.record_identity(desk, ref, method="video call", photo_shows_requester="")
    rows = tuple(Row(desk.name(ref, item), "record", {"id": item}) for item in ("a", "b", "c"))
    searched(desk, ref, rows=rows)
    desk.act(Draft(Kind.DECIDED, {}, {}, [Row(rows[0].item, "unsure"), Row(rows[1].item, "same")]), ref)
    ending.end_case(desk, ref, CaseState.WITHDRAWN, "she took it back")

    closed = desk.vault.log.entry(desk.case(ref).ends[-1]["seq"])
    assert closed.act.open["state"] == "withdrawn"
    assert closed.act.open["open"] == {
        "undecided": 1, "unsure": 1, "waiting": 0, "not_read_back": 0, "answer": 1, "bundle": 1,
    }  # fmt: skip
    assert cases.show_case(desk, ref).end_reason == "she took it back"


@pytest.mark.parametrize("state", [state for state in CaseState if state.is_end])
def test_a_case_ends_in_each_of_its_ways(desk: Desk, state: CaseState) -> None:
    ref = open_by_records(desk)
    cases.record_identity(desk, ref, method="video call", photo_shows_requester="")
    ending.end_case(desk, ref, state, "for a reason")

    assert cases.show_case(desk, ref).state is state


def test_nobody_signs_a_case_back_to_a_state_that_is_no_end(desk: Desk) -> None:
    ref = open_by_records(desk)
    with pytest.raises(CaseNotOver):
        ending.end_case(desk, ref, CaseState.REVIEWED, "for a reason")


def test_a_reopened_case_goes_on_and_its_photos_stay_destroyed(desk: Desk, sample: Sample) -> None:
    draft = drafts.understand(sample.letter, [])
    view, _ = cases.open_case(desk, draft, confirmed=True)
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="seen")
    with pytest.raises(CaseNotOver):
        ending.reopen_case(desk, view.ref, "too early")
    ending.end_case(desk, view.ref, CaseState.CLOSED, "the rest is not ours")
    with pytest.raises(ending.ReopeningUnexplained):
        ending.reopen_case(desk, view.ref, " ")
    ending.reopen_case(desk, view.ref, "a copy was found")

    after = cases.show_case(desk, view.ref)
    assert (after.state, after.closed) == (CaseState.IDENTIFIED, None)
    assert all(photo.destroyed for photo in after.photos)
    cases.add_photos(desk, view.ref, draft.photos[:1])
    assert [photo.id for photo in cases.show_case(desk, view.ref).photos if not photo.destroyed] == [3]
    assert desk.vault.problems() == []


def test_a_number_that_a_restored_vault_gave_out_is_not_given_again(desk: Desk) -> None:
    assert open_by_records(desk) == "2026-001"
    with desk.vault.transaction():
        desk.act(Draft(Kind.ORGANISATION), touches=desk.vault.put_settings({"numbers": '{"2026": 17}'}))

    assert open_by_records(desk) == "2026-018"


def test_a_list_of_cases_shows_what_each_case_shows(desk: Desk, sample: Sample) -> None:
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    ref = open_by_records(desk)
    cases.record_identity(desk, ref, method="video call", photo_shows_requester="")
    searched(desk, ref, rows=tuple(Row(desk.name(ref, item), "record", {"id": item}) for item in "ab"))
    desk.act(Draft(Kind.DECIDED, {}, {}, [Row(desk.name(ref, "a"), "same")]), ref)
    ended = open_by_records(desk)
    cases.record_identity(desk, ended, method="video call", photo_shows_requester="")
    ending.end_case(desk, ended, CaseState.PARTLY_GRANTED, "one source is not ours")

    listed = {line.ref: line for line in case_lines.list_cases(desk)}
    assert [*listed][-1] == ended
    for line in listed.values():
        full = cases.show_case(desk, line.ref)
        for name in ("state", "right", "law", "channel", "received", "due", "round", "closed"):
            assert getattr(line, name) == getattr(full, name)
        assert line.days_left(date(2026, 11, 5)) == full.days_left(date(2026, 11, 5))
    assert (listed[view.ref].photos, listed[view.ref].candidates) == (2, None)
    assert (listed[ref].candidates, listed[ref].decided) == (2, 1)
