"""Checkpoints for others to hold: what a page holds, and what comparing the journal with one shows."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.app.case.ending import end_case
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.signing_keys import organisation_signer, renew_signing_key
from dsr_desk.app.vault import backups, checkpointing, comparing
from dsr_desk.app.vault.comparing import Agreement, HeldUnreadable, LineWrong
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.requests import CaseState
from dsr_desk.evidence.signed.notes import Note, find_note, sign_note
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.storage.checkpoints import CheckpointDamaged
from dsr_desk.storage.files import FileThere
from hand_made import ANN, BOB, REF, ByHand, quick

PAGES = ("page.pdf", "code.svg", "line.txt")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A vault with one finished case."""
    made, _ = Desk.create(tmp_path / "vault", "Example Ltd", "Ann", ANN)
    ByHand(made).finish()
    yield made
    made.close()


def go_on(desk: Desk, number: int = 2) -> None:
    ByHand(desk, f"2026-{number:03}").open()


def cut_off(desk: Desk, count: int) -> None:
    """The last entries are gone, as if they had never been written: what an officer with the vault's key can do."""
    db = desk.vault.db.conn
    (kept,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'entries_stay'").fetchone()
    db.execute("DROP TRIGGER entries_stay")
    first = desk.vault.log.size - count
    for table in ("field_values", "act_rows", "entries"):
        db.execute(f"DELETE FROM {table} WHERE seq >= ?", [first])
    db.execute(kept)
    db.commit()


def copied(desk: Desk, to: Path) -> Path:
    desk.vault.db.conn.execute("PRAGMA wal_checkpoint(truncate)").fetchall()
    shutil.copytree(desk.vault.folder, to)
    return to


# What is handed out


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_back_as_the_note_that_was_signed(desk: Desk, tmp_path: Path, name: str) -> None:
    note = checkpointing.write_page(desk, tmp_path / name)
    assert note.signed_by([organisation_signer(desk).log_key.public_key()])
    assert (note.size, note.epoch) == (desk.vault.log.size - 1, 1)
    assert list(desk.vault.log.entries())[-1].kind is Kind.CHECKPOINT
    go_on(desk)
    found = comparing.compare(desk, tmp_path / name)
    assert (found.standing, found.size, found.ok) == (Agreement.CONTINUED, note.size, True)


def test_a_printed_page_is_one_page_with_the_line_the_code_and_the_organisation(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "page.pdf")
    with pikepdf.open(tmp_path / "page.pdf") as document:
        assert len(document.pages) == 1
        assert document.attachments["checkpoint.txt"].get_file().read_bytes().decode() == note.whole
    page = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    text = page[0].get_textpage().get_text_range()
    page.close()
    assert find_note(text) == note
    assert "Example Ltd" in text
    assert "vault check --against" in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_holds_a_name_but_the_organisations(desk: Desk, tmp_path: Path, language: str) -> None:
    checkpointing.write_page(desk, tmp_path / "line.txt", language)
    text = (tmp_path / "line.txt").read_text()
    assert not [one for one in ("Ann", REF, desk.case(REF).id, desk.vault.identity) if one in text]


def test_the_code_shows_the_whole_note(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "code.svg")
    drawn = (tmp_path / "code.svg").read_text()
    assert drawn.startswith("<?xml")
    assert find_note(drawn) == note


def test_what_lies_there_is_not_written_over_and_an_unknown_kind_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_text("mine")
    size = desk.vault.log.size
    for name, error in (("page.pdf", FileThere), ("page.docx", checkpointing.PageKindUnknown)):
        with pytest.raises(error):
            checkpointing.write_page(desk, tmp_path / name)
    assert (tmp_path / "page.pdf").read_text() == "mine"
    assert desk.vault.log.size == size


def test_a_line_may_be_typed_with_any_spaces(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "line.txt")
    half = len(note.signature) // 2
    typed = note.line.replace(" ", "\n  ").replace(note.signature, f"{note.signature[:half]} {note.signature[half:]}")
    assert comparing.compare_line(desk, f"as on paper: {typed} .").standing is Agreement.CONTINUED
    for wrong in ("", "dsr-desk/", note.line[:-9], note.line.replace("epoch", "epoche"), note.origin + note.line):
        if find_note(wrong) is None:
            with pytest.raises(LineWrong):
                comparing.compare_line(desk, wrong)
    assert find_note(note.line[:-9]) is None


# What comparing shows


def test_a_journal_whose_end_was_cut_off_is_found_also_when_it_went_on_and_was_signed(
    desk: Desk, tmp_path: Path
) -> None:
    organisation_signer(desk)
    for number in range(4):
        checkpointing.write_checkpoint(desk, tmp_path / f"mark {number}")
    note = checkpointing.write_page(desk, tmp_path / "page.pdf")
    cut_off(desk, 5)
    found = comparing.compare(desk, tmp_path / "page.pdf")
    assert (found.standing, found.ok) == (Agreement.SHORTER, False)
    desk.close()
    with Desk.open(desk.vault.folder, ANN) as again:
        for number in range(4, 9):
            checkpointing.write_checkpoint(again, tmp_path / f"mark {number}")
        assert again.vault.log.size > note.size
        assert again.vault.problems() == []
        found = comparing.compare(again, tmp_path / "page.pdf")
        assert (found.standing, found.ok) == (Agreement.REWRITTEN, False)


def test_a_journal_that_was_rewritten_after_a_restore_is_not_excused_by_it(desk: Desk, tmp_path: Path) -> None:
    desk.vault.backup(tmp_path / "backup")
    backups.restore(tmp_path / "backup", tmp_path / "new", ANN)
    with Desk.open(tmp_path / "new", ANN) as new:
        go_on(new)
        checkpointing.write_page(new, tmp_path / "page.txt")
        cut_off(new, 4)
        for number in range(3, 9):
            go_on(new, number)
        assert comparing.compare(new, tmp_path / "page.txt").standing is Agreement.REWRITTEN


def test_an_honest_restore_is_named_as_one_and_still_asks_what_was_lost(desk: Desk, tmp_path: Path) -> None:
    desk.vault.backup(tmp_path / "backup")
    go_on(desk)
    note = checkpointing.write_page(desk, tmp_path / "page.pdf")
    backups.restore(tmp_path / "backup", tmp_path / "new", ANN)
    with Desk.open(tmp_path / "new", ANN) as new:
        found = comparing.compare(new, tmp_path / "page.pdf")
        assert (found.standing, found.ok) == (Agreement.RESTORED, False)
        assert "That is no forgery by itself" in str(found.says)
        (declared,) = new.vault.log.entries("", kinds=(Kind.EPOCH,))
        assert (found.says.values["entry"], found.says.values["epoch"]) == (declared.seq, 2)
        assert declared.seq < note.size


def test_a_restore_that_took_the_checkpoint_is_no_contradiction(desk: Desk, tmp_path: Path) -> None:
    desk.vault.backup(tmp_path / "backup")
    go_on(desk)
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    backups.restore(tmp_path / "backup", tmp_path / "new", ANN, [tmp_path / "mark"])
    with Desk.open(tmp_path / "new", ANN) as new:
        found = comparing.compare(new, tmp_path / "mark")
        assert (found.standing, found.ok) == (Agreement.TAKEN, True)


def test_a_journal_changed_before_its_restore_contradicts_what_the_checkpoint_remembers(
    desk: Desk, tmp_path: Path
) -> None:
    """The checkpoint's own file vouches for earlier states too."""
    checkpointing.write_checkpoint(desk, tmp_path / "early")
    go_on(desk)
    checkpointing.write_checkpoint(desk, tmp_path / "mark")
    cut_off(desk, 6)
    go_on(desk, 7)
    copy = copied(desk, tmp_path / "copy")
    with Desk.open(copy, ANN) as other:
        other.vault.backup(tmp_path / "backup")
    backups.restore(tmp_path / "backup", tmp_path / "new", ANN)
    with Desk.open(tmp_path / "new", ANN) as new:
        assert comparing.compare(new, tmp_path / "mark").standing is Agreement.REWRITTEN


def test_a_checkpoint_of_another_vault_says_nothing_of_this_one(desk: Desk, tmp_path: Path) -> None:
    other, _ = Desk.create(tmp_path / "other", "Other Ltd", "Eve", BOB)
    with other:
        checkpointing.write_page(other, tmp_path / "line.txt")
    found = comparing.compare(desk, tmp_path / "line.txt")
    assert (found.standing, found.ok) == (Agreement.OTHER, False)


def test_a_checkpoint_that_no_key_of_the_vault_signed_is_named_so(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "line.txt")
    forged = sign_note(note.origin, note.size, bytes(32), 1, Ed25519PrivateKey.generate())
    assert comparing.compare_line(desk, forged.line).standing is Agreement.UNSIGNED
    mistyped = replace(note, size=note.size + 1)
    assert comparing.compare_line(desk, mistyped.line).standing is Agreement.UNSIGNED


def test_a_checkpoint_counts_after_the_key_that_signed_it_was_replaced(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "line.txt")
    renew_signing_key(desk)
    go_on(desk)
    cut_off(desk, 1)
    assert comparing.compare_line(desk, note.line).standing is Agreement.CONTINUED
    lost = sign_note(note.origin, 999, bytes(32), 1, Ed25519PrivateKey.generate())
    assert comparing.compare_line(desk, lost.line).standing is Agreement.UNSIGNED


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("empty", b"", CheckpointDamaged),
        ("letter.txt", b"Dear all", CheckpointDamaged),
        ("noise.bin", bytes(range(256)) * 9, CheckpointDamaged),
        ("braces.json", b'{"format": 1}', CheckpointDamaged),
        ("long.json", b"[" * 100_000, CheckpointDamaged),
        ("evidence.zip", b"PK\x03\x04 no zip", HeldUnreadable),
        ("bundle.zip", b"PK\x03\x04 no zip", HeldUnreadable),
        ("other.pdf", b"%PDF-1.7 no pdf", DeskError),
        ("page.html", b"<!doctype html><title>no bundle</title>", DeskError),
        ("bundle.age", b"age-encryption.org/v1\n", DeskError),
        ("bundle.p7m", b"\x30\x82\x00", DeskError),
    ],
)
def test_what_holds_no_checkpoint_is_refused_with_a_code(
    desk: Desk, tmp_path: Path, name: str, data: bytes, error: type[DeskError]
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error) as raised:
        comparing.compare(desk, tmp_path / name)
    assert raised.value.code.startswith(("CHECKPOINT-", "BUNDLE-"))


