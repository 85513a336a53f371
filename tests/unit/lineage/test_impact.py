from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dsr_desk.core.lineage import Certainty, Edge, Learned, Node, NodeKind, Role, learned_by, surest
from dsr_desk.core.lineage_questions import QuestionKind
from dsr_desk.core.message import message
from dsr_desk.core.retained import Received
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.identity import NodeAnswer, RegisteredVersion
from dsr_desk.lineage.impact import affected, all_paths
from dsr_desk.lineage.importers.draft import UNIDENTIFIED
from lineage_fakes import graph_of

Draw = Callable[..., Graph]


def names(impact: object) -> list[str]:
    return [model.node.label for model in impact.models]  # type: ignore[attr-defined]


def test_a_model_trained_on_the_dataset_is_affected_with_role_and_path(draw: Draw) -> None:
    impact = affected(draw("dataset:faces@1 train run:7", "run:7 produce model:net@3"), ["faces@1"], {"faces@1": 4})

    (model,) = impact.models
    assert (model.name, model.version, model.roles) == ("net", "3", (Role.TRAIN,))
    assert model.certainty is Certainty.RECORDED
    assert model.in_weights
    assert [(step.node.name, step.role) for step in model.shortest_path] == [
        ("faces", None),
        ("7", Role.TRAIN),
        ("net", Role.PRODUCE),
    ]
    assert impact.hits == {"faces@1": 4}
    assert model.sources == ("src",)


def test_fine_tunes_adapters_merges_distillates_and_quantised_models_are_reached(draw: Draw) -> None:
    impact = affected(
        draw(
            "dataset:faces@1 train run:1",
            "run:1 produce model:base",
            "model:base fine-tune-base model:tuned",
            "model:base adapter model:lora",
            "model:tuned merge model:merged",
            "model:base distil model:small",
            "model:small quantise model:tiny",
        ),
        ["faces@1"],
    )

    assert {m.name: m.roles for m in impact.models} == {
        "base": (Role.TRAIN,),
        "tuned": (Role.FINE_TUNE_BASE,),
        "lora": (Role.ADAPTER,),
        "merged": (Role.MERGE,),
        "small": (Role.DISTIL,),
        "tiny": (Role.QUANTISE,),
    }


def test_a_model_that_was_only_evaluated_is_listed_and_does_not_hold_the_data_in_its_weights(draw: Draw) -> None:
    graph = draw(
        "dataset:faces@1 evaluate run:1",
        "dataset:other@1 train run:1",
        "run:1 produce model:net",
        "model:net fine-tune-base model:child",
    )
    by_name = {model.name: model for model in affected(graph, ["faces@1"]).models}

    assert by_name["net"].roles == (Role.EVALUATE,)
    assert not by_name["net"].in_weights
    assert not by_name["child"].in_weights
    assert {m.name for m in affected(graph, ["other@1"]).models if m.in_weights} == {"net", "child"}


def test_whether_a_model_learned_itself_or_through_another_or_was_measured_or_nobody_recorded_it(draw: Draw) -> None:
    graph = draw(
        "dataset:faces@1 train run:1",
        "run:1 produce model:base",
        "model:base fine-tune-base run:2",
        "run:2 produce model:tuned",
        "model:base generate dataset:made@1",
        "dataset:made@1 train model:pupil",
        "dataset:faces@1 input run:3",
        "run:3 produce dataset:crops@1",
        "dataset:crops@1 train model:tagger",
        "dataset:faces@1 input run:4",
        "run:4 produce model:mystery",
        "dataset:faces@1 derive model:made-of",
        "dataset:faces@1 evaluate model:audit",
        "dataset:other@1 train model:audit",
        "dataset:faces@1 evaluate model:bought",
    )

    assert {model.name: model.learned.value for model in affected(graph, ["faces@1"]).models} == {
        "base": "itself",
        "tuned": "inherited",
        "pupil": "inherited",
        "tagger": "itself",
        "mystery": "not-known",
        "made-of": "not-known",
        "audit": "measured",
        "bought": "not-known",
    }


