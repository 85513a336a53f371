from __future__ import annotations

import pytest

from dsr_desk.lineage.impact import collected_since


@pytest.mark.parametrize(
    ("said", "since"),
    [
        ("2023-05 to 2023-09", "2023-05-01T00:00:00Z"),
        ("2018–2024", "2018-01-01T00:00:00Z"),
        ("2023-05-17 until 2023-05-17", "2023-05-17T00:00:00Z"),
        ("2019-01-01T00:00:00Z/2019-12-31T00:00:00Z", "2019-01-01T00:00:00Z"),
        ("2019-01-01, 2019-12-31", "2019-01-01T00:00:00Z"),
    ],
)
def test_a_period_of_collection_says_since_when(said: str, since: str) -> None:
    assert collected_since(said) == since


@pytest.mark.parametrize(
    "said",
    ["unknown", "", "2023-05", "2023-05-01", "May to June 2023", "2023-13 to 2024-01", "2024 to 2023", "since 2018"],
)
def test_a_single_date_and_anything_unclear_say_nothing(said: str) -> None:
    assert collected_since(said) == ""
