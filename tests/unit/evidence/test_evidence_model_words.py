"""What a bundle says of a model follows from the ways to it, and a verifier refuses one that says more."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from evidence_sample import affected
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.lineage import Certainty, Learned, Node, NodeKind, PathStep, Role, learned_by, surest
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.editions import registers
from dsr_desk.evidence.verifying.check_bundle import Refused, check_model, learned_from, way_of

DATA = PathStep(Node("d", NodeKind.DATASET, "portraits", "2025-11"))
STEPS = st.builds(
    PathStep,
    st.builds(Node, st.just("n"), st.sampled_from(NodeKind), st.just("thing")),
    st.sampled_from(Role),
    st.sampled_from(Certainty),
)
LAST = st.builds(
    PathStep, st.just(Node("m", NodeKind.MODEL, "gate", "1")), st.sampled_from(Role), st.sampled_from(Certainty)
)


def model(content: EvidenceContent, edition: Edition, *path: PathStep, **more: Any) -> dict[str, Any]:
    """What the act of sealing says of one model, as plain values."""
    known = affected(DATA, *path, **more)
    entry = replace(content.models[0], model=replace(known, in_weights=learned_by((DATA, *path)) != Learned.MEASURED))
    said = registers(replace(content, models=(entry,)), edition, "en")
    found: dict[str, Any] = json.loads(json.dumps(said["lineage"]["models"][0]))
    return found


def trained(certainty: Certainty = Certainty.RECORDED, role: Role = Role.TRAIN) -> PathStep:
    return PathStep(Node("m", NodeKind.MODEL, "gate", "1"), role, certainty)


@given(st.lists(STEPS, max_size=4), LAST)
def test_a_verifier_reads_a_path_as_the_program_does(between: list[PathStep], last: PathStep) -> None:
    path = (DATA, *between, last)
    told = [
        {"kind": step.node.kind.value, "role": step.role.value if step.role else "", "certainty": step.certainty.value}
        for step in path
    ]
    way = way_of(told)
    assert way["learned"] == learned_by(path).value
    assert way["certainty"] == surest(path).value


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("role", [Role.TRAIN, Role.EVALUATE, Role.INPUT])
@pytest.mark.parametrize("certainty", Certainty)
@pytest.mark.parametrize("complete", [True, False])
def test_what_the_program_says_of_a_model_holds(
    content: EvidenceContent, edition: Edition, role: Role, certainty: Certainty, *, complete: bool
) -> None:
    check_model(model(content, edition, trained(certainty, role), training_complete=complete))


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize(
    ("path", "more", "forged"),
    [
        (trained(role=Role.EVALUATE), {"training_complete": False}, {"learned": "measured"}),
        (trained(Certainty.INFERRED, Role.EVALUATE), {}, {"learned": "measured"}),
        (trained(), {}, {"learned": "measured"}),
        (trained(), {}, {"learned": "not-known"}),
        (trained(Certainty.UNKNOWN), {}, {"learned": "itself"}),
        (trained(Certainty.INFERRED), {}, {"certainty": "recorded"}),
        (trained(Certainty.INFERRED), {}, {"roles": [{"role": "train", "certainty": "recorded"}]}),
        (trained(role=Role.INPUT), {}, {"learned": "inherited"}),
    ],
)
def test_a_model_of_which_more_is_said_than_its_ways_say_is_refused(
    content: EvidenceContent, edition: Edition, path: PathStep, more: dict[str, Any], forged: dict[str, Any]
) -> None:
    said = model(content, edition, path, **more)
    check_model(said)
    with pytest.raises(Refused) as refused:
        check_model({**said, **forged})
    assert refused.value.said.code == "contents.lineage"


@pytest.mark.parametrize("edition", Edition)
def test_a_way_that_says_more_than_its_roles_is_refused(content: EvidenceContent, edition: Edition) -> None:
    said = model(content, edition, trained(role=Role.INPUT))
    way = {**said["ways"][0], "learned": "itself"}
    with pytest.raises(Refused):
        check_model({**said, "learned": "itself", "ways": [way]})


def test_a_way_that_is_not_what_its_path_says_is_refused(content: EvidenceContent) -> None:
    said = model(content, Edition.REGULATOR, trained(role=Role.INPUT))
    way = {**said["ways"][0], "learned": "itself", "roles": ["train"]}
    with pytest.raises(Refused):
        check_model({**said, "learned": "itself", "ways": [way]})


def test_measured_only_takes_every_way_recorded_and_a_complete_record() -> None:
    recorded = {"learned": "measured", "certainty": "recorded", "roles": ["evaluate"]}
    guessed = {**recorded, "certainty": "inferred"}
    assert learned_from([recorded], complete=True) == "measured"
    assert learned_from([recorded], complete=False) == "not-known"
    assert learned_from([recorded, guessed], complete=True) == "not-known"
    assert learned_from([recorded, {**recorded, "learned": "not-known"}], complete=True) == "not-known"
