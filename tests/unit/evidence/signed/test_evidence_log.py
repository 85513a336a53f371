"""The log in a regulator's bundle: what an insider could change in it, and what the verifier says."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, BinaryIO, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from evidence_sample import CASE, OFFICER, OTHER, RECOVERY, SECOND, THIRD, VAULT, Book, journal, public, quiet

from dsr_desk.core.acts import Kind
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.policy import Policy
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, JournalExcerpt, JournalLeaf
from dsr_desk.evidence.contents.editions import _leaves
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.bag import bag, stored_zip
from dsr_desk.evidence.signed.members import Held, joined
from dsr_desk.evidence.signed.notes import sign_note
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import envelope, statement
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import (
    _BROKEN,
    EVIDENCE,
    SIGNATURE,
    Chains,
    Finding,
    Head,
    Members,
    Refused,
    check_all,
    members_of,
)

ODD: tuple[Any, ...] = (None, 0, -1, 1.5, "", "\ud800", "ff", [], ["x"], {}, {"x": 1}, True, 10**30)


def lines_of(content: EvidenceContent, journal: JournalExcerpt) -> list[dict[str, Any]]:
    del content
    return list(_leaves(journal, Edition.REGULATOR))


def checked(content: EvidenceContent, journal: JournalExcerpt) -> Chains:
    """The chains after the verifier went through the log. Raises Refused."""
    return followed(lines_of(content, journal), journal)


def chains_of(journal: JournalExcerpt, edition: Edition = Edition.REGULATOR) -> Chains:
    def rows(_: str) -> BinaryIO:
        lines = (line for leaf in journal.leaves if leaf.rows for line in journal.rows_of(leaf.index))
        return io.BytesIO(b"".join(line + b"\n" for line in lines))

    return Chains("2026-001", journal.origin, edition.value, rows)


def followed(lines: list[dict[str, Any]], journal: JournalExcerpt) -> Chains:
    chains = chains_of(journal)
    check_bundle._check_leaves(lines, Head(journal.origin, journal.size, journal.root), chains)
    return chains


def refused(content: EvidenceContent, journal: JournalExcerpt) -> str:
    with pytest.raises(Refused) as raised:
        checked(content, journal)
    return str(raised.value)


def forged(book: Book, seq: int, change: Callable[[JournalLeaf], JournalLeaf]) -> JournalExcerpt:
    """The excerpt with one leaf as somebody changed it."""
    shown = book.excerpt()
    return replace(shown, leaves=tuple(change(one) if one.index == seq else one for one in shown.leaves))


def without(book: Book, seq: int) -> JournalExcerpt:
    shown = book.excerpt()
    return replace(shown, leaves=tuple(one for one in shown.leaves if one.index != seq))


def copied(book: Book) -> Book:
    return Book(list(book.leaves), list(book.hashes), dict(book.heads))


@pytest.fixture
def book() -> Book:
    """Iris, Ben, an unlocking and Tove; the case with a search by Ben."""
    made = Book().begin()
    made.officer("Ben Okafor")
    made.add(Kind.UNLOCKED, "", {"switched": True}, by=SECOND)
    made.officer("Tove Berg", by=SECOND)
    made.add(Kind.RECEIVED, OTHER, {"ref": "2026-002"})
    made.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16, "times": 240}, by=SECOND)
    made.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=THIRD)
    return made


def test_the_verifier_says_who_was_added_by_whom(content: EvidenceContent, signer: Signer, book: Book) -> None:
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(THIRD)})
    bundle = sign(replace(quiet(content), journal=book.sealing().excerpt()), Edition.REGULATOR, signer, "en")
    findings, _ = check_all(bundle.in_memory, signer.fingerprint)
    assert all(one.ok for one in findings if one.name in ("signature", "statement", "journal", "officers"))
    assert [str(finding.says) for finding in findings if finding.name == "officers"] == [
        "Iris Novak is the first officer (entry 0, 2026-03-02). "
        "Ben Okafor was added by Iris Novak (entry 3, 2026-03-02). "
        "Tove Berg was added by Ben Okafor (entry 5, 2026-03-02). "
        "Tove Berg was removed by Iris Novak (entry 9, 2026-03-02)."
    ]


def test_a_requester_is_told_no_name_but_of_who_seals_and_confirms(content: EvidenceContent, signer: Signer) -> None:
    bundle = sign(content, Edition.REQUESTER, signer, "en")
    findings, _ = check_all(bundle.in_memory, signer.fingerprint)
    assert all(finding.ok for finding in findings), findings
    log = members_of(bundle.in_memory[EVIDENCE])["data/log/leaves.jsonl"].decode()
    assert "Ben Okafor" in log
    assert "Iris Novak" not in log
    with pytest.raises(Refused, match="shows more than this edition may"):
        check_bundle._check_leaves(
            lines_of(content, content.journal),
            Head(content.journal.origin, content.journal.size, content.journal.root),
            chains_of(content.journal, Edition.REQUESTER),
        )


def test_nothing_is_hidden_beside_a_subtree_of_others(content: EvidenceContent, book: Book) -> None:
    shown = book.sealing().excerpt()
    lines = [{**one, "act": "{}"} if "others" in one else one for one in lines_of(content, shown)]
    with pytest.raises(Refused, match="shows more than this edition may"):
        followed(lines, shown)


def test_an_earlier_checkpoint_that_the_journal_does_not_continue_is_seen(
    content: EvidenceContent, signer: Signer
) -> None:
    held = sign(replace(quiet(content), journal=journal(11)), Edition.REGULATOR, signer, "en").checkpoint
    bundle = sign(replace(quiet(content), journal=journal(17, (held,))), Edition.REGULATOR, signer, "en")
    members = members_of(bundle.in_memory[EVIDENCE])
    (old,) = json.loads(members["data/log/earlier.json"])
    members["data/log/earlier.json"] = json.dumps([{**old, "root": "ab" * 32}]).encode()
    with pytest.raises(Refused, match="does not continue its state at 11 entries"):
        check_bundle.check_log(Members(stored_zip(members)), "2026-001", None, 1, "regulator")


def test_a_checkpoint_is_signed_with_the_journals_own_key(content: EvidenceContent, signer: Signer) -> None:
    bundle = sign(content, Edition.REGULATOR, signer, "en")
    members = members_of(bundle.in_memory[EVIDENCE])
    note, head = members["data/log/checkpoint"].decode(), content.journal
    others = sign_note(head.origin, head.size, head.root, 1, Ed25519PrivateKey.generate()).whole
    text, _, signature = note.rpartition(" ")
    raw = bytearray(b64decode(signature))
    raw[-1] ^= 1
    spoiled = f"{text} {b64encode(raw).decode()}\n"
    for changed, says in ((others, "not signed with the journal's key"), (spoiled, "signature does not hold")):
        members["data/log/checkpoint"] = changed.encode()
        with pytest.raises(Refused, match=says):
            check_bundle.check_log(Members(stored_zip(members)), "2026-001", None, 1, "regulator")


def test_what_stands_between_the_shown_entries_is_part_of_the_tree(content: EvidenceContent, book: Book) -> None:
    shown = book.sealing().excerpt()
    lines = [{**one, "hash": "ab" * 32} if "others" in one else one for one in lines_of(content, shown)]
    with pytest.raises(Refused, match="not in the journal that the checkpoint signs"):
        followed(lines, shown)


def test_a_changed_act_is_seen(content: EvidenceContent, book: Book) -> None:
    book.sealing()
    changed = forged(book, 7, lambda one: replace(one, act=one.act.replace(b'"times":240', b'"times":999')))
    assert refused(content, changed) == "What journal entry 7 says was changed."


def test_a_changed_envelope_is_seen(content: EvidenceContent, book: Book) -> None:
    book.sealing()
    lines = lines_of(content, book.excerpt())
    line = next(one for one in lines if one["index"] == 7)
    line["envelope"] = line["envelope"].replace(public(SECOND), public(OFFICER))
    with pytest.raises(Refused, match="Journal entry 7 was changed"):
        followed(lines, book.excerpt())


def test_an_envelope_that_was_changed_with_its_hash_is_not_in_the_tree(content: EvidenceContent, book: Book) -> None:
    book.sealing()
    last = len(book.hashes) - 1
    other = book.leaves[-1].envelope.replace(b'"epoch":1', b'"epoch":1 ')
    assert "not spelled as entries are" in refused(
        content, forged(book, last, lambda one: replace(one, envelope=other))
    )
    twin = Book().begin().sealing().leaves[-1]
    swapped = forged(book, last, lambda one: replace(one, envelope=twin.envelope, act=twin.act))
    assert "belongs to another case or place" in refused(content, swapped)


@pytest.mark.parametrize("seq", [2, 7, 8])
def test_an_entry_left_out_of_the_case_is_seen(content: EvidenceContent, book: Book, seq: int) -> None:
    book.sealing()
    says = refused(content, without(book, seq))
    assert says == (
        "Journal entry 7 belongs to another case or place."
        if seq == 2
        else f"Before journal entry {seq + 1} an entry of this case is left out."
    )


@pytest.mark.parametrize(("seq", "seen_at"), [(3, 4), (4, 5), (5, 7)])
def test_an_entry_of_the_vault_left_out_is_seen(content: EvidenceContent, book: Book, seq: int, seen_at: int) -> None:
    book.sealing()
    says = refused(content, without(book, seq))
    assert says == f"Before journal entry {seen_at} an entry on officers or policy is left out."


def test_who_was_never_an_officer_is_seen(content: EvidenceContent) -> None:
    book = Book().begin()
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=THIRD)
    assert refused(content, book.sealing().excerpt()) == (
        "Journal entry 3 is signed by somebody who was no officer then."
    )


def test_who_was_removed_before_is_seen(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(SECOND)})
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=SECOND)
    assert "entry 10 is signed by somebody who was no officer then" in refused(content, book.sealing().excerpt())


def test_a_removed_officer_who_writes_in_for_others_is_seen(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(SECOND)})
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=OFFICER, writer=SECOND)
    assert "entry 10 is signed by somebody who was no officer then" in refused(content, book.sealing().excerpt())


def test_a_removal_cannot_be_shown_without_what_it_says(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(SECOND)})
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=SECOND)
    book.sealing()
    assert refused(content, forged(book, 9, lambda one: replace(one, act=b""))) == (
        "What journal entry 9 says is not shown."
    )


def test_an_act_of_the_case_cannot_be_shown_without_what_it_says(content: EvidenceContent, book: Book) -> None:
    book.sealing()
    assert "entry 7 says is not shown" in refused(content, forged(book, 7, lambda one: replace(one, act=b"")))


def test_an_unlocking_by_nobody_of_the_roster_is_seen(content: EvidenceContent) -> None:
    book = Book().begin()
    book.add(Kind.UNLOCKED, "", {"switched": False}, by=THIRD)
    assert "entry 3 is signed by somebody who was no officer" in refused(content, book.sealing().excerpt())


def test_swapped_signatures_are_seen(content: EvidenceContent, book: Book) -> None:
    book.sealing()
    other = book.leaves[-1].signature
    says = refused(content, forged(book, 7, lambda one: replace(one, signature=other)))
    assert says == "Journal entry 7 has a signature that does not hold."


def test_an_act_that_came_from_elsewhere_is_signed_by_its_officer(content: EvidenceContent, book: Book) -> None:
    forged_book = copied(book)
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=THIRD, writer=OFFICER, time="2026-03-01T08:00:00Z")
    checked(content, book.sealing().excerpt())
    somebody = cast("Ed25519PrivateKey", SignsForTove())
    forged_book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=somebody, writer=OFFICER)
    assert "entry 9 has a signature that does not hold" in refused(content, forged_book.sealing().excerpt())


class SignsForTove:
    """Tove's name with another key's signature."""

    sign = RECOVERY.sign
    public_key = THIRD.public_key


def test_an_act_that_its_officer_did_not_sign_is_seen(content: EvidenceContent, book: Book) -> None:
    made = book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=SECOND)
    text = made.content.decode().replace(public(SECOND), public(THIRD))
    assert text != made.content.decode()
    leaf, before = book.leaves[-1], json.loads(book.leaves[-1].envelope)
    before["act"] = sha256(text.encode()).hexdigest()
    spelled = canonical_json(before)
    node = check_bundle._sha(b"\x00" + spelled)
    book.leaves[-1] = replace(
        leaf, act=text.encode(), envelope=spelled, signature=SECOND.sign(b"dsr-desk entry 1\n" + node)
    )
    book.hashes[-1], book.heads[CASE] = node, node.hex()
    assert "not signed by the officer whom it names" in refused(content, book.sealing().excerpt())


def test_a_name_that_was_not_signed_is_seen(content: EvidenceContent, book: Book) -> None:
    book.sealing()

    def renamed(one: JournalLeaf) -> JournalLeaf:
        (name, salt, _, to) = one.opened[0]
        return replace(one, opened=((name, salt, '"Somebody Else"', to),))

    assert "value of journal entry 3 is not the one that was signed" in refused(content, forged(book, 3, renamed))


def test_an_act_whose_kind_the_envelope_hides_is_seen(content: EvidenceContent, book: Book) -> None:
    """Whoever writes the envelope of a removal as that of an unlocking cannot show the act."""
    made = book.add(Kind.OFFICER_REMOVED, "", {"key": public(SECOND)})
    said = json.loads(book.leaves[-1].envelope) | {"kind": "unlocked"}
    spelled = canonical_json(said)
    node = check_bundle._sha(b"\x00" + spelled)
    book.leaves[-1] = replace(
        book.leaves[-1], envelope=spelled, signature=OFFICER.sign(b"dsr-desk entry 1\n" + node), act=made.content
    )
    book.hashes[-1], book.heads[""] = node, node.hex()
    assert "of another kind" in refused(content, book.sealing().excerpt())


@pytest.mark.parametrize("kind", [Kind.OFFICER_ADDED, Kind.POLICY])
def test_what_the_policy_wants_approved_needs_the_approvals(content: EvidenceContent, book: Book, kind: Kind) -> None:
    fourth = Ed25519PrivateKey.generate()
    book.add(Kind.POLICY, "", {"policy": Policy(approvals=2).as_open(), "proposal": ""})
    what = "officer" if kind is Kind.OFFICER_ADDED else "policy"
    looser = Policy(approvals=1).as_open()
    asked = {"what": what} if what == "officer" else {"what": what, "policy": looser}
    place = len(book.hashes)
    proposal = book.add(Kind.CHANGE_PROPOSED, "", asked, name="Ada" if what == "officer" else "")

    def change(book: Book) -> None:
        if what == "officer":
            said = {"key": public(fourth), "slot": "00", "proposal": proposal.digest}
            book.add(kind, "", said, also=(fourth,), name="Ada", salted_as=place)
        else:
            book.add(kind, "", {"policy": looser, "proposal": proposal.digest})

    alone = copied(book)
    change(alone)
    assert "lacks the approvals" in refused(content, alone.sealing().excerpt())
    book.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest}, by=SECOND)
    change(book)
    checked(content, book.sealing().excerpt())


def test_approvals_for_one_person_add_nobody_else(content: EvidenceContent, book: Book) -> None:
    fourth = Ed25519PrivateKey.generate()
    book.add(Kind.POLICY, "", {"policy": Policy(approvals=2).as_open(), "proposal": ""})
    place = len(book.hashes)
    proposal = book.add(Kind.CHANGE_PROPOSED, "", {"what": "officer"}, name="Ada")
    book.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest}, by=SECOND)
    said = {"key": public(fourth), "slot": "00", "proposal": proposal.digest}
    book.add(Kind.OFFICER_ADDED, "", said, also=(fourth,), name="Eve", salted_as=place)
    assert "lacks the approvals" in refused(content, book.sealing().excerpt())


def test_a_new_recovery_key_needs_the_approvals_too(content: EvidenceContent, book: Book) -> None:
    fourth = public(Ed25519PrivateKey.generate())
    book.add(Kind.POLICY, "", {"policy": Policy(approvals=2).as_open(), "proposal": ""})
    alone = copied(book)
    alone.add(Kind.RECOVERY_KEY, "", {"key": fourth, "proposal": ""})
    assert "lacks the approvals" in refused(content, alone.sealing().excerpt())
    proposal = book.add(Kind.CHANGE_PROPOSED, "", {"what": "recovery"})
    book.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest}, by=SECOND)
    book.add(Kind.RECOVERY_KEY, "", {"key": fourth, "proposal": proposal.digest})
    checked(content, book.sealing().excerpt())


def test_who_adds_an_officer_brings_no_recovery_key(content: EvidenceContent, book: Book) -> None:
    theirs, fourth = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    said = {"key": public(fourth), "slot": "00", "proposal": "", "recovery": public(theirs)}
    book.add(Kind.OFFICER_ADDED, "", said, also=(fourth,), name="Ada")
    book.add(Kind.EPOCH, "", by=theirs)
    assert "no officer then" in refused(content, book.sealing().excerpt())


def test_nobody_approves_the_own_proposal_or_approves_twice(content: EvidenceContent, book: Book) -> None:
    proposal = book.add(Kind.CHANGE_PROPOSED, "", {"what": "recovery"})
    own, twice = copied(book), copied(book)
    own.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest})
    for _ in range(2):
        twice.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest}, by=SECOND)
    for made in (own, twice):
        assert "an act that the rules forbid" in refused(content, made.sealing().excerpt())


def _approved(book: Book, **asked: Any) -> str:
    """A change that two officers stand behind where two are asked for; the digest of its proposal."""
    book.add(Kind.POLICY, "", {"policy": Policy(approvals=2).as_open(), "proposal": ""})
    proposal = book.add(Kind.CHANGE_PROPOSED, "", asked)
    book.add(Kind.CHANGE_APPROVED, "", {"proposal": proposal.digest}, by=SECOND)
    return proposal.digest


def test_who_is_no_officer_any_more_stands_behind_nothing(content: EvidenceContent, book: Book) -> None:
    proposal = _approved(book, what="recovery")
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(SECOND)})
    book.add(Kind.RECOVERY_KEY, "", {"key": "00" * 32, "proposal": proposal})
    assert "lacks the approvals" in refused(content, book.sealing().excerpt())


def test_approvals_of_a_change_of_one_kind_are_none_of_another_kind(content: EvidenceContent, book: Book) -> None:
    fourth = Ed25519PrivateKey.generate()
    proposal = _approved(book, what="recovery")
    book.add(Kind.OFFICER_ADDED, "", {"key": public(fourth), "slot": "00", "proposal": proposal}, also=(fourth,))
    assert "lacks the approvals" in refused(content, book.sealing().excerpt())


def test_an_approved_change_is_carried_out_once(content: EvidenceContent, book: Book) -> None:
    proposal = _approved(book, what="recovery")
    for key in ("00" * 32, "11" * 32):
        book.add(Kind.RECOVERY_KEY, "", {"key": key, "proposal": proposal})
    assert "lacks the approvals" in refused(content, book.sealing().excerpt())


def test_only_an_officer_is_removed_and_only_once(content: EvidenceContent, book: Book) -> None:
    for _ in range(2):
        book.add(Kind.OFFICER_REMOVED, "", {"key": public(THIRD)})
    assert "an act that the rules forbid" in refused(content, book.sealing().excerpt())


def test_an_act_on_the_vault_has_no_place_in_a_case(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(THIRD)})
    spelled = canonical_json(json.loads(book.leaves[-1].envelope) | {"case_before": "ab" * 32})
    node = check_bundle._sha(b"\x00" + spelled)
    signature = OFFICER.sign(b"dsr-desk entry 1\n" + node)
    book.leaves[-1] = replace(book.leaves[-1], envelope=spelled, signature=signature)
    book.hashes[-1], book.heads[""] = node, node.hex()
    assert "belongs to another case or place" in refused(content, book.sealing().excerpt())


def test_a_policy_that_leaves_something_unsaid_is_none(content: EvidenceContent, book: Book) -> None:
    said = Policy().as_open()
    del said["second_review_access"]
    book.add(Kind.POLICY, "", {"policy": said, "proposal": ""})
    assert "an act that the rules forbid" in refused(content, book.sealing().excerpt())


def test_a_looser_policy_needs_no_approvals_where_one_is_enough(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.POLICY, "", {"policy": Policy(validator_not_operator=False).as_open(), "proposal": ""})
    checked(content, book.sealing().excerpt())


def test_an_officer_added_by_recovery_is_said_to_be(content: EvidenceContent) -> None:
    book = Book().begin()
    book.officer("Ben Okafor", by=RECOVERY, recovered=True)
    says = checked(content, book.sealing().excerpt()).roster.says
    assert str(says[-1]) == "Ben Okafor was added with the recovery code (entry 3, 2026-03-02)."


def test_a_recovery_code_that_was_renewed_adds_nobody_any_more(content: EvidenceContent) -> None:
    book, new = Book().begin(), Ed25519PrivateKey.generate()
    book.add(Kind.RECOVERY_KEY, "", {"key": public(new)})
    old = copied(book)
    old.officer("Ben Okafor", by=RECOVERY, recovered=True)
    assert "signed by somebody who was no officer then" in refused(content, old.sealing().excerpt())
    book.officer("Ben Okafor", by=new, recovered=True)
    checked(content, book.sealing().excerpt())


def test_the_recovery_code_adds_officers_and_does_nothing_else(content: EvidenceContent) -> None:
    for kind, case in ((Kind.POLICY, ""), (Kind.DECIDED, CASE)):
        book = Book().begin()
        book.add(kind, case, {"policy": Policy().as_open(), "proposal": ""}, by=RECOVERY)
        assert "signed by somebody who was no officer then" in refused(content, book.sealing().excerpt())


def test_a_statement_of_another_epoch_than_the_journals_is_seen(content: EvidenceContent, signer: Signer) -> None:
    later = replace(content, journal=replace(content.journal, epoch=2))
    bundle = sign(later, Edition.REGULATOR, signer, "en")
    findings, _ = check_all(bundle.in_memory, signer.fingerprint)
    assert [str(one.says) for one in findings if one.ok is False] == [
        "The statement names another epoch than the journal."
    ]


def test_an_entry_of_another_case_does_not_pass_for_one_of_the_vault(content: EvidenceContent, book: Book) -> None:
    book.add(Kind.DECIDED, OTHER, {"count": 1})
    shown = book.sealing().excerpt()
    foreign = json.loads(book.leaves[-1].envelope) | {"kind": "unlocked", "case_before": "ab" * 32, "seq": 9}
    spelled = canonical_json(foreign)
    node = check_bundle._sha(b"\x00" + spelled)
    line = {
        "index": 9,
        "hash": node.hex(),
        "envelope": spelled.decode(),
        "signature": OFFICER.sign(b"dsr-desk entry 1\n" + node).hex(),
    }
    lines = [line if one["index"] == 9 else one for one in lines_of(content, shown)]
    with pytest.raises(Refused, match="entry 9 says is not shown"):
        followed(lines, shown)


def test_an_officer_who_did_not_sign_the_own_adding_is_seen(content: EvidenceContent) -> None:
    book = Book().begin()
    book.add(Kind.OFFICER_ADDED, "", {"key": public(SECOND), "slot": "00", "proposal": ""}, name="Ben Okafor")
    assert "an act that the rules forbid" in refused(content, book.sealing().excerpt())


def test_nobody_comes_back_under_an_old_key_or_removes_the_own(content: EvidenceContent, book: Book) -> None:
    again = copied(book)
    again.officer("Ben Okafor")
    assert "an act that the rules forbid" in refused(content, again.sealing().excerpt())
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(OFFICER)})
    assert "an act that the rules forbid" in refused(content, book.sealing().excerpt())


def test_what_was_written_after_the_sealing_was_begun_does_not_belong_to_the_bundle(
    content: EvidenceContent, book: Book
) -> None:
    book.sealing().add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16})
    assert "do not end with the one that says that it is sealed" in refused(content, book.excerpt())


def test_another_case_of_the_vault_is_not_this_one(content: EvidenceContent) -> None:
    book = Book()
    book.officer("Iris Novak")
    book.add(Kind.RECEIVED, CASE, {"ref": "2026-007"})
    assert "belongs to another case" in refused(content, book.sealing().excerpt())


def test_a_log_of_another_vault_is_not_this_one(content: EvidenceContent, book: Book) -> None:
    elsewhere = book.sealing().excerpt(origin=f"dsr-desk/{VAULT[::-1]}")
    assert "another case or place" in refused(content, elsewhere)


@pytest.mark.parametrize(("kind", "case"), [(Kind.OFFICER_REMOVED, ""), (Kind.DECIDED, CASE)])
def test_an_act_of_another_vault_is_seen(content: EvidenceContent, book: Book, kind: Kind, case: str) -> None:
    book.add(kind, case, {"key": public(THIRD)}, vault=VAULT[::-1])
    assert "entry 9 belongs to another case or place" in refused(content, book.sealing().excerpt())


def test_an_act_on_the_vault_that_no_officer_wrote_in_is_seen(content: EvidenceContent, book: Book) -> None:
    outsider = Ed25519PrivateKey.generate()
    book.add(Kind.OFFICER_REMOVED, "", {"key": public(THIRD)}, writer=outsider)
    assert "entry 9 is signed by somebody who was no officer" in refused(content, book.sealing().excerpt())


def test_time_does_not_run_backwards_unless_the_clock_was_corrected(content: EvidenceContent, book: Book) -> None:
    corrected = copied(book)
    for made in (book, corrected):
        if made is corrected:
            made.add(Kind.CLOCK_CORRECTED)
        made.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16}, by=SECOND, time="2026-01-01T00:00:00Z")
    assert "entry 9 is dated before" in refused(content, book.sealing().excerpt())


def test_an_epoch_begins_where_it_was_declared_and_nowhere_else(content: EvidenceContent, book: Book) -> None:
    book.epoch = 2
    book.add(Kind.SCORE_SHOWN, CASE, {"item": "ab" * 16})
    assert "an epoch that nobody declared" in refused(content, book.sealing().excerpt())


def test_odd_values_in_the_lines_are_refused_and_never_crash_the_verifier(content: EvidenceContent, book: Book) -> None:
    shown = book.sealing().excerpt()
    lines = lines_of(content, shown)
    for place, line in enumerate(lines):
        for name in line:
            for odd in ODD:
                same = odd == line[name] and type(odd) is type(line[name])
                if same or (name, odd) == ("opened", {}):
                    continue  # where no name is told, the key stands for it
                changed = [*lines[:place], {**line, name: odd}, *lines[place + 1 :]]
                with pytest.raises((Refused, AttributeError, *_BROKEN)):
                    followed(changed, shown)
        for odd in ODD:
            with pytest.raises((Refused, AttributeError, *_BROKEN)):
                followed([*lines[:place], odd, *lines[place + 1 :]], shown)


@pytest.mark.parametrize("odd", [one for one in ODD if not isinstance(one, float) and one != "\ud800"], ids=repr)
def test_validly_signed_acts_of_an_odd_form_never_crash_the_verifier(content: EvidenceContent, odd: Any) -> None:
    for kind, name in (
        (Kind.OFFICER_ADDED, "key"),
        (Kind.OFFICER_REMOVED, "key"),
        (Kind.RECOVERY_KEY, "key"),
        (Kind.POLICY, "policy"),
        (Kind.CHANGE_APPROVED, "proposal"),
        (Kind.CHANGE_PROPOSED, "what"),
    ):
        book = Book().begin()
        book.add(kind, "", {name: odd})
        try:
            checked(content, book.sealing().excerpt())
        except (Refused, AttributeError, *_BROKEN):
            continue


def test_an_odd_statement_is_a_finding_and_never_a_crash(content: EvidenceContent, signer: Signer) -> None:
    bundle = sign(content, Edition.REGULATOR, signer, "en")
    members = members_of(bundle.in_memory[EVIDENCE])
    payload = {name.removeprefix("data/"): Held(data) for name, data in members.items() if name.startswith("data/")}
    dsse = json.loads(payload.pop("statement.dsse.json").data)
    said = json.loads(b64decode(dsse["payload"]))["predicate"]

    def findings(predicate: Any) -> list[Finding]:
        whole = {**statement(payload, {}), "predicate": predicate}
        made = {**payload, "statement.dsse.json": Held(envelope(whole, signer))}
        archive = stored_zip({name: joined(one) for name, one in bag(made, {"a": "b"}).items()})
        signature = signer.sign_detached(sha256(archive).digest(), datetime(2026, 3, 12, tzinfo=UTC))
        return check_all({**bundle.in_memory, EVIDENCE: archive, SIGNATURE: signature}, signer.fingerprint)[0]

    assert all(one.ok for one in findings(said))
    odd_values = [one for one in ODD if not isinstance(one, float) and one != "\ud800"]
    for odd in odd_values:
        for name in ("case", "journal", "edition"):
            assert not all(one.ok for one in findings({**said, name: odd})), (name, odd)
        findings({**said, "declared": odd})
        assert not all(one.ok for one in findings(odd))


def with_rows(content: EvidenceContent, rows: Callable[[bytes], bytes]) -> None:
    """Follows the log of the case with other rows beside it."""
    journal = content.journal
    chains = chains_of(journal)
    whole = b"".join(line + b"\n" for leaf in journal.leaves if leaf.rows for line in journal.rows_of(leaf.index))
    chains._rows_file = io.BytesIO(rows(whole))
    check_bundle._check_leaves(
        lines_of(content, journal), Head(journal.origin, journal.size, journal.root, journal.epoch), chains
    )


def test_rows_that_were_changed_are_seen(content: EvidenceContent) -> None:
    with_rows(content, lambda whole: whole)
    for old, new in ((b'"same"', b'"sane"'), (b'"different"', b'"same"')):
        with pytest.raises(Refused, match="rows of journal entry"):
            with_rows(content, lambda whole, old=old, new=new: whole.replace(old, new, 1))  # type: ignore[misc]


def test_rows_of_no_entry_are_seen(content: EvidenceContent) -> None:
    with pytest.raises(Refused, match="rows of which no entry of the journal knows"):
        with_rows(content, lambda whole: whole + whole.splitlines(keepends=True)[0])
