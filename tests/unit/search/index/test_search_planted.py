"""A container whose reader is hostile, in the middle of an index build: it is named, and everything else is indexed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.core.message import Message, message
from dsr_desk.datasets import celled, registry
from dsr_desk.datasets.registry import Survey
from dsr_desk.jobs import cell
from dsr_desk.search.index import build as building
from dsr_desk.search.index.build import Addressed
from dsr_desk.search.index.folder import Index
from planted_readers import PlantedPlace
from search_fakes import all_items, build_fake, photo


@pytest.mark.parametrize("deed", ["crash", "hang", "eat", "fault", "look_around /etc/hostname", "fork", "connect"])
def test_a_hostile_container_costs_itself_and_is_named(
    tmp_path: Path, addressed: Addressed, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("name\nAda\n")
    (data / "b.csv").write_text(f"Bo\nCy\n! {deed}\nDi\n")
    (data / "c.png").write_bytes(photo((1, 0)))
    (data / "z.csv").write_text("name\nEd\n")
    cell.load("planted_readers")
    monkeypatch.setattr(celled, "FILE_SECONDS", 2.0 if deed == "hang" else 30.0)
    monkeypatch.setattr(celled, "MEMORY", 256 << 20)

    def planted(path: Path) -> Survey:
        found = registry.survey(path)
        containers = tuple(
            celled.CelledContainer(PlantedPlace(one.format, one.path, one.name)) if one.path.name == "b.csv" else one
            for one in found.containers
        )
        return Survey(found.format, found.says, containers, found.not_understood)

    monkeypatch.setattr(building, "survey", planted)
    to = tmp_path / "a.dsrindex"
    report = build_fake([data], to, addressed=addressed)
    assert report.complete
    assert list(report.damaged) == ["data/b.csv"]
    assert isinstance(report.damaged["data/b.csv"], Message)
    assert (report.photos, report.faces, report.records) == (1, 1, 4), report.ledger
    with Index.open(to, addressed.secret) as index:
        names = {index.fields(item.row).get("name") for item in all_items(index) if not item.address.member}
        assert names == {"Ada", "Bo", "Cy", "Ed"}
        problems = {one.name: one.problem for one in index.containers() if one.problem}
    assert problems == report.damaged
    again = build_fake([data], to, addressed=addressed)
    assert (again.damaged, again.read) == (report.damaged, 0)


def test_what_a_reader_says_of_an_end_is_what_the_ledger_says(
    tmp_path: Path, addressed: Addressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.csv"
    path.write_text("Bo\n! crash\n")
    cell.load("planted_readers")
    container = celled.CelledContainer(PlantedPlace("csv", path, "b.csv"))
    survey = Survey("csv", message("survey.nothing"), (container,))
    monkeypatch.setattr(building, "survey", lambda _: survey)
    report = build_fake([path], tmp_path / "a.dsrindex", addressed=addressed)
    assert report.damaged == {"b.csv": message("why.cell.ended", exit_code=-11)}
    assert report.records == 1
