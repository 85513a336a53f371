"""An invented organisation of drawn people: datasets, lineage, a request, and the truth to compare with."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bench.sample.album import Album, Planned, plan_album
from bench.sample.figure import Figure, People
from bench.sample.letter import english_letter, german_letter
from bench.sample.lineage import EVENTS, PORTRAITS, write_mlflow, write_openlineage
from bench.sample.lineage_papers import write_bill, write_cards, write_table
from bench.sample.members import Member, as_csv, make_members, profile_rows
from bench.sample.person import features_of
from bench.sample.photo import Picture, draw
from dsr_desk.app.sample import CONTENTS, FaceThere, Sample, SampleContents, TrueItem, Truth
from dsr_desk.core import codec
from dsr_desk.core.canonical import sha256_hex as digest
from dsr_desk.core.items import DatasetVersion

SEED = 20_240_311
PEOPLE = 48
FEWEST = 8
SHARDS = 2


def make_sample(out: Path, people: int = PEOPLE, seed: int = SEED) -> Sample:
    """Draws and writes the sample into a new folder; the same arguments give the same files."""
    if people < FEWEST:
        raise ValueError(f"a sample needs {FEWEST} people at least")
    out.mkdir(parents=True)
    members, subject, faces, album = plan(people, seed)
    drawn = {one.name: draw(one.picture, faces) for one in (*album.portraits, *album.events)}
    folder, events = out / "datasets" / PORTRAITS[0], out / "datasets" / EVENTS[0]
    items = _write_folder(folder, album.portraits, drawn, members, subject)
    items += _write_shards(events, album.events, drawn, members)
    items += _write_awkward(folder, album, drawn, subject)
    _write_lineage(out / "lineage")
    references = [draw(picture, faces) for picture in album.references]
    (out / "request").mkdir()
    (out / "request" / "letter.eml").write_bytes(english_letter(members[subject], references))
    (out / "request" / "brief.eml").write_bytes(german_letter(members[subject], references))
    truth = Truth(members[subject].name, tuple(member.name for member in members), subject, tuple(items))
    photos = sum(item.is_photo for item in items)
    _write_json(out / "truth.json", truth)
    _write_json(out / CONTENTS, SampleContents(people, photos, len(items) - photos, (_PORTRAITS, _EVENTS)))
    return Sample.at(out)


def plan(people: int = PEOPLE, seed: int = SEED) -> tuple[list[Member], int, People, Album]:
    """Members, the number of the one who asks, faces, and all pictures to draw."""
    rng = np.random.default_rng(seed)
    subject = 35 if people > 35 else 1
    members = make_members(people, rng)
    return (
        members,
        subject,
        People([features_of(number, seed) for number in range(people)]),
        plan_album(people, subject, rng),
    )


_PORTRAITS = DatasetVersion(
    *PORTRAITS,
    source="profile photos and profile table of Larkfield Friends, export of January 2024",
    collected="2018-02 to 2024-01",
    supplier="Larkfield Friends (own members)",
    legal_basis="consent of the terms of 2018, section 7",
    purposes="showing profiles; training was added in 2023",
    retention="until the account is closed",
    data_recipients="unknown",
    responsible="Head of machine learning",
)
_EVENTS = DatasetVersion(
    *EVENTS,
    source="photos of street events, two shards from a supplier",
    collected="2023-05 to 2023-09",
    supplier="Brightwater Pictures",
    purposes="search in event photos",
    responsible="Head of machine learning",
)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(codec.plain(value), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_lineage(folder: Path) -> None:
    """What the organisation's systems recorded: four formats and a table by hand."""
    folder.mkdir()
    write_mlflow(folder / "mlflow.db")
    write_openlineage(folder / "openlineage.ndjson")
    write_bill(folder / "app.cdx.json")
    write_table(folder / "deployments.csv")
    write_cards(folder / "cards")


