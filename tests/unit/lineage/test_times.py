from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dsr_desk.lineage.importers.draft import MOST_OF_A_KIND, LineageDraft
from dsr_desk.lineage.importers.times import since_1970, when


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, ""),
        ("", ""),
        ("  ", ""),
        ("2024", "2024-12-31T00:00:00Z"),
        (2024, "2024-12-31T00:00:00Z"),
        ("2024-02", "2024-02-29T00:00:00Z"),
        ("2024-W23", "2024-06-09T00:00:00Z"),
        ("2024-06-03", "2024-06-03T00:00:00Z"),
        ("20240603", "2024-06-03T00:00:00Z"),
        ("20240603101112", "2024-06-03T10:11:12Z"),
        ("2024-06-03 10:00", "2024-06-03T10:00:00Z"),
        ("2024-06-03T10:00:00.123456789+02:00", "2024-06-03T08:00:00Z"),
        (date(2024, 6, 3), "2024-06-03T00:00:00Z"),
        (datetime(2024, 6, 3, 10, tzinfo=UTC), "2024-06-03T10:00:00Z"),
    ],
)
def test_iso_times_of_every_length_are_read_without_a_word(said: object, meant: str) -> None:
    draft = LineageDraft()
    assert when(said, "created", draft) == meant
    assert draft.warnings == ()


@pytest.mark.parametrize(
    ("said", "meant", "code"),
    [
        (1767225600000, "2026-01-01T00:00:00Z", "time-number"),
        (1767225600, "2026-01-01T00:00:00Z", "time-number"),
        (1767225600.5, "2026-01-01T00:00:00Z", "time-number"),
        ("1767225600000", "2026-01-01T00:00:00Z", "time-number"),
        (1767225600123456, "2026-01-01T00:00:00Z", "time-number"),
        (1767225600123456789, "2026-01-01T00:00:00Z", "time-number"),
        ("June 2024", "2024-06-30T00:00:00Z", "time-read"),
        ("3. Juni 2024", "2024-06-03T00:00:00Z", "time-read"),
        ("June 3rd, 2024", "2024-06-03T00:00:00Z", "time-read"),
        ("Mon, 03 Jun 2024 10:00:00 GMT", "2024-06-03T10:00:00Z", "time-read"),
        ("2024-06-03 10:00:00 UTC", "2024-06-03T10:00:00Z", "time-read"),
        ("2024-06-03 10:00:00 +0200 CEST", "2024-06-03T08:00:00Z", "time-read"),
        ("2024-06-03T10:00:00+02:00[Europe/Berlin]", "2024-06-03T08:00:00Z", "time-read"),
        ("2024/6/3", "2024-06-03T00:00:00Z", "time-read"),
        ("03.06.2024", "2024-06-03T00:00:00Z", "time-read"),
    ],
)
def test_what_can_be_read_in_one_way_only_is_read_and_said(said: object, meant: str, code: str) -> None:
    draft = LineageDraft()
    assert when(said, "created", draft) == meant
    (warning,) = draft.warnings
    assert warning.code == f"note.lineage.{code}"
    assert (warning.values["place"], warning.values["time"]) == ("created", meant)
    assert str(said) in str(warning)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("spring 2024", "time-odd"),
        ("yesterday", "time-odd"),
        ("06/03/2024", "time-odd"),
        ("2024-13-45", "time-odd"),
        ("2024-02-30", "time-odd"),
        ("n/a", "time-odd"),
        ("{{ now }}", "time-odd"),
        ("1" * 5000, "time-odd"),
        ("1a" * 5000, "time-odd"),
        (0, "time-odd"),
        (-5, "time-odd"),
        (10**30, "time-odd"),
        (1e300, "time-odd"),
        (float("nan"), "time-odd"),
        (True, "time-odd"),
        ([], "time-odd"),
        ({"$date": 1}, "time-odd"),
        ("0000-00-00", "time-none"),
        ("0000-00-00 00:00:00", "time-none"),
        ("0001-01-01T00:00:00Z", "time-none"),
        ("1970-01-01T00:00:00Z", "time-none"),
        ("9999-12-31", "time-none"),
    ],
)
def test_what_is_no_time_costs_the_field_and_is_named(said: object, code: str) -> None:
    draft = LineageDraft()
    assert when(said, "nodes[0].created", draft) == ""
    (warning,) = draft.warnings
    assert warning.code == f"note.lineage.{code}"
    assert warning.values["place"] == "nodes[0].created"
    assert len(str(warning.values["text"])) <= 61


def test_a_system_that_counts_milliseconds_is_read_without_a_word_and_its_zero_is_none() -> None:
    draft = LineageDraft()
    assert since_1970(1767225600000, "start_time", draft) == "2026-01-01T00:00:00Z"
    assert since_1970(0, "start_time", draft) == ""
    assert since_1970(None, "start_time", draft) == ""
    assert draft.warnings == ()
    assert since_1970(7, "start_time", draft) == ""
    assert since_1970(-(10**40), "start_time", draft) == ""
    assert since_1970("soon", "start_time", draft) == ""
    assert len(draft.warnings) == 3


def test_of_many_odd_times_the_first_are_named_and_the_others_counted() -> None:
    draft = LineageDraft()
    for line in range(MOST_OF_A_KIND + 30):
        when("soon", f"line {line}", draft)
        when("soon", "line 0", draft)
    assert len(draft.warnings) == MOST_OF_A_KIND + 1
    assert draft.warnings[-1].code == "note.lineage.more"
    assert draft.warnings[-1].values["count"] == 30
