"""The reference photos of a request, each with its faces and what is good or bad about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.references import ReferenceFace, ReferencePhoto, shown
from dsr_desk.core.message import Message, term
from dsr_desk.ui.dialogs import LinesDialog
from dsr_desk.ui.language import say
from dsr_desk.ui.photos import FacePicker
from dsr_desk.ui.pictures import painted
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, clear, column_in, label, row
from dsr_desk.ui.words import tr

HEIGHT = 150


@dataclass(frozen=True)
class ShownPhoto:
    """A photo ready to be painted. `image` may be made in a worker thread."""

    key: str
    name: str
    image: QImage
    size: QSize
    faces: tuple[ReferenceFace, ...]
    face: int | None
    problem: str = ""


def shown_photo(
    key: str, name: str, data: bytes | None, faces: Sequence[ReferenceFace], face: int | None, problem: str = ""
) -> ShownPhoto:
    """Reads it, which takes a while: for a worker thread."""
    picture = shown(data, HEIGHT * 4) if data else None
    image, size = (painted(picture), QSize(*picture.whole)) if picture is not None else (QImage(), QSize())
    if picture is not None and picture.why is not None and not problem:
        problem = say(picture.why)
    return ShownPhoto(key, name, image, size, tuple(faces), face, problem)


def shown_reference(photo: ReferencePhoto) -> ShownPhoto:
    """A photo that is not kept in a case yet."""
    problem = say(photo.problem) if photo.problem is not None else ""
    return shown_photo(photo.digest, photo.name, photo.data, photo.faces, photo.chosen, problem)


class ReferenceStrip(Card):
    """`chosen` carries a photo's key and the number of the face that is the requester's."""

    chosen = Signal(str, int)

    def __init__(self) -> None:
        super().__init__(spacing=4)
        self.setAccessibleName(tr("Reference photos"))
        self.head = row(label(tr("Reference photos"), "section"), None)
        self.body.addLayout(self.head)
        self._line = row(spacing=16)
        self.body.addLayout(self._line)
        self.became: list[str] = []
        self.tell = Button(tr("What became of them …"), self._tell, kind="link")
        self.tell.hide()
        self.head.addWidget(self.tell)
        self.pickers: dict[str, FacePicker] = {}

    def show_photos(self, photos: Sequence[ShownPhoto], empty: str, became: Sequence[Message] = ()) -> None:
        """`became` is what acts say of the photos: kept, destroyed, where copies are."""
        self.became = [say(one) for one in became]
        self.tell.setVisible(bool(photos))
        clear(self._line)
        self.pickers = {}
        for photo in photos:
            self._line.addWidget(self._one(photo))
        if not photos:
            self._line.addWidget(label(empty, "muted", wrap=True))
            self._line.setStretch(0, 1)

    def _tell(self) -> None:
        source = tr("Said by what was recorded, not by a look at the vault now.")
        LinesDialog(tr("What became of the reference photos"), source, self.became, self).open()

    def _one(self, photo: ShownPhoto) -> QWidget:
        holder = QWidget()
        column = column_in(holder, spacing=4)
        picker = column.put(FacePicker(HEIGHT))
        boxes = [(face.number, face.box) for face in photo.faces]
        picker.show_photo(photo.name, photo.image, photo.size, boxes, photo.face)
        picker.chosen.connect(lambda number: self.chosen.emit(photo.key, number))
        self.pickers[photo.key] = picker
        column.addWidget(label(photo.name, "note"))
        column.addWidget(self._verdict(photo))
        column.addStretch(1)
        return holder

    def _verdict(self, photo: ShownPhoto) -> QWidget:
        """Whether the photo can serve, in words."""
        if photo.problem:
            return Chip(photo.problem, Tone.DANGER)
        if not photo.faces:
            return Chip(tr("no face found"), Tone.DANGER)
        face = next((face for face in photo.faces if face.number == photo.face), None)
        if face is None:
            return Chip(tr("{n} faces: choose one").format(n=len(photo.faces)), Tone.WARN)
        if face.flaws:
            chip = Chip(say(term(face.flaws[0])), Tone.WARN if face.comparable else Tone.DANGER)
            chip.setToolTip("\n".join(say(term(flaw)) for flaw in face.flaws))
            return chip
        return Chip(tr("good"), Tone.OK)
