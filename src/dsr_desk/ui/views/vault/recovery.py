"""The recovery code: shown once, printed or written down, then gone."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path

from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from dsr_desk.ui.dialogs import ErrorDialog
from dsr_desk.ui.fields import Tick
from dsr_desk.ui.reach import PrinterOutOfReach, require_print_service
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Button, Card, Notice, column_in, label, row
from dsr_desk.ui.words import tr


class RecoveryCode(QWidget):
    """The code with a way to print it, and a box to tick once it is kept."""

    def __init__(self, organisation: str, folder: Path, code: str) -> None:
        super().__init__()
        self._organisation, self._folder, self._code = organisation, folder, code
        body = column_in(self, spacing=12)
        says = tr("It opens the vault when a passphrase is lost. It is shown this once and stored nowhere.")
        body.addWidget(label(says, wrap=True))
        shown = body.put(label(code, "mono", wrap=True, selectable=True))
        shown.setAccessibleName(tr("Recovery code: {code}").format(code=" ".join(code)))
        body.addLayout(row(Button(tr("Print …"), self._print, name=tr("Print the recovery code")), None))
        warning = tr("Whoever has this code can read the vault. Keep the paper where you keep contracts.")
        body.addWidget(Notice(warning, Tone.WARN))
        self.kept = body.put(Tick(tr("I have printed it or written it down")))
        body.addStretch(1)

    def page(self) -> str:
        """What is printed, as HTML."""
        return (
            f"<h2>{escape(tr('Recovery code of a DSR Desk vault'))}</h2>"
            f"<p>{escape(tr('Organisation'))}: {escape(self._organisation)}<br>"
            f"{escape(tr('Vault'))}: {escape(str(self._folder))}</p>"
            f"<p style='font-size:16pt; font-family:monospace'>{escape(self._code)}</p>"
            f"<p>{escape(tr('It opens the vault like a passphrase. Keep it away from the computer.'))}</p>"
        )

    def _print(self) -> None:
        try:
            require_print_service()
        except PrinterOutOfReach as error:
            ErrorDialog(error, self).open()
            return
        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            document = QTextDocument()
            document.setHtml(self.page())
            document.print_(printer)


class RecoveryCard(Card):
    """The code of a new vault. Nothing goes on before the officer says that it is kept."""

    def __init__(self, organisation: str, folder: Path, code: str, go_on: Callable[[str], object]) -> None:
        super().__init__(margin=24, spacing=12)
        self.body.addWidget(label(tr("Keep the recovery code"), "title", wrap=True))
        self.code = self.body.put(RecoveryCode(organisation, folder, code), 1)
        self.code.kept.toggled.connect(self._allow)
        self.sample = Button(tr("Open the sample case"), lambda: go_on("sample"))
        self.new = Button(tr("New case"), lambda: go_on("new"), kind="primary")
        self.body.addLayout(row(None, self.sample, self.new))
        self._allow(False)

    def _allow(self, kept: bool) -> None:
        self.sample.setEnabled(kept)
        self.new.setEnabled(kept)
