"""The CNN detector: the same answers as dlib's, whatever the photo is cut into."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from dsr_desk.core.items import Box
from dsr_desk.faces import cnn, detector_graphs, graphs
from dsr_desk.faces.cnn import CnnDetector, Networks, parts, sizes
from dsr_desk.faces.engine import Detection
from dsr_desk.faces.runtime import session
from dsr_desk.faces.suppress import best_of, spanned_overlap
from dsr_desk.faces.weights import DETECTOR_FILE, read_detector, weight_file

DLIB_STEP = 5 / 6


@pytest.fixture(scope="module")
def detectors() -> dict[str, CnnDetector]:
    weights = read_detector(weight_file(DETECTOR_FILE).read_bytes())

    def detector(rounded: bool) -> CnnDetector:
        networks = Networks(
            session(detector_graphs.front_graph(weights, rounded=rounded)),
            session(detector_graphs.front_graph(weights, rounded=rounded, doubled=True)),
            session(detector_graphs.back_graph(weights, rounded=rounded)),
            session(graphs.resize_graph()),
        )
        return CnnDetector(networks, weights.window, weights.overlap)

    return {"exact": detector(False), "rounded": detector(True)}


@pytest.fixture(scope="module")
def crowd(draw_face) -> np.ndarray:
    """Four drawn faces of different size on one photo."""
    photo = Image.new("RGB", (640, 400), (96, 120, 140))
    for place, (size, side) in {
        (0, 0): (300, 130),
        (300, 0): (200, 90),
        (500, 0): (120, 55),
        (320, 210): (170, 75),
    }.items():
        photo.paste(draw_face(size, side), place)
    return np.asarray(photo)


def rough(found: list[Detection]) -> list[tuple[int, int]]:
    return sorted(((d.box.left + d.box.right) // 2, (d.box.top + d.box.bottom) // 2) for d in found)


@pytest.mark.parametrize("which", ["exact", "rounded"])
def test_every_drawn_face_is_found_once(which, detectors, crowd):
    found = detectors[which].detect(crowd, 2.0, 0.62)
    expected = [(150, 150), (400, 100), (560, 60), (405, 295)]
    assert len(found) == 4
    for place, (x, y) in zip(rough(found), sorted(expected), strict=True):
        assert abs(place[0] - x) < 25
        assert abs(place[1] - y) < 35


def test_nothing_is_found_where_there_is_no_face(detectors):
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    assert detectors["exact"].detect(noise, 2.0, 0.62) == []


def test_a_face_cut_by_the_border_is_found(detectors, draw_face):
    photo = np.asarray(draw_face(400, 180))[:, 75:]
    assert len(detectors["exact"].detect(np.ascontiguousarray(photo), 1.0, DLIB_STEP)) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 5), (63, 64)])
def test_photos_of_any_size_are_looked_at(size, detectors):
    pixels = np.zeros((*size, 3), np.uint8)
    assert detectors["rounded"].detect(pixels, 2.2, 0.62) == []


@pytest.mark.parametrize("which", ["exact", "rounded"])
@pytest.mark.parametrize("doubled", [False, True])
def test_a_photo_looked_at_in_parts_answers_as_the_whole(which, doubled, detectors, crowd, monkeypatch):
    whole = detectors[which].scores(crowd, doubled=doubled, margin=8)
    monkeypatch.setattr(cnn, "FEATURE_TILE", 17)
    monkeypatch.setattr(cnn, "SCORE_TILE", 23)
    in_parts = detectors[which].scores(crowd, doubled=doubled, margin=8)
    assert whole.shape == in_parts.shape
    assert np.abs(whole - in_parts).max() < 1e-4


@pytest.mark.parametrize("length", [1, 2, 127, 128, 129, 1000])
@pytest.mark.parametrize("most", [1, 7, 128])
def test_parts_cover_a_side_once_and_none_is_too_long(length, most):
    pieces = parts(length, most)
    assert [i for piece in pieces for i in range(length)[piece]] == list(range(length))
    assert max(piece.stop - piece.start for piece in pieces) <= most
    assert len(pieces) == -(-length // most)


def test_sizes_shrink_by_the_step_until_a_face_that_fills_the_photo_fits_the_window():
    found = [(size.width * size.zoom, size.height * size.zoom) for size in sizes(1000, 500, 2.0, 0.5)]
    assert found == [(2000, 1000), (1000, 500), (500, 250), (250, 125), (125, 62)]


def test_a_photo_is_shown_in_every_size_as_pillow_would_shrink_it(detectors, crowd):
    pyramid = detectors["exact"].pyramid(crowd, 1.0, 0.5)
    assert [level.pixels.shape for level in pyramid] == [(400, 640, 3), (200, 320, 3), (100, 160, 3), (50, 80, 3)]
    assert pyramid[0].pixels is crowd
    height, width = crowd.shape[:2]
    halved = np.asarray(Image.fromarray(crowd).resize((width // 2, height // 2), Image.Resampling.BOX))
    assert np.abs(pyramid[1].pixels.astype(int) - halved).max() <= 1


def test_doubling_inside_the_network_gives_what_doubling_the_photo_gives(detectors, crowd):
    inside = detectors["exact"].scores(crowd, doubled=True)
    height, width = crowd.shape[:2]
    twice = np.asarray(Image.fromarray(crowd).resize((2 * width, 2 * height), Image.Resampling.BILINEAR))
    before = detectors["exact"].scores(np.ascontiguousarray(twice[2:, 2:]))
    rows, columns = (min(pair) for pair in zip(inside.shape, before.shape, strict=True))
    # Away from the right and lower border, where the two see one column of cells more or less.
    assert np.abs(inside[: rows - 12, : columns - 12] - before[: rows - 12, : columns - 12]).max() < 0.05


@pytest.mark.parametrize("doubled", [False, True])
def test_calculating_in_integers_is_off_by_a_few_hundredths_where_a_face_could_be(doubled, detectors, crowd):
    shown = np.asarray(Image.fromarray(crowd).reduce(2)) if doubled else crowd
    exact, rounded = (detectors[which].scores(shown, doubled=doubled) for which in ("exact", "rounded"))
    assert exact.shape == rounded.shape
    assert (exact > 0).any()
    assert np.abs(exact - rounded)[exact > -0.8].max() < 0.1


def test_rounding_keeps_the_sum_of_each_channel_and_stays_within_seven_bits():
    kernel = np.random.default_rng(3).uniform(-60, 60, (4, 3, 5, 5))
    whole = detector_graphs.rounded_evenly(kernel)
    assert whole.dtype == np.int8
    assert np.abs(kernel.sum(axis=(2, 3)) - whole.sum(axis=(2, 3))).max() <= 0.5
    assert np.abs(kernel - whole).max() <= 1.0
    assert np.abs(detector_graphs.rounded_evenly(2 * kernel)).max() <= detector_graphs.LARGEST_WEIGHT


def test_graphs_are_the_same_bytes_each_time():
    weights = read_detector(weight_file(DETECTOR_FILE).read_bytes())
    for make in (detector_graphs.front_graph, detector_graphs.back_graph):
        one, other = (hashlib.sha256(make(weights, rounded=True)).digest() for _ in range(2))
        assert one == other


def as_dlib_lays_it_out(height: int, width: int) -> Iterator[tuple[int, int, int, int]]:
    """Height, width, top and left of each size on dlib's one canvas: down the left side, then up the right."""
    sizes = [(height, width)]
    while min(height, width) * DLIB_STEP >= 5:
        height, width = int(height * DLIB_STEP), int(width * DLIB_STEP)
        sizes.append((height, width))
    gap, frame = 10, 11
    (first_height, first_width), all_heights = sizes[0], sum(size[0] + gap for size in sizes) - 2 * gap
    column, before, down = 0, 0, 0
    for size_height, size_width in sizes:
        fits_beside = size_width <= first_width - before - gap
        if fits_beside and (column - first_height) * 2 >= all_heights - first_height:
            break
        column, before, down = column + size_height + gap, size_width, down + 1
    y = frame
    for size_height, size_width in sizes[:down]:
        yield size_height, size_width, y, frame
        y += size_height + gap
    y -= gap
    for size_height, size_width in sizes[down:]:
        y -= size_height
        if y < frame + first_height:
            return
        yield size_height, size_width, y, frame + first_width - size_width
        y -= gap


