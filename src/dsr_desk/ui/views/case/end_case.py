"""How a case ends: with its reason where one is owed, and the reference photos destroyed. And how it goes on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.destroying import HeldByLetter, held_by_letter
from dsr_desk.app.case.ending import end_case, open_said
from dsr_desk.core.requests import CaseState
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog, ReasonDialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say
from dsr_desk.ui.session import Session
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Notice, label
from dsr_desk.ui.words import tr


class EndCaseDialog(Dialog):
    """All ends but closing a case with nothing open need a reason; the button waits for it.

    It also waits for a look at the letter where there are photos. Cancel is the default.
    """

    def __init__(self, session: Session, ref: str, photos: int, left: Mapping[str, int], parent: QWidget) -> None:
        """`left` is what is open in the case, by code."""
        super().__init__(tr("End case {ref}").format(ref=ref), parent, act=tr("End the case"), width=520)
        self._session, self._ref, self._looked = session, ref, not photos
        ends = [(words.term(state), state) for state in CaseState if state.is_end]
        self._end = self.line(ChoiceField(tr("How it ends"), ends))
        self._reason = self.text(tr("Reason"))
        self.left = [say(one) for one in open_said(left)]
        if self.left:
            why = tr("This is open. The reason says why it is left so; it stands in the log.")
            self.body.addWidget(label(why, "muted", wrap=True))
        for sentence in self.left:
            self.body.addWidget(Notice(sentence, Tone.WARN, plain=True))
        kept = tr("keep them until the case is forgotten")
        choices: list[tuple[str, bool | None]] = [
            (tr("choose"), None), (tr("destroy them with the photos"), True), (kept, False)
        ]  # fmt: skip
        self.letter = self.line(ChoiceField(tr("These files"), choices))
        self.files = self.body.put(Notice(tone=Tone.WARN))
        self._show_choice(visible=False)
        if photos:
            says = tr(
                "The reference photos are destroyed now, and the whole vault is looked through for copies of them. "
                "This cannot be undone, and the journal records it."
            )
            self.body.addWidget(Notice(says, Tone.WARN))
            desk = session.desk
            session.beside(self, tr("Looking at the letter"), lambda: held_by_letter(desk, ref), self._show_letter)
        self.beware()
        self._end.activated.connect(self.allow)
        self.letter.activated.connect(self.allow)
        self._reason.textChanged.connect(self.allow)
        self.allow()

    @property
    def end(self) -> CaseState:
        return self._end.value

    @property
    def reason(self) -> str:
        return self._reason.text().strip()

    @property
    def ready(self) -> bool:
        said = self.letter.isHidden() or self.letter.value is not None
        return self._looked and said and (bool(self.reason) or not (self.left or self.end.needs_reason))

    def go(self) -> None:
        desk, ref, end, reason = self._session.desk, self._ref, self.end, self.reason
        letter = self.letter.value
        says = tr("Ending the case and looking for copies of the photos")
        self.work(self._session, says, lambda _report, _token: end_case(desk, ref, end, reason, letter=letter))

    def _show_letter(self, held: HeldByLetter | None) -> None:
        """What becomes of files that hold the photos and cannot be taken apart: nobody chooses it by the way."""
        self._looked = True
        if held is not None:
            files = ", ".join(name or tr("the letter itself") for name in held.names)
            says = tr("These files of the letter hold the reference photos too, and cannot be taken apart: {files}.")
            self.files.say(says.format(files=files), Tone.WARN)
            self._show_choice(visible=True)
            self._fit()
        self.allow()

    def _show_choice(self, *, visible: bool) -> None:
        self.files.setVisible(visible)
        self.letter.setVisible(visible)
        self.set_line_visible(self.letter, visible=visible)


class ReopenDialog(ReasonDialog):
    """An ended case goes on; the reason stands in its log."""

    def __init__(self, ref: str, parent: QWidget) -> None:
        says = tr("Everything that was recorded stays. Reference photos that were destroyed at its end stay destroyed.")
        super().__init__(tr("Reopen case {ref}").format(ref=ref), says, tr("Reopen the case"), parent)
