"""Before sealing: each ✓ and each claim rests on an act that somebody made, in every situation of a case."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner

from dsr_desk.app.case import chasing, deleting, handing_over, review
from dsr_desk.app.proof import readiness, sealing
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.app.vault import checkpointing
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.findings import Verdict
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.refusals import NotReadBack
from dsr_desk.core.requests import Right
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import LogForked
from dsr_desk.storage.clock import now
from unit.app import small_case
from unit.app.small_case import ADA, BEA, Small


def new(small: Small) -> None:
    """Nothing is done."""


def identity_failed(small: Small) -> None:
    small.identify(verified=False)


def searched(small: Small) -> None:
    small.identify()
    small.search()


def partly_decided(small: Small) -> None:
    searched(small)
    small.decide(Verdict.SAME, small.items()["A-1"])


def reviewed(small: Small) -> None:
    small.reviewed()


def nothing_hers(small: Small) -> None:
    searched(small)
    small_case.reject_all(small)


def planned(small: Small) -> None:
    small.planned()


def approved(small: Small) -> None:
    small.approved()


def run(small: Small) -> None:
    small.deleted()


def read_back(small: Small) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)


def still_there(small: Small) -> None:
    small.deleted()
    small.write([*small.rows, small_case.NEW_ROW])
    deleting.read_back(small.desk, small.ref)


def found_again(small: Small) -> None:
    read_back(small)
    small_case.find_more(small)


def decided_again(small: Small) -> None:
    found_again(small)
    small.decide_open()


def confirmed(small: Small) -> None:
    read_back(small)
    small.desk.switch_officer(BEA)
    deleting.confirm_outcome(small.desk, small.ref)
    small.desk.switch_officer(ADA)


def identity_withdrawn(small: Small) -> None:
    confirmed(small)
    small_case.withdraw_identity(small)


def access(small: Small) -> None:
    small.reviewed()
    small.say(right=Right.ACCESS)


SITUATIONS: dict[str, tuple[Callable[[Small], None], set[str], set[str]]] = {
    "nothing done": (new, set(), set()),
    "identity failed": (identity_failed, set(), set()),
    "searched": (searched, {"ready.identity"}, {"claim.identity"}),
    "partly decided": (partly_decided, {"ready.identity"}, {"claim.identity"}),
    "reviewed": (reviewed, {"ready.identity", "ready.review"}, {"claim.identity"}),
    "nothing is hers": (
        nothing_hers,
        {"ready.identity", "ready.review", "ready.nothing"},
        {"claim.identity", "claim.nothing"},
    ),
    "planned": (planned, {"ready.identity", "ready.review"}, {"claim.identity"}),
    "approved": (approved, {"ready.identity", "ready.review"}, {"claim.identity"}),
    "run": (run, {"ready.identity", "ready.review"}, {"claim.identity", "claim.kept"}),
    "read back": (
        read_back,
        {"ready.identity", "ready.review", "ready.deletion.gone"},
        {"claim.identity", "claim.gone", "claim.kept"},
    ),
    "still there": (still_there, {"ready.identity", "ready.review"}, {"claim.identity", "claim.kept"}),
    "found again": (found_again, {"ready.identity"}, {"claim.identity", "claim.kept"}),
    "more decided": (decided_again, {"ready.identity", "ready.review"}, {"claim.identity", "claim.kept"}),
    "confirmed": (
        confirmed,
        {"ready.identity", "ready.review", "ready.deletion.gone", "ready.confirmed"},
        {"claim.identity", "claim.gone", "claim.kept"},
    ),
    "identity withdrawn": (
        identity_withdrawn,
        {"ready.review", "ready.deletion.gone", "ready.confirmed"},
        {"claim.gone", "claim.kept"},
    ),
    "access": (access, {"ready.identity", "ready.review"}, {"claim.identity"}),
}

OF_EVERY_CASE = {"claim.whole", "claim.unbroken.first", "claim.clock", *readiness.DECLARED_BY_SEALING}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_positive_word_without_its_fact(situation: str, small: Small) -> None:
    arrive, ready, claimed = SITUATIONS[situation]
    arrive(small)
    checked = readiness.checklist(small.desk, small.ref)
    assert {one.says.code for one in checked if one.ok} == ready
    for one in checked:
        assert one.ok == (one.finding is not None)
        if one.finding is not None:
            entry = small.desk.vault.log.entry(one.finding.entry)
            assert (one.finding.officer, one.finding.time) == (name_of(small, entry.act.officer), entry.act.time)
    claims = readiness.claims(small.desk, small.ref)
    assert {one.says.code for one in claims} - OF_EVERY_CASE == claimed
    assert all(one.entry is not None for one in claims if one.says.code in claimed)
    for language in LANGUAGES:
        assert all(one.says.say(language) for one in checked)
        assert all(one.says.say(language) and one.by.say(language) for one in claims)


def test_a_requester_reads_who_sealed_and_of_no_other_officer(small: Small, tmp_path: Path) -> None:
    small.deleted()
    small.desk.switch_officer(BEA)
    deleting.read_back(small.desk, small.ref)
    small.desk.switch_officer(ADA)
    hers, theirs = (predicate_of(files)["claims"] for files in opened(small, tmp_path / "one"))
    assert {one["says"]: one["who"] for one in theirs if one["who"] != "Ada"} == {"claim.gone": "Bea"}
    assert {one["says"]: one["who"] for one in hers if one["who"] != "Ada"} == {"claim.gone": ""}


def name_of(small: Small, key: str) -> str:
    return small.desk.vault.officer_names()[key]


def test_the_command_says_the_same_with_who_and_when(small: Small, tmp_path: Path) -> None:
    read_back(small)
    checked, claims = readiness.checklist(small.desk, small.ref), readiness.claims(small.desk, small.ref)
    vault, secret = small.desk.vault.folder, tmp_path / "secret.txt"
    small.desk.close()
    secret.write_text(ADA)

    def says(*more: str) -> str:
        words = ("bundle", "ready", small.ref, "--vault", str(vault), "--passphrase-file", str(secret), *more)
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
        return done.stdout

    told = json.loads(says("--json"))
    assert [(one["ok"], one["says"]) for one in told["ready"]] == [(one.ok, one.says.as_json()) for one in checked]
    assert [(one["standing"], one["says"], one["by"]) for one in told["claims"]] == [
        (one.standing, one.says.as_json(), one.by.as_json()) for one in claims
    ]
    assert [one["finding"]["entry"] for one in told["ready"] if one["ok"]] == [
        one.finding.entry for one in checked if one.finding
    ]
    shown = says()
    assert "✓ Read back: all that was found is gone where this program looked (Ada, " in shown
    assert "! Nobody but the operator confirmed the outcome: will be stated\n" in shown


def test_who_confirmed_is_the_officer_who_did(small: Small) -> None:
    confirmed(small)
    (line,) = [one for one in readiness.checklist(small.desk, small.ref) if one.says.code == "ready.confirmed"]
    assert line.finding is not None
    assert line.finding.officer == "Bea"
    assert line.finding.time <= now()


def opened(small: Small, folder: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The requester's and the regulator's files below `data/`; both bundles verify."""
    identity = pyrage.x25519.Identity.generate()
    folder.mkdir()
    key = folder / "identity.txt"
    key.write_text(str(identity))
    failed = small.desk.refusal(small.ref, Draft(Kind.SEALING, {"requester": True})) is not None
    *hers, theirs = sealing.seal(
        small.desk, small.ref, folder / "out", requester=not failed, regulators=[str(identity.to_public())]
    )
    told = certificate_fingerprint(small.desk)
    checks = [sealing.verify(theirs.path, identities=[key], certificate=told)]
    checks += [sealing.verify(one.path, passphrase=one.passphrase, certificate=told) for one in hers]
    for found in checks:
        assert found.ok, found
    for one in hers:
        sealing.open_bundle(one.path, folder / "hers", passphrase=one.passphrase)
    sealing.open_bundle(theirs.path, folder / "theirs", identities=[key])
    return files_below(folder / "hers") if hers else {}, files_below(folder / "theirs")


