"""What is registered of datasets stands in each edition as far as its reader may know it; unknown is a finding."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from evidence_sample import told
from report_pages import drawn, headings, report, undone
from test_evidence_report import visible

from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.editions import payload_of
from dsr_desk.evidence.report.blocks import ROWS_SHOWN
from dsr_desk.evidence.report.registered import WITHHELD, facts_of
from dsr_desk.evidence.signed.members import Spool, joined
from dsr_desk.evidence.signed.signing import Signer

UNKNOWN_EN, UNKNOWN_DE = "▲ unknown – nobody recorded it", "▲ unbekannt – niemand hat es festgehalten"


def files_of(content: EvidenceContent, edition: Edition, signer: Signer) -> dict[str, bytes]:
    made = payload_of(told(content), edition, "en", signer, Spool(), {})
    return {name: joined(member) for name, member in made.items()}


def datasets_of(content: EvidenceContent, edition: Edition, signer: Signer) -> dict[str, dict[str, str]]:
    scope = json.loads(files_of(content, edition, signer)["scope.json"])
    return {one.pop("dataset_version"): one for one in scope["datasets"]}


def statement_of(content: EvidenceContent, edition: Edition, signer: Signer) -> Any:
    envelope = json.loads(files_of(content, edition, signer)["statement.dsse.json"])
    return json.loads(base64.b64decode(envelope["payload"]))["predicate"]


def section(page: bytes, title: str) -> str:
    text = " ".join(visible(page).split(f"{title} ")[-1].split())
    return text.split(" Which models ")[0].split(" Welche Modelle ")[0]


def test_a_regulator_reads_every_fact_of_every_registered_dataset(content: EvidenceContent, signer: Signer) -> None:
    told = datasets_of(content, Edition.REGULATOR, signer)
    assert list(told) == ["portraits@2025-11", "profiles@7", "street@1"]
    assert told["portraits@2025-11"] == {
        "source": "profile photos, export in //nas-03/share",
        "collected": "2018 to 2024",
        "supplier": "members of Larkfield",
        "legal_basis": "consent of the terms of 2018",
        "purposes": "showing profiles",
        "retention": "until the account is closed",
        "data_recipients": "Northbridge Labs",
        "responsible": "Jonna Weiss",
        "other_places": "bucket fern-2",
        "derived_from": "",
        "same_as": "",
    }
    assert set(told["profiles@7"].values()) == {"unknown", "none", "profiles@6", ""}


def test_she_reads_of_the_datasets_that_hold_items_of_hers_and_of_no_place_or_person(
    content: EvidenceContent, signer: Signer
) -> None:
    told = datasets_of(content, Edition.REQUESTER, signer)
    assert told == {
        "portraits@2025-11": {
            "source": "withheld",
            "supplier": "members of Larkfield",
            "legal_basis": "consent of the terms of 2018",
            "purposes": "showing profiles",
            "data_recipients": "Northbridge Labs",
            "retention": "until the account is closed",
            "same_as": "",
        },
        "profiles@7": {
            "source": "unknown",
            "supplier": "unknown",
            "legal_basis": "unknown",
            "purposes": "unknown",
            "data_recipients": "none",
            "retention": "unknown",
            "same_as": "",
        },
    }
    everything = b"".join(files_of(content, Edition.REQUESTER, signer).values())
    for inside in (b"nas-03", b"Jonna Weiss", b"fern-2", b"Brightwater", b"street@1"):
        assert inside not in everything


@pytest.mark.parametrize(
    "said",
    [
        "/srv/photos/2024",
        "copied from ~/export",
        "see ./lists",
        "C:\\exports\\members",
        "d:/exports",
        "\\\\nas\\share",
        "export (/mnt/a)",
        "s3://bucket/members",
        "file:///srv",
        "https://minio.internal/members",
        "http://10.0.0.4/share",
        "http://store:9000/share",
        "nas/photos/2024",
        "from jonas.weber@mail.example",
        "call +49 30 5550 123",
        "handed over by Iris Novak",
    ],
)
def test_words_that_name_a_place_inside_or_a_person_are_withheld_from_her(said: str) -> None:
    version = DatasetVersion("a", "1", source=said)
    assert facts_of(version, Edition.REQUESTER, ("Iris Novak",))["source"] == WITHHELD
    assert facts_of(version, Edition.REGULATOR, ("Iris Novak",))["source"] == said


@pytest.mark.parametrize(
    "said",
    [
        "consent and/or contract",
        "2018-02 to 2024-01",
        "until 01/02/2027",
        "Article 6(1)(f) GDPR",
        "https://www.photos.example/people/2019/",
        "Larkfield (own members): profile photos",
        "portraits@2025-11",
        "Ireland / Germany",
    ],
)
def test_other_words_reach_her_as_they_were_recorded(said: str) -> None:
    assert facts_of(DatasetVersion("a", "1", source=said), Edition.REQUESTER, ("Iris Novak",))["source"] == said


@pytest.mark.parametrize(
    ("edition", "language", "title", "said"),
    [
        (
            Edition.REGULATOR, "en", "What is recorded of the datasets",
            ("Responsible Jonna Weiss", "Passed on to none, as recorded", UNKNOWN_EN, "Made from profiles@6"),
        ),
        (
            Edition.REGULATOR, "de", "Was über die Datenbestände festgehalten ist",
            ("Verantwortlich Jonna Weiss", "Weitergegeben an keine, laut Eintrag", f"Geliefert von {UNKNOWN_DE}"),
        ),
        (
            Edition.REQUESTER, "en", "Where your data came from and who got it",
            ("Consent or legal basis consent of the terms of 2018", f"Supplied by {UNKNOWN_EN}", "ask us for it"),
        ),
        (
            Edition.REQUESTER, "de", "Woher Ihre Daten stammen und wer sie bekam",
            ("Weitergegeben an Northbridge Labs", f"Geliefert von {UNKNOWN_DE}", "fragen Sie uns danach"),
        ),
    ],
)  # fmt: skip
def test_the_report_shows_what_is_known_and_calls_the_rest_unknown(
    content: EvidenceContent, edition: Edition, language: str, title: str, said: tuple[str, ...]
) -> None:
    page = drawn(content, edition, language)
    shown = section(page, title)
    assert [words for words in said if words not in shown] == []
    titles = headings(report(content, edition, language))
    assert titles[titles.index(title) + 1 :][:2] == ["portraits@2025-11", "profiles@7"]


def test_unknown_facts_are_counted_in_the_first_lines_and_signed(content: EvidenceContent, signer: Signer) -> None:
    first = visible(drawn(content, Edition.REGULATOR, "en")).split("Where we searched")[0]
    assert "Of 27 facts that should be recorded of 3 dataset versions, 15 are unknown" in first
    hers = visible(drawn(content, Edition.REQUESTER, "en")).split("Where we searched")[0]
    assert "of 12 answers 5 are unknown" in hers
    said = statement_of(content, Edition.REGULATOR, signer)
    assert said["datasets"][0] == {"dataset_version": "portraits@2025-11", "unknown": []}
    assert set(said["datasets"][2]["unknown"]) == {
        "source", "collected", "legal_basis", "purposes", "retention", "responsible", "other_places"
    }  # fmt: skip
    assert message("declared.basis").as_json() in said["declared"]
    known = replace(undone(content), datasets=content.datasets[:1], hits=content.hits[:1])
    for edition in Edition:
        assert "unknown;" not in visible(drawn(known, edition, "en")).split("Where we searched")[0]


def test_a_dataset_with_hits_that_is_not_registered_is_unknown_in_every_respect(
    content: EvidenceContent, signer: Signer
) -> None:
    bare = replace(content, datasets=())
    for edition, facts in ((Edition.REQUESTER, 6), (Edition.REGULATOR, 9)):
        told = datasets_of(bare, edition, signer)
        assert list(told) == ["portraits@2025-11", "profiles@7"]
        assert [value for value in told["profiles@7"].values() if value] == ["unknown"] * facts


def test_who_was_not_found_is_told_of_no_dataset(nothing_found: EvidenceContent, signer: Signer) -> None:
    assert datasets_of(nothing_found, Edition.REQUESTER, signer) == {}
    assert "Where your data came from" not in visible(drawn(nothing_found, Edition.REQUESTER, "en"))
    assert len(datasets_of(nothing_found, Edition.REGULATOR, signer)) == 3


def test_very_many_datasets_are_cut_in_the_report_and_whole_in_the_file(
    content: EvidenceContent, signer: Signer
) -> None:
    many = replace(content, datasets=tuple(DatasetVersion("many", str(one)) for one in range(ROWS_SHOWN + 1)))
    assert len(datasets_of(many, Edition.REGULATOR, signer)) == ROWS_SHOWN + 3
    said = visible(drawn(many, Edition.REGULATOR, "en"))
    assert "3 more are in the file data/scope.json of this bundle" in said


def test_versions_that_an_erasure_made_stand_beside_the_one_they_came_from_while_the_same_is_registered(
    content: EvidenceContent, signer: Signer
) -> None:
    first = content.datasets[0]
    made = replace(first, version="2025-11-a", derived_from=first.id)
    again = replace(first, version="2025-11-b", derived_from=made.id)
    corrected = replace(first, version="2025-11-c", derived_from=again.id, retention="")
    more = replace(content, datasets=(*content.datasets, made, again, corrected))
    page = drawn(more, Edition.REGULATOR, "en")
    titles = headings(report(more, Edition.REGULATOR, "en"))
    assert [one for one in titles if one.startswith("portraits@")][:2] == [first.id, corrected.id]
    assert f"The same holds for {made.id} and {again.id}" in section(page, "What is recorded of the datasets")
    assert "Of 36 facts that should be recorded of 4 dataset versions, 16 are unknown" in visible(page)
    assert len(statement_of(more, Edition.REGULATOR, signer)["datasets"]) == 6
