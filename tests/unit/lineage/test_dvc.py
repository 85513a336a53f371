from __future__ import annotations

from pathlib import Path

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.impact import affected
from dsr_desk.lineage.importers.draft import LineageFileDamaged, system_of
from dsr_desk.lineage.importers.dvc import normalised
from dsr_desk.lineage.importers.registry import import_file
from lineage_fakes import graph_of
from repositories import Repository, needs_git

LOCK = """schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py raw
    deps:
    - path: prepare.py
      hash: md5
      md5: 00000000000000000000000000000001
      size: 10
    - path: data/raw.zip
      hash: md5
      md5: AA000000000000000000000000000002
      size: 100
    outs:
    - path: data/crops
      hash: md5
      md5: bb000000000000000000000000000003.dir
      size: 100
      nfiles: 12
  train@large:
    cmd: python train.py
    deps:
    - path: data/crops
      hash: md5
      md5: bb000000000000000000000000000003.dir
    outs:
    - path: out/gate.bin
      hash: md5
      md5: cc000000000000000000000000000004
    - path: out/model.onnx
      hash: md5
      md5: dd000000000000000000000000000005
  evaluate:
    cmd: python evaluate.py
    deps:
    - path: data/crops
      md5: bb000000000000000000000000000003.dir
    - path: out/model.onnx
      md5: dd000000000000000000000000000005
    outs:
    - path: scores.csv
      md5: ee000000000000000000000000000006
"""


def edges(imported: Imported) -> set[tuple[str, str, str]]:
    label = {node.id: f"{node.kind.value}:{node.name}" for node in imported.nodes}
    return {(label[edge.origin], edge.role.value, label[edge.target]) for edge in imported.edges}


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_stages_are_runs_and_code_is_no_data(tmp_path: Path) -> None:
    imported = import_file(write(tmp_path, "dvc.lock", LOCK))

    assert edges(imported) == {
        ("dataset:data/raw.zip", "input", "run:prepare"),
        ("run:prepare", "produce", "dataset:data/crops"),
        ("dataset:data/crops", "train", "run:train@large"),
        ("run:train@large", "produce", "model:out/gate.bin"),
        ("run:train@large", "produce", "model:out/model.onnx"),
        ("dataset:data/crops", "input", "run:evaluate"),
        ("dataset:data/crops", "evaluate", "model:out/model.onnx"),
        ("model:out/model.onnx", "input", "run:evaluate"),
        ("run:evaluate", "produce", "dataset:scores.csv"),
    }
    crops = next(node for node in imported.nodes if node.name == "data/crops")
    assert crops.digests == ("md5:bb000000000000000000000000000003.dir",)
    assert imported.warnings[0] == message("note.lineage.no-declared-models")


def test_declared_artifacts_name_the_models_of_a_repository(tmp_path: Path) -> None:
    write(tmp_path, "ml/dvc.lock", LOCK)
    write(tmp_path, "ml/dvc.yaml", "artifacts:\n  gate:\n    path: out/gate.bin\n    type: model\nstages: {}\n")
    write(tmp_path, "ml/data/raw.zip.dvc", "outs:\n- md5: AA000000000000000000000000000002\n  path: raw.zip\n")
    write(tmp_path, ".dvc/cache/files/x.dvc", "not: read")
    imported = import_file(tmp_path)

    assert ("run:ml/train@large", "produce", "model:gate") in edges(imported)
    assert [node.name for node in imported.nodes if node.name.endswith("raw.zip")] == ["ml/data/raw.zip"]


def test_stages_without_a_lock_are_read_as_they_are_written(tmp_path: Path) -> None:
    text = (
        "stages:\n  train:\n    cmd: python t.py\n    deps: [t.py, faces]\n"
        "    outs:\n    - model.pt:\n        cache: false\n"
        "  each:\n    foreach: [a]\n    do: {cmd: x}\n"
    )
    imported = import_file(write(tmp_path, "dvc.yaml", text))

    assert edges(imported) == {("dataset:faces", "train", "run:train"), ("run:train", "produce", "model:model.pt")}
    assert "stage 2 is a template and has no lock; it was not read." in map(str, imported.warnings)


