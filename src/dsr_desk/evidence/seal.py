"""From content to a file that is signed inside and encrypted outside, one for each recipient."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.errors import DeskError
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.message import message
from dsr_desk.core.passphrases import new_passphrase
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.editions import payload_of
from dsr_desk.evidence.signed.bag import bag
from dsr_desk.evidence.signed.members import Archive, Held, Member, Spool, joined
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.timestamp import query
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, EVIDENCE, SIGNATURE, SUCCESSION, TEXT, check_all
from dsr_desk.evidence.verifying.verify import message_of, own_checks
from dsr_desk.evidence.verifying.verify_text import verify_text
from dsr_desk.evidence.verifying.wording import WORDS
from dsr_desk.evidence.wrappers.age import seal_age
from dsr_desk.evidence.wrappers.cms import recipient_name, seal_cms
from dsr_desk.evidence.wrappers.html import OPEN_ME, Cover, page_digest, seal_html
from dsr_desk.evidence.wrappers.pdf import seal_pdf
from dsr_desk.storage.files import write_whole, writing_whole

_SHORTEST_SOUGHT = 5
_SAID = (
    "report.", "declared.", "gap.", "why.", "check.", "clock.", "statement.", "seen.", "note.", "required.",
    "retention.", "references.",
)  # fmt: skip
"""How codes of sentences begin that stand in bundles."""
LARGEST_PAGE, LARGEST_ENVELOPE = 64 << 20, 512 << 20
"""Bytes that a browser, a PDF reader or an S/MIME tool opens in memory without trouble."""


class PersonalDataInside(DeskError):
    code = "BUNDLE-PERSONAL-DATA"
    happened = "The regulator edition would hold an identifier of a person, in {file}."
    means = "It holds references and salted hashes only. No bundle was made."
    todo = "Look for the identifier in reasons, container names and notes of this case, and word them without it."


class OutputDoesNotHold(DeskError):
    code = "BUNDLE-DOES-NOT-HOLD"
    happened = "The evidence does not pass its own verification ({check}): {says}"
    means = "Whoever verifies it would be told the same. No bundle was made."
    todo = "Run vault check: what the case says and what its journal holds differ. If it finds nothing, report this."


class BundleTooLarge(DeskError):
    code = "BUNDLE-TOO-LARGE"
    happened = "The evidence has {megabytes} MB, and {wrapper} can hold {limit} MB."
    means = "It opens in memory there, and would open nowhere. No such file was made."
    todo = "Seal for an age key: it is opened piece by piece."


@dataclass(frozen=True)
class Evidence:
    """Signed and not yet encrypted: what a time stamp is asked for, and what a wrapper takes.

    `members` are evidence.zip, its signature, the certificate, and files that equal signed copies in evidence.zip.
    `checkpoint` is the signed note that this bundle hands out.
    """

    case: str
    organisation: str
    edition: Edition
    language: str
    members: Mapping[str, Member] = field(repr=False)
    checkpoint: str

    @property
    def in_memory(self) -> dict[str, bytes]:
        """The members, each whole."""
        return {name: joined(member) for name, member in self.members.items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of evidence.zip."""
        return self.members[EVIDENCE].sha256.hex()

    @property
    def signature(self) -> bytes:
        return joined(self.members[SIGNATURE])

    @property
    def time_query(self) -> bytes:
        """The RFC 3161 query (DER) for a time stamp of the signature, to be carried to a connected machine."""
        return query(self.signature)


@dataclass(frozen=True)
class Sealed:
    """A bundle on disk. `passphrase` goes by another channel and is kept nowhere; None where keys open it."""

    path: Path
    digest: str
    evidence: Evidence
    passphrase: str | None = field(default=None, repr=False)
    recipients: tuple[str, ...] = ()


def sign(
    content: EvidenceContent, edition: Edition, signer: Signer, language: str, spool: Spool | None = None
) -> Evidence:
    """The evidence of one edition, signed. Same content, same key: same bytes, the signature's too.

    It can be read while the spool is open. Raises PersonalDataInside, CropRefused.
    """
    loose = {TEXT: verify_text(signer)}
    if signer.successions:
        loose[SUCCESSION] = b"".join(line + b"\n" for line in signer.successions)
    copies = dict(loose)
    if edition is Edition.REQUESTER:
        copies[OPEN_ME] = page_digest(Cover(content.case.ref, content.organisation.name, language))
    payload = payload_of(content, edition, language, signer, spool or Spool(), copies)
    if edition is Edition.REGULATOR:
        _refuse_identifiers(payload, content)
    info = {
        "Source-Organization": content.organisation.name,
        "External-Identifier": content.case.ref,
        "Bagging-Date": content.sealed[:10],
        "Bag-Group-Identifier": edition.value,
    }
    evidence = Archive(bag(payload, info))
    members: dict[str, Member] = {
        EVIDENCE: evidence,
        SIGNATURE: Held(signer.sign_detached(evidence.sha256, datetime.fromisoformat(content.sealed))),
        CERTIFICATE: Held(signer.certificate_pem),
        **{name: Held(data) for name, data in loose.items()},
    }
    checkpoint = joined(payload["log/checkpoint"]).decode()
    return Evidence(content.case.ref, content.organisation.name, edition, language, members, checkpoint)


