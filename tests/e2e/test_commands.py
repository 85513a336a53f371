"""The commands as an officer types them: the whole job, and what is said where it cannot go on."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import beside_keys
import click
import pytest
from click.testing import Result
from typed import typed

from dsr_desk.app.sample import Sample, Truth
from dsr_desk.cli.main import main
from dsr_desk.core.items import ItemAddress
from quick_keys import make_keys_quick
from small_sample import small_sample

pytestmark = pytest.mark.slow

PASSPHRASE = "seven words that nobody would ever guess"


class Program:
    """Commands with one vault; the passphrase comes from a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = folder / "passphrase.txt"
        self.secret.write_text(PASSPHRASE + "\n")

    @property
    def environment(self) -> dict[str, str]:
        return {"DSR_DESK_VAULT": str(self.folder / "vault")}

    def raw(self, *words: object, vault: bool = True) -> Result:
        extra = ("--passphrase-file", self.secret) if vault else ()
        return typed((*words, *extra), self.folder, self.environment)

    def says(self, *words: object, vault: bool = True, code: int = 0) -> Any:
        done = self.raw(*words, "--json", vault=vault)
        assert done.exit_code == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refuses(self, *words: object, vault: bool = True) -> str:
        error = self.says(*words, vault=vault, code=3)["error"]
        assert all(error[part] for part in ("happened", "means", "todo"))
        return str(error["code"])


@pytest.fixture(scope="module", autouse=True)
def _quick_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        yield


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_parsed_beside_the_keys() -> Iterator[None]:
    """Commands run in this process here; what came from outside is read in cells."""
    with beside_keys.seen() as parsed:
        yield
    assert parsed == []


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return small_sample(tmp_path_factory.mktemp("sample") / "organisation")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, sample: Sample) -> Program:
    """A vault with the sample's data indexed."""
    program = Program(tmp_path_factory.mktemp("office"))
    shutil.copytree(sample.folder / "datasets", program.folder / "datasets")
    program.says("vault", "create", "--organisation", "Example Ltd", "--officer", "Ada", "--country", "IE")
    for dataset in sample.datasets:
        built = program.says(
            "index", "build", program.folder / "datasets" / dataset.sources[0].name,
            "--to", f"{dataset.version.name}.dsrindex", "--version", dataset.version.version,
        )  # fmt: skip
        assert sum(built["ledger"].values()) == built["photos"] > 0
        assert built["faces"] > 0
    return program


