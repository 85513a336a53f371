"""What is due under an order: counts and what comes next for a list, and a reminder that names what is due."""

from __future__ import annotations

from datetime import date

from dsr_desk.app.case.duties import DatedDuty, DutiesOpen
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.widgets import Notice
from dsr_desk.ui.words import tr

MOST_NAMED = 6


def due_said(open_: DutiesOpen) -> str:
    """How many are late, how many are due today, and what comes next with its day; "" where nothing is open."""
    late, due = open_.late, len(open_.due)
    said = [words.counted(late, "1 late", "%Ln late")] if late else []
    if due > late:
        said.append(words.counted(due - late, "1 due today", "%Ln due today"))
    if (following := open_.next) is not None:
        said.append(tr("next {day}: {what}").format(what=say(following.what), day=words.day(following.day)))
    return " · ".join(said)


class DueNotice(Notice):
    """Names the duties that are late or due today; hidden where none is."""

    def __init__(self) -> None:
        super().__init__(tone=Tone.WARN)
        self.hide()

    def show_due(self, open_: DutiesOpen) -> None:
        due = open_.due
        said = [_named(one, open_.today) for one in due[:MOST_NAMED]]
        if len(due) > MOST_NAMED:
            said.append(words.counted(len(due) - MOST_NAMED, "1 more duty is due", "%Ln more duties are due"))
        self.say("\n".join(said), Tone.DANGER if open_.late else Tone.WARN)
        self.setVisible(bool(due))


def _named(one: DatedDuty, today: date) -> str:
    left = (date.fromisoformat(one.day) - today).days
    return tr("{what}: {left}, {day}").format(what=say(one.what), left=words.days_left(left), day=words.day(one.day))
