"""Importing lineage: all files or none, whatever one of them does to the process that reads it."""

from __future__ import annotations

from pathlib import Path

import planted_lineage
import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage
from dsr_desk.core.message import message
from dsr_desk.lineage.importers import registry
from dsr_desk.lineage.importers.registry import LineageFileUnreadable


def table(path: Path, model: str) -> Path:
    path.write_text(f"from_kind,from_name,role,to_kind,to_name\ndataset,faces,train,model,{model}\n")
    return path


def test_a_file_that_ends_its_reader_is_named_and_the_graph_stays_as_it_is(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lineage.import_lineage(desk, [table(tmp_path / "first.csv", "gate")])
    before = lineage.lineage_sources(desk), lineage.lineage_graph(desk).nodes, desk.vault.log.head

    monkeypatch.setattr(registry, "read_pieces", planted_lineage.end_on_bad)
    files = [table(tmp_path / "good.csv", "door"), table(tmp_path / "bad.csv", "window")]
    with pytest.raises(LineageFileUnreadable) as refused:
        lineage.import_lineage(desk, files)

    assert refused.value.details["file"] == "bad.csv"
    assert refused.value.why == message("why.cell.ended", exit_code=9)
    assert (lineage.lineage_sources(desk), lineage.lineage_graph(desk).nodes, desk.vault.log.head) == before
    lineage.import_lineage(desk, files[:1])
    assert len(lineage.lineage_sources(desk)) == 2
