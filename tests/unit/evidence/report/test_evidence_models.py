"""Of a model is said what lineage records, by which way and how sure: never that it learned from her photos."""

from __future__ import annotations

from dataclasses import replace

import pytest
from evidence_sample import affected

from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import AffectedModel, Certainty, Node, NodeKind, PathStep, Role
from dsr_desk.core.message import quoted
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, ModelEntry, Question
from dsr_desk.evidence.report.blocks import written
from dsr_desk.evidence.report.models import model_lines, models, ways

PORTRAITS = PathStep(Node("d", NodeKind.DATASET, "portraits", "2025-11"))
BASE = PathStep(Node("b", NodeKind.MODEL, "base", "1"), Role.TRAIN)


def step(kind: NodeKind, name: str, role: Role, certainty: Certainty = Certainty.RECORDED) -> PathStep:
    return PathStep(Node(name, kind, name), role, certainty)


def row(content: EvidenceContent, model: AffectedModel, edition: Edition, language: str = "en") -> list[str]:
    """The lines that a report says of how a model came to the data."""
    entry = replace(content.models[0], model=model)
    made = written(models(replace(content, models=(entry,)), edition), language)
    cell = made["blocks"][1]["rows"][0]["cells"][1]
    return [run["text"] for run in cell["runs"] if run["style"] != "break"]


ITSELF = "Learned from a dataset version with these data; from which items of it is not recorded."
INHERITED = (
    "Made from another model that learned from a dataset version with these data; that it learned from them itself is "
    "not recorded."
)
MEASURED = (
    "Only measured against a dataset version with these data; what it learned from is recorded, and is something else."
)
NOT_KNOWN = "Whether it learned from these data is not known."


@pytest.mark.parametrize(
    ("path", "learned", "way"),
    [
        ((BASE,), ITSELF, "trained on portraits@2025-11; portraits@2025-11 holds 9 photos of yours (recorded)"),
        (
            (BASE, step(NodeKind.MODEL, "kiosk", Role.FINE_TUNE_BASE, Certainty.INFERRED)),
            INHERITED,
            "fine-tuned from base@1; base@1: trained on portraits@2025-11; portraits@2025-11 holds 9 photos of yours "
            "(inferred)",
        ),
        (
            (BASE, step(NodeKind.MODEL, "mini", Role.DISTIL), step(NodeKind.MODEL, "mix", Role.MERGE)),
            INHERITED,
            "merged from mini; mini: distilled from base@1; base@1: trained on portraits@2025-11; portraits@2025-11 "
            "holds 9 photos of yours (recorded)",
        ),
        (
            (step(NodeKind.DATASET, "crops", Role.DERIVE), step(NodeKind.MODEL, "tagger", Role.TRAIN)),
            ITSELF,
            "trained on crops; crops: derived from portraits@2025-11; portraits@2025-11 holds 9 photos of yours "
            "(recorded)",
        ),
        (
            (step(NodeKind.MODEL, "audit", Role.EVALUATE),),
            MEASURED,
            "evaluated on portraits@2025-11; portraits@2025-11 holds 9 photos of yours (recorded)",
        ),
        (
            (step(NodeKind.RUN, "job on gpu-07", Role.INPUT), step(NodeKind.MODEL, "mystery", Role.PRODUCE)),
            NOT_KNOWN,
            "built with portraits@2025-11; portraits@2025-11 holds 9 photos of yours (recorded)",
        ),
        (
            (
                step(NodeKind.RUN, "train on gpu-07", Role.TRAIN),
                replace(BASE, role=Role.PRODUCE),
                step(NodeKind.RUN, "embed on gpu-08", Role.FINE_TUNE_BASE),
                step(NodeKind.EMBEDDING, "vectors of gpu-09", Role.PRODUCE),
                step(NodeKind.MODEL, "kiosk", Role.EMBED),
            ),
            INHERITED,
            "uses embeddings; embeddings: fine-tuned from base@1; base@1: trained on portraits@2025-11; "
            "portraits@2025-11 holds 9 photos of yours (recorded)",
        ),
    ],
)
def test_each_way_is_said_from_the_model_backwards_with_what_it_was_made_of(
    content: EvidenceContent, path: tuple[PathStep, ...], learned: str, way: str
) -> None:
    model = affected(PORTRAITS, *path)
    assert row(content, model, Edition.REQUESTER) == [learned, way]
    assert row(content, model, Edition.REGULATOR) == [learned, way.replace("of yours", "that were found")]
    for edition in Edition:
        for language in LANGUAGES:
            said = " ".join(row(content, model, edition, language))
            assert "gpu-0" not in said
            assert "trained on 9" not in said


