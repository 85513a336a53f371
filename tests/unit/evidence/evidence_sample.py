"""A case of an invented organisation, as app/ would fill it from a vault."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import evidence_acts as acts
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw

from dsr_desk.core import codec, merkle
from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import Act, Entry, Kind, field_digest, row_line
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
    Planned,
    Role,
    surest,
)
from dsr_desk.core.message import message, quoted
from dsr_desk.core.period import Period
from dsr_desk.core.policy import Policy
from dsr_desk.core.requests import IdentityCheck, IdentityResult, Law, Right
from dsr_desk.core.required import Document, FieldState, Filled, asked_fields
from dsr_desk.evidence.contents.content import (
    ActionEntry,
    BackupEntry,
    CaseFile,
    Declarant,
    Edition,
    EvidenceContent,
    FaceCrop,
    HitItem,
    IndexEntry,
    JournalExcerpt,
    JournalLeaf,
    LookEntry,
    ModelEntry,
    Organisation,
    Question,
    Retained,
    Review,
    Search,
    Told,
)
from dsr_desk.evidence.contents.editions import registers, sealing_field
from dsr_desk.evidence.contents.many import numbers
from dsr_desk.evidence.signed.log import excerpt
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import DISCLOSED, SHOWN
from dsr_desk.storage.signed_acts import value_text

At = Callable[[str, Callable[[], object]], None]
"""Notes what is written at a time."""

SomeKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey

VAULT = "6f1c2a" * 5 + "6f"
ORIGIN = f"dsr-desk/{VAULT}"
CASE, OTHER = "c1" * 16, "c2" * 16
OFFICER, SECOND, THIRD, RECOVERY = (
    Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name).digest())
    for name in (b"an officer", b"a second officer", b"a third officer", b"a recovery code")
)
NAMES = {"Iris Novak": OFFICER, "Ben Okafor": SECOND, "Tove Berg": THIRD}


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


@dataclass
class Book:
    """A log as a vault keeps it, entry by entry; everything in it follows from its place. `leaves` are shown."""

    leaves: list[JournalLeaf] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    rows: dict[int, list[bytes]] = field(default_factory=dict)
    epoch: int = 1
    is_searched: bool = False
    hers: set[str] | None = None
    """Officers whom a requester is told of; all where None."""

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
        fields: dict[str, Any] | None = None,
        rows: Sequence[tuple[str, str]] | None = None,
        basis: str = "",
    ) -> Act:
        """Writes an act of `by`; returns it. `salted_as` is the entry whose salt it repeats, `rows` are pseudonyms and
        words."""
        seq = len(self.hashes)
        salted = seq if salted_as is None else salted_as
        kept = {**({"name": name} if name else {}), **(fields or {})}
        texts = {one: value_text(codec.plain(value)) for one, value in kept.items()}
        salts = {one: hashlib.sha256(b"salt %d %s" % (salted, one.encode())).digest() for one in kept}
        digests = {one: field_digest(salts[one], one, text) for one, text in texts.items()}
        open_ = dict(said or {})
        if rows is not None:
            lines = [row_line(item, word, "") for item, word in rows]
            self.rows[seq] = lines
            open_ |= {"count": len(lines), "root": merkle.root(map(merkle.leaf_hash, lines)).hex()}
        when = time or f"2026-03-02T{9 + seq // 60:02d}:{seq % 60:02d}:00Z"
        nonce = hashlib.sha256(b"nonce %d" % seq).hexdigest()[:32]
        act = Act(kind, vault, case, public(by), when, nonce, basis, open_, digests)
        writing = writer or by
        signers = (*also, *((by,) if writer is not None else ()))
        signatures = {public(one): one.sign(act.signed).hex() for one in signers}
        before = self.heads.get(case, "") if case else ""
        entry = Entry(seq, self.epoch, act, before, self.heads.get("", ""), public(writing), signatures)
        self.heads[case] = entry.leaf.hex()
        self.hashes.append(entry.leaf)
        if case != OTHER:
            told = act.content if case or kind.value in SHOWN else b""
            allowed = DISCLOSED.get(kind.value, {}) if told else {}
            hidden = kind is Kind.OFFICER_ADDED and self.hers is not None and name not in self.hers
            opened = tuple(
                (one, salts[one], texts[one], "regulator" if hidden else allowed[one]) for one in kept if one in allowed
            )
            signature = writing.sign(entry.signed)
            count = len(rows or ()) if case else 0
            self.leaves.append(JournalLeaf(seq, case == CASE, entry.envelope, signature, told, opened, count))
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

    def searched(self) -> Book:
        """What has to be before anything can be sealed: who asks is known, and the data was searched."""
        content = quiet(_found())
        open_, fields = acts.facts(content)
        self.add(Kind.CONFIRMED, CASE, open_, fields=fields)
        identity = {"method": "video call", "photo_shows_requester": "as in the call", "acting_for": ""}
        self.add(Kind.IDENTITY, CASE, {"result": "verified", "photo": True}, fields=identity)
        said, kept, rows = acts.search(content, content.searches[0])
        self.add(Kind.SEARCHED, CASE, said, fields=kept, rows=rows)
        self.is_searched = True
        return self

    def sealing(
        self, content: EvidenceContent | None = None, by: Ed25519PrivateKey = OFFICER, language: str = "en"
    ) -> Book:
        """The act that says that the case is sealed, with all that stands in no earlier one."""
        sealed = content or quiet(_found())
        if content is None and not self.is_searched:
            self.searched()
        fields = {sealing_field(one): registers(sealed, one, language) for one in Edition}
        time = content.sealed if content else ""
        self.add(Kind.SEALING, CASE, {"requester": True, "regulators": 1}, fields=fields, by=by, time=time)
        return self

    def excerpt(self, earlier: tuple[str, ...] = (), origin: str = ORIGIN) -> JournalExcerpt:
        """What a bundle of the case shows of it."""
        count = sum(one.of_case for one in self.leaves)
        rows = self.rows.copy()
        return excerpt(origin, self.hashes, self.leaves, count, earlier, self.epoch, lambda seq: rows.get(seq, []))


def written(size: int) -> Book:
    """A log of so many entries (8, 11 and so on): the case, another one and the vault itself take turns.

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
        acts.name_of(f"item-{number:04d}"),
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
    sure = surest(path)
    known = {"certainties": {role: sure}, **more}
    return AffectedModel(last.node, (role,), sure, role.enters_weights, (path,), **known)


