"""An invented organisation of drawn people: datasets, lineage, a request, and the truth to compare with."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from dsr_desk.app.sample.album import Album, Planned, plan_album
from dsr_desk.app.sample.figure import Figure, People
from dsr_desk.app.sample.letter import english_letter, german_letter
from dsr_desk.app.sample.lineage import EVENTS, PORTRAITS, write_mlflow, write_openlineage
from dsr_desk.app.sample.lineage_papers import write_bill, write_cards, write_table
from dsr_desk.app.sample.members import Member, as_csv, make_members, profile_rows
from dsr_desk.app.sample.person import features_of
from dsr_desk.app.sample.photo import Picture, draw
from dsr_desk.app.sample.truth import FaceThere, TrueItem, Truth, digest
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent

SEED = 20_240_311
FEWEST = 8
SHARDS = 2


class SampleFolderInUse(DeskError):
    code = "SAMPLE-FOLDER-IN-USE"
    happened = "{folder} is not empty."
    means = "No sample organisation was made; nothing there was changed."
    todo = "Choose a folder that is empty or does not exist yet."


@dataclass(frozen=True)
class SampleDataset:
    """A dataset version of the sample with the paths that an index of it is built from."""

    version: DatasetVersion
    sources: tuple[Path, ...]


@dataclass(frozen=True)
class Sample:
    """Where everything of the sample lies. `letter` is the English request, `letter_german` the same in German."""

    folder: Path
    datasets: tuple[SampleDataset, ...]
    lineage: tuple[Path, ...]
    letter: Path
    letter_german: Path
    truth: Path
    people: int
    photos: int
    records: int


def make_sample(
    out: Path,
    people: int = 48,
    seed: int = SEED,
    *,
    today: date | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> Sample:
    """Draws and writes the sample into an empty folder; the same arguments give the same files.

    The letter is dated three days before `today`. Raises SampleFolderInUse, Cancelled.
    """
    if people < FEWEST:
        raise ValueError(f"a sample needs {FEWEST} people at least")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SampleFolderInUse(folder=out.name)
    rng = np.random.default_rng(seed)
    subject = 35 if people > 35 else 1
    members = make_members(people, rng)
    faces = People([features_of(number, seed) for number in range(people)])
    album = plan_album(people, subject, rng)
    drawn = _draw_all(album, faces, report, cancel)
    folder, events = out / "datasets" / PORTRAITS[0], out / "datasets" / EVENTS[0]
    items = _write_folder(folder, album.portraits, drawn, members, subject)
    items += _write_shards(events, album.events, drawn, members)
    items += _write_awkward(folder, album, drawn, subject)
    lineage = _write_lineage(out / "lineage")
    day = (today or date.today()) - timedelta(3)
    references = [draw(picture, faces) for picture in album.references]
    (out / "request").mkdir()
    letter, german = out / "request" / "letter.eml", out / "request" / "brief.eml"
    letter.write_bytes(english_letter(members[subject], references, day))
    german.write_bytes(german_letter(members[subject], references, day))
    truth = Truth(subject=members[subject].name, people=_names(members), person=subject, items=tuple(items))
    (out / "truth.json").write_text(json.dumps(truth.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    photos = sum(item.is_photo for item in items)
    return Sample(
        folder=out,
        datasets=(SampleDataset(_PORTRAITS, (folder,)), SampleDataset(_EVENTS, (events,))),
        lineage=lineage,
        letter=letter,
        letter_german=german,
        truth=out / "truth.json",
        people=people,
        photos=photos,
        records=len(items) - photos,
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


def _write_lineage(folder: Path) -> tuple[Path, ...]:
    """What the organisation's systems recorded: four formats and a table by hand."""
    folder.mkdir(parents=True)
    store, events, bill, table = (
        folder / name for name in ("mlflow.db", "openlineage.ndjson", "app.cdx.json", "deployments.csv")
    )
    write_mlflow(store)
    write_openlineage(events)
    write_bill(bill)
    write_table(table)
    return store, events, bill, table, *write_cards(folder / "cards")


def _names(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(member.name for member in members)


def _draw_all(album: Album, faces: People, report: Report, cancel: CancelToken | None) -> dict[str, bytes]:
    planned = [*album.portraits, *album.events]
    drawn: dict[str, bytes] = {}
    for done, one in enumerate(planned):
        if cancel is not None:
            cancel.check()
        report(Progress("Drawing the sample's photos", done, len(planned)))
        drawn[one.name] = draw(one.picture, faces)
    report(Progress("Drawing the sample's photos", len(planned), len(planned)))
    return drawn


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
