"""What documents must hold by law: known from acts, stated by officers, or empty, and then nothing is sealed."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner

from dsr_desk.app.case import cases, deleting, ending
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import content, required, sealing
from dsr_desk.app.proof.required import (
    FieldUnknown,
    RequiredEmpty,
    StatementEmpty,
    filled_fields,
    general_fields,
    state_field,
    state_generally,
)
from dsr_desk.app.vault.keeping import Details, set_organisation_details
from dsr_desk.app.vault.retention import set_period
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.core.message import message, quoted
from dsr_desk.core.refusals import CaseOver
from dsr_desk.core.requests import CaseState, Law, Right
from dsr_desk.core.required import Document, FieldState, Filled
from dsr_desk.evidence.contents.content import Edition
from dsr_desk.evidence.seal import PersonalDataInside
from dsr_desk.evidence.verifying.check_bundle import Refused
from required_fields import WHY, state_all
from unit.app import small_case
from unit.app.conftest import Work
from unit.app.small_case import ADA, RECEIVED, Small

EDITIONS = (Document.REQUESTER, Document.REGULATOR, Document.LETTER)


def under(small: Small, law: Law, right: Right = Right.ERASURE) -> Small:
    """The same request under another law, of which nothing is stated in the vault."""
    known = cases.show_case(small.desk, small.ref).identifiers
    cases.edit_request(small.desk, small.ref, right=right, law=law, received=RECEIVED, identifiers=known)
    return small


def nothing_hers(small: Small) -> Small:
    small.identify()
    small.search()
    small_case.reject_all(small)
    return small


def field(small: Small, name: str, document: Document = Document.REQUESTER) -> Filled:
    (found,) = [one for one in filled_fields(small.desk, small.ref, document) if one.field == name]
    return found


def empty(small: Small, document: Document = Document.REQUESTER) -> list[str]:
    return [one.field for one in filled_fields(small.desk, small.ref, document) if one.state is FieldState.EMPTY]


def test_nothing_is_sealed_while_a_field_is_empty_and_all_of_them_are_named(small: Small, tmp_path: Path) -> None:
    under(nothing_hers(small), Law.LGPD)
    lacking = ["kept", "contact", "officer", "complaint", "court"]
    assert empty(small) == lacking
    before = small.desk.vault.log.size
    with pytest.raises(RequiredEmpty) as refused:
        sealing.seal(small.desk, small.ref, tmp_path / "out")
    assert refused.value.details["fields"] == tuple(message(f"required.field.{name}") for name in lacking)
    assert "Data protection officer" in refused.value.what_happened
    assert small.desk.vault.log.size == before
    assert not (tmp_path / "out").exists()
    for name in lacking:
        state_field(small.desk, small.ref, name, FieldState.NOT_APPLICABLE, "there is none")
        lacking = lacking[1:]
        assert empty(small) == lacking
    assert sealing.seal(small.desk, small.ref, tmp_path / "out")[0].path.is_file()


def test_each_recipient_has_fields_of_its_own(small: Small) -> None:
    under(nothing_hers(small), Law.LGPD)
    for name in empty(small, Document.REGULATOR):
        state_field(small.desk, small.ref, name, FieldState.STATED, "as is usual")
    refusal = required.sealing_refusal
    assert refusal(small.desk, small.ref, requester=False, regulators=1) is None
    assert isinstance(refusal(small.desk, small.ref, requester=True, regulators=1), RequiredEmpty)


def test_a_field_that_is_not_yet_known_says_so_with_reason_and_day_until_a_newer_word(small: Small) -> None:
    state_field(small.desk, small.ref, "court", FieldState.NOT_YET_KNOWN, "  our lawyers   look into it ")
    found = field(small, "court")
    entry = small.desk.vault.log.entry(found.entries[0])
    assert found.state is FieldState.NOT_YET_KNOWN
    assert found.says == (message("required.not-yet-known", day=entry.act.time, why="our lawyers look into it"),)
    assert (entry.kind, entry.act.open) == (Kind.STATED, {"law": "eu-gdpr", "field": "court", "state": "not-yet-known"})
    state_field(small.desk, small.ref, "court", FieldState.STATED, "the court of Dublin")
    assert field(small, "court").says == (quoted("the court of Dublin"),)
    assert field(small, "court").state is FieldState.STATED


def test_a_case_says_otherwise_than_what_is_stated_for_all_of_its_law(small: Small) -> None:
    assert field(small, "officer").says[0].values["why"] == WHY
    state_generally(small.desk, Law.EU_GDPR, "officer", FieldState.STATED, "Ines, dpo@org.example")
    state_generally(small.desk, Law.UK_GDPR, "officer", FieldState.STATED, "somebody else")
    assert field(small, "officer").says == (quoted("Ines, dpo@org.example"),)
    state_field(small.desk, small.ref, "officer", FieldState.NOT_APPLICABLE, "she has left")
    assert field(small, "officer").state is FieldState.NOT_APPLICABLE
    general = {one.field: one.says for one in general_fields(small.desk, Law.EU_GDPR)}
    assert general["officer"] == (quoted("Ines, dpo@org.example"),)


def test_a_word_under_one_law_is_none_under_another(small: Small) -> None:
    state_field(small.desk, small.ref, "complaint", FieldState.STATED, "the authority of Dublin")
    under(small, Law.LGPD)
    assert "complaint" in empty(small)
    under(small, Law.EU_GDPR)
    assert field(small, "complaint").says == (quoted("the authority of Dublin"),)


def test_what_acts_say_is_not_replaced_by_a_statement_which_is_added(small: Small) -> None:
    nothing_hers(small)
    known = field(small, "outcome")
    assert known.says == (message("required.outcome.nothing"),)
    state_field(small.desk, small.ref, "outcome", FieldState.STATED, "everything was deleted")
    found = field(small, "outcome")
    assert found.says == (*known.says, quoted("everything was deleted"))
    assert found.state is FieldState.KNOWN


def found_nothing(small: Small) -> None:
    nothing_hers(small)


def found_some(small: Small) -> None:
    small.reviewed()


def undecided(small: Small) -> None:
    small.identify()
    small.search()


def left_open(small: Small) -> None:
    small.identify()
    small.search()
    small.decide(Verdict.SAME, small.items()["A-1"])


def read_back(small: Small) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)


def found_again(small: Small) -> None:
    read_back(small)
    small_case.find_more(small)


SAID: dict[str, tuple[Callable[[Small], None], list[str], str, str]] = {
    "nothing is hers": (found_nothing, ["required.outcome.nothing"], "not-applicable", "required.nothing-found"),
    "nobody decided": (
        undecided, ["required.outcome.open"], "not-yet-known", "required.not-yet-known",
    ),
    "some are hers": (found_some, ["required.outcome.not-deleted"], "not-yet-known", "required.not-yet-known"),
    "some wait": (
        left_open, ["required.outcome.not-deleted", "required.outcome.open"], "not-yet-known", "required.not-yet-known",
    ),
    "read back": (read_back, ["required.outcome.read"], "known", "required.recipients"),
    "found again": (found_again, ["required.outcome.read", "required.outcome.open"], "known", "required.recipients"),
}  # fmt: skip


@pytest.mark.parametrize("situation", SAID)
def test_what_was_done_and_who_was_told_follows_from_the_acts(situation: str, small: Small) -> None:
    arrive, outcome, state, recipients = SAID[situation]
    arrive(small)
    assert [one.code for one in field(small, "outcome").says] == outcome
    told = field(small, "recipients")
    assert (told.state.value, told.says[0].code) == (state, recipients)
    for one in filled_fields(small.desk, small.ref, Document.REGULATOR):
        assert all(0 <= entry < small.desk.vault.log.size for entry in one.entries)


def test_without_a_deletion_the_program_itself_says_that_nobody_was_told_yet(small: Small) -> None:
    under(small.reviewed(), Law.UK_GDPR)
    told = field(small, "recipients")
    assert (told.state, told.says) == (FieldState.NOT_YET_KNOWN, (message("required.recipients.not-deleted"),))


def test_contact_authority_and_time_of_keeping_come_from_the_settings(small: Small) -> None:
    under(nothing_hers(small), Law.UK_GDPR)
    assert {"contact", "complaint", "kept"} <= set(empty(small))
    set_organisation_details(small.desk, Details(contact="privacy@org.example", authority="The Authority"))
    set_period(small.desk, 36, "our plan")
    contact = message("required.contact", organisation="Org", contact="privacy@org.example")
    assert field(small, "contact").says == (contact,)
    assert field(small, "complaint").says == (message("required.complaint", authority="The Authority"),)
    assert field(small, "kept").says == (message("retention.after-end", months=36, rule="our plan"),)
    under(small, Law.LGPD)
    assert "complaint" in empty(small), "the one authority that is set is one of the GDPR"


def test_a_statement_needs_a_field_that_is_asked_for_and_words(small: Small) -> None:
    before = small.desk.vault.log.size
    for name in ("cuort", "appeal", ""):
        with pytest.raises(FieldUnknown):
            state_field(small.desk, small.ref, name, FieldState.STATED, "text")
        with pytest.raises(FieldUnknown):
            state_generally(small.desk, Law.EU_GDPR, name, FieldState.STATED, "text")
    with pytest.raises(StatementEmpty):
        state_field(small.desk, small.ref, "court", FieldState.NOT_YET_KNOWN, " \n ")
    with pytest.raises(StatementEmpty):
        state_field(small.desk, small.ref, "court", FieldState.KNOWN, "text")
    assert small.desk.vault.log.size == before


def test_nothing_is_stated_in_a_case_that_has_ended(small: Small) -> None:
    ending.end_case(small.desk, small.ref, CaseState.REFUSED, "she wrote that she meant another company")
    with pytest.raises(CaseOver):
        state_field(small.desk, small.ref, "court", FieldState.STATED, "text")


@pytest.mark.parametrize("law", [law for law in Law if law not in (Law.UNKNOWN, Law.ORDER)])
def test_every_field_of_every_law_can_be_stated_and_nothing_stays_empty(law: Law, small: Small) -> None:
    small.reviewed()
    for right, document in product((Right.ERASURE, Right.ACCESS, Right.RESTRICTION), EDITIONS):
        under(small, law, right)
        for name in empty(small, document):
            state_field(small.desk, small.ref, name, FieldState.NOT_YET_KNOWN, "asked")
        assert empty(small, document) == []
        assert all(one.as_json()["says"] for one in filled_fields(small.desk, small.ref, document))


def test_an_empty_field_is_no_line_of_a_bundle() -> None:
    with pytest.raises(ValueError, match="empty"):
        Filled("court", "", FieldState.EMPTY).as_json()


def test_the_commands_list_and_state_fields(small: Small, tmp_path: Path) -> None:
    under(nothing_hers(small), Law.CCPA)
    vault, ref, secret = small.desk.vault.folder, small.ref, tmp_path / "secret.txt"
    small.desk.close()
    secret.write_text(ADA)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, (*words, "--vault", str(vault), "--passphrase-file", str(secret)))
        assert done.exit_code == code, done.output
        return done.output

    said = run("bundle", "required", ref)
    assert "For the requester:" in said
    assert "✗ kept (How long the file of this case is kept, and under which rule; 11 CCR § 7022, 7101): empty" in said
    run("bundle", "state", ref, "kept", "--says", "24 months, 11 CCR § 7101")
    run("vault", "state", "ccpa", "contact", "--not-yet-known", "the new address is being set up")
    told = json.loads(run("bundle", "required", ref, "--for", "requester", "--json"))["requester"]
    states = {one["field"]: one["state"] for one in told}
    assert (states["kept"], states["contact"]) == ("stated", "not-yet-known")
    assert "the new address is being set up" in run("vault", "stated", "ccpa")
    assert "REQUIRED-FIELD-UNKNOWN" in run("bundle", "state", ref, "nonsense", "--says", "x", code=3)
    run("bundle", "state", ref, "kept", "--says", "x", "--not-applicable", "y", code=2)
    run("bundle", "state", ref, "kept", code=2)


def test_state_all_leaves_no_field_empty(small: Small) -> None:
    under(small.reviewed(), Law.KOREA)
    assert empty(small) != []
    state_all(small.desk, small.ref)
    assert empty(small) == empty(small, Document.REGULATOR) == []


def sealed_files(small: Small, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The requester's and the regulator's files below `data/`."""
    identity = pyrage.x25519.Identity.generate()
    folder.mkdir()
    key = folder / "identity.txt"
    key.write_text(str(identity))
    hers, theirs = sealing.seal(small.desk, small.ref, folder / "out", regulators=[str(identity.to_public())])
    sealing.open_bundle(hers.path, folder / "hers", passphrase=hers.passphrase)
    sealing.open_bundle(theirs.path, folder / "theirs", identities=[key])
    return _below(folder / "hers"), _below(folder / "theirs")


