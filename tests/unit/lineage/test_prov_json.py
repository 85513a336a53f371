from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file


def write(path: Path, **content: Any) -> Path:
    path.write_text(json.dumps({"prefix": {"ex": "http://example.org/"}, **content}), encoding="utf-8")
    return path


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_usage_generation_and_derivation_are_edges_with_their_roles(tmp_path: Path) -> None:
    imported = read_file(
        write(
            tmp_path / "p.json",
            entity={
                "ex:faces": {},
                "ex:net": {"prov:type": {"$": "ex:Model", "type": "prov:QUALIFIED_NAME"}},
                "ex:child": {"prov:type": ["x", "MLModel"]},
            },
            activity={"ex:training": {"prov:endTime": "2026-02-01T10:00:00+01:00"}},
            used={
                "_:1": {"prov:activity": "ex:training", "prov:entity": "ex:faces"},
                "_:2": [{"prov:activity": "ex:training", "prov:entity": "ex:holdout", "prov:role": "validation"}],
            },
            wasGeneratedBy={"_:3": {"prov:entity": "ex:net", "prov:activity": "ex:training"}},
            wasDerivedFrom={"_:4": {"prov:generatedEntity": "ex:child", "prov:usedEntity": "ex:net"}},
            wasAttributedTo={"_:5": {"prov:entity": "ex:net", "prov:agent": "ex:someone"}},
        )
    )

    assert edges(imported) == {
        ("dataset:faces", "train", "run:training"),
        ("dataset:holdout", "validate", "run:training"),
        ("run:training", "produce", "model:net"),
        ("model:net", "fine-tune-base", "model:child"),
    }
    assert next(node for node in imported.nodes if node.kind == "run").ended == "2026-02-01T09:00:00Z"


def test_members_specialisations_alternates_and_invalidation(tmp_path: Path) -> None:
    imported = read_file(
        write(
            tmp_path / "p.json",
            hadMember={"_:1": {"prov:collection": "ex:all", "prov:entity": ["ex:a", "ex:b"]}},
            specializationOf={"_:2": {"prov:generalEntity": "ex:g", "prov:specificEntity": "ex:s"}},
            alternateOf={"_:3": {"prov:alternate1": "ex:x", "prov:alternate2": "ex:y"}},
            wasInvalidatedBy={"_:4": {"prov:entity": "ex:a", "prov:time": "2026-05-01T00:00:00Z"}},
        )
    )

    assert edges(imported) == {
        ("dataset:all", "contain", "dataset:a"),
        ("dataset:all", "contain", "dataset:b"),
        ("dataset:g", "contain", "dataset:s"),
        ("dataset:x", "copy", "dataset:y"),
        ("dataset:y", "copy", "dataset:x"),
    }
    assert {edge.certainty for edge in imported.edges if edge.role == "copy"} == {Certainty.INFERRED}
    assert next(node for node in imported.nodes if node.name == "a").ended == "2026-05-01T00:00:00Z"


def test_bundles_have_their_own_prefixes(tmp_path: Path) -> None:
    used = {"_:1": {"prov:activity": "ex:a", "prov:entity": "ex:e"}}
    imported = read_file(
        write(tmp_path / "p.json", used=used, bundle={"ex:b": {"prefix": {"ex": "http://other.org/"}, "used": used}})
    )

    spaces = sorted({node.namespace for node in imported.nodes})
    assert spaces[0] == "http://other.org/"
    assert spaces[1].startswith("prov:"), "nobody has example.org: it counts in this document alone"
    assert len(imported.nodes) == 4
    assert len(imported.edges) == 2


def test_agents_are_no_part_of_the_graph(tmp_path: Path) -> None:
    imported = read_file(
        write(
            tmp_path / "p.json",
            agent={"ex:someone": {}},
            wasInfluencedBy={"_:1": {"prov:influencee": "ex:e", "prov:influencer": "ex:someone"}},
        )
    )
    assert [node.name for node in imported.nodes] == ["e"]


