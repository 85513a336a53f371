from __future__ import annotations

from collections.abc import Callable

from dsr_desk.core.lineage import Certainty, Node, NodeKind
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion
from dsr_desk.lineage.impact import affected

Draw = Callable[..., Graph]


def dataset(space: str, name: str, version: str = "", **more: object) -> Node:
    return Node(f"dataset:{space}|{name}|{version}", NodeKind.DATASET, name, version, space, **more)  # type: ignore[arg-type]


def reached(graph: Graph, version: str) -> dict[str, Certainty]:
    return {model.name: model.certainty for model in affected(graph, [version]).models}


def test_equal_content_is_the_same_dataset_under_any_name(draw: Draw) -> None:
    theirs = dataset("lake", "people", "9", digests=("sha256:ab",))
    ours = RegisteredVersion("faces", "1", digests=("sha256:ab",))
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=(ours,))

    assert reached(graph, "faces@1") == {"net": Certainty.RECORDED}
    assert graph.questions == ()


def test_two_empty_files_are_not_the_same_thing(draw: Draw) -> None:
    empty = ("md5:d41d8cd98f00b204e9800998ecf8427e",)
    theirs, ours = dataset("lake", "log", digests=empty), RegisteredVersion("faces", "1", digests=empty)
    assert reached(draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=(ours,)), "faces@1") == {}


def test_two_models_of_one_address_and_version_are_two(draw: Draw) -> None:
    nodes = [
        Node(f"model:{name}", NodeKind.MODEL, name, "1", "spdx", aliases=("https://x/models.zip",)) for name in "ab"
    ]
    graph = draw("dataset:faces@1 train model:a", "dataset:faces@1 derive dataset:other@1", nodes=tuple(nodes))
    assert reached(graph, "faces@1") == {"a": Certainty.RECORDED}


def test_two_references_that_may_be_the_same_tie_no_versions_to_each_other(draw: Draw) -> None:
    """Hits in version 1 reach what either reference fed, and not what version 2 alone fed."""
    bare, other, second = dataset("lake", "faces"), dataset("cards", "faces"), dataset("", "faces", "2")
    graph = draw(
        f"{bare.id} train model:a",
        f"{other.id} train model:b",
        f"{second.id} train model:c",
        nodes=(bare, other, second),
        registered=(RegisteredVersion("faces", "1"),),
    )
    assert reached(graph, "faces@1") == {"a": Certainty.UNKNOWN, "b": Certainty.UNKNOWN}


def test_a_version_made_by_erasure_is_called_as_the_one_before_it(draw: Draw) -> None:
    """What a system calls by name alone may mean it too: no question, since the one before it was none."""
    theirs, bare = dataset("lake", "faces", "1"), dataset("lake", "faces")
    ours = (
        RegisteredVersion("faces", "1"),
        RegisteredVersion("faces", "1-erased", derived_from="faces@1", by_erasure=True),
    )
    graph = draw(f"{theirs.id} train model:a", f"{bare.id} train model:b", nodes=(theirs, bare), registered=ours)

    assert graph.questions == ()
    assert reached(graph, "faces@1-erased") == {"b": Certainty.INFERRED}
    assert reached(graph, "faces@1") == {"a": Certainty.RECORDED, "b": Certainty.INFERRED}


def card(name: str) -> Node:
    return Node(f"model:huggingface|{name}", NodeKind.MODEL, name, "", "huggingface")


def test_a_card_that_does_not_name_its_owner_is_the_one_model_that_others_name_with_it(draw: Draw) -> None:
    lines = ("dataset:faces@1 train model:huggingface|gate", "model:huggingface|acme/gate quantise model:small")
    graph = draw(*lines, nodes=(card("gate"), card("acme/gate")))
    assert reached(graph, "faces@1") == {"gate": Certainty.RECORDED, "small": Certainty.RECORDED}
    assert graph.questions == ()


def test_of_several_owners_it_is_asked_which(draw: Draw) -> None:
    lines = ("dataset:faces@1 train model:huggingface|gate", "model:huggingface|acme/gate quantise model:small")
    nodes = (card("gate"), card("acme/gate"), card("other/gate"))
    graph = draw(*lines, nodes=nodes)
    assert reached(graph, "faces@1")["small"] is Certainty.UNKNOWN
    assert len(graph.questions) == 2

    answers = [
        NodeAnswer("model:huggingface|acme/gate", "model:huggingface|gate", same=True),
        NodeAnswer("model:huggingface|gate", "model:huggingface|other/gate", same=False),
    ]
    told = draw(*lines, nodes=nodes, answers=answers)
    assert reached(told, "faces@1") == {"gate": Certainty.RECORDED, "small": Certainty.RECORDED}
    assert told.questions == ()


def test_name_and_version_together_join_across_systems(draw: Draw) -> None:
    theirs = dataset("mlflow", "Faces", "2026-01")
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=(RegisteredVersion("faces", "2026-01"),))

    assert reached(graph, "faces@2026-01") == {"net": Certainty.RECORDED}


def test_a_name_that_carries_its_version_joins_too(draw: Draw) -> None:
    theirs = dataset("lake", "faces@3")
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=(RegisteredVersion("faces", "3"),))

    assert reached(graph, "faces@3") == {"net": Certainty.RECORDED}


