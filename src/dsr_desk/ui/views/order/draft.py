"""The draft of a statement on an obligation: what `order draft` writes, shown before it is saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from dsr_desk.app.proof.obligations import ObligationState
from dsr_desk.app.proof.order_drafts import BLANK, draft_text, save_draft
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_new_file
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.language import say, spoken
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import label
from dsr_desk.ui.words import tr


class DraftDialog(Dialog):
    """Nothing is written down before the officer names a file, and no file is written over."""

    def __init__(self, session: Session, ref: str, about: ObligationState, parent: QWidget) -> None:
        says = tr(
            "Facts come from entries of the log. {blank} stands where somebody has to write what no entry says: write "
            "it into the saved file, and check every sentence before it is signed or sworn."
        )
        title = tr("Draft: {what}").format(what=say(about.name))
        super().__init__(title, parent, says=says.format(blank=BLANK), act=tr("Save …"), width=760, height=600)
        self._session, self._ref, self._about = session, ref, about
        self.language = self.line(
            ChoiceField(tr("Language of the draft"), [(tr("English"), "en"), (tr("German"), "de")])
        )
        self.language.choose(spoken())
        self.language.activated.connect(self._draw_up)
        self.text_shown = QPlainTextEdit()
        self.text_shown.setReadOnly(True)
        self.text_shown.setProperty("role", "original")
        self.text_shown.setAccessibleName(tr("The draft"))
        self.text_shown.setTabChangesFocus(True)
        self.body.addWidget(self.text_shown, 1)
        self.blanks = self.body.put(label("", "note", wrap=True))
        self.act.setEnabled(False)
        self._draw_up()

    @property
    def ready(self) -> bool:
        return bool(self._text)

    def _draw_up(self) -> None:
        """Beside the window: it takes what lineage says of every model."""
        desk, ref, about, language = self._session.desk, self._ref, self._about.id, self.language.value
        self._text = ""
        self.allow()

        def show(text: str) -> None:
            if language == self.language.value:
                self._show(text)

        self._session.bridge.run(
            tr("Drawing up the draft"),
            lambda _report, _token: draft_text(desk, ref, obligation=about, language=language),
            show,
            context=self,
            failed=self.refuse,
            cancellable=False,
        )

    def _show(self, text: str) -> None:
        self._text = text
        self.text_shown.setPlainText(text)
        self.blanks.setText(words.counted(text.count(BLANK), "1 blank to fill in", "%Ln blanks to fill in"))
        self.allow()

    def go(self) -> None:
        name = f"{self._ref}-{self._about.id}.txt"
        if (file := ask_new_file(self, tr("Where the draft is to lie"), name, tr("Text (*.txt)"))) is not None:
            self.save(file)

    def save(self, file: Path) -> None:
        """What is shown is what is written."""
        says = tr("The draft was written to {file}")
        self.attempt(lambda: save_draft(self._text, file), lambda to: self._session.said.emit(says.format(file=to)))
