"""What is measured is printed for people and for programs, each figure beside its peer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.__main__ import bench
from bench.measuring import Measured, calibration_lines, measured_lines
from bench.validation import Agreement, CalibrationReport, Closeness


def printed(*words: object) -> list[dict[str, object]]:
    done = CliRunner().invoke(bench, [*map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_a_search_is_printed_beside_each_of_its_peers():
    rows = printed("search", "--faces", 4000)
    assert len({row["against"] for row in rows}) == len(rows) >= 4
    for row in rows:
        assert row["ratio"] == pytest.approx(row["peer"] / row["ours"], abs=0.006)


def test_a_search_of_faces_without_room_for_their_matrix_leaves_its_peers_out():
    assert len(printed("search", "--faces", 4000, "--no-matrix")) == 2


@pytest.mark.long
def test_opening_an_index_is_printed_with_what_was_aimed_at():
    row, *cells = printed("index", "--faces", 5000)
    assert "5,000 faces" in str(row["what"])
    assert row["unit"] == "ms"
    assert row["reach"] == pytest.approx(1 / 3)
    assert len(cells) == 4
    for beside in cells:
        assert beside["ratio"] == pytest.approx(beside["peer"] / beside["ours"], abs=0.006)


def test_lineage_stands_beside_one_read_of_what_it_is_made_from_or_alone_and_says_on_what_it_was_measured():
    rows = printed("lineage", "--nodes", 2000, "--edges", 4000, "--links", 500, "--runs", 200)
    assert {row["against"] for row in rows} == {"", "one sequential read"}
    assert all(row["note"] and (row["ratio"] is None) == (row["against"] == "") for row in rows)
    held = [row["ours"] for row in rows if str(row["what"]).startswith("memory of lineage")]
    assert len(held) == 3
    assert all(50 < float(str(one)) < 200 for one in held)


def test_a_folder_that_is_not_there_is_a_problem_of_usage(tmp_path: Path):
    assert CliRunner().invoke(bench, ["engine", str(tmp_path / "none")]).exit_code == 2


def test_lines_for_people_name_the_peer_the_ratio_and_the_aim():
    rows = [
        Measured("a search", 25.0, "ms", "reading", 10.0, 0.4, 0.5),
        Measured("faces", 38.0, "faces", "another", 36.0, 1.06, note="of 43 known"),
        Measured("load", 1234.5, "s", note="a graph"),
    ]
    assert measured_lines(rows) == [
        "a search: 25 ms; reading: 10 ms; ratio 0.4 (aim 0.5)",
        "faces: 38 faces; another: 36 faces; ratio 1.06; of 43 known",
        "load: 1,234 s; a graph",
    ]
    rows = (
        Agreement(10, 2130, 1.11, 0.977, 0.998, 0.2, 4.1, faces=2129),
        Agreement(1, 160, 0.41, 0.38, 0.6, 0.1, 4.6, faces=3_000_000, kind="mixtures", own=30, untrusted=2),
    )
    photos, mixture, pairs = calibration_lines(CalibrationReport(rows, (Closeness(1e-3, 9.1e-4),)))
    assert photos.startswith("2,129 faces (photos), at 10 counted strangers, over 2130 references: 97.7% within a fa")
    assert "3,000,000 faces (photos and generated strangers, 30 of the reference's person added)" in mixture
    assert mixture.endswith("nothing predicted for 2.")
    assert "0.001 of photos, 0.00091 of generated" in pairs
