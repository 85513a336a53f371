"""Errors that a user can meet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dsr_desk.core.errors import DeskError


@pytest.fixture
def kettle_cold() -> Iterator[type[DeskError]]:
    class KettleCold(DeskError):
        code = "TEST-KETTLE-COLD"
        happened = "The kettle {name} is cold."
        means = "There is no tea after {name}."
        todo = "Switch {name} on."

    yield KettleCold
    del DeskError.registry["TEST-KETTLE-COLD"]


def test_an_error_says_what_happened_what_it_means_and_what_to_do(kettle_cold: type[DeskError]) -> None:
    error = kettle_cold(name="K2")
    assert error.as_json() == {
        "code": "TEST-KETTLE-COLD",
        "happened": "The kettle K2 is cold.",
        "means": "There is no tea after K2.",
        "todo": "Switch K2 on.",
    }
    assert str(error) == "TEST-KETTLE-COLD: The kettle K2 is cold."


def test_every_error_class_is_known_by_its_code(kettle_cold: type[DeskError]) -> None:
    assert DeskError.registry["TEST-KETTLE-COLD"] is kettle_cold


def test_two_errors_never_share_a_code(kettle_cold: type[DeskError]) -> None:
    with pytest.raises(TypeError, match="TEST-KETTLE-COLD"):
        type("PotCold", (DeskError,), {"code": kettle_cold.code})


def test_a_detail_that_the_sentence_needs_and_nobody_gave_fails_at_once(kettle_cold: type[DeskError]) -> None:
    with pytest.raises(KeyError):
        kettle_cold()