def test_a_path_over_an_open_question_says_nothing_and_is_as_sure_as_its_weakest_step(draw: Draw) -> None:
    (model,) = affected(draw("dataset:faces@1 derive dataset:b@1 ?", "dataset:b@1 train model:net"), ["faces@1"]).models
    first, doubtful, last = model.shortest_path
    assert (surest(model.shortest_path), learned_by(model.shortest_path)) == (Certainty.INFERRED, Learned.ITSELF)
    path = (first, replace(doubtful, certainty=Certainty.UNKNOWN), last)
    assert (surest(path), learned_by(path)) == (Certainty.UNKNOWN, Learned.NOT_KNOWN)


def test_what_a_model_learned_does_not_hide_behind_what_it_was_tested_on(draw: Draw) -> None:
    graph = draw(
        "dataset:faces@1 evaluate model:net",
        "dataset:faces@1 derive dataset:crops@1",
        "dataset:crops@1 train run:1",
        "run:1 produce model:net",
    )

    (model,) = affected(graph, ["faces@1"]).models
    assert [[step.role for step in path[1:]] for path in model.paths] == [
        [Role.EVALUATE],
        [Role.DERIVE, Role.TRAIN, Role.PRODUCE],
    ]
    assert model.learned is Learned.ITSELF


def test_cycles_end(draw: Draw) -> None:
    graph = draw(
        "dataset:faces@1 train model:gan",
        "model:gan generate dataset:synthetic",
        "dataset:synthetic train model:gan",
        "dataset:synthetic derive dataset:faces@1",
        "dataset:synthetic train model:second",
    )

    assert names(affected(graph, ["faces@1"])) == ["gan", "second"]
    paths, complete = all_paths(graph, ["faces@1"], "model:second")
    assert complete
    assert [[step.node.name for step in path] for path in paths] == [["faces", "gan", "synthetic", "second"]]


def test_a_version_derived_by_erasure_does_not_reach_later_models(draw: Draw) -> None:
    graph = draw(
        "dataset:old train model:before",
        "dataset:new train model:after",
        "dataset:copy train model:copied",
        nodes=(
            Node("dataset:old", NodeKind.DATASET, "faces", "1"),
            Node("dataset:new", NodeKind.DATASET, "faces", "1-erased"),
            Node("dataset:copy", NodeKind.DATASET, "faces", "2"),
        ),
        registered=(
            RegisteredVersion("faces", "1"),
            RegisteredVersion("faces", "1-erased", derived_from="faces@1", by_erasure=True),
            RegisteredVersion("faces", "2", derived_from="faces@1"),
        ),
    )

    assert names(affected(graph, ["faces@1"])) == ["before", "copied"]
    assert names(affected(graph, ["faces@1-erased"])) == ["after"]


def test_certainty_is_that_of_the_surest_path_and_that_path_is_shown(draw: Draw) -> None:
    impact = affected(
        draw(
            "dataset:faces@1 train model:net ?",
            "dataset:faces@1 train run:1",
            "run:1 produce model:net",
            "dataset:faces@1 train model:guess ?",
        ),
        ["faces@1"],
    )
    by_name = {model.name: model for model in impact.models}

    assert by_name["net"].certainty is Certainty.RECORDED
    assert len(by_name["net"].shortest_path) == 3
    assert by_name["guess"].certainty is Certainty.INFERRED


def test_models_without_recorded_training_data_stand_beside_the_affected_ones(draw: Draw) -> None:
    impact = affected(
        draw(
            "dataset:faces@1 train model:net",
            "dataset:other@1 train model:else",
            "dataset:other@1 evaluate model:measured",
            "run:9 produce model:silent",
            "model:silent fine-tune-base model:silent-child",
        ),
        ["faces@1"],
    )

    assert names(impact) == ["net"]
    assert [node.name for node in impact.without_lineage] == ["measured", "silent", "silent-child"]


def test_an_affected_model_says_when_its_own_training_is_not_recorded(draw: Draw) -> None:
    impact = affected(draw("dataset:faces@1 evaluate model:net"), ["faces@1"])

    assert not impact.models[0].training_recorded
    assert impact.without_lineage == ()