def _write_folder(
    folder: Path, portraits: Sequence[Planned], drawn: dict[str, bytes], members: list[Member], subject: int
) -> list[TrueItem]:
    items: list[TrueItem] = []
    profile: dict[int, str] = {}
    for one in portraits:
        member = f"photos/{int(one.name[1:]) // 50:02d}/{one.name}.jpg"
        path = folder / member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn[one.name])
        items.append(_photo_item(folder.name, member, drawn[one.name], one))
        if one.picture.figures and not one.hard:
            profile.setdefault(one.owner, member)
    rows = profile_rows(members, profile, subject)
    table = as_csv(rows)
    (folder / "profiles.csv").write_bytes(table)
    for row, line in zip(rows, table.split(b"\r\n")[1:], strict=False):
        whose = () if row.person is None else (row.person,)
        items.append(TrueItem(f"{folder.name}/profiles.csv", "", digest(line), whose, is_photo=False))
    return items


def _write_shards(
    folder: Path, events: Sequence[Planned], drawn: dict[str, bytes], members: list[Member]
) -> list[TrueItem]:
    folder.mkdir(parents=True)
    items: list[TrueItem] = []
    for shard in range(SHARDS):
        path = folder / f"events-{shard:06d}.tar"
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
            for one in events[shard::SHARDS]:
                container = f"{folder.name}/{path.name}"
                _add(tar, f"{one.name}.jpg", drawn[one.name])
                items.append(_photo_item(container, f"{one.name}.jpg", drawn[one.name], one))
                tagged = sorted({figure.person for figure in one.picture.figures})
                note = json.dumps(_note(one, members), ensure_ascii=False).encode()
                _add(tar, f"{one.name}.json", note)
                whose = tuple(sorted({one.owner, *tagged}))
                items.append(TrueItem(container, f"{one.name}.json", digest(note), whose, is_photo=False))
    return items


def _note(one: Planned, members: list[Member]) -> dict[str, object]:
    owner = members[one.owner]
    shown = sorted({figure.person for figure in one.picture.figures})
    return {
        "uploaded_by": owner.user_name,
        "account_id": owner.account,
        "tagged": ", ".join(members[person].user_name for person in shown),
        "place": one.picture.place,
        "taken": f"2023-0{5 + one.picture.seed % 5}-{1 + one.picture.seed % 28:02d}",
    }


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), 1_696_000_000, 0o644
    tar.addfile(info, io.BytesIO(data))


def _write_awkward(folder: Path, album: Album, drawn: dict[str, bytes], subject: int) -> list[TrueItem]:
    """What every real dataset has: a photo stored again smaller, one that broke off, one that is no photo."""
    mine = next(one for one in album.events if one.owner == subject and len(one.picture.figures) == 1 and not one.hard)
    again = io.BytesIO()
    with Image.open(io.BytesIO(drawn[mine.name])) as photo:
        photo.resize((256, 256), Image.Resampling.LANCZOS).save(again, "JPEG", quality=74)
    cut = drawn[album.portraits[0].name]
    files = {
        "copy-of-e.jpg": (again.getvalue(), mine, "stored again, smaller"),
        "broken-off.jpg": (cut[: len(cut) // 3], album.portraits[0], "broken off"),
    }
    items = []
    (folder / "photos" / "more").mkdir()
    for name, (data, one, hard) in files.items():
        member = f"photos/more/{name}"
        (folder / member).write_bytes(data)
        scale = 256 / one.picture.wide if name.startswith("copy") else 1.0
        items.append(_photo_item(folder.name, member, data, one, hard, scale))
    data = b"this was to be a photo, but the upload failed\n"
    (folder / "photos" / "more" / "empty.jpg").write_bytes(data)
    items.append(
        TrueItem(folder.name, "photos/more/empty.jpg", digest(data), (), is_photo=True, hard="no photo at all")
    )
    return items


def _photo_item(container: str, member: str, data: bytes, one: Planned, hard: str = "", scale: float = 1.0) -> TrueItem:
    faces = tuple(face_there(figure, one.picture, scale) for figure in one.picture.figures)
    shown = tuple(sorted({face.person for face in faces}))
    return TrueItem(container, member, digest(data), shown, is_photo=True, hard=hard or one.hard, faces=faces)


def face_there(figure: Figure, picture: Picture, scale: float = 1.0) -> FaceThere:
    """Where a figure's face ends up in the stored photo, after it was made smaller and turned; `scale` is one more."""
    share = picture.small * scale
    x, y, wide, tall = (value * share for value in (figure.x, figure.y, picture.wide, picture.tall))
    for _ in range(picture.quarter % 4):
        x, y, wide, tall = y, wide - x, tall, wide
    return FaceThere(figure.person, round(x), round(y), round(figure.scale * 0.8 * share))
