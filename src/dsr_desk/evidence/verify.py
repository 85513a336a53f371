"""Verifies a bundle, whatever it is wrapped in, and says in sentences what holds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.age_wrapper import open_age
from dsr_desk.evidence.check_bundle import (
    CERTIFICATE,
    EVIDENCE,
    SIGNATURE,
    SUCCESSION,
    TIME_STAMP,
    Members,
    Refused,
    check_all,
)  # fmt: skip
from dsr_desk.evidence.cms_wrapper import EnvelopeKey, open_cms
from dsr_desk.evidence.html_wrapper import open_html
from dsr_desk.evidence.members import Spool
from dsr_desk.evidence.pdf import open_pdf

PARCEL_REQUIRED = frozenset({EVIDENCE, SIGNATURE, CERTIFICATE})
PARCEL_ALLOWED = PARCEL_REQUIRED | {SUCCESSION, "VERIFY.txt", "check_bundle.py", "page.sha256"}
STAMP_BESIDE = ".tsr"
"""A time stamp lies beside its bundle under the bundle's whole name and this ending."""


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


@dataclass(frozen=True)
class Secrets:
    """What opens a bundle: the passphrase, lines `AGE-SECRET-KEY-1…`, or an S/MIME recipient's key."""

    passphrase: str | None = field(default=None, repr=False)
    identities: Sequence[str] = field(default=(), repr=False)
    envelope_key: EnvelopeKey | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Parcel:
    """An opened bundle: the archive as a file, everything beside it in memory."""

    archive: BinaryIO
    beside: dict[str, bytes]


def verify(
    path: Path,
    passphrase: str | None = None,
    identities: Sequence[str] = (),
    expected_certificate: str | None = None,
    held_checkpoint: str | None = None,
    envelope_key: EnvelopeKey | None = None,
    time_stamp: Path | None = None,
) -> Verification:
    """Opens a bundle, never in clear on the disk, and checks it.

    `path` is a sealed PDF, open-me.html, bundle.age, bundle.p7m, a saved parcel (zip), or evidence.zip with its
    signature and certificate beside (or the folder that holds them). `expected_certificate` is a SHA-256 fingerprint
    got by another way, `held_checkpoint` the text of a checkpoint from an earlier bundle, `time_stamp` an RFC 3161
    answer; one that lies beside the bundle is taken by itself. Altered content comes back as failed checks;
    BundleMissing and SecretNeeded are raised.
    """
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key), time_stamp) as parcel:
            findings, declared = check_all(parcel.beside, expected_certificate, held_checkpoint, parcel.archive)
    except Refused as refused:
        return Verification(False, (Check("opening", False, str(refused)),))
    opened = Check("opening", True, "The bundle opens and holds the archive, its signature and the certificate.")
    checks = (opened, *(Check(*finding) for finding in findings))
    return Verification(all(check.ok for check in checks), checks, tuple(declared))


@contextmanager
def opening(path: Path, secrets: Secrets, time_stamp: Path | None = None) -> Iterator[Parcel]:
    """An opened bundle. Raises Refused, BundleMissing, SecretNeeded."""
    if path.is_dir():
        path = path / EVIDENCE
    if not path.is_file():
        raise BundleMissing(path=path)
    with ExitStack() as stack:
        if path.name == EVIDENCE:
            parcel = _with_neighbours(path, stack)
        else:
            parcel = _complete(Members(_opened(path, secrets, stack)))
        stamp = time_stamp or path.with_name(path.name + STAMP_BESIDE)
        if stamp.is_file():
            parcel.beside[TIME_STAMP] = stamp.read_bytes()
        yield parcel


def _opened(path: Path, secrets: Secrets, stack: ExitStack) -> BinaryIO:
    """The parcel's zip."""
    file = stack.enter_context(path.open("rb"))
    begin = file.read(64)
    file.seek(0)
    if begin.startswith(b"age-encryption.org/"):
        if not secrets.identities:
            raise SecretNeeded(path=path, what="a recipient's key")
        return open_age(file, secrets.identities, stack.enter_context(Spool()))
    page, pdf = begin.lstrip()[:9].lower() == b"<!doctype", begin.startswith(b"%PDF-")
    if page or pdf:
        if secrets.passphrase is None:
            raise SecretNeeded(path=path, what="the passphrase")
        return io.BytesIO((open_html if page else open_pdf)(file.read(), secrets.passphrase))
    if begin.startswith(b"\x30"):
        if secrets.envelope_key is None:
            raise SecretNeeded(path=path, what="a recipient's private key")
        return io.BytesIO(open_cms(file.read(), secrets.envelope_key))
    if not begin.startswith(b"PK"):
        raise Refused("This is no bundle: neither PDF, page, age file, CMS file nor zip, or its beginning was changed.")
    return file


def _complete(members: Members) -> Parcel:
    missing, added = PARCEL_REQUIRED - set(members), set(members) - PARCEL_ALLOWED
    if missing:
        raise Refused(f"The bundle lacks {', '.join(sorted(missing))}.")
    if added:
        raise Refused(f"The bundle holds a file that does not belong to it: {sorted(added)[0]}.")
    return Parcel(members.open(EVIDENCE), {name: members.read(name) for name in members if name != EVIDENCE})


def _with_neighbours(path: Path, stack: ExitStack) -> Parcel:
    beside = {}
    for name in (SIGNATURE, CERTIFICATE):
        neighbour = path.with_name(name)
        if not neighbour.is_file():
            raise Refused(f"Beside {EVIDENCE} there is no {name}.")
        beside[name] = neighbour.read_bytes()
    for name in (TIME_STAMP, SUCCESSION):
        if path.with_name(name).is_file():
            beside[name] = path.with_name(name).read_bytes()
    return Parcel(stack.enter_context(path.open("rb")), beside)
