"""Reference photos: what a hostile one makes its decoder do is said of that photo, and the others serve."""

from __future__ import annotations

import pytest

from dsr_desk.app.case import drafts, references
from dsr_desk.app.case.references import PhotoUnreadable, examine_references
from dsr_desk.app.desk import Desk
from dsr_desk.app.sample import Sample
from dsr_desk.core.items import Box
from dsr_desk.core.message import message
from dsr_desk.faces.decode import decode
from dsr_desk.faces.facts import EngineChanged
from dsr_desk.faces.phash import perceptual_hash
from dsr_desk.jobs.cell import load
from planted_photos import asking


@pytest.fixture
def portrait(sample: Sample) -> bytes:
    load("planted_photos")
    return drafts.understand(sample.letter, []).photos[0].data


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("crash", message("why.cell.ended", exit_code=-11)),
        ("read", message("why.photo.no-pixels")),
        ("fork", message("why.photo.no-pixels")),
    ],
)
def test_a_photo_whose_decoder_goes_astray_is_refused_by_its_reason_and_the_others_serve(deed, why, portrait):
    bad, good = examine_references([("bad.jpg", asking(portrait, deed, "/etc/hosts")), ("good.jpg", portrait)])
    assert (bad.problem, bad.faces, bad.usable) == (why, (), False)
    with pytest.raises(PhotoUnreadable) as refused:
        bad.require_choice()
    assert (refused.value.why, refused.value.details["name"]) == (why, "bad.jpg")
    assert good.usable


def test_a_reference_that_cannot_be_looked_at_gives_no_template_and_is_not_remembered(desk: Desk, portrait):
    with pytest.raises(PhotoUnreadable) as refused:
        references.reference_template(desk, asking(portrait, "crash"), Box(0, 0, 99, 99), "standard", 128, "")
    assert refused.value.why == message("why.cell.ended", exit_code=-11)
    assert desk.templates == {}


def test_a_template_of_another_length_than_the_index_holds_is_refused(desk: Desk, portrait):
    face = examine_references([("good.jpg", portrait)])[0].faces[0]
    template, looks = references.reference_template(desk, portrait, face.box, "standard", 128, "")
    assert template is not None
    assert template.shape == (128,)
    assert looks == perceptual_hash(decode(portrait).pixels)
    desk.templates.clear()
    with pytest.raises(PhotoUnreadable):
        references.reference_template(desk, portrait, face.box, "standard", 512, "")


def test_an_engine_that_is_not_the_one_of_the_index_compares_nobody(desk: Desk, portrait):
    face = examine_references([("good.jpg", portrait)])[0].faces[0]
    with pytest.raises(EngineChanged):
        references.reference_template(desk, portrait, face.box, "standard", 128, "0" * 64)
    assert desk.templates == {}
