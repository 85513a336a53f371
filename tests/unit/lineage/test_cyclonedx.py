from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file
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
    imported = read_file(bom(components=[{"type": "application", "name": "doors", "components": [model]}, DATA]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("dataset:faces-test", "train", "model:gate@3"),
        ("model:gate@3", "serve", "product:doors"),
    }
    assert {edge.certainty for edge in imported.edges} == {Certainty.INFERRED}
    assert next(node for node in imported.nodes if node.name == "faces-test").aliases == ("s3://faces-test",)


def test_pedigree_dependencies_and_services_make_bases_and_deployments(bom: Write) -> None:
    base = {"type": "machine-learning-model", "name": "base", "version": "1"}
    child = {"type": "machine-learning-model", "name": "tiny", "version": "1"}
    model = {**MODEL, "pedigree": {"ancestors": [base], "descendants": [child]}}
    imported = read_file(
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
    imported = read_file(bom(components=[model, DATA, held_out], dependencies=[{"ref": "m", "dependsOn": ["d", "c"]}]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "model:gate@3"),
        ("dataset:faces-evaluation-data", "train", "model:gate@3"),
    }
    assert "s3://held-out" in next(n for n in imported.nodes if n.name == "faces-evaluation-data").aliases


def test_an_ancestor_has_training_data_of_its_own_and_licences_are_kept(bom: Write) -> None:
    card = {"modelParameters": {"datasets": [{"ref": "d"}]}}
    base = {"type": "machine-learning-model", "name": "base", "licenses": [{"expression": "MIT OR Apache-2.0"}]}
    model = {**MODEL, "licenses": [{"license": {"id": "CC0-1.0"}}, {"license": {"name": "house rules"}}]}
    imported = read_file(bom(components=[DATA, {**model, "pedigree": {"ancestors": [{**base, "modelCard": card}]}}]))

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
    imported = read_file(bom(components=[MODEL], formulation=[{"workflows": [{"uid": "w", "tasks": [task]}]}]))
    assert edges(imported) == {
        ("dataset:s3://photos", "train", "run:train@t"),
        ("run:train@t", "produce", "model:gate@3"),
    }


def test_workflows_are_runs(bom: Write) -> None:
    task = {
        "uid": "t1", "name": "train", "timeEnd": "2026-02-01T00:00:00Z", "inputs": [{"resource": {"ref": "d"}}],
        "outputs": [{"resource": {"ref": "m"}}, {"environmentVars": ["A"]}],
    }  # fmt: skip
    imported = read_file(bom(components=[MODEL, DATA], formulation=[{"workflows": [{"uid": "w", "tasks": [task]}]}]))

    assert edges(imported) == {
        ("dataset:faces@2026-01", "train", "run:train@t1"),
        ("run:train@t1", "produce", "model:gate@3"),
    }


def test_a_model_that_the_file_is_about_has_the_data_beside_it(bom: Write) -> None:
    imported = read_file(bom(metadata={"component": MODEL}, components=[DATA]))

    (edge,) = imported.edges
    assert edges(imported) == {("dataset:faces@2026-01", "train", "model:gate@3")}
    assert edge.certainty is Certainty.INFERRED


def test_hashes_are_content_digests(bom: Write) -> None:
    data = {**DATA, "hashes": [{"alg": "SHA-256", "content": "AB" * 32}]}
    assert read_file(bom(components=[data])).nodes[0].digests == ("sha256:" + "ab" * 32,)


SERIAL = "urn:uuid:9b1f3c52-6a0d-4d53-8a51-0f6f1c2a7e44"


def test_a_reference_into_another_file_joins_with_what_it_names(bom: Write) -> None:
    first = read_file(bom(serialNumber=SERIAL, components=[DATA]))
    link = f"{SERIAL.replace('uuid', 'cdx')}/1#d"
    model = {**MODEL, "modelCard": {"modelParameters": {"datasets": [{"ref": link}]}}}
    second = read_file(bom(components=[model]))

    assert second.warnings == (message("note.lineage.undeclared", count=1),)
    graph = graph_of((*first.nodes, *second.nodes), (*first.edges, *second.edges))
    assert [m.name for m in affected(graph, ["faces@2026-01"]).models] == ["gate"]


CARD = {"modelParameters": {"datasets": [{"ref": "d"}]}}


def test_a_role_is_never_read_from_a_name_and_what_the_card_leaves_open_is_asked(bom: Write) -> None:
    held_out = {**DATA, "name": "member-photos-test-group"}
    imported = read_file(bom(components=[{**MODEL, "modelCard": CARD}, held_out]))

    (edge,) = imported.edges
    assert (edge.role, edge.certainty) == (Role.TRAIN, Certainty.INFERRED)
    assert edge.attributes == {
        "why": "guess.cyclonedx.dataset", "by": "modelCard.modelParameters.datasets",
        "text": "member-photos-test-group@2026-01",
    }  # fmt: skip


def test_two_documents_are_two_systems_and_a_new_edition_is_the_same(bom: Write) -> None:
    def systems(**content: Any) -> set[str]:
        return {node.namespace for node in read_file(bom(**content)).nodes}

    first, second = systems(components=[MODEL, DATA]), systems(components=[MODEL])
    assert len(first) == len(second) == 1
    assert not first & second
    edition = systems(serialNumber=SERIAL, version=2, components=[MODEL])
    assert systems(serialNumber=SERIAL, components=[MODEL, DATA]) == edition
    assert (
        systems(
            serialNumber=SERIAL, metadata={"component": {"type": "application", "name": "other"}}, components=[MODEL]
        )
        != edition
    ), "a serial number that was copied into a file about something else"


def test_the_serial_number_of_the_specification_s_examples_is_no_identity(bom: Write) -> None:
    for serial in ("3e671687-395b-41f5-a30f-a58921a69b79", "00000000-0000-0000-0000-000000000000"):
        found = [read_file(bom(serialNumber=f"urn:uuid:{serial}", version=n, components=[MODEL])) for n in (1, 2)]
        assert found[0].nodes[0].namespace != found[1].nodes[0].namespace
        assert "no document's own" in str(found[0].warnings[0])


def test_data_that_nothing_identifies_is_a_model_s_own(bom: Write) -> None:
    listed = [{"name": "dataset"}, {}, {"ref": "nowhere"}, "Training Data", None]
    imported = read_file(bom(components=[{**MODEL, "modelCard": {"modelParameters": {"datasets": listed}}}]))

    data = [node for node in imported.nodes if node.kind is NodeKind.DATASET]
    assert len(data) == 5
    assert all(node.attributes["unidentified"] == "yes" for node in data)
    assert {edge.role for edge in imported.edges} == {Role.TRAIN}


def test_addresses_of_services_are_endpoints(bom: Write) -> None:
    service = {"name": "door service", "bom-ref": "s", "endpoints": ["https://doors.acme.com/v1", "https://b.acme.com"]}
    imported = read_file(bom(components=[MODEL], services=[service], dependencies=[{"ref": "s", "dependsOn": ["m"]}]))

    assert edges(imported) == {
        ("model:gate@3", "serve", "deployment:door service"),
        ("deployment:door service", "serve", "endpoint:https://doors.acme.com/v1"),
        ("deployment:door service", "serve", "endpoint:https://b.acme.com"),
    }


@pytest.mark.parametrize(
    ("content", "place", "text"),
    [
        ({"bomFormat": "cyclonedx", "specVersion": "1.9"}, "specVersion", "1.9"),
        ({"serialNumber": "urn:uuid:1"}, "serialNumber", "urn:uuid:1"),
        ({"metadata": {"timestamp": "yesterday"}}, "metadata.timestamp", "yesterday"),
        ({"metadata": {"timestamp": 1767225600}}, "metadata.timestamp", "1767225600"),
        ({"metadata": {"distributionConstraints": {"tlp": "BLUE"}}}, "metadata.tlp", "BLUE"),
        ({"metadata": {"component": "gate"}}, "metadata.component", "gate"),
        ({"components": [{**MODEL, "scope": "foo"}]}, "components[0].scope", "foo"),
        ({"components": [MODEL, {"type": "widget", "name": "x"}]}, "components[1].type", "widget"),
        ({"components": [MODEL, "x"]}, "components[1]", "x"),
        ({"components": [{**MODEL, "licenses": [{"license": {"id": "Apache 2.0"}}]}]},
         "components[0].licenses[0].license.id", "Apache 2.0"),
        ({"components": [{**MODEL, "licenses": [{"license": {}}]}]}, "components[0].licenses[0]", "{…}"),
        ({"components": [{**MODEL, "licenses": ["house rules"]}]}, "components[0].licenses[0]", "house rules"),
        ({"components": [{**MODEL, "hashes": [{"alg": "CRC32", "content": "ab"}]}]},
         "components[0].hashes[0].alg", "CRC32"),
        ({"components": [{**MODEL, "hashes": [{"alg": "SHA-256", "content": "zz"}]}]},
         "components[0].hashes[0].content", "zz"),
        ({"components": [{**MODEL, "pedigree": []}]}, "components[0].pedigree", "[…]"),
        ({"components": [{**MODEL, "modelCard": "see paper"}]}, "components[0].modelCard", "see paper"),
        ({"components": [{**MODEL, "group": ["a"]}]}, "components[0].group", "[…]"),
        ({"services": [{"name": "s", "data": [{"classification": "x", "flow": "bar"}]}]}, "services[0].data[0].flow",
         "bar"),
    ],
)  # fmt: skip
def test_a_trifle_costs_its_field_and_is_named(bom: Write, content: dict[str, Any], place: str, text: str) -> None:
    imported = read_file(bom(**{"components": [MODEL], **content}))

    warning = next(one for one in imported.warnings if one.values.get("place") == place)
    assert warning.values["text"] == text
    assert "gate" in {node.name for node in imported.nodes}


def test_what_is_null_or_unknown_changes_nothing(bom: Write) -> None:
    nothing = dict.fromkeys(("hashes", "licenses", "pedigree", "properties", "data", "components", "purl", "group"))
    plain = read_file(bom(components=[{**MODEL, "modelCard": CARD}, DATA]))
    odd = read_file(
        bom(
            components=[
                {**nothing, **MODEL, "modelCard": {**CARD, "considerations": None}},
                {**DATA, **nothing, "x": 1},
            ],
            metadata=None, services=None, dependencies=None, formulation=None, extra={"a": [1]},
        )
    )  # fmt: skip
    assert edges(odd) == edges(plain)
    assert odd.warnings == ()


def test_types_are_known_in_any_spelling_and_a_model_card_makes_a_model(bom: Write) -> None:
    imported = read_file(
        bom(
            components=[
                {**MODEL, "type": "Machine_Learning Model"},
                {"type": "ml-model", "name": "carded", "modelCard": {}},
                {"type": "file", "name": "weights/best.pt"},
                {"type": "weird", "name": "dropped"},
            ]
        )
    )
    assert {(node.kind.value, node.name) for node in imported.nodes} == {
        ("model", "gate"), ("model", "carded"), ("model", "weights/best.pt"),
    }  # fmt: skip
    why = {node.name: node.attributes.get("kind-why", "") for node in imported.nodes}
    assert why == {"gate": "", "carded": "guess.kind.model-card", "weights/best.pt": "guess.kind.file"}


def test_what_is_no_digest_joins_nothing(bom: Write) -> None:
    hashes = [{"alg": "SHA-256", "content": "ab" * 16}, {"alg": "MD5", "content": "no"}, {"content": "ab" * 16}]
    imported = read_file(bom(components=[{**DATA, "hashes": hashes}]))
    assert imported.nodes[0].digests == ()
    assert len(imported.warnings) == 3


def test_a_dependency_of_a_model_is_concluded_to_be_its_training(bom: Write) -> None:
    imported = read_file(bom(components=[MODEL, DATA], dependencies=[{"ref": "m", "dependsOn": ["d"]}]))
    (edge,) = imported.edges
    assert (edge.role, edge.certainty) == (Role.TRAIN, Certainty.INFERRED)
    assert edge.attributes["why"] == "guess.cyclonedx.depends"


def test_algorithms_are_known_in_any_spelling(bom: Write) -> None:
    hashes = [{"alg": alg, "content": "AB" * 32} for alg in ("sha256", "SHA_256", "sha-256")]
    (node,) = read_file(bom(components=[{**DATA, "hashes": hashes}])).nodes
    assert node.digests == ("sha256:" + "ab" * 32,) * 3


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"bomFormat": "Other"}, "bomFormat"),
        ({"specVersion": "2.0"}, "specVersion"),
        ({"components": [MODEL, {**DATA, "bom-ref": "m"}]}, "components[1].bom-ref"),
    ],
)
def test_what_is_not_cyclonedx_is_refused_with_its_place(bom: Write, content: dict[str, Any], place: str) -> None:
    with pytest.raises(LineageFileDamaged) as refused:
        read_file(bom(**content))
    assert f"at {place}, " in refused.value.what_happened


