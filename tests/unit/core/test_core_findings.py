"""Candidates, hits and identifiers."""

from __future__ import annotations

from dataclasses import fields, replace

from dsr_desk.core.findings import Candidate, Decision, Hit, Identifiers, Reason, ReasonKind, Verdict
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.message import message

ADDRESS = ItemAddress("faces", "photos", "0001.jpg", "ab" * 32)
FACE = Reason(ReasonKind.FACE, 0.93, message("reason.face"), face=0)
LINK = Reason(ReasonKind.LINK, 0.99, message("reason.link"), linked_item="cd" * 16)


def candidate(*reasons: Reason) -> Candidate:
    return Candidate(ADDRESS, ItemKind.PHOTO, "faces@1", "faces", reasons)


def test_a_candidate_is_known_by_its_items_id_and_ranked_by_its_best_reason() -> None:
    assert candidate(FACE, LINK).id == ADDRESS.id
    assert candidate(FACE, LINK).best_score == 0.99
    assert candidate().best_score == 0.0


def test_a_hit_keeps_the_candidate_and_the_decision_that_made_it_one() -> None:
    decision = Decision("2026-001", ADDRESS, 0, Verdict.SAME, "ab" * 32, "2026-03-01T10:00:00Z")
    hit = Hit(candidate(FACE), decision)
    assert hit.address == ADDRESS
    assert hit.decision.verdict is Verdict.SAME


def test_identifiers_are_empty_only_when_nothing_at_all_is_known() -> None:
    assert Identifiers().is_empty()
    for field in fields(Identifiers):
        assert not replace(Identifiers(), **{field.name: ("x",)}).is_empty()
