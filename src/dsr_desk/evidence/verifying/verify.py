"""Verifies a bundle, whatever it is wrapped in, and says what holds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message, quoted
from dsr_desk.evidence.report.pdf import open_pdf
from dsr_desk.evidence.signed.members import Spool
from dsr_desk.evidence.verifying.check_bundle import (
    CERTIFICATE,
    EVIDENCE,
    SIGNATURE,
    SUCCESSION,
    TIME_STAMP,
    Members,
    Refused,
    Said,
    check_all,
)  # fmt: skip
from dsr_desk.evidence.wrappers.age import open_age
from dsr_desk.evidence.wrappers.cms import EnvelopeKey, open_cms
from dsr_desk.evidence.wrappers.html import open_html

REQUIRED = frozenset({EVIDENCE, SIGNATURE, CERTIFICATE})
ALLOWED = REQUIRED | {SUCCESSION, "VERIFY.txt", "check_bundle.py", "page.sha256"}
STAMP_BESIDE = ".tsr"
"""A time stamp lies beside its bundle under the bundle's whole name and this ending."""
DECLARED = "declared."
"""How codes of declarations begin."""


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
class BundleCheck:
    """One check with what it means."""

    name: str
    ok: bool
    says: Message


@dataclass(frozen=True)
class Verification:
    """`ok` when every check holds. `declared` is what the organisation states and nothing can prove."""

    ok: bool
    checks: tuple[BundleCheck, ...]
    declared: tuple[Message, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "checks": [{"name": check.name, "ok": check.ok, **check.says.as_json()} for check in self.checks],
            "declared": [said.as_json() for said in self.declared],
        }


@dataclass(frozen=True)
class Secrets:
    """What opens a bundle: the passphrase, lines `AGE-SECRET-KEY-1…`, or an S/MIME recipient's key."""

    passphrase: str | None = field(default=None, repr=False)
    identities: Sequence[str] = field(default=(), repr=False)
    envelope_key: EnvelopeKey | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenedBundle:
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

    `path` is a sealed PDF, open-me.html, bundle.age, bundle.p7m, a saved bundle (zip), or evidence.zip with its
    signature and certificate beside (or the folder that holds them). `expected_certificate` is a SHA-256 fingerprint
    got by another way, `held_checkpoint` the text of a checkpoint from an earlier bundle, `time_stamp` an RFC 3161
    answer; one that lies beside the bundle is taken by itself. Altered content comes back as failed checks;
    BundleMissing and SecretNeeded are raised.
    """
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key), time_stamp) as bundle:
            findings, declared = check_all(bundle.beside, expected_certificate, held_checkpoint, bundle.archive)
    except Refused as refused:
        return Verification(False, (BundleCheck("opening", False, message_of(refused.said)),))
    opened = BundleCheck("opening", True, message("bundle.opening.holds"))
    checks = (opened, *(BundleCheck(one.name, one.ok, message_of(one.says)) for one in findings))
    return Verification(all(check.ok for check in checks), checks, tuple(map(_declared, declared)))


def message_of(said: Said) -> Message:
    """What the verifier in the bundle says, for every language of the program."""
    return Message(f"bundle.{said.code}", {name: _value(value) for name, value in said.values.items()})


def _value(value: Any) -> Value:
    if isinstance(value, tuple):
        return tuple(map(_value, value))
    return message_of(value) if isinstance(value, Said) else value


def _declared(said: Said) -> Message:
    """A bundle may bring any code: those of declarations are said in the reader's language, others as they came."""
    if not said.english:
        return message_of(said)
    ours = said.code.startswith(DECLARED)
    return Message(said.code, said.values, said.english) if ours else quoted(said.english)


@contextmanager
def opening(path: Path, secrets: Secrets, time_stamp: Path | None = None) -> Iterator[OpenedBundle]:
    """An opened bundle. Raises Refused, BundleMissing, SecretNeeded."""
    if path.is_dir():
        path = path / EVIDENCE
    if not path.is_file():
        raise BundleMissing(path=path)
    with ExitStack() as stack:
        if path.name == EVIDENCE:
            bundle = _with_neighbours(path, stack)
        else:
            bundle = _complete(Members(_opened(path, secrets, stack)))
        stamp = time_stamp or path.with_name(path.name + STAMP_BESIDE)
        if stamp.is_file():
            bundle.beside[TIME_STAMP] = stamp.read_bytes()
        yield bundle


def _opened(path: Path, secrets: Secrets, stack: ExitStack) -> BinaryIO:
    """The zip that was wrapped."""
    file = stack.enter_context(path.open("rb"))
    begin = file.read(64)
    file.seek(0)
    if begin.startswith(b"age-encryption.org/"):
        if not secrets.identities:
            raise SecretNeeded(path=path, what=message("secret.key"))
        return open_age(file, secrets.identities, stack.enter_context(Spool()))
    page, pdf = begin.lstrip()[:9].lower() == b"<!doctype", begin.startswith(b"%PDF-")
    if page or pdf:
        if secrets.passphrase is None:
            raise SecretNeeded(path=path, what=message("secret.passphrase"))
        return io.BytesIO((open_html if page else open_pdf)(file.read(), secrets.passphrase))
    if begin.startswith(b"\x30"):
        if secrets.envelope_key is None:
            raise SecretNeeded(path=path, what=message("secret.private-key"))
        return io.BytesIO(open_cms(file.read(), secrets.envelope_key))
    if not begin.startswith(b"PK"):
        raise Refused("opening.kind")
    return file


def _complete(members: Members) -> OpenedBundle:
    missing, added = REQUIRED - set(members), set(members) - ALLOWED
    if missing:
        raise Refused("opening.lacks", names=tuple(sorted(missing)))
    if added:
        raise Refused("opening.stray", name=min(added))
    return OpenedBundle(members.open(EVIDENCE), {name: members.read(name) for name in members if name != EVIDENCE})


def _with_neighbours(path: Path, stack: ExitStack) -> OpenedBundle:
    beside = {}
    for name in (SIGNATURE, CERTIFICATE):
        neighbour = path.with_name(name)
        if not neighbour.is_file():
            raise Refused("opening.beside", file=EVIDENCE, name=name)
        beside[name] = neighbour.read_bytes()
    for name in (TIME_STAMP, SUCCESSION):
        if path.with_name(name).is_file():
            beside[name] = path.with_name(name).read_bytes()
    return OpenedBundle(stack.enter_context(path.open("rb")), beside)
