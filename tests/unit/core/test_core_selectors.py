"""Selectors are read as they are said, refused with the place of what is wrong, and compared by whole names."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.selectors import (
    DEEPEST,
    LONGEST,
    AllOf,
    AnyOf,
    Called,
    CollectedBetween,
    ColumnIs,
    InList,
    MadeFrom,
    NamedBy,
    Not,
    Selector,
    SelectorMalformed,
    composed,
    lists_in,
    parse,
    plain_name,
    said,
    selectors_in,
)

TEXTS = st.text(max_size=12)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))
ATOMS = st.one_of(
    st.builds(NamedBy, st.sampled_from(Called), TEXTS),
    st.builds(lambda first, days: CollectedBetween(first, first + timedelta(days)), DAYS, st.integers(0, 4000)),
    st.builds(ColumnIs, TEXTS | st.sampled_from(("supplier", "a.b-c", "1st", "and")), TEXTS),
    st.builds(InList, TEXTS),
)


def joined(inner: st.SearchStrategy[Selector]) -> st.SearchStrategy[Selector]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(AllOf, several), st.builds(AnyOf, several), st.builds(Not, inner), st.builds(MadeFrom, inner)
    )


SELECTORS = st.recursive(ATOMS, joined, max_leaves=8)


@given(SELECTORS)
def test_what_is_said_is_read_as_the_same(selector: Selector) -> None:
    assert parse(said(selector)) == selector
    assert said(selector).isprintable()


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text)
    except SelectorMalformed as error:
        refused = error
    else:
        assert parse(said(read)) == read
        return
    at = refused.details["at"]
    assert isinstance(at, int)
    assert 1 <= at <= len(text) + 1


def test_not_binds_closer_than_and_and_that_closer_than_or() -> None:
    a, b, c = (NamedBy(Called.DATASET, name) for name in "abc")
    text = 'not dataset = "a" and dataset = "b" or dataset = "c"'
    assert parse(text) == AnyOf((AllOf((Not(a), b)), c))
    assert parse('not (dataset = "a" and (dataset = "b" or dataset = "c"))') == Not(AllOf((a, AnyOf((b, c)))))
    assert said(AllOf((AnyOf((a, b)), c))) == '(dataset = "a" or dataset = "b") and dataset = "c"'


def test_words_may_be_written_in_capitals_and_with_any_spaces() -> None:
    text = '  SUPPLIER="x"\n AND(Items IN  LIST "y"OR made FROM(prefix="z"))'
    inner = AnyOf((InList("y"), MadeFrom(NamedBy(Called.PREFIX, "z"))))
    assert parse(text) == AllOf((NamedBy(Called.SUPPLIER, "x"), inner))
    assert parse('column Supplier = "x"') == ColumnIs("Supplier", "x")


@pytest.mark.parametrize(
    ("text", "at", "why"),
    [
        ("", 1, "selector.word"),
        ('provider = "x"', 1, "selector.unknown"),
        ("supplier", 9, "selector.expected"),
        ("supplier = x", 12, "selector.quotes"),
        ("supplier = “x”", 12, "selector.quotes"),
        ('supplier = "x', 12, "selector.unended"),
        ('supplier = "x" dataset = "y"', 16, "selector.more"),
        ('(supplier = "x"', 16, "selector.expected"),
        ('supplier = "x" and', 19, "selector.word"),
        ("collected between 2019-02-30 and 2019-03-01", 19, "selector.day"),
        ("collected between 2019-03-02 and 2019-03-01", 34, "selector.backwards"),
        ('made from dataset = "x"', 11, "selector.expected"),
        ("not " * (DEEPEST + 1) + 'dataset = "x"', 4 * DEEPEST + 1, "selector.deep"),
        ("(" * (DEEPEST + 1), DEEPEST + 1, "selector.deep"),
        (" " * (LONGEST + 1), LONGEST, "selector.too-long"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(text: str, at: int, why: str) -> None:
    with pytest.raises(SelectorMalformed) as refused:
        parse(text)
    assert refused.value.details["at"] == at
    assert refused.value.why.code == why


def test_names_are_compared_whole_without_capitals_and_outer_spaces() -> None:
    assert plain_name("  Brightwater PICTURES ") == plain_name("brightwater pictures")
    assert plain_name("Cafe\u0301") == plain_name("CAFÉ")
    assert plain_name("Straße") == plain_name("STRASSE")
    assert plain_name("Brightwater Pictures Ltd") != plain_name("Brightwater Pictures")
    assert plain_name("Brightwater  Pictures") != plain_name("Brightwater Pictures")


def test_places_are_compared_letter_by_letter() -> None:
    assert composed("cafe\u0301/a.jpg") == "café/a.jpg"
    assert composed("A.jpg") != composed("a.jpg")
    assert composed("a ") != composed("a")


def test_lists_are_named_once_wherever_they_stand() -> None:
    text = 'items in list "a" and not (made from (items in list "b") or items in list "a")'
    assert lists_in(parse(text)) == ("a", "b")
    assert next(iter(selectors_in(parse(text)))) == parse(text)
