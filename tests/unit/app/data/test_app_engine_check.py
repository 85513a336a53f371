"""A check of an engine is kept with the model: with a reason where it is worse, and never where it makes no sense."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsr_desk.app.data import measuring
from dsr_desk.app.data.measuring import GroupsUnreadable, check_lines, keep_check, outcome_line, read_groups
from dsr_desk.cli.main import main
from dsr_desk.core.message import message
from dsr_desk.faces.engine_check import EngineCheck, MatchRates, Share, read_check
from dsr_desk.faces.facts import EngineFacts
from dsr_desk.faces.sanity import Sanity
from dsr_desk.search.faces.checking import EngineReport, GroupBeside
from dsr_desk.search.faces.match_rates import GroupRates

BETTER, WORSE = Share(0.98, 0.96, 0.99), Share(0.9, 0.85, 0.94)
GROUP = GroupRates("a", 20, 80, 3040, 120, Share(0.0123456, 0.005, 0.02), None)


def report_of(own: Share = BETTER, sanity: Sanity | None = None) -> EngineReport:
    rates = (MatchRates(1e-3, own, Share(0.97, 0.95, 0.99)), MatchRates(1e-4, None, None))
    return EngineReport(
        check=EngineCheck("ab", "2026-11-30T12:00:00Z", 47, 200, 2, 0, rates, tuple(at / 10 for at in range(9))),
        sanity=sanity or Sanity(24, 1.0, 0.9, 0.1, 0.2),
        at=1e-3,
        groups=(GroupBeside(GROUP, GROUP),),
        without_group=3,
        without_face=("P. Example/2.jpg", "Q. Example/1.jpg"),
        seconds=0.25,
        seconds_of_built_in=0.125,
    )


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(measuring, "engine_facts", lambda *_: EngineFacts("ab", 3))
    folder = tmp_path / "model"
    folder.mkdir()
    return folder


def test_a_check_is_kept_beside_the_model(model: Path) -> None:
    outcome = keep_check(model, report_of(), "a reason that nobody asked for")
    assert outcome.stored == model / "check.json"
    assert outcome_line(outcome) == message("engine.check.stored", file="check.json")
    assert read_check(model, "ab") == report_of().check


def test_of_an_engine_that_is_worse_nothing_is_kept_without_a_reason(model: Path) -> None:
    for reason in ("", "  \n"):
        outcome = keep_check(model, report_of(WORSE), reason)
        assert (outcome.stored, outcome.why) == (None, message("engine.check.no-reason"))
    assert not list(model.iterdir())
    keep_check(model, report_of(WORSE), " ours alone may be used here ")
    kept = read_check(model, "ab")
    assert kept is not None
    assert kept.reason == "ours alone may be used here"


def test_of_an_engine_that_makes_no_sense_nothing_is_kept_whatever_the_reason(model: Path) -> None:
    for sanity in (Sanity(24, 0.5, 0.9, 0.6, 0.2), Sanity(24, 1.0, 0.9, 0.1, 0.95), Sanity(24, 1.0, 1.0, 0.995, 0.1)):
        outcome = keep_check(model, report_of(sanity=sanity), "a reason")
        assert (outcome.stored, outcome.why) == (None, message("engine.check.unsound"))
    assert not list(model.iterdir())


def test_of_an_engine_that_became_another_one_meanwhile_nothing_is_kept(model, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "engine_facts", lambda *_: EngineFacts("cd", 3))
    assert keep_check(model, report_of(), "").why == message("engine.check.changed")
    assert keep_check(model, report_of(WORSE), "x" * 501).why == message("engine.check.long-reason", most=500)
    assert not list(model.iterdir())


def test_what_was_measured_is_said_with_sizes_and_what_was_missed_by_name() -> None:
    said = [line.say() for line in check_lines(report_of())]
    assert said[1] == (
        "At one false match in 1,000 pairs of strangers: 98.0 % found (96.0 to 99.0 %); "
        "built-in: 97.0 % found (95.0 to 99.0 %)."
    )
    assert said[2].endswith("10,000 pairs of strangers: not measurable here; built-in: not measurable here.")
    assert {"No face: P. Example/2.jpg.", "No face: Q. Example/1.jpg."} < set(said)
    assert "Group a: 20 people, 80 photos." in said
    assert any("1.235 % (0.500 to 2.000 %)" in line and "3,040 pairs" in line for line in said)
    assert "3 people have no group in the file and count in none." in said


@pytest.mark.parametrize(
    ("own", "reason", "code", "stored"), [(BETTER, "", 0, True), (WORSE, "", 1, False), (WORSE, "we may", 0, True)]
)
def test_the_command_ends_with_a_problem_where_nothing_was_kept(model, monkeypatch, own, reason, code, stored) -> None:
    monkeypatch.setattr(measuring, "check_engine", lambda *_, **__: report_of(own))
    line = ["engine", "check", str(model), str(model), "--reason", reason]
    said = CliRunner().invoke(main, line)
    assert said.exit_code == code
    assert ("not measurable here" in said.stdout, "check.json" in said.stdout) == (True, stored)
    answer = json.loads(CliRunner().invoke(main, [*line, "--json"]).stdout)
    assert (answer["stored"] is not None) == stored
    assert answer["report"]["check"]["rates"][1]["own"] is None
    assert answer["report"]["check"]["reason"] == (reason if stored and own is WORSE else "")


def test_groups_are_read_from_a_table_of_people(tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([["person", "group"], ["Zoë, A.", "one"], ["B", "two"], ["C", ""]])
    assert read_groups(file) == {"Zoë, A.": "one", "B": "two"}


@pytest.mark.parametrize("content", [b"", b"name,group\na,b\n", b"\xff\xfe\x00", b"person,gro\x00up\n"])
def test_a_file_that_says_no_groups_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes(content)
    with pytest.raises(GroupsUnreadable):
        read_groups(file)
    with pytest.raises(GroupsUnreadable):
        read_groups(tmp_path / "none.csv")


def test_a_share_never_stands_outside_its_interval() -> None:
    with pytest.raises(ValueError, match="no share"):
        Share(0.5, 0.6, 0.7)
    with pytest.raises(ValueError, match="no check"):
        replace(report_of().check, genuine=(0.5,))
