"""What is ours in a letter and therefore no requester's, and the keys of agents whose signatures are checked."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit

from dsr_desk.app.vault.house import house_said, kept_house, set_house
from dsr_desk.core.changes import Change
from dsr_desk.ui.dialogs import add_line, form_layout
from dsr_desk.ui.fields import text_field
from dsr_desk.ui.session import Session
from dsr_desk.ui.typed_fields import TypedFields
from dsr_desk.ui.widgets import Button, Card, label, row
from dsr_desk.ui.words import tr

_LISTS = ("domains", "addresses", "phones", "people")


class HouseCard(Card):
    """Lists are parted by commas; each agent has a line of its own."""

    def __init__(self, session: Session) -> None:
        super().__init__(tr("What is ours in letters"))
        self._session = session
        self.fields = {
            "domains": text_field(tr("Own domains"), example=tr("for example: example.org, example.com")),
            "addresses": text_field(tr("Own e-mail addresses elsewhere")),
            "phones": text_field(tr("Own telephone numbers")),
            "people": text_field(tr("People who work here")),
            "zone": text_field(tr("Time zone"), example=tr("for example: Europe/Berlin")),
            "country": text_field(tr("Country"), example=tr("for example: DE")),
        }
        self.agents = QPlainTextEdit()
        self.agents.setAccessibleName(tr("Keys of agents"))
        self.agents.setPlaceholderText(tr("one agent in each line: ID=KEY"))
        self.agents.setTabChangesFocus(True)
        self.agents.setFixedHeight(64)
        self.typed = TypedFields(self, {**self.fields, "agents": self.agents})
        self.save = Button(tr("Save"), self._save, name=tr("Save what is ours in letters"))
        self.typed.edited.connect(lambda: self.save.setEnabled(True))
        says = tr("None of it is searched for or proposed as the person's when a letter is read.")
        self.body.addWidget(label(says, "note", wrap=True))
        form = form_layout()
        for field in (*self.fields.values(), self.agents):
            add_line(form, field.accessibleName(), field)
        self.body.addLayout(form)
        self.body.addLayout(row(None, self.save))

    def reload(self) -> None:
        house = kept_house(self._session.desk)
        for name, field in self.fields.items():
            value = getattr(house, name)
            field.setText(", ".join(value) if name in _LISTS else value)
            field.setCursorPosition(0)
        self.agents.setPlainText("\n".join(f"{agent}={key}" for agent, key in house.agents.items()))
        self.save.setEnabled(False)
        self._session.unsaved.follow("settings house", self.accessibleName(), self.typed, self.typed.edited)

    def _save(self) -> None:
        session = self._session
        lists = {name: tuple(filter(None, map(str.strip, self.fields[name].text().split(",")))) for name in _LISTS}
        lines = [line for line in self.agents.toPlainText().splitlines() if line.strip()]
        agents = {agent.strip(): key.strip() for agent, _, key in (line.rpartition("=") for line in lines)}
        zone, country = self.fields["zone"].text(), self.fields["country"].text()

        def save() -> Change:
            house = house_said(lists, zone=zone, country=country, agents=agents)
            return session.saved("settings house", set_house(session.desk, house))

        session.do(save)
