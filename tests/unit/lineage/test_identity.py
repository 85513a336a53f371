from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.core.lineage_questions import LineageQuestion, QuestionKind
from dsr_desk.lineage.building import use_key
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import KIND_WHY, NAMED_ONLY, UNCLASSIFIED, UNIDENTIFIED, merged

Draw = Callable[..., Graph]


def dataset(space: str, name: str, version: str = "", **more: object) -> Node:
    return Node(f"dataset:{space}|{name}|{version}", NodeKind.DATASET, name, version, space, **more)  # type: ignore[arg-type]


def yes(question: LineageQuestion) -> NodeAnswer:
    return NodeAnswer(question.first, question.second, same=True)


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
    """What a system calls by name alone may mean it too, once it is said that the system means what is here."""
    theirs, bare = dataset("lake", "faces", "1"), dataset("lake", "faces")
    ours = (
        RegisteredVersion("faces", "1"),
        RegisteredVersion("faces", "1-erased", derived_from="faces@1", by_erasure=True),
    )
    lines = (f"{theirs.id} train model:a", f"{bare.id} train model:b")
    graph = draw(*lines, nodes=(theirs, bare), registered=ours)
    (question,) = graph.questions
    assert reached(graph, "faces@1-erased") == {"b": Certainty.UNKNOWN}
    assert reached(graph, "faces@1") == {"a": Certainty.UNKNOWN, "b": Certainty.UNKNOWN}

    told = draw(*lines, nodes=(theirs, bare), registered=ours, answers=[yes(question)])
    assert told.questions == ()
    assert reached(told, "faces@1-erased") == {"b": Certainty.INFERRED}
    assert reached(told, "faces@1") == {"a": Certainty.RECORDED, "b": Certainty.INFERRED}


def card(name: str) -> Node:
    return Node(f"model:huggingface|{name}", NodeKind.MODEL, name, "", "huggingface")


def test_two_owners_of_one_name_in_a_hub_are_two_until_somebody_says_otherwise(draw: Draw) -> None:
    lines = ("dataset:faces@1 train model:huggingface|gate", "model:huggingface|acme/gate quantise model:small")
    nodes = (card("gate"), card("acme/gate"))
    graph = draw(*lines, nodes=nodes)
    assert reached(graph, "faces@1")["small"] is Certainty.UNKNOWN

    (question,) = graph.questions
    told = draw(*lines, nodes=nodes, answers=[yes(question)])
    assert reached(told, "faces@1") == {"gate": Certainty.RECORDED, "small": Certainty.RECORDED}
    assert told.questions == ()
    denied = draw(*lines, nodes=nodes, answers=[replace(yes(question), same=False)])
    assert reached(denied, "faces@1") == {"gate": Certainty.RECORDED}


def test_of_several_owners_it_is_asked_which(draw: Draw) -> None:
    lines = ("dataset:faces@1 train model:huggingface|gate", "model:huggingface|acme/gate quantise model:small")
    nodes = (card("gate"), card("acme/gate"), card("other/gate"))
    graph = draw(*lines, nodes=nodes)
    assert reached(graph, "faces@1")["small"] is Certainty.UNKNOWN
    assert len(graph.questions) == 3

    answers = [
        NodeAnswer("model:huggingface|acme/gate", "model:huggingface|gate", same=True),
        NodeAnswer("model:huggingface|gate", "model:huggingface|other/gate", same=False),
    ]
    told = draw(*lines, nodes=nodes, answers=answers)
    assert reached(told, "faces@1") == {"gate": Certainty.RECORDED, "small": Certainty.RECORDED}
    assert told.questions == ()


