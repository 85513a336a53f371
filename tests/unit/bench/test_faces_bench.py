"""Photos made to measure on have the faces that they claim, and the same each time."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bench import steps as bench_steps
from bench.engine import BenchPhotosMissing, engine_bench
from bench.limits import of_detector, of_embedder, seconds_as_matrix_product
from bench.photos import Sources, composite, find_sources, found_among, portrait, scene
from bench.steps import step_rows
from dsr_desk.core.items import Box
from dsr_desk.faces.weights import DETECTOR_FILE, EMBEDDER_FILE, read_detector, read_embedder, weight_file

SCENES = """<dataset><images><image file='a.jpg' width='400' height='300'>
<box top='30' left='20' width='50' height='60'/></image></images></dataset>"""


@pytest.fixture
def sources(tmp_path, draw_face, encoded) -> Sources:
    for person, face in {"one": 90, "two": 100}.items():
        folder = tmp_path / "lfw" / person
        folder.mkdir(parents=True)
        (folder / "1.jpg").write_bytes(encoded(draw_face(250, face)))
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "training.xml").write_text(SCENES)
    (tmp_path / "scenes" / "a.jpg").write_bytes(encoded(Image.new("RGB", (400, 300), (90, 130, 90))))
    return find_sources(tmp_path)


def test_labelled_portraits_and_annotated_scenes_are_found(sources):
    assert len(sources.portraits) == 2
    assert [boxes for _, boxes in sources.scenes] == [(Box(20, 30, 70, 90),)]
    assert portrait(sources.portraits[0]).faces == (Box(80, 80, 170, 170),)
    assert scene(sources.scenes[0]).faces == (Box(20, 30, 70, 90),)


def test_a_composite_is_the_same_each_time_and_its_faces_lie_in_it_apart(sources):
    one, other = (composite(sources, 5, 900, 24, 120, 8) for _ in range(2))
    assert one == other
    assert composite(sources, 6, 900, 24, 120, 8) != one
    photo = Image.open(io.BytesIO(one.data))
    assert photo.width == 900
    assert 4 <= len(one.faces) <= 9
    for box in one.faces:
        assert 0 <= box.left < box.right <= photo.width
        assert 0 <= box.top < box.bottom <= photo.height
        assert all(box is other or box.overlap(other) == 0 for other in one.faces)


def test_a_known_face_is_found_by_a_box_about_it_and_each_box_finds_one():
    known = [Box(100, 100, 150, 150), Box(300, 100, 350, 150)]
    assert found_among(known, [Box(95, 98, 155, 158), Box(290, 90, 370, 170)]) == 2
    assert found_among(known, [Box(95, 98, 155, 158), Box(98, 98, 152, 152)]) == 1
    assert found_among(known, [Box(60, 60, 200, 200), Box(140, 100, 190, 150)]) == 0


def test_a_folder_without_labelled_photos_is_refused(tmp_path):
    with pytest.raises(BenchPhotosMissing):
        engine_bench(tmp_path)


@pytest.mark.long
def test_each_step_counts_what_is_found_with_it_and_without(tmp_path, draw_face, encoded, monkeypatch):
    monkeypatch.setattr(bench_steps, "MOSAIC", 1)
    (tmp_path / "scenes").mkdir()
    photo = draw_face(340, 110)
    (tmp_path / "scenes" / "a.jpg").write_bytes(encoded(photo, quality=95))
    known = "<box top='115' left='115' width='110' height='110'/>"
    (tmp_path / "scenes" / "training.xml").write_text(
        f"<dataset><images><image file='a.jpg' width='340' height='340'>{known}</image></images></dataset>"
    )
    rows = step_rows(tmp_path, cnn=False)
    by_step = {row.step: row for row in rows}
    assert {"both detectors", "orientation in the file", "rotations", "smallest face", "tiling"} <= set(by_step)
    assert all(0 <= found <= row.known for row in rows for found in (row.standard, row.thorough, row.default))
    assert all(row.cnn is None for row in rows)
    said, lying = by_step["orientation in the file"], by_step["rotations"]
    assert said.found_without < said.standard == said.thorough == said.known == 3
    assert lying.standard < lying.thorough == lying.known == 3


def test_multiply_adds_are_counted_as_by_hand():
    detector = read_detector(weight_file(DETECTOR_FILE).read_bytes())
    one_size = 75 * 16 * 30**2 + 400 * 32 * 13**2 + 800 * 32 * 5**2 + (800 + 2 * 1125) * 45 * 5**2 + 81 * 45 * 5**2
    assert of_detector(detector, 64, 64, 0.5) == one_size
    assert 2.4e8 < of_embedder(read_embedder(weight_file(EMBEDDER_FILE).read_bytes())) < 6e8


@pytest.mark.parametrize("rounded", [False, True])
def test_more_work_takes_longer_as_a_matrix_product(rounded):
    one, other = (seconds_as_matrix_product(work, rounded=rounded, turns=3) for work in (1e9, 1e12))
    assert 0 < one < other


def test_steps_need_annotated_scenes(tmp_path):
    with pytest.raises(BenchPhotosMissing):
        step_rows(tmp_path)


@pytest.mark.long
def test_without_photos_the_networks_alone_are_measured():
    rows = engine_bench(turns=1)
    assert len(rows) == 9
    assert all(row.ours > 0 and row.peer > 0 and row.known is None for row in rows)