def files_below(folder: Path) -> dict[str, bytes]:
    data = folder / "evidence" / "data"
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def lines_of(file: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.splitlines()]


def predicate_of(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(json.loads(files["statement.dsse.json"])["payload"]))[
        "predicate"
    ]
    return found


def outcomes(files: dict[str, bytes]) -> dict[str, int]:
    found: dict[str, int] = predicate_of(files)["outcomes"]
    return found


OFTEN = ("reviewed", "nothing is hers", "still there", "confirmed", "identity withdrawn", "access")
"""Of these two bundles are sealed and opened in each run, of the others in the long one."""


@pytest.mark.parametrize(
    "situation", [pytest.param(one, marks=() if one in OFTEN else pytest.mark.long) for one in SITUATIONS]
)
def test_the_verifier_makes_the_same_claims_from_the_entries_and_knows_by_whom(
    situation: str, small: Small, tmp_path: Path
) -> None:
    SITUATIONS[situation][0](small)
    if small.desk.refusal(small.ref, Draft(Kind.SEALING)) is not None:
        return
    claims = readiness.claims(small.desk, small.ref, continued=False)
    hers, theirs = (predicate_of(files)["claims"] if files else None for files in opened(small, tmp_path / "one"))
    assert theirs is not None
    assert (hers is None) is (situation == "identity withdrawn")
    sealing_entry = theirs[0]["entry"]
    act = small.desk.vault.log.entry(sealing_entry).act
    assert act.kind is Kind.SEALING
    for made, read in ((hers, False), (theirs, True)) if hers is not None else ((theirs, True),):
        assert [(one["says"], one["by"], one["standing"]) for one in made] == [
            (one.says.code, one.by.code, one.standing.value) for one in claims
        ]
        for said, one in zip(made, claims, strict=True):
            entry = sealing_entry if one.entry is None else one.entry
            assert (said["entry"], said["when"]) == (entry, small.desk.vault.log.entry(entry).act.time)
            assert said["who"] == (one.who or "Ada" if read or one.who in ("", "Ada") else "")


