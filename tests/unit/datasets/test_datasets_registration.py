"""What datasets say of themselves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets import registration
from dsr_desk.datasets.registration import FactsNotUnderstood, facts_beside, read_facts
from dsr_desk.datasets.registry import SourceNotUnderstood, open_source

CROISSANT = {
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "name": "Street portraits",
    "version": "2.1.0",
    "url": "https://data.example.org/portraits",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "creator": [{"@type": "Organization", "name": "Example Institute"}, {"name": "Vision Group"}],
    "publisher": {"name": "Example Press"},
    "datePublished": "2024-05-01",
    "distribution": [{"contentUrl": "https://cdn.example.org/p.zip"}, {"contentUrl": "data/p.csv"}],
}

RECORD = {
    "source": {
        "version": "1.0.0",
        "title": "Membership photos",
        "id": "x",
        "location": "https://meta.example.org/m.json",
        "issuer": [{"name": "Club Ltd"}],
        "description": "Photos of members",
    },
    "provenance": {
        "origin": [{"name": "Agency GmbH"}],
        "date": "2023-01-01",
        "generation-period": {"start": "2020-01-01T00:00:00Z", "end": "2022-12-31T00:00:00Z"},
        "generation-method": [{"code": "feeds"}],
        "origin-geography": [{"country": "DE"}],
    },
    "use": {
        "consents": ["https://club.example.org/consent-v3.pdf"],
        "license": ["internal"],
        "intended-purpose": [{"code": "member-id", "description": "Identity cards"}],
    },
}

CARD = """---
license: cc-by-4.0
pretty_name: Faces of the fair
source_datasets:
- original
- extended|fairgrounds
---
# Dataset Card for something else

