"""A second officer's word on a deletion: whoever ran nothing of it confirms what was read back."""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change


def confirm_outcome(desk: Desk, ref: str) -> Change:
    """The officer confirms the latest reading back, having looked at it. Raises NothingToConfirm, OwnWork."""
    with desk.vault.transaction():
        found = desk.case(ref).read_back
        return desk.act(Draft(Kind.VALIDATED, {"read_back": found["act"] if found is not None else ""}), ref)


def confirmed_by(desk: Desk, ref: str) -> str:
    """Who confirmed the latest reading back (names); "" where nobody did."""
    with desk.reading(ref) as case:
        found = case.read_back
        said = [one for round_ in case.rounds for one in round_["validated"]] if found is not None else []
        keys = [one["officer"] for one in said if found is not None and one["read_back"] == found["act"]]
    names = desk.vault.officer_names()
    return ", ".join(dict.fromkeys(names[key] for key in keys))
