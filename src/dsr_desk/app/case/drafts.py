"""Drafts: a letter and photos as they were understood, before they become a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dsr_desk.app.case.references import ReferencePhoto, examine_references, load_photos
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Channel, Law, Request, Right
from dsr_desk.faces.quality import advice
from dsr_desk.intake.model import NO_PHOTO
from dsr_desk.intake.registry import read_request


@dataclass(frozen=True)
class RequestDraft:
    """A request as it was understood, before it becomes a case: the officer corrects it first.

    `read` is what the program read, `request` what the officer made of it.
    """

    read: Request
    request: Request
    letter: bytes
    photos: tuple[ReferencePhoto, ...]
    warnings: tuple[Message, ...]


def understand(letter: Path | None, photos: Sequence[Path], chosen: Mapping[str, int] | None = None) -> RequestDraft:
    """Reads a letter and photos without opening a case. Raises what intake raises, and PhotoMissing."""
    extra = load_photos(photos)
    if letter is None:
        empty = Request(Channel.FORM, ())
        return RequestDraft(empty, empty, b"", tuple(examine_references(extra, chosen)), ())
    intake = read_request(letter)
    warnings = tuple(one for one in intake.warnings if not extra or one != NO_PHOTO)
    attached = [(one.name, one.data) for one in intake.photos]
    photos_given = tuple(examine_references([*attached, *extra], chosen))
    return RequestDraft(intake.request, intake.request, intake.letter, photos_given, warnings)


def correct(draft: RequestDraft, **fields: Any) -> RequestDraft:
    """The draft with other fields of its request (right, law, received, found)."""
    return replace(draft, request=replace(draft.request, **fields))


def photo_warnings(draft: RequestDraft) -> tuple[Message, ...]:
    """A sentence for each photo that is left out although others serve, and for each weak one that serves."""
    found = []
    for photo in draft.photos:
        try:
            photo.require_choice()
        except DeskError as error:
            found.append(message("warning.photo-unused", why=error.message))
            continue
        face = photo.faces[(photo.chosen or 1) - 1]
        found += [message("warning.photo-weak", name=photo.name, advice=advice(flaw)) for flaw in face.flaws]
    return tuple(found)


def assumptions(draft: RequestDraft) -> tuple[Message, ...]:
    """What the letter does not say and the case therefore assumes."""
    found = []
    if draft.request.law is Law.UNKNOWN:
        found.append(message("warning.no-law"))
    if draft.request.right is Right.UNKNOWN:
        found.append(message("warning.no-right"))
    if draft.request.received is None:
        found.append(message("warning.no-day"))
    return tuple(found)
