"""An officer acts elsewhere: a packet goes to that officer alone, and signed acts come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import by_hand
import pytest
from by_hand import ADA, BEN, CLEO, INDEX, acting, candidate

import deeds
from dsr_desk.app.case import packet_files, packet_work, packets
from dsr_desk.app.case.packet_files import For, OpenPacket, PacketPlan
from dsr_desk.app.case.packet_work import Said
from dsr_desk.app.case.plans import bare_plan, plan_rows
from dsr_desk.app.desk import Desk
from dsr_desk.core import refusals
from dsr_desk.core.actions import Action, ActionKind, Plan, PlannedItem
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.basis import basis_of, parts_of
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.storage.files import DiskFull
from dsr_desk.storage.keys import OfficerKeys
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.signed_acts import NotAsSigned, SignedAct, sign
from dsr_desk.storage.vault_base import OfficerMissing
from unit.evidence import planted_in_evidence as planted

ITEMS = [candidate(number, expected=0.01) for number in range(4)]
FACE = b"\xff\xd8 the face of item 0"


def decided(desk: Desk, ref: str = "2026-001") -> str:
    """A case in which Ada decided on four candidates: two are the person."""
    by_hand.open_case(desk, ref=ref)
    by_hand.search(desk, ref, *ITEMS)
    with desk.vault.transaction():
        crop = desk.vault.log.put_blob(desk.case(ref).id, FACE).as_value()
        say(desk, ref, "same", ITEMS[0], crop=crop)
    say(desk, ref, "same", ITEMS[1])
    say(desk, ref, "different", ITEMS[2], ITEMS[3])
    return ref


def say(
    desk: Desk, ref: str, verdict: str, *items: Candidate, kind: Kind = Kind.DECIDED, crop: dict[str, str] | None = None
) -> None:
    from dsr_desk.core import codec

    rows = [
        Row(
            desk.name(ref, one.id),
            verdict,
            {"id": one.id, "reason": "ears", "crop": crop, "address": codec.plain(one.address), "face": 0},
        )
        for one in items
    ]
    desk.act(Draft(kind, {"how": "program"} if kind is Kind.SECOND_REVIEW else {}, rows=rows), ref)


@pytest.fixture
def ref(desk: Desk) -> str:
    by_hand.more_officers(desk)
    return decided(desk)


@pytest.fixture
def asked(desk: Desk, ref: str, tmp_path: Path) -> OpenPacket:
    """Ben's packet for a second review, open."""
    packets.hand_over_case(desk, ref, "Ben", tmp_path / "ben.packet", For.REVIEW)
    return packet_files.open_packet(tmp_path / "ben.packet", BEN)