def _below(folder: Path) -> dict[str, bytes]:
    data = folder / "evidence" / "data"
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def test_both_editions_hold_every_field_in_data_and_in_the_report(small: Small, tmp_path: Path) -> None:
    read_back(small)
    state_field(small.desk, small.ref, "officer", FieldState.STATED, "Ines at dpo@org.example")
    for document, files in zip(EDITIONS, sealed_files(small, tmp_path / "opened"), strict=False):
        lines = json.loads(files["required.json"])
        now = filled_fields(small.desk, small.ref, document)
        assert [(one["field"], one["state"], one["source"]) for one in lines] == [
            (one.field, one.state.value, one.source) for one in now
        ]
        page = html.unescape(files["report.html"].decode())
        for one in now:
            assert one.source in page
            assert message(f"required.field.{one.field}").say() in page
            assert all(said.say() in page for said in one.says)


def test_a_statement_that_names_the_person_is_not_sealed_for_a_regulator(small: Small, tmp_path: Path) -> None:
    nothing_hers(small)
    state_field(small.desk, small.ref, "kept", FieldState.STATED, "as long as wilma@example.com writes to us")
    key = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(PersonalDataInside):
        sealing.seal(small.desk, small.ref, tmp_path / "out", requester=False, regulators=[key])


def _another_text(fields: dict[str, Filled]) -> None:
    fields["court"] = replace(fields["court"], says=(quoted("the court of Cork"),))