def require_holds(evidence: Evidence, signer: Signer, spool: Spool) -> None:
    """Runs the verifier over what was signed, before it is handed out. Raises OutputDoesNotHold."""
    archive = spool.take(lambda to: _copy(evidence.members[EVIDENCE], to))
    beside = {name: joined(member) for name, member in evidence.members.items() if name != EVIDENCE}
    findings, _ = check_all(beside, signer.fingerprint, None, archive)
    for one in (*findings, *own_checks(findings, archive)):
        if one.ok is not True and not (one.ok is None and one.name == WORDS):
            raise OutputDoesNotHold(check=one.name, says=message_of(one.says))


def _copy(member: Member, to: BinaryIO) -> None:
    for piece in member.pieces():
        to.write(piece)


def wrap_html(evidence: Evidence, path: Path) -> Sealed:
    """Writes open-me.html with a fresh passphrase. Raises BundleTooLarge."""
    _require_below(evidence, LARGEST_PAGE, "wrapper.page")
    passphrase = new_passphrase()
    cover = Cover(evidence.case, evidence.organisation, evidence.language)
    page = seal_html(evidence.in_memory, passphrase, cover)
    write_whole(path, page)
    return Sealed(path, sha256_hex(page), evidence, passphrase=passphrase)


def wrap_pdf(evidence: Evidence, path: Path) -> Sealed:
    """Writes the requester's PDF with a fresh passphrase, to be typed as it is written. Raises BundleTooLarge."""
    _require_below(evidence, LARGEST_PAGE, "wrapper.pdf")
    passphrase = new_passphrase()
    data = seal_pdf(evidence.in_memory, passphrase)
    write_whole(path, data)
    return Sealed(path, sha256_hex(data), evidence, passphrase=passphrase)


def wrap_age(evidence: Evidence, path: Path, recipients: Sequence[str]) -> Sealed:
    """Writes bundle.age for recipients (lines `age1…`), piece by piece. Raises RecipientKeyWrong."""
    with writing_whole(path) as file:
        digest = seal_age(evidence.members, recipients, file)
    return Sealed(path, digest, evidence, recipients=tuple(recipients))


def wrap_cms(evidence: Evidence, path: Path, certificates: Sequence[bytes]) -> Sealed:
    """Writes bundle.p7m for recipients' S/MIME certificates (PEM). Raises RecipientCertificateWrong, BundleTooLarge."""
    _require_below(evidence, LARGEST_ENVELOPE, "wrapper.cms")
    data = seal_cms(evidence.in_memory, certificates)
    write_whole(path, data)
    names = tuple(recipient_name(pem, number) for number, pem in enumerate(certificates, 1))
    return Sealed(path, sha256_hex(data), evidence, recipients=names)


def seal(
    content: EvidenceContent,
    edition: Edition,
    signer: Signer,
    path: Path,
    *,
    recipients: Sequence[str] = (),
    language: str = "en",
) -> Sealed:
    """Signs and wraps in one go: for keys where recipients are given, else as a page with a passphrase."""
    evidence = sign(content, edition, signer, language)
    return wrap_age(evidence, path, recipients) if recipients else wrap_html(evidence, path)


def _require_below(evidence: Evidence, limit: int, wrapper: str) -> None:
    size = evidence.members[EVIDENCE].size
    if size > limit:
        raise BundleTooLarge(megabytes=size >> 20, wrapper=message(wrapper), limit=limit >> 20)


def _refuse_identifiers(payload: Mapping[str, Member], content: EvidenceContent) -> None:
    """Looks for whole identifiers in every file but the verifier and the schema.

    Names of officers and of the organisation are left out, and so are identifiers that are ordinary words of the
    report ("photo"), which would stop every bundle.
    """
    sought = {one.strip().lower() for one in (content.case.person, *content.other_identifiers)}
    said = _everything_said()
    forms = {html.escape(one) for one in sought if len(one) >= _SHORTEST_SOUGHT and one not in said} - {""}
    if not forms:
        return
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in sorted(forms)))
    ours = sorted({name.lower() for name in (*content.officers, content.organisation.name)}, key=len, reverse=True)
    longest = 8 * max(map(len, (*forms, *ours, "")))
    for name, member in payload.items():
        if name in ("check_bundle.py", "predicate.schema.json"):
            continue
        for text in _texts(member, longest):
            if any(form in text for form in forms) and pattern.search(_without(text, ours)):
                raise PersonalDataInside(file=f"data/{name}")


def _everything_said() -> str:
    """The sentences of bundles in all languages, in small letters."""
    said = [form for one in LANGUAGES for code, form in catalogue(one).items() if code.startswith(_SAID)]
    return json.dumps(said, ensure_ascii=False).lower()


def _texts(member: Member, overlap: int) -> Iterator[str]:
    """A file's text in small letters and pieces that overlap, each spelled as HTML spells it."""
    end = ""
    for piece in member.pieces():
        text = end + piece.decode("utf-8", "replace")
        end = text[-overlap:]
        plain = html.unescape(text) if "&" in text else text
        yield html.escape(plain.lower())


def _without(text: str, ours: Sequence[str]) -> str:
    for known in ours:
        text = text.replace(html.escape(known), "")
    return text
