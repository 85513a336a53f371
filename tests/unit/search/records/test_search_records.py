"""Records by identifiers and names, links between photos and records, and the whole search."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import pytest

import search_fakes
from dsr_desk.core.findings import FoundBy, Identifiers, ReasonKind
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.faces.presets import PRESETS, card_of
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.search.index.correcting import correct
from dsr_desk.search.index.erase import erase_items
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.postings import read_run
from dsr_desk.search.index.vocabulary import known_words
from dsr_desk.search.records.columns import ColumnKind, guess_kind
from dsr_desk.search.records.confirming import address_words, dates_in, same_address
from dsr_desk.search.records.identifiers import email_forms, hashes_of, phone_forms
from dsr_desk.search.records.match_names import compare_names
from dsr_desk.search.records.names import name_tokens
from dsr_desk.search.records.search import find_records, wanted
from dsr_desk.search.scope import not_in_index
from dsr_desk.search.search import SubjectQuery, search
from search_fakes import all_items, build_fake, photo


@pytest.fixture(scope="module")
def indexes(world):
    with (
        Index.open(world.photo_index, world.addressed.secret) as photos,
        Index.open(world.table_index, world.addressed.secret) as table,
    ):
        yield photos, table


def rows_found(index: Index, identifiers: Identifiers) -> dict[str, list[str]]:
    """Sentences by the name in the record."""
    found = find_records(index, wanted(identifiers, index.country)).reasons
    return {index.fields(row)["name"]: [reason.says.say() for reason in reasons] for row, reasons in found.items()}


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("email", ["a@b.de"], ColumnKind.EMAIL),
        ("contact", ["a@b.de", "c@d.org", ""], ColumnKind.EMAIL),
        ("Full Name", ["Ann Lee"], ColumnKind.NAME),
        ("userName", ["annlee"], ColumnKind.USER_NAME),
        ("user_id", ["17"], ColumnKind.ACCOUNT_ID),
        ("owner.account_id", ["17"], ColumnKind.ACCOUNT_ID),
        ("Telefon", ["0171 2345678"], ColumnKind.PHONE),
        ("x", ["+49 171 2345678", "+1 202 555 0143"], ColumnKind.PHONE),
        ("date_of_birth", ["1980-01-01"], ColumnKind.DATE_OF_BIRTH),
        ("created", ["2020-01-01"], ColumnKind.OTHER),
        ("file", ["a/b.jpg"], ColumnKind.PHOTO_REFERENCE),
        ("path", ["a/b.jpg", "c.png"], ColumnKind.PHOTO_REFERENCE),
        ("caption", ["x"], ColumnKind.FREE_TEXT),
        ("image_caption", ["a man"], ColumnKind.FREE_TEXT),
        ("image", ["she was at the lake that day", "a man on a bicycle in town"], ColumnKind.FREE_TEXT),
        ("remarks", ["she was at the lake that day", "a man on a bicycle in town"], ColumnKind.FREE_TEXT),
        ("Straße", ["Hauptstr. 1"], ColumnKind.ADDRESS),
        ("product name", ["Lamp"], ColumnKind.OTHER),
        ("score", ["0.1"], ColumnKind.OTHER),
    ],
)
def test_a_column_is_guessed_from_its_header_and_its_content(header, values, kind):
    assert guess_kind(header, values) is kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann.Lee@Example.ORG", ["ann.lee@example.org"]),
        ("ann.lee+news@example.org", ["ann.lee+news@example.org", "ann.lee@example.org"]),
        ("A.n.n+x@googlemail.com", ["a.n.n+x@googlemail.com", "ann@gmail.com"]),
        ("ann@gmail.com", ["ann@gmail.com"]),
        ("not an address", []),
    ],
)
def test_e_mails_have_a_strong_and_a_weaker_form(value, expected):
    assert [form.text for form in email_forms(value)] == expected


def test_phones_meet_in_e164_whatever_way_they_are_written():
    ways = ["+49 171 2345678", "0049171/2345678", "0171 2345678", "(0171) 234-5678"]
    assert {phone_forms(way, "DE")[0].text for way in ways} == {"+491712345678"}
    shared = {form.text for form in phone_forms("0171 2345678")} & {form.text for form in phone_forms("+491712345678")}
    assert shared


@pytest.mark.parametrize(
    ("one", "other", "notes"),
    [
        ("Ann Lee", "ann lee", ""),
        ("Ann Lee", "Lee, Ann", "order"),
        ("Müller Łukasz", "Lukasz Mueller", "letters"),
        ("Иван Петров", "Ivan Petrov", "letters"),
        ("محمد حسن", "Mohammed Hassan", "letters"),
        ("Robert Stone", "Bob Stone", "nickname"),
        ("Robert Stone", "R. Stone", "initial"),
        ("Юлия Волкова", "Ю. Волкова", "initial"),
        ("Юлия Цветкова", "Iuliia Tsvetkova", "letters"),
        ("Julia Zwetkowa", "Yulia Tsvetkova", "sound"),
        ("Екатерина Волкова", "Катя Волкова", "nickname"),
        ("Юлия Волкова", "Юлея Волкова", "misspelled"),
        ("Ann De La Cruz", "Ann Delacruz", "joined"),
        ("Robert Stone", "Robert Stome", "misspelled"),
        ("Robert Stone", "Rboert Stone", "misspelled"),
        ("Tom Stone", "To Stone", "misspelled"),
        ("Eva Müller", "Eva Mueler", "misspelled"),
        ("Robert Stone", "Robert James Stone", "parts"),
    ],
)
def test_names_are_compared_with_a_reason(one, other, notes):
    likeness = compare_names(one, other)
    assert likeness is not None
    assert set(notes.split()) <= {note.code.removeprefix("likeness.") for note in likeness.notes}
    assert bool(notes) == bool(likeness.notes)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann Lee", "Bob Stone"), ("Ann Lee", "Ann Stone"), ("Ann Lee", "Ann"), ("Ann Lee", "Lee"), ("Jo Li", "Al Li")],
)
def test_different_names_are_not_alike(one, other):
    assert compare_names(one, other) is None


def misspelled(rng: random.Random, word: str) -> str:
    """One letter left out, put in, replaced, or two that changed places."""
    at, letter = rng.randrange(len(word) - 1), rng.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return rng.choice(ways)


def test_a_name_is_known_again_with_one_letter_wrong():
    rng = random.Random(4)
    syllables = ["ba", "ke", "lio", "mu", "ne", "po", "ra", "sie", "tu", "vo"]
    for _ in range(300):
        first, last = ("".join(rng.choices(syllables, k=count)).title() for count in (2, 3))
        damaged = (misspelled(rng, first), last) if rng.random() < 0.5 else (first, misspelled(rng, last))
        assert compare_names(f"{first} {last}", " ".join(damaged)) is not None


def test_accents_and_scripts_do_not_part_names():
    assert name_tokens("Müller") == ("muller", "mueller", "~mlr")
    assert name_tokens("Łukasz") == ("lukasz", "~lks")
    assert name_tokens("Dr. Anna von Berg") == ("anna", "~n", "berg", "~frk")
    assert name_tokens("Юлия") == ("yuliya", "юлия", "~l")


def test_an_identifier_is_found_exactly_with_the_field_that_holds_it(indexes):
    found = rows_found(indexes[1], Identifiers(emails=("ANN.LEE@example.org",)))
    assert found["Ann Lee"] == ["e-mail in column email is the same"]
    assert found["Bob Stone"] == ["e-mail mentioned in column notes is the same"]
    assert rows_found(indexes[1], Identifiers(phones=("0171-2345678",))) == {
        "Ann Lee": ["phone number in column phone is the same"]
    }
    assert "Ann Lee" in rows_found(indexes[1], Identifiers(account_ids=("7",)))


def test_an_identifier_given_as_a_hash_finds_the_plain_one(indexes):
    for name in ("md5", "sha1", "sha256"):
        given = hashlib.new(name, b"ann.lee@example.org", usedforsecurity=False).hexdigest().upper()
        assert "hash that was asked for" in rows_found(indexes[1], Identifiers(emails=(given,)))["Ann Lee"][0]


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_a_table_of_hashes_is_searched_with_a_plain_identifier(tmp_path, addressed, name):
    hashed = hashlib.new(name, b"ann@x.org", usedforsecurity=False).hexdigest()
    phone = hashlib.new(name, b"1712345678", usedforsecurity=False).hexdigest()
    (tmp_path / "t.csv").write_text(f"name,contact\nAnn,{hashed}\nPhone,{phone}\nBob,{'0' * len(hashed)}\n")
    build_fake([tmp_path / "t.csv"], tmp_path / "i.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        found = rows_found(index, Identifiers(emails=("Ann@x.org",), phones=("+491712345678",)))
    assert sorted(found) == ["Ann", "Phone"]
    assert "hash" in found["Ann"][0]


def test_names_are_found_closely_and_dates_only_confirm(indexes):
    found = rows_found(indexes[1], Identifiers(names=("Anne Lee", "Mueller, Lukasz"), dates_of_birth=("17/05/1980",)))
    assert found["Ann Lee"][1] == "date of birth in column born agrees"
    assert "Łukasz Müller" in found
    assert "Ana Lée" in rows_found(indexes[1], Identifiers(names=("Anna Lee",)))
    assert rows_found(indexes[1], Identifiers(dates_of_birth=("1980-05-17",))) == {}


def test_a_nickname_is_found(indexes):
    assert set(rows_found(indexes[1], Identifiers(names=("Bobby Stone",)))) == {"Bob Stone", "Robert Stone"}


def test_free_text_that_mentions_a_name_is_found(indexes):
    found = rows_found(indexes[1], Identifiers(names=("Ann Lee",)))
    assert found["Łukasz Müller"] == ["text in column notes mentions what the subject is known by"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1980-05-17", {"1980-05-17"}),
        ("17.5.1980", {"1980-05-17"}),
        ("05/17/1980", {"1980-05-17"}),
        ("05/06/1980", {"1980-05-06", "1980-06-05"}),
        ("17.05.80", {"1980-05-17", "2080-05-17"}),
        ("19800517", {"1980-05-17"}),
        ("1980-05-17T00:00:00", {"1980-05-17"}),
        ("17 May 1980", {"1980-05-17"}),
        ("17. März 1980", {"1980-03-17"}),
        ("August 3, 1980", {"1980-08-03"}),
        ("May 1980", set()),
        ("", set()),
    ],
)
def test_a_date_is_compared_in_every_way_it_can_be_read(value, expected):
    assert dates_in(value) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lindenstraße 12, 20095 Hamburg", "20095 HAMBURG, Lindenstr. 12", True),
        ("Lindenstraße 12, 20095 Hamburg", "Lindenstrasse 12", True),
        ("Lindenstraße 12, 20095 Hamburg", "Hamburg", False),
        ("Lindenstraße 12, 20095 Hamburg", "12", False),
        ("Lindenstraße 12, 20095 Hamburg", "Lindenstraße 13, 20095 Hamburg", False),
        ("12 Oak Street, Salem", "Salem, 12 Oak St.", True),
    ],
)
def test_addresses_agree_by_their_words_and_a_number(one, other, same):
    assert same_address(address_words(one), address_words(other)) is same


def test_a_wrong_guess_is_corrected_without_reading_photos_again(tmp_path, addressed):
    (tmp_path / "t.csv").write_text("code,nr\nannlee,1\nbob,2\n")
    build_fake([tmp_path / "t.csv"], tmp_path / "i.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        subject = wanted(Identifiers(user_names=("AnnLee",)))
        before = [reason.says.say() for reasons in find_records(index, subject).reasons.values() for reason in reasons]
    correct(index.folder, addressed.secret, "code", ColumnKind.USER_NAME)
    with Index.open(tmp_path / "i.dsrindex", addressed.secret) as index:
        after = [reason.says.say() for reasons in find_records(index, subject).reasons.values() for reason in reasons]
    assert "user name in column code is the same" not in before
    assert after == ["user name in column code is the same"]


def test_a_search_finds_all_photos_of_a_person_and_few_strangers(indexes):
    question = SubjectQuery([search_fakes.template(5, 99)], "fake-1")
    result = search(indexes, question)
    photos = [candidate.address.member for candidate in result.candidates]
    assert set(photos[:3]) == {"p005_0.png", "p005_1.png", "p005_2.png"}
    assert 3 <= result.pile.count <= 40
    assert result.compared_faces == 333
    assert result.complete


def test_a_group_photo_names_the_face_that_was_found(indexes):
    result = search(indexes, SubjectQuery([search_fakes.template(2, 99)], "fake-1"))
    group = next(candidate for candidate in result.candidates if candidate.address.member == "group.png")
    assert group.face == 1
    assert group.box is not None
    assert group.box.left == 10


def test_a_record_brings_its_photos_and_its_account(indexes):
    result = search(indexes, SubjectQuery(identifiers=Identifiers(emails=("ann.lee@example.org",))))
    links = {
        candidate.address.member: reason.says
        for candidate in result.candidates
        for reason in candidate.reasons
        if reason.kind is ReasonKind.LINK
    }
    assert links["p001_1.png"] == message("reason.link.photo", column="photo", item="profiles.csv")
    assert "none.png" in links
    assert "reason.link.account" in {says.code for says in links.values()}


def test_a_confirmed_photo_brings_its_record_and_the_other_photos_of_the_account(indexes):
    photos, _ = indexes
    hit = next(item for item in all_items(photos) if item.address.member == "p001_1.png")
    result = search(indexes, SubjectQuery(confirmed=[(hit.address.id, 0)]))
    found = {candidate.address.place for candidate in result.candidates}
    assert found == {"profiles.csv", "photos › none.png"}
    assert sum(candidate.address.container == "profiles.csv" for candidate in result.candidates) == 2


def test_a_sidecar_is_linked_to_its_photo_and_by_a_short_number_to_nobody_of_another_dataset(indexes):
    photos, _ = indexes
    hit = next(item for item in all_items(photos) if item.address.member == "p002_1.png")
    result = search(indexes, SubjectQuery(confirmed=[(hit.address.id, 0)]))
    assert {candidate.address.place for candidate in result.candidates} == {"photos › p002_1.json"}
    told = message("statement.link.elsewhere", count=1, column="owner.account_id", name="profiles")
    assert told in result.statement


def test_a_record_that_mentions_the_subject_does_not_bring_its_owners_account(indexes):
    result = search(indexes, SubjectQuery(identifiers=Identifiers(user_names=("friend of Ann Lee",))))
    found = {candidate.address.place: candidate.reasons[0] for candidate in result.candidates}
    assert found["profiles.csv"].by is FoundBy.MENTION
    assert list(found) == ["profiles.csv"]


def test_many_namesakes_bring_nothing_before_they_are_confirmed(indexes, monkeypatch):
    question = SubjectQuery(identifiers=Identifiers(names=("Ann Lee",)))
    assert any(one.kind is ItemKind.PHOTO for one in search(indexes, question).candidates)
    monkeypatch.setattr("dsr_desk.search.search.MOST_NAMESAKES", 0)
    assert not any(one.kind is ItemKind.PHOTO for one in search(indexes, question).candidates)


def test_a_refused_link_brings_nothing(indexes):
    photos, table = indexes
    record = next(item for item in all_items(table))
    photo_item = next(item for item in all_items(photos) if item.address.member == "p001_1.png")
    question = SubjectQuery(
        identifiers=Identifiers(emails=("ann.lee@example.org",)),
        refused_links={(photo_item.address.id, record.address.id)},
    )
    members = [candidate.address.member for candidate in search(indexes, question).candidates]
    assert "p001_1.png" not in members
    assert "none.png" in members


def test_a_confirmed_hit_becomes_a_reference_and_undoing_it_takes_its_effect_back(indexes):
    photos, _ = indexes
    hit = next(item for item in all_items(photos) if item.address.member == "p030_0.png")
    plain = SubjectQuery([search_fakes.template(5, 99)], "fake-1")
    grown = SubjectQuery([search_fakes.template(5, 99)], "fake-1", confirmed=[(hit.address.id, 0)])
    before, after = search(indexes, plain), search(indexes, grown)
    assert {one.id for one in before.candidates} <= {one.id for one in after.candidates}
    assert "p030_1.png" in [one.address.member for one in after.candidates]
    assert search(indexes, plain) == before


def test_a_look_alike_of_a_reference_is_a_candidate(indexes):
    photos, _ = indexes
    item = next(item for item in all_items(photos) if item.address.member == "p050_1.png")
    result = search(indexes, SubjectQuery(reference_hashes=[item.phash]))
    assert any(
        candidate.id == item.address.id and candidate.reasons[0].kind is ReasonKind.DUPLICATE
        for candidate in result.candidates
    )


def test_what_was_not_searched_is_said(indexes):
    question = SubjectQuery([search_fakes.template(5, 99)], "another-engine")
    result = search(indexes, question, unopened={"old": message("why.index.database")})
    said = {part.what: part.count for part in result.gaps}
    assert said[message("gap.photos.no_face_found", name="photos")] == 1
    (crashed,) = [part for part in result.gaps if part.what == message("gap.photos.crashed", name="photos")]
    assert (crashed.count, crashed.places) == (1, ("photos › crash.png",))
    assert "code 3" in crashed.why.say()
    (broken,) = [part for part in result.gaps if part.what == message("gap.photos.unreadable", name="photos")]
    assert broken.places == ("photos › broken.png",)
    assert said[message("gap.index.faces", name="photos")] == 333
    assert message("gap.index.whole", name="old") in said
    assert message("gap.records") in said
    assert not result.complete


def test_a_search_tells_of_each_index_as_it_goes(indexes):
    seen = []
    search(
        indexes,
        SubjectQuery([search_fakes.template(5, 99)], "fake-1", Identifiers(account_ids=("10",))),
        on_index=lambda name, candidates: seen.append((name, len(candidates) > 0)),
    )
    assert seen == [("photos", True), ("profiles", True)]


def test_a_cancelled_search_lists_what_it_did_not_reach(indexes):
    cancel = CancelToken()
    cancel.cancel()
    result = search(indexes, SubjectQuery([search_fakes.template(5, 99)], "fake-1"), cancel=cancel)
    assert not result.complete
    assert {message("gap.index.whole", name=name) for name in ("photos", "profiles")} <= {
        part.what for part in result.gaps
    }


def test_a_small_index_shows_every_close_face_and_says_so(tmp_path, addressed):
    photos = tmp_path / "photos"
    photos.mkdir()
    for shot in range(9):
        (photos / f"{shot}.png").write_bytes(photo((4, shot)))
    build_fake([photos], tmp_path / "small.dsrindex", addressed=addressed)
    with Index.open(tmp_path / "small.dsrindex", addressed.secret) as index:
        result = search([index], SubjectQuery([search_fakes.template(4, 99)], "fake-1"))
    assert result.pile.count == 9
    assert all(reason.expected_strangers is None for one in result.candidates for reason in one.reasons)
    assert "statement.untrusted.all" in [sentence.code for sentence in result.statement]


def small_index(tmp_path, addressed, table, country="DE"):
    (tmp_path / "t.csv").write_text(table)
    build_fake([tmp_path / "t.csv"], tmp_path / "i.dsrindex", addressed=addressed, country=country)
    return tmp_path / "i.dsrindex"


def test_neither_a_date_of_birth_nor_an_address_proposes_a_record(tmp_path, addressed):
    folder = small_index(
        tmp_path, addressed, 'name,born,address\nAnn Lee,1980-05-17,"Oak St 1, 20095 Salem"\nBo,1980-05-17,\n'
    )
    with Index.open(folder, addressed.secret) as index:
        known = {"dates_of_birth": ("17.05.1980",), "addresses": ("Oak Street 1, 20095 Salem",)}
        assert rows_found(index, Identifiers(**known)) == {}
        assert rows_found(index, Identifiers(names=("Ann Lee",), **known)) == {
            "Ann Lee": [
                "name in column name: the same",
                "date of birth in column born agrees",
                "address in column address agrees",
            ]
        }


def test_a_day_of_birth_that_may_be_two_days_agrees_with_either(tmp_path, addressed):
    table = "name,born\nAnn Lee,1992-04-03\nAnn M. Lee,1992-03-04\nAnn P. Lee,1992-03-05\n"
    with Index.open(small_index(tmp_path, addressed, table), addressed.secret) as index:
        found = rows_found(index, Identifiers(names=("Ann Lee",), dates_of_birth=("03/04/1992",)))
    agrees = {name for name, reasons in found.items() if "date of birth in column born agrees" in reasons}
    assert (agrees, set(found) - agrees) == ({"Ann Lee", "Ann M. Lee"}, {"Ann P. Lee"})


def test_a_number_or_address_of_mail_inside_a_text_is_a_mention(tmp_path, addressed):
    table = "name,notes\nAnn,call 0171 / 234 56 78 or write to BO+x@x.org\nCy,on 2020-01-01 12:00:00\n"
    folder = small_index(tmp_path, addressed, table)
    with Index.open(folder, addressed.secret) as index:
        assert rows_found(index, Identifiers(phones=("+49 171 2345678",))) == {
            "Ann": ["phone number mentioned in column notes is the same"]
        }
        assert rows_found(index, Identifiers(emails=("bo@x.org",))) == {
            "Ann": ["e-mail mentioned in column notes is the same apart from a plus tag"]
        }


def test_a_number_of_another_country_is_found_without_that_countrys_code(tmp_path, addressed):
    folder = small_index(tmp_path, addressed, "name,phone\nAnn,601 234 567\nBo,(0)601-234-568\n")
    with Index.open(folder, addressed.secret) as index:
        found = rows_found(index, Identifiers(phones=("+48 601 234 567",)))
    assert found == {"Ann": ["phone number in column phone is the same apart from the country's code"]}


def test_nothing_that_an_erased_record_was_found_by_is_left(tmp_path, addressed):
    table = "name,email,notes\nAnn Lee,ann@x.org,by the lake\nBo Lee,bo@x.org,at home\n"
    folder = small_index(tmp_path, addressed, table)
    with Index.open(folder, addressed.secret) as index:
        ann = next(one.address.id for one in all_items(index) if index.fields(one.row)["name"] == "Ann Lee")
    erase_items(folder, addressed.secret, [ann])
    with Index.open(folder, addressed.secret) as index:
        assert known_words(index.db) == {"bo", "lee"}
        assert (
            rows_found(index, Identifiers(names=("Ann Lee",), emails=("ann@x.org",), user_names=("by the lake",))) == {}
        )
        items = {item for (run,) in index.rows("SELECT id FROM runs") for item in read_run(index.db, run)[1].tolist()}
        assert items == {one.row for one in all_items(index)}
        assert list(rows_found(index, Identifiers(emails=("bo@x.org",)))) == ["Bo Lee"]
        assert list(index.rows("SELECT count(*) FROM free_text")) == [(1,)]


def test_a_name_with_too_many_namesakes_says_how_many_were_not_compared(tmp_path, addressed, monkeypatch):
    monkeypatch.setattr("dsr_desk.search.records.match_names.MOST_RECORDS", 3)
    folder = small_index(tmp_path, addressed, "name\n" + "Ann Lee\n" * 2 + "Anna Lee\n" * 4)
    with Index.open(folder, addressed.secret) as index:
        found = find_records(index, wanted(Identifiers(names=("Ann Lee",))))
        assert [index.fields(row)["name"] for row in found.reasons] == ["Ann Lee", "Ann Lee", "Anna Lee"]
        assert found.beyond == 3
        said = search([index], SubjectQuery(identifiers=Identifiers(names=("Ann Lee",)))).gaps
        assert (message("gap.records.similar", name="i"), 3) in [(one.what, one.count) for one in said]


def test_a_list_of_ten_thousand_hashes_is_looked_up_at_once(world):
    known = hashes_of("l.mueller@example.org")["sha1"]
    listed = tuple(hashes_of(f"p{number}@elsewhere.org")["sha1"] for number in range(10_000))
    with Index.open(world.table_index, world.addressed.secret) as index:
        found = find_records(index, wanted(Identifiers(emails=(*listed, known)))).reasons
        assert [index.fields(row)["name"] for row in found] == ["Łukasz Müller"]


def test_of_an_index_made_with_older_detectors_it_is_said_what_they_missed(indexes, monkeypatch):
    photos, _ = indexes
    older = message("gap.faces.older", name="photos")
    none = message("gap.photos.no_face_found", name="photos")
    for card, said, why in (
        (None, True, "why.photos.no_face_found"),
        (card_of(PRESETS["standard"]), False, "why.photos.no_face_turned"),
    ):
        monkeypatch.setattr(photos, "about", replace(photos.about, engine="standard", engine_card=card))
        gaps = {part.what: part.why.code for part in not_in_index(photos)}
        assert (older in gaps) == said
        assert gaps[none] == why


def test_a_search_by_name_says_how_far_free_text_was_read(indexes):
    by_name = search(indexes, SubjectQuery(identifiers=Identifiers(names=("Ann Lee",)))).statement
    by_mail = search(indexes, SubjectQuery(identifiers=Identifiers(emails=("ann@lee.org",)))).statement
    assert "statement.names.text" in [one.code for one in by_name]
    assert "statement.names.text" not in [one.code for one in by_mail]
