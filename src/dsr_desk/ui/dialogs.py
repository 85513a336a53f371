"""Dialogs: a form, an error in four parts, a question with verbs, a confirmation that is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.language import spoken
from dsr_desk.ui.placing import room_for
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.typed_fields import TypedFields, fields_in, value
from dsr_desk.ui.widgets import Button, ColumnLayout, Notice, Sign, column_in, label, row, scrolled
from dsr_desk.ui.words import tr

if TYPE_CHECKING:
    from dsr_desk.ui.session import Session

T = TypeVar("T")
W = TypeVar("W", bound=QWidget)

SIDES = 48
"""Pixels beside the body of a dialog."""


class Dialog(QDialog):
    """A heading, a sentence, a body, and a row of buttons that begins with Cancel.

    What is refused stays open with its reason, so that nothing has to be typed twice. Where `keeps` says so, text that
    is typed is kept until the dialog is ended by its buttons.
    """

    keeps: ClassVar[bool] = True

    def __init__(
        self,
        title: str,
        parent: QWidget | None,
        *,
        says: str = "",
        act: str = "",
        width: int = 560,
        height: int = 0,
        sign: str = "",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        room = room_for(self)
        self.setMinimumSize(min(width, room.width()), min(height, room.height()))
        frame = QVBoxLayout(self)
        frame.setContentsMargins(24, 24, 24, 16)
        frame.setSpacing(12)
        self._inner = QWidget()
        outer = column_in(self._inner, spacing=12)
        self._area = scrolled(self._inner, name=title, ground=True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frame.addWidget(self._area, 1)
        self.heading = label(title, "section", wrap=True, selectable=bool(sign))
        outer.addLayout(row(Sign(sign, Tone.DANGER, 24), self.heading, stretch=1) if sign else row(self.heading))
        if says:
            outer.addWidget(label(says, "muted", wrap=True))
        self.body = ColumnLayout()
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)
        self.problem = Notice(tone=Tone.DANGER)
        self.problem.hide()
        frame.addWidget(self.problem)
        self.cancel = Button(tr("Cancel") if act else tr("Close"), self.reject)
        self.act = Button(act, self.go, kind="primary")
        self.foot = row(None)
        frame.addLayout(self.foot)
        self._place: str | None = None
        self._danger = False
        self._needed: tuple[QLineEdit, ...] = ()
        self._form: QFormLayout | None = None
        (self.act if act else self.cancel).setDefault(True)
        self._buttons = [self.cancel, self.act] if act else [self.cancel]
        self.finished.connect(self._forget)

    def _keep_typed(self) -> None:
        """Text that is lost with a locked window comes back when the same dialog is opened again."""
        session, fields = _session_of(self), fields_in(self) if self.keeps and self.act.text() else ()
        if session is None or not any(isinstance(field, QLineEdit | QPlainTextEdit) for field in fields):
            return
        shown = [one.text() for one in self.findChildren(QLabel)]
        known = [str(value(field)) for field in fields if isinstance(field, QLineEdit | QPlainTextEdit)]
        what = canonical_json([type(self).__name__, session.case or "", self.windowTitle(), shown, known])
        self._place = place = f"dialog {sha256_hex(what)}"
        form = TypedFields(self, {str(number): field for number, field in enumerate(fields)}, every=True)
        session.unsaved.follow(place, self.windowTitle(), form, form.edited, session.case or "")
        self.finished.connect(lambda _result: session.unsaved.leave(form))
        self.finished.connect(lambda _result: session.unsaved.forget(place))

    def _forget(self) -> None:
        """A dialog that was closed stays as long as its window, and what was typed into it in secret does not."""
        for field in self.findChildren(QLineEdit):
            if field.echoMode() == QLineEdit.EchoMode.Password:
                field.setText("")

    def beware(self) -> None:
        """There is danger in the act: not doing it is the default, until all is typed that must be typed."""
        self._danger = True
        self.act.dress("danger")
        self.act.setDefault(False)
        self.cancel.setDefault(True)

    def showEvent(self, event: QShowEvent) -> None:
        """The buttons come last, so that the first field has the focus and Tab goes from field to field to them."""
        while self._buttons:
            button = self._buttons.pop(0)
            hidden = button.isHidden() and button.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
            self.foot.addWidget(button)
            button.setVisible(not hidden)
        super().showEvent(event)
        self._fit()
        if self._place is None:
            self._place = ""
            self._keep_typed()

    def _fit(self) -> None:
        """High enough for sentences as they are broken at this width, as far as the screen goes; the rest scrolls."""
        layout, inner = self.layout(), self._inner.layout()
        if layout is None or inner is None:
            return
        room = room_for(self)
        self.setMinimumSize(self.minimumSize().boundedTo(room))
        inner.activate()
        layout.activate()
        width = min(max(self.width(), inner.totalMinimumSize().width() + SIDES), room.width())
        body = max(inner.totalHeightForWidth(width - SIDES), inner.totalMinimumSize().height())
        around = layout.totalHeightForWidth(width) - self._area.sizeHint().height()
        self.resize(width, min(max(self.height(), body + around), room.height()))

    def line(self, widget: W, caption: str | None = None) -> W:
        """A named field; its name for a screen reader is the caption, where there is no other."""
        if self._form is None:
            self._form = form_layout()
            self.body.addLayout(self._form)
        add_line(self._form, widget.accessibleName() if caption is None else caption, widget)
        return widget

    def text(self, caption: str, value: str = "", *, example: str = "", secret: bool = False) -> QLineEdit:
        """A named line of text."""
        return self.line(text_field(caption, value, example=example, secret=secret))

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
        ready = self.ready
        self.act.setEnabled(ready)
        if self._danger and self._needed:
            (self.act if ready else self.cancel).setDefault(True)

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
        self,
        session: Session,
        name: str,
        work: Callable[[Report, CancelToken], T],
        done: Callable[[T], object] | None = None,
    ) -> None:
        """The same for something that takes its time; without `done` all screens hear what was written."""

        def ended(result: T) -> None:
            self.accept()
            (done or session.tell)(result)

        def act(report: Report, token: CancelToken) -> T:
            result = work(report, token)
            if self._place:
                session.unsaved.done(self._place)
            return result

        self.problem.hide()
        self.act.setEnabled(False)
        session.bridge.run(name, act, ended, context=self, failed=self.refuse, cancellable=False)

    def refuse(self, error: DeskError) -> None:
        self.problem.say(four_parts(error), Tone.DANGER)
        self.problem.show()
        self.allow()
        self._fit()


def _session_of(dialog: QWidget) -> Session | None:
    """The session of the screen that a dialog stands before."""
    parent = dialog.parentWidget()
    while parent is not None:
        session: Session | None = getattr(parent, "session", None)
        if session is not None:
            return session
        parent = parent.parentWidget()
    return None


def form_layout() -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    form.setVerticalSpacing(8)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
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
    happened, means, todo = error.say(spoken())
    return f"{happened}\n{means}\n{todo} ({error.code})"


class ErrorDialog(Dialog):
    """What happened, what it means for the case, what to do, and the code."""

    def __init__(self, error: DeskError, parent: QWidget | None = None) -> None:
        happened, means, todo = error.say(spoken())
        super().__init__(happened, parent, width=480, sign="warn")
        self.setWindowTitle("DSR Desk")
        for caption, text in ((tr("What it means"), means), (tr("What to do"), todo)):
            self.body.addWidget(label(caption, "note"))
            self.body.addWidget(label(text, wrap=True, selectable=True))
        copy = Button(tr("Copy code"), lambda: QApplication.clipboard().setText(error.code), kind="link")
        self.foot.insertWidget(0, label(error.code, "note", selectable=True))
        self.foot.insertWidget(1, copy)


class LinesDialog(Dialog):
    """An explanation in steps, with its source."""

    def __init__(self, title: str, source: str, lines: Sequence[str], parent: QWidget) -> None:
        super().__init__(title, parent, width=520)
        for line in lines:
            self.body.addWidget(label(line, wrap=True, selectable=True))
        self.body.addWidget(label(source, "note", wrap=True, selectable=True))


class QuestionDialog(Dialog):
    """A question whose buttons are verbs. The safe answer is the default."""

    def __init__(self, title: str, text: str, *, act: str, stay: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, act=act, width=440)
        self.body.addWidget(label(text, wrap=True, selectable=True))
        self.beware()
        self.cancel.setText(stay)
        self.cancel.setAccessibleName(stay)
        self.cancel.dress("primary")


def ask(parent: QWidget, title: str, text: str, *, act: str, stay: str, then: Callable[[], object]) -> None:
    """Ask, and do it where the answer is yes."""
    question = QuestionDialog(title, text, act=act, stay=stay, parent=parent)
    question.accepted.connect(then)
    question.open()


class ReasonDialog(Dialog):
    """Something that needs a reason, which stands in the log."""

    def __init__(
        self, title: str, says: str, act: str, parent: QWidget, *, caption: str = "", example: str = ""
    ) -> None:
        super().__init__(title, parent, says=says, act=act)
        self._reason = self.text(caption or tr("Reason"), example=example)
        self.need(self._reason)

    @property
    def reason(self) -> str:
        return self._reason.text().strip()


class TypedConfirmation(Dialog):
    """Something that cannot be undone: the word must be typed, Cancel is the default, the count is in the button.

    Once the word is right, Enter does what the button says.
    """

    keeps = False

    def __init__(self, title: str, text: str, word: str, act: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, act=act, width=480)
        self.body.addWidget(label(text, wrap=True, selectable=True))
        self.beware()
        self._word = word
        self.field = self.text(tr("Type {word} to go on").format(word=word))
        self.need(self.field)

    @property
    def ready(self) -> bool:
        return self.field.text().strip() == self._word
