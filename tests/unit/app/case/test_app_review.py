"""Review: first, second and third words on candidates, what may be said when, and what is taken back."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import review, review_content
from dsr_desk.app.case.review import SecondItem
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.findings import Verdict
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import (
    CandidateMissing,
    CaseOver,
    NothingToReviewTwice,
    NothingToSettle,
    NothingToUndo,
    ReviewClosed,
    ReviewOpen,
    SecondReviewOpen,
)
from unit.app.by_hand import (
    ADA,
    BEN,
    CLEO,
    acting,
    approve,
    begin,
    candidate,
    erase,
    more_officers,
    open_case,
    plan,
    search,
    verdicts,
)

SAME, DIFFERENT, UNSURE = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE
HERS, STRANGER, THIRD = candidate(1), candidate(2), candidate(3)


@pytest.fixture
def ref(desk: Desk) -> str:
    """A case of an identified person with three candidates."""
    made = open_case(desk)
    search(desk, made, HERS, STRANGER, THIRD)
    return made


def close(desk: Desk, ref: str) -> None:
    desk.act(Draft(Kind.CLOSED, {"state": "closed", "open": {}}, {"reason": ""}), ref)


def approved(desk: Desk, ref: str) -> str:
    """The plan of a reviewed case is approved: one is hers."""
    review.decide(desk, ref, HERS.id, SAME)
    review.decide_many(desk, ref, [STRANGER.id, THIRD.id], DIFFERENT)
    plan(desk, ref, HERS)
    approve(desk, ref)
    return ref


# Candidates


def test_candidates_come_in_bands_and_inside_a_band_in_no_order_of_scores(desk: Desk) -> None:
    ref = open_case(desk)
    close_ones = [candidate(number, expected=0.001 * number) for number in range(2, 8)]
    far, record = candidate(20, expected=50.0), candidate(21)
    search(desk, ref, far, *close_ones, record)
    order = [item.candidate for item in review.review_items(desk, ref)]
    assert (order[0], order[-1]) == (record, far)
    named = sorted(close_ones, key=lambda one: desk.name(ref, one.id))
    assert order[1:-1] == named
    assert [item.number for item in review.review_items(desk, ref)] == list(range(1, 9))


def test_a_narrower_search_removes_no_candidate_and_a_wider_one_joins_in_bands(desk: Desk, ref: str) -> None:
    first = candidate(9, expected=0.01)
    search(desk, ref, first)
    assert {item.candidate.id for item in review.review_items(desk, ref)} == {
        one.id for one in (HERS, STRANGER, THIRD, first)
    }
    assert review.review_items(desk, ref)[-1].candidate == first
    assert len(desk.case(ref).undecided) == 4
    review.decide(desk, ref, HERS.id, SAME)


def test_what_a_later_search_says_of_a_candidate_is_shown(desk: Desk) -> None:
    ref = open_case(desk)
    search(desk, ref, candidate(1, expected=5.0))
    search(desk, ref, candidate(1, expected=0.5))
    (item,) = review.review_items(desk, ref)
    assert item.candidate.reasons[0].expected_strangers == 0.5


def test_many_candidates_are_read_a_search_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = open_case(desk)
    search(desk, ref, *(candidate(number) for number in range(60)))
    search(desk, ref, *(candidate(number) for number in range(40, 80)))
    review.decide_many(desk, ref, [candidate(number).id for number in range(80)], DIFFERENT)

    def one_by_one(*_: object) -> None:
        raise AssertionError("a query for each candidate")

    monkeypatch.setattr(type(desk.vault.log), "row", one_by_one)
    items = review.review_items(desk, ref)
    assert len(items) == 80
    assert all(item.decision is not None and item.decision.address == item.candidate.address for item in items)


def test_a_candidate_that_no_search_proposed_cannot_be_decided(desk: Desk, ref: str) -> None:
    with pytest.raises(CandidateMissing, match="no-such-item"):
        review.decide(desk, ref, "no-such-item", SAME)
    with pytest.raises(CandidateMissing):
        review.get_candidate(desk, ref, candidate(7).id)
    with pytest.raises(CandidateMissing):
        review.decide_many(desk, ref, [HERS.id, candidate(7).id], SAME)
    assert review.decisions(desk, ref) == []


def test_the_rules_refuse_it_whoever_writes_the_act(desk: Desk, ref: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "_chosen", lambda *_: {candidate(7).id: candidate(7)})
    with pytest.raises(CandidateMissing, match=candidate(7).id):
        review.decide(desk, ref, candidate(7).id, SAME)


def test_an_act_gives_each_candidate_one_verdict_and_no_other_word(desk: Desk, ref: str) -> None:
    more_officers(desk)
    review.decide_many(desk, ref, [HERS.id, THIRD.id], SAME)
    name, third = desk.name(ref, HERS.id), desk.name(ref, THIRD.id)
    with pytest.raises(CandidateMissing):
        desk.act(Draft(Kind.DECIDED, rows=[Row(name, "same", {}), Row(name, "different", {})]), ref)
    with pytest.raises(CandidateMissing):
        desk.act(Draft(Kind.DECIDED, rows=[Row(name, "probably", {})]), ref)
    with acting(desk, BEN):
        with pytest.raises(NothingToReviewTwice):
            desk.act(Draft(Kind.SECOND_REVIEW, {"how": "program"}, rows=[Row(name, "probably", {})]), ref)
        review.review_again(desk, ref, [THIRD.id], UNSURE)
    with acting(desk, CLEO), pytest.raises(NothingToSettle):
        desk.act(Draft(Kind.SETTLED, rows=[Row(third, "probably", {})]), ref)


# Deciding


def test_a_decision_says_who_when_and_why_and_the_newest_one_counts(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, UNSURE)
    change = review.decide(desk, ref, HERS.id, SAME, "the scar")
    (decision,) = review.decisions(desk, ref)
    assert (decision.verdict, decision.reason, decision.address) == (SAME, "the scar", HERS.address)
    assert decision.officer == desk.vault.officer_key
    assert decision.decided == desk.vault.log.entry(change.entry).act.time
    assert change.subject == HERS.id
    assert [hit.candidate for hit in review.hits(desk, ref)] == [HERS]


def test_many_candidates_are_decided_in_one_act(desk: Desk, ref: str) -> None:
    before = desk.vault.log.size
    review.decide_many(desk, ref, [HERS.id, STRANGER.id, HERS.id], DIFFERENT, "all strangers")
    assert desk.vault.log.size == before + 1
    assert verdicts(desk, ref) == {HERS.id: DIFFERENT, STRANGER.id: DIFFERENT}
    with pytest.raises(CandidateMissing):
        review.decide_many(desk, ref, [], DIFFERENT)


def test_the_face_is_kept_as_it_was_decided_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ref, face = open_case(desk), candidate(1, expected=0.1)
    search(desk, ref, face, STRANGER)
    monkeypatch.setattr(review, "face_crop", lambda _, one: b"JPEG" if one.face is not None else None)
    review.decide_many(desk, ref, [face.id, STRANGER.id], SAME)
    assert list(review_content.decided_faces(desk, ref, desk.case(ref).hits())) == [(face.id, b"JPEG")]
    assert desk.vault.problems() == []


def test_nothing_is_decided_under_an_approved_plan(desk: Desk, ref: str) -> None:
    approved(desk, ref)
    with pytest.raises(ReviewClosed):
        review.decide(desk, ref, STRANGER.id, SAME)
    with pytest.raises(ReviewClosed):
        review.undo_last(desk, ref)
    with pytest.raises(ReviewClosed):
        review.refuse_link(desk, ref, HERS.id, THIRD.id)
    begin(desk, ref)
    with pytest.raises(ReviewClosed):
        review.decide(desk, ref, STRANGER.id, SAME)
    assert verdicts(desk, ref)[STRANGER.id] is DIFFERENT


def test_nothing_is_decided_in_a_case_that_has_ended(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, SAME)
    more_officers(desk)
    close(desk, ref)
    for said in (
        lambda: review.decide(desk, ref, HERS.id, DIFFERENT),
        lambda: review.undo_last(desk, ref),
        lambda: review.refuse_link(desk, ref, HERS.id, THIRD.id),
        lambda: review.settle(desk, ref, [HERS.id], SAME),
    ):
        with pytest.raises(CaseOver):
            said()
    with acting(desk, BEN), pytest.raises(CaseOver):
        review.review_again(desk, ref, [HERS.id], SAME)
    assert verdicts(desk, ref) == {HERS.id: SAME}


def test_unsure_keeps_the_case_from_being_reviewed(desk: Desk, ref: str) -> None:
    review.decide_many(desk, ref, [HERS.id, STRANGER.id], SAME)
    assert not desk.case(ref).reviewed
    review.decide(desk, ref, THIRD.id, UNSURE)
    assert not desk.case(ref).reviewed
    with pytest.raises(ReviewOpen, match=r"0 candidates .* 1 is unsure"):
        plan(desk, ref, HERS, STRANGER)
    review.decide(desk, ref, THIRD.id, DIFFERENT)
    assert desk.case(ref).reviewed
    plan(desk, ref, HERS, STRANGER)


# Taking back


def test_undo_takes_the_newest_decision_back_and_the_one_before_it_counts_again(desk: Desk, ref: str) -> None:
    with pytest.raises(NothingToUndo):
        review.undo_last(desk, ref)
    review.decide(desk, ref, HERS.id, UNSURE)
    review.decide(desk, ref, HERS.id, SAME)
    assert review.undo_last(desk, ref).subject == HERS.id
    assert verdicts(desk, ref) == {HERS.id: UNSURE}
    review.undo_last(desk, ref)
    assert review.decisions(desk, ref) == []
    with pytest.raises(NothingToUndo):
        review.undo_last(desk, ref)


def test_undo_takes_an_act_on_many_back_as_a_whole(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, SAME)
    review.decide_many(desk, ref, [HERS.id, STRANGER.id, THIRD.id], DIFFERENT)
    assert review.undo_last(desk, ref).subject == ""
    assert verdicts(desk, ref) == {HERS.id: SAME}
    assert len(desk.case(ref).undecided) == 2


def test_an_act_that_decided_nothing_cannot_be_undone(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, SAME)
    review.refuse_link(desk, ref, HERS.id, THIRD.id)
    link = list(desk.vault.log.entries(desk.case(ref).id, kinds=[Kind.LINK]))[-1]
    with pytest.raises(NothingToUndo):
        desk.act(Draft(Kind.UNDONE, {"act": link.act.digest}), ref)


def test_a_decision_taken_back_by_another_officer_is_the_newest_and_not_a_second_word_of_others(
    desk: Desk, ref: str
) -> None:
    more_officers(desk)
    review.decide(desk, ref, HERS.id, SAME)
    with acting(desk, BEN):
        review.review_again(desk, ref, [HERS.id], DIFFERENT)
    with acting(desk, CLEO):
        review.undo_last(desk, ref)
    assert review.decisions(desk, ref) == []
    review.decide(desk, ref, HERS.id, SAME)
    with acting(desk, BEN):
        review.review_again(desk, ref, [HERS.id], SAME)
        review.undo_last(desk, ref)
    assert verdicts(desk, ref) == {HERS.id: SAME}
    assert desk.case(ref).second_review(only_same=True) == (0, 1)


# Links and scores


def test_a_refused_link_is_kept_until_it_is_accepted_again(desk: Desk, ref: str) -> None:
    review.refuse_link(desk, ref, HERS.id, "an-item-beside")
    review.refuse_link(desk, ref, HERS.id, "an-item-beside")
    assert review.refused_links(desk, ref) == {(HERS.id, "an-item-beside")}
    review.refuse_link(desk, ref, THIRD.id, HERS.id)
    review.accept_link(desk, ref, HERS.id, "an-item-beside")
    assert review.refused_links(desk, ref) == {(THIRD.id, HERS.id)}


def test_a_link_is_of_a_candidate(desk: Desk, ref: str) -> None:
    with pytest.raises(CandidateMissing, match="no-such-item"):
        review.refuse_link(desk, ref, "no-such-item", HERS.id)
    assert review.refused_links(desk, ref) == frozenset()


def test_looking_at_a_score_before_deciding_is_recorded(desk: Desk, ref: str) -> None:
    change = review.show_scores_early(desk, ref, HERS.id)
    assert desk.vault.log.entry(change.entry).act.open == {"item": desk.name(ref, HERS.id)}


# The second word


def test_what_a_second_officer_gets_has_no_place_for_verdict_score_or_officer() -> None:
    told = {field.name for kind in (SecondItem, review.BareReason) for field in fields(kind)}
    assert not told & {"verdict", "decision", "score", "expected_strangers", "officer", "decided", "reason", "quality"}


def test_a_second_officer_sees_neither_word_nor_score_of_the_first(desk: Desk) -> None:
    ref, face = open_case(desk), candidate(1, expected=0.31337)
    search(desk, ref, face, STRANGER, THIRD)
    more_officers(desk)
    review.decide(desk, ref, face.id, SAME, "reason-of-ada")
    review.decide_many(desk, ref, [STRANGER.id, THIRD.id], DIFFERENT)
    assert review.second_items(desk, ref) == []
    with acting(desk, BEN):
        waiting = review.second_items(desk, ref)
        everything = review.second_items(desk, ref, everything=True)
    text = repr(waiting)
    assert not [one for one in ("0.31337", "reason-of-ada", "Verdict", "unrelated") if one in text]
    assert len(waiting) == 2
    assert face.id in {item.id for item in waiting}
    assert len(everything) == 3
    assert [item.number for item in everything] == [1, 2, 3]


def test_the_hits_stand_among_others_that_stay_the_same_ones(desk: Desk) -> None:
    ref = open_case(desk)
    found = [candidate(number) for number in range(12)]
    search(desk, ref, *found)
    more_officers(desk)
    hers = {one.id for one in found[:3]}
    review.decide_many(desk, ref, sorted(hers), SAME)
    review.decide_many(desk, ref, [one.id for one in found[3:]], DIFFERENT)
    with acting(desk, BEN):
        shown = {item.id for item in review.second_items(desk, ref)}
        assert hers < shown
        assert len(shown) == 6
        review.review_again(desk, ref, [found[0].id], SAME)
        assert {item.id for item in review.second_items(desk, ref)} == shown - {found[0].id}


def test_the_second_word_is_of_another_officer_on_what_was_decided(desk: Desk, ref: str) -> None:
    more_officers(desk)
    review.decide(desk, ref, HERS.id, SAME)
    with pytest.raises(NothingToReviewTwice, match=HERS.id):
        review.review_again(desk, ref, [HERS.id], SAME)
    with acting(desk, BEN):
        with pytest.raises(NothingToReviewTwice, match=STRANGER.id):
            review.review_again(desk, ref, [HERS.id, STRANGER.id], SAME)
        review.review_again(desk, ref, [HERS.id], SAME)
        assert review.second_items(desk, ref) == []
    assert desk.case(ref).second_review(only_same=True) == (0, 0)
    entry = list(desk.vault.log.entries(desk.case(ref).id, kinds=[Kind.SECOND_REVIEW]))[-1]
    assert entry.act.open["how"] == "program"


def test_nothing_can_be_reviewed_twice_or_settled_before_anything_is_decided(desk: Desk, ref: str) -> None:
    more_officers(desk)
    for kind in (Kind.SECOND_REVIEW, Kind.SETTLED):
        refused = desk.refusal(ref, Draft(kind))
        assert refused is not None
        assert refused.code == NothingToReviewTwice.code
    review.decide(desk, ref, HERS.id, SAME)
    assert desk.refusal(ref, Draft(Kind.SECOND_REVIEW)) is None
    assert desk.refusal(ref, Draft(Kind.SETTLED)) is None


def test_no_second_word_is_given_under_an_approved_plan(desk: Desk, ref: str) -> None:
    more_officers(desk)
    review.decide(desk, ref, STRANGER.id, DIFFERENT)
    with acting(desk, BEN):
        review.review_again(desk, ref, [STRANGER.id], SAME)
    approved(desk, ref)
    with acting(desk, BEN), pytest.raises(ReviewClosed):
        review.review_again(desk, ref, [HERS.id], DIFFERENT)
    with acting(desk, CLEO), pytest.raises(ReviewClosed):
        review.settle(desk, ref, [STRANGER.id], SAME)


def test_a_policy_that_asks_for_a_second_review_of_erasures_holds_the_plan_back(desk: Desk, ref: str) -> None:
    more_officers(desk)
    stricter = Policy(second_review_erasure=True)
    desk.act(Draft(Kind.POLICY, {"policy": stricter.as_open(), "proposal": ""}))
    review.decide(desk, ref, HERS.id, SAME)
    review.decide_many(desk, ref, [STRANGER.id, THIRD.id], DIFFERENT)
    with pytest.raises(SecondReviewOpen):
        plan(desk, ref, HERS)
    with acting(desk, BEN):
        review.review_again(desk, ref, [HERS.id], UNSURE)
    with pytest.raises(SecondReviewOpen):
        plan(desk, ref, HERS)
    with acting(desk, CLEO):
        review.settle(desk, ref, [HERS.id], SAME)
    plan(desk, ref, HERS)


# Where two disagree


@pytest.fixture
def disputed(desk: Desk, ref: str) -> str:
    """Ada said same, Ben said different."""
    more_officers(desk)
    review.decide(desk, ref, HERS.id, SAME)
    with acting(desk, BEN):
        review.review_again(desk, ref, [HERS.id], DIFFERENT, "another nose")
    return ref


def test_a_disagreement_is_listed_without_saying_who_said_what(desk: Desk, disputed: str) -> None:
    (ours,) = review.disputes(desk, disputed)
    assert (ours.item.id, ours.yours) == (HERS.id, True)
    with acting(desk, BEN):
        assert [one.yours for one in review.disputes(desk, disputed)] == [True]
    with acting(desk, CLEO):
        (theirs,) = review.disputes(desk, disputed)
        assert (theirs.item.id, theirs.yours) == (HERS.id, False)
        assert "another nose" not in repr(theirs)
        assert review.second_items(desk, disputed) == []


def test_only_a_third_officer_settles_a_disagreement(desk: Desk, disputed: str) -> None:
    with pytest.raises(NothingToSettle, match=HERS.id):
        review.settle(desk, disputed, [HERS.id], SAME)
    with acting(desk, BEN), pytest.raises(NothingToSettle):
        review.settle(desk, disputed, [HERS.id], DIFFERENT)
    with acting(desk, CLEO):
        review.settle(desk, disputed, [HERS.id], DIFFERENT, "the ears")
    assert review.disputes(desk, disputed) == []
    (decision,) = review.decisions(desk, disputed)
    assert (decision.verdict, decision.reason) == (DIFFERENT, "the ears")
    assert desk.vault.officer_names()[decision.officer] == "Cleo"


def test_nothing_is_settled_where_nobody_disagrees(desk: Desk, ref: str) -> None:
    more_officers(desk)
    review.decide(desk, ref, HERS.id, SAME)
    with acting(desk, CLEO), pytest.raises(NothingToSettle):
        review.settle(desk, ref, [HERS.id], DIFFERENT)
    assert verdicts(desk, ref) == {HERS.id: SAME}


def test_the_first_officer_ends_a_disagreement_by_coming_to_the_second_word(desk: Desk, disputed: str) -> None:
    review.decide(desk, disputed, HERS.id, DIFFERENT)
    assert review.disputes(desk, disputed) == []
    item = desk.case(disputed).item(desk.name(disputed, HERS.id))
    assert item is not None
    assert item.agreed


def test_the_second_officer_ends_a_disagreement_by_coming_to_the_first_word(desk: Desk, disputed: str) -> None:
    with acting(desk, BEN):
        review.review_again(desk, disputed, [HERS.id], SAME)
    assert review.disputes(desk, disputed) == []
    assert desk.case(disputed).second_review(only_same=True) == (0, 0)
    assert verdicts(desk, disputed) == {HERS.id: SAME}


# The next round


def test_a_second_round_has_its_own_candidates_and_keeps_what_was_decided(desk: Desk, ref: str) -> None:
    approved(desk, ref)
    with pytest.raises(ReviewClosed):
        review.decide(desk, ref, HERS.id, DIFFERENT)
    desk.act(Draft(Kind.PLAN_WITHDRAWN, {"plan": "ab" * 32}), ref)
    erase(desk, ref, HERS)
    assert review.due_hits(desk, ref) == []
    left = candidate(8)
    search(desk, ref, left, THIRD)
    items = review.review_items(desk, ref)
    assert {item.candidate.id for item in items[:2]} == {left.id, THIRD.id}
    assert [item.round for item in items] == [2, 2, 1, 1]
    assert desk.case(ref).undecided == {desk.name(ref, left.id)}
    review.decide(desk, ref, left.id, SAME)
    assert desk.case(ref).reviewed
    assert {hit.candidate.id for hit in review.hits(desk, ref)} == {HERS.id, left.id}
    assert [hit.candidate.id for hit in review.due_hits(desk, ref)] == [left.id]


def test_an_earlier_verdict_can_be_corrected_in_a_later_round(desk: Desk, ref: str) -> None:
    erase_first = approved(desk, ref)
    desk.act(Draft(Kind.PLAN_WITHDRAWN, {"plan": "ab" * 32}), erase_first)
    erase(desk, ref, HERS)
    search(desk, ref, candidate(8))
    review.decide(desk, ref, STRANGER.id, SAME)
    assert [hit.candidate.id for hit in review.due_hits(desk, ref)] == [STRANGER.id]


def test_a_candidate_of_an_earlier_round_that_nobody_decided_on_is_none_any_more(desk: Desk, ref: str) -> None:
    review.decide(desk, ref, HERS.id, SAME)
    last = review.decide_many(desk, ref, [STRANGER.id, THIRD.id], DIFFERENT)
    erase(desk, ref, HERS)
    search(desk, ref, candidate(8))
    act = desk.vault.log.entry(last.entry).act.digest
    desk.act(Draft(Kind.UNDONE, {"act": act}), ref)
    with pytest.raises(CandidateMissing):
        review.decide(desk, ref, STRANGER.id, SAME)


# By command


def test_the_commands_decide_in_one_act_and_undo_it(desk: Desk, ref: str, tmp_path: Path) -> None:
    vault, secret = str(desk.vault.folder), tmp_path / "passphrase"
    size = desk.vault.log.size
    desk.close()

    def command(passphrase: str, *words: str, code: int = 0) -> str:
        secret.write_text(passphrase)
        done = CliRunner().invoke(main, ["case", *words, "--vault", vault, "--passphrase-file", str(secret)])
        assert done.exit_code == code, done.output
        return done.output

    said = json.loads(command(ADA, "decide", ref, HERS.id, STRANGER.id, "--verdict", "same", "--json"))
    assert said == {"decided": 2, "open": 1}
    assert "several" in command(ADA, "undo", ref)
    assert json.loads(command(ADA, "decide", ref, HERS.id, "--verdict", "same", "--json"))["open"] == 2
    assert HERS.id in command(ADA, "undo", ref)
    with Desk.open(Path(vault), ADA) as again:
        kinds = [entry.kind for entry in again.vault.log.entries(again.case(ref).id, after=size - 1)]
    assert kinds == [Kind.DECIDED, Kind.UNDONE, Kind.DECIDED, Kind.UNDONE]


def test_the_commands_let_a_second_officer_speak_and_a_third_settle(desk: Desk, ref: str, tmp_path: Path) -> None:
    more_officers(desk)
    review.decide(desk, ref, HERS.id, SAME)
    vault, secret = str(desk.vault.folder), tmp_path / "passphrase"
    desk.close()

    def command(passphrase: str, *words: str, code: int = 0) -> str:
        secret.write_text(passphrase)
        done = CliRunner().invoke(main, ["case", *words, "--vault", vault, "--passphrase-file", str(secret)])
        assert done.exit_code == code, done.output
        return done.output

    assert "Nothing waits" in command(ADA, "second-review", ref)
    (waiting,) = json.loads(command(BEN, "second-review", ref, "--json"))
    assert waiting["id"] == HERS.id
    assert HERS.id in command(BEN, "second-review", ref, "--everything")
    command(BEN, "second-review", ref, HERS.id, code=2)
    command(BEN, "second-review", ref, HERS.id, "--verdict", "different")
    assert "you are one of the two" in command(ADA, "settle", ref)
    command(CLEO, "settle", ref, HERS.id, code=2)
    command(ADA, "settle", ref, HERS.id, "--verdict", "same", code=3)
    (theirs,) = json.loads(command(CLEO, "settle", ref, "--json"))
    assert (theirs["id"], theirs["yours"]) == (HERS.id, False)
    command(CLEO, "settle", ref, HERS.id, "--verdict", "same")
    assert "No two officers disagree" in command(CLEO, "settle", ref)
