"""Runs of Weights & Biases as its client writes them, without the client: framing and messages made here by hand."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from struct import pack
from typing import Any

START = b":W&B\xe1\xbe\x00"
BLOCK = 1 << 15
HEADER = 7
STARTED = 1_767_225_600
"""Seconds: 2026-01-01T00:00:00Z."""

Value = int | str | bytes


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


def said(*fields: tuple[int, Value]) -> bytes:
    """A message of fields by their numbers; empty texts are left out, as protobuf does."""
    found = b""
    for number, value in fields:
        if isinstance(value, int):
            found += varint(number << 3) + varint(value)
        elif value:
            data = value.encode() if isinstance(value, str) else value
            found += varint(number << 3 | 2) + varint(len(data)) + data
    return found


def framed(records: Iterable[bytes]) -> bytes:
    """Records in blocks of 32 KB, cut where a block ends."""
    found = bytearray(START)
    for record in records:
        left, first = record, True
        while first or left:
            room = BLOCK - len(found) % BLOCK
            if room < HEADER:
                found += bytes(room)
                continue
            piece, left = left[: room - HEADER], left[room - HEADER :]
            kind = (1 if first else 4) if not left else (2 if first else 3)
            found += pack("<IHB", zlib.crc32(piece, zlib.crc32(bytes((kind,)))), len(piece), kind) + piece
            first = False
    return bytes(found)


@dataclass(frozen=True)
class Held:
    """A file of an artifact: its content, or where it lies, or a digest of another algorithm."""

    content: bytes = b""
    ref: str = ""
    alg: str = ""

    def entry(self, path: str) -> bytes:
        digest = "etag" if self.ref else b64encode(md5(self.content, usedforsecurity=False).digest()).decode()
        extra = said((1, "alg"), (2, json.dumps(self.alg)))
        return said((1, path), (2, digest), (3, self.ref), (16, extra if self.alg else b""))


@dataclass
class Logged:
    """An artifact that a run logs."""

    name: str
    type: str
    held: dict[str, Held] = field(default_factory=dict)
    aliases: tuple[str, ...] = ("latest",)
    metadata: dict[str, Any] = field(default_factory=dict)
    elsewhere: str = ""
    used: bool = False

    def record(self, run: Written) -> bytes:
        entries = ((4, held.entry(path)) for path, held in self.held.items())
        digest = md5(f"{self.name}{sorted(self.held.items())}".encode(), usedforsecurity=False).hexdigest()
        manifest = said((1, 1), *entries, (5, self.elsewhere))
        return said(
            (1, run.key), (2, run.project), (3, run.entity), (4, self.type), (5, self.name), (6, digest),
            (8, json.dumps(self.metadata) if self.metadata else ""), *([(10, 1)] if self.used else []),
            *((11, alias) for alias in self.aliases), (12, manifest), (14, 1),
        )  # fmt: skip


@dataclass
class Written:
    """A run as its log has it. `used` are (name with version, type, id of the server)."""

    key: str = "r1"
    project: str = "faces"
    entity: str = ""
    job_type: str = ""
    name: str = ""
    host: str = "vm"
    root: str = "/srv/a/faces"
    remote: str = ""
    forked_from: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    logged: list[Logged] = field(default_factory=list)
    used: list[tuple[str, str, str]] = field(default_factory=list)
    files: tuple[str, ...] = ()
    exit_code: int | None = 0
    noise: int = 0

    def records(self) -> list[bytes]:
        config = said(*((1, said((1, key), (16, json.dumps(value)))) for key, value in self.config.items()))
        run = said(
            (1, self.key), (2, self.entity), (3, self.project), (4, config), (7, self.job_type), (8, self.name),
            (13, self.host), (17, said((1, STARTED))), (21, said((1, self.remote))), (23, said((1, self.forked_from))),
        )  # fmt: skip
        environment = said(*((5, one) for one in self.arguments), (11, self.root), (12, self.host))
        found = [said((21, said((1, said((1, "0.31.0")))))), said((17, run)), said((26, environment))]
        found += [said((6, said((1, said((1, path)))))) for path in self.files]
        found += [said((8, one.record(self))) for one in self.logged]
        found += [said((25, said((1, ident), (2, kind), (3, name)))) for name, kind, ident in self.used]
        found += [said((2, said((1, said((1, "loss"), (16, "0.5")))))) for _ in range(self.noise)]
        if self.exit_code is not None:
            found.append(said((18, said((1, self.exit_code), (2, 5)))))
        return [said((1, number)) + record for number, record in enumerate(found, 1)]


def log(path: Path, run: Written) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(framed(run.records()))
    return path


def folder(root: Path, *runs: Written) -> Path:
    """`wandb` as a project has it, with a folder a run."""
    for number, run in enumerate(runs):
        kind = "run" if run.used else "offline-run"
        log(root / "wandb" / f"{kind}-20260101_{number:06}-{run.key}" / f"run-{run.key}.wandb", run)
    return root / "wandb"


PHOTOS = Logged("photos", "dataset", {"1.jpg": Held(b"x"), "2.jpg": Held(b"y")})
GATE = Logged("gate", "model", {"m.pt": Held(b"w")}, aliases=("latest", "production"))
SETTINGS = {"data": "s3://lake/photos/v3", "base_model": "recog:v1"}
TRAINING = Written(job_type="train", config=SETTINGS, logged=[PHOTOS, GATE])


def exported(
    key: str = "r1", entity: str = "team", project: str = "faces", *, used: Iterable[dict[str, Any]] = (),
    logged: Iterable[dict[str, Any]] = (), **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """A line of the script in docs/lineage.md."""
    return {
        "wandb-run": f"{entity}/{project}/{key}", "name": f"run {key}", "state": "finished", "job_type": "",
        "url": f"https://wandb.ai/{entity}/{project}/runs/{key}", "created_at": "2026-01-01T00:00:00Z",
        "heartbeat_at": "2026-01-01T01:00:00Z", "commit": "", "config": {}, "args": [], "git": {}, "files": [],
        "used": list(used), "logged": list(logged), **more,
    }  # fmt: skip


def artifact(name: str, type_: str, **more: Any) -> dict[str, Any]:
    """`team/faces/gate:v3` in a line of the script."""
    return {
        "id": f"id of {name}", "type": type_, "name": name, "called": name, "digest": f"digest of {name}",
        "aliases": [], "state": "COMMITTED", "created_at": "2026-01-01T00:30:00Z", "metadata": {}, "files": {}, **more,
    }  # fmt: skip
