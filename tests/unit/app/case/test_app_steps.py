"""Steps of a case: no ✓ without the act that it rests on, in any situation, in the room and by command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import rounds, steps
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Draft, Kind
from unit.app.conftest import PASSPHRASE
from unit.app.situations import SITUATIONS, Story


@pytest.fixture
def story(desk: Desk, tmp_path: Path) -> Story:
    return Story(desk, tmp_path)


RESTS_ON = {
    "request.done": {"identity"},
    "search.done": {"searched"},
    "review.decided": {"decided", "second-review", "searched"},
    "models.decided": {"disposition"},
    "models.none": {"lineage"},
    "deletion.gone": {"read-back"},
    "deletion.masked": {"read-back"},
    "deletion.held": {"read-back"},
    "evidence.sealed": {"sealed"},
}
"""The kinds of act that a ✓ may rest on; a code that is not here has none."""

MARKS = {"open": "", "begun": "…", "done": "✓"}


def shown(found: Sequence[tuple[str, str]]) -> str:
    return " ".join(MARKS[stage] + code.removeprefix("step.") for stage, code in found)


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_step_is_done_without_the_act_that_says_so(story: Story, tmp_path: Path, name: str) -> None:
    situation = SITUATIONS[name]
    situation.told(story)
    found = steps.steps(story.desk, story.ref)

    assert shown([(one.stage.value, one.says.code) for one in found]) == situation.expected
    assert [one.step for one in found] == list(steps.Step)
    for one in found:
        assert (one.finding is not None) == (one.stage is steps.Stage.DONE)
        if one.finding is not None:
            act = story.desk.vault.log.entry(one.finding.entry).act
            assert act.kind.value in RESTS_ON[one.says.code.removeprefix("step.")]
            assert act.time == one.finding.time
            assert story.desk.vault.officer_names()[act.officer] == one.finding.officer
        for language in ("en", "de"):
            assert "{" not in one.says.say(language)
    assert by_command(story, tmp_path) == situation.expected


def by_command(story: Story, folder: Path) -> str:
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    vault = str(story.desk.vault.folder)
    story.desk.close()
    done = CliRunner().invoke(
        main, ["case", "show", story.ref, "--json", "--vault", vault, "--passphrase-file", str(secret)]
    )
    assert done.exit_code == 0, done.output
    return shown([(one["stage"], one["says"]["code"]) for one in json.loads(done.output)["steps"]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("just opened", steps.Step.REQUEST),
        ("nothing searched", steps.Step.SEARCH),
        ("partly decided", steps.Step.REVIEW),
        ("models undecided", steps.Step.MODELS),
        ("no lineage", steps.Step.DELETION),
        ("lineage of other data", steps.Step.DELETION),
        ("access, reviewed", steps.Step.EVIDENCE),
        ("nothing found", steps.Step.EVIDENCE),
        ("read back with something left", steps.Step.DELETION),
        ("sealed, then something was said", steps.Step.EVIDENCE),
        ("sealed", None),
        ("sealed and ended", None),
        ("ended without anything", None),
    ],
)
def test_the_next_step_is_one_in_which_something_can_be_done(
    story: Story, name: str, expected: steps.Step | None
) -> None:
    SITUATIONS[name].told(story)
    assert steps.next_step(story.desk, story.ref) is expected


def test_counts_are_of_the_present_round(story: Story) -> None:
    story.run()
    assert steps.counts(story.desk, story.ref) == steps.Counts(2, 2, 2, 1, 0, 0)
    story.read_back("still_there", 1)
    story.seal()
    story.search(1, 3)

    assert steps.counts(story.desk, story.ref) == steps.Counts(3, 2, 1, 1, 0, 1)


def test_every_round_says_what_it_did(story: Story) -> None:
    story.approved(2)
    story.begin()
    story.outcome()
    story.read_back("still_there", 1)
    story.search(1)

    first, second = rounds.rounds(story.desk, story.ref)
    assert (first.number, first.searches, dict(first.actions)) == (1, 2, {"done": 1})
    assert first.approved_by == ("Ada",)
    assert (first.plan, first.former, first.read_back) == (
        story.desk.case(story.ref).rounds[0]["plan"]["plan"], 0, "still_there",
    )  # fmt: skip
    assert [one.code for one in first.says] == [
        "round.searched",
        "round.planned",
        "round.approved",
        "round.action.done",
        "round.read-back.still_there",
    ]
    assert [one.code for one in second.says] == ["round.searched"]


def test_an_end_counts_models_and_actions_that_are_open(story: Story) -> None:
    story.reviewed()
    story.lineage("people", "m", "n")
    story.dispose("m")
    story.plan(2)
    story.approve()
    story.begin()
    story.outcome("a", "waiting")
    story.end()

    closed = story.desk.vault.log.entry(story.desk.case(story.ref).ends[-1]["seq"])
    assert closed.act.open["open"] == {
        "undecided": 0, "unsure": 0, "models": 1, "waiting": 1, "not_read_back": 1, "answer": 1, "bundle": 1,
    }  # fmt: skip


def test_sealed_evidence_is_not_outdated_by_what_says_nothing_of_the_case(story: Story) -> None:
    story.reviewed()
    story.seal()
    story.desk.act(Draft(Kind.TIME_ASKED, {}), story.ref)
    story.seal()

    evidence = steps.steps(story.desk, story.ref)[-1]
    assert (evidence.stage, evidence.says.values["count"]) == (steps.Stage.DONE, 2)


def test_what_the_situations_leave_holds(story: Story) -> None:
    story.run()
    story.read_back("gone", 1)
    assert story.desk.vault.problems() == []