def _other_reason(fields: dict[str, Filled]) -> None:
    said = fields["complaint"].says[0]
    fields["complaint"] = replace(fields["complaint"], says=(message(said.code, **{**said.values, "why": "lazy"}),))


def _other_day(fields: dict[str, Filled]) -> None:
    said = fields["complaint"].says[0]
    later = message(said.code, **{**said.values, "day": "2030-01-01T00:00:00Z"})
    fields["complaint"] = replace(fields["complaint"], says=(later,))


def _does_not_apply(fields: dict[str, Filled]) -> None:
    fields["court"] = replace(fields["court"], state=FieldState.NOT_APPLICABLE)


def _of_no_act(fields: dict[str, Filled]) -> None:
    fields["court"] = replace(fields["court"], entries=())


def _left_out(fields: dict[str, Filled]) -> None:
    fields["outcome"] = replace(fields["outcome"], says=fields["outcome"].says[:1])


def _nobody_stated(fields: dict[str, Filled]) -> None:
    more = (*fields["recipients"].says, quoted("all of them were told"))
    fields["recipients"] = replace(fields["recipients"], says=more)


def _other_count(fields: dict[str, Filled]) -> None:
    said = fields["outcome"].says[0]
    counts = (message("required.seen.gone", count=9),)
    fields["outcome"] = replace(
        fields["outcome"], says=(message(said.code, **{**said.values, "counts": counts}), *fields["outcome"].says[1:])
    )


