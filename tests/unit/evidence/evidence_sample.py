"""A case of an invented organisation, as app/ would fill it from a vault."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.core.lineage import Fate
from dsr_desk.core.merkle import leaf_hash
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.content import (
    ActionEntry,
    Backup,
    CaseFile,
    CustodyEvent,
    Declarant,
    DueDate,
    EvidenceContent,
    FaceCrop,
    Gap,
    HitItem,
    Identity,
    JournalExcerpt,
    JournalLeaf,
    ModelEntry,
    ObservedFate,
    Organisation,
    PathStep,
    PlannedFate,
    ReadBack,
    Retained,
    Review,
    Search,
    SearchedIndex,
    Seen,
    Told,
)
from dsr_desk.evidence.log import excerpt
from dsr_desk.evidence.signing import Signer

SomeKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey

ORIGIN = "dsr-desk/journal/6f1c2a"
OFFICER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"an officer").digest())


def entry(number: int, case: str) -> JournalLeaf:
    """A journal entry as the vault keeps it, made from its number alone."""
    body = {
        "seq": number,
        "epoch": 1,
        "time": f"2026-03-02T09:{number:02d}:00Z",
        "kind": "search",
        "case": case,
        "officer": OFFICER.public_key().public_bytes_raw().hex(),
        "body": {"index": "portraits", "compared": 240},
    }
    salt, content = hashlib.sha256(b"salt %d" % number).digest(), canonical_json(body)
    return JournalLeaf(number, salt, content, OFFICER.sign(leaf_hash(salt + content)))


def journal(size: int = 11, earlier: tuple[str, ...] = ()) -> JournalExcerpt:
    """A journal in which every third entry belongs to the case."""
    entries = [entry(number, "2026-001" if number % 3 == 0 else "2026-002") for number in range(size)]
    hashes = [leaf_hash(one.salt + one.entry) for one in entries]
    return excerpt(ORIGIN, hashes, entries[::3], earlier)


def drawn_face(colour: str) -> bytes:
    """A drawn face as PNG."""
    picture = Image.new("RGB", (320, 320), "#c9d6e2")
    pen = ImageDraw.Draw(picture)
    pen.ellipse((60, 40, 260, 290), fill=colour)
    for x in (120, 200):
        pen.ellipse((x - 14, 130, x + 14, 152), fill="#222222")
    pen.arc((110, 180, 210, 240), 20, 160, fill="#722222", width=6)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def hit(number: int, kind: ItemKind = ItemKind.PHOTO, crop: FaceCrop | None = None) -> HitItem:
    return HitItem(
        f"item-{number:04d}",
        kind,
        "portraits@2025-11" if kind is ItemKind.PHOTO else "profiles@7",
        "photos-000.tar" if kind is ItemKind.PHOTO else "profiles.csv",
        hashlib.sha256(b"stored bytes %d" % number).hexdigest(),
        hashlib.sha256(b"item salt %d" % number).digest(),
        ("face",) if kind is ItemKind.PHOTO else ("record", "link"),
        "2026-03-03T10:00:00Z",
        "Iris Novak",
        crop,
    )


def found() -> EvidenceContent:
    """Nine photos and one record found, one photo held, three models."""
    hits = tuple(
        hit(n, crop=FaceCrop(drawn_face("#d8a27a"), hashlib.sha256(b"%d" % n).hexdigest(), 1)) for n in range(1, 10)
    )
    hits = (*hits, hit(10, ItemKind.RECORD))
    dataset = PathStep("dataset", "portraits@2025-11", "", "recorded")
    base = PathStep("model", "facenet-base@1", "train", "recorded")
    models = (
        ModelEntry(
            "facenet-base", "1", ("train",), "recorded", True, ("portraits@2025-11",), 9, 0, ((dataset, base),),
            period="2025-12-01 to now", deployments=("api-eu",),
            planned=PlannedFate(
                Fate.RETRAINED, "data left", "ML platform", "2026-05-01", "Iris Novak", "2026-03-03T11:00:00Z"
            ),
        ),
        ModelEntry(
            "kiosk-tuned", "2", ("fine-tune-base",), "inferred", True, ("portraits@2025-11",), 9, 0,
            ((dataset, base, PathStep("model", "kiosk-tuned@2", "fine-tune-base", "inferred")),),
            planned=PlannedFate(Fate.DESTROYED, "", "Kiosk team", "2026-03-20", "Iris Novak", "2026-03-03T11:00:00Z"),
            observed=ObservedFate(
                Fate.DESTROYED, "the model file is absent from its store", "Ben Okafor", "2026-03-10",
                by="Tove Berg", recorded="2026-03-12T08:00:00Z",
            ),
        ),
        ModelEntry(
            "audit-model", "4", ("evaluate",), "recorded", False, ("portraits@2025-11",), 9, 0,
            ((dataset, PathStep("model", "audit-model@4", "evaluate", "recorded")),),
        ),
    )  # fmt: skip
    refs = tuple(one.ref for one in hits)
    return EvidenceContent(
        organisation=Organisation(
            "Lumen Vision GmbH", "Am Kanal 4, 12045 Berlin", "privacy@lumen.example", "the Berlin authority"
        ),
        case=CaseFile(
            "2026-001", Right.ERASURE, Law.EU_GDPR, "2026-02-27", "2026-03-01T08:00:00Z",
            (DueDate("answer", "2026-03-27", "GDPR Article 12(3)", ("received 27 February 2026", "one month later")),),
            Identity("video call with identity card", "as in the call", "Iris Novak", "2026-03-01T09:00:00Z"),
            person="Mara Lindqvist",
        ),
        sealed="2026-03-12T16:00:00Z",
        searched=(
            SearchedIndex(
                "portraits@2025-11", "portraits", "generation 1", "engine 1.3", "2026-01-05T12:00:00Z", 240, 0, 260,
                (("faces", 220), ("no_face_found", 18), ("unreadable", 2)), ("ab" * 32,), "WebDataset shard",
            ),
            SearchedIndex(
                "profiles@7", "profiles", "second", "", "2026-01-05T12:00:00Z", 0, 4100, 0, (), ("cd" * 32,), "table"
            ),
        ),
        searches=(
            Search(
                "2026-03-02T09:00:00Z", "Iris Novak", ("portraits", "profiles"), 260, 4100, 31,
                "260 faces and 4,100 records compared.", True,
            ),
            Search(
                "2026-03-11T09:00:00Z", "Ben Okafor", ("portraits", "profiles"), 251, 4099, 21,
                "Only candidates that were rejected before.", True, after_deletion=True,
            ),
        ),
        not_searched=(Gap("photos of dataset portraits@2025-11", "unreadable files", 2),),
        review=Review(31, 10, 20, 1, 0, "1", ("Iris Novak",)),
        hits=hits,
        models=models,
        models_without_lineage=("old-demo@1",),
        excluded_models=(("kiosk-first@1", "trained before the photos were added"),),
        actions=(
            ActionEntry(
                "action-001", "erase items", "photos-000.tar", refs[:8], "2026-03-10T09:00:00Z", "2026-03-10T09:02:00Z",
                "Iris Novak", "Ben Okafor", "rewritten beside, verified, swapped", "8 erased", "11" * 32, "22" * 32,
            ),
            ActionEntry(
                "action-002", "erase rows", "profiles.csv", refs[9:], "2026-03-10T09:03:00Z", "2026-03-10T09:04:00Z",
                "Iris Novak", "Ben Okafor", "rewritten beside, verified, swapped", "1 erased", "33" * 32, "44" * 32,
            ),
        ),
        read_backs=(
            ReadBack("photos-000.tar", "content hash", Seen.GONE, "2026-03-11T09:00:00Z", "Ben Okafor", refs[:8]),
            ReadBack("photos-000.tar", "content hash", Seen.HELD, "2026-03-11T09:00:00Z", "Ben Okafor", refs[8:9]),
            ReadBack("profiles.csv", "identifiers", Seen.GONE, "2026-03-11T09:01:00Z", "Ben Okafor", refs[9:]),
        ),
        custody=(
            CustodyEvent(
                "item-0001", "Iris Novak", "2026-03-10T09:00:00Z", "photos-000.tar", "erasure", hits[0].digest, "",
                hits[0].salt,
            ),
        ),
        journal=journal(),
        declarant=Declarant("Ben Okafor", "data protection officer", "own look on 11 March 2026", "Ben Okafor"),
        officers=("Iris Novak", "Ben Okafor"),
        retained=(Retained(("item-0009",), "Article 17(3)(e) GDPR", "evidence in a pending lawsuit", "2027-01-31"),),
        told=(Told("Northbridge Labs", "2026-03-10", "deleted", "2026-03-11"),),
        backups=(Backup("nightly-eu", "2026-06-10", "rotates after 90 days"),),
        lineage_sources=(("mlflow.db", "55" * 32),),
        datasets=(
            DatasetVersion(
                "portraits", "2025-11", source="profile photos, export in //nas-03/share", collected="2018 to 2024",
                supplier="members of Larkfield", legal_basis="consent of the terms of 2018",
                purposes="showing profiles", retention="until the account is closed",
                data_recipients="Northbridge Labs", responsible="Jonna Weiss", other_places="bucket fern-2",
            ),
            DatasetVersion("profiles", "7", supplier="", data_recipients="none", derived_from="profiles@6"),
            DatasetVersion("street", "1", supplier="Brightwater Pictures", data_recipients="Fernhill AG"),
        ),
        other_identifiers=("mara.lindqvist@mail.example", "+49 30 5550 123", "jonas.weber@mail.example"),
    )  # fmt: skip


def nothing_found(content: EvidenceContent) -> EvidenceContent:
    """The same case without a hit."""
    return replace(
        content, hits=(), models=(), models_without_lineage=(), excluded_models=(), actions=(), read_backs=(),
        custody=(), retained=(), told=(), backups=(), review=Review(20, 0, 20, 0, 0, "1", ("Iris Novak",)),
    )  # fmt: skip


def rsa_signer() -> Signer:
    """An organisation's own RSA key with a certificate from its own authority, through PKCS#12."""
    authority_key, authority = _authority()
    key = rsa.generate_private_key(65537, 3072)
    certificate = certified("Lumen Vision GmbH", key, authority_key, authority.subject)
    encrypted = pkcs12.serialize_key_and_certificates(
        b"evidence", key, certificate, [authority], BestAvailableEncryption(b"correct horse")
    )
    return Signer.from_pkcs12(encrypted, "correct horse")


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, certified("Lumen authority", key, key, None)


def certified(
    name: str,
    key: SomeKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name | None,
) -> x509.Certificate:
    """A certificate; self-signed in name where there is no issuer."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