- **Curated by:** The Fair Office
- **Repository:** [code](https://git.example.org/fair)
- **Funded by [optional]:** [More Information Needed]
- **Shared by [optional]:** [More Information Needed]
"""


def test_a_croissant_file_gives_its_facts_and_no_legal_basis(tmp_path: Path) -> None:
    path = tmp_path / "croissant.json"
    path.write_text(json.dumps(CROISSANT))
    version = read_facts(path).version()
    assert version.id == "Street portraits@2.1.0"
    assert version.source == "https://data.example.org/portraits"
    assert version.supplier == "Example Institute; Vision Group"
    assert version.responsible == "Example Press"
    assert version.collected == "2024-05-01"
    assert version.purposes == "licence: https://creativecommons.org/licenses/by/4.0/"
    assert version.other_places == "unknown"
    assert version.legal_basis == "unknown"
    assert version.retention == "unknown"


def test_a_provenance_record_gives_consent_period_and_purposes(tmp_path: Path) -> None:
    path = tmp_path / "provenance.json"
    path.write_text(json.dumps(RECORD))
    version = read_facts(path).version(version="7")
    assert version.id == "Membership photos@7"
    assert version.legal_basis == "consent: https://club.example.org/consent-v3.pdf"
    assert version.collected == "2020-01-01 to 2022-12-31"
    assert version.supplier == "Agency GmbH"
    assert version.purposes == "Identity cards; licence: internal"
    assert version.responsible == "Club Ltd"


def test_the_draft_that_followed_it_is_read_as_well(tmp_path: Path) -> None:
    later = {
        "set": {},
        "source": {"name": "Corpus", "data-version": "3.0.0", "issuer": [{"legal-name": "Consortium"}]},
        "provenance": {"date": "2026-05-15", "origin": [{"legal-name": "Archive"}]},
        "use": {"intended-purpose": [{"code": "pre-training", "long-description": "Pre-training of models"}]},
    }
    path = tmp_path / "p.json"
    path.write_text(json.dumps(later))
    version = read_facts(path).version()
    assert (version.id, version.supplier, version.responsible) == ("Corpus@3.0.0", "Archive", "Consortium")
    assert (version.collected, version.purposes) == ("2026-05-15", "Pre-training of models")


def test_a_dataset_card_gives_front_matter_and_filled_lines_alone(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(CARD.replace("\n", "\r\n"), newline="")
    described = read_facts(path)
    assert described.facts == {
        "name": "Faces of the fair",
        "source": "extended|fairgrounds",
        "purposes": "licence: cc-by-4.0",
        "responsible": "The Fair Office",
    }


def test_files_that_describe_a_dataset_are_found_beside_it_and_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "croissant.json").write_text(json.dumps(CROISSANT))
    (tmp_path / "provenance.json").write_text(json.dumps(RECORD))
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "people.json").write_text('[{"name": "Ada"}]')
    assert [one.format for one in facts_beside(tmp_path / "people.json")] == [
        message("described.card"),
        message("described.croissant"),
        message("described.provenance-record"),
    ]
    assert [one.name.rpartition("/")[2] for one in open_source(tmp_path)] == ["people.json"]
    with pytest.raises(SourceNotUnderstood):
        open_source(tmp_path / "croissant.json")


def test_other_files_say_nothing(tmp_path: Path) -> None:
    for name, text in (("a.json", "[1]"), ("b.json", "{"), ("c.json", '{"source": 1}'), ("d.txt", "hello")):
        (tmp_path / name).write_text(text)
        with pytest.raises(FactsNotUnderstood):
            read_facts(tmp_path / name)
    (tmp_path / "README.md").write_text("---\n: not yaml [\n---\nhello")
    assert facts_beside(tmp_path) == []


def test_real_files_are_read_without_an_error(real_data: Path) -> None:
    cards = [read_facts(path) for path in sorted((real_data / "lineage/hf_cards").glob("*datasetcard*.md"))]
    croissants = [read_facts(path) for path in sorted((real_data / "lineage/croissant").glob("*.json"))]
    assert {one.format for one in croissants} == {message("described.croissant")}
    assert all(one.facts["source"].startswith("https://") for one in croissants)
    assert cards[-2].facts["name"] == "Sample Segmentation"
    assert not any("{{" in value or "Needed" in value for one in cards for value in one.facts.values())


def test_what_a_croissant_file_says_of_use_and_end_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "croissant.json"
    more = {
        "rai:dataUseCases": ["face detection"],
        "usageInfo": "research alone",
        "expires": "2030-12-31",
        "temporalCoverage": "2019/2021",
        "maintainer": {"name": "Data Office"},
    }
    path.write_text(json.dumps({**CROISSANT, **more}))
    version = read_facts(path).version()
    assert version.purposes.startswith("face detection; research alone; licence: ")
    assert (version.retention, version.collected, version.responsible) == ("2030-12-31", "2019/2021", "Data Office")


def test_a_card_tells_its_use_and_whom_to_ask_and_leaves_gaps_unknown(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    use = "## Uses\n\n### Direct Use\n\n<!-- what for -->\n\nTests of\ndetectors.\n\nMore.\n\n### Out\n\nno\n"
    path.write_text(CARD + use + "\n## Dataset Card Contact\n\n[More Information Needed]\n")
    version = read_facts(path).version()
    assert version.purposes == "Tests of detectors.; licence: cc-by-4.0"
    assert version.responsible == "The Fair Office"
    path.write_text("# Faces\n\n## Dataset Card Contact\n\nfair@example.org\n")
    assert read_facts(path).version().responsible == "fair@example.org"


@pytest.mark.usefixtures("readers_in_process")
def test_of_very_many_documents_only_some_are_looked_at_and_sidecars_of_photos_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    describes = registration.describes_a_dataset

    def watched(path: Path) -> bool:
        looked_at.append(path.name)
        return describes(path)

    monkeypatch.setattr(registration, "describes_a_dataset", watched)
    for number in range(300):
        (tmp_path / f"{number:04d}.jpg").touch()
        (tmp_path / f"{number:04d}.json").write_text("{}")
        (tmp_path / f"a{number:04d}.json").write_text("{}")
    (tmp_path / "z-croissant.json").write_text(
        json.dumps({"conformsTo": "http://mlcommons.org/croissant/1.0", "name": "Fair portraits"})
    )
    (described,) = facts_beside(tmp_path)
    assert described.facts == {"name": "Fair portraits"}
    assert len(looked_at) == registration.MOST_DOCUMENTS
    assert not any(name[0].isdigit() for name in looked_at)
