"""A part of the sample organisation: what is the subject's, what is awkward and a few photos of others."""

from __future__ import annotations

import json
import shutil
import tarfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from dsr_desk.app.sample import CONTENTS, Sample, TrueItem, Truth, copy_sample
from dsr_desk.core import codec

TODAY = date(2026, 11, 5)
OTHERS = 12
"""Photos of other people in each dataset."""


def small_sample(to: Path) -> Sample:
    """Files in a new folder, as `copy_sample` makes them, on a day that is always the same."""
    sample = copy_sample(to, TODAY)
    truth = Truth.load(sample.truth)
    portraits, events = (dataset.sources[0] for dataset in sample.datasets)
    kept = _photos(truth, portraits.name) | _photos(truth, events.name)
    for photo in sorted((portraits / "photos").rglob("*.jpg")):
        if photo.stem not in kept:
            photo.unlink()
    for shard in sorted(events.glob("*.tar")):
        _keep(shard, kept)
    left = tuple(item for item in truth.items if not item.member or Path(item.member).stem in kept)
    photos = sum(item.is_photo for item in left)
    contents = replace(sample.contents, photos=photos, records=len(left) - photos)
    for name, value in (("truth.json", replace(truth, items=left)), (CONTENTS, contents)):
        (to / name).write_text(json.dumps(codec.plain(value)), encoding="utf-8")
    return Sample.at(to)


def _photos(truth: Truth, dataset: str) -> set[str]:
    """Stems of the names of those to keep; all of them are different."""
    here = [item for item in truth.items if item.is_photo and item.container.startswith(dataset)]
    others = [item for item in here if not _wanted(item, truth)]
    return {Path(item.member).stem for item in [*(one for one in here if _wanted(one, truth)), *others[:OTHERS]]}


def _wanted(item: TrueItem, truth: Truth) -> bool:
    return truth.person in item.people or item.hard in ("broken off", "no photo at all")


def _keep(shard: Path, kept: set[str]) -> None:
    whole = shard.with_suffix(".whole")
    shutil.move(shard, whole)
    with tarfile.open(whole) as read, tarfile.open(shard, "w", format=tarfile.USTAR_FORMAT) as written:
        for member in read:
            if Path(member.name).stem in kept:
                written.addfile(member, read.extractfile(member))
    whole.unlink()
