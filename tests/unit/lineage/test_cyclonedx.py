from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.lineage import Certainty, Imported
from dsr_desk.core.message import message
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import import_file
from lineage_fakes import graph_of

Write = Callable[..., Path]


@pytest.fixture
def bom(tmp_path: Path) -> Write:
    def written(**content: Any) -> Path:
        path = tmp_path / "bom.json"
        head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
        path.write_text(json.dumps({**head, **content}), encoding="utf-8")
        return path

    return written


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.label}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


MODEL = {"type": "machine-learning-model", "bom-ref": "m", "name": "gate", "version": "3"}
DATA = {"type": "data", "bom-ref": "d", "name": "faces", "version": "2026-01"}


def test_datasets_of_a_model_card_inline_and_by_reference_train_it(bom: Write) -> None:
    datasets = [{"ref": "d"}, {"type": "dataset", "name": "faces-test", "contents": {"url": "s3://faces-test"}}]
    model = {**MODEL, "modelCard": {"modelParameters": {"datasets": datasets}}}
    imported = import_file(bom(components=[{"type": "application", "name": "doors", "components": [model]}, DATA]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("dataset:faces-test", "evaluate", "model:gate@3"),
        ("model:gate@3", "serve", "product:doors"),
    }
    assert next(node for node in imported.nodes if node.name == "faces-test").aliases == ("s3://faces-test",)


def test_pedigree_dependencies_and_services_make_bases_and_deployments(bom: Write) -> None:
    base = {"type": "machine-learning-model", "name": "base", "version": "1"}
    child = {"type": "machine-learning-model", "name": "tiny", "version": "1"}
    model = {**MODEL, "pedigree": {"ancestors": [base], "descendants": [child]}}
    imported = import_file(
        bom(
            components=[model, DATA, {"type": "library", "bom-ref": "x", "name": "unrelated"}],
            services=[{"bom-ref": "s", "name": "door service", "services": [{"bom-ref": "t", "name": "inner"}]}],
            dependencies=[{"ref": "m", "dependsOn": ["d"]}, {"ref": "t", "dependsOn": ["m"]}, {"ref": "x"}],
        )
    )

    assert edges(imported) == {
        ("model:base@1", "fine-tune-base", "model:gate@3"),
        ("model:gate@3", "fine-tune-base", "model:tiny@1"),
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("model:gate@3", "serve", "deployment:inner"),
    }
    assert "unrelated" not in {node.name for node in imported.nodes}


def test_what_a_card_says_of_data_is_not_made_more_by_a_dependency_and_data_may_be_named_by_its_content(
    bom: Write,
) -> None:
    held_out = {
        "type": "data", "bom-ref": "c", "name": "faces-evaluation-data",
        "data": [{"type": "dataset", "bom-ref": "inner", "contents": {"url": "s3://held-out"}}],
    }  # fmt: skip
    model = {**MODEL, "modelCard": {"modelParameters": {"datasets": [{"ref": "d"}, {"ref": "inner"}]}}}
    imported = import_file(
        bom(components=[model, DATA, held_out], dependencies=[{"ref": "m", "dependsOn": ["d", "c"]}])
    )

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("dataset:faces-evaluation-data", "evaluate", "model:gate@3"),
    }
    assert "s3://held-out" in next(n for n in imported.nodes if n.name == "faces-evaluation-data").aliases


def test_an_ancestor_has_training_data_of_its_own_and_licences_are_kept(bom: Write) -> None:
    card = {"modelParameters": {"datasets": [{"ref": "d"}]}}
    base = {"type": "machine-learning-model", "name": "base", "licenses": [{"expression": "MIT OR Apache-2.0"}]}
    model = {**MODEL, "licenses": [{"license": {"id": "CC0-1.0"}}, {"license": {"name": "house rules"}}]}
    imported = import_file(bom(components=[DATA, {**model, "pedigree": {"ancestors": [{**base, "modelCard": card}]}}]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "model:base"),
        ("model:base", "fine-tune-base", "model:gate@3"),
    }
    assert {n.name: n.attributes.get("licence") for n in imported.nodes} == {
        "faces": None, "base": "MIT OR Apache-2.0", "gate": "CC0-1.0, house rules",
    }  # fmt: skip