def found() -> EvidenceContent:
    """Nine photos and one record found, one photo held, three models."""
    return told(_found())


def _found() -> EvidenceContent:
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
    models = tuple(replace(one, key=f"{number}" * 32) for number, one in enumerate(models, 1))
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
        review=Review(31, 10, 21, 0, 0, "1", ("Iris Novak",)),
        hits=hits,
        models=models,
        models_without_lineage=("old-demo@1",),
        models_in_part=("door-cam@3",),
        runs_without_model=("nightly try on rack 4",),
        open_questions=(
            Question(
                quoted("Do the two stores mean the same?"), (quoted("three names agree"),),
                (quoted("one digest does not"),), 2,
            ),
        ),
        excluded_models=(
            ExcludedModel(Node("m0", NodeKind.MODEL, "kiosk-first", "1"), quoted("trained before the photos came")),
        ),
        actions=(
            ActionEntry(
                "action-001", ActionKind.ERASE_ITEMS, "photos-000.tar", refs[:8], "2026-03-10T09:00:00Z",
                "2026-03-10T09:02:00Z", "Iris Novak", "Ben Okafor", "11" * 32, "22" * 32,
            ),
            ActionEntry(
                "action-002", ActionKind.ERASE_ROWS, "profiles.csv", refs[9:], "2026-03-10T09:03:00Z",
                "2026-03-10T09:04:00Z", "Iris Novak", "Ben Okafor", "33" * 32, "44" * 32,
            ),
        ),
        read_backs=(
            look("photos-000.tar", "content hash", Seen.GONE, "2026-03-11T09:00:00Z", "Ben Okafor", refs[:8]),
            look("photos-000.tar", "content hash", Seen.HELD, "2026-03-11T09:00:00Z", "Ben Okafor", refs[8:9]),
            look("profiles.csv", "identifiers", Seen.GONE, "2026-03-11T09:00:00Z", "Ben Okafor", refs[9:]),
        ),
        journal=JournalExcerpt(ORIGIN, 0, b"", (), (), 0),
        declarant=Declarant(
            "Ben Okafor", quoted("data protection officer"), quoted("own look on 11 March 2026"), "Ben Okafor"
        ),
        officers=("Iris Novak", "Ben Okafor"),
        retained=(Retained(("item-0009",), "Article 17(3)(e) GDPR: evidence in a pending lawsuit", "2027-01-31"),),
        told=(Told("Northbridge Labs", "2026-03-10T09:10:00Z", (quoted("deleted"),), "2026-03-11T08:00:00Z"),),
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
        required={one: tuple(_required(one)) for one in Edition},
        other_identifiers=("mara.lindqvist@mail.example", "+49 30 5550 123", "jonas.weber@mail.example"),
    )  # fmt: skip