def test_a_name_and_a_version_join_inside_one_system_and_are_a_question_across_two(draw: Draw) -> None:
    theirs, ours = dataset("mlflow", "Faces", "2026-01"), (RegisteredVersion("faces", "2026-01"),)
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=ours)
    assert reached(graph, "faces@2026-01") == {"net": Certainty.UNKNOWN}

    (question,) = graph.questions
    assert (question.kind, question.effect) == (QuestionKind.SYSTEMS, 1)
    told = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=ours, answers=[yes(question)])
    assert reached(told, "faces@2026-01") == {"net": Certainty.RECORDED}
    denied = draw(
        f"{theirs.id} train model:net", nodes=(theirs,), registered=ours,
        answers=[replace(yes(question), same=False)],
    )  # fmt: skip
    assert reached(denied, "faces@2026-01") == {}
    assert denied.questions == ()

    own = replace(theirs, id="dataset:other-id")
    inside = draw(f"{theirs.id} train model:net", "dataset:raw derive dataset:other-id", nodes=(theirs, own))
    assert reached(inside, "dataset:raw") == {"net": Certainty.RECORDED}


def test_a_name_that_carries_its_version_is_asked_about_with_that_version(draw: Draw) -> None:
    theirs = dataset("lake", "faces@3")
    ours = (RegisteredVersion("faces", "3"), RegisteredVersion("faces", "4"))
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=ours)

    assert reached(graph, "faces@3") == {"net": Certainty.UNKNOWN}
    assert reached(graph, "faces@4") == {}


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


def test_the_place_of_a_registered_version_may_be_where_its_reader_read(draw: Draw) -> None:
    theirs = dataset("mlflow", "train", "8f3a11c0", aliases=("file:///srv/faces",))
    ours = (
        RegisteredVersion("faces", "1", places=("/srv/faces",)),
        RegisteredVersion("faces", "2", places=("/srv/faces/",)),
    )
    graph = draw(f"{theirs.id} train model:net", nodes=(theirs,), registered=ours)

    assert reached(graph, "faces@1") == {"net": Certainty.UNKNOWN}
    assert reached(graph, "faces@2") == {"net": Certainty.UNKNOWN}
    assert len(graph.questions) == 1


def test_an_answer_about_an_unversioned_name_ties_no_two_registered_versions(draw: Draw) -> None:
    theirs = dataset("lake", "faces")
    ours = (RegisteredVersion("faces", "1"), RegisteredVersion("faces", "2"))
    own = dataset("", "faces", "2")
    lines = (f"{theirs.id} train model:net", f"{own.id} train model:two")
    (question,) = draw(*lines, nodes=(theirs, own), registered=ours).questions

    graph = draw(*lines, nodes=(theirs, own), registered=ours, answers=[yes(question)])
    assert graph.questions == ()
    assert reached(graph, "faces@1") == {"net": Certainty.INFERRED}
    assert reached(graph, "faces@2") == {"net": Certainty.INFERRED, "two": Certainty.RECORDED}


def test_models_of_two_systems_with_one_name_are_a_question(draw: Draw) -> None:
    here = Node("model:mlflow|gate|1", NodeKind.MODEL, "gate", "1", "mlflow")
    there = Node("model:hub|acme/gate|", NodeKind.MODEL, "acme/gate", "", "hub")
    graph = draw("dataset:faces train " + here.id, there.id + " serve deployment:door", nodes=(here, there))

    (question,) = graph.questions
    assert question.says.say() == "Do “hub” and “mlflow” mean the same things where names agree?"
    assert [one.say() for one in question.evidence] == ["Names of which the last part agrees: 1 (acme/gate)."]


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
    lines = (f"{theirs.id} train model:net", f"{later.id} train model:after", f"dataset:raw derive {theirs.id}")
    graph = draw(*lines, nodes=(theirs, later), registered=ours)

    assert len(graph.questions) == 1
    assert reached(graph, "faces@1") == {"net": Certainty.UNKNOWN}
    assert reached(graph, "faces@1-erased") == {"after": Certainty.RECORDED, "net": Certainty.UNKNOWN}
    assert reached(graph, "dataset:raw") == {"net": Certainty.RECORDED}


