from __future__ import annotations

from collections.abc import Callable

from dsr_desk.lineage.drawing import PlacedNode
from dsr_desk.lineage.fold import Folding, folded, without_runs
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.part import Part, whole_graph

Draw = Callable[..., Graph]


def said(part: Part) -> set[str]:
    return {f"{edge.origin} {edge.role} {edge.target} {edge.certainty}" for edge in part.edges}


def test_runs_become_arrows_with_the_role_of_what_they_took(draw: Draw) -> None:
    part = without_runs(
        whole_graph(
            draw(
                "dataset:faces train run:1",
                "dataset:test evaluate run:1",
                "model:base fine-tune-base run:1",
                "run:1 produce model:net",
                "model:net serve run:2",
                "run:2 produce dataset:scores",
                "dataset:raw derive dataset:faces",
            )
        )
    )

    assert said(part) == {
        "dataset:faces train model:net recorded",
        "dataset:test evaluate model:net recorded",
        "model:base fine-tune-base model:net recorded",
        "model:net serve dataset:scores recorded",
        "dataset:raw derive dataset:faces recorded",
    }
    assert not any(node.kind == "run" for node in part.nodes)


def test_runs_inside_runs_are_one_arrow_and_as_sure_as_the_least_sure_step(draw: Draw) -> None:
    lines = ("dataset:faces train run:out", "run:out parent run:in ?", "run:in parent run:out ?")
    part = without_runs(whole_graph(draw(*lines, "run:in produce model:net")))

    assert said(part) == {"dataset:faces train model:net inferred"}


def test_models_that_are_alike_are_one_box_and_those_that_lead_elsewhere_stay_apart(draw: Draw) -> None:
    lines = [f"dataset:faces train model:m{i}" for i in range(5)]
    part = whole_graph(draw(*lines, "dataset:faces train model:lead", "model:lead serve deployment:door"))
    small = folded(part)

    ((box, members),) = small.members.items()
    assert members == tuple(f"model:m{i}" for i in range(5))
    assert names(small) == {"faces", "5 models", "lead", "door"}
    assert f"dataset:faces train {box} recorded" in said(small.part)


def test_what_follows_a_box_is_folded_with_it(draw: Draw) -> None:
    lines = [
        f"dataset:faces train model:m{i}|model:m{i} serve deployment:d{i}|deployment:d{i} serve product:p{i}"
        for i in range(4)
    ]
    small = folded(whole_graph(draw(*(one for line in lines for one in line.split("|")))))

    assert names(small) == {"faces", "4 models", "4 deployments", "4 products"}
    assert len(small.part.edges) == 3


def test_an_opened_node_stands_by_itself_with_what_follows_it_and_knows_its_like(draw: Draw) -> None:
    lines = [f"dataset:faces train model:m{i}|model:m{i} serve deployment:d{i}" for i in range(5)]
    part = whole_graph(draw(*(one for line in lines for one in line.split("|"))))
    small = folded(part, opened={"model:m2"})

    assert names(small) == {"faces", "m2", "d2", "4 models", "4 deployments"}
    assert "model:m2 serve deployment:d2 recorded" in said(small.part)
    assert small.alike == {"model:m2": tuple(f"model:m{i}" for i in range(5))}
    assert folded(part, opened={f"model:m{i}" for i in range(5)}).part == part
    assert folded(part, opened={"model:nowhere"}) == folded(part)


def test_other_origins_roles_certainties_and_standings_stay_apart(draw: Draw) -> None:
    lines = [f"dataset:{origin} train model:{origin}{i}" for origin in "ab" for i in range(3)]
    lines += [f"dataset:a evaluate model:e{i}" for i in range(3)] + [f"dataset:a train model:d{i} ?" for i in range(3)]
    part = whole_graph(draw(*lines))

    assert sorted(map(len, folded(part).members.values())) == [3, 3, 3, 3]
    assert sorted(map(len, folded(part, apart={"model:a0": "excluded"}).members.values())) == [3, 3, 3]


def test_versions_of_one_model_are_named_by_it_and_two_are_no_box(draw: Draw) -> None:
    lines = [f"dataset:faces train model:gate@{i}" for i in range(3)]
    assert names(folded(whole_graph(draw(*lines)))) == {"faces", "3 × gate"}
    assert not folded(whole_graph(draw(*lines[:2]))).members


def test_things_whose_names_begin_alike_are_named_by_that(draw: Draw) -> None:
    lines = [f"model:base fine-tune-base model:gate-{site}" for site in ("berlin", "bonn", "oslo")]
    lines += [f"dataset:faces train model:{name}" for name in ("age-1", "agx-2", "smile")]
    assert {"3 × gate-…", "3 models"} <= names(folded(whole_graph(draw(*lines))))


def test_more_things_count_as_alike_where_too_many_boxes_would_stay(draw: Draw) -> None:
    lines = [f"dataset:d{i} train model:m{i}" for i in range(30)]
    lines += [f"model:m{i} serve deployment:x{i}" for i in range(29)]
    part = whole_graph(draw(*lines))

    assert len(folded(part, most=100).part.nodes) == 89
    assert names(folded(part, most=50)) == {"30 models", "29 deployments", *(f"d{i}" for i in range(30))}
    assert names(folded(part, most=20)) == {"30 datasets", "30 models", "29 deployments"}


def test_opening_a_box_changes_nothing_else_in_the_drawing(draw: Draw) -> None:
    lines = [f"dataset:d{i} train model:m{i}" for i in range(30)]
    part = whole_graph(draw(*lines, *(f"dataset:d1 evaluate model:e{i}" for i in range(9))))
    closed, opened = folded(part, most=35), folded(part, opened=[f"model:m{i}" for i in range(30)], most=35)

    assert names(closed) == {"30 models", "9 models", *(f"d{i}" for i in range(30))}
    assert names(opened) == names(closed) - {"30 models"} | {f"m{i}" for i in range(30)}
    assert len(opened.alike["model:m3"]) == 30


def test_a_cycle_is_folded_like_anything_else(draw: Draw) -> None:
    lines = [f"model:m{i} generate dataset:s{i}|dataset:s{i} train model:m{i}" for i in range(3)]
    lines += [f"dataset:seed train model:m{i}" for i in range(3)]
    small = folded(whole_graph(draw(*(one for line in lines for one in line.split("|")))))
    assert names(small) == {"seed", "3 models", "3 datasets"}


def names(folding: Folding) -> set[str]:
    boxes = (PlacedNode(node, 0, 0, members=folding.members.get(node.id, ())) for node in folding.part.nodes)
    return {box.title.say() for box in boxes}