def _required(edition: Edition) -> Iterator[Filled]:
    """What the law wants said, each field by a sentence that no act contradicts."""
    for one in asked_fields(Law.EU_GDPR, Right.ERASURE, Document(edition.value)):
        says = message("references.none") if one.field == "photo" else message("required.registered", count=2)
        yield Filled(one.field, one.source, FieldState.KNOWN, (says,))


def told(content: EvidenceContent, earlier: tuple[str, ...] = ()) -> EvidenceContent:
    """The content with a log whose acts say what it says."""
    declarant = content.declarant
    book, case = Book(hers={declarant.name, *declarant.validator.split(", ")}), content.case
    book.officer("Iris Novak", recovery=public(RECOVERY), time="2026-02-01T08:00:00Z")
    book.add(Kind.VAULT_CREATED, time="2026-02-01T08:00:00Z")
    book.officer("Ben Okafor", time="2026-02-01T08:01:00Z")
    events: list[tuple[str, int, Callable[[], object]]] = []

    def at(time: str, write: Callable[[], object]) -> None:
        events.append((time, len(events), write))

    state: dict[str, Any] = {"identity": "", "treated": {}, "planned": {}}
    names = {hit.ref: hit.name for hit in content.hits}
    open_, fields = acts.facts(content)
    received = {"ref": case.ref, "faces": True, "channel": "text"}
    at(case.opened, lambda: book.add(Kind.RECEIVED, CASE, received, time=case.opened))
    at(case.opened, lambda: book.add(Kind.CONFIRMED, CASE, open_, fields=fields, time=case.opened))
    check = case.identity
    if check is not None:
        said = {name: getattr(check, name) for name in ("method", "photo_shows_requester", "acting_for")}

        def identified() -> None:
            act = book.add(
                Kind.IDENTITY, CASE, {"result": "verified", "photo": True, "acting": bool(check.acting_for)},
                fields=said, by=NAMES[check.officer], time=check.checked,
            )  # fmt: skip
            state["identity"] = act.digest

        at(check.checked, identified)
    for one in content.searches:
        at(one.when, partial(_search, book, content, one))
    words: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for hit in content.hits:
        words[hit.decided, hit.decider].append((hit.name, "same"))
    first = content.review.deciders[0] if content.review.deciders else "Iris Novak"
    for other in acts.others(content):
        verdict = other.partition(" ")[0]
        if verdict:
            words["2026-03-03T10:00:00Z", first].append((acts.name_of(other), verdict))
    for (when, who), rows in words.items():
        at(when, partial(book.add, Kind.DECIDED, CASE, {}, rows=rows, by=NAMES[who], time=when))
    for model in content.models:
        at_model(book, at, state, model)
    for kept in content.retained:
        for number in numbers(kept.items):
            name = names[f"item-{number:04d}"]
            at("2026-03-03T12:00:00Z", partial(_held, book, state, name))
    if content.actions:
        at("2026-03-09T09:00:00Z", lambda: _planned(book, content, state))
        for approver in content.actions[0].approver.split(", "):
            at("2026-03-09T10:00:00Z", partial(_approved, book, state, approver))
        for action in content.actions:
            at(action.begun, partial(_begun, book, state, action))
            if action.ended:
                at(action.ended, partial(_ended, book, content, action))
        for number, one in enumerate(content.told, len(content.actions) + len(content.retained) + 1):
            at_told(book, at, state, one, f"action-{number:03d}")
    looks: dict[tuple[str, str], list[LookEntry]] = defaultdict(list)
    for look in content.read_backs:
        looks[look.when, look.officer].append(look)
    for (when, who), group in looks.items():
        at(when, partial(_read_back, book, content, state, group, who, when))
    validator = content.declarant.validator
    for name in validator.split(", ") if validator and content.read_backs else ():
        at("2026-03-11T10:00:00Z", partial(_validated, book, state, name))
    for _, _, write in sorted(events, key=lambda one: one[:2]):
        write()
    book.sealing(content, NAMES[content.declarant.name])
    return replace(content, journal=book.excerpt(earlier))


