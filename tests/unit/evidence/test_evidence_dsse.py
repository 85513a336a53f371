"""Signed envelopes of a bundle, read by a DSSE verifier that is not ours: securesystemslib."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography import x509
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import Key, SSlibKey

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import PAYLOAD_TYPE
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, EVIDENCE, members_of

SCHEMES = {"ecdsa": "ecdsa-sha2-nistp256", "rsa": "rsa-pkcs1v15-sha256"}


def envelope_and_key(content: EvidenceContent, signer: Signer, edition: Edition) -> tuple[dict[str, Any], Key]:
    """What a stranger takes out of a bundle."""
    bundle = sign(content, edition, signer, "en").in_memory
    certificate = x509.load_pem_x509_certificate(bundle[CERTIFICATE])
    found = json.loads(members_of(bundle[EVIDENCE])["data/statement.dsse.json"])
    (signature,) = found["signatures"]
    kind = SSlibKey.from_crypto(certificate.public_key(), signature["keyid"])
    return found, SSlibKey.from_crypto(certificate.public_key(), signature["keyid"], SCHEMES[kind.keytype])


@pytest.mark.parametrize("key", ["signer", "rsa_signer"])
@pytest.mark.parametrize("edition", list(Edition))
def test_a_verifier_of_others_accepts_the_statement_and_reads_what_it_names(
    content: EvidenceContent, edition: Edition, key: str, request: pytest.FixtureRequest
) -> None:
    found, key_of_certificate = envelope_and_key(content, request.getfixturevalue(key), edition)
    envelope = Envelope.from_dict(found)
    accepted = envelope.verify([key_of_certificate], 1)
    assert list(accepted) == [key_of_certificate.keyid]
    assert envelope.payload_type == PAYLOAD_TYPE
    statement = json.loads(envelope.payload)
    assert statement["predicate"]["case"]["ref"] == content.case.ref


def test_a_verifier_of_others_refuses_a_changed_statement_another_type_and_another_key(
    content: EvidenceContent, signer: Signer, rsa_signer: Signer
) -> None:
    found, key = envelope_and_key(content, signer, Edition.REGULATOR)
    whole = Envelope.from_dict(found)
    other_words = Envelope(whole.payload.replace(b"2026-001", b"2026-002"), whole.payload_type, whole.signatures)
    other_type = Envelope(whole.payload, "application/json", whole.signatures)
    for forged in (other_words, other_type):
        with pytest.raises(VerificationError):
            forged.verify([key], 1)
    stranger = SSlibKey.from_crypto(rsa_signer.certificate.public_key(), key.keyid, SCHEMES["rsa"])
    with pytest.raises(VerificationError):
        whole.verify([stranger], 1)
