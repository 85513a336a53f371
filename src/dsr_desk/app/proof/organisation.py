"""What certificates say of the organisation beside its name."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change


@dataclass(frozen=True)
class Details:
    """`contact` is for the person, `authority` the supervisory authority, `role` that of whoever seals."""

    address: str = ""
    contact: str = ""
    authority: str = ""
    role: str = ""


def organisation_details(desk: Desk) -> Details:
    """What was set; "" where nothing was."""
    return Details(**{name: desk.vault.setting(name) or "" for name in Details.__dataclass_fields__})


def set_organisation_details(desk: Desk, details: Details) -> Change:
    """Stands on every bundle that is sealed from now on."""
    with desk.vault.transaction():
        touches = desk.vault.put_settings({name: " ".join(value.split()) for name, value in asdict(details).items()})
        return desk.act(Draft(Kind.ORGANISATION), touches=touches)
