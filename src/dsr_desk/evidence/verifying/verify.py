"""Verifies a bundle, whatever it is wrapped in, and says what holds.

Envelopes are opened here, where the secrets are; what was in them is read in a cell (`jobs.cell`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, Value, message, quoted
from dsr_desk.evidence.signed.members import LentFile, Spool
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
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, ask
from dsr_desk.storage.files import disk_errors

T = TypeVar("T")

REQUIRED = frozenset({EVIDENCE, SIGNATURE, CERTIFICATE, TEXT})
ALLOWED = REQUIRED | {SUCCESSION}
STAMP_BESIDE = ".tsr"
"""A time stamp lies beside its bundle under the bundle's whole name and this ending."""
MOST_BESIDE = 16 << 20
_MOST_PAGE, _MOST_ENVELOPE = 256 << 20, 768 << 20
"""Bytes of a sealed page or PDF, and of an S/MIME envelope: several times what this program seals."""
_SLOWEST = 1 << 20
"""Bytes of a bundle in a second on the slowest of computers; most follow ten times as many."""
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
class Presented:
    """A bundle out of its envelope, for a cell to read: a zip of all, or `archive` and what lies `beside` it.

    `others` are names of files that were not looked at.
    """

    archive: LentFile
    beside: dict[str, bytes] | None = None
    time_stamp: bytes | None = None
    others: tuple[str, ...] = ()


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
    authorities: bytes | None = None,
) -> Verification:
    """Opens a bundle, never in clear on the disk, and checks it in a cell.

    `path` is a sealed PDF, open-me.html, bundle.age, bundle.p7m, a saved bundle (zip), or evidence.zip with its
    signature and certificate beside (or the folder that holds them). `expected_certificate` is a SHA-256 fingerprint
    got by another way, `held_checkpoint` the text of a checkpoint from an earlier bundle, `time_stamp` an RFC 3161
    answer; one that lies beside the bundle is taken by itself. `authorities` are certificates (PEM) of those whose
    time stamps the reader trusts. Altered content comes back as failed checks, what a cell could not read as one that
    was not made; BundleMissing and SecretNeeded are raised.
    """
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key), time_stamp) as bundle:
            found: Verification = in_cell(
                Verification, verification, bundle, expected_certificate, held_checkpoint, authorities
            )
            return found
    except Refused as refused:
        return _unopened(message_of(refused.said), ok=False)
    except CellFailed as failed:
        return _unopened(message("bundle.opening.failed", why=failed.why), ok=None)


def _unopened(says: Message, *, ok: bool | None) -> Verification:
    return Verification(ok, (BundleCheck("opening", ok, says),))


def in_cell(
    kind: type[T], function: Callable[..., T], bundle: Presented, *args: Any, write: tuple[Path, ...] = ()
) -> T:
    """What a function finds in a bundle. Raises what it raises, and CellFailed."""
    size, path = bundle.archive.size, bundle.archive.path
    limits = Limits(seconds=120 + size / _SLOWEST, memory=(2 << 30) + 2 * size)
    grants = Grants(read=(path,) if path is not None else (), write=write)
    found: T = ask(kind, function, bundle, *args, grants=grants, limits=limits)
    return found


def verification(bundle: Presented, expected: str | None, held: str | None, authorities: bytes | None) -> Verification:
    """Inside a cell."""
    try:
        with opened(bundle) as found:
            findings, declared = check_all(found.beside, expected, held, found.archive, authorities)
            findings += own_checks(findings, found.archive)
    except Refused as refused:
        return _unopened(message_of(refused.said), ok=False)
    opening = BundleCheck("opening", True, _opened_says(bundle))
    signer, *others = (BundleCheck(one.name, one.ok, message_of(one.says)) for one in findings)
    checks = (signer, opening, *others)
    return Verification(all_hold(check.ok for check in checks), checks, tuple(map(_declared, declared)))


def _opened_says(bundle: Presented) -> Message:
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
def opening(path: Path, secrets: Secrets, time_stamp: Path | None = None) -> Iterator[Presented]:
    """A bundle without its envelope, for a cell. Raises Refused, BundleMissing, SecretNeeded, CellFailed."""
    if path.is_dir():
        path = path / EVIDENCE
    if not path.is_file():
        raise BundleMissing(path=path)
    with disk_errors(path), ExitStack() as stack:
        bundle = _with_neighbours(path) if path.name == EVIDENCE else Presented(_unwrapped(path, secrets, stack))
        stamp = time_stamp or path.with_name(path.name + STAMP_BESIDE)
        yield replace(bundle, time_stamp=_whole(stamp, MOST_BESIDE)) if stamp.is_file() else bundle


@contextmanager
def opened(bundle: Presented) -> Iterator[OpenedBundle]:
    """Inside a cell. Raises Refused."""
    with bundle.archive.opened() as file:
        found = _complete(Members(file)) if bundle.beside is None else OpenedBundle(file, dict(bundle.beside))
        if bundle.time_stamp is not None:
            found.beside[TIME_STAMP] = bundle.time_stamp
        yield found


def _unwrapped(path: Path, secrets: Secrets, stack: ExitStack) -> LentFile:
    """The zip that was wrapped."""
    with path.open("rb") as file:
        begin = file.read(64)
    if begin.startswith(b"age-encryption.org/"):
        if not secrets.identities:
            raise SecretNeeded(path=path, what=message("secret.key"))
        with path.open("rb") as sealed:
            return open_age(sealed, secrets.identities, stack.enter_context(Spool(lends=True)))
    page, pdf = begin.lstrip()[:9].lower() == b"<!doctype", begin.startswith(b"%PDF-")
    if page or pdf:
        if secrets.passphrase is None:
            raise SecretNeeded(path=path, what=message("secret.passphrase"))
        return _held((open_html if page else open_pdf)(_whole(path, _MOST_PAGE), secrets.passphrase))
    if begin.startswith(b"\x30"):
        if secrets.envelope_key is None:
            raise SecretNeeded(path=path, what=message("secret.private-key"))
        return _held(open_cms(_whole(path, _MOST_ENVELOPE), secrets.envelope_key))
    if not begin.startswith(b"PK"):
        raise Refused("opening.kind")
    return LentFile.of(path)


def _held(data: bytes) -> LentFile:
    return LentFile(len(data), data)


def _whole(path: Path, most: int) -> bytes:
    """A file that no honest bundle has larger. Raises Refused."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused("opening.large", file=path.name, most=most)
    return data


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


def _with_neighbours(path: Path) -> Presented:
    beside = {}
    for name in (SIGNATURE, CERTIFICATE):
        neighbour = path.with_name(name)
        if not neighbour.is_file():
            raise Refused("opening.beside", file=EVIDENCE, name=name)
        beside[name] = _whole(neighbour, MOST_BESIDE)
    for name in (TIME_STAMP, SUCCESSION, TEXT):
        if path.with_name(name).is_file():
            beside[name] = _whole(path.with_name(name), MOST_BESIDE)
    others = sorted(one.name for one in path.parent.iterdir() if one.name not in {EVIDENCE, *beside})
    return Presented(LentFile.of(path), beside, others=tuple(others))
