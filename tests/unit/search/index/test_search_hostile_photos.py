"""Hostile photos in a dataset: each is named in the ledger by what became of it, and the others are indexed."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import message
from dsr_desk.jobs import pool
from dsr_desk.jobs.cell import load
from dsr_desk.jobs.confine import enforced
from dsr_desk.search.index.build import Addressed
from dsr_desk.search.index.folder import Index
from planted_photos import asking
from search_fakes import all_items, build_fake

NO_PIXELS = (LedgerClass.UNREADABLE, message("why.photo.no-pixels"))
ENDS = {
    "crash": (LedgerClass.CRASHED, message("why.cell.ended", exit_code=-11)),
    "memory": (LedgerClass.SKIPPED, message("why.photo.memory")),
}
REFUSED = (["read", "write"] if enforced().files else []) + (["connect", "fork", "run"] if enforced().calls else [])


def plain() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_a_photo_whose_decoder_goes_astray_is_listed_as_such_and_no_other(
    packed: bool, tmp_path: Path, addressed: Addressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("planted_photos", "search_fakes")
    monkeypatch.setattr(pool, "LIMITS", replace(pool.LIMITS, memory=512 << 20))
    secret = tmp_path / "secret"
    secret.write_bytes(b"hers")
    photos = {f"{deed}.jpg": asking(plain(), deed, secret) for deed in (*ENDS, *REFUSED)} | {"plain.jpg": plain()}
    source = tmp_path / "photos"
    if packed:
        with tarfile.open(source.with_suffix(".tar"), "w") as archive:
            for name, data in photos.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        source = source.with_suffix(".tar")
    else:
        source.mkdir()
        for name, data in photos.items():
            (source / name).write_bytes(data)
    report = build_fake([source], tmp_path / "i.dsrindex", addressed=addressed)
    assert report.photos == len(photos)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        found = {item.address.member.removesuffix(".jpg"): item for item in all_items(index)}
    assert found.pop("plain").ledger_class is LedgerClass.NO_FACE
    ends = {deed: (item.ledger_class, item.reason) for deed, item in found.items()}
    assert ends == ENDS | dict.fromkeys(REFUSED, NO_PIXELS)
    assert secret.read_bytes() == b"hers"
