"""Pictures that were dropped without a letter: one of them may be the letter. Somebody says so; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.letter_pages import looks_like_letter
from dsr_desk.app.case.references import examine_references, load_photos, shown
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.photos import PhotoView
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.views.case.reference_strip import ShownPhoto, shown_reference
from dsr_desk.ui.widgets import Notice, column_in, label, row
from dsr_desk.ui.words import tr

SIDE = 600
"""Pixels along the longer side of what is shown and judged."""


@dataclass(frozen=True)
class Picture:
    """`letter` is the guess that stands in the field first."""

    path: Path
    shown: ShownPhoto
    letter: bool


def look_at_pictures(paths: Sequence[Path]) -> list[Picture]:
    """Read, decoded and looked at: for a worker thread. Raises PhotoMissing."""
    found = examine_references(load_photos(paths))
    return [
        Picture(path, shown_reference(photo), looks_like_letter(photo, shown(photo.data, SIDE)))
        for path, photo in zip(paths, found, strict=True)
    ]


class WhatIsItDialog(Dialog):
    """What each picture is. A case has one letter: one picture at most is it."""

    def __init__(self, pictures: Sequence[Picture], parent: QWidget) -> None:
        says = tr(
            "A letter is kept, and shown to be read. A photo of the person is what faces are compared with: a face "
            "that merely stands in a letter is not, unless you take it from the page."
        )
        super().__init__(tr("Is this the letter, or a photo of the person?"), parent, says=says, act=tr("Go on"))
        self._pictures = list(pictures)
        guessed = next((one.path for one in pictures if one.letter), None)
        self.choices: list[ChoiceField[bool]] = []
        parts = row(spacing=16)
        for one in pictures:
            kinds = [(tr("a photo of the person"), False), (tr("the letter"), True)]
            choice: ChoiceField[bool] = ChoiceField(tr("What {name} is").format(name=one.path.name), kinds)
            choice.choose(one.path == guessed)
            choice.activated.connect(self.allow)
            self.choices.append(choice)
            holder = QWidget()
            column = column_in(holder, spacing=4)
            view = column.put(PhotoView(one.path.name))
            view.show_image(one.shown.image, one.shown.problem)
            column.addWidget(label(one.path.name, "note", wrap=True))
            column.addWidget(choice)
            parts.addWidget(holder)
        self.body.addLayout(parts)
        self.several = self.body.put(Notice(tr("One picture can be the letter, and the others go with it."), Tone.WARN))
        self.allow()

    @property
    def letter(self) -> Path | None:
        return next(iter(self._chosen(letter=True)), None)

    @property
    def photos(self) -> list[Path]:
        return self._chosen(letter=False)

    @property
    def ready(self) -> bool:
        return len(self._chosen(letter=True)) <= 1

    def allow(self, _news: object = None) -> None:
        super().allow()
        self.several.setVisible(not self.ready)

    def _chosen(self, *, letter: bool) -> list[Path]:
        pairs = zip(self._pictures, self.choices, strict=True)
        return [one.path for one, choice in pairs if choice.value is letter]
