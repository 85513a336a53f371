"""The measurement of very large bundles makes real ones."""

from __future__ import annotations

from pathlib import Path

from bench.evidence import evidence_rows


def test_a_bundle_of_a_thousand_items_is_sealed_verified_and_measured(tmp_path: Path) -> None:
    said: list[str] = []
    rows = evidence_rows(1000, tmp_path, said.append)
    assert [row.unit for row in rows[:4]] == ["µs an item", "µs an item", "MiB", "MiB"]
    assert all(row.ours > 0 for row in rows[:2])
    assert said == ["prepare", "seal", "verify", "tools"]
    assert list(tmp_path.iterdir()) == []