def test_a_folder_is_searched_where_bundles_are_unpacked_to(desk: Desk, tmp_path: Path) -> None:
    note = checkpointing.write_page(desk, tmp_path / "line.txt")
    for place in ("log", "data/log", "evidence/data/log"):
        folder = tmp_path / place.replace("/", "-")
        (folder / place).mkdir(parents=True)
        (folder / place / "checkpoint").write_text(note.whole)
        assert comparing.compare(desk, folder).standing is Agreement.CONTINUED
    for nothing in (tmp_path / "vault", tmp_path / "nowhere"):
        with pytest.raises(CheckpointDamaged):
            comparing.compare(desk, nothing)


# By command, and on another drive


def run(desk: Desk, tmp_path: Path, *arguments: str) -> tuple[int, str]:
    secret = tmp_path / "secret"
    secret.write_text(ANN)
    where = ["--vault", str(desk.vault.folder), "--passphrase-file", str(secret)]
    desk.close()
    done = CliRunner().invoke(main, ["vault", *arguments, *where])
    return done.exit_code, done.output


def test_the_command_writes_a_page_and_compares_with_it(desk: Desk, tmp_path: Path) -> None:
    code, said = run(desk, tmp_path, "checkpoint", "--to", str(tmp_path / "page.pdf"), "--json")
    assert code == 0
    shown = json.loads(said)
    assert find_note(shown["line"]) is not None
    code, said = run(desk, tmp_path, "check", "--against", str(tmp_path / "page.pdf"))
    assert (code, "continues the checkpoint" in said) == (0, True)
    code, said = run(desk, tmp_path, "checkpoint", "--to", str(tmp_path / "again.pdf"), "--always")
    assert code == 2


