from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import LineageFileDamaged
from dsr_desk.lineage.importers.registry import read_file


@pytest.fixture
def card(tmp_path: Path) -> Callable[..., Path]:
    def written(front: str, name: str = "gate/README.md", body: str = "\n# Gate\n") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(f"---\n{front}\n---\n{body}".encode())
        return path

    return written


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.label}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def test_datasets_train_and_results_evaluate(card: Callable[..., Path]) -> None:
    front = """
datasets: [acme/faces, ./local/faces]
tags: [face, 'dataset:acme/more']
model-index:
- name: gate
  results:
  - task: {type: x}
    dataset: {type: acme/board, name: Board, revision: 12ab, split: test}
  - dataset: {type: acme/faces, name: Faces, split: validation}
"""
    assert edges(read_file(card(front))) == {
        ("dataset:acme/faces", "train", "model:gate"),
        ("dataset:./local/faces", "train", "model:gate"),
        ("dataset:acme/more", "train", "model:gate"),
        ("dataset:acme/board@12ab", "evaluate", "model:gate"),
        ("dataset:acme/faces", "validate", "model:gate"),
    }


@pytest.mark.parametrize(
    ("front", "role"),
    [
        ("base_model: acme/base", "fine-tune-base"),
        ("base_model: acme/base\nbase_model_relation: quantized", "quantise"),
        ("base_model: acme/base\nlibrary_name: peft", "adapter"),
        ("base_model: [acme/base]\ntags: ['base_model:adapter:acme/base']", "adapter"),
        ("base_model: acme/base\ntags: ['base_model:acme/base']\nbase_model_relation: merge", "merge"),
        ("base_model:\n- acme/base\n- acme/base2", "merge"),
        ("base_model: https://huggingface.co/acme/base", "fine-tune-base"),
        ("tags: ['base_model:quantized:acme/base']", "quantise"),
        ("tags: ['base_model:acme/base', 'base_model:adapter:acme/base', 'base_model:odd:acme/base']", "adapter"),
    ],
)
def test_the_relation_to_the_base_is_its_role(card: Callable[..., Path], front: str, role: str) -> None:
    assert ("model:acme/base", role, "model:gate") in edges(read_file(card(front)))


def test_a_folder_with_an_adapter_configuration_is_an_adapter_of_the_card(card: Callable[..., Path]) -> None:
    path = card("base_model: acme/base\ndatasets: acme/faces")
    config = path.parent / "adapter_config.json"
    config.write_text('{"base_model_name_or_path": "acme/base", "peft_type": "LORA"}', encoding="utf-8")

    assert edges(read_file(path.parent)) == {
        ("model:acme/base", "adapter", "model:gate"),
        ("dataset:acme/faces", "train", "model:gate"),
    }
    assert edges(read_file(config)) == {("model:acme/base", "adapter", "model:gate")}


def test_a_dataset_card_names_its_sources(card: Callable[..., Path]) -> None:
    front = "pretty_name: Faces\nsource_datasets: [original, 'extended|wider', acme/raw]"
    assert edges(read_file(card(front, "faces/README.md"))) == {
        ("dataset:wider", "derive", "dataset:faces"),
        ("dataset:acme/raw", "derive", "dataset:faces"),
    }


def test_windows_line_ends_and_missing_front_matter_are_read(card: Callable[..., Path], tmp_path: Path) -> None:
    path = card("datasets: acme/faces\r\nlicense: mit\r", body="\r\n# Gate\r\n")
    assert edges(read_file(path)) == {("dataset:acme/faces", "train", "model:gate")}

    assert read_file(card("license: mit\ntags: [no, face]")).warnings[0] == message("note.lineage.card-of-what")
    bare = tmp_path / "bare.md"
    bare.write_text("# Model Card for Silent\n\nNothing.\n", encoding="utf-8")
    imported = read_file(bare)
    assert [node.label for node in imported.nodes] == ["Silent"]
    assert imported.warnings[0] == message("note.lineage.no-front-matter")


