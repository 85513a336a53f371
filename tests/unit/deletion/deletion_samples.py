"""A small dataset with two people in it, and records that live in memory, for the tests of this room."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from dsr_desk.core.actions import Action, Approval, Outcome, Plan
from dsr_desk.core.acts import Act, Entry, Kind
from dsr_desk.core.findings import Candidate, Decision, Hit, Verdict
from dsr_desk.core.items import Box, DatasetVersion, ItemAddress
from dsr_desk.core.refusals import IdentityMissing
from dsr_desk.datasets.container import Container
from dsr_desk.datasets.registry import open_source
from dsr_desk.deletion.approval import approval_of
from dsr_desk.deletion.plan import Place, PlanScope, make_plan
from dsr_desk.deletion.records import Before
from dsr_desk.deletion.run import Stores, run

CASE = "2026-001"
MADE = "2026-03-01T09:00:00Z"
VERSION = "faces@1"
OFFICER = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"\5" * 32)
OFFICER_KEY = OFFICER.public_key().public_bytes_raw().hex()


def picture(seed: int, kind: str = "JPEG", size: int = 64) -> bytes:
    """A photo that looks unlike those of other seeds."""
    image = Image.new("RGB", (size, size), (seed * 37 % 256, seed * 91 % 256, 120))
    draw = ImageDraw.Draw(image)
    for stroke in range(6):
        at = (seed * 13 + stroke * 29) % size
        draw.ellipse(
            (at, (at * seed) % size, at + 18, (at * seed) % size + 14), fill=(255 - at * 3, seed * 50 % 256, at)
        )
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def write_dataset(root: Path) -> Path:
    """Four loose photos (one with a sidecar), a shard of three samples and a table of three people."""
    root.mkdir()
    for number in range(4):
        (root / f"p{number}.jpg").write_bytes(picture(number))
    (root / "p0.json").write_text('{"name": "Ada"}')
    with tarfile.open(root / "s-000.tar", "w") as archive:
        for number in range(3):
            for suffix, data in (("jpg", picture(10 + number)), ("json", b'{"n": %d}' % number), ("cls", b"1")):
                info = tarfile.TarInfo(f"{number:04d}.{suffix}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    with (root / "people.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["name", "mail", "phone"],
                ["Ada", "ada@example.org", "+49 30 1234567"],
                ["Bo", "bo@example.org", ""],
                ["Cy", "cy@example.org", ""],
            ]
        )
    return root


def containers_of(root: Path) -> dict[Place, Container]:
    return {(VERSION, container.name): container for container in open_source(root)}


def stores_of(root: Path) -> Stores:
    return Stores(containers_of(root), {"faces": FakeIndex()})


def hit(container: Container, member: str, box: Box | None = None, row: str = "") -> Hit:
    """A decided candidate for the entry with this member, or for the row that holds this text."""
    for entry in container.entries():
        data = entry.read()
        if entry.member == member and row.encode() in data:
            address = ItemAddress("faces", container.name, member, hashlib.sha256(data).hexdigest())
            candidate = Candidate(address, entry.kind, VERSION, "faces", (), box=box)
            return Hit(candidate, Decision(CASE, address, None, Verdict.SAME, OFFICER_KEY, MADE))
    raise AssertionError("no such entry")


def hits_of(root: Path) -> list[Hit]:
    """Ada: a loose photo, a photo in the shard and a row."""
    places = containers_of(root)
    return [
        hit(places[VERSION, "data"], "p0.jpg"),
        hit(places[VERSION, "data/s-000.tar"], "0001.jpg"),
        hit(places[VERSION, "data/people.csv"], "", row="ada@"),
    ]


def scope_of(root: Path, **more: object) -> PlanScope:
    version = DatasetVersion("faces", "1", other_places="none", data_recipients="none")
    return PlanScope(containers_of(root), {VERSION: version}, **more)  # type: ignore[arg-type]


def plan_of(root: Path, **more: object) -> Plan:
    return make_plan(CASE, MADE, hits_of(root), scope_of(root, **more))


def approved(plan: Plan, *, elsewhere: bool = False, kind: Kind = Kind.APPROVED) -> list[Approval]:
    """The officer's approval, written by herself, or signed `elsewhere` and written by somebody else."""
    act = Act(kind, "vault", "case", OFFICER_KEY, MADE, "00", "basis", {"plan": plan.digest, "indexes": {}})
    writer = OTHER if elsewhere else OFFICER
    signatures = {OFFICER_KEY: OFFICER.sign(act.signed).hex()} if elsewhere else {}
    entry = Entry(7, 1, act, "", "", writer.public_key().public_bytes_raw().hex(), signatures)
    return [approval_of(entry, writer.sign(entry.signed).hex())]


def carry_out(plan: Plan, stores: Stores, records: KeptRecords) -> tuple[Outcome, ...]:
    return run(plan, stores, records, OFFICER_KEY)


@dataclass
class FakeIndex:
    """An index that knows every item until it is told to forget it."""

    forgotten: set[str] = field(default_factory=set)

    def erase(self, items: Sequence[str]) -> None:
        self.forgotten.update(items)

    def remaining(self, items: Sequence[str]) -> Collection[str]:
        return [item for item in items if item not in self.forgotten]


@dataclass
class KeptRecords:
    """Records in memory; `refuses` makes writing fail as a full disk would.

    `forbids` is the number of actions that may begin before the rules refuse the next.
    """

    started: dict[str, tuple[Before, str]] = field(default_factory=dict)
    ended: dict[str, Outcome] = field(default_factory=dict)
    refuses: bool = False
    refuses_ends: bool = False
    forbids: int | None = None

    def begun(self, _: Plan, action: Action) -> tuple[Before, str] | None:
        return self.started.get(action.id)

    def outcome(self, _: Plan, action: Action) -> Outcome | None:
        return self.ended.get(action.id)

    def open(self, _: Plan, action: Action, before: Before, started: str) -> None:
        if self.refuses:
            raise OSError(28, "No space left on device")
        if self.forbids is not None and len(self.started) >= self.forbids:
            raise IdentityMissing(case=CASE)
        self.started[action.id] = (before, started)
        self.ended.pop(action.id, None)

    def close(self, _: Plan, outcome: Outcome) -> None:
        if self.refuses_ends:
            raise KeyboardInterrupt
        self.ended[outcome.action] = outcome


def digests(container: Container) -> list[str]:
    return [hashlib.sha256(entry.read()).hexdigest() for entry in container.entries()]
