"""Further reference photos for an open case: which face in them, and how it is known that they show the requester."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.cases import add_photos, record_identity, show_case
from dsr_desk.app.case.references import ReferencePhoto
from dsr_desk.core.changes import Change
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_files
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.reference_strip import ReferenceStrip, shown_reference
from dsr_desk.ui.widgets import Notice
from dsr_desk.ui.words import tr

PHOTOS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".heic", ".avif"})


class AddPhotosDialog(Dialog):
    """Photos that cannot serve are shown with the reason and left out."""

    def __init__(self, session: Session, ref: str, found: Sequence[ReferencePhoto], parent: QWidget) -> None:
        says = tr("A search before this did not use them: search again afterwards.")
        super().__init__(tr("Add reference photos"), parent, says=says, act=tr("Add"), width=640)
        self._session, self._ref = session, ref
        self._found = list(found)
        self.strip = self.body.put(ReferenceStrip())
        self.strip.chosen.connect(self._choose)
        check = show_case(session.desk, ref).identity
        self._check = check if check is not None and check.allows_record_search else None
        self.left_out = self.body.put(Notice(tone=Tone.WARN))
        self.how = self.text(
            tr("How is it known that they show the requester?"), example=tr("for example: compared in the video call")
        )
        if self._check is not None:
            self.need(self.how)
        else:
            # The identity check, which is still to come, asks the same for all photos.
            self.set_line_visible(self.how, visible=False)
        self._show()

    @property
    def usable(self) -> list[ReferencePhoto]:
        return [photo for photo in self._found if photo.usable]

    @property
    def ready(self) -> bool:
        return super().ready and bool(self.usable)

    def go(self) -> None:
        desk, ref, photos, how, check = self._session.desk, self._ref, self.usable, self.how.text(), self._check

        def add() -> Change | None:
            change = add_photos(desk, ref, photos)
            if check is not None:
                shows = "; ".join(part for part in (check.photo_shows_requester, how.strip()) if part)
                record_identity(
                    desk, ref, method=check.method, photo_shows_requester=shows, acting_for=check.acting_for
                )
            return change

        self.attempt(add, self._session.tell)

    def _choose(self, digest: str, number: int) -> None:
        self._found = [replace(one, chosen=number) if one.digest == digest else one for one in self._found]
        self._show()
        self.strip.pickers[digest].setFocus()

    def _show(self) -> None:
        self.strip.show_photos([shown_reference(one) for one in self._found], "")
        count, missing = len(self.usable), len(self._found) - len(self.usable)
        self.left_out.setVisible(missing > 0)
        self.left_out.say(
            words.counted(missing, "1 photo cannot serve as it is and is left out", "%Ln photos are left out"),
            Tone.WARN,
        )
        self.act.setText(words.counted(count, "Add 1 photo", "Add %Ln photos") if count else tr("Add"))
        self.allow()


def choose_photos(parent: QWidget) -> list[Path]:
    """Asks for photos; none where nothing was chosen."""
    kinds = tr("Photos ({endings});;All files (*)").format(endings=" ".join(f"*{one}" for one in sorted(PHOTOS)))
    return ask_files(parent, tr("Choose photos"), kinds)
