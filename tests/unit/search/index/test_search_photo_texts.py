"""Photos are found by what is written in them and by their path, and the index tells what of them was passed over."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import search_fakes
from dsr_desk.core.findings import Identifiers, ReasonKind
from dsr_desk.core.items import ItemKind
from dsr_desk.search.faces.pile import piles_of
from dsr_desk.search.index.build import LOOKED_AT_IN_PART
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.lookup import columns_of
from dsr_desk.search.index.photo_texts import texts_of
from dsr_desk.search.records.columns import ColumnKind
from dsr_desk.search.search import SubjectQuery, search
from search_fakes import all_items, build_fake

WILMA = Identifiers(names=("Wilma Quastenfloss",), emails=("wilma@example.org",))


def _photo(*others: Image.Image, faces: int = 0, **options: object) -> bytes:
    """A PNG or TIFF in whose pixels the fake engine reads so many faces."""
    first = Image.open(io.BytesIO(search_fakes.photo(*((9, shot) for shot in range(faces)))))
    out = io.BytesIO()
    if others:
        first.save(out, "TIFF", save_all=True, append_images=list(others), **options)
    else:
        first.save(out, "PNG", **options)
    return out.getvalue()


def _frame(person: int) -> Image.Image:
    return Image.open(io.BytesIO(search_fakes.photo((person, 0), salt=person))).convert("RGB")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, addressed):
    folder = tmp_path_factory.mktemp("texts")
    photos = folder / "set"
    (photos / "Wilma_Quastenfloss").mkdir(parents=True)
    (photos / "Wilma_Quastenfloss" / "0001.png").write_bytes(_photo())
    exif = Image.Exif()
    exif[0x010E] = "a picnic with wilma@example.org"
    (photos / "0002.png").write_bytes(_photo(exif=exif, faces=1))
    (photos / "0003.tif").write_bytes(_photo(_frame(5), _frame(6), faces=1))
    (photos / "0004.png").write_bytes(_photo(faces=2))
    index = folder / "texts.dsrindex"
    build_fake([photos], index, addressed=addressed)
    with Index.open(index, addressed.secret) as opened:
        yield opened


def _found(index: Index, **asked: object) -> dict[str, list[ReasonKind]]:
    result = search([index], SubjectQuery(**asked))
    return {one.address.member: [reason.kind for reason in one.reasons] for one in result.candidates}


def test_a_photo_is_found_by_its_folder_and_by_what_is_written_in_it_in_the_first_search(built):
    found = _found(built, identifiers=WILMA)
    assert found == {
        "Wilma_Quastenfloss/0001.png": [ReasonKind.RECORD],
        "0002.png": [ReasonKind.RECORD],
    }
    assert {item.kind for item in all_items(built)} == {ItemKind.PHOTO}
    assert built.about.records == 0


def test_what_is_known_of_a_photo_can_be_shown(built):
    fields = {item.address.member: built.fields(item.row) for item in all_items(built)}
    assert fields["0002.png"] == {"EXIF ImageDescription": "a picnic with wilma@example.org"}
    assert fields["Wilma_Quastenfloss/0001.png"]["folder"] == "Wilma Quastenfloss"
    assert fields["0004.png"] == {}


def test_columns_of_photos_are_not_guessed(built):
    kinds = dict(columns_of(built.db, 1).values())
    assert kinds["folder"] is ColumnKind.NAME
    assert kinds["path"] is kinds["EXIF ImageDescription"] is ColumnKind.FREE_TEXT


def test_faces_of_further_pictures_are_in_the_index_with_the_number_of_their_picture(built):
    (item,) = (one for one in all_items(built) if one.address.member == "0003.tif")
    assert [face.frame for face in built.faces_of([item.row])[item.row]] == [0, 1, 2]
    (candidate,) = (
        one
        for one in search(
            [built], SubjectQuery((search_fakes.template(6, 1),), search_fakes.FakeEngine.digest)
        ).candidates
        if one.address.member == "0003.tif"
    )
    assert (candidate.face, candidate.box) == (2, None)


def test_pictures_that_show_nobody_but_others_are_told(built, monkeypatch: pytest.MonkeyPatch):
    """The pile ends behind her face; a face that was not compared may be hers."""

    def cut(*asked):
        return {name: replace(pile, faces=pile.faces[:1]) for name, pile in piles_of(*asked).items()}

    def strangers(**more: object) -> tuple[int, ...]:
        asked = SubjectQuery((search_fakes.template(6, 1),), search_fakes.FakeEngine.digest, **more)
        (found,) = (one for one in search([built], asked).candidates if one.address.member == "0003.tif")
        return found.strangers

    assert strangers() == (), "each face is for review"
    monkeypatch.setattr("dsr_desk.search.search.piles_of", cut)
    assert strangers() == (0, 1)
    (item,) = (one for one in all_items(built) if one.address.member == "0003.tif")
    look = item.phash
    assert look
    assert strangers(reference_hashes=[look]) == (), "it is proposed for more than a face"
    built.db.conn.execute("UPDATE faces SET comparable = 0 WHERE item = ? AND frame = 1", [item.row])
    try:
        assert strangers() == (0,)
    finally:
        built.db.conn.rollback()


def test_a_photo_is_a_look_alike_by_any_of_its_pictures(built):
    rows, hashes = built.perceptual_hashes
    (here,) = (one.row for one in all_items(built) if one.address.member == "0003.tif")
    mine = [int(value).to_bytes(8) for row, value in zip(rows, hashes, strict=True) if row == here]
    assert len(mine) == 3
    assert all("0003.tif" in _found(built, reference_hashes=[look]) for look in mine)


def test_erasing_a_photo_takes_its_texts_looks_and_ledger_out(tmp_path: Path, addressed):
    from dsr_desk.search.index.erase import erase_items

    photos = tmp_path / "set"
    (photos / "Wilma").mkdir(parents=True)
    (photos / "Wilma" / "a.tif").write_bytes(_photo(*map(_frame, range(3, 8))))
    (photos / "0001.png").write_bytes(_photo(faces=1))
    build_fake([photos], tmp_path / "i.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        (doomed,) = (one for one in all_items(index) if one.address.member == "Wilma/a.tif")
        index.db.conn.execute("INSERT INTO partly VALUES (?, 'partly.frames', '')", [doomed.row])
        index.db.conn.commit()
        assert next(index.rows("SELECT count(*) FROM looks"))[0]
    erase_items(tmp_path / "i.dsrindex", addressed.secret, [doomed.address.id])
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        for table in ("looks", "partly", "records"):
            assert next(index.rows(f"SELECT count(*) FROM {table}"))[0] == 0
        assert _found(index, identifiers=Identifiers(names=("Wilma",))) == {}


def test_photos_of_an_older_program_are_looked_at_again(tmp_path: Path, addressed):
    photos, to = tmp_path / "set", tmp_path / "i.dsrindex"
    photos.mkdir()
    (photos / "a.png").write_bytes(_photo(faces=1))
    assert build_fake([photos], to, addressed=addressed).read == 1
    assert build_fake([photos], to, addressed=addressed).read == 0
    with Index.open(to, addressed.secret) as index:
        index.db.conn.execute("UPDATE items SET looked = 0")
        index.db.conn.commit()
    again = build_fake([photos], to, addressed=addressed)
    assert (again.read, again.photos, again.faces) == (1, 1, 1)


def test_an_update_asks_for_photos_of_an_older_program_without_reading_all_items(built):
    asked = [step[3] for step in built.rows(f"EXPLAIN QUERY PLAN {LOOKED_AT_IN_PART}")]
    assert asked == ["SCAN items USING COVERING INDEX items_half_looked"]
    assert list(built.rows(LOOKED_AT_IN_PART)) == []


@pytest.mark.parametrize(
    ("container", "member", "found"),
    [
        ("set", "images/train/000123.jpg", {}),
        ("set", "IMG_1234.jpg", {}),
        ("set/WilmaQuastenfloss.zip", "1.jpg", {"folder": "Wilma Quastenfloss"}),
        ("set", "wilma-quastenfloss (2).jpg", {"file name": "wilma quastenfloss"}),
        ("set/a.tar", "b.zip › Wilma/1.jpg", {"folder": "Wilma"}),
        ("set", "users/48213377/a.jpg", {"folder": "users"}),
        ("set", "wilma@example.org/1.jpg", {"folder": "wilma example org"}),
    ],
)
def test_a_path_says_who_may_be_meant_and_not_what_every_path_says(container, member, found):
    told = texts_of(container, member, {}, {})
    path = told.pop("path", "")
    assert told == found
    assert path in ("", member)
    assert bool(path) == bool(found)


def test_what_a_container_says_of_a_photo_is_kept_beside_what_the_photo_says():
    told = texts_of("set", "1.jpg", {"EXIF Artist": "Ann"}, {"caption": "Wilma at sea"})
    assert told == {"caption": "Wilma at sea", "EXIF Artist": "Ann"}
