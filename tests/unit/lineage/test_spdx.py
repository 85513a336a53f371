from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of

Write = Callable[..., Path]


@pytest.fixture
def document(tmp_path: Path) -> Write:
    def written(*graph: object) -> Path:
        path = tmp_path / "x.spdx3.json"
        context = {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": list(graph)}
        path.write_text(json.dumps(context), encoding="utf-8")
        return path

    return written


def relation(kind: str, origin: str, *targets: str) -> dict[str, Any]:
    return {"type": "Relationship", "relationshipType": kind, "from": origin, "to": list(targets)}


def element(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "spdxId": f"urn:{name}", "name": name, **more}


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_relationships_of_packages_are_edges_in_the_direction_of_the_data(document: Write) -> None:
    imported = read_file(
        document(
            relation("trainedOn", "urn:net", "urn:faces"),
            element("ai_AIPackage", "net", software_packageVersion="2"),
            element("ai_AIPackage", "base"),
            element("dataset_DatasetPackage", "faces"),
            element("dataset_DatasetPackage", "made"),
            element("software_Package", "app"),
            relation("testedOn", "urn:net", "urn:made"),
            relation("descendantOf", "urn:net", "urn:base"),
            relation("generates", "urn:base", "urn:made"),
            relation("contains", "urn:app", "urn:net"),
        )
    )

    assert edges(imported) == {
        ("dataset:faces", "train", "model:net"),
        ("dataset:made", "evaluate", "model:net"),
        ("model:base", "fine-tune-base", "model:net"),
        ("model:base", "generate", "dataset:made"),
        ("model:net", "serve", "product:app"),
    }


def test_files_stand_for_the_packages_that_contain_them(document: Write) -> None:
    imported = read_file(
        document(
            element("ai_AIPackage", "net"),
            element("dataset_DatasetPackage", "faces"),
            element("software_File", "weights", software_primaryPurpose="model"),
            element("software_File", "folder"),
            element("software_File", "pictures"),
            relation("contains", "urn:net", "urn:weights"),
            relation("contains", "urn:faces", "urn:folder"),
            relation("contains", "urn:folder", "urn:pictures"),
            relation("trainedOn", "urn:weights", "urn:pictures"),
        )
    )

    assert edges(imported) == {("dataset:faces", "train", "model:net")}


def test_files_without_a_package_are_what_the_relationship_says(document: Write) -> None:
    imported = read_file(document(element("software_File", "w"), relation("trainedOn", "urn:w", "urn:elsewhere")))

    assert edges(imported) == {("dataset:urn:elsewhere", "train", "model:w")}


def test_a_model_that_depends_on_data_or_a_model_is_concluded_to_come_of_it(document: Write) -> None:
    imported = read_file(
        document(
            element("ai_AIPackage", "net"),
            element("ai_AIPackage", "base"),
            element("dataset_DatasetPackage", "faces"),
            relation("dependsOn", "urn:net", "urn:base", "urn:faces"),
        )
    )

    assert edges(imported) == {("model:base", "fine-tune-base", "model:net"), ("dataset:faces", "train", "model:net")}
    assert {edge.certainty for edge in imported.edges} == {Certainty.INFERRED}


def test_builds_are_runs(document: Write) -> None:
    imported = read_file(
        document(
            element("build_Build", "training", build_buildEndTime="2026-01-02T00:00:00Z"),
            element("ai_AIPackage", "net"),
            element("dataset_DatasetPackage", "faces"),
            relation("hasInput", "urn:training", "urn:faces"),
            relation("hasOutput", "urn:training", "urn:net"),
        )
    )

    assert edges(imported) == {("dataset:faces", "train", "run:training"), ("run:training", "produce", "model:net")}


def test_terms_may_stand_with_their_profile_their_address_or_alone(tmp_path: Path) -> None:
    core, space = "https://spdx.org/rdf/3.0.1/terms/Core/", "https://spdx.org/rdf/3.0.1/terms/"
    graph = [
        {"@type": f"{space}AI/AIPackage", "@id": "urn:net", f"{core}name": "net", f"{space}packageVersion": "2"},
        {"type": ["DatasetPackage"], "spdxId": "urn:faces", "name": "faces", "downloadLocation": "s3://faces"},
        {
            "@type": f"{core}Relationship", f"{core}relationshipType": {"@id": f"{core}RelationshipType/trainedOn"},
            f"{core}from": {"@id": "urn:net"}, f"{core}to": [{"@id": "urn:faces"}],
        },
    ]  # fmt: skip
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"@context": ["https://spdx.org/rdf/3.0.1/spdx-context.jsonld"], "@graph": graph}))
    imported = read_file(path)

    assert edges(imported) == {("dataset:faces", "train", "model:net")}
    assert {node.label for node in imported.nodes} == {"net@2", "faces"}
    assert "s3://faces" in imported.nodes[1].aliases


