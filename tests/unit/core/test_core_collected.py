"""When data was collected, as people write it down: in, out, or not known, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.core.collected import lies_between, periods_in

FIRST, LAST = date(2014, 1, 1), date(2019, 12, 31)


@pytest.mark.parametrize(
    "collected",
    [
        "2014 to 2019", "2014-2019", "2014 – 2019", "from 2014 until 2019", "between 2014 and 2019", "2014/2019",
        "2014-01-01/2019-12-31", "2015-03-01T08:00:00Z/2015-03-02T09:00:00Z", "2018-02 to 2019-12", "2016",
        "May 2015 to June 2016", "3. März 2019", "12.05.2018 bis 1.6.2019", "von Januar 2014 bis Dezember 2014",
        "05.2018", "2014, 2016-2018; 2019", "2019-12", " In 2015. ", "2018-05",
    ],
)  # fmt: skip
def test_what_lies_wholly_inside_is_in(collected: str) -> None:
    assert lies_between(collected, FIRST, LAST) is True


@pytest.mark.parametrize(
    "collected",
    [
        "2010 to 2013", "2020 to 2021", "until 2013", "bis 2013", "since 2020", "ab 2020", "2013-12-31", "2012",
        "2010; 2020 to 2021",
    ],
)  # fmt: skip
def test_what_lies_wholly_outside_is_out(collected: str) -> None:
    assert lies_between(collected, FIRST, LAST) is False


@pytest.mark.parametrize(
    "collected",
    [
        "2013 to 2015", "2019-06 to 2020-06", "2010-2025", "since 2015", "until 2015", "2012, 2016",
        # a single date says as well when something was published: what is older may be in it
        "2020", "2021-05-01", "March 2024",
        # a month for machines, two years for people
        "2013-19", "2013-14", "2010-12 to 2015",
        "2016, and some later", "2015; 2016; who knows",
        "2014 and 2016", "summer 2016", "about 2016", "2016 (mostly)", "2016?", "05/2016", "03/04/2016", "16",
        "2019-02-30", "2019-13", "2018 to 2016", "2016 to now", "unknown", "", "?", "n/a", "0000", "99999",
        "2014-2019-2020",
    ],
)  # fmt: skip
def test_what_overlaps_or_cannot_be_read_is_not_known(collected: str) -> None:
    assert lies_between(collected, FIRST, LAST) is None


def test_a_short_range_is_a_month_and_years() -> None:
    assert lies_between("2010-12", date(2010, 12, 1), date(2010, 12, 31)) is None
    assert lies_between("2010-12", date(2010, 1, 1), date(2012, 12, 31)) is True
    assert lies_between("2012-10", date(2012, 10, 1), date(2012, 10, 31)) is True


@given(st.text(alphabet="0123456789-/. tobisncemrz,;", max_size=24))
def test_whatever_is_written_there_is_an_answer(collected: str) -> None:
    assert lies_between(collected, FIRST, LAST) in (True, False, None)
    assert all(one.first <= one.last for one in periods_in(collected))


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_two_days_are_in_exactly_where_both_are(one: date, other: date) -> None:
    begin, end = sorted((one, other))
    found = lies_between(f"{begin} to {end}", FIRST, LAST)
    assert found is (True if begin >= FIRST and end <= LAST else False if end < FIRST or begin > LAST else None)