def test_the_whole_job_by_hand(program: Program, sample: Sample) -> None:
    imported = program.says("lineage", "import", *sample.lineage)
    assert imported["nodes"] > 5
    assert imported["edges"] > 5
    case = program.says("case", "new", "--request", sample.letter, "--confirm")
    assert re.fullmatch(r"\d{4}-\d{3}", case["case"])
    assert case["due"]
    assert case["identifiers"]["emails"]
    ref = case["case"]
    assert program.refuses("case", "search", ref) == "CASE-NO-IDENTITY"
    program.says("case", "identify", ref, "--method", "video call", "--photo-shows", "seen in the call")

    found = program.says("case", "search", ref, "--index", sample.datasets[0].version.name, "--index", "street-events")
    assert found["pile"]["count"] == len(found["candidates"]) > 0
    assert {"kind", "score", "says"} <= found["candidates"][0]["reasons"][0].keys()
    assert isinstance(found["gaps"], list)

    same, different = _sort(program.says("case", "candidates", ref), Truth.load(sample.truth))
    assert program.refuses("delete", "plan", ref) == "DELETE-REVIEW-OPEN"
    program.says("case", "decide", ref, *same, "--verdict", "same")
    if different:
        program.says("case", "decide", ref, *different, "--verdict", "different")

    affected = program.says("lineage", "affected", "--case", ref)
    assert {"name", "version", "roles", "certainty", "paths"} <= affected["models"][0].keys()
    assert affected["without_lineage"]
    by_dataset = program.says("lineage", "affected", "--dataset", sample.datasets[0].version.id)
    assert by_dataset["models"]

    program.says("delete", "plan", ref)
    assert program.refuses("delete", "run", ref, "--yes") == "DELETE-NOT-APPROVED"
    program.says("case", "approve", ref)
    program.says("delete", "run", ref, "--yes")
    read_back = program.says("delete", "read-back", ref, code=4)
    assert read_back["seen"] == "gone where it was read", "parts of some photos were not looked at"

    assert program.refuses("bundle", "seal", ref, "--to", "evidence") == "BUNDLE-REQUIRED-EMPTY"
    program.says("vault", "state", "eu-gdpr", "court", "--says", "the court of the place where you live")
    for one in program.says("bundle", "required", ref, "--for", "requester")["requester"]:
        if one["state"] == "empty":
            program.says("bundle", "state", ref, one["field"], "--not-yet-known", "nobody has said it yet")
    answer = program.says("bundle", "seal", ref, "--to", "evidence")["bundles"][0]
    assert answer["path"].endswith(".pdf")
    sealed = program.says("bundle", "seal", ref, "--to", "evidence", "--form", "page")["bundles"][0]
    secret = program.folder / "bundle-passphrase.txt"
    secret.write_text(sealed["passphrase"])
    handed = program.says("bundle", "certificate", "--to", "certificate.pem")["fingerprint"]
    verify = ("bundle", "verify", sealed["path"], "--passphrase-file", secret)
    assert program.says(*verify, vault=False, code=3)["ok"] is None  # nobody compared the fingerprint
    verified = program.says(*verify, "--certificate", handed, vault=False)
    assert verified["ok"]
    assert {"name", "ok", "says"} <= verified["checks"][0].keys()
    _flip_a_byte(program.folder / sealed["path"])
    spoiled = program.says("bundle", "verify", sealed["path"], "--passphrase-file", secret, vault=False, code=1)
    assert not spoiled["ok"]

    assert program.says("vault", "check")["ok"]
    assert program.refuses("case", "close", ref) == "CASE-OPEN-REASON"
    program.says("case", "close", ref, "--reason", "what is open is done by others")
    assert program.refuses("case", "search", ref) == "CASE-OVER"


def test_the_verifier_is_written_with_its_digest_and_needs_no_vault(program: Program) -> None:
    told = program.says("bundle", "verifier", "--to", "check_bundle.py", vault=False)
    written = (program.folder / "check_bundle.py").read_bytes()
    assert told["sha256"] == hashlib.sha256(written).hexdigest()
    assert written.startswith(b"#!/usr/bin/env python3")