def test_every_hit_version_gives_its_own_shortest_path(draw: Draw) -> None:
    graph = draw("dataset:a@1 train model:net", "dataset:b@1 derive dataset:c@1", "dataset:c@1 train model:net")

    (model,) = affected(graph, ["a@1", "b@1"]).models
    assert model.dataset_versions == ("a@1", "b@1")
    assert [len(path) for path in model.paths] == [2, 3]


def test_deployments_products_outputs_embeddings_and_benchmarks_are_found_downstream(draw: Draw) -> None:
    live = Node("deployment:gate", NodeKind.DEPLOYMENT, "gate", created="2026-02-01T00:00:00Z")
    gone = Node(
        "deployment:old", NodeKind.DEPLOYMENT, "old", created="2025-02-01T00:00:00Z", ended="2025-03-01T00:00:00Z"
    )
    graph = draw(
        "dataset:faces@1 train model:net",
        "model:net serve deployment:gate",
        "model:net serve deployment:old",
        "deployment:gate serve product:doors",
        "model:net embed embedding:vectors",
        "model:net serve run:batch",
        "run:batch produce dataset:scores",
        "dataset:scores train model:second",
        "model:net evaluate benchmark:board",
        nodes=(live, gone),
    )
    model = next(m for m in affected(graph, ["faces@1"]).models if m.name == "net")

    assert [node.name for node in model.deployments] == ["gate", "old"]
    assert [node.name for node in model.products] == ["doors"]
    assert [node.name for node in model.outputs] == ["scores"]
    assert [node.name for node in model.embeddings] == ["vectors"]
    assert [node.name for node in model.benchmarks] == ["board"]
    assert model.period.since == "2025-02-01T00:00:00Z"
    assert model.period.says.say() == "1 February 2025 to now"


def test_a_deployment_without_dates_does_not_say_that_it_still_runs(draw: Draw) -> None:
    graph = draw("dataset:faces@1 train model:net", "model:net serve deployment:gate")
    (model,) = affected(graph, ["faces@1"]).models
    assert [node.name for node in model.deployments] == ["gate"]
    assert model.period.says == message("period.unrecorded")


def test_what_was_finished_before_the_photo_arrived_is_excluded_with_the_reason(draw: Draw) -> None:
    early = Node("run:early", NodeKind.RUN, "early", created="2025-01-01T00:00:00Z", ended="2025-01-02T00:00:00Z")
    late = Node("run:late", NodeKind.RUN, "late", created="2025-06-01T00:00:00Z", ended="2025-06-02T00:00:00Z")
    graph = draw(
        "dataset:faces@1 train run:early",
        "run:early produce model:first",
        "dataset:faces@1 train run:late",
        "run:late produce model:second",
        "dataset:faces@1 train model:undated",
        nodes=(early, late),
    )
    arrived = {"faces@1": "2025-03-01T00:00:00Z"}
    impact = affected(graph, ["faces@1"], arrived=arrived)

    assert sorted(names(impact)) == ["second", "undated"]
    (excluded,) = impact.excluded
    assert (excluded.node.name, excluded.reason.code) == ("first", "excluded.finished")
    assert excluded.reason.values["finished"] == "2025-01-02"
    assert sorted(names(affected(graph, ["faces@1"]))) == ["first", "second", "undated"]