def _called_stated(fields: dict[str, Filled]) -> None:
    fields["recipients"] = replace(fields["recipients"], state=FieldState.STATED)


def _photo_destroyed(fields: dict[str, Filled]) -> None:
    says = (message("references.destroyed", count=2, time="2026-11-04T10:00:00Z"),)
    fields["photo"] = replace(fields["photo"], state=FieldState.KNOWN, says=says)


def _kept_longer(fields: dict[str, Filled]) -> None:
    says = (message("retention.after-end", months=60, rule="our plan"),)
    fields["kept"] = replace(fields["kept"], says=says)


def _kept_for_ever(fields: dict[str, Filled]) -> None:
    fields["photo"] = replace(fields["photo"], says=(*fields["photo"].says, message("references.letter.no-period")))


def _nothing_found(fields: dict[str, Filled]) -> None:
    says = (message("required.nothing-found"),)
    fields["retained"] = replace(fields["retained"], state=FieldState.NOT_APPLICABLE, says=says)


FORGED = (
    _another_text, _other_reason, _other_day, _does_not_apply, _of_no_act, _left_out, _nobody_stated, _other_count,
    _nothing_found, _called_stated, _photo_destroyed, _kept_longer, _kept_for_ever,
)  # fmt: skip


@pytest.mark.parametrize("forge", FORGED, ids=lambda one: one.__name__.strip("_"))
def test_what_no_act_says_of_a_field_does_not_pass_the_verifier(
    forge: Callable[[dict[str, Filled]], None], small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_back(small)
    set_period(small.desk, 36, "our plan")
    state_field(small.desk, small.ref, "court", FieldState.STATED, "the court of Dublin")
    state_field(small.desk, small.ref, "outcome", FieldState.STATED, "the backups follow in March")

    def forged(desk: Desk, ref: str) -> dict[Edition, tuple[Filled, ...]]:
        fields = {one.field: one for one in filled_fields(desk, ref, Document.REQUESTER)}
        forge(fields)
        return {Edition.REQUESTER: tuple(fields.values()), Edition.REGULATOR: tuple(fields.values())}

    monkeypatch.setattr(content, "edition_fields", forged)
    with pytest.raises(Refused) as refused:
        sealing.seal(small.desk, small.ref, tmp_path / "out")
    assert "required.json" in str(refused.value)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("spoiled", [{"says": []}, {"state": "empty"}, {"state": "whatever"}])
def test_a_line_that_says_nothing_does_not_pass_the_verifier(
    spoiled: dict[str, Any], small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_hers(small)
    as_json = Filled.as_json
    monkeypatch.setattr(Filled, "as_json", lambda one: {**as_json(one), **(spoiled if one.field == "photo" else {})})
    with pytest.raises(Refused, match=r"required\.json"):
        sealing.seal(small.desk, small.ref, tmp_path / "out")


@pytest.mark.slow
@pytest.mark.usefixtures("sample")
def test_after_the_end_a_bundle_says_when_the_photos_were_destroyed_and_until_when_the_file_is_kept(
    work: Work, tmp_path: Path
) -> None:
    work.search()
    work.decide_all()
    set_period(work.desk, 36, "our plan")
    ending.end_case(work.desk, work.ref, CaseState.REFUSED, "the person wrote that it was not meant")
    (sealed,) = sealing.seal(work.desk, work.ref, tmp_path / "out")
    fields = {one.field: one for one in filled_fields(work.desk, work.ref, Document.REQUESTER)}
    ended = work.desk.case(work.ref).ends[-1]["time"]
    destroyed = next(one for one in fields["photo"].says if one.code == "references.destroyed")
    assert destroyed.values["count"] == 2
    assert fields["kept"].says[0].code == "retention.until"
    assert fields["kept"].says[0].values["until"] == f"{int(ended[:4]) + 3}{ended[4:10]}"
    told = sealing.verify(sealed.path, passphrase=sealed.passphrase)
    assert next(one.ok for one in told.checks if one.name == "contents")