def test_a_task_takes_data_by_its_address_and_gives_out_no_log(bom: Write) -> None:
    def outside(url: str) -> dict[str, Any]:
        return {"externalReference": {"type": "other", "url": url}}

    task = {
        "uid": "t", "name": "train",
        "inputs": [{"resource": outside("s3://photos")}],
        "outputs": [{"type": "artifact", "resource": {"ref": "m"}}, {"type": "log", "resource": outside("s3://log")}],
    }  # fmt: skip
    imported = import_file(bom(components=[MODEL], formulation=[{"workflows": [{"uid": "w", "tasks": [task]}]}]))
    assert edges(imported) == {
        ("dataset:s3://photos", "train", "run:train@t"),
        ("run:train@t", "produce", "model:gate@3"),
    }


def test_workflows_are_runs(bom: Write) -> None:
    task = {
        "uid": "t1", "name": "train", "timeEnd": "2026-02-01T00:00:00Z", "inputs": [{"resource": {"ref": "d"}}],
        "outputs": [{"resource": {"ref": "m"}}, {"environmentVars": ["A"]}],
    }  # fmt: skip
    imported = import_file(bom(components=[MODEL, DATA], formulation=[{"workflows": [{"uid": "w", "tasks": [task]}]}]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "run:train@t1"),
        ("run:train@t1", "produce", "model:gate@3"),
    }


def test_a_model_that_the_file_is_about_has_the_data_beside_it(bom: Write) -> None:
    imported = import_file(bom(metadata={"component": MODEL}, components=[DATA]))

    (edge,) = imported.edges
    assert edges(imported) == {("dataset:faces@2026-01", "train", "model:gate@3")}
    assert edge.certainty is Certainty.INFERRED


def test_hashes_are_content_digests(bom: Write) -> None:
    data = {**DATA, "hashes": [{"alg": "SHA-256", "content": "AB" * 32}]}
    assert import_file(bom(components=[data])).nodes[0].digests == ("sha256:" + "ab" * 32,)