def test_both_rounds_of_a_deletion_are_in_the_bundle_and_the_newest_look_counts(small: Small, tmp_path: Path) -> None:
    still_there(small)
    _, first = opened(small, tmp_path / "first")
    small.search()
    small.decide_open()
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    hers, theirs = opened(small, tmp_path / "second")
    rounds = [json.loads(line)["round"] for line in theirs["actions.jsonl"].splitlines()]
    assert set(rounds) == {1, 2}
    looks = json.loads(theirs["readback.json"])
    assert {(one["round"], one["superseded"]) for one in looks} == {(1, True), (2, False)}
    assert outcomes(theirs) == {"gone": len([json.loads(line) for line in hers["hits.jsonl"].splitlines()])}
    assert outcomes(first).get("still there", 0) or json.loads(first["readback.json"])
    custody = [json.loads(line) for line in theirs["custody.jsonl"].splitlines()]
    erased = [one["item"] for one in custody if not one["after"]]
    assert sorted(erased) == sorted(
        one["item"] for one in [json.loads(line) for line in hers["hits.jsonl"].splitlines()]
    )


def test_what_a_search_found_again_is_not_called_gone(small: Small, tmp_path: Path) -> None:
    small.approved()
    gone = small.items()["A-1"]
    deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    _, before = opened(small, tmp_path / "before")
    small.write([small_case.ROWS[0], *small.rows])
    small.search()
    assert gone in [one.candidate.id for one in review.review_items(small.desk, small.ref) if one.round == 2]
    _, after = opened(small, tmp_path / "again")
    assert outcomes(before)["gone"] == outcomes(after)["gone"] + 1
    assert outcomes(after)["could not look"] == 1
    ready = [one.says.code for one in readiness.checklist(small.desk, small.ref)]
    assert "ready.deletion.gone" not in ready
    assert "claim.gone" not in [one.says.code for one in readiness.claims(small.desk, small.ref)]


