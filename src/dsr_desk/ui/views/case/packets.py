"""Packets: what another officer is asked elsewhere goes out as a file, the signed answer comes back as one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.packet_files import For
from dsr_desk.app.case.packets import HandedOut, PacketTaken, hand_over_case, take_in
from dsr_desk.core.acts import Kind
from dsr_desk.ui import words
from dsr_desk.ui.choosing import ask_file, ask_new_file
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.session import Session
from dsr_desk.ui.widgets import Button
from dsr_desk.ui.words import tr


def packet_buttons(session: Session, page: QWidget, what: For) -> tuple[Button, Button]:
    """The two buttons of a page: hand the open case over, take an answer in."""
    hand = Button(tr("Hand over …"), name=tr("Hand this case over to an officer elsewhere"))
    take = Button(tr("Take in …"), name=tr("Take in what an officer signed elsewhere"))
    hand.clicked.connect(lambda: HandOverDialog(session, what, page).open())
    take.clicked.connect(lambda: choose_answer(session, page))
    return hand, take


def show_packet_buttons(session: Session, *buttons: Button) -> None:
    """They are there where there is somebody to send a packet to."""
    for button in buttons:
        button.setVisible(len(session.desk.vault.roster.keys) > 1)


class HandOverDialog(Dialog):
    """To whom and for what. The file opens with that officer's own passphrase, on any computer with this program."""

    def __init__(self, session: Session, what: For, parent: QWidget) -> None:
        says = tr(
            "What is to be looked at is written to a file that this officer alone can open, with the own passphrase, "
            "on any computer that has this program. A second review by packet is blind: verdicts and scores stay here."
        )
        super().__init__(tr("Hand the case over"), parent, says=says, act=tr("Choose where it lies …"))
        self._session = session
        vault = session.desk.vault
        names = vault.officer_names()
        others = [names[key] for key in vault.roster.keys if key != vault.officer_key]
        self.officer = self.line(ChoiceField(tr("Officer"), [(name, name) for name in others]))
        self.what: ChoiceField[For] = self.line(
            ChoiceField(
                tr("What is asked"),
                [(tr("a second review"), For.REVIEW), (tr("the approval of the plan"), For.APPROVAL)],
            )
        )
        self.what.choose(what)
        self.act.setEnabled(bool(others))
        self.act.explain("" if others else tr("There is no other officer. The settings are where one is added."))

    def allow(self, _news: object = None) -> None:
        self.act.setEnabled(self.officer.count() > 0)

    def go(self) -> None:
        name = f"{self._session.case}-{self.what.value.value}.packet"
        if (file := ask_new_file(self, tr("Where the packet is to lie"), name)) is not None:
            self.write(file)

    def write(self, file: Path) -> None:
        session, officer, what = self._session, self.officer.value, self.what.value
        desk, ref = session.desk, session.case or ""

        def done(made: HandedOut) -> None:
            session.said.emit(tr("The packet for {name} is written").format(name=made.name))

        says = tr("Writing the packet")
        self.work(session, says, lambda _report, _token: hand_over_case(desk, ref, officer, file, what), done)


def choose_answer(session: Session, page: QWidget) -> None:
    if (file := ask_file(page, tr("Choose the answer that came back"))) is not None:
        take_answer_in(session, page, file)


def take_answer_in(session: Session, page: QWidget, file: Path) -> None:
    """What the other officer signed stands in the case from now on, or is refused like anything done here."""
    desk, ref = session.desk, session.case or ""

    def done(taken: list[PacketTaken]) -> None:
        session.tell()
        session.said.emit(" · ".join(_taken(one) for one in taken))

    session.beside(page, tr("Taking the answer in"), lambda: take_in(desk, ref, file), done)


def _taken(one: PacketTaken) -> str:
    if one.kind is Kind.APPROVED:
        return tr("Approval of {name} taken in").format(name=one.officer)
    count = words.counted(one.items, "1 word", "%Ln words")
    return tr("{count} of {name} taken in").format(count=count, name=one.officer)