def test_imports_keep_repository_and_commit_or_address(tmp_path: Path) -> None:
    repo = "deps:\n- path: faces\n  repo: {url: 'git@host:a/b', rev_lock: 12ab}\nouts:\n- {md5: 0f, path: faces}\n"
    imported = import_file(write(tmp_path, "faces.dvc", repo))
    (edge,) = imported.edges
    origin = next(node for node in imported.nodes if node.id == edge.origin)
    assert (origin.name, origin.version, edge.role) == ("faces", "12ab", Role.DERIVE)
    assert origin.namespace == system_of("dvc", "remote", "host/a/b")

    url = "deps:\n- {path: 's3://b/x.zip', etag: e1}\nouts:\n- {md5: 0f, path: x.zip}\n"
    assert ("dataset:s3://b/x.zip", "derive", "dataset:x.zip") in edges(import_file(write(tmp_path, "x.dvc", url)))


def test_two_repositories_join_on_content(tmp_path: Path) -> None:
    first = import_file(write(tmp_path, "a/dvc.lock", LOCK))
    other = LOCK.replace("data/crops", "in/pictures").replace("raw.zip", "old.zip").replace("model.onnx", "second.onnx")
    second = import_file(write(tmp_path, "b/dvc.lock", other.replace("dd0", "ff0")))
    graph = graph_of((*first.nodes, *second.nodes), (*first.edges, *second.edges))

    assert {m.name for m in affected(graph, ["data/crops"]).models} == {
        "out/gate.bin", "out/model.onnx", "out/second.onnx",
    }  # fmt: skip


def test_lock_files_of_several_commits_are_one_import_and_each_is_a_version_of_its_own(tmp_path: Path) -> None:
    """As `git show COMMIT:dvc.lock` writes them, one file a commit."""
    write(tmp_path, "0001-dvc.lock", LOCK)
    write(tmp_path, "0002-dvc.lock", LOCK.replace("bb0", "b20").replace("dd0", "d20").replace("cc0", "c20"))
    imported = import_file(tmp_path)

    assert sorted(n.version[:3] for n in imported.nodes if n.name == "data/crops") == ["b20", "bb0"]
    graph = graph_of(imported.nodes, imported.edges)
    (old,) = [n for n in imported.nodes if n.name == "data/crops" and n.version.startswith("bb0")]
    assert {model.version[:3] for model in affected(graph, [old.id]).models} == {"cc0", "dd0"}
    raw = affected(graph, ["data/raw.zip"]).models
    assert sorted(model.version[:3] for model in raw) == ["c20", "cc0", "d20", "dd0"]


def test_a_lock_file_of_dvc_1_is_read(tmp_path: Path) -> None:
    text = "train:\n  cmd: python t.py\n  deps:\n  - {path: faces, md5: a1.dir}\n  outs:\n  - {path: m.pt, md5: b2}\n"
    assert edges(import_file(write(tmp_path, "dvc.lock", text))) == {
        ("dataset:faces", "train", "run:train"),
        ("run:train", "produce", "model:m.pt"),
    }


def test_a_stage_that_runs_in_a_folder_has_its_paths_there(tmp_path: Path) -> None:
    write(tmp_path, "dvc.yaml", "stages:\n  prepare:\n    wdir: src\n    cmd: x\n")
    write(tmp_path, "dvc.lock", LOCK.split("  train@large")[0].replace("data/", "../data/"))
    write(tmp_path, "raw.zip.dvc", "wdir: data\nouts:\n- {md5: aa000000000000000000000000000002, path: raw.zip}\n")
    imported = import_file(tmp_path)

    assert {node.name for node in imported.nodes if node.kind == "dataset"} == {"data/raw.zip", "data/crops"}
    graph = graph_of(imported.nodes, imported.edges)
    assert len([node for node in graph.nodes if node.name == "data/raw.zip"]) == 1


