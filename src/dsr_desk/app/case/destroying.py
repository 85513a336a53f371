"""Destroying reference photos and parts of the letter, and looking through the whole vault for copies of them after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.case.letters import files_of
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.storage.large_values import LargeValue, count_values, large_values, speaks_of

REFERENCES, LETTER = "references", "letter"
_BATCH = 32 << 20


class LetterHoldsPhotos(DeskError):
    code = "CASE-LETTER-HOLDS-PHOTOS"
    happened = "The letter of case {case} holds {count} of its reference photos in a file that cannot be taken apart."
    means = "Destroying the photos alone would leave them there, so nothing was changed."
    todo = "Say what becomes of those files: --letter destroy, or --letter keep until the case itself is forgotten."


@dataclass(frozen=True)
class HeldByLetter:
    """Files of the letter that hold reference photos: names of attachments, "" for the letter itself.

    `photos` is how many photos they hold; `blobs` are the files' ids.
    """

    photos: int
    names: tuple[str, ...]
    blobs: tuple[str, ...]


def held_by_letter(desk: Desk, ref: str) -> HeldByLetter | None:
    """What of the letter would still hold reference photos after they were destroyed; None where nothing would."""
    with desk.reading(ref) as case:
        kept = desk.values(case.opened[2]).get("letter")
        photos = [content for _, content in _there(desk, ref) if content is not None]
        if kept is None or not photos:
            return None
        from dsr_desk.app.case.copies import Copies  # with what looks into PDFs and photos

        copies, numbers, held = Copies.of(photos), set[int](), list[tuple[str, str]]()
        for name, file in files_of(kept["pieces"]):
            content = desk.vault.log.blob(file)
            (found,) = copies.held_by(content) if content is not None else [frozenset[int]()]
            if found:
                numbers |= found
                held.append((name, file["blob"]))
        names = tuple(dict.fromkeys(name for name, _ in held))
        return HeldByLetter(len(numbers), names, tuple(dict.fromkeys(blob for _, blob in held))) if held else None


def destroy_references(desk: Desk, ref: str, *, letter: bool | None = None) -> None:
    """Photos and drawn faces go, and with `letter` what else of the letter holds them. Inside a transaction.

    That there were such photos, and their digests, stay. Raises LetterHoldsPhotos where that is so and `letter` is
    None.
    """
    there = [seq for seq, _ in _there(desk, ref)]
    if not there:
        return
    held = held_by_letter(desk, ref)
    if held is not None and letter is None:
        raise LetterHoldsPhotos(case=ref, count=held.photos)
    if held is not None and letter:
        _destroy_letter(desk, ref, held.blobs)
    _destroy_photos(desk, ref, there, [desk.values(seq)["photo"]["blob"] for seq in there], len(there))


def destroy_again(desk: Desk, ref: str, said: Mapping[str, Any]) -> None:
    """What an act of forgetting names that this log does not know of, as far as this log has it."""
    log = desk.vault.log
    own = {entry.seq for entry in log.entries(desk.case(ref).id)}
    entries = [seq for seq in said["entries"] if seq in own]
    blobs = [blob for blob in said["blobs"] if log.blob_content(blob)[0]]
    if said["what"] == LETTER:
        _destroy_letter(desk, ref, blobs)
    else:
        _destroy_photos(desk, ref, entries, blobs, said["count"])


def _there(desk: Desk, ref: str) -> list[tuple[int, bytes | None]]:
    """Place and bytes of each reference photo that is not destroyed."""
    seqs = [one["seq"] for one in desk.case(ref).references if not one["destroyed"]]
    return [(seq, desk.vault.log.blob(desk.values(seq)["photo"])) for seq in seqs]


def _destroy_letter(desk: Desk, ref: str, blobs: Sequence[str]) -> None:
    said = {"what": LETTER, "count": len(blobs), "entries": [desk.case(ref).opened[2]], "blobs": list(blobs)}
    desk.act(Draft(Kind.FORGOTTEN, said), ref)
    for blob in blobs:
        desk.vault.log.forget_blob(blob)


def _destroy_photos(desk: Desk, ref: str, entries: Sequence[int], blobs: Sequence[str], count: int) -> None:
    """Looks for copies before the act is written, since it says what was found; all of it is one transaction."""
    log = desk.vault.log
    photos = [content for blob in blobs if (content := log.blob_content(blob)[1]) is not None]
    for seq in entries:
        log.forget_fields(seq, ["faces"])
    for blob in blobs:
        log.forget_blob(blob)
    desk.templates.clear()
    scanned, still = _look(desk, photos)
    said = {"what": REFERENCES, "count": count, "entries": list(entries), "blobs": list(blobs), "scanned": scanned}
    desk.act(Draft(Kind.FORGOTTEN, said, {"still": [one.as_json() for one in still]}), ref)


def _look(desk: Desk, photos: Sequence[bytes]) -> tuple[dict[str, int], list[Message]]:
    """How much of the vault was looked through for these photos, and where one still lies, each place once."""
    from dsr_desk.app.case.copies import Copies

    copies = Copies.of(photos)
    found: dict[Message, None] = {}
    with desk.vault.turn():
        for values in _batches(large_values(desk.vault, copies.least)):
            for value, held in zip(values, copies.held_by(*(one.content for one in values)), strict=True):
                if held:
                    found[_place(desk, value)] = None
        return {**count_values(desk.vault), "holding": len(found), "unread": copies.unread}, list(found)


def _batches(values: Iterable[LargeValue]) -> Iterator[list[LargeValue]]:
    """As many as one cell looks through without holding much."""
    batch: list[LargeValue] = []
    size = 0
    for value in values:
        if batch and size + len(value.content) > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(value)
        size += len(value.content)
    if batch:
        yield batch


def _place(desk: Desk, value: LargeValue) -> Message:
    """Without names of files: the place is written down and may be handed out."""
    case = desk.vault.cases.refs().get(value.case, "")
    if not case:
        return message("copy.table", table=value.table)
    seq = speaks_of(desk.vault, value.case, value.key) if value.table == "blobs" else value.entry
    kind = desk.vault.log.entry(seq).kind if seq is not None else None
    if value.table == "blobs" and kind is Kind.RECEIVED:
        return message("copy.letter", case=case)
    if value.table == "blobs" and kind is Kind.REFERENCE:
        return message("copy.reference", case=case)
    return message("copy.entry", case=case, seq=seq if seq is not None else "?")
