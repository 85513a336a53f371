"""The laboratory's letters are understood, with and without cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import letters
from dsr_desk.app.case.drafts import understand
from dsr_desk.jobs.inside import is_inside


def test_each_letter_is_understood_in_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "ROUNDS", 1)
    made = letters.letters_in(tmp_path)
    for what, path in list(made.items())[1:]:
        draft = understand(path, [])
        assert "Mara Keller" in draft.read.identifiers.names, what
        assert draft.read.identifiers.user_names == ("mara_k84",), what
        row = letters.row_of(what, path)
        assert row.cell > 0
        assert row.here > 0
        assert not is_inside()
