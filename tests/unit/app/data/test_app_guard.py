"""What was erased is known again when it comes back, by case; the vault alone can tell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from dsr_desk.app.case import deleting, ending
from dsr_desk.app.data import guard, indexing
from dsr_desk.app.desk import Desk
from dsr_desk.cli.main import main
from dsr_desk.core.findings import Identifiers, Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.core.requests import CaseState
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from dsr_desk.search.index.guard import Marker, found_again
from unit.app.small_case import ADA, HEAD, ROWS, Small


def build(desk: Desk, folder: Path, rows: tuple[str, ...], name: str = "copy") -> str:
    """A table in another dataset, indexed; returns the index's name."""
    data = folder / f"{name}-data"
    data.mkdir()
    (data / "list.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    version = DatasetVersion(name, "1", other_places="none", data_recipients="none")
    indexing.build_index(
        desk, [data], folder / name, version, register=IndexPurpose(), workers=1, report=silent, cancel=CancelToken()
    )
    return name


def test_a_vault_that_erased_nothing_says_that_it_compared_nothing(small: Small) -> None:
    found = guard.compare(small.desk, "people")
    assert (found.came_back, found.says) == ((), (message("guard.not-compared"),))


def test_what_was_erased_is_known_again_by_its_bytes_and_by_who_it_names(small: Small, tmp_path: Path) -> None:
    small.deleted()
    small.refresh()
    assert guard.compare(small.desk, "people").says[0].code == "guard.nothing"
    another = "B-7,somebody,wilma@example.com"
    (again,) = guard.compare(small.desk, build(small.desk, tmp_path, (ROWS[0], ROWS[1], another))).came_back
    assert (again.case, again.contents, again.identifiers, len(again.places)) == (small.ref, 1, 2, 2)


def test_what_the_case_itself_decided_to_be_somebody_elses_did_not_come_back(small: Small) -> None:
    small.identify()
    small.write([ROWS[0], "A-4,Wilma Quastenfloss,WILMA@example.com"])
    small.search()
    first, second = (one for one in small.items().values())
    small.decide(Verdict.SAME, first)
    small.decide(Verdict.DIFFERENT, second)
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    small.refresh()
    assert guard.compare(small.desk, "people").came_back == ()


def test_the_guard_outlives_the_forgetting_of_its_case(small: Small, tmp_path: Path) -> None:
    small.deleted()
    ending.end_case(small.desk, small.ref, CaseState.CLOSED, "the rest is not ours")
    ending.forget_case(small.desk, small.ref)
    (again,) = guard.compare(small.desk, build(small.desk, tmp_path, (ROWS[0],))).came_back
    assert (again.case, again.contents) == (small.ref, 1)
    assert small.desk.vault.problems() == []


def test_what_is_remembered_cannot_be_changed_beside_the_program(small: Small) -> None:
    small.deleted()
    (row,) = small.desk.vault.guard.all()
    small.desk.vault.guard.remove(row.id)
    assert [one.code for one in small.desk.vault.problems()] == ["register.missing"]


def test_the_commands_report_by_case_what_came_back_and_fail(small: Small, tmp_path: Path) -> None:
    small.deleted()
    build(small.desk, tmp_path, (ROWS[0],))
    small.desk.release("copy")
    indexing.export_index(small.desk, "copy", tmp_path / "copy.index", [small.desk.vault.public_key])
    indexing.destroy_index(small.desk, "copy")
    secret = tmp_path / "pass"
    secret.write_text(ADA)
    small.desk.close()
    vault = ["--vault", str(small.folder / "vault"), "--passphrase-file", str(secret), "--json"]
    shutil.rmtree(tmp_path / "copy.dsrindex", ignore_errors=True)
    claim = ["index", "claim", str(tmp_path / "copy.index"), "--into", str(tmp_path / "again"), *vault]
    done = CliRunner().invoke(main, claim)
    said = json.loads(done.output)
    assert (done.exit_code, said["came_back"][0]["case"], said["came_back"][0]["contents"]) == (1, small.ref, 1)
    more = CliRunner().invoke(main, ["index", "update", "people", *vault])
    assert (more.exit_code, json.loads(more.output)["came_back"]) == (0, [])


def test_marks_say_nothing_without_the_key_and_looks_keep_their_distance() -> None:
    one, other = Marker(b"a vault"), Marker(b"another vault")
    looks = np.array([0x0123456789ABCDEF, 0x0123456789ABCDEE, 0xFEDCBA9876543210], np.uint64)
    turned = one.turned(looks)
    assert [int(np.bitwise_count(turned[0] ^ two)) for two in turned] == [
        int(np.bitwise_count(looks[0] ^ two)) for two in looks
    ]
    assert not set(turned.tolist()) & set(looks.tolist()) | set(other.turned(looks).tolist()) & set(turned.tolist())
    digest, known = "ab" * 32, Identifiers(emails=("wilma@example.com",))
    marks = one.marks([digest], ["0123456789abcdef"], known)
    assert marks == one.marks([digest], ["0123456789abcdef"], known)
    assert marks.contents != other.marks([digest], [], known).contents
    assert bytes.fromhex(digest)[:8] not in marks.contents
    assert len(marks.identifiers) == 3 * 16, "as it is, and as lists of hashes have it"


@pytest.mark.parametrize(("bits", "known"), [(6, True), (7, False)])
def test_a_look_is_known_again_though_it_is_not_quite_the_same(bits: int, known: bool) -> None:
    class World:
        perceptual_hashes = np.array([7], np.int64), np.array([(1 << bits) - 1], np.uint64)

    marker = Marker(b"a vault")
    marks = marker.marks([], ["00" * 8], Identifiers())
    assert bool(found_again(World(), marker, {"case": marks})) is known  # type: ignore[arg-type]
