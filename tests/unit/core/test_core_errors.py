"""Errors that a user can meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr_desk.core.errors import DeskError, error_of, for_others
from dsr_desk.core.message import Message, message
from dsr_desk.storage.vault_folder import VaultMissing


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
        "values": {"name": "K2"},
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


def test_a_detail_that_nobody_gave_is_said_as_a_question_mark(kettle_cold: type[DeskError]) -> None:
    assert kettle_cold().what_happened == "The kettle ? is cold."


def test_an_error_stands_in_another_sentence_and_comes_back_as_itself(kettle_cold: type[DeskError]) -> None:
    said = kettle_cold(name="K2").message
    assert said == message("TEST-KETTLE-COLD", name="K2")
    assert message("check.again.failed", why=said).say() == "The search could not be repeated: The kettle K2 is cold."
    assert isinstance(error_of(said), kettle_cold)


def test_a_path_among_the_details_is_a_name() -> None:
    assert VaultMissing(where=Path("/somewhere/else")).message.values == {"where": "/somewhere/else"}


def test_what_is_no_error_becomes_none() -> None:
    with pytest.raises(KeyError):
        error_of(message("basis.links"))


def test_what_leaves_the_house_names_no_place_in_any_wording() -> None:
    error = Message("INDEX-DAMAGED", {"where": "/srv/photos", "why": message("why.index.no-key")})
    newer = Message("nobody.knows.this", {"why": error}, "It failed: The index /srv/photos is damaged.")
    told = for_others(newer)
    assert (told.values, told.english) == ({"why": message("why.index.no-key")}, "")
    assert for_others(Message("nobody.knows.this", {"n": 1}, "As it was said.")).english == "As it was said."
