"""An own detector of four families: every face is where the network says, in photos of any size and turn."""

from __future__ import annotations

import drawn_detectors as drawn
import numpy as np
import pytest

from dsr_desk.faces.decoders import FAMILIES, OtherLayout
from dsr_desk.faces.manifest import DetectorPart
from dsr_desk.faces.own_detector import SMALLEST, OwnDetector

NETWORKS = {
    "scrfd": drawn.scrfd,
    "yunet": drawn.yunet,
    "centerface": drawn.centerface,
    "retinaface": drawn.retinaface,
}
MIDDLE = {"scrfd": 0.0, "yunet": 0.0, "centerface": 2.0, "retinaface": 4.0}
"""How far into a red cell a box has its middle."""


def detector(preset, size=None, threshold=0.9, **options):
    return OwnDetector(NETWORKS[preset](size, **options), DetectorPart("net.onnx", preset, size, threshold))


def photo(width, height, *corners, side=8):
    """Black, with a red square from each corner on."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for x, y in corners:
        pixels[y : y + side, x : x + side] = (255, 0, 0)
    return pixels


def five(preset, middle):
    part = 1 / 3 if preset == "retinaface" else 1.0
    return np.array(middle) + np.array(drawn.FIVE) * part


@pytest.mark.parametrize("size", [None, (320, 320)])
@pytest.mark.parametrize("preset", NETWORKS)
def test_a_face_and_its_points_are_where_the_network_puts_them(preset, size):
    side = 4 if preset == "centerface" else 8
    found = detector(preset, size).detect(photo(320, 256, (160, 96), side=side))
    assert len(found) == 1
    middle = (160 + MIDDLE[preset], 96 + MIDDLE[preset])
    box = found[0].box
    assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx(middle, abs=0.6)
    assert (box.width, box.height) == ((16, 16) if preset == "retinaface" else (drawn.WIDE, drawn.TALL))
    assert np.allclose(found[0].landmarks, five(preset, middle), atol=0.01)
    assert found[0].turned == 0
    assert found[0].score == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("preset", NETWORKS)
def test_in_photos_larger_than_the_network_takes_small_faces_are_found_in_every_corner(preset):
    corners = [(100, 90), (900, 90), (100, 600), (900, 600), (510, 340), (701, 455)]
    found = detector(preset, (320, 320)).detect(photo(1000, 700, *corners, side=19))
    middles = [((one.box.left + one.box.right) / 2, (one.box.top + one.box.bottom) / 2) for one in found]
    for x, y in corners:
        assert any(abs(x + 9 - across) < 14 and abs(y + 9 - down) < 14 for across, down in middles)
    assert all(any(abs(x + 9 - across) < 20 and abs(y + 9 - down) < 20 for x, y in corners) for across, down in middles)


def test_a_face_larger_than_the_input_is_found_in_the_photo_made_smaller():
    found = detector("yunet", (320, 320), 0.6).detect(photo(1280, 1280, (512, 512), side=160))
    assert any(abs(one.box.width - 4 * drawn.WIDE) < 8 and abs(one.box.height - 4 * drawn.TALL) < 8 for one in found)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_in_a_photo_on_its_side_the_face_is_found_with_the_turn_that_sets_it_upright(turn):
    """The network sees red and the part of the photo under it decides: only upright does a face look like one."""

    class Upright(OwnDetector):
        def _once(self, part):
            answer = super()._once(part)
            kept = part[-1, 0, 1] == 255  # a green corner, at the bottom on the left of an upright photo alone
            return type(answer)(
                answer.boxes[:: 1 if kept else 10**6][: None if kept else 0],
                answer.scores[: None if kept else 0],
                answer.points[: None if kept else 0],
            )

    pixels = photo(320, 320, (160, 96))
    pixels[-1, 0] = (0, 255, 0)
    network = Upright(drawn.yunet((320, 320)), DetectorPart("net.onnx", "yunet", (320, 320), 0.9))
    (found,) = network.detect(np.rot90(pixels, (360 - turn) // 90).copy())
    assert found.turned == turn
    assert np.allclose(found.landmarks, five("yunet", (160, 96)), atol=0.01)


def test_of_what_it_says_of_the_smallest_face_it_looks_for_nothing_is_too_good():
    for size in (None, (640, 640)):
        network = detector("scrfd", size)
        assert network.smallest_face_in(640, 480) == SMALLEST
        assert network.smallest_face_in(200, 200) == SMALLEST
        huge = network.smallest_face_in(8000, 6000)
        assert huge * network.scale(8000, 6000) >= SMALLEST
        assert huge > 40


def test_a_detector_without_points_leaves_them_to_dlib():
    (found,) = detector("scrfd", points=False).detect(photo(320, 320, (160, 96)))
    assert found.landmarks is None


def test_scores_that_were_saved_before_their_last_step_are_made_probabilities():
    (found,) = detector("retinaface", softmax=False).detect(photo(320, 320, (160, 96)))
    assert found.score == pytest.approx(1.0, abs=0.001)


def test_a_network_of_another_family_is_refused_at_once():
    for preset in NETWORKS:
        for other in NETWORKS:
            if other != preset:
                with pytest.raises(OtherLayout):
                    OwnDetector(NETWORKS[other](), DetectorPart("net.onnx", preset, None, None))


def test_boxes_and_points_that_are_no_numbers_are_no_faces():
    outputs = [
        np.full((1, 1, 80, 80), 0.9, np.float32),
        *(np.full((1, n, 80, 80), np.nan, np.float32) for n in (2, 2, 10)),
    ]

    class Answers:
        def run(self, _names, _feed):
            return outputs

    network = detector("centerface", (320, 320))
    network._session = Answers()
    assert network.detect(photo(320, 320)) == []
    outputs[1:3] = [np.full((1, 2, 80, 80), 2.0, np.float32)] * 2
    assert all(one.landmarks is None for one in network.detect(photo(320, 320)))
    outputs[1] = np.full((1, 2, 80, 80), 1e6, np.float32)
    assert network.detect(photo(320, 320)) == []


def test_thresholds_of_the_families_are_their_own_unless_one_is_given():
    pixels = photo(320, 320, (160, 96))
    pixels[96:104, 160:168, 0] = 140
    for preset, expected in (("yunet", 1), ("centerface", 1)):
        own = OwnDetector(NETWORKS[preset](), DetectorPart("net.onnx", preset, None, None))
        score = (140 / 255) ** (0.5 if preset == "yunet" else 1)
        assert (score >= FAMILIES[preset].threshold) == bool(expected)
        assert bool(own.detect(pixels)) == bool(expected)
        assert not detector(preset).detect(pixels)
