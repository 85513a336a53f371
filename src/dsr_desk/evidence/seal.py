"""From content to a file that is signed inside and encrypted outside, one for each recipient."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.age_wrapper import seal_age
from dsr_desk.evidence.bag import bag, stored_zip
from dsr_desk.evidence.check_bundle import CERTIFICATE, EVIDENCE, SIGNATURE, SUCCESSION, TIME_STAMP
from dsr_desk.evidence.cms_wrapper import load_recipient, seal_cms
from dsr_desk.evidence.content import Edition, EvidenceContent, Language
from dsr_desk.evidence.editions import payload_of
from dsr_desk.evidence.html_wrapper import Cover, seal_html
from dsr_desk.evidence.passphrase import new_passphrase
from dsr_desk.evidence.pdf import seal_pdf
from dsr_desk.evidence.signing import Signer
from dsr_desk.evidence.timestamp import query, require_stamp
from dsr_desk.evidence.verify_text import verify_text
from dsr_desk.evidence.words import Words
from dsr_desk.storage.files import write_whole

_SHORTEST_SOUGHT = 5


class PersonalDataInside(DeskError):
    code = "BUNDLE-PERSONAL-DATA"
    happened = "The regulator edition would hold an identifier of a person, in {file}."
    means = "It holds references and salted hashes only. No bundle was made."
    todo = "Look for the identifier in reasons, container names and notes of this case, and word them without it."


@dataclass(frozen=True)
class Evidence:
    """Signed and not yet encrypted: what a time stamp is asked for, and what a wrapper takes.

    `parcel` holds evidence.zip, its signature, the certificate, VERIFY.txt and the verifier. `checkpoint` is the
    signed note that this bundle hands out.
    """

    case: str
    organisation: str
    edition: Edition
    language: Language
    parcel: dict[str, bytes] = field(repr=False)
    checkpoint: str

    @property
    def digest(self) -> str:
        """SHA-256 of evidence.zip."""
        return sha256_hex(self.parcel[EVIDENCE])

    @property
    def time_query(self) -> bytes:
        """The RFC 3161 query (DER) for a time stamp of the signature, to be carried to a connected machine."""
        return query(self.parcel[SIGNATURE])

    def stamped(self, answer: bytes) -> Evidence:
        """The same evidence with the authority's answer beside it. Raises TimeStampRefused."""
        require_stamp(self.parcel[SIGNATURE], answer)
        return replace(self, parcel={**self.parcel, TIME_STAMP: answer})


@dataclass(frozen=True)
class Sealed:
    """A bundle on disk. `passphrase` goes by another channel and is kept nowhere; None where keys open it."""

    path: Path
    digest: str
    evidence: Evidence
    passphrase: str | None = field(default=None, repr=False)
    recipients: tuple[str, ...] = ()


def sign(content: EvidenceContent, edition: Edition, signer: Signer, language: Language) -> Evidence:
    """The evidence of one edition, signed. Same content, same key: same evidence.zip.

    Raises PersonalDataInside, CropRefused.
    """
    payload = payload_of(content, edition, language, signer)
    if edition is Edition.REGULATOR:
        _refuse_identifiers(payload, content)
    info = {
        "Source-Organization": content.organisation.name,
        "External-Identifier": content.case.ref,
        "Bagging-Date": content.sealed[:10],
        "Bag-Group-Identifier": edition.value,
    }
    evidence = stored_zip(bag(payload, info))
    parcel = {
        EVIDENCE: evidence,
        SIGNATURE: signer.sign_detached(evidence),
        CERTIFICATE: signer.certificate_pem,
        "VERIFY.txt": verify_text(signer),
        "check_bundle.py": files("dsr_desk.evidence").joinpath("check_bundle.py").read_bytes(),
    }
    if signer.successions:
        parcel[SUCCESSION] = b"".join(line + b"\n" for line in signer.successions)
    checkpoint = payload["log/checkpoint"].decode()
    return Evidence(content.case.ref, content.organisation.name, edition, language, parcel, checkpoint)


def wrap_html(evidence: Evidence, path: Path) -> Sealed:
    """Writes open-me.html with a fresh passphrase."""
    passphrase = new_passphrase()
    cover = Cover(evidence.case, evidence.organisation, evidence.language)
    page = seal_html(evidence.parcel, passphrase, cover)
    write_whole(path, page)
    return Sealed(path, sha256_hex(page), evidence, passphrase=passphrase)


def wrap_pdf(evidence: Evidence, path: Path) -> Sealed:
    """Writes the requester's PDF with a fresh passphrase, to be typed as it is written."""
    passphrase = new_passphrase()
    data = seal_pdf(evidence.parcel, passphrase)
    write_whole(path, data)
    return Sealed(path, sha256_hex(data), evidence, passphrase=passphrase)


def wrap_age(evidence: Evidence, path: Path, recipients: Sequence[str]) -> Sealed:
    """Writes bundle.age for recipients (lines `age1…`). Raises RecipientKeyWrong."""
    data = seal_age(evidence.parcel, recipients)
    write_whole(path, data)
    return Sealed(path, sha256_hex(data), evidence, recipients=tuple(recipients))


def wrap_cms(evidence: Evidence, path: Path, certificates: Sequence[bytes]) -> Sealed:
    """Writes bundle.p7m for recipients' S/MIME certificates (PEM). Raises RecipientCertificateWrong."""
    data = seal_cms(evidence.parcel, certificates)
    write_whole(path, data)
    names = tuple(load_recipient(pem, number).subject.rfc4514_string() for number, pem in enumerate(certificates, 1))
    return Sealed(path, sha256_hex(data), evidence, recipients=names)


def seal(
    content: EvidenceContent,
    edition: Edition,
    signer: Signer,
    path: Path,
    *,
    recipients: Sequence[str] = (),
    language: Language = Language.ENGLISH,
) -> Sealed:
    """Signs and wraps in one go: for keys where recipients are given, else as a page with a passphrase."""
    evidence = sign(content, edition, signer, language)
    return wrap_age(evidence, path, recipients) if recipients else wrap_html(evidence, path)


def _refuse_identifiers(payload: dict[str, bytes], content: EvidenceContent) -> None:
    """Looks for whole identifiers in every file but the verifier and the schema.

    Names of officers and of the organisation are left out, and so are identifiers that are ordinary words of the
    report ("photo"), which would stop every bundle.
    """
    sought = {one.strip().lower() for one in (content.case.person, *content.other_identifiers)}
    said = Words.everything_said()
    forms = {html.escape(one) for one in sought if len(one) >= _SHORTEST_SOUGHT and one not in said} - {""}
    if not forms:
        return
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in sorted(forms)))
    ours = sorted({name.lower() for name in (*content.officers, content.organisation.name)}, key=len, reverse=True)
    for name, data in payload.items():
        text = html.escape(html.unescape(data.decode("utf-8", "replace").lower()))
        for known in ours:
            text = text.replace(html.escape(known), "")
        boilerplate = name in ("check_bundle.py", "predicate.schema.json")
        if not boilerplate and any(form in text for form in forms) and pattern.search(text):
            raise PersonalDataInside(file=f"data/{name}")
