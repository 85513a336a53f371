"""An engine whose faces are written in the first pixels of a photo, and photos for it. Importable by workers."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.core.items import Box, DatasetVersion
from dsr_desk.faces.card import ModelCard
from dsr_desk.faces.engine import Alignment, Chips, Detection, Pixels
from dsr_desk.jobs import cell
from dsr_desk.search.index.build import Addressed, BuildReport, build
from dsr_desk.search.index.contents import IndexedItem
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.search.index.postings import read_run
from dsr_desk.search.index.vocabulary import known_words

DIMENSION = 128
SPREAD = 0.25
CRASHING = 251
VERSION = DatasetVersion("people", "1")


class FakeEngine:
    """Row 0 of a photo: how many faces; row 1 + i: person (two bytes) and shot of face i."""

    name = "fake"
    digest = "fake-1"
    dimension = DIMENSION
    smallest_face = 20
    turns = ()
    card = ModelCard("fake", ("fake",), "nobody", "everything", "none")

    def smallest_face_in(self, width: int, height: int) -> int:  # noqa: ARG002
        return self.smallest_face

    def detect(self, pixels: Pixels) -> list[Detection]:
        count = int(pixels[0, 0, 0])
        if count == CRASHING:
            os._exit(3)
        return [Detection(Box(10 * i, i, 10 * i + 60, i + 60), 1.0, "fake") for i in range(count)]

    def align(self, pixels: Pixels, detections: Sequence[Detection]) -> Alignment:
        chips = np.random.default_rng(0).integers(0, 255, (len(detections), 150, 150, 3), np.uint8)
        for i in range(len(detections)):
            chips[i, 0, 0] = pixels[1 + i, 0]
        landmarks = np.array([[40, 50], [60, 50], [110, 50], [90, 50], [75, 90]], np.float32)
        return Alignment(chips, np.repeat(landmarks[None], len(detections), axis=0))

    def embed(self, chips: Chips) -> NDArray[np.float32]:
        return np.array([template(int(p[0]) * 256 + int(p[1]), int(p[2])) for p in chips[:, 0, 0]], np.float32)


def all_items(index: Index) -> list[IndexedItem]:
    """Every item in the order it was read."""
    return sorted(index.items(range(1, index.last_row + 1)).values(), key=lambda item: item.row)


def load_fake() -> FakeEngine:
    return FakeEngine()


def template(person: int, shot: int) -> NDArray[np.float32]:
    """Shots of one person lie close together; people are spread over the sphere around a common mean."""
    mean = np.random.default_rng(7).standard_normal(DIMENSION)
    own = np.random.default_rng(1000 + person).standard_normal(DIMENSION)
    noise = np.random.default_rng((person + 1) * 997 + shot).standard_normal(DIMENSION)
    vector = 1.5 * mean + own + SPREAD * noise
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def photo(*faces: tuple[int, int], salt: int = 0) -> bytes:
    """PNG that holds these (person, shot); `salt` changes nothing but its bytes."""
    pixels = np.random.default_rng(sum(faces, (salt,))).integers(0, 255, (80, 80, 3), np.uint8)
    pixels[0, 0] = (len(faces), salt % 256, 0)
    for i, (person, shot) in enumerate(faces):
        pixels[1 + i, 0] = (person // 256, person % 256, shot)
    return _png(pixels)


def crashing_photo() -> bytes:
    return _png(np.full((80, 80, 3), CRASHING, np.uint8))


def _png(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


def build_fake(sources: Sequence[Path], to: Path, **options: object) -> BuildReport:
    """A build with the fake engine, opened by the passphrase-free identity given as `secret`."""
    options = {"version": VERSION, "load": load_fake, "engine_name": "fake"} | options
    cell.load(options["load"].__module__)  # a worker may not read files of the tests
    return build(sources, to, **options)  # type: ignore[arg-type]


def addressed_to(identity: object) -> Addressed:
    """For one age identity, which also opens it."""
    return Addressed((str(identity.to_public()),), Secret(identity=str(identity)))  # type: ignore[attr-defined]


def contents(folder: Path, addressed: Addressed) -> dict[str, list[tuple[object, ...]]]:
    """Everything an index holds, in an order that does not depend on how it came about."""
    queries = {
        "items": "SELECT hex(i.address), c.name, i.member, hex(i.digest), i.occurrence, i.record, i.hint, i.sample, "
        "i.size, i.width, i.height, hex(i.phash), i.ledger, i.reason FROM items i JOIN containers c "
        "ON c.id = i.container ORDER BY 1",
        "faces": "SELECT hex(i.address), f.number, f.x, f.y, f.right, f.bottom, f.score, f.quality FROM faces f "
        "JOIN items i ON i.id = f.item ORDER BY 1, 2",
        "records": "SELECT hex(i.address), r.fields FROM records r JOIN items i ON i.id = r.item ORDER BY 1",
    }
    with Index.open(folder, addressed.secret) as index:
        found = {name: list(index.rows(query)) for name, query in queries.items()}
        found["vocabulary"] = [(word,) for word in sorted(known_words(index.db))]
        addresses = dict(index.rows("SELECT id, hex(address) FROM items"))
        runs = [read_run(index.db, run) for (run,) in index.rows("SELECT id FROM runs")]
        pairs = [pair for keys, items in runs for pair in zip(keys.tolist(), items.tolist(), strict=True)]
        found["lookups"] = sorted((key, addresses[item]) for key, item in pairs)
        owners = dict(index.rows("SELECT f.id, hex(i.address) || f.number FROM faces f JOIN items i ON i.id = f.item"))
        coarse = index.coarse
        found["templates"] = sorted(
            (owners[int(row)], codes.tobytes()) for row, codes in zip(coarse.face_rows, coarse.codes, strict=True)
        )
        return found
