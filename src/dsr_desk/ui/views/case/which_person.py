"""A file with the requests of several people: a case is about one of them, and somebody says whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from dsr_desk.app.case.drafts import PersonInLetter, people_in
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.words import tr


class WhichPersonDialog(Dialog):
    """Whom the case is about. The others have cases of their own, opened from the same file."""

    def __init__(self, people: Sequence[str], parent: QWidget) -> None:
        says = tr("A case is about one person. Open the same file again for each of the others.")
        super().__init__(tr("Whose request is it?"), parent, says=says, act=tr("Go on"))
        entries = [(f"{number}. {one}", number) for number, one in enumerate(people, 1)]
        self.choice: ChoiceField[int] = self.line(ChoiceField(tr("Person"), entries), tr("Person"))
        self.choice.narrow(30)

    @property
    def person(self) -> int:
        """Counted from 1."""
        return self.choice.value


def or_ask_whose(
    page: Page,
    read: Callable[[PersonInLetter], object],
    refused: Callable[[Exception], object],
    leave: Callable[[], object],
) -> Callable[[Exception], None]:
    """What to do where a letter was not taken: ask whose where several people are in it and `read` that, else refuse.

    `leave` is called where nobody is chosen.
    """

    def failed(error: Exception) -> None:
        if not (people := people_in(error)):
            refused(error)
            return
        dialog = WhichPersonDialog([one.known_by for one in people], page)
        dialog.accepted.connect(lambda: read(people[dialog.person - 1]))
        dialog.rejected.connect(lambda: leave())
        dialog.open()

    return failed
