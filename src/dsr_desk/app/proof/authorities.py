"""The organisation's trust list: authorities whose time stamps it takes for a proof of time.

Which authorities a recipient trusts, the recipient decides; this list says what the organisation itself may claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed.signing import readable_fingerprint
from dsr_desk.evidence.signed.timestamp import certificates_of
from dsr_desk.jobs.cell import CellFailed
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import AuthorityRow

_SHORTEST = 8
_LARGEST = 16 << 20


class AuthorityUnusable(DeskError):
    code = "AUTHORITY-UNUSABLE"
    happened = "The file was not taken into the list of time stamp authorities: {why}."
    means = "Nothing was added; stamps are judged by the list as it was."
    todo = (
        "Take the certificate (PEM) that the authority publishes, and compare its fingerprint with what it publishes."
    )


class AuthorityMissing(DeskError):
    code = "AUTHORITY-MISSING"
    happened = "No authority, or more than one, on the list has a fingerprint that begins like this."
    means = "Nothing was changed."
    todo = "List the authorities and give the fingerprint of one of them, eight digits or more."


@dataclass(frozen=True)
class Authority:
    """Whose time stamps are trusted. Times are UTC timestamps."""

    fingerprint: str
    name: str
    added: str
    valid_until: str

    @property
    def spoken(self) -> str:
        """In groups of four, to be compared with what the authority publishes."""
        return readable_fingerprint(self.fingerprint)


def list_authorities(desk: Desk) -> list[Authority]:
    rows = desk.vault.authorities.all("name, fingerprint")
    until = {one.fingerprint: one.valid_until for one in certificates_of(trusted_authorities(desk))} if rows else {}
    return [_authority(row, until[row.fingerprint]) for row in rows]


def trusted_authorities(desk: Desk) -> bytes:
    """All certificates on the list, in PEM form."""
    return "".join(row.certificate for row in desk.vault.authorities.all("fingerprint")).encode()


def add_authorities(desk: Desk, pem: bytes) -> list[Authority]:
    """Takes every certificate of a PEM file into the list. Raises AuthorityUnusable, also where one is known."""
    if len(pem) > _LARGEST:
        raise AuthorityUnusable(why=message("why.too-large", most=_LARGEST))
    try:
        found = certificates_of(pem)
    except CellFailed as failed:
        raise AuthorityUnusable(why=failed.why) from failed
    added = []
    with desk.vault.transaction():
        for one in found:
            row = AuthorityRow(one.fingerprint, one.name, one.pem, now())
            if desk.vault.authorities.get(row.fingerprint) is not None:
                raise AuthorityUnusable(why=message("authority.known", name=row.name))
            if not one.vouches:
                raise AuthorityUnusable(why=message("authority.kind", name=row.name))
            _record(desk, "added", desk.vault.authorities.add(row), row.fingerprint)
            added.append(_authority(row, one.valid_until))
    if not added:
        raise AuthorityUnusable(why=message("authority.none"))
    return added


def remove_authority(desk: Desk, fingerprint: str) -> Change:
    """By its fingerprint or how that begins. Stamps that rest on it are trusted no more. Raises AuthorityMissing."""
    begin = fingerprint.replace(" ", "").replace(":", "").lower()
    with desk.vault.transaction():
        found = [one.fingerprint for one in list_authorities(desk) if one.fingerprint.startswith(begin)]
        if len(found) != 1 or len(begin) < _SHORTEST:
            raise AuthorityMissing()
        return _record(desk, "removed", desk.vault.authorities.remove(found[0]), found[0])


def _record(desk: Desk, event: str, touched: Touch, fingerprint: str) -> Change:
    return desk.act(Draft(Kind.AUTHORITY, {"event": event, "certificate": fingerprint}), touches=[touched])


def _authority(row: AuthorityRow, until: datetime) -> Authority:
    return Authority(row.fingerprint, row.name, row.added, f"{until:%Y-%m-%dT%H:%M:%SZ}")
