"""The reference photos at the left of the review: one large, the others to choose from."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from dsr_desk.app.case.cases import CaseView, PhotoOfCase, reference_bytes
from dsr_desk.ui.photo_view import PhotoView
from dsr_desk.ui.pictures import decode, upright_size
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Card, clear, label
from dsr_desk.ui.words import tr

MARGIN = 0.45
"""How much of the photo around the face is shown, as a share of the face's size."""


class ReferenceCard(Card):
    def __init__(self) -> None:
        super().__init__(tr("Reference"))
        self.setAccessibleName(tr("Reference"))
        self.photo = PhotoView(tr("Reference photo"))
        self.body.addWidget(self.photo, 1)
        self._line = QHBoxLayout()
        self.body.addLayout(self._line)
        self._note = label("", "note", wrap=True)
        self.body.addWidget(self._note)
        self._shown: dict[int, QImage] = {}
        self._case = ""

    def show_case(self, session: Session, case: CaseView) -> None:
        """Reads and decodes in a worker; the photos of a case change rarely."""
        desk, photos = session.desk, case.photos
        if case.ref != self._case:
            self.photo.show_image(None, tr("loading"))
        self._case = case.ref

        def read() -> dict[int, QImage]:
            return {one.id: _face_of(one, reference_bytes(desk, case.ref, one.id)) for one in photos}

        session.beside(self, tr("Reading the photos"), read, lambda images: self._show(photos, images))

    def _show(self, photos: tuple[PhotoOfCase, ...], images: dict[int, QImage]) -> None:
        self._shown = images
        clear(self._line)
        for photo in photos:
            button = QToolButton()
            button.setIcon(QIcon(QPixmap.fromImage(images[photo.id])))
            button.setIconSize(QSize(44, 44))
            button.setAccessibleName(photo.name)
            button.setToolTip(photo.name)
            button.clicked.connect(lambda _checked=False, photo=photo: self._choose(photo))
            self._line.addWidget(button)
        self._line.addStretch(1)
        self._note.setText(self._count(len(photos)))
        if photos:
            self._choose(photos[0])
        else:
            self.photo.show_image(None, tr("No reference photo: records alone were searched."))

    def _count(self, photos: int) -> str:
        return tr("{n} from the request").format(n=photos)

    def _choose(self, photo: PhotoOfCase) -> None:
        says = tr("The photo was destroyed when the case ended.") if photo.destroyed else photo.name
        self.photo.show_image(self._shown[photo.id], says)


def _face_of(photo: PhotoOfCase, data: bytes | None) -> QImage:
    """The chosen face with some of the photo around it."""
    if data is None:
        return QImage()
    image = decode(data)
    face, size = photo.box_chosen, upright_size(data)
    if face is None or image.isNull() or size != image.size():
        return image
    box = face.box
    across, down = round(box.width * MARGIN), round(box.height * MARGIN)
    left, top = max(0, box.left - across), max(0, box.top - down)
    right, bottom = min(image.width(), box.right + across), min(image.height(), box.bottom + down)
    return image.copy(left, top, right - left, bottom - top)
