"""Detections of one face become one, detections of two faces stay two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.items import Box
from dsr_desk.faces.engine import Detection
from dsr_desk.faces.suppress import best_of, same_face, spanned_overlap, union


def face(left: int, top: int, side: int, score: float = 1.0, detector: str = "cnn") -> Detection:
    return Detection(Box(left, top, left + side, top + side), score, detector)


boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.integers(-50, 500),
    st.integers(-50, 500),
    st.integers(1, 300),
    st.integers(1, 300),
)


@given(boxes, boxes)
def test_overlaps_are_symmetric_and_between_nothing_and_all(one, other):
    assert spanned_overlap(one, other) == spanned_overlap(other, one)
    assert 0.0 <= spanned_overlap(one, other) <= one.overlap(other) <= 1.0
    assert same_face(one, other) == same_face(other, one)


@given(boxes)
def test_a_box_means_the_same_face_as_itself(box):
    assert spanned_overlap(box, box) == 1.0
    assert same_face(box, box)


def test_of_overlapping_detections_the_best_stays():
    better, worse, elsewhere = face(10, 10, 80, 1.1), face(14, 12, 80, 0.9), face(300, 10, 80, 0.2)
    kept = best_of([worse, elsewhere, better], lambda a, b: spanned_overlap(a, b) > 0.34)
    assert kept == [better, elsewhere]


def test_two_detectors_that_draw_a_face_differently_give_one_face():
    by_cnn, by_hog = face(100, 100, 80), face(92, 104, 104, detector="hog")
    assert union([by_cnn], [by_hog]) == [by_cnn]


def test_what_only_the_second_detector_saw_is_added():
    by_cnn, by_hog = face(100, 100, 80), face(400, 104, 104, detector="hog")
    assert union([by_cnn], [by_hog]) == [by_cnn, by_hog]


def test_a_small_face_in_front_of_a_large_one_stays():
    large, small = face(0, 0, 400), face(60, 60, 50, detector="hog")
    assert union([large], [small]) == [large, small]