def shrunk_as_dlib_does(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear with the corners kept."""
    y, x = np.linspace(0, pixels.shape[0] - 1, height), np.linspace(0, pixels.shape[1] - 1, width)
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    below, beside = np.minimum(top + 1, pixels.shape[0] - 1), np.minimum(left + 1, pixels.shape[1] - 1)
    down, across = (y - top)[:, None, None], (x - left)[None, :, None]
    upper = pixels[top][:, left] * (1 - across) + pixels[top][:, beside] * across
    lower = pixels[below][:, left] * (1 - across) + pixels[below][:, beside] * across
    return upper * (1 - down) + lower * down


def on_dlib_s_canvas(detector: CnnDetector, pixels: np.ndarray) -> list[Detection]:
    """All answers over 0 where dlib lays all sizes of a photo on one canvas, not suppressed, boxes not averaged."""
    layout = list(as_dlib_lays_it_out(*pixels.shape[:2]))
    bottom = max(top + height for height, _, top, _ in layout) + 11
    canvas = np.empty((bottom, pixels.shape[1] + 22, 3), np.uint8)
    canvas[:] = cnn.NEUTRAL
    shown = pixels.astype(np.float64)
    for height, width, top, left in layout:
        shown = shrunk_as_dlib_does(shown, height, width)
        canvas[top : top + height, left : left + width] = np.rint(shown)
    scores = detector.scores(canvas)
    found = []
    for row, column in np.argwhere(scores > 0).tolist():
        x, y = cnn.CELL * column + cnn.FIRST_CENTRE, cnn.CELL * row + cnn.FIRST_CENTRE
        height, width, top, left = min(
            layout,
            key=lambda at: max(at[2] - y, y - at[2] - at[0], 0) ** 2 + max(at[3] - x, x - at[3] - at[1], 0) ** 2,
        )
        grown = pixels.shape[1] / width
        sides = [(at - corner + half) * grown for half in (-40, 40) for at, corner in ((x, left), (y, top))]
        found.append(Detection(Box(*map(round, sides)), float(scores[row, column]), "cnn"))
    return found


def suppressed(answers: list[Detection]) -> list[Detection]:
    return best_of(answers, lambda one, other: spanned_overlap(one, other) > 0.3382761351109955)


SCENES = {
    "2007_007763.jpg": 7,
    "2008_001009.jpg": 2,
    "2008_001322.jpg": 3,
    "2008_002079.jpg": 6,
    "2008_002470.jpg": 6,
    "2008_002506.jpg": 3,
    "2008_004176.jpg": 7,
    "2008_007676.jpg": 7,
    "2009_004587.jpg": 2,
}
"""The annotated scenes and the faces annotated in each; twice as large, most of them fill the window."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "known"),
    [pytest.param(*one, marks=() if at < 1 else pytest.mark.long) for at, one in enumerate(SCENES.items())],
)
def test_the_network_finds_what_dlib_finds_in_each_annotated_scene_with_the_same_scores(
    name, known, real_data, detectors
):
    import dlib

    photo = Image.open(real_data / "faces" / "scenes" / name).convert("RGB")
    pixels = np.asarray(photo.resize((photo.width * 2, photo.height * 2), Image.Resampling.BILINEAR))
    theirs = dlib.cnn_face_detection_model_v1(str(weight_file(DETECTOR_FILE)))(pixels, 0)
    answers = on_dlib_s_canvas(detectors["exact"], pixels)
    ours, rounded = suppressed(answers), suppressed(on_dlib_s_canvas(detectors["rounded"], pixels))

    assert known - 2 <= len(theirs) <= known
    assert len(ours) == len(rounded) == len(theirs)
    for their in theirs:
        rect = their.rect
        box = Box(rect.left(), rect.top(), rect.right() + 1, rect.bottom() + 1)
        # Two sizes of the photo may see a face equally well, to a thousandth: then either's box is right.
        same = max((one for one in answers if one.box.overlap(box) > 0.9), key=lambda one: one.score)
        assert same.score == pytest.approx(their.confidence, abs=0.002)
        assert any(one.box.overlap(box) > 0.9 or abs(one.score - same.score) < 0.002 for one in near(box, ours))
        assert max(one.score for one in near(box, rounded)) == pytest.approx(their.confidence, abs=0.1)


def near(box: Box, detections: list[Detection]) -> list[Detection]:
    return [one for one in detections if one.box.overlap(box) > 0.4]
