from __future__ import annotations

from collections.abc import Callable

from dsr_desk.lineage.fold import FOLDED, folded, without_runs
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


def test_models_that_are_alike_are_one_box_until_it_is_opened(draw: Draw) -> None:
    lines = [f"dataset:faces train model:m{i}" for i in range(5)]
    part = whole_graph(draw(*lines, "dataset:faces train model:lead", "model:lead serve deployment:door"))
    small = folded(part)

    (box,) = [node for node in small.nodes if FOLDED in node.attributes]
    assert box.name == "5 models"
    assert box.attributes[FOLDED].splitlines() == [f"model:m{i}" for i in range(5)]
    assert {node.id for node in small.nodes} == {"dataset:faces", "model:lead", "deployment:door", box.id}
    assert f"dataset:faces train {box.id} recorded" in said(small)
    assert folded(part, opened={box.id}) == part
    assert folded(part, least=6) == part


def test_a_box_has_every_role_and_the_least_sure_word_and_other_origins_stay_apart(draw: Draw) -> None:
    part = whole_graph(
        draw(
            "dataset:faces train model:a",
            "dataset:faces train model:b ?",
            "dataset:faces evaluate model:b",
            "dataset:faces train model:c",
            "dataset:other train model:c",
        )
    )
    assert said(folded(part, least=2)) == {
        "dataset:faces train folded:model:dataset:faces inferred",
        "dataset:faces evaluate folded:model:dataset:faces recorded",
        "dataset:faces train model:c recorded",
        "dataset:other train model:c recorded",
    }
