"""The organisation's trust list: authorities whose time stamps it takes for a proof of time.

Which authorities a recipient trusts, the recipient decides; this list says what the organisation itself may claim.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed.signing import readable_fingerprint
from dsr_desk.evidence.signed.timestamp import certificates_of
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import AuthorityRow

_SHORTEST = 8


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
    return [_authority(row) for row in desk.vault.authorities.all("name, fingerprint")]


def trusted_authorities(desk: Desk) -> bytes:
    """All certificates on the list, in PEM form."""
    return "".join(row.certificate for row in desk.vault.authorities.all("fingerprint")).encode()


def add_authorities(desk: Desk, pem: bytes) -> list[Authority]:
    """Takes every certificate of a PEM file into the list. Raises AuthorityUnusable, also where one is known."""
    added = []
    with desk.vault.transaction():
        for certificate in certificates_of(pem):
            row = _row(certificate)
            if desk.vault.authorities.get(row.fingerprint) is not None:
                raise AuthorityUnusable(why=message("authority.known", name=row.name))
            if not _vouches(certificate):
                raise AuthorityUnusable(why=message("authority.kind", name=row.name))
            _record(desk, "added", desk.vault.authorities.add(row), row.fingerprint)
            added.append(_authority(row))
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


def _row(certificate: x509.Certificate) -> AuthorityRow:
    pem = certificate.public_bytes(Encoding.PEM).decode()
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    return AuthorityRow(fingerprint, certificate.subject.rfc4514_string(), pem, now())


def _authority(row: AuthorityRow) -> Authority:
    until = x509.load_pem_x509_certificate(row.certificate.encode()).not_valid_after_utc
    return Authority(row.fingerprint, row.name, row.added, f"{until:%Y-%m-%dT%H:%M:%SZ}")


def _vouches(certificate: x509.Certificate) -> bool:
    """Whether it may issue certificates, or stamps times itself."""
    for one in certificate.extensions:
        if isinstance(one.value, x509.BasicConstraints) and one.value.ca:
            return True
        if isinstance(one.value, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.TIME_STAMPING in one.value:
            return True
    return False
