"""Lineage as it is looked at: the drawing of a case, search, all paths, what arrived too late to matter."""

from __future__ import annotations

import json
from pathlib import Path

from dsr_desk.app.models import lineage as models
from dsr_desk.app.models.view import (
    NodeStanding,
    draw_case,
    draw_lineage,
    export_drawing,
    find_in_lineage,
    paths_to_model,
)
from unit.app.conftest import Work


def decided(work: Work) -> Work:
    work.search()
    work.decide_all()
    return work


def test_a_case_is_drawn_with_its_hits_and_every_affected_model(work: Work) -> None:
    decided(work)
    impact = models.affected_by_case(work.desk, work.ref)
    drawn = draw_case(work.desk, work.ref)

    starts = {placed.node.label: placed.hits for placed in drawn.nodes if placed.standing is NodeStanding.HIT}
    assert starts == impact.hits
    for model in impact.models:
        placed = drawn.node(model.id)
        assert placed is not None
        assert placed.certainty is model.certainty
        assert placed.certainties == model.certainties
    assert draw_lineage(work.desk).whole > drawn.whole


def test_every_path_to_a_model_is_named_on_demand(work: Work) -> None:
    decided(work)
    impact = models.affected_by_case(work.desk, work.ref)
    longest = max(impact.models, key=lambda model: len(model.shortest_path))
    found = paths_to_model(work.desk, work.ref, longest.id)

    assert found.complete
    assert set(longest.paths) <= set(found.paths)
    assert {path[-1].node.id for path in found.paths} == {longest.id}
    assert not paths_to_model(work.desk, work.ref, longest.id, limit=0).complete


def test_a_name_is_found_everywhere_or_in_what_a_case_reached(work: Work) -> None:
    decided(work)
    reached = models.affected_by_case(work.desk, work.ref).models[0]
    silent = models.affected_by_case(work.desk, work.ref).without_lineage[0]

    assert find_in_lineage(work.desk, reached.name, ref=work.ref)[0].id == reached.id
    assert silent.id in {node.id for node in find_in_lineage(work.desk, silent.name)}
    assert silent.id not in {node.id for node in find_in_lineage(work.desk, silent.name, ref=work.ref)}
    assert len(find_in_lineage(work.desk, "e", most=2)) == 2


def test_what_was_written_is_what_is_drawn(work: Work, tmp_path: Path) -> None:
    decided(work)
    drawn, change = export_drawing(work.desk, tmp_path / "a.svg", ref=work.ref)
    assert drawn == draw_case(work.desk, work.ref)
    assert change.case == work.ref
    assert (tmp_path / "a.svg").read_text().count("data-id=") == len(drawn.nodes)


def test_a_model_from_before_the_photos_were_collected_is_excluded_and_one_without_a_date_is_not(
    work: Work, tmp_path: Path
) -> None:
    """The sample's street events were collected from May 2023 on."""
    events = {"kind": "dataset", "name": "street-events", "namespace": "registered"}
    early = {"kind": "model", "name": "early", "created": "2023-01-10"}
    path = tmp_path / "early.json"
    edges = [
        {"from": events, "to": end, "role": "train"}
        for end in (early, {"kind": "model", "name": "undated"}, {**early, "name": "late", "created": "2023-06-01"})
    ]
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": edges}))
    models.import_lineage(work.desk, [path])
    decided(work)
    impact = models.affected_by_case(work.desk, work.ref)

    assert {"undated", "late"} <= {model.name for model in impact.models}
    (excluded,) = [one for one in impact.excluded if one.node.name == "early"]
    assert {"2023-01-10", "2023-05-01"} <= set(excluded.reason.values.values())
    placed = draw_case(work.desk, work.ref).node(excluded.node.id)
    assert placed is not None
    assert placed.standing is NodeStanding.EXCLUDED