def test_two_open_questions_in_a_row_tie_nothing(draw: Draw) -> None:
    """Version 1 here may be either of theirs, and neither is for that the same as version 2 here."""
    theirs = [dataset("lake", "faces", version) for version in ("aa", "bb")]
    ours = (RegisteredVersion("faces", "1"), RegisteredVersion("faces", "2"))
    second = dataset("", "faces", "2")
    graph = draw(
        f"{theirs[0].id} train model:a", f"{second.id} train model:two", nodes=(*theirs, second), registered=ours
    )
    assert reached(graph, "faces@1") == {"a": Certainty.UNKNOWN}


def test_what_two_systems_agree_and_differ_in_is_said_with_the_question(draw: Draw) -> None:
    shared = ("sha256:ab",)
    nodes = (
        dataset("a", "x", "1", digests=shared), dataset("b", "y", "1", digests=shared),
        dataset("a", "faces", "1", digests=("sha256:01",)), dataset("b", "faces", "1", digests=("sha256:02",)),
        dataset("a", "other", "1", aliases=("s3://lake/o",)), dataset("b", "else", "", aliases=("s3://lake/o/",)),
    )  # fmt: skip
    (question,) = draw(nodes=nodes).questions

    assert [one.code for one in question.evidence] == ["evidence.name", "evidence.place", "evidence.content"]
    assert [one.say() for one in question.against] == [
        "Things of one name and version whose content is not the same: 1."
    ]


def test_one_answer_on_a_pair_of_things_goes_before_the_answer_on_their_systems(draw: Draw) -> None:
    nodes = tuple(dataset(space, name, "1") for space in "ab" for name in ("faces", "plates"))
    lines = ("dataset:b|faces|1 train model:net", "dataset:b|plates|1 train model:anpr")
    (question,) = draw(*lines, nodes=nodes).questions
    but = NodeAnswer("dataset:a|faces|1", "dataset:b|faces|1", same=False)
    graph = draw(*lines, nodes=nodes, answers=[yes(question), but])

    assert reached(graph, "dataset:a|faces|1") == {}
    assert reached(graph, "dataset:a|plates|1") == {"anpr": Certainty.RECORDED}


def test_a_use_that_a_parameter_seems_to_state_is_asked_once_for_all_of_it(draw: Draw) -> None:
    nodes = tuple(Node(f"model:lake|{name}|", NodeKind.MODEL, name, "", "lake") for name in ("base", "one", "two"))
    noted = {"why": "guess.parameter", "by": "init", "text": "base"}
    lines = [f"dataset:faces train {nodes[0].id}"]
    edges = [Edge(nodes[0].id, node.id, Role.FINE_TUNE_BASE, Certainty.INFERRED, "src", noted) for node in nodes[1:]]
    graph = draw(*lines, nodes=nodes, edges=edges)
    assert reached(graph, "dataset:faces")["one"] is Certainty.INFERRED
    (question,) = graph.questions
    assert question.kind is QuestionKind.USES

    told = draw(*lines, nodes=nodes, edges=edges, answers=[yes(question)])
    assert told.questions == ()
    assert reached(told, "dataset:faces") == dict.fromkeys(("base", "one", "two"), Certainty.RECORDED)
    one = use_key(Role.FINE_TUNE_BASE, nodes[0].id, nodes[1].id)
    assert graph.is_asked(*one)
    but = draw(*lines, nodes=nodes, edges=edges, answers=[yes(question), NodeAnswer(*one, same=False)])
    assert reached(but, "dataset:faces") == {"base": Certainty.RECORDED, "two": Certainty.RECORDED}


def test_what_was_taken_for_a_model_is_what_an_officer_says_that_it_is(draw: Draw) -> None:
    guessed = Node("model:lake|ckpt|", NodeKind.MODEL, "ckpt", "", "lake", attributes={KIND_WHY: "guess.kind.stage"})
    graph = draw(f"dataset:faces train {guessed.id}", nodes=(guessed,))
    (question,) = graph.questions
    assert question.kind is QuestionKind.A_MODEL

    told = draw(f"dataset:faces train {guessed.id}", nodes=(guessed,), answers=[yes(question)])
    assert told.questions == ()
    for no in (NodeAnswer(guessed.id, "is-a:dataset", same=True), replace(yes(question), same=False)):
        denied = draw(f"dataset:faces train {guessed.id}", nodes=(guessed,), answers=[no])
        assert denied.questions == ()
        assert reached(denied, "dataset:faces") == {}


