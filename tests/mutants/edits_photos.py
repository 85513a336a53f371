"""The safety lines of looking at photos."""

from __future__ import annotations

from edit import Edit, lines

_OUTSIDE = "tests/unit/faces/test_faces_outside.py"
_ASTRAY = f"{_OUTSIDE}::test_a_decoder_that_goes_astray_costs_its_photo_alone[crash]"

_SAID = '        return Decoded(None, LedgerClass.SKIPPED, message("why.photo.memory"), width'

LINES: tuple[Edit, ...] = (
    *lines(
        "faces/decode.py",
        "tests/unit/faces/test_faces_bad_photos.py",
        (
            "what a decoder would hold is bounded",
            "    if not fitting:\n        return False\n",
            "    fitting = fitting or [1]\n",
            "test_a_photo_whose_decoder_would_hold_too_much_is_skipped_by_its_header",
        ),
        (
            "passes of a progressive photo count",
            'kept = _coefficients(image) if image.info.get("progressive") else 0',
            "kept = 0",
            "tests/unit/faces/test_faces_decode.py::"
            "test_a_progressive_jpeg_of_400_megapixels_is_skipped_because_its_decoder_would_keep_all_of_it",
        ),
        (
            "memory that runs out is said",
            f"    except MemoryError:\n{_SAID}",
            f"    except ZeroDivisionError:\n{_SAID}",
            "test_memory_that_runs_out_is_said_as_such",
        ),
        (
            "the switch for truncated photos is put back",
            "        finally:\n            ImageFile.LOAD_TRUNCATED_IMAGES = False\n",
            "        finally:\n            pass\n",
            "tests/unit/faces/test_faces_decode.py::test_a_truncated_photo_does_not_make_later_ones_lenient",
        ),
    ),
    *lines(
        "faces/photo.py",
        "tests/unit/faces/test_faces_photo.py",
        (
            "what was read smaller is said of a truncated photo too",
            "_both(decoded.reason, passed_over[0].why if passed_over else None)",
            "decoded.reason or (passed_over[0].why if passed_over else None)",
            "test_of_a_photo_that_breaks_off_and_was_read_smaller_both_are_said",
        ),
    ),
    *lines(
        "faces/outside.py",
        _OUTSIDE,
        (
            "faces are looked for in a cell",
            "ask(_Looked, look, *asked, grants=engine_grants(name), limits=LIMITS)",
            "look(*asked)",
            _ASTRAY,
        ),
        (
            "a photo is shown from a cell",
            "ask(Shown, picture_of, *asked, limits=TO_SHOW)",
            "picture_of(*asked)",
            _ASTRAY,
        ),
        (
            "hashes are made in a cell",
            "                return self._cell.call(kind, function, args, limits.seconds)",
            "                return function(*args)",
            _ASTRAY,
        ),
        (
            "a picture has the size that it says",
            "if not fits or len(self.rows) != 3 * self.width * self.height:",
            "if not fits:",
            "test_a_picture_of_another_size_than_it_says_is_none",
        ),
        (
            "a template is made of numbers",
            'if not self.template or not np.isfinite(np.frombuffer(self.template, "<f4")).all():',
            "if not self.template:",
            "test_a_template_that_is_none_is_refused",
        ),
        (
            "closing does not wait",
            "        if self._cell is not None:\n            self._cell.close()\n\n    def hash_of",
            "\n    def hash_of",
            "test_closing_does_not_wait_for_a_photo_that_never_ends",
        ),
    ),
    *lines(
        "deletion/mask.py",
        _OUTSIDE,
        (
            "faces are masked in a cell",
            "ask(bytes, masked_in_cell, data, tuple(boxes), orientation, limits=LIMITS)",
            "masked_in_cell(data, tuple(boxes), orientation)",
            "test_a_face_is_not_masked_by_a_decoder_that_ends",
        ),
    ),
    *lines(
        "evidence/report/crops.py",
        _OUTSIDE,
        (
            "crops are made clean in a cell",
            "ask(bytes, cleaned, crop.image)",
            "cleaned(crop.image)",
            "test_a_crop_whose_decoder_ends_goes_into_no_report",
        ),
    ),
    *lines(
        "app/case/references.py",
        "tests/unit/app/case/test_app_references.py",
        (
            "a reference whose decoder ended is refused",
            "_NOT_LOOKED_AT = (LedgerClass.UNREADABLE, LedgerClass.SKIPPED, LedgerClass.CRASHED)",
            "_NOT_LOOKED_AT = (LedgerClass.UNREADABLE, LedgerClass.SKIPPED)",
            "test_a_photo_whose_decoder_goes_astray_is_refused_by_its_reason_and_the_others_serve",
        ),
        (
            "a template is as long as those of the index",
            "if template is not None and template.shape != (dimension,):",
            "if False:",
            "test_a_template_of_another_length_than_the_index_holds_is_refused",
        ),
    ),
    *lines(
        "app/proof/items.py",
        "tests/unit/app/proof/test_app_crops.py",
        (
            "a face that could not be looked at leaves no house",
            "return len(looked.faces) if looked.ledger_class in _LOOKED_AT else None",
            "return len(looked.faces)",
            "",
        ),
    ),
)