def test_drafts_extensions_and_a_default_namespace_are_read(tmp_path: Path) -> None:
    imported = read_file(
        write(
            tmp_path / "p.json",
            prefix={"default": "http://example.org/", "ex": "http://example.org/"},
            wasRevisionOf={"_:1": {"prov:newer": "second", "prov:older": "ex:first"}},
            hadPrimarySource={"_:2": {"prov:generatedEntity": "ex:first", "prov:usedEntity": "root"}},
            used={"_:3": {"prov:activity": "a", "prov:entity": {"$": "ex:second", "type": "prov:QUALIFIED_NAME"}}},
            **{"ex:signed": {"_:4": {}}, "$schema": "x"},
        )
    )
    assert edges(imported) == {
        ("dataset:first", "derive", "dataset:second"),
        ("dataset:root", "derive", "dataset:first"),
        ("dataset:second", "input", "run:a"),
    }
    assert len(imported.nodes) == 4


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"used": {"_:1": {"prov:activity": 3, "prov:entity": "ex:e"}}}, "used, record 1, prov:activity"),
        ({"used": {"_:1": "x"}}, "used, record 1"),
        ({"prefix": {"ex": 1}}, "prefix"),
        ({"bundle": {"ex:b": {"entity": {"ex:e": []}, "used": {"_:1": 7}}}}, "bundle 1, used, record 1"),
    ],
)
def test_a_broken_record_is_refused_with_its_place(tmp_path: Path, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(write(tmp_path / "p.json", **content))
    assert f"at {place}, " in refused.value.what_happened


def test_an_odd_time_costs_that_field_and_is_named(tmp_path: Path) -> None:
    imported = read_file(write(tmp_path / "p.json", activity={"ex:a": {"prov:endTime": "late"}}))
    assert imported.nodes[0].ended == ""
    assert "activity, record 1, prov:endTime: “late”" in str(imported.warnings[0])


def test_two_documents_share_only_what_a_host_of_somebody_s_names(tmp_path: Path) -> None:
    def nodes(prefix: str, **content: Any) -> set[str]:
        used = {"_:1": {"prov:activity": "ex:a", "prov:entity": "ex:e"}}
        path = write(tmp_path / "p.json", prefix={"ex": prefix}, used=used, **content)
        return {node.id for node in read_file(path).nodes}

    for nobody in ("http://example.org/", "http://x/", "urn:mine:", "http://localhost:80/", "http://a.test/"):
        assert not nodes(nobody) & nodes(nobody, entity={"ex:more": {}}), nobody
    assert nodes("https://lake.acme.com/ns#") < nodes("https://lake.acme.com/ns#", entity={"ex:more": {}})


def test_who_received_what_an_activity_used_is_said(tmp_path: Path) -> None:
    imported = read_file(
        write(
            tmp_path / "p.json",
            entity={"ex:net": {"prov:type": "Model"}},
            activity={"ex:sale": {"prov:endTime": "2026-04-01T00:00:00Z"}},
            agent={"ex:Buyers": {}, "ex:Clerk": {}},
            used={"_:1": {"prov:activity": "ex:sale", "prov:entity": "ex:net"}},
            wasAssociatedWith={
                "_:2": {"prov:activity": "ex:sale", "prov:agent": "ex:Buyers", "prov:role": "recipient"},
                "_:3": {"prov:activity": "ex:sale", "prov:agent": "ex:Clerk", "prov:role": "seller"},
            },
        )
    )
    assert ("model:net", "pass-on", "recipient:Buyers") in edges(imported)
    assert "Clerk" not in {node.name for node in imported.nodes}
    assert next(edge for edge in imported.edges if edge.role == "pass-on").attributes == {
        "since": "2026-04-01T00:00:00Z"
    }


def test_a_thing_is_a_model_by_its_type_and_probably_one_by_a_word_or_a_file_name(tmp_path: Path) -> None:
    types = {"ex:a": "ex:Model", "ex:b": "ex:DataModelling", "ex:c": "ex:Photos"}
    entity = {name: {"prov:type": kind} for name, kind in types.items()}
    imported = read_file(write(tmp_path / "p.json", entity={**entity, "ex:runs/best.pt": {}, "ex:d": {}}))
    kinds = {node.name: (node.kind.value, node.attributes.get("kind-why", "")) for node in imported.nodes}
    assert kinds == {
        "a": ("model", ""), "b": ("model", "guess.kind.type"), "c": ("dataset", ""),
        "runs/best.pt": ("model", "guess.kind.file"), "d": ("dataset", ""),
    }  # fmt: skip


def test_real_files_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    def real(name: str) -> Imported:
        return read_file(real_data / "lineage" / "prov_json" / f"src__prov__tests__json__{name}.json")

    assert edges(real("usage7")) == {("dataset:e1", "input", "run:a1")}
    assert edges(real("generation5")) == {("run:a1", "produce", "dataset:e1")}
    assert edges(real("derivation5")) == {("dataset:e1", "derive", "dataset:e2")}
    assert edges(real("member1")) == {("dataset:c", "contain", "dataset:e1")}
    assert edges(real("specialization1")) == {("dataset:e1", "contain", "dataset:e2")}
    assert edges(real("bundle4")) == {("dataset:e1", "input", "run:a1"), ("dataset:ee1", "input", "run:aa1")}
    assert real("bundle4").nodes[2].namespace == "http://another.org/"
    assert real("invalidation7").nodes[0].ended == "2014-06-23T11:28:54Z"
    assert real("derivation9").warnings != ()
    for path in (real_data / "lineage" / "prov_json").glob("*.json"):
        assert read_file(path).format == "PROV-JSON"
