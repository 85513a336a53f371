"""The sworn statement of a case, as far as it still speaks of what is now."""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.evidence.contents.sworn import Form, Sworn, SwornEntry
from dsr_desk.evidence.verifying.check_bundle import SWORN_FIELDS


def sworn_of(desk: Desk, case: Case) -> tuple[SwornEntry | None, int | None]:
    """The newest sworn statement, for a bundle, and its place in the log.

    What was sworn before something changed in the case is not handed out: then the place alone is known. Both are None
    where nobody swore.
    """
    entries = list(desk.vault.log.entries(case.id, kinds=[Kind.SWORN]))
    if not entries:
        return None, None
    newest = entries[-1]
    if newest.seq < case.changed:
        return None, newest.seq
    values, officer = desk.values(newest.seq), newest.act.officer
    sworn = Sworn(Form(newest.act.open["form"]), *(values[name] for name in SWORN_FIELDS))
    return SwornEntry(sworn.payload(case.ref, officer), officer, values["signature"]), newest.seq
