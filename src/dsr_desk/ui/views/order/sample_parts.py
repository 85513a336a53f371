"""Parts of the sample page: what is read for it, the item on the table, what the samples show, how to draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QWidget

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import scope
from dsr_desk.app.case.sample_items import drawn_fields
from dsr_desk.app.case.scope import SampleView
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message
from dsr_desk.core.order_refusals import ScopeMissing
from dsr_desk.core.refusals import Refusal
from dsr_desk.core.sampling import SAMPLE_SIZE
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import FigureField
from dsr_desk.ui.language import say
from dsr_desk.ui.models.sample import BELONGS, NOT, UNSURE, SampleRow, sample_rows, word_said
from dsr_desk.ui.photos import PhotoView
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Chip, Notice, clear, column_in, label, row, scrolled, stacked
from dsr_desk.ui.words import tr

KEYS = {BELONGS: "B", NOT: "N", UNSURE: "U"}


@dataclass(frozen=True)
class SampleShown:
    """`rows` are all drawn items of the scope in force; `missing` names of what a sample is still to be drawn."""

    rows: tuple[SampleRow, ...]
    samples: tuple[SampleView, ...]
    missing: tuple[str, ...]
    refused: Refusal | None
    """Why no word may be said."""
    no_draw: Refusal | None


def look(desk: Desk, ref: str) -> SampleShown:
    try:
        view = scope.show_scope(desk, ref)
    except ScopeMissing as missing_scope:
        return SampleShown((), (), (), missing_scope, missing_scope)
    drawn = scope.drawn_items(desk, ref)
    found = tuple(scope.samples(desk, ref))
    known = {one.of for one in found}
    sizes = {"scope": view.items, "rest": view.rest}
    missing = tuple(of for of, size in sizes.items() if size and of not in known)
    rows = tuple(sample_rows(drawn, drawn_fields(desk, drawn)))
    refused = refusal(desk, ref, Kind.SAMPLED)
    return SampleShown(rows, found, missing, refused, refusal(desk, ref, Kind.SAMPLE))


class ItemCard(Card):
    """The item that lies on the table, and the three words. `said` carries the word of a pressed button."""

    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Item of the sample"))
        self.number = label("", "section")
        self.word = Chip()
        self.body.addLayout(row(self.number, self.word, None))
        self.question = self.body.put(label("", "muted", wrap=True))
        self.photo = PhotoView(tr("Photo"))
        self.record = Fields()
        self._shown = self.body.put(stacked(self.photo, self.record), 1)
        self.place = self.body.put(label("", "note", wrap=True, selectable=True))
        self.buttons = {word: self._button(word) for word in KEYS}
        self.body.addLayout(row(None, *self.buttons.values(), None))
        hint = tr("Space: whole photo · a word can be changed until a plan is approved")
        self.body.addLayout(row(None, label(hint, "note"), None))

    def show_row(self, item: SampleRow) -> None:
        """Everything but the picture, which comes when it is decoded."""
        drawn = item.drawn
        self.number.setText(tr("Item {n}").format(n=words.figure(item.number)))
        self.word.say(word_said(drawn.word) if drawn.word else "", Tone.PLAIN, "")
        asks = {
            "scope": tr("The scope takes this. Is it data that the order is about?"),
            "rest": tr("The scope leaves this where it is. Is it data that the order is about all the same?"),
        }
        self.question.setText(asks[drawn.of])
        self._shown.setCurrentIndex(1 if drawn.item.kind is ItemKind.RECORD else 0)
        self.record.show_fields(item.fields)
        where = tr("{place}, in {dataset}").format(place=item.place, dataset=drawn.part.dataset_version)
        facts = " · ".join(f"{name}: {value}" for name, value in item.fields.items())
        self.place.setText(where if drawn.item.kind is ItemKind.RECORD or not facts else f"{where}\n{facts}")

    def show_picture(self, image: QImage | None, why: Message | None) -> None:
        """None while it is being decoded; a null image where it cannot be reached, or for the reason given."""
        missing = tr("The photo cannot be reached from here. Look at it where it lies, or say that you are unsure.")
        if why is not None:
            missing = tr("The photo cannot be shown: {why}.").format(why=say(why))
        self.photo.show_image(image, tr("loading") if image is None else missing)

    def _button(self, word: str) -> Button:
        made = Button(f"{KEYS[word]}  {word_said(word)}", partial(self.said.emit, word), name=word_said(word))
        made.setFocusPolicy(made.focusPolicy().TabFocus)
        return made


class Fields(QWidget):
    """Columns and values of a record."""

    def __init__(self) -> None:
        super().__init__()
        outer = column_in(self, spacing=8)
        inner = QWidget()
        self._grid = QGridLayout(inner)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        outer.addWidget(scrolled(inner, name=tr("Fields of the record")))

    def show_fields(self, fields: Mapping[str, str]) -> None:
        clear(self._grid)
        for number, (name, value) in enumerate(fields.items()):
            self._grid.addWidget(label(name, "muted"), number, 0)
            self._grid.addWidget(label(value, wrap=True, selectable=True), number, 1)
        for number in range(self._grid.rowCount()):
            self._grid.setRowStretch(number, 0)
        self._grid.setRowStretch(len(fields), 1)


class ShownCard(Card):
    """What each sample shows so far, and the way on."""

    def __init__(self, on: Callable[[], None], scope: Callable[[], None]) -> None:
        super().__init__(margin=12, spacing=4)
        self.setAccessibleName(tr("What the samples show"))
        self._lines = column_in(holder := QWidget(), spacing=4)
        self.on = Button(tr("Go on to the models"), on)
        self.scope = Button(tr("Say the scope anew"), scope)
        self.body.addLayout(row(holder, self.scope, self.on, stretch=0))
        self.said: list[str] = []

    def show_samples(self, samples: Sequence[SampleView], missing: Sequence[str]) -> None:
        clear(self._lines)
        self.said = []
        for one in samples:
            text, tone = sample_said(one)
            self.said.append(text)
            self._lines.addWidget(Notice(text, tone, "done" if tone is Tone.OK else None, plain=True))
        still = {
            "scope": tr("No sample was drawn yet of what is covered."),
            "rest": tr("No sample was drawn yet of what stays beside it in the same containers."),
        }
        for of in missing:
            self.said.append(still[of])
            self._lines.addWidget(Notice(still[of], Tone.WARN, plain=True))
        done = bool(samples) and not missing and all(fits(one) for one in samples)
        wrong = any(one.wrong for one in samples)
        self.on.setVisible(done)
        self.on.dress("primary" if done else "")
        self.scope.setVisible(wrong)
        self.scope.dress("primary" if wrong else "")


def fits(one: SampleView) -> bool:
    """Whether all of a sample was looked at, and all of it is as it should be."""
    return one.looked == one.n and not one.wrong and not one.unsure


def sample_said(one: SampleView) -> tuple[str, Tone]:
    """What a sample shows so far: counts, and the exact interval once each drawn item was told.

    Drawn items stand in the order of their containers, so that a part of them is no random sample.
    """
    looked = tr("{looked} of {n} looked at").format(looked=words.figure(one.looked), n=words.figure(one.n))
    population = words.figure(one.population)
    if one.of == "scope":
        head = tr("Of what is covered ({population} items): {looked}.").format(population=population, looked=looked)
        wrong = words.counted(one.wrong, "1 does not belong to it.", "%Ln do not belong to it.")
        none = tr("All of these belong to it.")
        share = tr("The share that does not belong lies between {low} % and {high} % (exact interval, 95 %).")
    else:
        head = tr("Of what stays beside it ({population} items): {looked}.").format(
            population=population, looked=looked
        )
        wrong = words.counted(one.wrong, "1 belongs to it all the same.", "%Ln belong to it all the same.")
        none = tr("None of these belongs to it.")
        share = tr("The share that belongs to it lies between {low} % and {high} % (exact interval, 95 %).")
    parts = [head]
    if one.wrong or (one.looked and not one.unsure):
        parts.append(wrong if one.wrong else none)
    parts += [words.counted(one.unsure, "1 is unsure.", "%Ln are unsure.")] if one.unsure else []
    if one.looked == one.n and not one.unsure:
        low, high = (words.figure(round(100 * value, 2)) for value in (one.low, one.high))
        parts.append(share.format(low=low, high=high))
    tone = Tone.DANGER if one.wrong else Tone.OK if fits(one) else Tone.WARN
    return " ".join(parts), tone


class DrawDialog(Dialog):
    """How many items are drawn. `drawn` carries the number."""

    drawn = Signal(int)

    def __init__(self, of: Sequence[str], parent: QWidget) -> None:
        says = tr(
            "The program draws at random, and the seed is in the journal before anything is shown, so that anybody can "
            "draw again. If all of {n} items fit, at most {share} % of the whole does not, at 95 %."
        ).format(n=SAMPLE_SIZE, share=words.figure(1.9))
        super().__init__(tr("Draw a sample"), parent, says=says, act=tr("Draw"), width=560)
        what = {"scope": tr("of what is covered"), "rest": tr("of what stays beside it in the same containers")}
        for one in of:
            self.body.addWidget(label(f"· {what[one]}"))
        self.count = self.line(FigureField(tr("Items to draw of each"), 1, MOST, SAMPLE_SIZE))

    def go(self) -> None:
        self.drawn.emit(int(self.count.value()))
        self.accept()


MOST = 10_000
"""Nobody looks at more by eye in this window."""