def _search(book: Book, content: EvidenceContent, one: Search) -> None:
    open_, fields, rows = acts.search(content, one)
    book.add(Kind.SEARCHED, CASE, open_, fields=fields, rows=rows, by=NAMES[one.officer], time=one.when)


def at_model(
    book: Book, at: Callable[[str, Callable[[], object]], None], state: dict[str, Any], model: ModelEntry
) -> None:
    label = {"node": model.key, "name": model.model.name, "version": model.model.version}
    planned, observed = model.planned, model.observed
    if planned is not None:

        def decide() -> None:
            act = book.add(
                Kind.DISPOSITION, CASE,
                {"model": model.key, "disposition": planned.disposition.value, "deadline": planned.deadline},
                fields={**label, "reason": planned.reason, "responsible": planned.responsible},
                by=NAMES[planned.officer], time=planned.decided,
            )  # fmt: skip
            state["planned"][model.key] = act.digest

        at(planned.decided, decide)
    if observed is not None:
        said = {"model": model.key, "disposition": observed.disposition.value, "seen": observed.seen}
        kept = {**label, "how": observed.how, "by": observed.by}
        who, when = NAMES[observed.officer], observed.recorded
        at(when, partial(book.add, Kind.OBSERVED, CASE, said, fields=kept, by=who, time=when))


def _held(book: Book, state: dict[str, Any], name: str) -> None:
    act = book.add(Kind.TREATED, CASE, {"item": name, "as": "hold"}, time="2026-03-03T12:00:00Z")
    state["treated"][name] = act.digest


def _planned(book: Book, content: EvidenceContent, state: dict[str, Any]) -> None:
    open_, fields, rows = acts.plan(content)
    parts = acts.parts(content, state["identity"], state["treated"], state["planned"], Policy().as_open())
    state["basis"] = acts.basis(parts)
    book.add(
        Kind.PLANNED, CASE, {**open_, "parts": parts}, fields=fields, rows=rows, basis=state["basis"],
        time="2026-03-09T09:00:00Z",
    )  # fmt: skip


def _approved(book: Book, state: dict[str, Any], approver: str) -> None:
    said = {"plan": "ba" * 32, "indexes": acts.GENERATIONS}
    time = "2026-03-09T10:00:00Z"
    book.add(Kind.APPROVED, CASE, said, basis=state["basis"], by=NAMES[approver], time=time)