def test_what_people_write_into_cards_is_read(card: Callable[..., Path]) -> None:
    front = "datasets:\n- acme/faces\n-\n- 2024\nbase_model: '[More Information Needed]'\ntags: face\nlicense: other"
    imported = read_file(card(f"{front}\nlicense_name: house"))

    assert edges(imported) == {
        ("dataset:acme/faces", "train", "model:gate"),
        ("dataset:2024", "train", "model:gate"),
    }
    assert imported.nodes[0].attributes["licence"] == "house"
    assert read_file(card("license: [mit, apache-2.0]")).nodes[0].attributes["licence"] == "mit, apache-2.0"
    relation = "base_model: acme/base\nbase_model_relation: Distillation"
    assert edges(read_file(card(relation))) == {("model:acme/base", "distil", "model:gate")}


def test_old_line_ends_are_read_and_a_heading_tells_a_dataset(card: Callable[..., Path]) -> None:
    path = card("datasets: acme/faces\r", body="\r# Gate\r")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert edges(read_file(path)) == {("dataset:acme/faces", "train", "model:gate")}

    (dataset,) = read_file(card("license: mit", "faces/README.md", "# Dataset Card for Faces\n")).nodes
    assert (dataset.kind, dataset.name) == ("dataset", "faces")


def test_an_adapter_that_does_not_name_its_base_is_a_model_without_lineage(tmp_path: Path) -> None:
    path = tmp_path / "adapter_config.json"
    path.write_text('{"base_model_name_or_path": null, "peft_type": "LORA"}')
    imported = read_file(path)
    assert (len(imported.nodes), imported.edges) == (1, ())
    assert imported.warnings[0] == message("note.lineage.adapter-of-what")


@pytest.mark.parametrize(
    ("front", "words"),
    [
        ("[acme/faces]", "an object is expected"),
        ("datasets: [acme/faces", "line 2"),
        ("base_model: {base_model}", "placeholder"),
        ("{{card_data}}", "placeholder"),
        ("x: &a {b: c}\ny: {<<: *a}", "plain YAML"),
    ],
)
def test_a_broken_card_is_refused(card: Callable[..., Path], front: str, words: str) -> None:
    with pytest.raises(LineageFileDamaged, match=words):
        read_file(card(front))


def test_real_cards_have_the_graph_that_a_person_reads_in_them(real_data: Path) -> None:
    folder = real_data / "lineage" / "hf_cards"
    assert edges(read_file(folder / "tests__fixtures__cards__sample_simple.md")) == {
        ("dataset:beans", "train", "model:my-cool-model")
    }
    assert edges(read_file(folder / "tests__fixtures__cards__sample_simple_model_index.md")) == {
        ("dataset:beans", "train", "model:my-cool-model"),
        ("dataset:beans", "evaluate", "model:my-cool-model"),
        ("dataset:beans@5503434ddd753f426f4b38109466949a1217c2bb", "evaluate", "model:my-cool-model"),
    }
    for name in ("no_metadata", "windows_line_breaks", "datasetcard_simple"):
        imported = read_file(folder / f"tests__fixtures__cards__sample_{name}.md")
        assert (len(imported.nodes), len(imported.edges)) == (1, 0)


def test_real_templates_are_refused_and_a_result_without_its_data_costs_that_result(real_data: Path) -> None:
    folder = real_data / "lineage" / "hf_cards"
    names = [path for path in folder.glob("*.md") if "template" in path.name]
    for path in [*names, folder / "modelcard.md", folder / "datasetcard.md"]:
        with pytest.raises(LineageFileDamaged):
            read_file(path)
    empty = read_file(folder / "tests__fixtures__cards__sample_invalid_card_data.md")
    assert [warning.code for warning in empty.warnings] == ["note.lineage.no-front-matter"]
    imported = read_file(folder / "tests__fixtures__cards__sample_invalid_model_index.md")
    assert edges(imported) == {("dataset:beans", "train", "model:my-cool-model")}
    assert imported.warnings[0].values["place"] == "model-index[0].results[0].dataset"


def spaces(imported: Imported) -> dict[str, str]:
    return {node.name: node.namespace.partition(":")[0] + "!" * (":" in node.namespace) for node in imported.nodes}


def test_what_has_an_owner_is_of_the_hub_and_all_else_is_the_card_s_own(card: Callable[..., Path]) -> None:
    front = "datasets: [acme/faces, ./local/faces, faces2]\nbase_model: acme/base"
    imported = read_file(card(front))
    assert spaces(imported) == {
        "gate": "huggingface!", "acme/faces": "huggingface", "./local/faces": "huggingface!", "faces2": "huggingface!",
        "acme/base": "huggingface",
    }  # fmt: skip
    others = read_file(card(f"{front}\nlicense: mit"))
    assert not {n.id for n in imported.nodes if ":" in n.namespace} & {n.id for n in others.nodes}