def test_the_command_ends_with_one_where_the_checkpoint_is_contradicted(desk: Desk, tmp_path: Path) -> None:
    checkpointing.write_page(desk, tmp_path / "line.txt")
    cut_off(desk, 5)
    code, said = run(desk, tmp_path, "check", "--against", str(tmp_path / "line.txt"), "--json")
    result = json.loads(said)
    assert (code, result["ok"], result["against"]["standing"]) == (1, False, "shorter")
    code, said = run(desk, tmp_path, "check", "--against", str(tmp_path / "line.txt"))
    assert (code, "its end was cut off" in said) == (1, True)
    (tmp_path / "letter").write_text("Dear all")
    code, said = run(desk, tmp_path, "check", "--against", str(tmp_path / "letter"))
    assert (code, "CHECKPOINT-DAMAGED" in said) == (3, True)


def test_the_end_of_a_case_is_in_the_checkpoint_on_the_other_drive(desk: Desk, tmp_path: Path) -> None:
    go_on(desk, 5)
    mark = tmp_path / "mark"
    checkpointing.write_checkpoint(desk, mark, always=True)
    before = json.loads(mark.read_text())["size"]
    end_case(desk, "2026-005", CaseState.REFUSED, "she meant another company")
    closed = max(entry.seq for entry in desk.vault.log.entries(kinds=(Kind.CLOSED,)))
    assert json.loads(mark.read_text())["size"] > closed >= before
    changed = {**json.loads(mark.read_text()), "size": 1}
    mark.write_text(json.dumps(changed))
    with pytest.raises(CheckpointDamaged):
        checkpointing.require_continued_if_set(desk)


