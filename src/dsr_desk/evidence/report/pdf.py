"""The requester's PDF: the report as tagged pages (PDF/UA-1), AES-256, the signed evidence attached.

Encryption in PDF notices no change by itself. So the plain pages are a file of the signed archive, and opening
compares the pages of the sealed file with them.
"""

from __future__ import annotations

import io
import json
import secrets
import warnings
from collections.abc import Mapping
from importlib.resources import files

import pikepdf
import typst

from dsr_desk.evidence.contents.content import EvidenceContent
from dsr_desk.evidence.report.blocks import blocks_of
from dsr_desk.evidence.report.words import Words
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Refused, members_of

PAGES = "data/report.pdf"


def report_pdf(page: bytes, content: EvidenceContent, language: str) -> bytes:
    """The report's HTML as tagged PDF pages. Same report, same bytes."""
    words = Words(language)
    blocks = blocks_of(page)
    title = next("".join(run["text"] for run in one["runs"]) for one in blocks if one["kind"] == "heading")
    said = {
        "title": title,
        "organisation": content.organisation.name,
        "case": f"{words('case')} {content.case.ref}",
        "language": language,
        "blocks": blocks,
    }
    template = files("dsr_desk.evidence.report").joinpath("report.typ").read_bytes()
    inputs = {"report": json.dumps(said)}
    made: bytes = typst.compile(
        template, format="pdf", pdf_standards=["ua-1"], sys_inputs=inputs, ignore_system_fonts=True
    )
    return made


def seal_pdf(bundle: Mapping[str, bytes], passphrase: str) -> bytes:
    """The pages of the signed archive with the bundle attached, AES-256. The passphrase is typed as it is written."""
    sealed = io.BytesIO()
    with _with_attachments(bundle) as document:
        lock = pikepdf.Encryption(user=passphrase, owner=secrets.token_urlsafe(24), R=6, aes=True, metadata=True)
        document.save(sealed, encryption=lock)
    return sealed.getvalue()


def open_pdf(data: bytes, passphrase: str) -> bytes:
    """The bundle (a zip). Raises Refused for a wrong passphrase, and for pages or attachments that were changed."""
    try:
        with warnings.catch_warnings(action="error"), _opened(data, passphrase) as document:
            bundle = {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}
            found = _normal(document)
    except pikepdf.PasswordError as error:
        raise Refused("pdf.passphrase") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, Warning) as error:
        raise Refused("pdf.damaged") from error
    if EVIDENCE not in bundle:
        raise Refused("pdf.empty")
    with _with_attachments(bundle) as document:
        again = io.BytesIO()
        document.save(again)
    with pikepdf.open(again) as document:
        if _normal(document) != found:
            raise Refused("pdf.pages")
    return stored_zip(bundle)


def _opened(data: bytes, passphrase: str) -> pikepdf.Pdf:
    document = pikepdf.open(io.BytesIO(data), password=passphrase.strip(), attempt_recovery=False)
    if not document.is_encrypted or document.encryption.R != 6:
        raise Refused("pdf.kind")
    return document


def _with_attachments(bundle: Mapping[str, bytes]) -> pikepdf.Pdf:
    members = members_of(bundle[EVIDENCE])
    if PAGES not in members:
        raise Refused("pdf.no-pages")
    document = pikepdf.open(io.BytesIO(members[PAGES]))
    for name in sorted(bundle):
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document,
            bundle[name],
            filename=name,
            description="",
            mime_type="application/octet-stream",
            creation_date="",
            mod_date="",
        )
    return document


def _normal(document: pikepdf.Pdf) -> bytes:
    """The document without its encryption and with nothing in it that differs from one saving to the next."""
    if "/Extensions" in document.Root:
        del document.Root.Extensions  # names the version of the encryption
    plain = io.BytesIO()
    document.save(plain, encryption=False, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return plain.getvalue()
