"""What acts say outside: no place that an error names, and no names of files."""

from __future__ import annotations

import json
from pathlib import Path

from dsr_desk.app.case import told
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import message
from dsr_desk.search.index.folder import IndexDamaged

DAMAGED = IndexDamaged(where=Path("/srv/photos/eins.dsrindex"), why=message("why.index.no-key")).message


def test_an_error_is_told_by_why_it_came_about_and_not_by_where() -> None:
    assert told.sentence(DAMAGED) == message("why.index.no-key").as_json()


def test_an_error_inside_a_sentence_is_told_alike() -> None:
    said = told.sentence(message("check.again.failed", why=DAMAGED))
    assert "/srv/" not in json.dumps(said)
    assert said["values"]["why"] == message("why.index.no-key").as_json()


def test_of_files_it_is_told_how_many_they_are() -> None:
    files = ("photos/anna.jpg", "photos/vera.jpg")
    (gap,) = told.gaps([Gap(message("gap.files", name="x", files=files), message("why.items-unreadable"), 2)])
    assert gap["what"]["values"]["files"] == 2
    assert "anna" not in json.dumps(gap)
