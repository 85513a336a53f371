"""Checkpoints of the journal: a file on another drive, and pages that somebody else holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.signing_keys import organisation_signer
from dsr_desk.app.vault.keeping import numbers_given
from dsr_desk.core import merkle
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.case import GONE
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed.notes import Note, printed_page, qr_code, sign_note, verifier_key
from dsr_desk.storage import checkpoints
from dsr_desk.storage.checkpoints import Checkpoint, Known
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import NotWritable, require_free, write_whole

FILE_SETTING = "checkpoint_file"
MOST_PAGES = 12


class PageKindUnknown(DeskError):
    code = "CHECKPOINT-PAGE-KIND"
    happened = "{file} does not say what is to be written."
    means = "No checkpoint was written."
    todo = "Let its name end in .pdf (a page to print), in .svg (the QR code alone) or in .txt (the text)."


def write_checkpoint(desk: Desk, path: Path, *, always: bool = False) -> Checkpoint:
    """Writes a checkpoint to a file; an older one of this vault that is there is held against the log first.

    `always`: every backup, every sealing and every end of a case writes it there from now on. Raises CheckpointDamaged,
    CheckpointOther, LogForked, NotWritable, DiskFull.
    """
    with desk.vault.turn():
        if path.exists():
            checkpoints.require_continued(desk.vault, checkpoints.read(path), path)
        with desk.vault.transaction():
            touches = desk.vault.put_settings({FILE_SETTING: str(path.absolute())}) if always else []
            desk.act(_said(desk), touches=touches)
        made = checkpoints.make(desk.vault, known(desk))
        checkpoints.write(path, made)
        return made


def checkpoint_if_set(desk: Desk) -> Path | None:
    """Writes a checkpoint where a setting names a file. The file when its drive is not there; None otherwise.

    Raises CheckpointDamaged, CheckpointOther, LogForked, DiskFull.
    """
    path = desk.vault.setting(FILE_SETTING)
    if not path:
        return None
    try:
        write_checkpoint(desk, Path(path))
    except (NotWritable, FileNotFoundError):
        return Path(path)
    return None


def checkpoint_away(desk: Desk) -> bool:
    """Whether a setting names a file for checkpoints and its drive is not there."""
    path = desk.vault.setting(FILE_SETTING)
    return bool(path) and not Path(str(path)).parent.is_dir()


def require_continued_if_set(desk: Desk) -> None:
    """Holds the log against the checkpoint that lies where a setting says, before anything is handed out.

    Raises CheckpointDamaged, CheckpointOther, LogForked.
    """
    path = desk.vault.setting(FILE_SETTING)
    if path and Path(path).exists():
        with desk.vault.turn():
            checkpoints.require_continued(desk.vault, checkpoints.read(Path(path)), Path(path))


def write_page(desk: Desk, path: Path, language: str = "en") -> Note:
    """Writes a checkpoint for somebody else to hold: a page (.pdf), its QR code (.svg) or text (.txt).

    Raises PageKindUnknown, FileThere, NotWritable, DiskFull.
    """
    write = _PAGES.get(path.suffix.lower())
    if write is None:
        raise PageKindUnknown(file=path)
    require_free(path)
    with desk.vault.turn():
        signer = organisation_signer(desk)
        log = desk.vault.log
        note = sign_note(f"dsr-desk/{log.vault}", log.size, merkle.root(log.leaves()), log.epoch, signer.log_key)
        desk.act(replace(_said(desk), fields={"note": note.whole}))
        key = verifier_key(note.origin, signer.log_key.public_key())
        write_whole(path, write(note, desk.vault.organisation, key, language), mode=0o644)
    return note


def pages_held(desk: Desk, most: int = MOST_PAGES) -> list[str]:
    """The notes of the newest pages: whoever holds one finds a proof from it in every bundle."""
    entries = desk.vault.log.entries("", kinds=(Kind.CHECKPOINT,))
    notes = [desk.values(entry.seq)["note"] for entry in entries if "note" in entry.act.fields]
    return notes[-most:]


def _said(desk: Desk) -> Draft:
    """The act that says that a checkpoint is written, and of which state."""
    log = desk.vault.log
    said = {"size": log.size, "head": merkle.root(log.leaves()).hex(), "epoch": log.epoch}
    return Draft(Kind.CHECKPOINT, said)


def _sentences(note: Note, organisation: str, key: str, language: str) -> list[str]:
    said = (
        message("checkpoint.page.what", who=organisation, size=note.size, epoch=note.epoch, at=now()),
        message("checkpoint.page.why"),
        message("checkpoint.page.keep"),
        message("checkpoint.page.compare"),
        message("checkpoint.page.key", key=key),
    )
    return [one.say(language) for one in said]


def _page(note: Note, organisation: str, key: str, language: str) -> bytes:
    title = message("checkpoint.page.title").say(language)
    return printed_page(note, title, organisation, _sentences(note, organisation, key, language), language)


def _text(note: Note, organisation: str, key: str, language: str) -> bytes:
    title = message("checkpoint.page.title").say(language)
    return "\n\n".join([title, note.line, *_sentences(note, organisation, key, language), ""]).encode()


def _code(note: Note, _organisation: str, _key: str, _language: str) -> bytes:
    return qr_code(note)


_PAGES: dict[str, Callable[[Note, str, str, str], bytes]] = {".pdf": _page, ".svg": _code, ".txt": _text}


def known(desk: Desk) -> Known:
    """What a restore of an older backup would have to know of this vault."""
    log = desk.vault.log
    forgotten = [{"case": entry.case, **entry.act.open} for entry in log.entries(kinds=(Kind.FORGOTTEN,)) if entry.case]
    return Known(numbers_given(desk), forgotten, list(erased_runs(desk)), checkpoints.marks(log))


def erased_runs(desk: Desk) -> Iterator[dict[str, Any]]:
    """The erased items of each outcome, as long as their case was not forgotten."""
    log, refs = desk.vault.log, desk.vault.cases.refs()
    for entry in log.entries(kinds=(Kind.OUTCOME,)):
        seen = ((row.word.partition(" ")[0], row.value) for row in log.rows(entry.seq))
        items = [value["id"] for word, value in seen if word in GONE and value is not None]
        if items:
            said = entry.act.open
            yield {
                "case": entry.case, "ref": refs.get(entry.case, ""), "plan": said["plan"], "action": said["action"],
                "items": items,
            }  # fmt: skip
