"""The draft of a new case: what was read of it, painted beside the window and kept in the vault until it is a case."""

from __future__ import annotations

from dataclasses import replace

from dsr_desk.app.case.drafts import RequestDraft
from dsr_desk.app.case.letter_pages import PageShown, look_at_pages
from dsr_desk.app.desk import Desk
from dsr_desk.app.vault.unsaved import drop, keep_part, keep_typed, kept_part, typed_now
from dsr_desk.core import codec
from dsr_desk.ui.views.case.reference_strip import ShownPhoto, shown_reference
from dsr_desk.ui.words import tr

Understood = tuple[RequestDraft, list[ShownPhoto], list[PageShown]]
PLACE = "new"
READ = "read"
"""The part of a kept draft that holds letter and photos as they were read."""


def together(before: RequestDraft | None, read: RequestDraft) -> RequestDraft:
    """Further photos go to what is there already; a letter takes its place."""
    if before is None:
        return read
    known = {photo.digest for photo in before.photos}
    photos = (*before.photos, *(photo for photo in read.photos if photo.digest not in known))
    return replace(read if read.letter else before, photos=photos)


def keep(desk: Desk, draft: RequestDraft) -> None:
    """In the job that read it, so that it is there even where the window was locked meanwhile."""
    with desk.vault.transaction():
        drop(desk, PLACE)
        keep_part(desk, PLACE, READ, codec.packed(draft))
        keep_typed(desk, typed_now(desk, PLACE, tr("New case"), "", {}))


def kept(desk: Desk) -> Understood | None:
    data = kept_part(desk, PLACE, READ)
    if data is None:
        return None
    return painted_draft(codec.unpacked(data, RequestDraft))


def painted_draft(draft: RequestDraft) -> Understood:
    """What is painted of a draft: in a worker."""
    return draft, [shown_reference(photo) for photo in draft.photos], look_at_pages(draft.pages)