@pytest.fixture
def indexes(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Generations as they are now; a test changes them."""
    now: dict[str, int] = {INDEX: 1}
    monkeypatch.setattr(packets, "generations", lambda on, of: {on.name(of, key): one for key, one in now.items()})
    return now


def planned(desk: Desk, ref: str) -> Plan:
    items = tuple(PlannedItem(one.address, one.kind) for one in ITEMS[:2])
    action = Action("a01", ActionKind.ERASE_ITEMS, "photos", "portraits@1", "photos", items=items)
    plan = Plan(ref, "2026-11-29T10:00:00Z", (action,))
    case, named = desk.case(ref), {desk.name(ref, INDEX): 1}
    parts = parts_of(case, desk.vault.policy)
    said = {"plan": plan.digest, "parts": parts, "indexes": named, "actions": 1}
    rows = list(plan_rows(plan, case, desk.key(ref)))
    desk.act(Draft(Kind.PLANNED, said, {"plan": bare_plan(plan)}, rows, basis_of(parts, named)), ref)
    return plan


def to_approve(desk: Desk, ref: str, folder: Path, name: str = "Ben", secret: str = BEN) -> OpenPacket:
    path = folder / f"{name}.packet"
    packets.hand_over_case(desk, ref, name, path, For.APPROVAL)
    return packet_files.open_packet(path, secret)


def every_word(asked: OpenPacket, verdict: Verdict = Verdict.SAME) -> dict[str, Said]:
    return {one.candidate.id: Said(verdict, "the chin") for one in asked.packet.items}


def answered(asked: OpenPacket, to: Path, verdict: Verdict = Verdict.SAME) -> Path:
    packet_work.decide(asked, every_word(asked, verdict))
    packet_work.answer_review(asked, to)
    return to


def answer_with(desk: Desk, ref: str, to: Path, *acts: SignedAct, vault: str = "", case: str = "") -> Path:
    """An answer made by other means than this program."""
    vault, case = vault or desk.vault.ring.vault_id, case or desk.case(ref).id
    to.write_bytes(packet_files.seal_answer(vault, case, acts, desk.vault.public_key))
    return to


def keys_of(asked: OpenPacket) -> OfficerKeys:
    return asked.keys


def key_of(desk: Desk, name: str) -> str:
    return next(key for key, known in desk.vault.officer_names().items() if known == name)


# The packet


def test_a_packet_shows_what_waits_and_nothing_that_anybody_said(asked: OpenPacket) -> None:
    assert {one.candidate.id for one in asked.packet.items} == {one.id for one in ITEMS}
    text = json.dumps(_plain(asked))
    for word in ("same", "different", "ears", "0.9", "score", "unrelated", "expected_strangers"):
        assert word not in text


def _plain(asked: OpenPacket) -> object:
    from dsr_desk.core import codec

    return codec.plain(asked.packet)


def test_what_leaves_in_a_packet_stands_in_the_log(desk: Desk, ref: str, asked: OpenPacket) -> None:
    newest = list(desk.vault.log.entries(desk.case(ref).id))[-1].act

    assert newest.kind is Kind.PACKET
    assert newest.open == {"to": key_of(desk, "Ben"), "what": "review", "items": len(asked.packet.items)}


def test_a_packet_that_cannot_be_written_leaves_no_act(
    desk: Desk, ref: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFull(where=tmp_path)

    monkeypatch.setattr(packets, "write_whole", full)
    with pytest.raises(DiskFull):
        packets.hand_over_case(desk, ref, "Ben", tmp_path / "new.packet", For.REVIEW)

    assert Kind.PACKET not in [entry.kind for entry in desk.vault.log.entries(desk.case(ref).id)]


def test_a_packet_lists_in_an_order_that_tells_nothing(asked: OpenPacket) -> None:
    names = [one.item for one in asked.packet.items]
    assert names == sorted(names)


def test_a_packet_carries_the_face_that_was_looked_at(asked: OpenPacket) -> None:
    faces = {one.candidate.id: one.crop for one in asked.packet.items}
    assert faces == {ITEMS[0].id: FACE, ITEMS[1].id: None, ITEMS[2].id: None, ITEMS[3].id: None}


def test_only_the_officer_it_is_for_opens_a_packet(asked: OpenPacket) -> None:
    with pytest.raises(packet_files.PacketPassphrase):
        packet_files.open_packet(asked.path, CLEO)
    with pytest.raises(packet_files.PacketPassphrase):
        packet_files.open_packet(asked.path, ADA)


def test_a_packet_with_somebody_elses_slot_in_front_does_not_open(desk: Desk, asked: OpenPacket) -> None:
    slot = json.dumps(desk.vault.officer_slot(key_of(desk, "Cleo"))).encode()
    sealed = asked.path.read_bytes().split(b"\n", 2)[2]
    asked.path.write_bytes(packet_files.PACKET + slot + b"\n" + sealed)
    with pytest.raises(packet_files.PacketDamaged):
        packet_files.open_packet(asked.path, CLEO)


def test_a_packet_is_what_its_slot_says_or_does_not_open(desk: Desk, asked: OpenPacket) -> None:
    """Sealed to the right officer by somebody who knows the public key alone."""
    slot, own = desk.vault.officer_slot(key_of(desk, "Ben")), desk.vault.officer_recipient(key_of(desk, "Ben"))
    for packet in (
        replace(asked.packet, vault="another"),
        replace(asked.packet, officer=key_of(desk, "Cleo")),
        replace(asked.packet, plan=PacketPlan("0", "0", {}, Plan("2026-009", "2026-11-05", ()))),
    ):
        asked.path.write_bytes(packet_files.seal_packet(packet, slot, own))
        with pytest.raises(packet_files.PacketDamaged):
            packet_files.open_packet(asked.path, BEN)


def test_what_was_changed_in_the_log_is_handed_to_nobody(desk: Desk, ref: str, tmp_path: Path) -> None:
    folder, db = desk.vault.folder, desk.vault.db.conn
    db.execute("DROP TRIGGER entries_are_fixed")
    db.execute("UPDATE entries SET signature = zeroblob(64) WHERE kind = 'identity'")
    db.commit()
    desk.close()
    with Desk.open(folder, ADA) as again, pytest.raises(LogDamaged):
        packets.hand_over_case(again, ref, "Ben", tmp_path / "p", For.REVIEW)
    assert not (tmp_path / "p").exists()


def test_in_the_clear_stands_the_format_and_the_officers_slot_alone(desk: Desk, asked: OpenPacket) -> None:
    name, slot, sealed = asked.path.read_bytes().split(b"\n", 2)
    assert name + b"\n" == packet_files.PACKET
    assert json.loads(slot) == desk.vault.officer_slot(key_of(desk, "Ben"))
    assert sealed.startswith(b"age-encryption.org/")


def test_a_packet_holds_no_other_case(desk: Desk, ref: str, tmp_path: Path) -> None:
    decided(desk, "2026-002")
    packets.hand_over_case(desk, ref, "Ben", tmp_path / "p", For.REVIEW)
    text = json.dumps(_plain(packet_files.open_packet(tmp_path / "p", BEN)))
    assert "2026-001" in text
    assert desk.case("2026-002").id not in text
    assert "2026-002" not in text


def test_nothing_is_handed_to_whom_decided_first(desk: Desk, ref: str, tmp_path: Path) -> None:
    with pytest.raises(packets.NothingWaits):
        packets.hand_over_case(desk, ref, "Ada", tmp_path / "p", For.REVIEW)
    assert not (tmp_path / "p").exists()


def test_nothing_is_handed_to_somebody_who_is_no_officer_now(desk: Desk, ref: str, tmp_path: Path) -> None:
    desk.vault.remove_officer("Ben")
    for name in ("Ben", "Nobody"):
        with pytest.raises(OfficerMissing):
            packets.hand_over_case(desk, ref, name, tmp_path / "p", For.REVIEW)


def test_what_the_officer_would_be_refused_here_is_not_handed_over(desk: Desk, ref: str, tmp_path: Path) -> None:
    desk.act(Draft(Kind.CLOSED, {"state": "closed", "open": {}}, {"reason": ""}), ref)
    with pytest.raises(refusals.CaseOver):
        packets.hand_over_case(desk, ref, "Ben", tmp_path / "p", For.REVIEW)


def test_a_file_that_stands_there_is_not_written_over(desk: Desk, ref: str, asked: OpenPacket) -> None:
    with pytest.raises(DeskError):
        packets.hand_over_case(desk, ref, "Ben", asked.path, For.REVIEW)


@pytest.mark.parametrize("data", [b"", b"something else", packet_files.ANSWER + b"x"])
def test_what_is_no_packet_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(packet_files.NoPacket):
        packet_files.open_packet(tmp_path / "x", BEN)


def test_every_damaged_byte_of_a_packet_is_noticed(asked: OpenPacket) -> None:
    whole = asked.path.read_bytes()
    first = whole.index(b"\n", len(packet_files.PACKET)) + 1
    for at in (first, first + 200, len(whole) - 1):
        asked.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(packet_files.PacketDamaged):
            packet_files.open_packet(asked.path, BEN)
    asked.path.write_bytes(packet_files.PACKET + b"{}\nx")
    with pytest.raises(packet_files.PacketDamaged):
        packet_files.open_packet(asked.path, BEN)


def test_pictures_are_written_where_the_officer_asks_for_them(asked: OpenPacket, tmp_path: Path) -> None:
    written = packet_work.write_pictures(asked, tmp_path / "pictures")
    assert [path.read_bytes() for path in written] == [FACE]


# Words elsewhere


def test_words_are_kept_beside_the_packet_until_they_are_signed(asked: OpenPacket) -> None:
    first, second = asked.packet.items[:2]
    packet_work.decide(asked, {first.candidate.id: Said(Verdict.UNSURE)})
    packet_work.decide(asked, {second.candidate.id: Said(Verdict.SAME), first.candidate.id: Said(Verdict.DIFFERENT)})
    said = packet_work.progress(packet_files.open_packet(asked.path, BEN))
    assert said.words == {first.candidate.id: Said(Verdict.DIFFERENT), second.candidate.id: Said(Verdict.SAME)}
    assert len(packet_work.open_items(asked, said)) == 2


def test_what_is_kept_beside_the_packet_is_readable_for_the_officer_alone(asked: OpenPacket, tmp_path: Path) -> None:
    packet_work.decide(asked, {asked.packet.items[0].candidate.id: Said(Verdict.SAME, "the chin")})
    (kept,) = tmp_path.glob("*.progress")
    assert kept.read_bytes().startswith(b"age-encryption.org/")


def test_words_come_from_a_table(asked: OpenPacket, tmp_path: Path) -> None:
    one, two = (item.candidate.id for item in asked.packet.items[:2])
    table = tmp_path / "words.csv"
    table.write_text(f"item,verdict,reason\n{one},same,the chin\n{two},different,\n", encoding="utf-8")
    said = packet_work.decide(asked, packet_work.words_from(table))
    assert said.words == {one: Said(Verdict.SAME, "the chin"), two: Said(Verdict.DIFFERENT)}


@pytest.mark.parametrize("text", ["item,verdict\nx,perhaps\n", "item\nx\n", "a,b\n1,2\n"])
def test_a_table_with_something_else_in_it_is_refused_whole(text: str, tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text(text, encoding="utf-8")
    with pytest.raises(packet_work.WordsUnreadable):
        packet_work.words_from(tmp_path / "words.csv")


def test_a_word_on_something_else_is_refused_and_none_is_kept(asked: OpenPacket) -> None:
    good = asked.packet.items[0].candidate.id
    with pytest.raises(packet_work.NotInPacket):
        packet_work.decide(asked, {good: Said(Verdict.SAME), "nothing": Said(Verdict.SAME)})
    assert packet_work.progress(asked).words == {}


def test_without_a_word_there_is_no_answer(asked: OpenPacket, tmp_path: Path) -> None:
    with pytest.raises(packet_work.NothingToAnswer):
        packet_work.answer_review(asked, tmp_path / "answer")


def test_a_signed_word_is_not_replaced(asked: OpenPacket, tmp_path: Path) -> None:
    answered(asked, tmp_path / "answer")
    with pytest.raises(packet_work.AnsweredAlready):
        packet_work.decide(asked, every_word(asked, Verdict.DIFFERENT))


def test_a_packet_for_review_approves_nothing(asked: OpenPacket, tmp_path: Path) -> None:
    with pytest.raises(packet_work.NotAskedFor):
        packet_work.approve(asked, tmp_path / "answer")


# Taken in: reviews


def test_a_second_review_by_packet_counts_and_says_that_it_was_blind(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    taken = packets.take_in(desk, ref, answered(asked, tmp_path / "answer"))
    assert [(one.kind, one.officer, one.items) for one in taken] == [(Kind.SECOND_REVIEW, "Ben", 4)]
    case = desk.case(ref)
    assert case.second_review(only_same=True) == (0, 0)
    assert case.second_review(only_same=False) == (0, 2)
    entry = desk.vault.log.entry(case.head)
    assert entry.act.open["how"] == "packet"
    assert entry.act.officer == key_of(desk, "Ben")
    assert entry.writer == key_of(desk, "Ada")
    assert desk.vault.problems() == []


def test_what_was_said_elsewhere_is_read_like_what_was_said_here(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    packets.take_in(desk, ref, answered(asked, tmp_path / "answer"))
    rows = {row.value["id"]: row.value for row in desk.vault.log.rows(desk.case(ref).head)}
    assert {one.id for one in ITEMS} == set(rows)
    assert rows[ITEMS[0].id]["reason"] == "the chin"
    assert desk.vault.log.blob(rows[ITEMS[0].id]["crop"]) == FACE


def test_an_answer_dated_before_what_was_written_meanwhile_is_no_finding(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    answer = answered(asked, tmp_path / "answer")
    desk.vault.log.clock = lambda: "2099-01-01T00:00:00Z"
    say(desk, ref, "same", ITEMS[0])
    packets.take_in(desk, ref, answer)
    assert desk.vault.problems() == []


def test_the_same_answer_counts_once(desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path) -> None:
    answer = answered(asked, tmp_path / "answer")
    packets.take_in(desk, ref, answer)
    size = desk.vault.log.size
    with pytest.raises(refusals.TakenTwice):
        packets.take_in(desk, ref, answer)
    assert desk.vault.log.size == size


def test_an_act_put_into_the_log_a_second_time_changes_nothing_and_is_found(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    answer = answered(asked, tmp_path / "answer")
    packets.take_in(desk, ref, answer)
    with acting(desk, BEN):
        say(desk, ref, "different", ITEMS[0], kind=Kind.SECOND_REVIEW)
    (signed,) = packet_files.open_answer(answer, desk.vault.identity).acts
    with desk.vault.transaction():
        desk.vault.log.take(signed, desk.vault.signer)
    item = desk.case(ref).item(desk.name(ref, ITEMS[0].id))
    assert item is not None
    assert item.disputed
    assert "log.forbidden" in {one.code for one in desk.vault.problems()}


def test_a_later_answer_holds_what_came_later_and_what_was_sent_before(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    words = every_word(asked)
    first = dict(list(words.items())[:1])
    packet_work.decide(asked, first)
    packet_work.answer_review(asked, tmp_path / "one")
    packet_work.decide(asked, {item: said for item, said in words.items() if item not in first})
    packet_work.answer_review(asked, tmp_path / "two")
    assert [one.items for one in packets.take_in(desk, ref, tmp_path / "one")] == [1]
    assert [one.items for one in packets.take_in(desk, ref, tmp_path / "two")] == [3]
    with pytest.raises(refusals.TakenTwice):
        packets.take_in(desk, ref, tmp_path / "one")


def test_a_word_from_elsewhere_replaces_no_newer_one(desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path) -> None:
    answer = answered(asked, tmp_path / "answer")
    with acting(desk, BEN):
        say(desk, ref, "different", ITEMS[0], kind=Kind.SECOND_REVIEW)
    with pytest.raises(refusals.ReviewedSince):
        packets.take_in(desk, ref, answer)


def test_a_second_word_on_what_is_decided_no_longer_is_refused(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    answer = answered(asked, tmp_path / "answer")
    desk.act(Draft(Kind.UNDONE, {"act": desk.case(ref).undoable[0][0]}), ref)
    size = desk.vault.log.size
    with pytest.raises(refusals.NothingToReviewTwice):
        packets.take_in(desk, ref, answer)
    assert desk.vault.log.size == size
    assert desk.vault.problems() == []


def test_the_word_of_an_officer_who_was_removed_meanwhile_is_refused(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    answer = answered(asked, tmp_path / "answer")
    desk.vault.remove_officer("Ben")
    with pytest.raises(refusals.NotAnOfficer):
        packets.take_in(desk, ref, answer)


def test_a_third_officer_settles_elsewhere_what_two_see_differently(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    packets.take_in(desk, ref, answered(asked, tmp_path / "answer", Verdict.DIFFERENT))
    packets.hand_over_case(desk, ref, "Cleo", tmp_path / "cleo", For.REVIEW)
    third = packet_files.open_packet(tmp_path / "cleo", CLEO)
    assert {one.candidate.id for one in third.packet.items if one.settles} == {ITEMS[0].id, ITEMS[1].id}
    taken = packets.take_in(desk, ref, answered(third, tmp_path / "settled", Verdict.SAME))
    assert Kind.SETTLED in {one.kind for one in taken}
    assert desk.case(ref).second_review(only_same=True) == (0, 0)
    assert desk.vault.problems() == []


# Taken in: approvals


def test_a_plan_is_approved_elsewhere(desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path) -> None:
    plan = planned(desk, ref)
    asked = to_approve(desk, ref, tmp_path)
    assert asked.packet.plan is not None
    assert asked.packet.plan.plan == plan
    packet_work.approve(asked, tmp_path / "answer")
    taken = packets.take_in(desk, ref, tmp_path / "answer")
    assert [(one.kind, one.officer) for one in taken] == [(Kind.APPROVED, "Ben")]
    assert desk.case(ref).approvers == [key_of(desk, "Ben")]
    assert desk.vault.problems() == []
    assert indexes


def test_an_approval_of_what_has_changed_since_is_refused(
    desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path
) -> None:
    planned(desk, ref)
    packet_work.approve(to_approve(desk, ref, tmp_path), tmp_path / "answer")
    by_hand.say_facts(desk, ref, identifiers="somebody else")
    with pytest.raises(refusals.BasisChanged):
        packets.take_in(desk, ref, tmp_path / "answer")
    assert indexes
    assert desk.case(ref).approvers == []


def test_an_approval_is_refused_when_an_index_is_another_now_whatever_it_says(
    desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path
) -> None:
    planned(desk, ref)
    packet_work.approve(to_approve(desk, ref, tmp_path), tmp_path / "answer")
    indexes[INDEX] = 2
    with pytest.raises(refusals.BasisChanged):
        packets.take_in(desk, ref, tmp_path / "answer")


def test_an_approval_counts_for_the_very_act_that_made_the_plan(
    desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path
) -> None:
    plan = planned(desk, ref)
    packet_work.approve(to_approve(desk, ref, tmp_path), tmp_path / "answer")
    desk.act(Draft(Kind.PLAN_WITHDRAWN, {"plan": plan.digest}), ref)
    assert planned(desk, ref).digest == plan.digest
    with pytest.raises(refusals.PlanMissing):
        packets.take_in(desk, ref, tmp_path / "answer")
    assert indexes


def test_approving_twice_signs_once(desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path) -> None:
    planned(desk, ref)
    asked = to_approve(desk, ref, tmp_path)
    one, two = (packet_work.approve(asked, tmp_path / name).acts for name in ("one", "two"))
    assert [act.signature for act in one] == [act.signature for act in two]
    assert indexes


def test_a_plan_is_not_handed_to_whom_the_policy_forbids_to_approve_it(
    desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path
) -> None:
    policy = replace(desk.vault.policy, approver_not_decider=True)
    desk.act(Draft(Kind.POLICY, {"policy": policy.as_open(), "proposal": ""}))
    planned(desk, ref)
    with pytest.raises(refusals.ApproverDecided):
        packets.hand_over_case(desk, ref, "Ada", tmp_path / "p", For.APPROVAL)
    assert indexes


def test_without_a_plan_there_is_nothing_to_approve(
    desk: Desk, ref: str, indexes: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(refusals.PlanMissing):
        packets.hand_over_case(desk, ref, "Ben", tmp_path / "p", For.APPROVAL)
    assert indexes


# What is no answer, and what was changed on the way


def test_what_is_no_answer_is_said_to_be_none(desk: Desk, ref: str, asked: OpenPacket) -> None:
    with pytest.raises(packet_files.NoAnswer):
        packets.take_in(desk, ref, asked.path)


def test_an_answer_is_taken_in_by_its_own_case_and_vault_alone(desk: Desk, asked: OpenPacket, tmp_path: Path) -> None:
    answer = answered(asked, tmp_path / "answer")
    decided(desk, "2026-002")
    with pytest.raises(packet_files.AnswerOtherCase):
        packets.take_in(desk, "2026-002", answer)
    other, _ = Desk.create(tmp_path / "other", "Other", "Ada", ADA)
    with other:
        decided(other)
        with pytest.raises(packet_files.AnswerElsewhere):
            packets.take_in(other, "2026-001", answer)


def test_an_answer_that_names_another_vault_or_case_is_refused(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    (signed,) = packet_work.answer_review(_with_words(asked), tmp_path / "true").acts
    with pytest.raises(packet_files.AnswerElsewhere):
        packets.take_in(desk, ref, answer_with(desk, ref, tmp_path / "a", signed, vault="other"))
    decided(desk, "2026-002")
    other = desk.case("2026-002").id
    with pytest.raises(NotAsSigned):
        packets.take_in(desk, "2026-002", answer_with(desk, ref, tmp_path / "b", signed, case=other))


def _with_words(asked: OpenPacket) -> OpenPacket:
    packet_work.decide(asked, every_word(asked))
    return asked


def test_a_damaged_answer_is_refused(desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path) -> None:
    answer = answered(asked, tmp_path / "answer")
    answer.write_bytes(answer.read_bytes()[:-1] + b"x")
    with pytest.raises(packet_files.AnswerElsewhere):
        packets.take_in(desk, ref, answer)
    for content in (b"{}", b"no json", b'{"vault":"v","case":"c","acts":[{}]}'):
        answer.write_bytes(packet_files.ANSWER + packet_files.seal(content, desk.vault.public_key))
        with pytest.raises(packet_files.PacketDamaged):
            packets.take_in(desk, ref, answer)
    with pytest.raises(packet_files.PacketDamaged):
        packets.take_in(desk, ref, answer_with(desk, ref, answer))


def _other_word(signed: SignedAct) -> SignedAct:
    (row, salt), *rest = signed.rows
    return replace(signed, rows=((replace(row, word="unsure"), salt), *rest))


def _other_value(signed: SignedAct) -> SignedAct:
    (row, salt), *rest = signed.rows
    return replace(signed, rows=((replace(row, value={**row.value, "reason": "another"}), salt), *rest))


def _other_salt(signed: SignedAct) -> SignedAct:
    (row, _), *rest = signed.rows
    return replace(signed, rows=((row, bytes(32)), *rest))


def _no_salt(signed: SignedAct) -> SignedAct:
    (row, _), *rest = signed.rows
    return replace(signed, rows=((row, None), *rest))


def _row_less(signed: SignedAct) -> SignedAct:
    return replace(signed, rows=signed.rows[1:])


def _other_act(signed: SignedAct) -> SignedAct:
    return replace(signed, act=replace(signed.act, time="2026-01-01T00:00:00Z"))


def _other_signature(signed: SignedAct) -> SignedAct:
    return replace(signed, signature="00" * 64)


def _no_signature(signed: SignedAct) -> SignedAct:
    return replace(signed, signature="none")


def _field_more(signed: SignedAct) -> SignedAct:
    return replace(signed, kept={"more": (bytes(32), '"x"')})


@pytest.mark.parametrize(
    "change",
    [
        _other_word, _other_value, _other_salt, _no_salt, _row_less, _other_act, _other_signature, _no_signature,
        _field_more,
    ],
)  # fmt: skip
def test_whatever_was_changed_on_the_way_is_noticed(
    change: Callable[[SignedAct], SignedAct], desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    (signed,) = packet_work.answer_review(_with_words(asked), tmp_path / "true").acts
    size = desk.vault.log.size
    with pytest.raises(NotAsSigned):
        packets.take_in(desk, ref, answer_with(desk, ref, tmp_path / "changed", change(signed)))
    assert desk.vault.log.size == size
    assert desk.vault.problems() == []


def _signed(desk: Desk, ref: str, asked: OpenPacket, kind: Kind, open_: dict[str, object], value: object) -> SignedAct:
    """What Ben himself signs by other means."""
    rows = [Row(desk.name(ref, ITEMS[0].id), "same", value)]
    return sign(Draft(kind, open_, rows=rows), asked.packet.vault, asked.packet.case, keys_of(asked))


def test_a_validly_signed_act_that_no_packet_asks_for_is_refused(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path
) -> None:
    good = {"how": "packet", "head": 1}
    value = _value(ITEMS[0])
    decided(desk, "2026-002")
    for signed in (
        _signed(desk, ref, asked, Kind.DECIDED, {}, value),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, {"how": "program", "head": 1}, value),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, {"how": "packet"}, value),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, None),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, _value(ITEMS[1])),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "more": 1}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "address": "somewhere"}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "id": ITEMS[1].id}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "reason": 1}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "face": "0"}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "crop": {"blob": "0", "digest": "0"}}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "crop": _kept(desk, "2026-002")}),
        _signed(desk, ref, asked, Kind.SECOND_REVIEW, good, {**value, "crop": {**_kept(desk, ref), "digest": "0"}}),
    ):
        with pytest.raises(NotAsSigned):
            packets.take_in(desk, ref, answer_with(desk, ref, tmp_path / "answer", signed))


def _kept(desk: Desk, ref: str) -> dict[str, str]:
    """A picture that the vault keeps in a case."""
    with desk.vault.transaction():
        return desk.vault.log.put_blob(desk.case(ref).id, b"a picture").as_value()


def _value(one: Candidate) -> dict[str, object]:
    from dsr_desk.core import codec

    return {"id": one.id, "reason": "", "crop": None, "address": codec.plain(one.address), "face": 0}


def test_free_text_in_the_open_is_not_taken_in(desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path) -> None:
    (signed,) = packet_work.answer_review(_with_words(asked), tmp_path / "true").acts
    told = replace(signed.act, open={**signed.act.open, "note": "It is Wilma!"})
    again = replace(signed, act=told, signature=keys_of(asked).signing_key.sign(told.signed).hex())
    with pytest.raises(NotAsSigned):
        packets.take_in(desk, ref, answer_with(desk, ref, tmp_path / "answer", again))


@pytest.mark.usefixtures("real_cells")
def test_a_packet_or_an_answer_that_ends_a_cell_is_damaged(
    desk: Desk, ref: str, asked: OpenPacket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = answered(asked, tmp_path / "answer")
    for name in ("slot_in", "packet_in"):
        with monkeypatch.context() as patch:
            patch.setattr(packet_files, name, planted.fault)
            with pytest.raises(packet_files.PacketDamaged):
                packet_files.open_packet(asked.path, BEN)
    monkeypatch.setattr(packet_files, "is_answer", deeds.crash)
    with pytest.raises(packet_files.PacketDamaged):
        packets.take_in(desk, ref, answer)
