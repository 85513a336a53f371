"""Dialogs: a form, an error in four parts, a question with verbs, a confirmation that is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.language import error_says
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Notice, Sign, label, row

T = TypeVar("T")


class Dialog(QDialog):
    """A heading, a sentence, a body, and a row of buttons that begins with Cancel.

    What is refused stays open with its reason, so that nothing has to be typed twice.
    """

    def __init__(self, title: str, parent: QWidget | None, *, says: str = "", act: str = "", width: int = 560) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setMinimumWidth(width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(12)
        self.heading = label(title, "section", wrap=True)
        outer.addWidget(self.heading)
        if says:
            outer.addWidget(label(says, "muted", wrap=True))
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)
        self.problem = Notice(tone=Tone.DANGER)
        self.problem.hide()
        outer.addWidget(self.problem)
        self.cancel = Button(self.tr("Cancel") if act else self.tr("Close"), self.reject)
        self.act = Button(act, self.go, kind="primary")
        self.foot = row(None)
        outer.addLayout(self.foot)
        self._needed: tuple[QLineEdit, ...] = ()
        self._form: QFormLayout | None = None
        (self.act if act else self.cancel).setDefault(True)
        self._buttons = [self.cancel, self.act] if act else [self.cancel]

    def showEvent(self, event: QShowEvent) -> None:
        """The buttons come last, so that the first field has the focus and Tab goes from field to field to them."""
        while self._buttons:
            button = self._buttons.pop(0)
            hidden = button.isHidden() and button.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
            self.foot.addWidget(button)
            button.setVisible(not hidden)
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """High enough for sentences as they are broken at this width."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            needed = layout.totalHeightForWidth(self.width())
            if needed > self.height():
                self.resize(self.width(), needed)

    def line(self, caption: str, widget: QWidget) -> None:
        """A named field."""
        if self._form is None:
            self._form = form_layout()
            self.body.addLayout(self._form)
        add_line(self._form, caption, widget)

    def text(self, caption: str, value: str = "", *, example: str = "", secret: bool = False) -> QLineEdit:
        """A named line of text."""
        field = text_field(caption, value, example=example, secret=secret)
        self.line(caption, field)
        return field

    def set_line_visible(self, widget: QWidget, *, visible: bool) -> None:
        """A field and its name come and go together."""
        if self._form is not None:
            self._form.setRowVisible(widget, visible)

    def need(self, *fields: QLineEdit) -> None:
        """The button waits until all of these are filled."""
        self._needed = fields
        for field in fields:
            field.textChanged.connect(self.allow)
        self.allow()

    @property
    def ready(self) -> bool:
        return all(field.text().strip() for field in self._needed)

    def allow(self, _news: object = None) -> None:
        self.act.setEnabled(self.ready)

    def go(self) -> None:
        """What the button does."""
        self.accept()

    def attempt(self, act: Callable[[], T], done: Callable[[T], object]) -> None:
        """Something short: closes when it is done, stays with the reason when it is refused."""
        try:
            result = act()
        except DeskError as error:
            self.refuse(error)
            return
        self.accept()
        done(result)

    def work(
        self, bridge: Bridge, name: str, work: Callable[[Report, CancelToken], T], done: Callable[[T], object]
    ) -> None:
        """The same for something that takes its time."""

        def ended(result: T) -> None:
            self.accept()
            done(result)

        self.problem.hide()
        self.act.setEnabled(False)
        bridge.run(name, work, ended, context=self, failed=self.refuse, cancellable=False)

    def refuse(self, error: DeskError) -> None:
        self.problem.say(four_parts(error), Tone.DANGER)
        self.problem.show()
        self.allow()
        self._fit()


def form_layout() -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return form


def add_line(form: QFormLayout, caption: str, widget: QWidget) -> None:
    """A caption beside its field, on one height with it."""
    words = label(caption, "muted")
    words.setBuddy(widget)
    words.setMinimumHeight(widget.sizeHint().height())
    form.addRow(words, widget)


def four_parts(error: DeskError) -> str:
    """What happened, what it means, what to do and the code, as one paragraph each."""
    happened, means, todo = error_says(error)
    return f"{happened}\n{means}\n{todo} ({error.code})"


class ErrorDialog(QDialog):
    """What happened, what it means for the case, what to do, and the code."""

    def __init__(self, error: DeskError, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("DSR Desk"))
        happened, means, todo = error_says(error)
        self.setAccessibleName(happened)
        self.setMinimumWidth(480)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(Sign("warn", Tone.DANGER, 24), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(label(happened, "section", wrap=True, selectable=True), 1)
        body.addLayout(head)
        for caption, text in (
            (self.tr("What it means"), means),
            (self.tr("What to do"), todo),
        ):
            body.addWidget(label(caption, "note"))
            body.addWidget(label(text, wrap=True, selectable=True))
        body.addSpacing(8)
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        copy = Button(self.tr("Copy code"), lambda: QApplication.clipboard().setText(error.code), kind="link")
        body.addLayout(row(label(error.code, "note", selectable=True), copy, None, close))


class LinesDialog(QDialog):
    """An explanation in steps, with its source."""

    def __init__(self, title: str, source: str, lines: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(520)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section"))
        for line in lines:
            body.addWidget(label(line, wrap=True, selectable=True))
        body.addWidget(label(source, "note", wrap=True, selectable=True))
        close = Button(self.tr("Close"), self.accept, kind="primary")
        close.setDefault(True)
        body.addLayout(row(None, close))


class Question(QDialog):
    """A question whose buttons are verbs. The safe answer is the default."""

    def __init__(self, title: str, text: str, *, act: str, stay: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section", wrap=True))
        body.addWidget(label(text, wrap=True, selectable=True))
        body.addSpacing(8)
        self.act = Button(act, self.accept, kind="danger")
        self.stay = Button(stay, self.reject, kind="primary")
        self.stay.setDefault(True)
        body.addLayout(row(None, self.stay, self.act))


class TypedConfirmation(QDialog):
    """Something that cannot be undone: the word must be typed, Cancel is the default, the count is in the button."""

    def __init__(self, title: str, text: str, word: str, act: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        self._word = word
        body = QVBoxLayout(self)
        body.setContentsMargins(24, 24, 24, 16)
        body.setSpacing(12)
        body.addWidget(label(title, "section", wrap=True))
        body.addWidget(label(text, wrap=True, selectable=True))
        ask = label(self.tr("Type {word} to go on:").format(word=word))
        self.field = text_field(ask.text())
        self.field.textChanged.connect(self._typed)
        ask.setBuddy(self.field)
        body.addWidget(ask)
        body.addWidget(self.field)
        body.addSpacing(8)
        self.cancel = Button(self.tr("Cancel"), self.reject)
        self.cancel.setDefault(True)
        self.act = Button(act, self.accept, kind="danger")
        self.act.setEnabled(False)
        body.addLayout(row(None, self.cancel, self.act))
        self.field.setFocus()

    def _typed(self, text: str) -> None:
        self.act.setEnabled(text.strip() == self._word)
