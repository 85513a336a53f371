"""What keeps readers from passing over places in silence, and erasures from taking more than is meant."""

from __future__ import annotations

from edit import Edit, lines

PLACES = "tests/contracts/test_every_place.py"
ANNOTATIONS = "tests/unit/datasets/test_datasets_annotations.py"
EVERY = "test_a_person_is_found_wherever_it_is_or_the_place_is_named"

LINES: tuple[Edit, ...] = (
    *lines(
        "datasets/json_around.py",
        PLACES,
        (
            "what stands around the lists of a document is read",
            "yield from (one for one in _records(node) if _says_text(one.values))",
            "yield from (one for one in () if _says_text(node))",
            EVERY,
        ),
    ),
    *lines(
        "datasets/row_file.py",
        PLACES,
        (
            "photos that stand in texts are looked for",
            "        return not is_text_alone(value)\n",
            "        return False\n",
            EVERY,
        ),
    ),
    *lines(
        "datasets/lmdb_store.py",
        PLACES,
        (
            "pages that no key uses are named",
            "if count := sum(1 for _ in pages.unused()):",
            "if count := 0:",
            EVERY,
        ),
    ),
    *lines(
        "datasets/recordio.py",
        PLACES,
        (
            "many numbers in a header may be an embedding",
            "if record.numbers > MOST_LABELS:",
            "if record.numbers > 1000 * MOST_LABELS:",
            EVERY,
        ),
    ),
    *lines(
        "datasets/coco.py",
        ANNOTATIONS,
        (
            "an image of COCO goes with its annotations",
            "spans = (span, *on_them.pop(key, ()))",
            "spans = (span, *on_them.pop(key, ())[:0])",
            "test_an_erased_image_of_coco_takes_its_annotations_along_and_no_other",
        ),
    ),
    *lines(
        "datasets/ods.py",
        "tests/unit/datasets/test_datasets_ods.py",
        (
            "what stands outside the rows of sheets is not cut in silence",
            "        if any(at >= position for at in changes):\n            raise SheetNotCut",
            "        if any(at < 0 for at in changes):\n            raise SheetNotCut",
            "test_what_stands_outside_rows_is_found_and_not_cut",
        ),
    ),
)