def test_a_note_is_signed_by_its_own_key_alone() -> None:
    one, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    note = sign_note("dsr-desk/" + "ab" * 16, 7, bytes(32), 2, one)
    assert note.signed_by([other.public_key(), one.public_key()])
    assert not note.signed_by([other.public_key()])
    changes: list[Callable[[Note], Note]] = [
        lambda it: replace(it, size=8),
        lambda it: replace(it, epoch=3),
        lambda it: replace(it, root=b"\1" + bytes(31)),
        lambda it: replace(it, origin="dsr-desk/" + "ac" * 16),
    ]
    assert not [change for change in changes if change(note).signed_by([one.public_key()])]
    assert io.StringIO(note.whole).readline().strip() == note.origin


def test_a_restore_excuses_only_checkpoints_of_earlier_epochs_in_a_bundle() -> None:
    """Who holds one of after the restore learns that the journal was rewritten since."""
    origin, key = "dsr-desk/" + "ab" * 16, Ed25519PrivateKey.generate()
    head = check_bundle.Head(origin, 20, bytes(32), 2)
    for epoch, code in ((1, "held.restored"), (2, "held.older"), (3, "held.older")):
        held = sign_note(origin, 30, bytes(32), epoch, key).whole
        with pytest.raises(check_bundle.Refused) as raised:
            check_bundle._check_held_or_restored(held, head, [], 2)
        assert raised.value.said.code == code


def test_a_drive_that_is_away_is_told_and_stops_nothing(desk: Desk, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    checkpointing.write_checkpoint(desk, drive / "mark", always=True)
    assert backups.reminders(desk)["checkpoint_away"] is False
    shutil.rmtree(drive)
    go_on(desk, 5)
    end_case(desk, "2026-005", CaseState.REFUSED, "she meant another company")
    assert backups.reminders(desk)["checkpoint_away"] is True
    assert checkpointing.checkpoint_if_set(desk) == drive / "mark"
