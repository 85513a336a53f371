"""Verifies a bundle, whatever it is wrapped in, and says in sentences what holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.age_wrapper import open_age
from dsr_desk.evidence.check_bundle import (
    CERTIFICATE,
    EVIDENCE,
    SIGNATURE,
    SUCCESSION,
    TIME_STAMP,
    Refused,
    check_all,
    members_of,
)  # fmt: skip
from dsr_desk.evidence.cms_wrapper import EnvelopeKey, open_cms
from dsr_desk.evidence.html_wrapper import open_html
from dsr_desk.evidence.pdf import open_pdf

PARCEL_REQUIRED = frozenset({EVIDENCE, SIGNATURE, CERTIFICATE})
PARCEL_ALLOWED = PARCEL_REQUIRED | {TIME_STAMP, SUCCESSION, "VERIFY.txt", "check_bundle.py", "page.sha256"}


class BundleMissing(DeskError):
    code = "BUNDLE-MISSING"
    happened = "There is no bundle at {path}."
    means = "Nothing was verified."
    todo = "Name the file open-me.html or bundle.age, a saved archive, or the folder with evidence.zip."


class SecretNeeded(DeskError):
    code = "BUNDLE-SECRET-NEEDED"
    happened = "{path} is encrypted and {what} was not given."
    means = "Nothing was verified."
    todo = "Give the passphrase that came by another way, or the age identity of a recipient."


@dataclass(frozen=True)
class Check:
    """One check with what it means in a sentence."""

    name: str
    ok: bool
    says: str


@dataclass(frozen=True)
class Verification:
    """`ok` when every check holds. `declared` are sentences that the organisation states and nothing can prove."""

    ok: bool
    checks: tuple[Check, ...]
    declared: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "checks": [{"name": check.name, "ok": check.ok, "says": check.says} for check in self.checks],
            "declared": list(self.declared),
        }


def verify(
    path: Path,
    passphrase: str | None = None,
    identities: Sequence[str] = (),
    expected_certificate: str | None = None,
    held_checkpoint: str | None = None,
    envelope_key: EnvelopeKey | None = None,
) -> Verification:
    """Opens a bundle in memory and checks it.

    `path` is a sealed PDF, open-me.html, bundle.age, bundle.p7m, a saved parcel (zip), or evidence.zip with its
    signature and certificate beside (or the folder that holds them). `expected_certificate` is a SHA-256 fingerprint
    got by another way, `held_checkpoint` the text of a checkpoint from an earlier bundle. Altered content comes back
    as failed checks; BundleMissing and SecretNeeded are raised.
    """
    opened, parcel = _try_open(path, passphrase, identities, envelope_key)
    checks = [opened]
    declared: list[str] = []
    if opened.ok:
        findings, declared = check_all(parcel, expected_certificate, held_checkpoint)
        checks += [Check(*finding) for finding in findings]
    return Verification(all(check.ok for check in checks), tuple(checks), tuple(declared))


def open_parcel(
    path: Path, passphrase: str | None, identities: Sequence[str], envelope_key: EnvelopeKey | None = None
) -> dict[str, bytes]:
    """The files of the parcel, decrypted in memory. Raises Refused, BundleMissing, SecretNeeded."""
    if path.is_dir():
        path = path / EVIDENCE
    if not path.is_file():
        raise BundleMissing(path=path)
    data = path.read_bytes()
    if data.startswith(b"age-encryption.org/"):
        if not identities:
            raise SecretNeeded(path=path, what="a recipient's key")
        return _complete(members_of(open_age(data, identities)))
    if data.lstrip()[:9].lower() == b"<!doctype":
        if passphrase is None:
            raise SecretNeeded(path=path, what="the passphrase")
        return _complete(members_of(open_html(data, passphrase)))
    if data.startswith(b"%PDF-"):
        if passphrase is None:
            raise SecretNeeded(path=path, what="the passphrase")
        return _complete(members_of(open_pdf(data, passphrase)))
    if path.name == EVIDENCE:
        return _with_neighbours(path, data)
    if data.startswith(b"\x30"):
        if envelope_key is None:
            raise SecretNeeded(path=path, what="a recipient's private key")
        return _complete(members_of(open_cms(data, envelope_key)))
    if not data.startswith(b"PK"):
        raise Refused("This is no bundle: neither PDF, page, age file, CMS file nor zip, or its beginning was changed.")
    return _complete(members_of(data))


def _try_open(
    path: Path, passphrase: str | None, identities: Sequence[str], envelope_key: EnvelopeKey | None
) -> tuple[Check, dict[str, bytes]]:
    try:
        parcel = open_parcel(path, passphrase, identities, envelope_key)
    except Refused as refused:
        return Check("opening", False, str(refused)), {}
    return Check("opening", True, "The bundle opens and holds the archive, its signature and the certificate."), parcel


def _complete(members: dict[str, bytes]) -> dict[str, bytes]:
    missing, added = PARCEL_REQUIRED - set(members), set(members) - PARCEL_ALLOWED
    if missing:
        raise Refused(f"The bundle lacks {', '.join(sorted(missing))}.")
    if added:
        raise Refused(f"The bundle holds a file that does not belong to it: {sorted(added)[0]}.")
    return members


def _with_neighbours(path: Path, data: bytes) -> dict[str, bytes]:
    beside = {EVIDENCE: data}
    for name in (SIGNATURE, CERTIFICATE):
        neighbour = path.with_name(name)
        if not neighbour.is_file():
            raise Refused(f"Beside {EVIDENCE} there is no {name}.")
        beside[name] = neighbour.read_bytes()
    for name in (TIME_STAMP, SUCCESSION):
        if path.with_name(name).is_file():
            beside[name] = path.with_name(name).read_bytes()
    return beside