def test_what_was_taken_for_models_by_one_reason_is_asked_once_and_what_is_stated_never_changes(draw: Draw) -> None:
    guessed = tuple(
        Node(f"model:lake|ckpt|{k}", NodeKind.MODEL, "ckpt", str(k), "lake", attributes={KIND_WHY: "guess.kind.stage"})
        for k in range(3)
    )
    stated = Node("model:lake|ckpt|9", NodeKind.MODEL, "ckpt", "9", "lake")
    lines = [f"dataset:faces train {node.id}" for node in (*guessed, stated)]
    (question,) = draw(*lines, nodes=(*guessed, stated)).questions
    assert len(question.singles) == 3

    told = draw(*lines, nodes=(*guessed, stated), answers=[replace(yes(question), same=False)])
    assert [model.version for model in affected(told, ["dataset:faces"]).models] == ["9"]


def test_what_nobody_could_class_is_the_model_that_another_source_knows_by_its_content(draw: Draw) -> None:
    out = Node("dataset:repo|out|", NodeKind.DATASET, "out", "", "repo", ("md5:ab",), attributes={UNCLASSIFIED: "yes"})
    model = Node("model:reg|gate|1", NodeKind.MODEL, "gate", "1", "reg", ("md5:ab",))
    graph = draw(f"dataset:faces derive {out.id}", nodes=(out, model))
    assert set(reached(graph, "dataset:faces")) == {"out"}


def test_data_that_is_not_identified_joins_nothing_by_its_name_and_is_what_an_officer_says(draw: Draw) -> None:
    loose = tuple(
        Node(f"dataset:{k}", NodeKind.DATASET, "imagefolder", "", "hub", attributes={UNIDENTIFIED: "yes"})
        for k in ("one", "two")
    )
    known = dataset("lake", "imagefolder")
    lines = ("dataset:one train model:a", "dataset:two train model:b", f"{known.id} train model:c")
    graph = draw(*lines, nodes=(*loose, known))
    assert graph.questions == ()
    assert reached(graph, "dataset:one") == {"a": Certainty.RECORDED}

    told = draw(*lines, nodes=(*loose, known), answers=[NodeAnswer(known.id, "dataset:one", same=True)])
    assert set(reached(told, known.id)) == {"a", "c"}
    assert UNIDENTIFIED not in told.nodes[told.position("dataset:one") or 0].attributes


def test_what_one_source_guesses_and_another_states_is_stated_and_what_one_holds_is_not_only_named(draw: Draw) -> None:
    doubts = {KIND_WHY: "guess.kind.stage", NAMED_ONLY: "yes"}
    guessed = Node("model:repo|ckpt|", NodeKind.MODEL, "ckpt", "", "repo", ("md5:ab",), attributes=doubts)
    stated = Node("model:reg|gate|1", NodeKind.MODEL, "gate", "1", "reg", ("md5:ab",))
    assert doubts.keys().isdisjoint(merged(replace(guessed, attributes={}), guessed).attributes)
    for nodes in ((guessed, stated), (stated, guessed)):
        graph = draw(f"dataset:faces train {guessed.id}", nodes=nodes)
        assert len(graph.questions) == 0
        (model,) = affected(graph, ["dataset:faces"]).models
        assert doubts.keys().isdisjoint(model.node.attributes)


def test_a_package_url_joins_two_systems_and_one_of_no_registry_does_not(draw: Draw) -> None:
    for url, joined in (("pkg:huggingface/acme/gate@1", True), ("pkg:generic/gate@1", False)):
        nodes = tuple(Node(f"model:{k}", NodeKind.MODEL, f"m{k}", "", k, aliases=(url,)) for k in "ab")
        graph = draw("dataset:faces train model:a", "model:b serve deployment:door", nodes=nodes)
        (model,) = affected(graph, ["dataset:faces"]).models
        assert bool(model.deployments) is joined
