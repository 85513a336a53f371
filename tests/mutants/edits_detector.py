"""The safety lines of finding faces."""

from __future__ import annotations

from edit import Edit, lines

_CENTERFACE = "tests/unit/faces/test_faces_centerface.py"

LINES: tuple[Edit, ...] = (
    *lines(
        "faces/dlib_engine.py",
        _CENTERFACE,
        (
            "turns are tried where no face certainly stands upright",
            "        if not any(map(_certainly_upright, seen)):\n",
            "        if not seen:\n",
            "test_where_nothing_is_like_a_face_turned_photos_are_tried_at_half_their_size_else_whole",
        ),
        (
            "a face that lies is not certainly upright",
            "detection.detector == NAME and detection.turned == 0 and detection.score >= UPRIGHT",
            "detection.detector == NAME and detection.score >= 0.2",
            "test_where_nothing_is_like_a_face_turned_photos_are_tried_at_half_their_size_else_whole",
        ),
        (
            "the smallest face that is claimed grows with the photo",
            "max(self.smallest_face, math.ceil(SMALLEST / self.settings.scale(width, height)))",
            "self.smallest_face",
            "tests/unit/faces/test_faces_engine.py::"
            "test_in_a_large_photo_the_smallest_face_looked_for_grows_to_40_pixels_and_no_further",
        ),
    ),
    *lines(
        "faces/presets.py",
        _CENTERFACE,
        (
            "large photos are shrunk to half at most",
            "max(self.least, math.sqrt(self.most_pixels / pixels))",
            "math.sqrt(self.most_pixels / pixels)",
            "tests/unit/faces/test_faces_engine.py::"
            "test_in_a_large_photo_the_smallest_face_looked_for_grows_to_40_pixels_and_no_further",
        ),
    ),
    *lines(
        "search/scope.py",
        "tests/unit/search/records/test_search_records.py",
        (
            "of an index that was made without CenterFace it is said",
            "    if index.about.engine in NAMES and not _by_centerface(index):\n",
            "    if False:\n",
            "test_of_an_index_made_with_older_detectors_it_is_said_what_they_missed",
        ),
    ),
)