def test_a_model_that_was_entered_early_is_not_excluded_while_its_run_went_on(draw: Draw) -> None:
    entered = Node("model:net", NodeKind.MODEL, "net", created="2025-01-01T00:00:00Z")
    run = Node("run:1", NodeKind.RUN, "1", created="2025-01-01T00:00:00Z", ended="2025-06-01T00:00:00Z")
    plain = Node("model:plain", NodeKind.MODEL, "plain", created="2025-01-01T00:00:00Z")
    open_run = Node("run:2", NodeKind.RUN, "2", created="2025-01-01T00:00:00Z")
    graph = draw(
        "dataset:faces@1 train run:1",
        "run:1 produce model:net",
        "dataset:faces@1 train run:2",
        "run:2 produce model:other",
        "dataset:faces@1 train model:plain",
        "model:plain fine-tune-base model:child",
        nodes=(entered, run, plain, open_run),
    )
    impact = affected(graph, ["faces@1"], arrived={"faces@1": "2025-03-01T00:00:00Z"})

    assert sorted(names(impact)) == ["net", "other"]
    assert [(one.node.name, one.reason.code) for one in impact.excluded] == [
        ("child", "excluded.parts"),
        ("plain", "excluded.finished"),
    ]


def test_a_dataset_that_no_source_mentions_is_said_and_is_no_error(draw: Draw) -> None:
    erased = RegisteredVersion("faces", "2", derived_from="faces@1", by_erasure=True)
    graph = draw("dataset:other@1 train model:net", registered=(RegisteredVersion("faces", "1"), erased))
    impact = affected(graph, ["faces@1", "nowhere@9"])

    assert impact.models == ()
    assert impact.not_in_lineage == ("faces@1", "nowhere@9")


def test_a_name_that_agrees_is_a_question_and_its_models_are_uncertain_until_it_is_answered(draw: Draw) -> None:
    theirs = Node("dataset:lake|faces|v7", NodeKind.DATASET, "faces", "v7", "lake")
    ours = RegisteredVersion("faces", "2026-01")

    def impact_with(*answers: NodeAnswer) -> object:
        graph = draw("dataset:lake|faces|v7 train model:net", nodes=(theirs,), registered=(ours,), answers=answers)
        return affected(graph, ["faces@2026-01"])

    asked = impact_with()
    assert [m.certainty for m in asked.models] == [Certainty.UNKNOWN]  # type: ignore[attr-defined]
    (question,) = asked.questions  # type: ignore[attr-defined]
    pair = ("dataset:lake|faces|v7", "dataset:|faces|2026-01")
    assert [{one.first, one.second} for one in question.singles] == [set(pair)]

    alike = impact_with(NodeAnswer(question.first, question.second, same=True))
    assert [m.certainty for m in alike.models] == [Certainty.UNKNOWN]  # type: ignore[attr-defined]
    (which,) = alike.questions  # type: ignore[attr-defined]
    assert which.kind is QuestionKind.THINGS

    agreed = impact_with(NodeAnswer(which.first, which.second, same=True))
    assert names(agreed) == ["net"]
    assert agreed.models[0].certainty is Certainty.RECORDED  # type: ignore[attr-defined]
    assert agreed.questions == ()  # type: ignore[attr-defined]

    denied = impact_with(NodeAnswer(which.first, which.second, same=False))
    assert denied.models == ()  # type: ignore[attr-defined]
    assert denied.questions == ()  # type: ignore[attr-defined]


def test_all_paths_stops_at_its_limit_and_says_so(draw: Draw) -> None:
    lines = [f"dataset:faces@1 train run:{i}" for i in range(5)] + [f"run:{i} produce model:net" for i in range(5)]
    graph = draw(*lines)

    paths, complete = all_paths(graph, ["faces@1"], "model:net", limit=3)
    assert (len(paths), complete) == (3, False)
    assert len(all_paths(graph, ["faces@1"], "model:net")[0]) == 5
    assert all_paths(graph, ["faces@1"], "model:nowhere") == ([], True)


def test_the_json_form_has_the_fields_that_programs_rely_on(draw: Draw) -> None:
    shape = affected(draw("dataset:faces@1 train model:net@2", "run:1 produce model:odd"), ["faces@1"]).as_json()

    (model,) = shape["models"]
    assert {key: model[key] for key in ("name", "version", "roles", "certainty")} == {
        "name": "net",
        "version": "2",
        "roles": ["train"],
        "certainty": "recorded",
    }
    assert [step["name"] for step in model["paths"][0]] == ["faces", "net"]
    assert [entry["name"] for entry in shape["without_lineage"]] == ["odd"]