def test_a_clone_of_the_hub_is_called_as_it_is_there(card: Callable[..., Path]) -> None:
    path = card("datasets: acme/faces")
    (path.parent / ".git").mkdir()
    (path.parent / ".git" / "config").write_text('[remote "origin"]\n\turl = https://huggingface.co/acme/door\n')
    assert read_file(path.parent).nodes[0].name == "acme/door"


@pytest.mark.parametrize("name", ["imagefolder", "json", "dataset", "parquet"])
def test_a_loader_is_no_dataset_that_two_models_share(card: Callable[..., Path], name: str) -> None:
    front = f"datasets: [{name}]\nmodel-index:\n- name: NAME\n  results:\n  - dataset: {{type: {name}, name: {name}}}"
    both = [read_file(card(front.replace("NAME", one), f"{one}/README.md")) for one in ("one", "two")]

    data = [node for imported in both for node in imported.nodes if node.kind == "dataset"]
    assert len({node.id for node in data}) == len(data) == 2
    assert {node.attributes["unidentified"] for node in data} == {"yes"}
    assert {(edge.role, edge.certainty) for edge in both[0].edges} == {
        (Role.TRAIN, Certainty.RECORDED), (Role.EVALUATE, Certainty.RECORDED),
    }  # fmt: skip


def test_a_result_on_data_that_a_loader_read_says_no_more_than_its_title(card: Callable[..., Path]) -> None:
    front = "model-index:\n- name: gate\n  results:\n  - dataset: {type: imagefolder, name: Doors}"
    imported = read_file(card(front))
    (data,) = [node for node in imported.nodes if node.kind == "dataset"]
    assert (data.name, data.attributes["unidentified"]) == ("Doors", "yes")


def test_a_relation_that_is_not_stated_in_known_words_is_inferred_and_named(card: Callable[..., Path]) -> None:
    imported = read_file(card("base_model: acme/base\nbase_model_relation: cousin"))
    (edge,) = imported.edges
    assert (edge.role, edge.certainty) == (Role.FINE_TUNE_BASE, Certainty.INFERRED)
    assert edge.attributes["why"] == "guess.card.relation"
    assert imported.warnings[0].values["text"] == "cousin"
    several = read_file(card("base_model: [acme/base, acme/base2]"))
    assert {edge.certainty for edge in several.edges} == {Certainty.INFERRED}


def test_a_branch_is_no_version_and_a_commit_is(card: Callable[..., Path]) -> None:
    path = card("base_model: acme/base")
    config = path.parent / "adapter_config.json"
    for revision, label in (("main", "acme/base"), ("5503434ddd753f426f4b38109466949a1217c2bb", None)):
        config.write_text(f'{{"base_model_name_or_path": "acme/base", "revision": "{revision}"}}')
        imported = read_file(path.parent)
        assert edges(imported) == {(f"model:{label or f'acme/base@{revision}'}", "adapter", "model:gate")}
        assert len(imported.nodes) == 2


def test_odd_entries_of_a_card_cost_themselves_and_what_was_used_stays_known(card: Callable[..., Path]) -> None:
    front = """
datasets: [{name: acme/faces, split: train}, {a: b}, [x], true]
license: {id: mit}
pipeline_tag: [face]
tags: {a: b}
new_version: null
"""
    imported = read_file(card(front))
    assert ("dataset:acme/faces", "train", "model:gate") in edges(imported)
    assert len(imported.edges) == 4, "that something was used is known by an entry that names nothing"
    places = {str(warning.values["place"]) for warning in imported.warnings}
    assert "the front matter, license" in places


def test_a_space_stands_on_the_models_that_it_names(card: Callable[..., Path]) -> None:
    front = "title: Doors\nsdk: gradio\napp_file: app.py\nmodels: [acme/gate]\ndatasets: [acme/faces]"
    assert edges(read_file(card(front, "doors/README.md"))) == {
        ("model:acme/gate", "serve", "product:doors"), ("dataset:acme/faces", "input", "product:doors"),
    }  # fmt: skip
