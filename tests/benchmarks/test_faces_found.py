"""On real photos the product misses no more faces than face_recognition does. Times are measured by `bench engine`."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.photos import Known, Sources, composite, find_sources, found_among, portrait, scene
from bench.reference_engine import load_reference
from dsr_desk.core.items import Box
from dsr_desk.faces.alignment import turned_box
from dsr_desk.faces.engine import Engine
from dsr_desk.faces.registry import load_engine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sources(real_data: Path) -> Sources:
    return find_sources(real_data / "faces")


def found(engine: Engine, photos: list[Known]) -> int:
    return sum(found_among(photo.faces, boxes(engine, photo)) for photo in photos)


def boxes(engine: Engine, photo: Known) -> list[Box]:
    pixels = np.asarray(Image.open(io.BytesIO(photo.data)).convert("RGB"))
    return [detection.box for detection in engine.detect(pixels)]


@pytest.mark.parametrize("every", [180, pytest.param(60, marks=pytest.mark.long)])
def test_standard_finds_as_many_faces_in_portraits_as_face_recognition(every, sources):
    photos = [portrait(path) for path in sources.portraits[::every]]
    assert len(photos) > 1800 // every
    assert found(load_engine("standard"), photos) >= found(load_reference(), photos)


@pytest.mark.parametrize("every", [180, pytest.param(60, marks=pytest.mark.long)])
def test_standard_finds_whom_a_portrait_in_greys_shows_as_well_as_in_colours(every, sources):
    photos = [portrait(path) for path in sources.portraits[::every]]
    greys = [Known(jpeg(Image.open(io.BytesIO(photo.data)).convert("L")), photo.faces) for photo in photos]
    standard = load_engine("standard")
    assert found(standard, greys) == found(standard, photos) == len(photos)


def test_standard_finds_every_annotated_face(sources):
    photos = [scene(one) for one in sources.scenes]
    assert found(load_engine("standard"), photos) == sum(len(photo.faces) for photo in photos) == 43


@pytest.mark.parametrize("count", [1, pytest.param(3, marks=pytest.mark.long)])
def test_on_photos_of_middling_size_each_engine_finds_more_than_the_one_before(count, sources):
    photos = [composite(sources, seed, 1000, 20, 200, 12) for seed in range(count)]
    reference, standard, thorough = (found(engine, photos) for engine in every_engine())
    assert reference <= standard <= thorough


@pytest.mark.parametrize(
    ("turn", "every"), [(90, 3), *(pytest.param(turn, 1, marks=pytest.mark.long) for turn in (90, 180, 270))]
)
def test_thorough_finds_every_annotated_face_of_a_photo_that_was_turned_and_sees_it_upright(turn, every, sources):
    engine = load_engine("thorough")
    for photo in [scene(one) for one in sources.scenes[::every]]:
        pixels = np.asarray(Image.open(io.BytesIO(photo.data)).convert("RGB"))
        turned = np.ascontiguousarray(np.rot90(pixels, turn // 90))
        detections = engine.detect(turned)
        known = [turned_box(box, turn, pixels.shape[:2]) for box in photo.faces]
        assert found_among(known, [one.box for one in detections if one.turned == 360 - turn]) == len(known)


def test_standard_and_thorough_find_every_face_in_photos_of_half_the_size_and_face_recognition_does_not(sources):
    reference, standard, thorough = (found(engine, smaller(sources, 2)) for engine in every_engine())
    assert reference < standard == thorough == 43


def test_thorough_finds_more_than_standard_where_faces_are_too_small_for_it(sources):
    reference, standard, thorough = (found(engine, smaller(sources, 8)) for engine in every_engine())
    assert reference < standard < thorough


def every_engine() -> tuple[Engine, ...]:
    return load_reference(), load_engine("standard"), load_engine("thorough")


def smaller(sources: Sources, times: int) -> list[Known]:
    return [shrunk(scene(one), times) for one in sources.scenes]


def shrunk(photo: Known, times: int) -> Known:
    image = Image.open(io.BytesIO(photo.data)).convert("RGB")
    size = image.width // times, image.height // times
    sides = [(box.left, box.top, box.right, box.bottom) for box in photo.faces]
    data = jpeg(image.resize(size, Image.Resampling.LANCZOS))
    return Known(data, tuple(Box(*(side // times for side in four)) for four in sides))


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    return out.getvalue()


def test_templates_tell_people_apart_as_labelled(sources):
    engine = load_engine("standard")
    people = [path.parent for path in sources.portraits if (path.parent / path.name.replace("0001", "0002")).is_file()]
    templates = []
    for folder in sorted(set(people))[:60:2]:
        for path in sorted(folder.glob("*.jpg"))[:2]:
            pixels = np.asarray(Image.open(path).convert("RGB"))
            middle = min(engine.detect(pixels), key=lambda one: abs(one.box.left + one.box.right - 250), default=None)
            assert middle is not None
            templates.append(engine.embed(engine.align(pixels, [middle]).chips)[0])
    scores = np.array(templates) @ np.array(templates).T
    person = np.arange(len(templates)) // 2
    same = person[:, None] == person[None, :]
    genuine, strangers = scores[same & ~np.eye(len(templates), dtype=bool)], scores[~same]
    assert len(genuine) == 60
    assert np.mean(genuine > np.quantile(strangers, 0.999)) > 0.85
