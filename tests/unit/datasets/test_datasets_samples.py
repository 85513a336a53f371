"""Which members of an archive belong to which photos, whatever dots are in their names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.datasets.samples import Samples, stems

PARTS = st.lists(st.sampled_from(["a", "b", "2020", "05", "left"]), min_size=1, max_size=4).map(".".join)
KEYS = st.lists(PARTS, min_size=1, max_size=5, unique=True)


def test_a_member_belongs_to_all_photos_of_the_longest_beginning_that_it_shares() -> None:
    samples = Samples(["d/0001.left.jpg", "d/0001.right.jpg", "e/0001.jpg"], ["d/0001.json", "d/0001.left.txt"])
    assert samples.tie("d/0001.json") == "d/0001"
    assert samples.tie("d/0001.left.txt") == "d/0001.left"
    assert samples.tie("e/0001.jpg.json") == "e/0001.jpg"
    assert samples.tie("0001.json") == samples.tie("d/0002.json") == ""
    assert samples.lost(["d/0001.left.jpg"]) == ({"d/0001.left", "d/0001.left.jpg"}, {"d/0001"})


def test_a_name_that_begins_with_a_dot_has_a_stem_all_the_same() -> None:
    assert list(stems("d/.hidden")) == ["d/.hidden"]
    assert list(stems("d/a.b.c")) == ["d/a.b.c", "d/a.b", "d/a"]


@given(KEYS, st.data())
def test_with_a_photo_goes_what_is_its_own_and_nothing_that_another_photo_is_as_close_to(
    keys: list[str], data: st.DataObject
) -> None:
    """Each key has a photo and an embedding of exactly its name: they go together, whatever the other keys are."""
    photos = [f"{key}.jpg" for key in keys]
    samples = Samples(photos, [f"{key}.npy" for key in keys])
    gone = data.draw(st.sets(st.sampled_from(photos)))
    lost, shared = samples.lost(gone)
    for key in keys:
        tie = samples.tie(f"{key}.npy")
        assert tie == key
        if f"{key}.jpg" not in gone:
            assert tie not in lost
        else:
            deeper = [one for one in photos if one.startswith(f"{key}.") and one not in gone]
            assert (tie in lost) == (not deeper)
            assert tie in lost | shared


def test_annotations_belong_to_the_photos_of_the_folder_that_runs_beside_theirs() -> None:
    photos = ["VOC/JPEGImages/1.jpg", "VOC/JPEGImages/2.jpg", "images/train/1.jpg", "other/1.jpg"]
    samples = Samples(photos, ["VOC/Annotations/1.xml", "labels/train/1.txt"])

    assert samples.tie("VOC/Annotations/1.xml") == samples.group("VOC/JPEGImages/1.jpg") == "VOC/JPEGImages/1"
    assert samples.tie("labels/train/1.txt") == samples.group("images/train/1.jpg") == "images/train/1"
    assert (
        samples.tie("labels/test/1.txt") == samples.tie("Annotations/1.xml") == samples.tie("VOC/Annotations/1") == ""
    )
