"""Verifies a bundle, whatever it is wrapped in, and says what holds."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message, quoted
from dsr_desk.evidence.signed.members import Spool
from dsr_desk.evidence.verifying.check_bundle import (
    CERTIFICATE,
    EVIDENCE,
    SIGNATURE,
    SUCCESSION,
    TEXT,
    TIME_STAMP,
    Finding,
    Members,
    Refused,
    Said,
    all_hold,
    check_all,
)  # fmt: skip
from dsr_desk.evidence.verifying.rules import RULES, check_rules
from dsr_desk.evidence.verifying.wording import ASKED, WORDS, check_asked, check_pages, check_words
from dsr_desk.evidence.wrappers.age import open_age
from dsr_desk.evidence.wrappers.cms import EnvelopeKey, open_cms
from dsr_desk.evidence.wrappers.html import open_html
from dsr_desk.evidence.wrappers.pdf import open_pdf

REQUIRED = frozenset({EVIDENCE, SIGNATURE, CERTIFICATE, TEXT})
ALLOWED = REQUIRED | {SUCCESSION}
STAMP_BESIDE = ".tsr"
"""A time stamp lies beside its bundle under the bundle's whole name and this ending."""
_NAMED = 12
"""So many files of a folder that were not looked at are named."""
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
    """One check with what it means. `ok` is None where it could not be made here."""

    name: str
    ok: bool | None
    says: Message


@dataclass(frozen=True)
class Verification:
    """`ok` when every check holds, None when none fails and one was not made; the first says whose signature it is.

    `declared` is what the organisation states and nothing can prove.
    """

    ok: bool | None
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
    """An opened bundle: the archive as a file, everything beside it in memory, names that were not looked at."""

    archive: BinaryIO
    beside: dict[str, bytes]
    others: tuple[str, ...] = ()


def verify(
    path: Path,
    passphrase: str | None = None,
    identities: Sequence[str] = (),
    expected_certificate: str | None = None,
    held_checkpoint: str | None = None,
    envelope_key: EnvelopeKey | None = None,
    time_stamp: Path | None = None,
    authorities: bytes | None = None,
) -> Verification:
    """Opens a bundle, never in clear on the disk, and checks it.

    `path` is a sealed PDF, open-me.html, bundle.age, bundle.p7m, a saved bundle (zip), or evidence.zip with its
    signature and certificate beside (or the folder that holds them). `expected_certificate` is a SHA-256 fingerprint
    got by another way, `held_checkpoint` the text of a checkpoint from an earlier bundle, `time_stamp` an RFC 3161
    answer; one that lies beside the bundle is taken by itself. `authorities` are certificates (PEM) of those whose
    time stamps the reader trusts. Altered content comes back as failed checks; BundleMissing and SecretNeeded are
    raised.
    """
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key), time_stamp) as bundle:
            findings, declared = check_all(
                bundle.beside, expected_certificate, held_checkpoint, bundle.archive, authorities
            )
            findings += own_checks(findings, bundle.archive)
    except Refused as refused:
        return Verification(False, (BundleCheck("opening", False, message_of(refused.said)),))
    opened = BundleCheck("opening", True, _opened_says(bundle))
    signer, *others = (BundleCheck(one.name, one.ok, message_of(one.says)) for one in findings)
    checks = (signer, opened, *others)
    return Verification(all_hold(check.ok for check in checks), checks, tuple(map(_declared, declared)))


def _opened_says(bundle: OpenedBundle) -> Message:
    if not bundle.others:
        return message("bundle.opening.holds")
    return message("bundle.opening.others", count=len(bundle.others), names=bundle.others[:_NAMED])


def own_checks(findings: Sequence[Finding], archive: BinaryIO) -> list[Finding]:
    """The checks that this program makes and the verifier in the bundle does not, where what they rest on holds."""
    hold = {one.name for one in findings if one.ok}
    before = Said("unchecked.before")
    rules = check_rules(archive) if "journal" in hold else Finding(RULES, None, before)
    if "report" not in hold:
        return [rules, Finding(WORDS, None, before), Finding(ASKED, None, before)]
    pages = check_pages(archive)
    return [rules, check_words(archive), check_asked(archive), *([pages] if pages else [])]


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
    with suppress(Refused):
        if f"data/{SUCCESSION}" in Members(members.open(EVIDENCE)):
            missing |= {SUCCESSION} - set(members)
    if missing:
        raise Refused("opening.lacks", names=tuple(sorted(missing)))
    if added:
        raise Refused("opening.stray", name=min(added))
    members.sha256(EVIDENCE)
    return OpenedBundle(members.open(EVIDENCE), {name: members.read(name) for name in members if name != EVIDENCE})


def _with_neighbours(path: Path, stack: ExitStack) -> OpenedBundle:
    beside = {}
    for name in (SIGNATURE, CERTIFICATE):
        neighbour = path.with_name(name)
        if not neighbour.is_file():
            raise Refused("opening.beside", file=EVIDENCE, name=name)
        beside[name] = neighbour.read_bytes()
    for name in (TIME_STAMP, SUCCESSION, TEXT):
        if path.with_name(name).is_file():
            beside[name] = path.with_name(name).read_bytes()
    others = sorted(one.name for one in path.parent.iterdir() if one.name not in {EVIDENCE, *beside})
    return OpenedBundle(stack.enter_context(path.open("rb")), beside, tuple(others))