def test_an_index_proves_itself_and_names_what_changed(program: Program, sample: Sample, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    truth, portraits = Truth.load(sample.truth), sample.datasets[0].sources[0]
    here = [item for item in truth.items if item.is_photo and item.container == portraits.name]
    # Those of the person may have been erased by another test, and a build says what comes back.
    for item in [one for one in here if truth.person not in one.people][:14]:
        shutil.copy(portraits / item.member, folder)
    program.says("index", "build", folder, "--to", tmp_path / "few.dsrindex")
    checked = program.says("index", "check", tmp_path / "few.dsrindex")
    assert checked["ok"]
    assert checked["found_again"]["tried"] == checked["found_again"]["found"] > 0

    gone = sorted(folder.glob("*.jpg"))[0]
    gone.unlink()
    checked = program.says("index", "check", tmp_path / "few.dsrindex", code=1)
    assert [place for place in checked["changed"]["removed"] if gone.name in place["says"]]
    program.says("index", "destroy", "few", "--yes")
    assert not (tmp_path / "few.dsrindex").exists()


def test_an_engine_is_measured_on_photos_of_people_that_somebody_knows(
    program: Program, sample: Sample, tmp_path: Path
) -> None:
    truth, portraits = Truth.load(sample.truth), sample.datasets[0].sources[0]
    here = [item for item in truth.items if item.is_photo and item.container == portraits.name and not item.hard]
    for item in here:
        for person in item.people:
            (tmp_path / str(person)).mkdir(exist_ok=True)
            shutil.copy(portraits / item.member, tmp_path / str(person))
    measured = program.says("bench", "recall", tmp_path, "--workers", 1, vault=False)

    assert (measured["references"], measured["engine"]) == (1, "standard")
    assert measured["photos"] == sum(len(item.people) for item in here)
    assert measured["recall_at"]["10"] == 1.0
    assert program.refuses("bench", "recall", portraits, "--workers", 1, vault=False) == "BENCH-NOBODY"
    assert program.refuses("bench", "recall", tmp_path, "--engine", "reference", vault=False) == "ENGINE-UNKNOWN"


def test_what_cannot_be_done_has_a_code_and_a_way_on(program: Program, tmp_path: Path) -> None:
    empty, wall = tmp_path / "empty", tmp_path / "wall.txt"
    empty.mkdir()
    wall.write_text("no photo at all, only words in a file")
    table = tmp_path / "people.csv"
    table.write_text("Ada Example,ada@example.org,+35315550100\nBo Example,bo@example.org,+35315550101\n")
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Sir or Madam,\nplease erase my data.\nAda Example, ada@example.org\n")

    assert program.refuses("index", "build", empty, "--to", tmp_path / "a.dsrindex") == "SOURCE-EMPTY"
    assert program.refuses("index", "build", tmp_path / "no", "--to", tmp_path / "a.dsrindex") == "SOURCE-MISSING"
    assert program.refuses("index", "build", table, "--to", tmp_path / "a.dsrindex") == "TABLE-NO-HEADER"
    assert program.refuses("case", "new", "--request", letter) == "CASE-LAW-UNSAID"
    law, day = ("--law", "eu-gdpr"), ("--received", "2026-11-03")
    assert program.refuses("case", "new", "--request", letter, *law) == "CASE-DAY-UNSAID"
    assert program.refuses("case", "new", "--request", letter, *law, *day) == "CASE-NO-PHOTO"
    assert program.refuses("case", "new", "--request", letter, *law, *day, "--photo", wall) == "PHOTO-UNREADABLE"
    assert program.refuses("case", "show", "1999-001") == "CASE-MISSING"
    assert program.refuses("index", "check", "nowhere") == "INDEX-UNKNOWN"
    assert program.refuses("lineage", "import", wall).startswith("LINEAGE-")
    assert program.raw("case", "new").exit_code == 2
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not the passphrase\n")
    assert program.refuses("vault", "info", "--passphrase-file", wrong, vault=False) == "VAULT-WRONG-PASSPHRASE"


def test_the_program_tells_people_what_happened_what_it_means_and_what_to_do(program: Program) -> None:
    words = ("case", "show", "1999-001", "--passphrase-file", str(program.secret))
    done = subprocess.run(
        [sys.executable, "-m", "dsr_desk", *words],
        env={**os.environ, **program.environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 4
    assert "[CASE-MISSING]" in done.stderr
    assert done.stdout == ""


def test_every_command_prints_for_programs_too() -> None:
    commands = dict(_commands(main, click.Context(main)))
    assert len(commands) > 50
    assert [name for name, command in commands.items() if not any("--json" in one.opts for one in command.params)] == []


def _commands(group: click.Group, context: click.Context, name: str = "") -> Iterator[tuple[str, click.Command]]:
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        if isinstance(command, click.Group):
            yield from _commands(command, context, f"{name} {part}")
        elif command is not None:
            yield f"{name} {part}", command


def _sort(candidates: list[dict[str, Any]], truth: Truth) -> tuple[list[str], list[str]]:
    same, different = [], []
    for candidate in candidates:
        item = candidate["item"]
        address = ItemAddress("", item["container"], item["member"], item["digest"], item["occurrence"])
        found = truth.item_at(address)
        mine = found is not None and truth.person in found.people
        (same if mine else different).append(candidate["id"])
    return same, different


def _flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at = data.rfind(b"</script>") - 2000 if b"</script>" in data else len(data) // 2
    data[at] ^= 1
    path.write_bytes(data)
