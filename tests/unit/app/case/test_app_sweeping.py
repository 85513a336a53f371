"""Sweeps in a case: they look for what was decided on alone, what they find stays open, and reading back says so."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import model_samples as made
from dsr_desk.app.case import deleting, ending, sweeping
from dsr_desk.app.case.sweeping import NothingToSweepFor
from dsr_desk.app.models import lineage as models
from dsr_desk.cli.main import main
from dsr_desk.core.actions import Check, Seen
from dsr_desk.core.findings import Verdict
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.refusals import FindingUnknown
from dsr_desk.core.requests import CaseState
from dsr_desk.core.strays import Explained, StrayBy
from unit.app import small_order
from unit.app.small_case import ADA, HEAD, ROWS, Small

MODEL = made.checkpoint(made.weights())


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A disk with a copy of one of her rows, and with one of somebody else's."""
    root = tmp_path / "disk"
    root.mkdir()
    (root / "export.txt").write_text(HEAD + ROWS[0] + "\n", encoding="utf-8")
    (root / "others.csv").write_text(HEAD + ROWS[1] + "\n" + ROWS[3] + "\n", encoding="utf-8")
    return root


def lineage(small: Small) -> None:
    """Two models that were trained on the table; the files of one are known."""
    ends = [{"kind": "model", "name": name, "version": "1"} for name in ("gate", "door")]
    digest = f"sha256:{hashlib.sha256(MODEL).hexdigest()}"
    said = {
        "dsr-desk-lineage": 1,
        "nodes": [{**ends[0], "digests": [digest]}, ends[1]],
        "edges": [
            {"from": {"kind": "dataset", "name": "people", "version": "1"}, "to": end, "role": "train"} for end in ends
        ],
    }
    (small.folder / "lineage.json").write_text(json.dumps(said), encoding="utf-8")
    models.import_lineage(small.desk, [small.folder / "lineage.json"])


def destroy(small: Small, model: str) -> None:
    models.plan_disposition(
        small.desk, small.ref, model, DispositionKind.DESTROYED, responsible="Model team", deadline="2027-03-31"
    )


def strays(small: Small) -> Check:
    found = sweeping.stray_check(small.desk, small.ref)
    assert found is not None
    return found


# What is looked for


def test_nothing_is_looked_for_before_anything_is_decided(small: Small, disk: Path) -> None:
    small.identify()
    small.search()
    with pytest.raises(NothingToSweepFor):
        sweeping.sweep_case(small.desk, small.ref, [disk])
    assert small.desk.case(small.ref).sweeps == []


def test_only_what_was_decided_to_be_the_persons_is_looked_for(small: Small, disk: Path) -> None:
    small.reviewed()
    done = sweeping.sweep_case(small.desk, small.ref, [disk])
    assert [(Path(one.stray.place).name, one.how) for one in done.findings if one.stray] == [
        ("export.txt", StrayBy.INSIDE)
    ]
    items = small.items()
    small.decide(Verdict.DIFFERENT, items["A-1"])
    assert sweeping.sweep_case(small.desk, small.ref, [disk]).findings == ()


def test_where_the_vault_knows_the_data_to_lie_is_no_stray_copy(small: Small, disk: Path) -> None:
    small.reviewed()
    done = sweeping.sweep_case(small.desk, small.ref, [disk, small.folder / "data"])
    assert [Path(one.stray.place).name for one in done.findings if one.stray] == ["export.txt"]


def test_models_are_looked_for_that_are_to_be_destroyed_and_no_others(small: Small, disk: Path) -> None:
    lineage(small)
    small.reviewed()
    (disk / "renamed.bin").write_bytes(MODEL)
    assert not sweeping.wanted_of(small.desk, small.ref).wanted.models
    destroy(small, "gate@1")
    done = sweeping.sweep_case(small.desk, small.ref, [disk])
    assert {(one.how, one.stray.name) for one in done.findings if one.stray} == {
        (StrayBy.INSIDE, ""), (StrayBy.MODEL, "gate@1"),
    }  # fmt: skip


def test_a_model_of_whose_files_no_digest_is_known_is_named_as_not_looked_for(small: Small, disk: Path) -> None:
    lineage(small)
    small.reviewed()
    destroy(small, "door@1")
    done = sweeping.sweep_case(small.desk, small.ref, [disk])
    assert "why.sweep.no-digest" in [gap.why.code for gap in done.sweep.not_looked]
    assert done.sweep.complete, "all was entered and read"


