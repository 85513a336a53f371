"""What the desk goes by: before an act that rests on proof every signature was verified, and nothing came between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.app.desk import RESTS_ON_PROOF, CaseMissing, Desk
from dsr_desk.core.acts import Draft, Entry, Kind, Row
from dsr_desk.core.changes import Topic
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import CandidateMissing, CaseOver
from dsr_desk.storage.log import EntrySigner
from dsr_desk.storage.log_reading import LogDamaged
from dsr_desk.storage.signed_acts import NotAsSigned, sign
from hand_made import ANN, BOB, REF, ByHand, quick

OTHER = "2026-002"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two officers, and a case that is decided and not planned."""
    quick(monkeypatch)
    desk, _ = Desk.create(tmp_path / "vault", "Example Ltd", "Ann", ANN)
    desk.vault.add_officer("Bob", BOB)
    hand = ByHand(desk)
    hand.open()
    hand.search("a", "b", "c")
    for item, verdict in (("a", "same"), ("b", "different"), ("c", "same")):
        hand.decide(item, verdict)
    yield desk
    desk.close()


def anew(desk: Desk) -> Desk:
    folder = desk.vault.folder
    desk.close()
    return Desk.open(folder, ANN)


def damage(desk: Desk, statement: str, *values: Any) -> None:
    """As somebody does who has the key of the database."""
    db = desk.vault.db.conn
    for name in ("entries_stay", "entries_are_fixed"):
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
    db.execute(statement, list(values))
    db.commit()


def sneak(desk: Desk, draft: Draft, ref: str = REF, signer: EntrySigner | None = None, **more: Any) -> Entry:
    """Writes an act past the desk."""
    with desk.vault.transaction():
        case = desk.case(ref).id if ref else ""
        return desk.vault.log.append(draft, signer or desk.vault.signer, case, **more)


def forge_signature(desk: Desk, kind: Kind = Kind.IDENTITY) -> None:
    damage(desk, "UPDATE entries SET signature = zeroblob(64) WHERE kind = ?", kind.value)


# Which acts rest on proof


def _approve(desk: Desk) -> object:
    return ByHand(desk).approve()


def _begin(desk: Desk) -> object:
    return ByHand(desk).begin()


def _hand_over(desk: Desk) -> object:
    hand = ByHand(desk)
    return hand.act(Kind.HANDED_OVER, {"plan": hand.digest, "key": "00", "indexes": hand.indexes}, basis=hand.basis)


def _seal(desk: Desk) -> object:
    return ByHand(desk).act(Kind.SEALING, {"requester": True, "regulators": 0})


def _swear(desk: Desk) -> object:
    return ByHand(desk).act(Kind.SWORN, {"form": "within-us"})


def _forget(desk: Desk) -> object:
    return ByHand(desk).act(Kind.FORGOTTEN, {"what": "references", "count": 0, "entries": [], "blobs": []})


RESTING: dict[Kind, Callable[[Desk], object]] = {
    Kind.APPROVED: _approve, Kind.BEGUN: _begin, Kind.HANDED_OVER: _hand_over, Kind.SEALING: _seal,
    Kind.SWORN: _swear, Kind.FORGOTTEN: _forget,
}  # fmt: skip


def ready(desk: Desk, kind: Kind) -> None:
    """As far as the act is the next one."""
    hand = ByHand(desk)
    if kind in (Kind.APPROVED, Kind.BEGUN, Kind.HANDED_OVER):
        hand.plan("a", "c")
    if kind in (Kind.BEGUN, Kind.HANDED_OVER):
        hand.approve()


def test_whatever_cannot_be_taken_back_rests_on_proof() -> None:
    assert set(RESTING) == RESTS_ON_PROOF


@pytest.mark.parametrize("kind", RESTING)
def test_an_act_that_rests_on_proof_is_refused_over_a_signature_that_does_not_hold(desk: Desk, kind: Kind) -> None:
    ready(desk, kind)
    forge_signature(desk)
    with anew(desk) as again:
        size = again.vault.log.size
        with pytest.raises(LogDamaged):
            RESTING[kind](again)
        assert again.vault.log.size == size


@pytest.mark.parametrize("kind", RESTING)
def test_it_goes_through_where_every_signature_holds(desk: Desk, kind: Kind) -> None:
    ready(desk, kind)
    with anew(desk) as again:
        RESTING[kind](again)
        assert again.vault.log.entry(again.vault.log.size - 1).kind is kind


def test_the_officers_are_proven_too(desk: Desk) -> None:
    ready(desk, Kind.APPROVED)
    forge_signature(desk, Kind.OFFICER_ADDED)
    with anew(desk) as again, pytest.raises(LogDamaged):
        _approve(again)