def test_a_reference_into_another_file_joins_with_what_it_names(bom: Write) -> None:
    serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    first = import_file(bom(serialNumber=serial, components=[DATA]))
    link = "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#d"
    model = {**MODEL, "modelCard": {"modelParameters": {"datasets": [{"ref": link}]}}}
    second = import_file(bom(components=[model]))

    assert second.warnings == (message("note.lineage.undeclared", count=1),)
    graph = graph_of((*first.nodes, *second.nodes), (*first.edges, *second.edges))
    assert [m.name for m in affected(graph, ["faces@2026-01"]).models] == ["gate"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"bomFormat": "Other"}, "bomFormat"),
        ({"specVersion": "2.0"}, "specVersion"),
        ({"serialNumber": "urn:uuid:1"}, "serialNumber"),
        ({"metadata": {"timestamp": "yesterday"}}, "metadata.timestamp"),
        ({"metadata": {"component": {**MODEL, "isExternal": True}}}, "metadata.component.isExternal"),
        ({"metadata": {"distributionConstraints": {"tlp": "BLUE"}}}, "metadata.tlp"),
        ({"metadata": {"distribution": "Unrestricted"}}, "metadata.distribution"),
        ({"services": [{"name": "s", "properties": [{}]}]}, "services[0].properties[0]"),
        ({"components": [{**DATA, "licenses": [{"expression": "A"}, {"expression": "B"}]}]}, "components[0].licenses"),
        ({"components": [{"type": "foo", "name": "x"}]}, "components[0].type"),
        ({"components": [{"name": "x"}]}, "components[0].type"),
        ({"components": [{"type": "data"}]}, "components[0].name"),
        ({"components": [{**DATA, "bom-ref": ""}]}, "components[0].bom-ref"),
        ({"components": [{**DATA, "scope": "foo"}]}, "components[0].scope"),
        ({"components": [{**DATA, "versionRange": "vers:x/1"}]}, "components[0].versionRange"),
        ({"components": [{**DATA, "hashes": [{"alg": "foo", "content": "a" * 64}]}]}, "components[0].hashes[0].alg"),
        ({"components": [{**DATA, "hashes": [{"alg": "MD5", "content": "zz"}]}]}, "components[0].hashes[0].content"),
        ({"components": [{**DATA, "swid": {"tagId": "x"}}]}, "components[0].swid.name"),
        ({"components": [{**DATA, "licenses": [{"license": {}}]}]}, "components[0].licenses[0]"),
        ({"components": [{**DATA, "licenses": [{"expression": "MIT", "license": {}}]}]}, "components[0].licenses[0]"),
        ({"components": [{**DATA, "properties": [{"foo": "x"}]}]}, "components[0].properties[0]"),
        ({"components": [{**MODEL, "pedigree": {"patches": [{}]}}]}, "components[0].pedigree.patches[0].type"),
        ({"components": [{**MODEL, "components": [{"type": "data", "name": ""}]}]}, "components[0].components[0].name"),
        ({"services": [{"name": "s", "data": [{"classification": "x", "flow": "bar"}]}]}, "services[0].data[0].flow"),
        ({"services": [{}]}, "services[0].name"),
        ({"dependencies": [{"dependsOn": []}]}, "dependencies[0].ref"),
        ({"citations": [{"pointers": ["/a"]}]}, "citations[0]"),
        ({"components": {"type": "data"}}, "components"),
    ],
)  # fmt: skip
def test_what_is_not_cyclonedx_is_refused_with_its_place(bom: Write, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        import_file(bom(**content))
    assert f"at {place}, " in refused.value.what_happened


@pytest.mark.parametrize("ident", ["Apache-2", "CC-BY-SA-4", "MIT License", ""])
def test_a_licence_id_that_is_none_of_spdx_is_refused(bom: Write, ident: str) -> None:
    with pytest.raises(LineageFileDamaged, match=r"license\.id"):
        import_file(bom(components=[{**MODEL, "licenses": [{"license": {"id": ident}}]}]))
    assert import_file(bom(components=[{**MODEL, "licenses": [{"license": {"id": "Apache-2.0"}}]}])).nodes


def test_real_files_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    folder = real_data / "lineage" / "cyclonedx"
    for version in ("1.5", "1.6", "1.7"):
        path = folder / f"tools__src__test__resources__{version}__valid-machine-learning-{version}.json"
        assert edges(import_file(path)) == {("dataset:Training Data", "train", "model:CompVis/stable-diffusion@1.4")}
    steps = import_file(folder / "tools__src__test__resources__1.7__valid-formulation-1.7.json")
    assert edges(steps) == {
        ("dataset:component-a", "input", "run:fetch-repository@task-uid-1"),
        ("run:fetch-repository@task-uid-1", "produce", "dataset:component-b"),
    }
    gateway = import_file(folder / "bomex__SaaSBOM__apigateway-microservices-datastores__bom.json")
    assert len([node for node in gateway.nodes if node.kind == "deployment"]) == 6
    assert ("deployment:com.amazon/S3", "serve", "deployment:com.example/Microservice 3@2022-1") in edges(gateway)


def test_real_invalid_files_are_refused_and_valid_ones_are_not(real_data: Path) -> None:
    for path in sorted((real_data / "lineage" / "cyclonedx").glob("*valid-*.json")):
        if "__invalid-" in path.name:
            with pytest.raises(LineageFileDamaged):
                import_file(path)
        else:
            assert import_file(path).format == "CycloneDX", path.name