def test_a_model_that_an_earlier_sweep_met_is_told_once_its_file_is_gone(small: Small, disk: Path) -> None:
    lineage(small)
    small.reviewed()
    destroy(small, "gate@1")
    (disk / "renamed.bin").write_bytes(MODEL)
    sweeping.sweep_case(small.desk, small.ref, [disk])
    (disk / "renamed.bin").unlink()
    (disk / "converted").write_bytes(made.safetensors(made.weights()))
    done = sweeping.sweep_case(small.desk, small.ref, [disk])
    assert {one.how for one in done.findings} == {StrayBy.INSIDE, StrayBy.SAME_TENSORS}
    assert [one.how for one in done.gone] == [StrayBy.MODEL]


def test_without_a_case_only_files_of_models_are_looked_for(small: Small, disk: Path) -> None:
    lineage(small)
    small.reviewed()
    (disk / "m").write_bytes(MODEL)
    (disk / "forest").write_bytes(made.SCIKIT)
    done = sweeping.sweep_models(small.desk, [disk])
    assert {(Path(one.place).name, one.how, one.name) for one in done.found} == {
        ("m", StrayBy.MODEL, "gate@1"), ("forest", StrayBy.UNKNOWN_MODEL, ""),
    }  # fmt: skip


def test_of_an_order_all_that_its_scopes_cover_is_looked_for_also_once_it_is_gone(tmp_path: Path) -> None:
    ref = small_order.make(tmp_path / "made")
    (tmp_path / "made").rename(tmp_path / "template")
    with small_order.at(tmp_path / "made", tmp_path / "template", ref) as order:
        order.scoped()
        disk = tmp_path / "disk"
        disk.mkdir()
        shutil.copy(order.whole, disk / "old.bak")
        shutil.copy(order.folder / "data" / "shard-1.tar", disk / "rest")
        (disk / "others.csv").write_text("account,name\nA-1,Wilma\n", encoding="utf-8")
        done = sweeping.sweep_case(order.desk, ref, [disk, order.folder / "data"])
        counts = {Path(one.stray.place).name: one.stray.count for one in done.findings if one.stray}
        assert set(counts) == {"old.bak", "rest"}
        assert counts["old.bak"] > counts["rest"] > 0
        assert [gap.what.code for gap in done.sweep.not_looked if gap.what.code == "gap.sweep.looks"]
        order.run()
        read = deleting.read_back(order.desk, ref)
        assert [check.seen for check in read.checks if check.name.code == "check.strays"] == [Seen.STILL_THERE]
        again = sweeping.sweep_case(order.desk, ref, [disk])
        assert {Path(one.stray.place).name: one.stray.count for one in again.findings if one.stray} == counts


# What becomes of a finding


def test_a_finding_is_open_until_it_is_explained_and_is_named_by_who_explained_it(small: Small, disk: Path) -> None:
    small.reviewed()
    (one,) = sweeping.sweep_case(small.desk, small.ref, [disk]).findings
    assert one.open
    sweeping.explain(small.desk, small.ref, one.id[:8], Explained.STAYS_BY_LAW, "a court asked for it")
    (said,) = sweeping.findings(small.desk, small.ref)
    assert (said.open, said.officer, said.reason) == (False, "Ada", "a court asked for it")


def test_what_was_erased_by_hand_is_gone_by_a_sweep_or_open_again(small: Small, disk: Path) -> None:
    small.reviewed()
    (one,) = sweeping.sweep_case(small.desk, small.ref, [disk]).findings
    sweeping.explain(small.desk, small.ref, one.id, Explained.ERASED_BY_HAND, "deleted it")
    (again,) = sweeping.sweep_case(small.desk, small.ref, [disk]).findings
    assert again.open
    (disk / "export.txt").unlink()
    done = sweeping.sweep_case(small.desk, small.ref, [disk])
    assert [found.id for found in done.gone] == [one.id]
    with pytest.raises(FindingUnknown):
        sweeping.explain(small.desk, small.ref, one.id, Explained.IS_OTHER, "it is not there")


def test_a_finding_that_is_not_there_is_not_explained(small: Small, disk: Path) -> None:
    small.reviewed()
    sweeping.sweep_case(small.desk, small.ref, [disk])
    for finding in ("", "x", "0" * 32):
        if finding:
            with pytest.raises(FindingUnknown):
                sweeping.explain(small.desk, small.ref, finding, Explained.IS_OTHER, "who knows")


def test_an_ended_case_can_be_swept_and_a_forgotten_one_tells_no_places(small: Small, disk: Path) -> None:
    small.reviewed()
    ending.end_case(small.desk, small.ref, CaseState.REFUSED, "another company")
    sweeping.sweep_case(small.desk, small.ref, [disk])
    ending.forget_case(small.desk, small.ref)
    (one,) = sweeping.findings(small.desk, small.ref)
    assert (one.stray, one.open) == (None, True)


