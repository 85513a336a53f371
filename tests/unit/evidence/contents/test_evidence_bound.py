"""What a holder of the organisation's key cannot change though no view needs it: the picture, salts, what is opened."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evidence_sample import told

from dsr_desk.core.lineage import DispositionKind
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.editions import registers
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import PICTURE, Refused, check_all, lineage_picture, report_page
from dsr_desk.evidence.verifying.verify import verify
from resealing import Bundle, files_of, resealed


def picture(content: EvidenceContent, language: str = "en") -> str:
    return lineage_picture(registers(content, Edition.REGULATOR, language)["lineage"])


def test_the_picture_of_lineage_draws_each_node_once(content: EvidenceContent) -> None:
    drawn = picture(content)
    assert drawn.count("<rect") == 4
    assert drawn.count(">facenet-base@1<") == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", (">dataset<", ">model<", ">fine-tuned from<", "(inferred)</title>", "Dashed: inferred.")),
        ("de", (">Datenbestand<", ">Modell<", ">angepasst aus<", "(erschlossen)</title>", "Gestrichelt:")),
    ],
)
def test_the_picture_of_lineage_speaks_the_language_of_the_report(
    content: EvidenceContent, language: str, said: tuple[str, ...]
) -> None:
    drawn = picture(content, language)
    assert [word for word in said if word not in drawn] == []
    assert drawn.count("stroke-dasharray") == 1


def test_names_of_models_are_text_in_the_picture(content: EvidenceContent) -> None:
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    models = tuple(
        replace(one, model=replace(one.model, node=replace(one.model.node, name=nasty))) for one in content.models
    )
    drawn = picture(replace(content, models=models))
    assert "&lt;script&gt;alert(1)" in drawn
    assert "<script" not in drawn


def test_a_case_without_models_has_an_empty_picture(nothing_found: EvidenceContent) -> None:
    assert "<rect" not in picture(nothing_found)


def refused(bundle: Bundle, signer: Signer) -> list[str]:
    findings, _ = check_all(bundle, signer.fingerprint)
    return [one.says.code for one in findings if one.ok is False]


def test_another_picture_is_refused_though_the_organisation_signed_it(content: EvidenceContent, signer: Signer) -> None:
    honest = sign(content, Edition.REGULATOR, signer, "en").in_memory
    assert resealed(honest, signer, {}) == honest
    drawn = files_of(honest)[PICTURE]
    forged = resealed(honest, signer, {PICTURE: drawn.replace(b"facenet-base", b"nothing-base")})
    assert refused(forged, signer) == ["contents.differ"]


def test_another_salt_of_a_hit_is_refused(content: EvidenceContent, signer: Signer) -> None:
    """She could not check her own photo by it."""
    honest = sign(content, Edition.REQUESTER, signer, "en").in_memory
    salt = content.hits[3].salt.hex()
    hits = files_of(honest)["hits.jsonl"].replace(salt.encode(), (salt[1:] + "0").encode())
    assert refused(resealed(honest, signer, {"hits.jsonl": hits}), signer) == ["contents.differ"]


def test_a_field_that_an_edition_may_show_is_not_kept_back(content: EvidenceContent, signer: Signer) -> None:
    honest = sign(content, Edition.REQUESTER, signer, "en").in_memory
    lines = [json.loads(line) for line in files_of(honest)["log/leaves.jsonl"].splitlines()]
    for line in lines:
        if json.loads(line.get("act", "{}")).get("kind") == "outcome":
            del line["opened"]
    spelled = "".join(
        json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n" for one in lines
    )
    forged = resealed(honest, signer, {"log/leaves.jsonl": spelled.encode()})
    assert refused(forged, signer) == ["entry.unopened"]


@pytest.mark.parametrize(
    "more", [{"clock": "attested"}, {"journal": {"entries": 9999, "epoch": 1}}, {"said": "all is well"}]
)
def test_a_statement_that_says_anything_of_its_own_is_refused(
    content: EvidenceContent, signer: Signer, more: dict[str, Any]
) -> None:
    honest = sign(content, Edition.REGULATOR, signer, "en").in_memory
    assert refused(resealed(honest, signer, {}, lambda said: {**said, **more}), signer) == ["contents.statement"]


def test_a_table_of_the_report_has_a_cell_below_each_heading(content: EvidenceContent, signer: Signer) -> None:
    honest = sign(content, Edition.REGULATOR, signer, "en").in_memory
    report = json.loads(files_of(honest)["report.json"])
    table = next(block for block in report["blocks"] if block["kind"] == "table")
    del table["rows"][0]["cells"][0]
    with pytest.raises(Refused):
        report_page(report)


def test_a_report_of_which_no_pages_can_be_drawn_is_refused_and_ends_in_no_traceback(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    honest = sign(content, Edition.REQUESTER, signer, "en").in_memory
    report = json.loads(files_of(honest)["report.json"])
    heading = next(block for block in report["blocks"][1:] if block["kind"] == "heading")
    heading["runs"][0]["text"] = ""
    spelled = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    changed = {"report.json": spelled.encode(), "report.html": report_page(report)}
    path = tmp_path / "forged.zip"
    path.write_bytes(stored_zip(resealed(honest, signer, changed)))
    found = verify(path, expected_certificate=signer.fingerprint)
    assert {"words", "pages"} <= {check.name for check in found.checks if check.ok is False}


@pytest.mark.parametrize("edition", list(Edition))
def test_what_was_seen_of_a_model_is_not_taken_for_what_was_planned(
    content: EvidenceContent, signer: Signer, edition: Edition
) -> None:
    """Of one model retraining was planned and destruction seen: the report cannot exchange the two."""
    first = content.models[1]
    assert first.observed is not None
    planned = replace(first, planned=replace(first.planned, disposition=DispositionKind.RETRAINED))
    kept = told(replace(content, models=(content.models[0], planned, *content.models[2:])))
    assert refused(sign(kept, edition, signer, "en").in_memory, signer) == []
    seen = replace(planned, observed=replace(first.observed, disposition=DispositionKind.RETRAINED))
    forged = replace(kept, models=(kept.models[0], seen, *kept.models[2:]))
    assert refused(sign(forged, edition, signer, "en").in_memory, signer) == ["report.value"]
