"""Keys, passphrases, checkpoints, bags and folders."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pyrage
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from evidence_sample import ORIGIN, SomeKey, certified
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core import merkle
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, JournalLeaf
from dsr_desk.evidence.seal import seal
from dsr_desk.evidence.signed.bag import bag, stored_zip
from dsr_desk.evidence.signed.members import Held, joined
from dsr_desk.evidence.signed.notes import sign_note, verifier_key
from dsr_desk.evidence.signed.signing import KeyFileUnusable, Signer, readable_fingerprint
from dsr_desk.evidence.signed.tree import Others, between, heads
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.open import BundleRefused, FolderInUse, open_bundle
from dsr_desk.evidence.verifying.verify import BundleMissing, SecretNeeded, verify
from dsr_desk.evidence.wrappers.age import RecipientKeyWrong
from dsr_desk.evidence.wrappers.cms import EnvelopeKey


def test_a_key_goes_into_the_vault_and_comes_back(signer: Signer) -> None:
    again = Signer.load(signer.private_bytes(), signer.certificate_bytes())
    assert again.fingerprint == signer.fingerprint
    assert again.sign(b"x") == signer.sign(b"x")
    assert again.log_key.private_bytes_raw() == signer.log_key.private_bytes_raw()
    assert readable_fingerprint(signer.fingerprint).replace(" ", "") == signer.fingerprint


def test_a_certificate_names_the_organisation_even_when_its_name_is_long() -> None:
    name = "Gesellschaft für sehr lange Namen und Bilder mit beschränkter Haftung & Co. KG, Niederlassung Süd"
    signer = Signer.new(name, datetime(2026, 1, 1, tzinfo=UTC))
    (found,) = signer.certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    assert name.startswith(str(found.value))


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (rsa.generate_private_key(65537, 2048), "its RSA key has 2048 bits"),
        (ec.generate_private_key(ec.SECP256K1()), "its curve is secp256k1"),
        (Ed25519PrivateKey.generate(), "does not hold an RSA or elliptic-curve key"),
    ],
)
def test_a_key_file_that_cannot_sign_bundles_is_refused_with_the_reason(key: SomeKey, why: str) -> None:
    certificate = certified("Lumen", key, ec.generate_private_key(ec.SECP256R1()), None)
    encrypted = pkcs12.serialize_key_and_certificates(b"k", key, certificate, None, BestAvailableEncryption(b"p"))
    with pytest.raises(KeyFileUnusable, match=why):
        Signer.from_pkcs12(encrypted, "p")


def test_a_key_file_without_a_certificate_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    encrypted = pkcs12.serialize_key_and_certificates(b"k", key, None, None, BestAvailableEncryption(b"p"))
    with pytest.raises(KeyFileUnusable, match="with its certificate"):
        Signer.from_pkcs12(encrypted, "p")


def test_a_wrong_passphrase_of_a_key_file_is_refused(signer: Signer) -> None:
    encrypted = pkcs12.serialize_key_and_certificates(
        b"k", signer.key, signer.certificate, None, BestAvailableEncryption(b"right")
    )
    assert Signer.from_pkcs12(encrypted, "right").fingerprint == signer.fingerprint
    with pytest.raises(KeyFileUnusable):
        Signer.from_pkcs12(encrypted, "wrong")
    with pytest.raises(KeyFileUnusable):
        Signer.from_pkcs12(encrypted[:-9], "right")


def test_a_checkpoint_is_a_signed_note_that_its_key_verifies() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    head = hashlib.sha256(b"root").digest()
    note = sign_note(ORIGIN, 42, head, 3, key).whole
    text, signatures = note.split("\n\n")
    assert text.split("\n") == [ORIGIN, "42", base64.b64encode(head).decode(), "epoch 3"]
    assert signatures.startswith(f"— {ORIGIN} ")
    assert check_bundle.head_of(note) == (ORIGIN, 42, head, 3)
    check_bundle._check_note(note, verifier_key(ORIGIN, key.public_key()))
    with pytest.raises(check_bundle.Refused, match="does not hold"):
        check_bundle._check_note(note.replace("\n42\n", "\n43\n"), verifier_key(ORIGIN, key.public_key()))
    with pytest.raises(check_bundle.Refused, match="not signed with the journal's key"):
        check_bundle._check_note(note, verifier_key(ORIGIN, Ed25519PrivateKey.generate().public_key()))
    with pytest.raises(ValueError, match="not enough values"):
        check_bundle.head_of("no note")


def consistency_proof(leaves: list[bytes], old: int, *, whole: bool = True) -> list[bytes]:
    """PROOF of RFC 6962, section 2.1.2, word for word over leaf hashes."""
    if old == len(leaves):
        return [] if whole else [merkle.root(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*consistency_proof(leaves[:split], old, whole=whole), merkle.root(leaves[split:])]
    return [*consistency_proof(leaves[split:], old - split, whole=False), merkle.root(leaves[:split])]


@given(st.integers(1, 70), st.data())
def test_the_verifier_alone_agrees_with_the_trees_of_the_vault(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(size)]
    old = data.draw(st.integers(1, size))
    root, heads_of = heads(leaves, size, [old])
    head = check_bundle.Head("o", size, root)
    assert root == merkle.root(leaves)
    assert heads_of[old].root == merkle.root(leaves[:old])
    continued = list(heads_of[old].proof)
    assert continued == consistency_proof(leaves, old)
    assert check_bundle._continues(old, merkle.root(leaves[:old]), size, head.root, continued)
    assert not check_bundle._continues(old, merkle.leaf_hash(b"other"), size, head.root, continued)
    assert not check_bundle._continues(old, merkle.root(leaves[:old]), size, head.root, [*continued, head.root])


class Taken:
    """Takes entries, whatever they say."""

    def __init__(self) -> None:
        self.places: list[int] = []

    def take(self, line: dict[str, Any], node: bytes) -> None:
        assert node.hex() == line["hash"]
        self.places.append(line["index"])

    def finish(self, size: int) -> None:
        assert size > max(self.places, default=-1)


@given(st.integers(1, 70), st.data())
def test_any_entries_are_proved_together_and_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(b"%d" % number) for number in range(size)]
    own = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    lines = [
        {"index": one.index, "others": one.count, "hash": one.node.hex()}
        if isinstance(one, Others)
        else {"index": one.index, "hash": leaves[one.index].hex()}
        for one in between(leaves, [JournalLeaf(index, True, b"", b"") for index in own])
    ]
    head = check_bundle.Head("o", size, merkle.root(leaves))
    taken = Taken()
    check_bundle._check_leaves(lines, head, cast("check_bundle.Chains", taken))
    assert taken.places == own
    place = data.draw(st.integers(0, len(lines) - 1))
    before, after = lines[:place], lines[place + 1 :]
    for forged in ([*before, *after], [*lines, lines[place]], [*before, {**lines[place], "hash": "00" * 32}, *after]):
        with pytest.raises(check_bundle.Refused):
            check_bundle._check_leaves(forged, head, cast("check_bundle.Chains", Taken()))


def test_a_zip_is_the_same_whatever_order_its_members_come_in() -> None:
    members = {"b": b"2", "a": b"1", "c/d": b"3"}
    data = stored_zip(members)
    assert data == stored_zip(dict(reversed(members.items())))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a", "b", "c/d"]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_bag_info_keeps_one_line_for_each_label() -> None:
    info = joined(bag({"a.txt": Held(b"12345")}, {"Source-Organization": "Two\nlines: here"})["bag-info.txt"]).decode()
    assert info == "Payload-Oxum: 5.1\nSource-Organization: Two lines: here\n"


def test_an_expected_certificate_is_compared_however_it_is_written(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    spoken = ":".join(readable_fingerprint(signer.fingerprint).upper().split())
    assert verify(sealed.path, sealed.passphrase, expected_certificate=spoken).ok
    other = verify(sealed.path, sealed.passphrase, expected_certificate="00" * 32)
    assert [check.name for check in other.checks if not check.ok] == ["signer"]
    assert other.as_json()["checks"][0]["ok"] is False


def test_a_bundle_signed_before_a_key_was_renewed_still_verifies(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    Signer.new("Lumen Vision GmbH")
    assert verify(sealed.path, sealed.passphrase, expected_certificate=signer.fingerprint).ok


def test_a_succession_names_the_key_that_signs_it_and_the_one_that_follows(signer: Signer) -> None:
    new = Signer.new("Lumen Vision GmbH")
    link = json.loads(signer.succeeded_by(new).successions[-1])
    assert check_bundle._successor(link, signer.fingerprint) == new.fingerprint
    said = {"type": "urn:dsr-desk:succession:v1", "old": signer.fingerprint, "new": new.fingerprint}
    for odd in ({"type": "urn:dsr-desk:evidence:v1"}, {"old": new.fingerprint}):
        envelope = signer.envelope("application/json", {**said, **odd})
        with pytest.raises(check_bundle.Refused, match="names other keys"):
            check_bundle._successor({**link, "envelope": envelope}, signer.fingerprint)
    forged = new.envelope("application/json", said)
    with pytest.raises(check_bundle.Refused, match="signature that does not hold"):
        check_bundle._successor({**link, "envelope": forged}, signer.fingerprint)


def test_a_signature_after_the_last_day_of_the_certificate_does_not_count(
    content: EvidenceContent, tmp_path: Path
) -> None:
    expired = Signer.new("Lumen Vision GmbH", datetime(2011, 1, 1, tzinfo=UTC))
    sealed = seal(content, Edition.REQUESTER, expired, tmp_path / "open-me.html")
    found = {
        check.name: check.says.say() for check in verify(sealed.path, sealed.passphrase).checks if check.ok is False
    }
    assert list(found) == ["signer"]
    assert "at a time when the certificate was not valid" in found["signer"]


def test_a_wrong_key_or_passphrase_is_said_and_a_missing_one_is_asked_for(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    mine, other = (pyrage.x25519.Identity.generate() for _ in range(2))
    age = seal(content, Edition.REGULATOR, signer, tmp_path / "b.age", recipients=[str(mine.to_public())])
    html = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    assert age.passphrase is None
    assert not verify(age.path, identities=[str(other)]).ok
    assert "passphrase does not fit" in verify(html.path, "bafogi").checks[0].says.say()
    for path in (age.path, html.path):
        with pytest.raises(SecretNeeded):
            verify(path)
    with pytest.raises(BundleMissing):
        verify(tmp_path / "nowhere")
    with pytest.raises(BundleRefused):
        open_bundle(html.path, tmp_path / "out", "bafogi")


def test_no_secret_shows_when_a_value_is_printed(content: EvidenceContent, signer: Signer, tmp_path: Path) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    printed = repr((sealed, content, EnvelopeKey(b"certificate", b"private key")))
    for secret in (sealed.passphrase or "", "private key", repr(content.hits[0].salt), content.other_identifiers[0]):
        assert secret
        assert secret not in printed


def test_a_recipient_without_a_usable_key_stops_the_sealing(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    good = str(pyrage.x25519.Identity.generate().to_public())
    with pytest.raises(RecipientKeyWrong) as raised:
        seal(content, Edition.REGULATOR, signer, tmp_path / "b.age", recipients=[good, "age1nonsense"])
    assert raised.value.details == {"number": 2}
    assert list(tmp_path.iterdir()) == []


def test_opening_writes_the_report_first_and_never_into_a_folder_in_use(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    paths = open_bundle(sealed.path, tmp_path / "out", sealed.passphrase)
    assert paths[0] == tmp_path / "out" / "evidence" / "data" / "report.html"
    assert all(path.is_file() for path in paths)
    assert verify(tmp_path / "out", expected_certificate=signer.fingerprint).ok
    with pytest.raises(FolderInUse):
        open_bundle(sealed.path, tmp_path / "out", sealed.passphrase)
