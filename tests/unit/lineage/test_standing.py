"""Whether a word on a model is borne out by records: destroyed, withdrawn, retrained, infeasible, not affected."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from dsr_desk.core.lineage import Disposition, DispositionKind, Node, NodeKind, Observed, Planned
from dsr_desk.core.retained import Received
from dsr_desk.lineage.content import digests_of_file
from dsr_desk.lineage.graph import Graph
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers import mlflow_sqlite
from dsr_desk.lineage.places import PlaceLook, PlaceSeen, look_at
from dsr_desk.lineage.said import facts_of
from dsr_desk.lineage.sightings import Import, Imports
from dsr_desk.lineage.standing import (
    ModelStanding,
    RecordsKnown,
    StandingCode,
    WordDetails,
    check_disposition,
    open_words,
)

Draw = Callable[..., Graph]
BEFORE, SAID, AFTER, LATER = (f"2026-11-{day:02d}T10:00:00Z" for day in (1, 10, 20, 25))
REGISTER = mlflow_sqlite.FORMAT
LINES = ("dataset:faces@1 train run:1", "run:1 produce model:gate@2", "model:gate@2 serve deployment:doors")


def named(text: str, **more: object) -> Node:
    kind, _, label = text.partition(":")
    name, _, version = label.partition("@")
    return Node(text, NodeKind(kind), name, version, **more)  # type: ignore[arg-type]


def imported(*found: tuple[str, str, str, Iterable[Node | str]]) -> Imports:
    """Imports by file name, format, time and what they name; `run:1` and `model:other` go with everything."""
    made = Imports()
    for file, form, time, nodes in found:
        listed = [one if isinstance(one, Node) else named(one) for one in nodes]
        made.add(Import(file, file, form, "", (time,)), [*listed, named("run:1"), named("model:other")])
    return made


def said(kind: DispositionKind, seen: str = "2026-11-10", **more: str) -> Disposition:
    word = Observed(kind, "Olga looked", "Ada", seen, recorded=SAID, **more)
    return Disposition("2026-1", "model:gate@2", "gate", "2", observed=word)


def check(
    graph: Graph,
    imports: Imports,
    word: Disposition | None,
    *,
    model: str = "model:gate@2",
    leaving: Iterable[str] = (),
    **details: object,
) -> ModelStanding:
    known = RecordsKnown(graph, imports, affected(graph, ["faces@1"]), frozenset(leaving))
    found = known.reached(model)
    assert found is not None
    return check_disposition(known, found, word, WordDetails(**details))  # type: ignore[arg-type]


def codes(*listed: Iterable[object]) -> list[str]:
    return [one.code for found in listed for one in found]  # type: ignore[attr-defined]


DESTROYED = said(DispositionKind.DESTROYED)
MODEL = ("model:gate@2",)
FIRST = ("mlflow.db", REGISTER, BEFORE, MODEL)


def test_without_a_word_a_model_is_open_and_a_decision_alone_is_nothing_done(draw: Draw) -> None:
    graph = draw(*LINES)
    assert check(graph, imported(FIRST), None).code is StandingCode.NONE
    for kind in (DispositionKind.DESTROYED, DispositionKind.WITHDRAWN, DispositionKind.RETRAINED):
        decided = Disposition("", "", "", "", planned=Planned(kind, "", "", "2026-12-01", "Ada", SAID))
        found = check(graph, imported(FIRST), decided)
        assert (found.code, found.says.code) == (StandingCode.DECIDED, "standing.decided.by")
        assert found.code.open


def test_a_destroyed_model_that_an_import_since_still_lists_is_contradicted_with_source_and_day(draw: Draw) -> None:
    found = check(draw(*LINES), imported(FIRST, ("again.db", REGISTER, AFTER, MODEL)), DESTROYED)

    assert found.code is StandingCode.CONTRADICTED
    (against,) = found.contradictions
    assert (against.code, against.values) == ("against.listed", {"file": "again.db", "day": AFTER[:10]})
    assert against.say() == "again.db, imported on 20 November 2026, still lists it."
    assert found.rests_on == ("again.db",)


def test_the_same_bytes_imported_again_are_a_record_of_then(draw: Draw) -> None:
    imports = Imports()
    imports.add(Import("d", "mlflow.db", REGISTER, "", (BEFORE, AFTER)), [named("model:gate@2"), named("run:1")])
    assert check(draw(*LINES), imports, DESTROYED).code is StandingCode.CONTRADICTED


def test_a_model_is_found_again_by_its_content_under_any_name(draw: Draw) -> None:
    graph = draw(*LINES, nodes=(named("model:gate@2", digests=("sha256:ab",)),))
    elsewhere = named("dataset:weights.bin", digests=("sha256:ab",))
    found = check(graph, imported(FIRST, ("dvc.lock", "DVC", AFTER, [elsewhere])), DESTROYED)
    assert codes(found.contradictions) == ["against.listed"]


def test_with_no_import_since_it_is_declared_and_that_is_said(draw: Draw) -> None:
    found = check(draw(*LINES), imported(FIRST), DESTROYED)
    assert found.code is StandingCode.DECLARED
    assert "left.register" in codes(found.left)
    assert found.seen == ()


def test_a_register_that_lists_it_no_more_bears_the_word_out(draw: Draw) -> None:
    found = check(draw(*LINES), imported(FIRST, ("mlflow.db 2", REGISTER, AFTER, ())), DESTROYED)
    assert found.code is StandingCode.SEEN
    assert codes(found.seen) == ["shown.absent"]
    assert "left.places" in codes(found.left)


def test_what_another_register_does_not_list_is_no_proof(draw: Draw) -> None:
    """Another store of the same kind and name, and another format, never had the model."""
    other_store = Imports()
    for time, nodes in ((BEFORE, [named("model:gate@2"), named("run:1")]), (AFTER, [named("run:77")])):
        other_store.add(Import(time, "mlflow.db", REGISTER, "", (time,)), nodes)
    for imports in (other_store, imported(FIRST, ("bill.json", "CycloneDX", AFTER, ()))):
        found = check(draw(*LINES), imports, DESTROYED)
        assert (found.code, found.seen) == (StandingCode.DECLARED, ())


def test_a_register_of_nothing_else_is_not_known_again(draw: Draw) -> None:
    imports = Imports()
    imports.add(Import("a", "a.json", "DSR Desk JSON", "", (BEFORE,)), [named("model:gate@2")])
    imports.add(Import("b", "a.json", "DSR Desk JSON", "", (AFTER,)), [named("model:other")])
    assert check(draw(*LINES), imports, DESTROYED).code is StandingCode.DECLARED


def test_what_goes_with_it_does_not_make_a_register_another_one(draw: Draw) -> None:
    imports = Imports()
    whole = [named(one) for one in ("model:gate@2", "model:b", "model:c", "run:1")]
    imports.add(Import("a", "mlflow.db", REGISTER, "", (BEFORE,)), whole)
    imports.add(Import("b", "mlflow.db", REGISTER, "", (AFTER,)), [named("run:1")])
    graph = draw(*LINES)
    assert check(graph, imports, DESTROYED).code is StandingCode.DECLARED
    assert check(graph, imports, DESTROYED, leaving=["model:b", "model:c"]).code is StandingCode.SEEN


def test_every_register_that_listed_it_must_have_been_seen_since(draw: Draw) -> None:
    imports = imported(FIRST, ("bill.json", "CycloneDX", BEFORE, MODEL), ("now.db", REGISTER, AFTER, ()))
    found = check(draw(*LINES), imports, DESTROYED)
    assert found.code is StandingCode.DECLARED
    assert codes(found.seen) == ["shown.absent"]
    assert [one.values["file"] for one in found.left if one.code == "left.register"] == ["bill.json"]


def test_a_later_import_of_the_same_register_overrules_an_earlier_one(draw: Draw) -> None:
    graph = draw(*LINES)
    still, gone = ("then.db", REGISTER, AFTER, MODEL), ("now.db", REGISTER, LATER, ())
    assert check(graph, imported(FIRST, still, gone), DESTROYED).code is StandingCode.SEEN
    back = ("back.db", REGISTER, "2026-11-26T10:00:00Z", MODEL)
    assert check(graph, imported(FIRST, still, gone, back), DESTROYED).code is StandingCode.CONTRADICTED


def test_an_import_from_before_the_word_shows_nothing_of_after(draw: Draw) -> None:
    imports = imported(FIRST, ("then.db", REGISTER, "2026-11-05T10:00:00Z", ()))
    assert check(draw(*LINES), imports, DESTROYED).code is StandingCode.DECLARED


def test_of_a_day_its_end_counts_and_no_more_than_when_it_was_written_down(draw: Draw) -> None:
    """Seen on the 8th and written down on the 10th: what was imported on the 9th is from afterwards."""
    between = imported(FIRST, ("then.db", REGISTER, "2026-11-09T10:00:00Z", MODEL))
    same_day = imported(FIRST, ("then.db", REGISTER, "2026-11-08T10:00:00Z", MODEL))
    word = said(DispositionKind.DESTROYED, seen="2026-11-08")
    assert check(draw(*LINES), between, word).code is StandingCode.CONTRADICTED
    assert check(draw(*LINES), same_day, word).code is StandingCode.DECLARED


def test_in_one_second_the_log_says_what_came_first(draw: Draw) -> None:
    graph = draw(*LINES)
    imports = imported(FIRST, ("then.db", REGISTER, f"{SAID} {7:012d}", MODEL))
    assert check(graph, imports, DESTROYED, entry=6).code is StandingCode.CONTRADICTED
    assert check(graph, imports, DESTROYED, entry=8).code is StandingCode.DECLARED


@pytest.mark.parametrize("form", ["OpenLineage", "PROV-JSON", "Weights & Biases", "SageMaker"])
def test_events_of_the_past_are_neither_proof_nor_contradiction_but_a_later_run_is(form: str, draw: Draw) -> None:
    events = ("events.ndjson", form, AFTER, MODEL)
    found = check(draw(*LINES), imported(FIRST, events), DESTROYED)
    assert (found.code, found.contradictions) == (StandingCode.DECLARED, ())

    late = named("run:late", created="2026-11-12T00:00:00Z")
    graph = draw(*LINES, "model:gate@2 fine-tune-base run:late", nodes=(late,))
    assert codes(check(graph, imported(FIRST), DESTROYED).contradictions) == ["against.used"]


def test_an_end_in_a_record_counts_and_a_mark_as_deleted_does_not(draw: Draw) -> None:
    graph = draw(*LINES)
    ended = imported(("a.json", "DSR Desk JSON", AFTER, [named("model:gate@2", ended="2026-11-09T00:00:00Z")]))
    assert codes(check(graph, ended, DESTROYED).seen) == ["shown.ended"]
    assert check(graph, ended, DESTROYED).code is StandingCode.SEEN
    marked = imported(("mlflow.db", REGISTER, AFTER, [named("model:gate@2", attributes={"deleted": "yes"})]))
    found = check(graph, marked, DESTROYED)
    assert (found.code, codes(found.contradictions)) == (StandingCode.DECLARED, [])
    assert "left.marked" in codes(found.left)


def test_what_was_taken_out_of_the_lineage_is_named_until_something_newer_is_imported(draw: Draw) -> None:
    imports = imported(FIRST, ("now.db", REGISTER, AFTER, ()))
    imports.taken_out.append((LATER, LATER))
    found = check(draw(*LINES), imports, DESTROYED)
    assert found.code is StandingCode.DECLARED
    assert "left.taken-out" in codes(found.left)
    imports.add(Import("n", "newest.db", REGISTER, "", ("2026-11-28T10:00:00Z",)), [named("run:1")])
    assert check(draw(*LINES), imports, DESTROYED).code is StandingCode.SEEN


def test_a_file_at_its_place_contradicts_and_one_that_could_not_be_looked_at_leaves_it_open(draw: Draw) -> None:
    imports = imported(FIRST, ("now.db", REGISTER, AFTER, ()))
    expected = {
        PlaceSeen.GONE: StandingCode.SEEN,
        PlaceSeen.THERE: StandingCode.CONTRADICTED,
        PlaceSeen.UNKNOWN: StandingCode.CONTRADICTED,
        PlaceSeen.OTHER: StandingCode.DECLARED,
        PlaceSeen.NOT_LOOKED: StandingCode.DECLARED,
    }
    for seen, code in expected.items():
        found = check(draw(*LINES), imports, DESTROYED, places=(PlaceLook("/m/gate.pt", seen),))
        assert found.code is code, seen


def test_a_copy_that_a_sweep_found_contradicts_and_one_from_before_leaves_it_open(draw: Draw) -> None:
    imports = imported(FIRST, ("now.db", REGISTER, AFTER, ()))
    stray = check(draw(*LINES), imports, DESTROYED, strays=(("/backup/renamed.bin", AFTER),))
    assert (stray.code, codes(stray.contradictions)) == (StandingCode.CONTRADICTED, ["against.stray"])
    older = check(draw(*LINES), imports, DESTROYED, strays=(("/backup/renamed.bin", BEFORE),))
    assert (older.code, older.contradictions) == (StandingCode.DECLARED, ())
    assert "left.stray" in codes(older.left)


def test_places_are_looked_at_by_content(tmp_path: Path) -> None:
    weights, copy, other = tmp_path / "gate.pt", tmp_path / "store" / "layer" / "x.bin", tmp_path / "other.pt"
    copy.parent.mkdir(parents=True)
    weights.write_bytes(b"weights")
    copy.write_bytes(b"weights")
    other.write_bytes(b"others")
    digest = digests_of_file(weights)[0]
    empty, link, pipe = tmp_path / "empty", tmp_path / "link", tmp_path / "pipe"
    empty.mkdir()
    link.symlink_to(tmp_path / "elsewhere" / "gate.pt")
    os.mkfifo(pipe)

    def seen(path: Path, *digests: str) -> PlaceSeen:
        return look_at([path], digests)[0].seen

    assert look_at([weights], [digest.upper().replace("SHA256", "sha256")])[0].digest == digest
    assert seen(tmp_path / "store", digest) is PlaceSeen.THERE
    assert seen(other, digest) is PlaceSeen.OTHER
    assert seen(other) is seen(other, "sha1:ab") is PlaceSeen.UNKNOWN
    assert seen(tmp_path / "gone.pt", digest) is seen(empty, digest) is PlaceSeen.GONE
    for path in (tmp_path / "no drive" / "gate.pt", link, pipe):
        assert seen(path, digest) is PlaceSeen.NOT_LOOKED, path
    (empty / "way").symlink_to(tmp_path / "store")
    assert seen(empty, digest) is PlaceSeen.NOT_LOOKED


def test_a_withdrawn_model_is_out_of_use_when_records_of_all_that_ran_it_say_so(draw: Draw) -> None:
    graph, word = draw(*LINES), said(DispositionKind.WITHDRAWN)
    both = (*MODEL, "deployment:doors")
    first = ("mlflow.db", REGISTER, BEFORE, both)
    assert check(graph, imported(first), word).code is StandingCode.DECLARED
    still = check(graph, imported(first, ("now.db", REGISTER, AFTER, both)), word)
    assert (still.code, codes(still.contradictions)) == (StandingCode.CONTRADICTED, ["against.deployed"])
    assert check(graph, imported(first, ("now.db", REGISTER, AFTER, MODEL)), word).code is StandingCode.SEEN
    ended = [named("deployment:doors", ended="2026-11-09T00:00:00Z"), "model:gate@2"]
    assert check(graph, imported(("a.csv", "DSR Desk CSV", BEFORE, ended)), word).code is StandingCode.SEEN


def test_without_a_recorded_deployment_withdrawn_is_a_word(draw: Draw) -> None:
    found = check(draw(*LINES[:2]), imported(FIRST), said(DispositionKind.WITHDRAWN, by="Olga"))
    assert (found.code, found.says.values["who"]) == (StandingCode.DECLARED, "Olga")
    assert "left.deployments" in codes(found.left)


def test_a_destroyed_model_that_is_still_deployed_by_a_newer_record_is_contradicted(draw: Draw) -> None:
    imports = imported(FIRST, ("now.db", REGISTER, AFTER, ["deployment:doors"]))
    assert codes(check(draw(*LINES), imports, DESTROYED).contradictions) == ["against.deployed"]


RETRAINED = said(DispositionKind.RETRAINED)


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        (["dataset:clean@1 train run:2", "run:2 produce model:new@1"], StandingCode.SEEN, ["shown.clean"]),
        (["dataset:faces@1 train run:2", "run:2 produce model:new@1"], StandingCode.CONTRADICTED, ["against.path"]),
        (
            ["dataset:clean@1 train model:new@1", "model:gate@2 distil model:new@1"],
            StandingCode.CONTRADICTED,
            ["against.path"],
        ),
        (["run:2 produce model:new@1"], StandingCode.DECLARED, ["left.training"]),
        (
            ["dataset:clean@1 train model:new@1", "dataset:faces@1 input model:new@1"],
            StandingCode.DECLARED,
            ["left.path"],
        ),
        (
            ["dataset:clean@1 train model:new@1", "dataset:faces@1 evaluate model:new@1"],
            StandingCode.SEEN,
            ["shown.clean", "left.measured"],
        ),
    ],
)
def test_a_retrained_model_is_one_whose_lineage_does_not_lead_back(
    draw: Draw, lines: list[str], code: StandingCode, words: list[str]
) -> None:
    found = check(draw(*LINES, *lines), imported(FIRST), RETRAINED, instead="model:new@1")
    assert found.code is code
    assert set(words) <= set(codes(found.contradictions, found.seen, found.left))


def test_the_path_that_contradicts_is_shown(draw: Draw) -> None:
    graph = draw(*LINES, "model:gate@2 fine-tune-base model:new@1")
    found = check(graph, imported(FIRST), RETRAINED, instead="model:new@1")
    assert found.contradictions[0].say() == "new@1 learned from the data: faces@1 → 1 → gate@2 → new@1."


def test_which_model_took_its_place_must_be_recorded_and_be_another(draw: Draw) -> None:
    graph = draw(*LINES)
    assert check(graph, imported(FIRST), RETRAINED).code is StandingCode.DECLARED
    assert check(graph, imported(FIRST), RETRAINED, instead="model:nobody").code is StandingCode.DECLARED
    same = check(graph, imported(FIRST), RETRAINED, instead="model:gate@2")
    assert codes(same.contradictions) == ["against.same"]


def test_trained_on_what_an_erasure_left_leads_back_to_nothing(draw: Draw) -> None:
    graph = draw(*LINES, "dataset:faces@1 erase dataset:faces@1-less", "dataset:faces@1-less train model:new@1")
    assert check(graph, imported(FIRST), RETRAINED, instead="model:new@1").code is StandingCode.SEEN


def test_not_affected_is_contradicted_by_a_path_of_learning_and_borne_out_by_one_of_measuring(draw: Draw) -> None:
    def stands(*lines: str, model: str = "model:gate@2") -> ModelStanding:
        planned = Planned(DispositionKind.NOT_AFFECTED, "other data", "", "", "Ada", SAID)
        return check(draw(*lines), imported(FIRST), Disposition("", "", "", "", planned=planned), model=model)

    learned = stands(*LINES)
    assert (learned.code, codes(learned.contradictions)) == (StandingCode.CONTRADICTED, ["against.path"])
    inherited = stands(*LINES, "model:gate@2 quantise model:small", model="model:small")
    assert inherited.code is StandingCode.CONTRADICTED
    measured = stands("dataset:faces@1 evaluate model:gate@2", "dataset:other@1 train model:gate@2")
    assert measured.code is StandingCode.SEEN
    assert stands("dataset:faces@1 input model:gate@2").code is StandingCode.DECLARED


def test_infeasible_and_held_are_explained_by_a_named_officer(draw: Draw) -> None:
    for kind in (DispositionKind.INFEASIBLE, DispositionKind.HELD):
        planned = Planned(kind, "the vendor is bankrupt", "", "", "Ada", SAID)
        found = check(draw(*LINES), imported(FIRST), Disposition("", "", "", "", planned=planned))
        assert (found.code, found.code.open) == (StandingCode.EXPLAINED, False)
        assert found.says.values["who"] == "Ada"
        assert "the vendor is bankrupt" in found.says.say()
        assert codes(found.left) == [f"left.{kind.value}"]


def test_a_later_decision_on_something_else_takes_the_place_of_an_older_observation(draw: Draw) -> None:
    seen = DESTROYED.observed
    later = Planned(DispositionKind.HELD, "litigation", "", "", "Ada", LATER)
    earlier = Planned(DispositionKind.HELD, "litigation", "", "", "Ada", BEFORE)
    graph = draw(*LINES)
    for planned, code in ((later, StandingCode.EXPLAINED), (earlier, StandingCode.DECLARED)):
        word = Disposition("", "", "", "", planned=planned, observed=seen)
        assert check(graph, imported(FIRST), word).code is code


def test_the_headline_names_every_open_model_and_what_lineage_does_not_know(draw: Draw) -> None:
    graph = draw(*LINES, "model:gate@2 quantise model:small", "run:x produce model:silent")
    impact = affected(graph, ["faces@1", "nowhere@1"])
    known = RecordsKnown(graph, imported(FIRST), impact)
    standings = {one.id: check_disposition(known, one, None) for one in impact.models}
    said_open = [one.say() for one in open_words(impact, standings)]
    assert said_open == [
        "gate@2: Nothing was decided.",
        "small: Nothing was decided.",
        "1 model has no recorded training data: whether the data reached it is not known.",
        "No lineage names nowhere@1: which models it reached is not known.",
    ]
    assert open_words(impact, standings)[0].say("de") == "gate@2: Nichts wurde entschieden."


def test_what_no_source_says_of_a_model_is_said_to_be_unknown(draw: Draw) -> None:
    graph = draw(*LINES, "model:gate@2 produce output:scores")
    (model,) = affected(graph, ["faces@1"]).models
    said_ = {one.code: one.say() for one in facts_of(model)}
    assert said_["model.learned"] == "gate@2 and faces@1: learned from it."
    assert said_["model.deployments"] == "Deployed as doors."
    assert said_["model.period"] == "In use: not recorded."
    assert said_["model.outputs"] == "Retained outputs: scores."
    assert {"model.task.unknown", "model.products.unknown", "model.embeddings.unknown"} <= set(said_)
    assert said_["model.passed-on.unknown"] == "Who received it is not known."
    told = [facts_of(replace(model, received=names))[-1].code for names in ((), (Received("Acme"),))]
    assert told == ["model.passed-on.nobody", "model.passed-on"]