# What reading back says


def test_reading_back_says_what_sweeps_found_until_nothing_of_it_is_left(small: Small, disk: Path) -> None:
    small.deleted()
    assert sweeping.stray_check(small.desk, small.ref) is None
    (one,) = sweeping.sweep_case(small.desk, small.ref, [disk]).findings
    read = deleting.read_back(small.desk, small.ref)
    assert read.seen is Seen.STILL_THERE
    assert [check.seen for check in read.checks if check.name.code == "check.strays"] == [Seen.STILL_THERE]
    assert "1 finding of sweeps" in " ".join(said.say() for said in read.headline)
    sweeping.explain(small.desk, small.ref, one.id, Explained.TO_PLAN, "in the next round")
    assert strays(small).seen is Seen.STILL_THERE
    sweeping.explain(small.desk, small.ref, one.id, Explained.IS_OTHER, "a list of visitors")
    assert strays(small).seen is not Seen.STILL_THERE


def test_what_only_resembles_what_was_decided_on_is_not_known_until_somebody_looked(small: Small, disk: Path) -> None:
    lineage(small)
    small.reviewed()
    destroy(small, "gate@1")
    (disk / "export.txt").unlink()
    (disk / "m").write_bytes(MODEL)
    sweeping.sweep_case(small.desk, small.ref, [disk])
    (disk / "m").write_bytes(made.safetensors(made.weights(dtype="<f2")))
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert strays(small).seen is Seen.NOT_LOOKED
    (one,) = [found for found in sweeping.findings(small.desk, small.ref) if found.open]
    assert one.how is StrayBy.SAME_SHAPES


def test_a_sweep_that_did_not_enter_everything_does_not_say_that_nothing_is_there(small: Small, disk: Path) -> None:
    small.reviewed()
    (disk / "export.txt").unlink()
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert strays(small).seen is Seen.GONE
    sweeping.sweep_case(small.desk, small.ref, [disk, disk / "not there"])
    assert strays(small).seen is Seen.NOT_LOOKED
    (disk / "odd").write_bytes(b"\0\1" * 40)
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert strays(small).seen is Seen.GONE_WHERE_READ


def test_of_each_place_the_newest_sweep_counts_and_another_place_hides_nothing(
    small: Small, disk: Path, tmp_path: Path
) -> None:
    small.reviewed()
    (disk / "export.txt").unlink()
    (disk / "out").symlink_to(tmp_path)
    sweeping.sweep_case(small.desk, small.ref, [disk])
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "a.csv").write_text(HEAD + ROWS[1] + "\n", encoding="utf-8")
    sweeping.sweep_case(small.desk, small.ref, [tmp_path / "second"])
    assert strays(small).seen is Seen.NOT_LOOKED
    (disk / "out").unlink()
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert strays(small).seen is Seen.GONE


# The commands


def say(small: Small, tmp_path: Path, *words: str, code: int = 0) -> dict[str, Any]:
    secret = tmp_path / "secret.txt"
    secret.write_text(ADA)
    opening = ["--vault", str(small.folder / "vault"), "--passphrase-file", str(secret), "--json"]
    done = CliRunner().invoke(main, [*words, *opening])
    assert done.exit_code == code, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_commands_sweep_show_explain_and_read_back(small: Small, disk: Path, tmp_path: Path) -> None:
    ref = small.ref
    small.deleted().desk.close()
    told = say(small, tmp_path, "sweep", str(disk), "--case", ref, code=1)
    (one,) = told["found"]
    assert (one["place"], one["how"], one["open"]) == (f"{disk}/export.txt › line 2", "inside", True)
    assert (told["files"], told["complete"]) == (2, True)
    assert say(small, tmp_path, "delete", "read-back", ref, "--sweep", str(disk), code=1)["seen"] == "still there"
    say(small, tmp_path, "sweep", "explain", ref, one["id"][:8], "--as", "is-other", "--reason", "a visitor")
    assert say(small, tmp_path, "sweep", "show", ref)["found"][0]["explained"] == "is-other"
    assert say(small, tmp_path, "sweep", str(disk), "--case", ref)["found"][0]["open"] is False


def test_the_command_looks_for_nothing_without_a_case_but_models(small: Small, disk: Path, tmp_path: Path) -> None:
    small.desk.close()
    asked = CliRunner().invoke(main, ["sweep", str(disk), "--vault", str(small.folder / "vault")], input=f"{ADA}\n")
    assert asked.exit_code == 2
    assert say(small, tmp_path, "sweep", "--models", str(disk))["found"] == []
