"""Names in other scripts stand for the person that they name, and not for others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from dsr_desk.search.index.folder import Index
from dsr_desk.search.records import scripts
from dsr_desk.search.records.match_names import compare_names
from dsr_desk.search.records.names import LONGEST_NAME, NAME_ENGINE, name_tokens, words_of
from dsr_desk.search.scope import names_not_compared


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("赵明华", "Zhao Minghua"),
        ("赵明华", "Ming Hua Zhao"),
        ("趙明華", "赵明华"),
        ("单玉梅", "Shan Yumei"),
        ("田中花子", "Tanaka Hanako"),
        ("田中花子", "タナカ ハナコ"),
        ("박영수", "Park Young-soo"),
        ("박영수", "Pak Yongsu"),
        ("רחל כהן", "Rachel Cohen"),
        ("प्रकाश वर्मा", "Prakash Verma"),
        ("Գոռ Պետրոսյան", "Gor Petrosyan"),
        ("عبد الكريم سعيد", "Abdulkarim Saeed"),
        ("عبد الكريم سعيد", "Abdel Karim Said"),
        ("Zbigniew Nowak", "Zbyszek Nowak"),
        ("Anna Kowalska", "#AnnaKowalska"),
        ("Anna Kowalska", "Anna\u3000Kowal\u00adska"),
    ],
)
def test_one_person_in_two_spellings_is_found(wanted: str, there: str) -> None:
    assert compare_names(wanted, there) is not None


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("赵明华", "赵明花"),
        ("赵明华", "Zhao Minghu"),
        ("박영수", "박영서"),
        ("박영수", "Park Young-seo"),
        ("田中花子", "田中花枝"),
        ("عبد الكريم سعيد", "عبد الرحيم سعيد"),
        ("Trần Văn Đức", "Minh Đức Trần"),
    ],
)
def test_another_person_is_not(wanted: str, there: str) -> None:
    assert compare_names(wanted, there) is None


def test_a_name_of_ten_million_letters_is_read_at_its_beginning_alone() -> None:
    assert sum(map(len, words_of("Anna 王" * 2_000_000))) <= LONGEST_NAME
    assert len(name_tokens("王小明" * 3_000_000)) < 100


def test_an_index_of_an_older_way_says_what_it_did_not_compare() -> None:
    index = _index(names=1, japanese=False)
    assert [gap.what.code for gap in names_not_compared(index, ["Anna Nowak"])] == ["gap.names.older"]


@pytest.mark.parametrize(("built_with", "here"), [(True, False), (False, True)])
def test_japanese_readings_that_were_not_looked_for_are_told(
    built_with: bool, here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr_desk.search.scope.japanese_installed", lambda: here)
    index = _index(names=NAME_ENGINE, japanese=built_with)
    assert [gap.what.code for gap in names_not_compared(index, ["田中花子"])] == ["gap.names.japanese"]
    assert names_not_compared(index, ["Anna Nowak"]) == []


def test_the_dictionary_of_japanese_names_is_part_of_what_tests_run_with() -> None:
    assert scripts.japanese_installed()


def _index(**about: object) -> Index:
    said = SimpleNamespace(records=1, **about)
    return cast(Index, SimpleNamespace(about=said, name="people"))