@pytest.mark.parametrize("case", [True, False], ids=["in the case", "on the vault"])
def test_what_a_key_of_nobody_wrote_in_proves_nothing(desk: Desk, case: bool) -> None:
    """Ann's act, written in by a key that was never an officer's."""
    hand, log = ByHand(desk), desk.vault.log
    ready(desk, Kind.APPROVED)
    stranger = desk.vault.ring.copy().add_officer("the stranger's passphrase")
    signer = EntrySigner(stranger.signing_key, stranger.public_key.hex())
    draft = Draft(Kind.SCORE_SHOWN, {"item": hand.name("a")}) if case else Draft(Kind.COLUMNS)
    signed = sign(draft, log.vault, desk.case(REF).id if case else "", desk.vault.ring.open_officer(ANN))
    with desk.vault.transaction():
        log.take(signed, signer)
    with anew(desk) as again, pytest.raises(LogDamaged):
        _approve(again)


def test_a_list_that_calls_another_case_by_the_name_proves_nothing(desk: Desk) -> None:
    """Whoever exchanges two cases in the list does not have the one approved in the other's name."""
    ByHand(desk, OTHER).open()
    ready(desk, Kind.APPROVED)
    damage(desk, "DELETE FROM snapshots")
    damage(desk, "UPDATE case_list SET ref = 'x' WHERE ref = ?", REF)
    damage(desk, "UPDATE case_list SET ref = ? WHERE ref = ?", REF, OTHER)
    with anew(desk) as again, pytest.raises(CaseMissing):
        again.proven(REF)


def test_a_snapshot_that_bears_another_name_is_not_the_proven_case(desk: Desk) -> None:
    ByHand(desk, OTHER).open()
    damage(desk, "DELETE FROM snapshots")
    other = desk.case(OTHER)
    other.ref = "2026-009"
    damage(desk, "INSERT INTO snapshots VALUES (?, ?, ?)", other.id, other.head, other.dump())
    damage(desk, "UPDATE case_list SET ref = '2026-009' WHERE ref = ?", OTHER)
    with anew(desk) as again, pytest.raises(CaseMissing):
        again.proven("2026-009")


# What makes a proof void


def test_what_somebody_else_wrote_meanwhile_is_verified_before_the_next_act(desk: Desk) -> None:
    ready(desk, Kind.APPROVED)
    desk.proven(REF)
    other = EntrySigner(desk.vault.ring.open_officer(BOB).signing_key, desk.vault.signer.public)
    sneak(desk, Draft(Kind.SCORE_SHOWN, {"item": "x"}), signer=other)
    with pytest.raises(LogDamaged):
        _approve(desk)


def test_what_somebody_else_wrote_in_another_case_is_no_leave_for_this_one(desk: Desk) -> None:
    """Damage of proven entries is noticed as soon as anything was written beside the desk."""
    ready(desk, Kind.APPROVED)
    ByHand(desk, OTHER).open()
    desk.proven(REF)
    forge_signature(desk)
    sneak(desk, Draft(Kind.SCORE_SHOWN, {"item": "x"}), OTHER)
    with pytest.raises(LogDamaged):
        _approve(desk)


def test_officers_that_somebody_else_wrote_meanwhile_are_verified_before_the_next_act(desk: Desk) -> None:
    ready(desk, Kind.APPROVED)
    desk.proven(REF)
    forge_signature(desk, Kind.OFFICER_ADDED)
    sneak(desk, Draft(Kind.COLUMNS), "")
    with pytest.raises(LogDamaged):
        _approve(desk)


def test_an_own_act_does_not_cover_what_somebody_else_wrote_before_it(desk: Desk) -> None:
    ready(desk, Kind.APPROVED)
    ByHand(desk, OTHER).open()
    desk.proven(REF)
    forge_signature(desk)
    sneak(desk, Draft(Kind.SCORE_SHOWN, {"item": "x"}), OTHER)
    desk.act(Draft(Kind.COLUMNS))
    with pytest.raises(LogDamaged):
        _approve(desk)