def test_who_received_a_model_is_gathered_from_all_sources_and_silence_is_not_nobody() -> None:
    def model(name: str, said: str | None) -> Node:
        more = {} if said is None else {"passed-on-to": said}
        return Node(f"model:{name}", NodeKind.MODEL, name, attributes=more)

    faces = Node("dataset:faces@1", NodeKind.DATASET, "faces", "1")
    told = [("a", "Acme, Inc.; Beta"), ("b", "none"), ("c", "unknown"), ("d", None)]
    gamma = Node("recipient:gamma", NodeKind.RECIPIENT, "Gamma")
    nodes = [faces, *(model(*one) for one in told), gamma]
    since = {"since": "2026-02-01T00:00:00Z", "told": "no"}
    passed_on = Edge("model:a", gamma.id, Role.PASS_ON, attributes=since)
    graph = graph_of(nodes, [*(Edge(faces.id, f"model:{name}", Role.TRAIN) for name in "abcd"), passed_on])

    found = {one.name: one.passed_on_to for one in affected(graph, ["faces@1"]).models}
    assert found == {"a": ("Acme, Inc.", "Beta", "Gamma"), "b": (), "c": None, "d": None}
    assert {one.name: one.as_json()["passed_on_to"] for one in affected(graph, ["faces@1"]).models}["b"] == []
    assert affected(graph, ["faces@1"]).models[0].received == (
        Received("Acme, Inc."), Received("Beta"), Received("Gamma", **since),
    )  # fmt: skip


def test_what_was_made_from_a_model_that_was_only_tried_has_the_data_by_no_other_role(draw: Draw) -> None:
    graph = draw(
        "dataset:faces evaluate model:base",
        "dataset:other train model:base",
        "model:base fine-tune-base model:child",
        "dataset:other train model:child",
    )
    found = {model.name: model for model in affected(graph, ["dataset:faces"]).models}
    assert {name: (model.roles, model.learned) for name, model in found.items()} == {
        "base": ((Role.EVALUATE,), Learned.MEASURED), "child": ((Role.EVALUATE,), Learned.MEASURED),
    }  # fmt: skip


def test_an_evaluation_of_its_base_is_no_role_of_a_model_that_was_trained_on_the_data(draw: Draw) -> None:
    graph = draw(
        "dataset:faces evaluate model:base",
        "model:base fine-tune-base model:child",
        "dataset:faces train model:child",
        "model:child copy model:registered",
    )
    found = {model.name: model.roles for model in affected(graph, ["dataset:faces"]).models}
    assert found == {"base": (Role.EVALUATE,), "child": (Role.TRAIN,), "registered": (Role.TRAIN,)}


def test_each_role_has_its_own_certainty(draw: Draw) -> None:
    graph = draw("dataset:faces evaluate model:net", "dataset:faces train model:net ?")
    (model,) = affected(graph, ["dataset:faces"]).models
    assert model.certainties == {Role.TRAIN: Certainty.INFERRED, Role.EVALUATE: Certainty.RECORDED}
    assert model.as_json()["certainties"] == {"train": "inferred", "evaluate": "recorded"}


COMPLETE = ("dataset:faces evaluate model:net", "dataset:other train run:1", "run:1 produce model:net")


@pytest.mark.parametrize(
    ("more", "learned"),
    [
        ((), Learned.MEASURED),
        (("dataset:more train run:1",), Learned.MEASURED),
        (("model:base fine-tune-base run:1", "dataset:old train model:base"), Learned.MEASURED),
        (("model:base fine-tune-base run:1",), Learned.NOT_KNOWN),
        (("model:base fine-tune-base run:1 ?", "dataset:old train model:base"), Learned.NOT_KNOWN),
        (("model:base fine-tune-base model:net", "dataset:old train model:base ?"), Learned.NOT_KNOWN),
        (("model:teacher distil run:1",), Learned.NOT_KNOWN),
        (("run:2 parent run:1 ?",), Learned.NOT_KNOWN),
        (("run:2 produce model:net",), Learned.NOT_KNOWN),
        (("dataset:faces train run:1",), Learned.ITSELF),
    ],
)
def test_only_measured_is_said_of_a_model_whose_record_is_complete_all_the_way_up(
    draw: Draw, more: tuple[str, ...], learned: Learned
) -> None:
    (model,) = [one for one in affected(draw(*COMPLETE, *more), ["dataset:faces"]).models if one.name == "net"]
    assert model.learned is learned