def test_data_that_dvc_only_refers_to_is_kept_with_its_version(tmp_path: Path) -> None:
    text = (
        "schema: '2.0'\nstages:\n  train:\n    cmd: x\n    deps:\n"
        "    - {path: 'ds://faces', dataset: {type: dvc, name: faces, url: 'git@host:a/b', rev_lock: 12ab}}\n"
        "    - {path: more.zip, cloud: {store: {etag: e, version_id: v7}}}\n"
        "    outs:\n    - {path: m.pt, md5: b2}\n"
    )
    imported = import_file(write(tmp_path, "dvc.lock", text))
    assert {node.label for node in imported.nodes if node.kind == "dataset"} == {"faces@12ab", "more.zip@v7"}

    table = "deps:\n- {db: {connection: crm, table: people}}\nouts:\n- {md5: 0f, path: people.csv}\n"
    assert edges(import_file(write(tmp_path, "people.csv.dvc", table))) == {
        ("dataset:people", "derive", "dataset:people.csv")
    }


def test_a_stage_file_of_an_old_dvc_is_a_stage(tmp_path: Path) -> None:
    text = "cmd: python t.py\ndeps:\n- {md5: a1, path: data.csv}\nouts:\n- {md5: b2, path: model.pkl}\n"
    assert edges(import_file(write(tmp_path, "train.dvc", text))) == {
        ("dataset:data.csv", "train", "run:train"),
        ("run:train", "produce", "model:model.pkl"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("schema: '3.0'\nstages: {}\n", "schema, this version"),
        ("stages: {}\n", "schema, it is missing"),
        ("schema: '2.0'\nstages:\n  a: [x]\n", "stage 1, an object"),
        ("schema: '2.0'\nstages:\n  a:\n    outs:\n    - md5: x\n", r"stage 1, outs\[0\], path"),
        ("schema: '2.0'\nstages:\n  a:\n  - x\n b", "line 5"),
        ("", "an object is expected"),
    ],
)
def test_a_broken_lock_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(LineageFileDamaged, match=words):
        import_file(write(tmp_path, "dvc.lock", text))


def codes(imported: Imported) -> set[str]:
    return {note.code for note in imported.warnings}


def sure(imported: Imported) -> set[tuple[str, str, str, str]]:
    name = {node.id: node.name for node in imported.nodes}
    return {(name[e.origin], e.role.value, name[e.target], e.certainty.value) for e in imported.edges}


def attributes(imported: Imported) -> dict[str, dict[str, str]]:
    return {node.name: dict(node.attributes) for node in imported.nodes}


def lock(*stages: str, **params: str) -> str:
    """`name: deps -> outs` as DVC writes it into a lock, each file with a digest made of its name."""
    text = "schema: '2.0'\nstages:\n"
    for stage in stages:
        name, _, rest = stage.partition(": ")
        sides = dict(zip(("deps", "outs"), rest.split(" -> "), strict=False))
        text += f"  {name}:\n    cmd: {params.get('cmd', 'x')}\n"
        for side, paths in sides.items():
            listed = [f"    - {{path: {path}, md5: {path.encode().hex():0<32.32}}}\n" for path in paths.split()]
            text += f"    {side}:\n{''.join(listed)}" if listed else ""
        if "base_model" in params:
            text += f"    params:\n      params.yaml: {{base_model: '{params['base_model']}'}}\n"
    return text


PIPELINE = (
    "prepare: data/photos -> prep/all.bin",
    "pretrain: prep/all.bin -> ckpt",
    "finetune: ckpt data/other -> rel/gate.engine",
    "evaluate: rel/gate.engine data/photos -> metrics.json",
)


def test_what_a_stage_learned_from_is_concluded_from_its_name_and_says_so(tmp_path: Path) -> None:
    imported = import_file(write(tmp_path, "dvc.lock", lock(*PIPELINE)))

    assert sure(imported) == {
        ("data/photos", "input", "prepare", "recorded"), ("prepare", "produce", "prep/all.bin", "recorded"),
        ("prep/all.bin", "train", "pretrain", "inferred"), ("pretrain", "produce", "ckpt", "recorded"),
        ("ckpt", "fine-tune-base", "finetune", "inferred"), ("data/other", "train", "finetune", "inferred"),
        ("finetune", "produce", "rel/gate.engine", "recorded"), ("evaluate", "produce", "metrics.json", "recorded"),
        ("rel/gate.engine", "input", "evaluate", "recorded"), ("data/photos", "input", "evaluate", "recorded"),
        ("data/photos", "evaluate", "rel/gate.engine", "inferred"),
    }  # fmt: skip
    told = {(edge.attributes["why"], edge.attributes["text"]) for edge in imported.edges if edge.attributes}
    assert told == {("guess.stage", "pretrain"), ("guess.stage", "finetune"), ("guess.stage", "evaluate")}
    assert {name: one.get("kind-why") for name, one in attributes(imported).items() if "kind-why" in one} == {
        "ckpt": "guess.kind.stage", "rel/gate.engine": "guess.kind.stage",
    }  # fmt: skip