def test_a_script_in_a_models_package_that_makes_data_makes_no_model_output(document: Write) -> None:
    imported = read_file(
        document(
            element("ai_AIPackage", "net"),
            element("dataset_DatasetPackage", "faces"),
            element("software_File", "prepare", software_primaryPurpose="executable"),
            element("software_File", "predict", software_primaryPurpose="executable"),
            element("software_File", "part", software_primaryPurpose="data"),
            element("software_File", "weights", software_primaryPurpose="model"),
            relation("contains", "urn:net", "urn:prepare", "urn:weights"),
            relation("contains", "urn:faces", "urn:part"),
            relation("generates", "urn:prepare", "urn:part"),
            relation("trainedOn", "urn:weights", "urn:part"),
            relation("hasDataFile", "urn:predict", "urn:weights"),
        )
    )
    assert edges(imported) == {("dataset:faces", "train", "model:net"), ("model:net", "serve", "product:predict")}


def test_ordinary_software_is_no_lineage(document: Write) -> None:
    imported = read_file(
        document(
            element("software_Package", "hello"),
            element("software_File", "source", software_primaryPurpose="source"),
            element("software_File", "binary", software_primaryPurpose="executable"),
            element("build_Build", "compile"),
            relation("generates", "urn:source", "urn:binary"),
            relation("hasInput", "urn:compile", "urn:source"),
            relation("hasOutput", "urn:compile", "urn:binary"),
            relation("contains", "urn:hello", "urn:source"),
            relation("hasVariant", "urn:hello", "urn:binary"),
        )
    )
    assert imported.edges == ()
    assert {node.kind.value for node in imported.nodes} <= {"run"}


