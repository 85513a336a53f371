"""Who is told: each recipient of data and of a model by a task of their own, in words that fit a person or an order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsr_desk.core.actions import Action, ActionKind
from dsr_desk.core.findings import Gap
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.lineage import AffectedModel, Certainty, DispositionKind, Node, NodeKind, PathStep, Planned, Role
from dsr_desk.core.retained import Received
from dsr_desk.deletion.plan import PlanScope, beyond, dispose

FACES = Node("dataset:faces@1", NodeKind.DATASET, "faces", "1")
GATE = Node("model:gate@2", NodeKind.MODEL, "gate", "2", digests=("sha256:ab",))
MODEL = AffectedModel(
    GATE,
    (Role.TRAIN,),
    Certainty.RECORDED,
    True,
    ((PathStep(FACES), PathStep(GATE, Role.TRAIN)),),
    benchmarks=(Node("benchmark:look-alikes", NodeKind.BENCHMARK, "look-alikes"),),
    received=(Received("Gate Buyers"), Received("Others")),
)


def told(text: str, *, ordered: bool = False) -> tuple[list[Action], list[Gap]]:
    gaps: list[Gap] = []
    versions = {"faces@1": DatasetVersion("faces", "1", data_recipients=text, other_places="none")}
    return beyond("2026-1", "faces@1", 3, PlanScope({}, versions, ordered=ordered), gaps), gaps


def of_model(kind: DispositionKind, *, ordered: bool = False, model: AffectedModel = MODEL) -> list[Action]:
    planned = Planned(kind, "because", "ML", "", "Ada", "2026-11-30T10:00:00Z")
    return dispose("2026-1", PlanScope({}, {}, models=[(model, planned)], ordered=ordered), [])


def test_each_recipient_has_a_task_and_none_is_none() -> None:
    actions, gaps = told("Example, Inc.; Other GmbH\nThird")
    assert [(one.kind, one.what) for one in actions] == [
        (ActionKind.TELL_RECIPIENT, name) for name in ("Example, Inc.", "Other GmbH", "Third")
    ]
    assert gaps == []
    assert told("None") == ([], [])
    for unknown in ("", "unknown", " ; "):
        actions, gaps = told(unknown)
        assert (actions, [one.what.code for one in gaps]) == ([], ["gap.recipients"])


def test_under_an_order_letters_speak_of_the_authority_and_of_no_person() -> None:
    (person,), (order,) = told("Acme")[0], told("Acme", ordered=True)[0]
    assert "A person asked" in person.letter()
    assert "An authority has ordered" in order.letter()
    assert "Eine Behörde hat angeordnet" in order.letter("de")
    for action in of_model(DispositionKind.DESTROYED, ordered=True):
        assert "person" not in action.letter()


@pytest.mark.parametrize("kind", list(DispositionKind))
def test_who_received_a_model_is_told_where_it_goes_and_not_where_it_stays(kind: DispositionKind) -> None:
    goes = kind in (DispositionKind.DESTROYED, DispositionKind.WITHDRAWN, DispositionKind.RETRAINED)
    found = [one for one in of_model(kind) if one.kind is ActionKind.TELL_RECIPIENT]
    assert [one.what for one in found] == (["Gate Buyers", "Others"] if goes else [])
    assert all((one.node, one.digests) == (GATE.id, GATE.digests) for one in found)
    silent = replace(MODEL, received=None)
    assert not [one for one in of_model(kind, model=silent) if one.kind is ActionKind.TELL_RECIPIENT]


def test_benchmarks_are_outputs_that_an_order_has_purged() -> None:
    purged = [one for one in of_model(DispositionKind.DESTROYED, ordered=True) if one.kind is ActionKind.PURGE_OUTPUTS]
    assert "look-alikes" in purged[0].letter()
    assert not [one for one in of_model(DispositionKind.DESTROYED) if one.kind is ActionKind.PURGE_OUTPUTS]
