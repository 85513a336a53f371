"""The page and the envelope: what is around the encrypted part has one form alone."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from evidence_mutations import der, der_values
from evidence_sample import certified

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import Refused
from dsr_desk.evidence.wrappers import html
from dsr_desk.evidence.wrappers.cms import EnvelopeKey, open_cms, seal_cms
from dsr_desk.evidence.wrappers.html import Cover, open_html, seal_html

PASSPHRASE = "tobirane-kasemu-lodifigo-pagune"
PAGE = html._page
COVER = Cover("2026-001", "Lumen Vision GmbH", "en")

pytestmark = pytest.mark.usefixtures("few_iterations")


@pytest.fixture(scope="module")
def bundle(sample_content: EvidenceContent, signer: Signer) -> dict[str, bytes]:
    return sign(sample_content, Edition.REQUESTER, signer, "en").in_memory


def said(page: bytes) -> str:
    with pytest.raises(Refused) as refused:
        open_html(page, PASSPHRASE)
    return refused.value.said.code


def test_a_page_opens_to_what_was_sealed(bundle: dict[str, bytes]) -> None:
    assert open_html(seal_html(bundle, PASSPHRASE, COVER), PASSPHRASE.upper()) == stored_zip(bundle)


def test_a_page_built_anew_around_the_archive_by_who_knows_the_passphrase_is_refused(
    bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(seal_html(bundle, PASSPHRASE, replace(COVER, organisation="Elsewhere GmbH"))) == "page.shell"
    monkeypatch.setattr(
        html, "_page", lambda cover: (PAGE(cover)[0].replace(b"<body>", b"<body>more"), *PAGE(cover)[1:])
    )
    assert said(seal_html(bundle, PASSPHRASE, COVER)) == "page.shell"


def test_settings_have_one_spelling_even_for_who_knows_the_passphrase(
    bundle: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = html._head
    monkeypatch.setattr(html, "_head", lambda salt, nonce: b" " + real(salt, nonce))
    page = seal_html(bundle, PASSPHRASE, COVER)
    monkeypatch.undo()
    monkeypatch.setattr(html, "ITERATIONS", 10)
    assert said(page) == "page.settings"


def test_the_encrypted_part_has_one_spelling(bundle: dict[str, bytes]) -> None:
    pages = (seal_html({**bundle, "x": bytes(more)}, PASSPHRASE, COVER) for more in range(3))
    page = next(one for one in pages if b"==</script>" in one)
    box = re.findall(rb'id="sealed">([^<]*)<', page)[0]
    other = next(
        box[:-3] + bytes([last]) + b"=="
        for last in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        if last != box[-3] and base64.b64decode(box[:-3] + bytes([last]) + b"==") == base64.b64decode(box)
    )
    assert said(page.replace(box, other)) == "page.damaged"


@pytest.fixture(scope="module")
def key() -> EnvelopeKey:
    private = rsa.generate_private_key(65537, 2048)
    certificate = certified("Authority", private, ec.generate_private_key(ec.SECP256R1()), None)
    return EnvelopeKey(
        certificate.public_bytes(Encoding.PEM),
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def test_an_envelope_for_a_certificate_that_was_named_twice_opens(key: EnvelopeKey) -> None:
    assert open_cms(seal_cms({"a": b"1"}, [key.certificate, key.certificate]), key) == stored_zip({"a": b"1"})


@pytest.mark.parametrize(
    "genuine", [bytes.fromhex("020100 3182"), bytes.fromhex("020100 30"), bytes.fromhex("2a864886f70d010701")]
)
def test_what_no_recipient_reads_in_an_envelope_has_one_form(key: EnvelopeKey, genuine: bytes) -> None:
    """Versions of the envelope and of a recipient, and the kind of what is inside."""
    sealed = bytearray(seal_cms({"a": b"1"}, [key.certificate]))
    place = sealed.index(genuine) + (2 if genuine[0] == 2 else len(genuine) - 1)
    sealed[place] ^= 3
    with pytest.raises(Refused):
        open_cms(bytes(sealed), key)


def test_a_recipient_is_named_once_and_with_one_algorithm(key: EnvelopeKey) -> None:
    sealed = seal_cms({"a": b"1"}, [key.certificate])
    for change in (_named_twice, _without_parameters):
        changed = change(sealed)
        assert changed != sealed
        with pytest.raises(Refused):
            open_cms(changed, key)


def _named_twice(sealed: bytes) -> bytes:
    tree = der_values(sealed)
    recipients = tree[0][1][1][1][0][1][1][1]  # type: ignore[index]
    recipients.append(recipients[0])  # type: ignore[union-attr, arg-type]
    return der(tree)


def _without_parameters(sealed: bytes) -> bytes:
    tree = der_values(sealed)
    recipients = tree[0][1][1][1][0][1][1][1]  # type: ignore[index]
    algorithm = recipients[0][1][2][1]  # type: ignore[index]
    del algorithm[1]  # type: ignore[union-attr]
    return der(tree)
