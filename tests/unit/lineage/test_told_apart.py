"""Where one source states two things of two systems it tells them apart; what others call so is asked about."""

from __future__ import annotations

from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.lineage.identity import identify

CARD = Node("model:folder|lora", NodeKind.MODEL, "lora", namespace="folder")
BASE = Node("model:huggingface|acme/base", NodeKind.MODEL, "acme/base", namespace="huggingface")
HUB = Node("model:huggingface|acme/lora", NodeKind.MODEL, "acme/lora", namespace="huggingface")


def test_a_source_that_names_two_systems_hides_no_question_about_what_another_names() -> None:
    found = identify([CARD, BASE, HUB], (), {CARD.id: {1}, BASE.id: {1}, HUB.id: {2}})
    assert [(a, b) for pair in found.systems.values() for pairs in pair.pairs.values() for a, b in pairs] == [(0, 2)]


def test_two_things_that_one_source_names_are_two() -> None:
    found = identify([CARD, HUB], (), {CARD.id: {1, 2}, HUB.id: {1}})
    assert not found.systems
    assert not found.links
