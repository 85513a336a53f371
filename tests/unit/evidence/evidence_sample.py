"""A case of an invented organisation, as app/ would fill it from a vault."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import Act, Entry, Kind, field_digest
from dsr_desk.core.deadlines import Deadline, Duty
from dsr_desk.core.findings import Gap, Pile, SearchResult
from dsr_desk.core.items import DatasetVersion, ItemKind
from dsr_desk.core.lineage import (
    AffectedModel,
    Certainty,
    DispositionKind,
    ExcludedModel,
    Node,
    NodeKind,
    Observed,
    PathStep,
    Period,
    Planned,
    Role,
)
from dsr_desk.core.message import message, quoted
from dsr_desk.core.requests import IdentityCheck, IdentityResult, Law, Right
from dsr_desk.evidence.contents.content import (
    ActionEntry,
    BackupEntry,
    CaseFile,
    CustodyEvent,
    Declarant,
    EvidenceContent,
    FaceCrop,
    HitItem,
    IndexEntry,
    JournalExcerpt,
    JournalLeaf,
    LookEntry,
    ModelEntry,
    Organisation,
    Retained,
    Review,
    Search,
    Told,
)
from dsr_desk.evidence.signed.log import excerpt
from dsr_desk.evidence.signed.signing import Signer

SomeKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey

VAULT = "6f1c2a" * 5 + "6f"
ORIGIN = f"dsr-desk/{VAULT}"
CASE, OTHER = "c1" * 16, "c2" * 16
OFFICER, SECOND, THIRD, RECOVERY = (
    Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name).digest())
    for name in (b"an officer", b"a second officer", b"a third officer", b"a recovery code")
)
NAMES = {"Iris Novak": OFFICER, "Ben Okafor": SECOND, "Tove Berg": THIRD}
DONE = (message("report.method.erase"), message("report.result.done"))
TOLD = frozenset(
    {"officer-added", "officer-removed", "recovery-key", "policy", "change-proposed", "change-approved", "epoch"}
)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


@dataclass
class Book:
    """A log as a vault keeps it, entry by entry; everything in it follows from its place. `leaves` are shown."""

    leaves: list[JournalLeaf] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    epoch: int = 1

    def add(
        self,
        kind: Kind,
        case: str = "",
        said: dict[str, Any] | None = None,
        *,
        by: Ed25519PrivateKey = OFFICER,
        writer: Ed25519PrivateKey | None = None,
        also: tuple[Ed25519PrivateKey, ...] = (),
        name: str = "",
        time: str = "",
        vault: str = VAULT,
        salted_as: int | None = None,
    ) -> Act:
        """Writes an act of `by`; returns it. `salted_as` is the entry whose salt it repeats."""
        seq = len(self.hashes)
        salted = seq if salted_as is None else salted_as
        salt, value = hashlib.sha256(b"salt %d" % salted).digest(), json.dumps(name)
        fields = {"name": field_digest(salt, "name", value)} if name else {}
        when = time or f"2026-03-02T{9 + seq // 60:02d}:{seq % 60:02d}:00Z"
        nonce = hashlib.sha256(b"nonce %d" % seq).hexdigest()[:32]
        act = Act(kind, vault, case, public(by), when, nonce, "", said or {}, fields)
        writing = writer or by
        signers = (*also, *((by,) if writer is not None else ()))
        signatures = {public(one): one.sign(act.signed).hex() for one in signers}
        before = self.heads.get(case, "") if case else ""
        entry = Entry(seq, self.epoch, act, before, self.heads.get("", ""), public(writing), signatures)
        self.heads[case] = entry.leaf.hex()
        self.hashes.append(entry.leaf)
        if case != OTHER:
            told = act.content if case or kind.value in TOLD else b""
            opened = (("name", salt, value),) if name else ()
            signature = writing.sign(entry.signed)
            self.leaves.append(JournalLeaf(seq, case == CASE, entry.envelope, signature, told, opened))
        return act

    def officer(self, name: str, *, by: Ed25519PrivateKey = OFFICER, **said: Any) -> Act:
        """Adds an officer, who signs too."""
        key = NAMES[name]
        open_ = {"key": public(key), "slot": "00", "proposal": "", **said}
        return self.add(Kind.OFFICER_ADDED, "", open_, by=by, also=() if key is by else (key,), name=name)

    def begin(self) -> Book:
        """The first officer, the vault, and the case with its letter."""
        self.officer("Iris Novak", recovery=public(RECOVERY))
        self.add(Kind.VAULT_CREATED)
        self.add(Kind.RECEIVED, CASE, {"ref": "2026-001", "faces": True, "channel": "text"})
        return self

    def sealing(self) -> Book:
        self.add(Kind.SEALING, CASE, {"requester": True, "regulators": 1})
        return self

    def excerpt(self, earlier: tuple[str, ...] = (), origin: str = ORIGIN) -> JournalExcerpt:
        """What a bundle of the case shows of it."""
        count = sum(one.of_case for one in self.leaves)
        return excerpt(origin, self.hashes, self.leaves, count, earlier, self.epoch)


def written(size: int) -> Book:
    """A log of so many entries (5, 8, 11 and so on): the case, another one and the vault itself take turns.

    A shorter one is the beginning of a longer one.
    """
    book = Book().begin()
    while len(book.hashes) < size:
        turn = len(book.hashes) % 3
        if turn == 0:
            book.add(Kind.UNLOCKED, "", {"switched": False})
        elif turn == 1:
            book.sealing()
        elif OTHER in book.heads:
            book.add(Kind.DECIDED, OTHER, {"count": 1, "root": "ab" * 32})
        else:
            book.add(Kind.RECEIVED, OTHER, {"ref": "2026-002", "faces": False, "channel": "text"})
    return book


def journal(size: int = 11, earlier: tuple[str, ...] = ()) -> JournalExcerpt:
    """An excerpt of a log of so many entries."""
    return written(size).excerpt(earlier)


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


def look(target: str, how: str, seen: Seen, when: str, officer: str, items: tuple[str, ...] = ()) -> LookEntry:
    return LookEntry(quoted(target), quoted(how), seen, when, officer, items)


def searched(faces: int, records: int, candidates: int, statement: str) -> SearchResult:
    pile = Pile(1, candidates)
    return SearchResult((), pile, (), faces, records, (quoted(statement),), indexes=("portraits", "profiles"))


def affected(*path: PathStep, **more: Any) -> AffectedModel:
    """The model at the end of a path."""
    last, role = path[-1], path[-1].role
    assert role is not None
    return AffectedModel(last.node, (role,), last.certainty, role.enters_weights, (path,), **more)


def found() -> EvidenceContent:
    """Nine photos and one record found, one photo held, three models."""
    hits = tuple(
        hit(n, crop=FaceCrop(drawn_face("#d8a27a"), hashlib.sha256(b"%d" % n).hexdigest(), 1)) for n in range(1, 10)
    )
    hits = (*hits, hit(10, ItemKind.RECORD))
    dataset = PathStep(Node("d1", NodeKind.DATASET, "portraits", "2025-11"))
    base = PathStep(Node("m1", NodeKind.MODEL, "facenet-base", "1", "inside.example"), Role.TRAIN)
    tuned = PathStep(Node("m2", NodeKind.MODEL, "kiosk-tuned", "2"), Role.FINE_TUNE_BASE, Certainty.INFERRED)
    audit = PathStep(Node("m3", NodeKind.MODEL, "audit-model", "4"), Role.EVALUATE)
    models = (
        ModelEntry(
            affected(
                dataset, base, period=Period("2025-12-01", running=True),
                deployments=(Node("s1", NodeKind.DEPLOYMENT, "api-eu"),),
            ),
            9, 0,
            Planned(
                DispositionKind.RETRAINED, "data left", "ML platform", "2026-05-01", "Iris Novak",
                "2026-03-03T11:00:00Z",
            ),
        ),
        ModelEntry(
            affected(dataset, base, tuned),
            9, 0,
            Planned(DispositionKind.DESTROYED, "", "Kiosk team", "2026-03-20", "Iris Novak", "2026-03-03T11:00:00Z"),
            Observed(
                DispositionKind.DESTROYED, "the model file is absent from its store", "Ben Okafor", "2026-03-10",
                by="Tove Berg", recorded="2026-03-12T08:00:00Z",
            ),
        ),
        ModelEntry(affected(dataset, audit), 9, 0),
    )  # fmt: skip
    refs = tuple(one.ref for one in hits)
    return EvidenceContent(
        organisation=Organisation(
            "Lumen Vision GmbH", "Am Kanal 4, 12045 Berlin", "privacy@lumen.example", "the Berlin authority"
        ),
        case=CaseFile(
            "2026-001", Right.ERASURE, Law.EU_GDPR, "2026-02-27", "2026-03-01T08:00:00Z",
            (
                Deadline(
                    Duty.ANSWER, Law.EU_GDPR, date(2026, 2, 27), date(2026, 3, 27), quoted("GDPR Article 12(3)"),
                    (quoted("received 27 February 2026"), quoted("one month later")),
                ),
            ),
            IdentityCheck(
                "video call with identity card", IdentityResult.VERIFIED, "as in the call", "Iris Novak",
                "2026-03-01T09:00:00Z",
            ),
            person="Mara Lindqvist",
        ),
        sealed="2026-03-12T16:00:00Z",
        searched=(
            IndexEntry(
                "portraits@2025-11", "portraits", "generation 1", "engine 1.3", "2026-01-05T12:00:00Z", 240, 0, 260,
                (("faces", 220), ("no_face_found", 18), ("unreadable", 2)), ("ab" * 32,),
                (message("format.webdataset"),),
            ),
            IndexEntry(
                "profiles@7", "profiles", "second", "", "2026-01-05T12:00:00Z", 0, 4100, 0, (), ("cd" * 32,),
                (message("format.csv"),),
            ),
        ),
        searches=(
            Search(
                "2026-03-02T09:00:00Z", "Iris Novak", searched(260, 4100, 31, "260 faces and 4,100 records compared.")
            ),
            Search(
                "2026-03-11T09:00:00Z", "Ben Okafor",
                searched(251, 4099, 21, "Only candidates that were rejected before."), after_deletion=True,
            ),
        ),
        gaps=(Gap(quoted("photos of dataset portraits@2025-11"), quoted("unreadable files"), 2),),
        review=Review(31, 10, 20, 1, 0, "1", ("Iris Novak",)),
        hits=hits,
        models=models,
        models_without_lineage=("old-demo@1",),
        excluded_models=(
            ExcludedModel(Node("m0", NodeKind.MODEL, "kiosk-first", "1"), quoted("trained before the photos came")),
        ),
        actions=(
            ActionEntry(
                "action-001", ActionKind.ERASE_ITEMS, "photos-000.tar", refs[:8], "2026-03-10T09:00:00Z",
                "2026-03-10T09:02:00Z", "Iris Novak", "Ben Okafor", *DONE, "11" * 32, "22" * 32,
            ),
            ActionEntry(
                "action-002", ActionKind.ERASE_ROWS, "profiles.csv", refs[9:], "2026-03-10T09:03:00Z",
                "2026-03-10T09:04:00Z", "Iris Novak", "Ben Okafor", *DONE, "33" * 32, "44" * 32,
            ),
        ),
        read_backs=(
            look("photos-000.tar", "content hash", Seen.GONE, "2026-03-11T09:00:00Z", "Ben Okafor", refs[:8]),
            look("photos-000.tar", "content hash", Seen.HELD, "2026-03-11T09:00:00Z", "Ben Okafor", refs[8:9]),
            look("profiles.csv", "identifiers", Seen.GONE, "2026-03-11T09:01:00Z", "Ben Okafor", refs[9:]),
        ),
        custody=(
            CustodyEvent(
                "item-0001", "Iris Novak", "2026-03-10T09:00:00Z", "photos-000.tar", quoted("erasure"),
                hits[0].digest, "", hits[0].salt,
            ),
        ),
        journal=journal(),
        declarant=Declarant(
            "Ben Okafor", quoted("data protection officer"), quoted("own look on 11 March 2026"), "Ben Okafor"
        ),
        officers=("Iris Novak", "Ben Okafor"),
        retained=(Retained(("item-0009",), "Article 17(3)(e) GDPR: evidence in a pending lawsuit", "2027-01-31"),),
        told=(Told("Northbridge Labs", "2026-03-10", (quoted("deleted"),), "2026-03-11"),),
        backups=(BackupEntry("nightly-eu", "2026-06-10"),),
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