def test_a_concluded_licence_counts_before_a_declared_one(document: Write) -> None:
    imported = read_file(
        document(
            element("ai_AIPackage", "net"),
            element("dataset_DatasetPackage", "faces"),
            {
                "type": "simplelicensing_LicenseExpression",
                "spdxId": "urn:l",
                "simplelicensing_licenseExpression": "MIT",
            },
            relation("hasDeclaredLicense", "urn:net", "https://spdx.org/licenses/CC0-1.0"),
            relation("hasConcludedLicense", "urn:net", "urn:l"),
            relation("hasDeclaredLicense", "urn:faces", "https://spdx.org/licenses/CC0-1.0"),
        )
    )
    assert {node.name: node.attributes["licence"] for node in imported.nodes} == {"net": "MIT", "faces": "CC0-1.0"}


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        ({"type": "Relationship", "relationshipType": "trainedOn", "to": ["urn:x"]}, "@graph[1]"),
        ({"type": "CreationInfo", "specVersion": "2.3"}, "@graph[1].specVersion"),
        ({"type": "ai_AIPackage", "spdxId": "urn:net", "name": "another"}, "@graph[1].spdxId"),
    ],
)
def test_a_broken_element_is_refused_with_its_place(document: Write, broken: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(document(element("ai_AIPackage", "net"), broken))
    assert f"at {place}, " in refused.value.what_happened


def test_a_relationship_to_something_of_the_document_that_is_not_there_is_refused(document: Write) -> None:
    with pytest.raises(LineageFileDamaged, match="_:7"):
        read_file(document(element("ai_AIPackage", "net"), relation("trainedOn", "urn:net", "_:7")))


def test_that_nothing_is_said_is_no_dataset_that_models_share(document: Write) -> None:
    core = "https://spdx.org/rdf/3.0.1/terms/Core/"
    nobody = relation("trainedOn", "urn:net", f"{core}NoAssertionElement", f"{core}NoneElement")
    imported = read_file(document(element("ai_AIPackage", "net"), nobody, relation("trainedOn", "urn:net")))
    assert (len(imported.nodes), imported.edges) == (1, ())
    assert "note.lineage.relation-to-nothing" in [warning.code for warning in imported.warnings]


def test_who_received_a_model_is_said_with_the_time(document: Write) -> None:
    given = {**relation("copiedTo", "urn:net", "urn:Buyers"), "startTime": "2026-04-01T00:00:00Z"}
    imported = read_file(document(element("ai_AIPackage", "net"), element("Organization", "Buyers"), given))
    (edge,) = imported.edges
    assert edges(imported) == {("model:net", "pass-on", "recipient:Buyers")}
    assert edge.attributes == {"since": "2026-04-01T00:00:00Z"}


def test_trifles_cost_their_field_and_are_named(document: Write) -> None:
    net = element(
        "ai_AIPackage", "net", releaseTime="soon", packageVersion=["1"],
        verifiedUsing=[{"type": "Hash", "algorithm": {}, "hashValue": "ab"}, "x"],
    )  # fmt: skip
    imported = read_file(
        document(
            net, element("dataset_DatasetPackage", "faces"), "odd", {"spdxId": "urn:x"}, {"type": "CreationInfo"},
            {**relation("x", "urn:net", "urn:faces"), "relationshipType": "TRAINED_ON", "extra": None},
            relation("admires", "urn:net", "urn:faces"),
        )
    )  # fmt: skip
    assert edges(imported) == {("dataset:faces", "train", "model:net")}
    places = {warning.values.get("place") for warning in imported.warnings}
    assert {"@graph[0].releaseTime", "@graph[0].verifiedUsing[1]", "@graph[2]", "@graph[3].type"} <= places
    assert "admires" in {warning.values.get("word") for warning in imported.warnings}


def test_two_documents_are_two_systems_and_an_edition_of_one_is_the_same(document: Write) -> None:
    def system(*graph: dict[str, Any]) -> str:
        return read_file(document(element("ai_AIPackage", "net"), *graph)).nodes[0].namespace

    assert system() != system(element("software_Package", "x"))
    called = {"type": "SpdxDocument", "spdxId": "https://acme.com/gate/document"}
    assert system(called) == system(called, element("software_Package", "x"))
    assert system({"type": "SpdxDocument", "spdxId": "_:doc"}) != system(
        {"type": "SpdxDocument", "spdxId": "_:doc", "a": 1}
    )


def test_real_files_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    folder = real_data / "lineage" / "spdx3"
    htr = read_file(folder / "ai__example01__spdx3.0__simplehtr-example.json")
    assert edges(htr) == {
        ("dataset:IAMdataset", "train", "model:word-model"),
        ("dataset:IAMdataset", "evaluate", "model:word-model"),
        ("dataset:IAMdataset", "train", "model:line-model"),
        ("dataset:IAMdataset", "evaluate", "model:line-model"),
    }
    assert len(htr.nodes) == 3
    apart = graph_of(htr.nodes, htr.edges)
    assert len(apart.nodes) == 3, "two models of one address and version are two"
    assert next(node for node in htr.nodes if node.name == "word-model").attributes["licence"]

    (dataset,) = read_file(folder / "dataset__example01__spdx3.0__example01.spdx3.json").nodes
    assert dataset.version == "2024-04-15"
    assert dataset.digests[1].startswith("sha256:434d75c8")
