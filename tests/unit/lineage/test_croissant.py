from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
from lineage_fakes import graph_of


def write(path: Path, **content: Any) -> Path:
    head = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.1", "name": "faces", "version": "2"}
    path.write_text(json.dumps({**head, **content}), encoding="utf-8")
    return path


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.label}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_files_are_parts_with_their_digests_and_origins_are_kept(tmp_path: Path) -> None:
    zipped = {"@type": "cr:FileObject", "@id": "all.zip", "contentUrl": "https://x/all.zip", "sha256": "AB" * 32}
    inside = {"@type": "cr:FileSet", "@id": "jpegs", "containedIn": {"@id": "all.zip"}}
    imported = read_file(
        write(
            tmp_path / "c.json",
            distribution=[zipped, inside],
            **{
                "prov:wasDerivedFrom": [{"@id": "https://x/raw", "name": "raw"}, "https://x/older"],
                "rai:personalSensitiveInformation": ["faces", "names"],
            },
        )
    )

    assert edges(imported) == {
        ("dataset:faces@2", "contain", "dataset:all.zip"),
        ("dataset:all.zip", "contain", "dataset:jpegs"),
        ("dataset:raw", "derive", "dataset:faces@2"),
        ("dataset:https://x/older", "derive", "dataset:faces@2"),
    }
    by_name = {node.name: node for node in imported.nodes}
    assert by_name["all.zip"].digests == ("sha256:" + "ab" * 32,)
    assert by_name["faces"].attributes["personal_data"] == "faces; names"


def test_one_origin_may_stand_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "c.json", **{"prov:wasDerivedFrom": {"@id": "https://x/raw"}})
    assert edges(read_file(path)) == {("dataset:https://x/raw", "derive", "dataset:faces@2")}


def test_names_in_several_languages_and_terms_with_their_prefix_are_read(tmp_path: Path) -> None:
    content = {
        "@type": ["schema:Dataset"], "dct:conformsTo": {"@id": "http://mlcommons.org/croissant/1.1"},
        "sc:name": {"de": "Gesichter", "en": "faces"}, "https://schema.org/version": {"@value": "2"},
        "sc:license": [{"@id": "https://spdx.org/licenses/CC0-1.0"}, "MIT"],
        "schema:distribution": {"@id": "a.zip", "cr:md5": "ab" * 16, "sc:contentUrl": "s3://a.zip"},
        "prov:wasGeneratedBy": {"@type": "prov:Activity", "prov:used": [{"@id": "s3://raw", "prov:label": "raw"}]},
        "sc:isBasedOn": "s3://older",
    }  # fmt: skip
    path = tmp_path / "c.json"
    path.write_text(json.dumps(content))
    imported = read_file(path)

    assert edges(imported) == {
        ("dataset:faces@2", "contain", "dataset:a.zip"),
        ("dataset:raw", "derive", "dataset:faces@2"),
        ("dataset:s3://older", "derive", "dataset:faces@2"),
    }
    by_name = {node.name: node for node in imported.nodes}
    assert by_name["faces"].attributes["licence"] == "https://spdx.org/licenses/CC0-1.0; MIT"
    assert by_name["a.zip"].digests == ("md5:" + "ab" * 16,)
    assert imported.warnings == ()


def test_a_dataset_whose_parts_stand_elsewhere_in_the_graph_is_read(tmp_path: Path) -> None:
    graph = [
        {"@type": "cr:FileObject", "@id": "a.zip", "sha256": "ab" * 32},
        {
            "@type": "sc:Dataset", "@id": "d", "name": "faces", "conformsTo": "http://mlcommons.org/croissant/1.0",
            "distribution": [{"@id": "a.zip"}],
        },
    ]  # fmt: skip
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"@context": {}, "@graph": graph}))
    imported = read_file(path)

    assert edges(imported) == {("dataset:faces", "contain", "dataset:a.zip")}
    assert imported.nodes[1].digests == ("sha256:" + "ab" * 32,)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"@type": "sc:Person"}, "@type"),
        (
            {"distribution": [{"@id": "x", "md5": "ab" * 16}, {"@id": "x", "md5": "cd" * 16}]},
            "distribution[1].@id",
        ),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(write(tmp_path / "c.json", **content))
    assert f"at {place}, " in refused.value.what_happened