def test_versions_of_one_dataset_are_not_the_same_and_make_no_question(draw: Draw) -> None:
    first, second = dataset("lake", "faces", "1"), dataset("lake", "faces", "2")
    graph = draw(f"{first.id} train model:a", f"{second.id} train model:b", nodes=(first, second))

    assert graph.questions == ()
    assert reached(graph, first.id) == {"a": Certainty.RECORDED}


def test_a_reference_without_version_may_mean_any_version_but_ties_no_two_versions(draw: Draw) -> None:
    first, second, bare = dataset("lake", "faces", "1"), dataset("lake", "faces", "2"), dataset("lake", "faces")
    graph = draw(
        f"{first.id} train model:a",
        f"{second.id} train model:b",
        f"{bare.id} train model:c",
        "dataset:raw derive " + bare.id,
        nodes=(first, second, bare),
    )

    assert reached(graph, first.id) == {"a": Certainty.RECORDED, "c": Certainty.INFERRED}
    assert reached(graph, second.id) == {"b": Certainty.RECORDED, "c": Certainty.INFERRED}
    assert reached(graph, "dataset:raw") == {
        "a": Certainty.INFERRED,
        "b": Certainty.INFERRED,
        "c": Certainty.RECORDED,
    }


def test_a_part_reaches_the_consumers_of_its_whole_and_not_its_sister_parts(draw: Draw) -> None:
    graph = draw(
        "dataset:whole contain dataset:one",
        "dataset:whole contain dataset:two",
        "dataset:whole train model:all",
        "dataset:one train model:first",
        "dataset:two train model:second",
    )

    assert reached(graph, "dataset:one") == {"first": Certainty.RECORDED, "all": Certainty.INFERRED}
    assert reached(graph, "dataset:whole") == dict.fromkeys(("first", "second", "all"), Certainty.RECORDED)


def test_the_place_of_a_registered_version_finds_its_reader(draw: Draw) -> None:
    theirs = dataset("mlflow", "train", "8f3a11c0", aliases=("file:///srv/faces",))
    ours = (
        RegisteredVersion("faces", "1", places=("/srv/faces",)),
        RegisteredVersion("faces", "2", places=("/srv/faces/",)),
    )
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=ours)

    assert reached(graph, "faces@1") == {"net": Certainty.INFERRED}
    assert reached(graph, "faces@2") == {"net": Certainty.INFERRED}


def test_an_answer_about_an_unversioned_name_ties_no_two_registered_versions(draw: Draw) -> None:
    theirs = dataset("lake", "faces")
    ours = (RegisteredVersion("faces", "1"), RegisteredVersion("faces", "2"))
    own = dataset("", "faces", "2")
    bare = draw(f"{theirs.id} train model:net", f"{own.id} train model:two", nodes=(theirs, own), registered=ours)
    assert len(bare.questions) == 2

    answers = [NodeAnswer(*sorted((q.first.id, q.second.id)), same=True) for q in bare.questions]  # type: ignore[misc]
    graph = draw(
        f"{theirs.id} train model:net",
        f"{own.id} train model:two",
        nodes=(theirs, own),
        registered=ours,
        answers=answers,
    )
    assert graph.questions == ()
    assert reached(graph, "faces@1") == {"net": Certainty.INFERRED}
    assert reached(graph, "faces@2") == {"net": Certainty.INFERRED, "two": Certainty.RECORDED}


def test_models_of_two_systems_with_one_name_are_a_question(draw: Draw) -> None:
    here = Node("model:mlflow|gate|1", NodeKind.MODEL, "gate", "1", "mlflow")
    there = Node("model:hub|acme/gate|", NodeKind.MODEL, "acme/gate", "", "hub")
    graph = draw("dataset:faces train " + here.id, there.id + " serve deployment:door", nodes=(here, there))

    (question,) = graph.questions
    assert "Only the name agrees" in question.says.say()


def test_a_name_is_found_with_and_without_its_version(draw: Draw) -> None:
    first, second = dataset("lake", "faces", "1"), dataset("lake", "faces", "2")
    graph = draw(f"{first.id} train model:a", f"{second.id} train model:b", nodes=(first, second))

    assert set(reached(graph, "faces")) == {"a", "b"}
    assert set(reached(graph, "Faces@2")) == {"b"}
    assert graph.find("nothing", NodeKind.DATASET) == []


def test_thousands_of_versions_of_one_dataset_are_no_questions_and_take_no_time(draw: Draw) -> None:
    many = tuple(dataset("mlflow", "dataset", str(i)) for i in range(3_000))
    graph = draw(f"{many[0].id} train model:net", nodes=many)

    assert graph.questions == ()
    assert len(graph.nodes) == 3_001


def test_an_open_question_leads_nothing_into_a_version_that_people_were_erased_from(draw: Draw) -> None:
    theirs, later = dataset("lake", "faces", "v7"), dataset("", "faces", "1-erased")
    ours = (
        RegisteredVersion("faces", "1"),
        RegisteredVersion("faces", "1-erased", derived_from="faces@1", by_erasure=True),
    )
    graph = draw(
        f"{theirs.id} train model:net", f"{later.id} train model:after", nodes=(theirs, later), registered=ours
    )

    assert len(graph.questions) == 2
    assert reached(graph, "faces@1") == {"net": Certainty.UNKNOWN}
    assert reached(graph, "faces@1-erased") == {"after": Certainty.RECORDED, "net": Certainty.UNKNOWN}