def test_what_a_model_learned_is_only_called_something_else_where_that_is_recorded(content: EvidenceContent) -> None:
    model = affected(PORTRAITS, step(NodeKind.MODEL, "bought", Role.EVALUATE))
    assert row(content, model, Edition.REQUESTER)[0] == MEASURED
    for doubtful in (
        replace(model, training_complete=False),
        affected(PORTRAITS, step(NodeKind.MODEL, "bought", Role.EVALUATE, Certainty.INFERRED)),
    ):
        assert row(content, doubtful, Edition.REQUESTER)[0] == NOT_KNOWN
        assert ModelEntry(doubtful, 9, 0).remains
    assert not ModelEntry(model, 9, 0).remains


def test_each_dataset_version_has_its_own_count(content: EvidenceContent) -> None:
    profiles = PathStep(Node("p", NodeKind.DATASET, "profiles", "7"))
    both = replace(affected(PORTRAITS, BASE), paths=((PORTRAITS, BASE), (profiles, BASE)))
    said = [str(one["says"]) for one in ways(ModelEntry(both, 9, 1), content.tally, Edition.REQUESTER)]
    assert said == [
        "trained on portraits@2025-11; portraits@2025-11 holds 9 photos of yours (recorded)",
        "trained on profiles@7; profiles@7 holds 1 record of yours (recorded)",
    ]


def test_where_lineage_is_silent_that_is_said_and_no_model_is_called_innocent(content: EvidenceContent) -> None:
    asked = Question(quoted("is it so?"), (), (), 1)
    silent = replace(content, models=(), not_in_lineage=("portraits@2025-11",), open_questions=(asked, asked))
    for edition in Edition:
        said = " ".join(map(str, model_lines(silent, edition)))
        assert "Of portraits@2025-11 nothing is recorded that was made from it" in said
        assert "2 questions about the records of lineage are open" in said
        assert "not all that they learned from is recorded, so that they may be affected too: 1" in said
        assert "a model may have come of them: 1" in said
        section = written(models(silent, edition), "en")["blocks"]
        shown = " ".join(run["text"] for one in section for run in one["runs"])
        assert "nothing is recorded that was made from it" in shown
        assert "old-demo@1" in shown
        assert "door-cam@3" in shown
        assert "rack 4" not in shown


def test_roles_that_no_way_shows_are_said_with_how_sure_each_is(content: EvidenceContent) -> None:
    further = {Role.TRAIN: Certainty.RECORDED, Role.VALIDATE: Certainty.INFERRED}
    model = affected(PORTRAITS, BASE, certainties=further, training_complete=False)
    assert row(content, model, Edition.REGULATOR)[2:] == [
        "By longer ways also: validated on (inferred).",
        "Not all that it learned from is recorded: there may be more ways.",
    ]


def test_what_the_three_words_for_certainty_mean_is_said_once_under_the_models(content: EvidenceContent) -> None:
    for edition in Edition:
        made = written(models(content, edition), "en")["blocks"]
        said = [run["text"] for one in made if "runs" in one for run in one["runs"]]
        assert sum("Inferred: it was concluded" in one for one in said) == 1
