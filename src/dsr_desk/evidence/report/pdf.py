"""The requester's PDF: the report as tagged pages (PDF/UA-1), AES-256, the signed evidence attached.

Encryption in PDF notices no change by itself. So the plain pages are a file of the signed archive, and opening
compares the pages of the sealed file with them.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.resources import files
from typing import Any, cast

import pikepdf
import typst

from dsr_desk.evidence.contents.content import EvidenceContent
from dsr_desk.evidence.report.blocks import blocks_of
from dsr_desk.evidence.report.words import Words
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Refused, members_of

PAGES = "data/report.pdf"
_UNUSUAL = re.compile(r"[^ -~\n]+")

_Draw = Callable[[str, str, str, str, list[dict[str, Any]]], bytes]


def report_pdf(page: bytes, content: EvidenceContent, language: str) -> bytes:
    """The report's HTML as tagged PDF pages. Same report, same bytes, where the fonts of the program show it.

    Else the fonts of this computer help out. A character that these lack too stands there as its code point: [U+5C71].
    """
    words, text = Words(language), page.decode()

    def drawn(draw: _Draw, spell: Callable[[str], str] = str) -> bytes:
        blocks = blocks_of(spell(text).encode())
        title = next("".join(run["text"] for run in one["runs"]) for one in blocks if one["kind"] == "heading")
        case = spell(f"{words('case')} {content.case.ref}")
        return draw(title, spell(content.organisation.name), case, language, blocks)

    own = _drawing(own_fonts=True)
    with suppress(typst.TypstError):
        return drawn(own)
    every = _drawing(own_fonts=False)
    with suppress(typst.TypstError):
        return drawn(every)
    with suppress(typst.TypstError):
        return drawn(every, _spelling(f"{text} {content.organisation.name}", every))
    return drawn(own, _written_out)


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


def _drawing(*, own_fonts: bool) -> _Draw:
    """Draws with the fonts of the program alone, or with those of this computer too."""
    compiler = typst.Compiler(ignore_system_fonts=own_fonts)
    template = files("dsr_desk.evidence.report").joinpath("report.typ").read_bytes()

    def draw(title: str, organisation: str, case: str, language: str, blocks: list[dict[str, Any]]) -> bytes:
        said = {"title": title, "organisation": organisation, "case": case, "language": language, "blocks": blocks}
        inputs = {"report": json.dumps(said)}
        try:
            made = compiler.compile(template, format="pdf", pdf_standards=["ua-1"], sys_inputs=inputs)
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # strange text can make the engine panic, and its panics are no Exception
            raise typst.TypstError("panic", "") from panic
        return cast(bytes, made)

    return draw


def _spelling(text: str, draw: _Draw) -> Callable[[str], str]:
    """Writes out what no font shows: single characters, and whole words whose characters show only one by one."""
    characters = _refused(sorted({one for one in text if _UNUSUAL.match(one)}), draw)
    singly = re.compile(f"[{''.join(map(re.escape, characters))}]+" if characters else r"(?!)")
    left = {word for word in re.findall(r"[^\s<>]+", singly.sub(_code_points, text)) if _UNUSUAL.search(word)}
    together = _refused(sorted(left), draw)

    def spell(said: str) -> str:
        said = singly.sub(_code_points, said)
        for word in together:
            said = said.replace(word, _written_out(word))
        return said

    return spell


def _refused(parts: list[str], draw: _Draw) -> list[str]:
    """Those of the parts that cannot be drawn, found by halving."""
    if not parts:
        return []
    try:
        paragraph = {"kind": "paragraph", "runs": [{"style": "plain", "text": " ".join(parts)}]}
        draw("-", "-", "-", "en", [paragraph])
    except typst.TypstError:
        half = len(parts) // 2
        return [*_refused(parts[:half], draw), *_refused(parts[half:], draw)] if half else parts
    return []


def _written_out(said: str) -> str:
    return _UNUSUAL.sub(_code_points, said)


def _code_points(found: re.Match[str]) -> str:
    return f"[{' '.join(f'U+{ord(one):04X}' for one in found[0])}]"


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
