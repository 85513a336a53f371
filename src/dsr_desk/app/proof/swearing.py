"""A statement under penalty of perjury: what the case says in words that one officer swears to, with her own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.content import gather
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import quoted
from dsr_desk.evidence.contents.sworn import Form, Sworn, worded
from dsr_desk.evidence.report.summary import statement
from dsr_desk.evidence.verifying.check_bundle import SWORN_FIELDS, SWORN_PAYLOAD, to_sign
from dsr_desk.storage.clock import now

__all__ = ["Form", "Sworn"]


class SwornIncomplete(DeskError):
    code = "SWORN-INCOMPLETE"
    happened = "It is not said who swears, or in which capacity."
    means = "A sworn statement is a named person's. Nothing was signed."
    todo = "Give the full name and the capacity, such as “Chief Privacy Officer”."


class SwornOutdated(DeskError):
    code = "SWORN-OUTDATED"
    happened = "Case {case} changed since this statement was worded."
    means = "What it says may no longer be true, so nothing was signed."
    todo = "Read the statement as it is worded now, and swear that one."


@dataclass(frozen=True)
class Wording:
    """A statement before it is sworn. `head` is the place of the case's newest entry when it was worded."""

    sworn: Sworn
    head: int


def word_statement(
    desk: Desk, ref: str, form: Form, *, name: str, capacity: str, place: str = "", also: Sequence[str] = ()
) -> Wording:
    """The statement as it would be sworn now; `also` are paragraphs of the person's own. Raises SwornIncomplete, and
    what the act would be refused with."""
    if not name.strip() or not capacity.strip():
        raise SwornIncomplete()
    desk.require(ref, Draft(Kind.SWORN, {"form": form.value}))
    said = {"name": name.strip(), "capacity": capacity.strip(), "place": place.strip()}
    with desk.reading(ref) as case:
        content = gather(desk, ref, ())
        own = [quoted(one.strip()) for one in also if one.strip()]
        text = worded(
            form, *said.values(), organisation=desk.vault.organisation, case=ref, day=now()[:10],
            says=[*statement(content), *own],
        )  # fmt: skip
        return Wording(Sworn(form, **said, text=text), case.head)


def swear(desk: Desk, ref: str, wording: Wording) -> Change:
    """Signs the statement with the key of the officer who works here, and writes it down. Raises SwornOutdated."""
    sworn = wording.sworn
    with desk.vault.transaction():
        case = desk.case(ref)
        if case.head != wording.head:
            raise SwornOutdated(case=ref)
        payload = sworn.payload(ref, desk.vault.officer_key)
        fields = {name: getattr(sworn, name) for name in SWORN_FIELDS}
        fields["signature"] = desk.vault.sign(to_sign(SWORN_PAYLOAD, payload)).hex()
        return desk.act(Draft(Kind.SWORN, {"form": sworn.form.value}, fields), ref)