def _begun(book: Book, state: dict[str, Any], action: ActionEntry) -> None:
    said = {"plan": "ba" * 32, "action": action.ref, "kind": action.kind.value, "indexes": acts.GENERATIONS}
    book.add(Kind.BEGUN, CASE, said, basis=state["basis"], by=NAMES[action.operator], time=action.begun)


def _ended(book: Book, content: EvidenceContent, action: ActionEntry) -> None:
    said = {
        "plan": "ba" * 32, "action": action.ref, "kind": action.kind.value, "state": "done", "by": "here",
        "started": action.begun, "ended": action.ended, "error": "", "before": action.digest_before,
        "after": action.digest_after, "kept": 0, "indexes": {},
    }  # fmt: skip
    hits = {number: hit.name for number, hit in enumerate(content.hits, 1)}
    rows = [(hits[number], "gone") for number in numbers(action.items)]
    proof = (*action.proofs, "")[0]
    fields = {"told": {"answer": []}, "inside": {"notes": [], "operator": "", "proof": proof}}
    book.add(Kind.OUTCOME, CASE, said, fields=fields, rows=rows, by=NAMES[action.operator], time=action.ended)


def at_told(book: Book, at: At, state: dict[str, Any], one: Told, action: str) -> None:
    """A data recipient who was asked, and whose answer an officer wrote down."""
    kind = {"plan": "ba" * 32, "action": action, "kind": "tell-recipient"}
    empty = {"told": {"answer": []}, "inside": {"notes": [], "operator": "", "proof": ""}}
    times = {"started": one.told, "error": "", "before": "", "after": "", "kept": 0, "indexes": {}}

    def asked() -> None:
        said = {**kind, "indexes": acts.GENERATIONS}
        book.add(Kind.BEGUN, CASE, said, basis=state["basis"], time=one.told)
        waiting = {**kind, **times, "state": "waiting", "by": "here", "ended": ""}
        book.add(Kind.OUTCOME, CASE, waiting, fields=empty, time=one.told)
        book.add(Kind.ASKED, CASE, {"actions": [action], "again": one.told[:10]}, time=one.told)

    def answered() -> None:
        said = {**kind, **times, "state": "done", "by": "declared", "ended": one.answered}
        notes = [each.as_json() for each in one.answer]
        fields = {"told": {"answer": notes}, "inside": {"notes": notes, "operator": "", "proof": ""}}
        book.add(Kind.OUTCOME, CASE, said, fields=fields, time=one.answered)

    at(one.told, asked)
    if one.answered:
        at(one.answered, answered)


def _read_back(
    book: Book, content: EvidenceContent, state: dict[str, Any], looks: list[LookEntry], who: str, when: str
) -> None:
    open_, fields, rows = acts.read_back(content, looks)
    act = book.add(Kind.READ_BACK, CASE, open_, fields=fields, rows=rows, by=NAMES[who], time=when)
    state["read"] = act.digest


def _validated(book: Book, state: dict[str, Any], name: str) -> None:
    book.add(Kind.VALIDATED, CASE, {"read_back": state["read"]}, by=NAMES[name], time="2026-03-11T10:00:00Z")


def nothing_found(content: EvidenceContent) -> EvidenceContent:
    """The same case without a hit."""
    return told(quiet(content))


def quiet(content: EvidenceContent) -> EvidenceContent:
    """A case without a hit, as a `Book` with nothing but a search makes it."""
    return replace(
        content, searches=content.searches[:1], hits=(),
        models=(), models_without_lineage=(), models_in_part=(), runs_without_model=(), open_questions=(),
        excluded_models=(), actions=(), read_backs=(),
        retained=(), told=(), backups=(), review=Review(20, 0, 20, 0, 0, "1", ("Iris Novak",)),
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
