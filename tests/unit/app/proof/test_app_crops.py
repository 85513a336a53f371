"""Faces that go into evidence: of a picture that could not be looked at nobody knows who else shows in it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from dsr_desk.app.proof.items import faces_in
from dsr_desk.jobs.cell import load
from planted_photos import asking


@pytest.fixture
def plain() -> bytes:
    load("planted_photos")
    out = io.BytesIO()
    Image.new("RGB", (120, 90), (90, 120, 140)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.usefixtures("real_cells")
def test_faces_are_counted_where_the_picture_could_be_looked_at_and_only_there(plain):
    assert faces_in(plain) == 0
    assert faces_in(asking(plain, "crash")) is None
    assert faces_in(b"no picture") is None
    assert faces_in(plain[: len(plain) // 2]) is None