def test_trifles_cost_their_field_and_are_named(tmp_path: Path) -> None:
    parts = ["x", {"contentUrl": "https://x/y.zip"}, 7, {"@id": "in", "containedIn": {"@id": "nowhere"}}]
    imported = read_file(
        write(
            tmp_path / "c.json", distribution=parts, datePublished="soon", license=[{"@id": "MIT"}, ["x"], None],
            **{"prov:wasDerivedFrom": [{}], "version": None},
        )
    )  # fmt: skip
    names = {node.name for node in imported.nodes}
    assert {"faces", "x", "https://x/y.zip", "in"} <= names
    assert imported.nodes[0].created == ""
    assert {"datePublished", "distribution[2]", "distribution[3].containedIn[0]"} <= {
        warning.values["place"] for warning in imported.warnings
    }


def test_a_description_is_known_again_by_the_address_of_its_dataset_else_by_its_content(tmp_path: Path) -> None:
    def system(**content: Any) -> str:
        return read_file(write(tmp_path / "c.json", **content)).nodes[0].namespace

    assert system() != system(description="x")
    address = "https://data.acme.com/faces"
    assert system(url=address) == system(url=f"{address}/", version="3", description="x")
    assert system(url=address) != system(url="https://data.acme.com/other")


def test_a_dataset_of_the_hub_is_the_one_that_cards_name(tmp_path: Path) -> None:
    dataset = read_file(write(tmp_path / "c.json", url="https://huggingface.co/datasets/acme/faces"))
    card = tmp_path / "README.md"
    card.write_text("---\ndatasets: [acme/faces]\nmodel-index: [{name: acme/gate, results: []}]\n---\n")
    model = read_file(card)
    graph = graph_of((*dataset.nodes, *model.nodes), (*dataset.edges, *model.edges))
    (found,) = affected(graph, ["faces@2"]).models
    assert (found.name, found.certainty) == ("acme/gate", Certainty.INFERRED)


def test_data_without_a_name_of_its_own_is_nobody_else_s(tmp_path: Path) -> None:
    (node,) = read_file(write(tmp_path / "c.json", name="dataset")).nodes
    assert node.attributes["unidentified"] == "yes"
    imported = read_file(write(tmp_path / "c.json", **{"prov:wasDerivedFrom": [{"name": "images"}]}))
    origin = next(node for node in imported.nodes if node.name == "images")
    assert origin.attributes["unidentified"] == "yes"


def test_real_files_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    def real(name: str) -> Imported:
        return read_file(real_data / "lineage" / "croissant" / f"datasets__1.0__{name}__metadata.json")

    titanic = real("titanic")
    assert edges(titanic) == {
        ("dataset:Titanic@1.0.0", "contain", "dataset:passengers.csv"),
        ("dataset:Titanic@1.0.0", "contain", "dataset:genders.csv"),
        ("dataset:Titanic@1.0.0", "contain", "dataset:embarkation_ports.csv"),
    }
    assert titanic.nodes[1].digests == ("sha256:c617db2c7470716250f6f001be51304c76bcc8815527ab8bae734bdca0735737",)
    assert edges(real("wiki-text")) == {
        ("dataset:WikiText-103", "contain", "dataset:wikitext-103-v1.zip"),
        ("dataset:wikitext-103-v1.zip", "contain", "dataset:token-files"),
        ("dataset:WikiText-103", "contain", "dataset:splits.csv"),
    }
    assert "note.lineage.no-digest" in [warning.code for warning in real("gpt-3").warnings]
    assert message("note.lineage.no-name") in real("huggingface-squad").warnings


def test_files_of_two_datasets_with_one_name_are_no_question(tmp_path: Path) -> None:
    files = [{"@id": "data.csv"}]
    first = read_file(write(tmp_path / "a.json", distribution=files))
    second = read_file(write(tmp_path / "b.json", name="others", distribution=files))

    assert graph_of((*first.nodes, *second.nodes), (*first.edges, *second.edges)).questions == ()


def test_files_of_one_name_in_two_versions_tie_no_versions_to_each_other(tmp_path: Path) -> None:
    """What is made of the second version holds nothing of the first."""
    where = "https://data.acme.com/faces"
    parts = ([{"@id": "data.csv", "md5": digits * 16}] for digits in ("ab", "cd"))
    first, second = (
        read_file(write(tmp_path / "c.json", url=where, version=version, distribution=part))
        for version, part in zip("23", parts, strict=True)
    )
    (later,) = [node for node in second.nodes if node.version == "3"]
    net = Node("model:net", NodeKind.MODEL, "net")
    edges = (*first.edges, *second.edges, Edge(later.id, net.id, Role.TRAIN))
    graph = graph_of((*first.nodes, *second.nodes, net), edges)

    assert len(affected(graph, ["faces@2"]).models) == 0
    assert len(affected(graph, ["faces@3"]).models) == 1