def test_outputs_that_nobody_can_class_are_listed_and_measures_are_not(tmp_path: Path) -> None:
    write(tmp_path, "dvc.lock", lock(*PIPELINE, "report: data/photos -> plots/a.png table.csv blob"))
    write(tmp_path, "dvc.yaml", "stages:\n  evaluate:\n    cmd: x\n    metrics: [metrics.json]\n")
    found = attributes(import_file(tmp_path))
    assert {name for name, one in found.items() if one.get("unclassified")} == {"prep/all.bin", "blob"}


@pytest.mark.parametrize("stage", ["train_split", "make-training-data", "prepareTrain"])
def test_a_stage_that_only_handles_data_for_training_makes_no_model(tmp_path: Path, stage: str) -> None:
    imported = import_file(write(tmp_path, "dvc.lock", lock(f"{stage}: raw -> data/train")))
    assert {node.kind.value for node in imported.nodes} == {"dataset", "run"}


def test_parameters_and_the_command_name_models_and_data(tmp_path: Path) -> None:
    text = lock(
        "train: faces -> m.pt",
        base_model="models:/recog/3",
        cmd="python t.py --teacher s3://m/t.pt --extra_data=s3://d/x",
    )
    found = sure(import_file(write(tmp_path, "dvc.lock", text)))
    assert found >= {
        ("models:/recog/3", "fine-tune-base", "train", "inferred"), ("s3://m/t.pt", "distil", "train", "inferred"),
        ("s3://d/x", "train", "train", "inferred"),
    }  # fmt: skip


def test_files_of_the_stage_in_its_own_command_are_nothing_new(tmp_path: Path) -> None:
    text = lock("train: data/faces -> out/m.pt", cmd="python t.py --data ./data/faces --weights out/m.pt --out out")
    imported = import_file(write(tmp_path, "dvc.lock", text))
    assert {node.name for node in imported.nodes} == {"train", "data/faces", "out/m.pt"}


def test_a_file_inside_of_a_folder_that_another_stage_wrote_leads_to_that_stage(tmp_path: Path) -> None:
    imported = import_file(
        write(tmp_path, "dvc.lock", lock("pretrain: photos -> ckpt", "finetune: ckpt/encoder faces -> gate.pt"))
    )
    graph = graph_of(imported.nodes, imported.edges)
    assert {model.name for model in affected(graph, ["photos"]).models} == {"ckpt", "gate.pt"}


def test_two_repositories_with_one_name_are_two_and_meet_by_content_alone(tmp_path: Path) -> None:
    yaml = "stages:\n  train:\n    cmd: x\n    deps: [data/train{}]\n    outs: [m.pt]\n"
    first = import_file(write(tmp_path, "a/dvc.yaml", yaml.format("")))
    second = import_file(write(tmp_path, "b/dvc.yaml", yaml.format(", data/more")))
    assert not {node.id for node in first.nodes} & {node.id for node in second.nodes}

    one = import_file(write(tmp_path, "c/dvc.lock", lock("train: data/train -> m.pt")))
    other = import_file(write(tmp_path, "d/dvc.lock", lock("train: data/train more -> k.pt")))
    graph = graph_of((*one.nodes, *other.nodes), (*one.edges, *other.edges))
    (dataset,) = [node.id for node in one.nodes if node.name == "data/train"]
    assert {model.name for model in affected(graph, [dataset]).models} == {"m.pt", "k.pt"}