def test_the_same_item_has_the_same_salt_in_every_bundle(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    first, _ = opened(small, tmp_path / "first")
    second, _ = opened(small, tmp_path / "second")
    assert first["hits.jsonl"] == second["hits.jsonl"]
    salts = [one["salt"] for one in [json.loads(line) for line in first["hits.jsonl"].splitlines()]]
    assert len(set(salts)) == len(salts) > 1


def test_a_second_review_by_packet_is_told_from_one_in_the_program(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    desk, ref = small.desk, small.ref
    desk.switch_officer(BEA)
    items = [one.address.id for one in review.hits(desk, ref)]
    review.review_again(desk, ref, items[:1], Verdict.SAME)
    rows = [Row(desk.name(ref, items[1]), "same")]
    desk.act(Draft(Kind.SECOND_REVIEW, {"how": "packet"}, {}, rows), ref)
    desk.switch_officer(ADA)
    hers, theirs = opened(small, tmp_path / "both")
    said = json.loads(theirs["scope.json"])["review"]
    assert (said["second_in_program"], said["second_by_packet"], said["settled"]) == (1, 1, 0)
    assert said["second_reviewers"] == ["Bea"]
    for page in (hers["report.html"], theirs["report.html"]):
        assert b"on one item blind, by packet" in page
        assert b"the program hid the first decision" in page


def test_an_answer_to_an_earlier_round_is_read_back_before_anything_is_sealed(small: Small, tmp_path: Path) -> None:
    read_back(small)
    small.write([*small.rows, small_case.NEW_ROW])
    small.search()
    opened(small, tmp_path / "before")
    (task,) = [one for one in chasing.tasks(small.desk, small.ref) if one.waits]
    handing_over.declare(small.desk, small.ref, task.action.id, "deleted, says their letter")
    with pytest.raises(NotReadBack):
        sealing.seal(small.desk, small.ref, tmp_path / "after")
    assert "ready.deletion.unread" in [one.says.code for one in readiness.checklist(small.desk, small.ref)]
    deleting.read_back(small.desk, small.ref)
    sealing.seal(small.desk, small.ref, tmp_path / "after")


def test_a_drive_for_checkpoints_that_is_away_is_said_before_sealing(small: Small, tmp_path: Path) -> None:
    reviewed(small)
    drive = tmp_path / "drive"
    drive.mkdir()
    checkpointing.write_checkpoint(small.desk, drive / "mark", always=True)
    codes = [one.says.code for one in sealing.checklist(small.desk, small.ref)]
    assert "ready.checkpoint.away" not in codes

    shutil.rmtree(drive)

    codes = [one.says.code for one in sealing.checklist(small.desk, small.ref) if not one.ok]
    assert "ready.checkpoint.away" in codes


def test_sealing_writes_a_checkpoint_where_one_is_wanted_and_refuses_a_log_that_went_two_ways(
    small: Small, tmp_path: Path
) -> None:
    small.approved()
    deleting.run(small.desk, small.ref)
    deleting.read_back(small.desk, small.ref)
    mark = tmp_path / "mark"
    checkpointing.write_checkpoint(small.desk, mark, always=True)
    before = mark.read_bytes()
    sealing.seal(small.desk, small.ref, tmp_path / "out")
    assert mark.read_bytes() != before

    told = json.loads(mark.read_text())
    assert told, "a checkpoint is JSON"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "continues", lambda *_: False)
        with pytest.raises(LogForked):
            sealing.seal(small.desk, small.ref, tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 1