@pytest.mark.parametrize(
    ("line", "learned"), [((), Learned.MEASURED), (("dataset:old train model:net",), Learned.NOT_KNOWN)]
)
def test_a_name_without_a_version_takes_nothing_from_the_record_of_a_version_unless_something_is_recorded_of_it(
    draw: Draw, line: tuple[str, ...], learned: Learned
) -> None:
    lines = [text.replace("model:net", "model:net@1") for text in COMPLETE]
    graph = draw(*lines, "model:net fine-tune-base model:other", *line)
    (model,) = [one for one in affected(graph, ["dataset:faces"]).models if one.version == "1"]
    assert model.learned is learned


def test_no_model_is_said_to_be_only_measured_on_data_that_its_own_data_cannot_be_told_from(draw: Draw) -> None:
    loose = Node("dataset:loose", NodeKind.DATASET, "imagefolder", attributes={UNIDENTIFIED: "yes"})
    graph = draw("dataset:faces evaluate model:net", "dataset:loose train model:net", nodes=(loose,))
    assert affected(graph, ["dataset:faces"]).models[0].learned is Learned.NOT_KNOWN


def test_a_model_that_nothing_reaches_and_whose_record_is_not_complete_is_named(draw: Draw) -> None:
    impact = affected(
        draw("dataset:faces train model:a", "dataset:other train model:b", "model:hub fine-tune-base model:b"),
        ["dataset:faces"],
    )
    assert [node.name for node in impact.partly_recorded] == ["b"]
    assert [node.name for node in impact.without_lineage] == ["hub"]


def test_a_run_that_took_the_data_and_left_nothing_is_named(draw: Draw) -> None:
    graph = draw(
        "dataset:faces train run:lost", "dataset:faces evaluate run:tried", "dataset:faces train run:kept",
        "run:kept produce model:net", "dataset:other train run:else",
    )  # fmt: skip
    assert [node.name for node in affected(graph, ["dataset:faces"]).runs] == ["lost"]


def test_no_model_moves_towards_did_not_learn_when_a_record_is_missing(draw: Draw) -> None:
    lines = (
        *COMPLETE, "dataset:faces train model:base", "model:base fine-tune-base model:tuned",
        "dataset:other train model:tuned", "dataset:faces evaluate model:tuned", "model:tuned quantise model:small",
        "model:net distil model:student", "dataset:more train model:student", "dataset:faces validate model:student",
    )  # fmt: skip
    before = {model.name: model.learned for model in affected(draw(*lines), ["dataset:faces"]).models}
    for left_out in lines:
        if " train " in left_out or " distil " in left_out or " produce " in left_out or " quantise " in left_out:
            kept = [line for line in lines if line != left_out]
            after = {model.name: model.learned for model in affected(draw(*kept), ["dataset:faces"]).models}
            moved = {name for name in after if before[name] is not after[name]}
            assert all(after[name] is Learned.NOT_KNOWN for name in moved), left_out


def test_a_model_is_in_use_by_what_says_that_it_served_and_not_by_who_got_it(draw: Draw) -> None:
    dated = {"since": "2026-02-01T00:00:00Z"}
    net, door, got = "model:net", "endpoint:door", "recipient:gamma"
    for role, target, used in ((Role.SERVE, door, dated["since"]), (Role.PASS_ON, got, "")):
        graph = draw("dataset:faces train model:net", f"{net} serve {door}", f"{net} pass-on {got}",
                     edges=[Edge(net, target, role, attributes=dated)])  # fmt: skip
        (model,) = affected(graph, ["dataset:faces"]).models
        assert model.period.since == used
        assert [node.name for node in model.deployments] == ["door"]
