"""The keys that bundles are signed with: the one in use, how one follows another, what is handed out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.message import Message, message
from dsr_desk.evidence.signed.signing import KeyFileUnusable, Signer, readable_fingerprint
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import disk_errors, require_free, write_whole
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import SigningKeyRow

SOON = timedelta(days=60)
"""So long before its end a certificate is said to end soon: a new one must be told to every recipient."""


@dataclass(frozen=True)
class SigningKey:
    """A key that signs bundles, or once did. Times are UTC timestamps; `retired` is None for the one in use.

    `follows` is the fingerprint of the key that vouches for it, "" where none does.
    """

    fingerprint: str
    holder: str
    made: str
    valid_until: str
    retired: str | None
    follows: str

    @property
    def spoken(self) -> str:
        """The fingerprint in groups of four, to be read out on the telephone."""
        return readable_fingerprint(self.fingerprint)


def signing_keys(desk: Desk) -> list[SigningKey]:
    """The newest first; none before the first bundle or certificate."""
    found = []
    for row in desk.vault.signing_keys.all("made DESC, rowid DESC"):
        signer = _load(row)
        holder = signer.certificate.subject.rfc4514_string()
        until = f"{signer.valid[1]:%Y-%m-%dT%H:%M:%SZ}"
        found.append(SigningKey(signer.fingerprint, holder, row.made, until, row.retired, signer.follows))
    return found


def organisation_signer(desk: Desk) -> Signer:
    """The key that signs bundles; made on first use and kept in the vault."""
    with desk.vault.transaction():
        known = _in_use(desk)
        if known is not None:
            return known
        signer = Signer.new(desk.vault.organisation)
        said = {"event": "made", "certificate": signer.fingerprint}
        desk.act(Draft(Kind.ORGANISATION_KEY, said), touches=[_keep(desk, signer)])
        return signer


def journal_keys(desk: Desk) -> list[Ed25519PublicKey]:
    """The keys that checkpoints of the journal were ever signed with."""
    return [_load(row).log_key.public_key() for row in desk.vault.signing_keys.all("made, rowid")]


def valid_signer(desk: Desk) -> Signer:
    """The key that signs bundles, fit for signing now. Raises CertificateNotValid."""
    signer = organisation_signer(desk)
    signer.require_valid(datetime.fromisoformat(now()))
    return signer


def certificate_doubt(desk: Desk) -> Message | None:
    """Why the certificate in use does not serve for bundles, or soon will not; None where it does."""
    signer = _in_use(desk)
    if signer is None:
        return None
    begin, end = signer.valid
    time = datetime.fromisoformat(now())
    if not begin <= time <= end:
        return message("ready.certificate.invalid", begin=f"{begin:%Y-%m-%d}", end=f"{end:%Y-%m-%d}")
    return message("ready.certificate.soon", end=f"{end:%Y-%m-%d}") if end - time < SOON else None


def renew_signing_key(desk: Desk, *, stolen: bool = False) -> Change:
    """A new key made here. The one in use names it as its successor, unless it was stolen: a thief could as well."""
    return _replace(desk, Signer.new(desk.vault.organisation), stolen)


def bring_signing_key(desk: Desk, data: bytes, passphrase: str, *, stolen: bool = False) -> Change:
    """The organisation's own key from a PKCS#12 file.

    Raises KeyFileUnusable, also for a key that was used before, and CertificateNotValid.
    """
    signer = Signer.from_pkcs12(data, passphrase)
    signer.require_valid(datetime.fromisoformat(now()))
    if any(one.fingerprint == signer.fingerprint for one in signing_keys(desk)):
        raise KeyFileUnusable(why=message("why.key-used"))
    return _replace(desk, signer, stolen)


def certificate_fingerprint(desk: Desk) -> str:
    """In groups of four, to be read out on the telephone."""
    return readable_fingerprint(organisation_signer(desk).fingerprint)


def write_certificate(desk: Desk, path: Path) -> None:
    """The certificate (PEM) to hand out before the first bundle. Raises FileThere."""
    require_free(path)
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, organisation_signer(desk).certificate_pem, mode=0o644)


def _replace(desk: Desk, new: Signer, stolen: bool) -> Change:
    with desk.vault.transaction():
        old = _in_use(desk)
        said = {"event": "replaced", "certificate": new.fingerprint, "stolen": stolen}
        touches = []
        if old is not None:
            said["before"] = old.fingerprint
            new = new if stolen else old.succeeded_by(new)
            touches.append(desk.vault.signing_keys.change(old.fingerprint, retired=now()))
        touches.append(_keep(desk, new))
        return desk.act(Draft(Kind.ORGANISATION_KEY, said), touches=touches)


def _in_use(desk: Desk) -> Signer | None:
    rows = desk.vault.signing_keys.all("rowid DESC", retired=None)
    return _load(rows[0]) if rows else None


def _keep(desk: Desk, signer: Signer) -> Touch:
    """Writes a key's row; returns what the act that goes with it touches."""
    successions = b"\n".join(signer.successions)
    row = (signer.fingerprint, signer.private_bytes(), signer.certificate_bytes(), now(), None, successions)
    return desk.vault.signing_keys.add(SigningKeyRow(*row))


def _load(row: SigningKeyRow) -> Signer:
    return Signer.load(row.private_key, row.certificate, tuple(row.successions.splitlines()))
