"""What the commands say of a plan: its round, what was changed since, and why a run is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dsr_desk.cli.main import main
from unit.app.small_case import ADA, ROWS, Small, edit_identifiers


@pytest.fixture
def opening(tmp_path: Path, small: Small) -> list[str]:
    secret = tmp_path / "secret.txt"
    secret.write_text(ADA)
    return ["--vault", str(small.folder / "vault"), "--passphrase-file", str(secret)]


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def says(*words: str, code: int = 0) -> dict[str, Any]:
    done = call(*words, "--json")
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_plan_goes_from_the_command_to_the_read_back_and_into_a_second_round(
    small: Small, opening: list[str]
) -> None:
    small.reviewed().desk.close()
    ref = small.ref
    assert says("delete", "plan", ref, *opening)["round"] == 1
    assert says("case", "approve", ref, *opening)["plan"] == says("delete", "show", ref, *opening)["plan"]
    outcomes = says("delete", "run", ref, "--yes", *opening)["outcomes"]
    assert [one["state"] for one in outcomes] == ["done", "done", "waiting"]
    assert says("delete", "read-back", ref, *opening)["seen"] == "gone"
    weights = small.table.with_name("weights.gguf")
    weights.write_bytes(b"GGUF\x03\x00\x00\x00" + bytes(24))
    assert says("delete", "read-back", ref, *opening, code=4)["seen"] == "gone where it was read"
    weights.unlink()
    small.table.write_text(small.table.read_text(encoding="utf-8") + ROWS[0] + "\n", encoding="utf-8")
    assert says("delete", "read-back", ref, *opening, code=1)["seen"] == "still there"
    call("case", "search", ref, *opening)

    made = call("delete", "plan", ref, *opening)

    assert made.output.startswith("Plan of case 2026-001, round 2, 3 actions. Nothing was touched.")
    shown = says("delete", "show", ref, *opening)
    assert (shown["round"], [one["id"] for one in shown["actions"]]) == (2, ["a04", "a05", "a06"])
    assert call("delete", "show", ref, *opening).output.splitlines()[0].endswith("of case 2026-001, round 2:")


def test_a_changed_basis_is_listed_by_show_and_before_the_refusal_of_a_run(small: Small, opening: list[str]) -> None:
    edit_identifiers(small.approved())
    small.desk.close()
    changed = "The person's identifiers were changed."
    shown = says("delete", "show", small.ref, *opening)["changed"]
    assert shown == [{"code": "basis.identifiers", "values": {}, "says": changed}]
    assert f"Changed since the plan was made:\n  {changed}\n" in call("delete", "show", small.ref, *opening).output

    for words in (("delete", "run", small.ref, "--yes"), ("case", "approve", small.ref)):
        done = call(*words, *opening)
        assert done.exit_code == 3
        assert done.stderr.startswith(f"{changed}\n")
        assert "[DELETE-BASIS-CHANGED]" in done.stderr
    assert tuple(small.rows) == ROWS


def test_a_plan_is_withdrawn_by_command(small: Small, opening: list[str]) -> None:
    small.approved().desk.close()
    assert says("delete", "withdraw", small.ref, *opening) == {"withdrawn": small.ref}
    assert "[DELETE-NO-PLAN]" in call("delete", "show", small.ref, *opening).stderr