@pytest.mark.parametrize(
    ("remote", "same"),
    [
        ("git@example.org:team/faces.git", "example.org/team/faces"),
        ("https://user:secret@Example.org/team/faces.git/", "example.org/team/faces"),
        ("ssh://git@example.org:2222/team/faces", "example.org/team/faces"),
        ("/srv/git/faces.git", ""),
        ("../faces", ""),
        ("file:///srv/git/faces.git", ""),
        ("C:\\repos\\faces", ""),
    ],
)
def test_one_repository_is_one_system_however_it_is_reached(remote: str, same: str) -> None:
    assert normalised(remote) == same


@needs_git
def test_all_commits_of_a_repository_are_read_with_their_times(tmp_path: Path) -> None:
    """A model that was made two commits ago from data that is no longer there."""
    repository = Repository(tmp_path / "repo")
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt", base_model="models:/recog/3"))
    first = repository.git("rev-parse", "HEAD")
    repository.commit(dvc_lock=lock("train: data/licensed -> gate2.pt"))
    (repository.root / "dvc.lock").unlink()
    repository.commit(data__licensed_dvc="outs:\n- {md5: aa, path: licensed}\n")
    imported = import_file(repository.root)

    graph = graph_of(imported.nodes, imported.edges)
    assert [model.name for model in affected(graph, ["data/photos"]).models] == ["gate.pt"]
    (old,) = [node for node in imported.nodes if node.name == "gate.pt"]
    (run, *_) = [node for node in imported.nodes if node.attributes.get("commit") == first]
    assert (old.created, run.ended) == ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z")
    assert ("models:/recog/3", "fine-tune-base", "train", "inferred") in sure(imported)
    assert "note.lineage.past" not in codes(imported)


@needs_git
def test_the_same_content_at_a_later_commit_is_as_old_as_its_first(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo")
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt"))
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt", "other: x -> y"))
    (model,) = [node for node in import_file(repository.root).nodes if node.name == "gate.pt"]
    assert model.created == "2026-01-01T12:00:00Z"


@needs_git
def test_a_new_commit_is_another_source_of_the_same_system(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo")
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt"))
    before = import_file(repository.root)
    repository.commit(other_txt="x")
    same = import_file(repository.root)
    repository.commit(dvc_lock=lock("train: data/new -> gate.pt"))
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt"))
    after = import_file(repository.root)

    assert (before.digest == same.digest, before.digest == after.digest) == (True, False)
    assert {node.id for node in before.nodes} < {node.id for node in after.nodes}


@needs_git
def test_a_version_that_cannot_be_read_costs_itself_and_is_named(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo")
    repository.commit(dvc_lock="<<<<<<< HEAD\n: :\n")
    repository.commit(dvc_lock=lock("train: data/photos -> gate.pt"))
    imported = import_file(repository.root)
    assert "note.lineage.commit-unread" in codes(imported)
    assert "gate.pt" in attributes(imported)


def test_that_nothing_is_known_of_the_past_is_said(tmp_path: Path) -> None:
    one = write(tmp_path, "dvc.lock", lock("train: data/photos -> gate.pt"))
    for path in (tmp_path, one):
        (note,) = [note for note in import_file(path).warnings if note.code == "note.lineage.past"]
        assert "may be missing" in str(note)


def test_a_stage_that_never_ran_is_read_as_it_is_written_and_named(tmp_path: Path) -> None:
    write(tmp_path, "dvc.lock", lock("train: data/photos -> gate.pt"))
    write(tmp_path, "dvc.yaml", "stages:\n  export:\n    cmd: x\n    deps: [gate.pt]\n    outs: [gate.onnx]\n")
    imported = import_file(tmp_path)
    assert "note.lineage.stage-not-run" in codes(imported)
    assert ("export", "produce", "gate.onnx", "recorded") in sure(imported)


def test_what_a_stage_does_is_never_recorded(tmp_path: Path) -> None:
    """DVC knows what was read and written, and not what for."""
    imported = import_file(
        write(tmp_path, "dvc.lock", lock(*PIPELINE, "distill: ckpt data/x -> small.pt", "z: a -> b.pt"))
    )
    recorded = {edge.role for edge in imported.edges if edge.certainty is Certainty.RECORDED}
    assert recorded == {Role.INPUT, Role.PRODUCE}
