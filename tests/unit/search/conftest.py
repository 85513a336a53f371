"""What the tests of this room share: one identity and one organisation whose data is indexed once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyrage
import pytest

import search_fakes
from dsr_desk.search.index.build import Addressed, BuildReport

PEOPLE = 110
SHOTS = 3


@pytest.fixture(scope="session")
def addressed() -> Addressed:
    return search_fakes.addressed_to(pyrage.x25519.Identity.generate())


@dataclass(frozen=True)
class World:
    """110 people with three photos each, broken photos, a sidecar, a table of profiles; two indexes over them."""

    folder: Path
    photos: Path
    table: Path
    photo_index: Path
    table_index: Path
    photo_report: BuildReport
    table_report: BuildReport
    addressed: Addressed


PROFILES = """name,email,phone,account_id,born,photo,notes
Ann Lee,ann.lee@example.org,+49 171 2345678,7,1980-05-17,photos/p001_1.png,
Ana Lée,,,7,,photos/none.png,
Łukasz Müller,l.mueller@example.org,0171 9999999,8,17.05.1981,,friend of Ann Lee
Bob Stone,5e9d8f2d7f2f0a7d0a1d6e1b35b6ae34,,9,,,writes to ann.lee@example.org
Robert Stone,,,10,1990-01-01,,
"""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, addressed: Addressed) -> World:
    folder = tmp_path_factory.mktemp("world")
    photos = folder / "photos"
    photos.mkdir()
    for person in range(PEOPLE):
        for shot in range(SHOTS):
            (photos / f"p{person:03}_{shot}.png").write_bytes(search_fakes.photo((person, shot)))
    (photos / "group.png").write_bytes(search_fakes.photo((1, 40), (2, 40), (3, 40)))
    (photos / "none.png").write_bytes(search_fakes.photo())
    (photos / "broken.png").write_bytes(b"no photo at all")
    (photos / "crash.png").write_bytes(search_fakes.crashing_photo())
    (photos / "p002_1.json").write_text('{"owner": {"account_id": "8"}, "caption": "a day at the lake"}')
    table = folder / "profiles.csv"
    table.write_text(PROFILES, encoding="utf-8")
    photo_index, table_index = folder / "photos.dsrindex", folder / "profiles.dsrindex"
    photo_report = search_fakes.build_fake([photos], photo_index, addressed=addressed, thumbnails=True)
    table_report = search_fakes.build_fake([table], table_index, addressed=addressed, country="DE")
    return World(folder, photos, table, photo_index, table_index, photo_report, table_report, addressed)
