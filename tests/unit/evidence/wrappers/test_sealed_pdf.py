"""The sealed PDF: opens with the passphrase alone, and every byte of it is bound to what was signed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Sealed, sign, wrap_pdf
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import Refused, members_of
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import SecretNeeded, verify
from dsr_desk.evidence.wrappers.pdf import PAGE_DIGEST, bound, open_pdf, seal_pdf


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory, sample_content: EvidenceContent, signer: Signer) -> Sealed:
    evidence = sign(sample_content, Edition.REQUESTER, signer, "en")
    return wrap_pdf(evidence, tmp_path_factory.mktemp("sealed") / "answer.pdf")


def text_of(data: bytes, passphrase: str | None = None) -> str:
    document = pypdfium2.PdfDocument(data, password=passphrase)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def said(data: bytes, sealed: Sealed) -> str:
    """The code with which a changed file is refused."""
    with pytest.raises(Refused) as refused:
        open_pdf(data, sealed.passphrase or "")
    return refused.value.said.code


@contextmanager
def opened(sealed: Sealed) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(sealed.path, password=sealed.passphrase or "") as document:
        yield document


def rewritten(document: pikepdf.Pdf, sealed: Sealed) -> bytes:
    """Saved and bound by somebody who knows the passphrase and this program."""
    stream = document.attachments[PAGE_DIGEST].get_file().obj
    assert bytes(stream.read_raw_bytes())[:2] == b"\x78\x01"
    return bound(document, sealed.passphrase or "")


def test_the_pdf_opens_with_the_passphrase_alone_and_verifies(sealed: Sealed, signer: Signer) -> None:
    data = sealed.path.read_bytes()
    assert "We found 9 photos and 1 record of yours." in text_of(data, sealed.passphrase)
    with pytest.raises(pypdfium2.PdfiumError):
        text_of(data)
    assert b"photos" not in data
    result = verify(sealed.path, sealed.passphrase, expected_certificate=signer.fingerprint)
    assert result.ok
    assert not verify(sealed.path, "bafogi").ok
    with pytest.raises(SecretNeeded):
        verify(sealed.path)


def test_it_is_aes_256_and_tagged_with_language_and_title(sealed: Sealed) -> None:
    with opened(sealed) as document:
        assert document.encryption.R == 6
        assert document.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        assert document.open_metadata()["pdfuaid:part"] == "1"
        assert document.docinfo.get("/Title") == "Answer to your request"


def test_opening_a_pdf_gives_the_evidence_and_no_digest_of_the_pdf(sealed: Sealed, tmp_path: Path) -> None:
    files = open_bundle(sealed.path, tmp_path / "out", sealed.passphrase)
    assert files[0].name == "report.html"
    assert PAGE_DIGEST not in {file.name for file in files}


def test_pages_that_were_rewritten_by_who_knows_the_passphrase_are_refused(sealed: Sealed) -> None:
    with opened(sealed) as document:
        document.pages[0].contents_add(b"0 0 0 rg 0 0 200 200 re f")
        assert said(rewritten(document, sealed), sealed) == "pdf.pages"


def test_a_script_or_a_new_object_in_use_is_refused(sealed: Sealed) -> None:
    with opened(sealed) as document:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        assert said(rewritten(document, sealed), sealed) == "pdf.pages"


def test_a_file_saved_anew_by_another_program_is_refused(sealed: Sealed) -> None:
    passphrase, again = sealed.passphrase or "", io.BytesIO()
    with opened(sealed) as document:
        document.save(again, encryption=pikepdf.Encryption(user=passphrase, owner="o" * 20, R=6))
        assert said(again.getvalue(), sealed) == "pdf.shell"
        plain = io.BytesIO()
        document.save(plain, encryption=False)
        assert said(plain.getvalue(), sealed) == "pdf.kind"


def revised(data: bytes) -> bytes:
    """With a second revision behind it: the catalogue again, and a table that names the one before."""
    found = re.search(rb"\n(1 0 obj\n.*?\nendobj\n)", data, re.DOTALL)
    trailer = re.search(rb"trailer << (.*) >>\nstartxref\n([0-9]+)\n", data)
    assert found
    assert trailer
    at = len(data)
    table = b"xref\n1 1\n%010d 00000 n \n" % at
    end = b"trailer << %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer[1], trailer[2], at + len(found[1]))
    return data + found[1] + table + end


def shifted(data: bytes, place: int, more: bytes) -> bytes:
    """Bytes put in at a place, and every offset of the table moved to where its object stands then."""
    data = data[:place] + more + data[place:]
    last = data.rindex(b"\nxref\n") + 1
    moved = re.sub(
        rb"([0-9]{10}) 00000 n ",
        lambda found: b"%010d 00000 n " % (int(found[1]) + (len(more) if int(found[1]) >= place else 0)),
        data[last:],
    )
    return data[:last] + re.sub(rb"startxref\n[0-9]+", b"startxref\n%d" % last, moved)


@pytest.mark.parametrize(
    "what",
    ["revision", "behind the end", "in front", "between objects", "comment", "behind a stream", "table", "space"],
)
def test_no_byte_of_the_file_is_anything_but_an_object_in_use(sealed: Sealed, what: str) -> None:
    data = sealed.path.read_bytes()
    second = data.index(b"\n2 0 obj\n") + 1
    inside = data.index(b">>", second)
    stream = data.index(b"\nendstream\n")
    changed = {
        "revision": revised(data),
        "behind the end": data + b"\n",
        "in front": b" " + data,
        "between objects": shifted(data, second, b"9999 0 obj\n<< /S /JavaScript >>\nendobj\n"),
        "comment": shifted(data, inside, b"%hidden\n"),
        "behind a stream": shifted(data, stream, b"\n more"),
        "table": data.replace(b"trailer <<", b"trailer << /XRefStm 15"),
        "space": shifted(data, inside, b" "),
    }[what]
    assert said(changed, sealed) in ("pdf.shell", "pdf.damaged")


def with_one_more(data: bytes) -> bytes:
    """With an object of which the table knows and that nothing uses."""
    last = data.rindex(b"\nxref\n") + 1
    size = int(data[last + 7 :].partition(b"\n")[0])
    hidden = b"%d 0 obj\n<< /S /JavaScript >>\nendobj\n" % size
    table = data[last:].replace(b"0 %d\n" % size, b"0 %d\n" % (size + 1), 1)
    table = table.replace(b"trailer", b"%010d 00000 n \ntrailer" % last)
    table = table.replace(b"/Size %d " % size, b"/Size %d " % (size + 1))
    return data[:last] + hidden + re.sub(rb"startxref\n[0-9]+", b"startxref\n%d" % (last + len(hidden)), table)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_one_more, id="an object that nothing uses"),
        pytest.param(lambda data: shifted(data, data.index(b"\n1 0 obj\n") + 1, b"%more\n"), id="before the first"),
        pytest.param(lambda data: shifted(data, data.index(b"\n2 0 obj\n") + 1, b"%more\n"), id="between objects"),
        pytest.param(lambda data: shifted(data, data.index(b"/Type /Catalog"), b"%more\n"), id="a comment"),
        pytest.param(lambda data: shifted(data, data.index(b"\nendstream\n"), b"\nmore"), id="behind a stream"),
        pytest.param(lambda data: data + b"more\n", id="behind the end"),
    ],
)
def test_what_was_not_signed_is_refused_even_when_the_file_is_bound_anew(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch, change: Callable[[bytes], bytes]
) -> None:
    """Who knows the passphrase and the program can bind another file; it holds nothing but what was signed."""
    real, passphrase = pikepdf.Pdf.save, sealed.passphrase or ""
    bundle = members_of(open_pdf(sealed.path.read_bytes(), passphrase))

    def save(document: pikepdf.Pdf, to: io.BytesIO, **options: object) -> None:
        real(document, to, **options)  # type: ignore[arg-type]
        if options.get("encryption"):
            data = change(to.getvalue())
            to.seek(0)
            to.write(data)

    monkeypatch.setattr(pikepdf.Pdf, "save", save)
    with pytest.raises(Refused, match=r"pdf\.shell"):
        open_pdf(seal_pdf(bundle, passphrase), passphrase)


def test_a_byte_that_no_reader_looks_at_is_bound_too(sealed: Sealed) -> None:
    data = bytearray(sealed.path.read_bytes())
    at = data.rindex(b">]") - 1
    data[at : at + 1] = b"0" if data[at : at + 1] != b"0" else b"1"
    assert text_of(bytes(data), sealed.passphrase) == text_of(sealed.path.read_bytes(), sealed.passphrase)
    assert said(bytes(data), sealed) == "pdf.shell"