def test_own_acts_keep_the_proof(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(desk, Kind.APPROVED)
    desk.proven(REF)

    def verified(*_: object) -> None:
        raise AssertionError("verified again")

    monkeypatch.setattr(desk, "_verified_case", verified)
    desk.act(Draft(Kind.COLUMNS))
    ByHand(desk).act(Kind.SCORE_SHOWN, {"item": ByHand(desk).name("a")})
    _approve(desk)


def test_a_step_that_failed_is_not_in_the_fold(desk: Desk) -> None:
    hand = ByHand(desk)

    def both() -> None:
        with desk.vault.transaction():
            hand.decide("b", "same")
            hand.decide("nobody", "same")

    with pytest.raises(CandidateMissing):
        both()
    case = desk.case(REF).item(hand.name("b"))
    assert case is not None
    assert case.verdict == "different"


# What windows hear of


def test_a_change_says_what_to_refresh_and_carries_the_act_that_takes_it_back(desk: Desk) -> None:
    hand = ByHand(desk)
    rows = [Row(hand.name("b"), "same", {"id": "b"})]
    change = desk.act(Draft(Kind.DECIDED, {}, {}, rows), REF, subject="b")
    assert (change.kinds, change.case, change.subject) == ({Kind.DECIDED}, REF, "b")
    assert change.topics >= {Topic.REVIEW, Topic.JOURNAL}
    assert change.undo is not None
    back = desk.act(change.undo, REF)
    assert (back.kinds, back.undo) == ({Kind.UNDONE}, None)
    item = desk.case(REF).item(hand.name("b"))
    assert item is not None
    assert item.verdict == "different"


def test_a_refused_link_is_taken_back_by_taking_the_link_as_it_was(desk: Desk) -> None:
    hand = ByHand(desk)
    said = {"item": hand.name("a"), "linked": hand.name("b"), "refused": True}
    change = desk.act(Draft(Kind.LINK, said, {"item": "a", "linked": "b"}), REF)
    assert change.undo is not None
    back = desk.act(change.undo, REF)
    assert back.undo is None
    assert desk.values(back.entry) == {"item": "a", "linked": "b"}
    assert desk.vault.log.entry(back.entry).act.open["refused"] is False


def test_news_is_all_that_was_written_by_whatever_wrote_it(desk: Desk) -> None:
    before = desk.vault.log.size - 1
    assert desk.news(before) is None
    ByHand(desk).decide("b", "same")
    desk.vault.add_officer("Carol", "a passphrase of Carol's own")
    news = desk.news(before)
    assert news is not None
    assert (news.kinds, news.entry) == ({Kind.DECIDED, Kind.OFFICER_ADDED}, before + 2)
    assert news.topics >= {Topic.REVIEW, Topic.OFFICERS}
    assert desk.news(news.entry) is None


# Whatever is written asks the rules


def test_nothing_is_written_that_the_rules_refuse(desk: Desk) -> None:
    ByHand(desk).close()
    size = desk.vault.log.size
    with pytest.raises(CaseOver):
        ByHand(desk).right("erasure")
    assert desk.vault.log.size == size


def test_the_rules_see_rows_that_can_be_read_once_alone_too(desk: Desk) -> None:
    hand, size = ByHand(desk), desk.vault.log.size
    draft = Draft(Kind.DECIDED, {}, {}, iter([Row(hand.name("nobody"), "same")]))
    with pytest.raises(CandidateMissing):
        desk.act(draft, REF)
    assert desk.vault.log.size == size


def test_a_stricter_policy_shows_in_the_list_of_cases_at_once(desk: Desk) -> None:
    ready(desk, Kind.BEGUN)
    desk.act(Draft(Kind.POLICY, {"policy": Policy(approvals=2).as_open(), "proposal": ""}))
    assert desk.vault.problems() == []


# Acts that were signed elsewhere


def elsewhere(desk: Desk, draft: Draft, ref: str = REF) -> Any:
    return sign(draft, desk.vault.log.vault, desk.case(ref).id, desk.vault.ring.open_officer(BOB))


def test_an_act_is_taken_in_its_own_case_alone(desk: Desk) -> None:
    ByHand(desk, OTHER).open()
    with pytest.raises(NotAsSigned):
        desk.take(REF, elsewhere(desk, Draft(Kind.SCORE_SHOWN, {"item": "x"}), OTHER))


def test_an_approval_that_is_taken_in_rests_on_proof(desk: Desk) -> None:
    ready(desk, Kind.APPROVED)
    hand = ByHand(desk)
    approval = Draft(Kind.APPROVED, {"plan": hand.digest, "indexes": hand.indexes}, {}, None, hand.basis)
    signed = elsewhere(desk, approval)
    forge_signature(desk)
    with anew(desk) as again, pytest.raises(LogDamaged):
        again.take(REF, signed)


def test_what_is_taken_in_asks_the_rules_of_now(desk: Desk) -> None:
    signed = elsewhere(desk, Draft(Kind.TREATED, {"item": ByHand(desk).name("a"), "as": "mask"}, {"id": "a"}))
    ByHand(desk).close()
    with pytest.raises(CaseOver):
        desk.take(REF, signed)