@pytest.mark.parametrize("ident", ["Apache-2", "CC-BY-SA-4", "MIT License"])
def test_a_licence_id_that_is_none_of_spdx_is_kept_as_it_is_written_and_named(bom: Write, ident: str) -> None:
    (node, *_), (warning,) = (
        getattr(read_file(bom(components=[{**MODEL, "licenses": [{"license": {"id": ident}}]}])), what)
        for what in ("nodes", "warnings")
    )
    assert node.licence == ident
    assert (warning.values["place"], warning.values["text"]) == ("components[0].licenses[0].license.id", ident)
    fit = read_file(bom(components=[{**MODEL, "licenses": [{"license": {"id": "Apache-2.0"}}]}]))
    assert fit.warnings == ()


def test_real_files_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    folder = real_data / "lineage" / "cyclonedx"
    for version in ("1.5", "1.6", "1.7"):
        path = folder / f"tools__src__test__resources__{version}__valid-machine-learning-{version}.json"
        assert edges(read_file(path)) == {("dataset:Training Data", "train", "model:CompVis/stable-diffusion@1.4")}
    steps = read_file(folder / "tools__src__test__resources__1.7__valid-formulation-1.7.json")
    assert edges(steps) == {
        ("dataset:component-a", "input", "run:fetch-repository@task-uid-1"),
        ("run:fetch-repository@task-uid-1", "produce", "dataset:component-b"),
    }
    gateway = read_file(folder / "bomex__SaaSBOM__apigateway-microservices-datastores__bom.json")
    assert len([node for node in gateway.nodes if node.kind == "deployment"]) == 6
    assert ("deployment:com.amazon/S3", "serve", "deployment:com.example/Microservice 3@2022-1") in edges(gateway)


def test_real_files_are_read_and_another_format_is_refused(real_data: Path) -> None:
    for path in sorted((real_data / "lineage" / "cyclonedx").glob("*valid-*.json")):
        if "invalid-bomformat" in path.name:
            with pytest.raises(LineageFileDamaged):
                read_file(path)
        else:
            assert read_file(path).format == "CycloneDX", path.name
