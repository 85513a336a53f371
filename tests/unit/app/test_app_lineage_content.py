"""Lineage that finds a dataset by its content, and versions from which people were erased."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.sample.lineage import EVENTS, PORTRAITS
from dsr_desk.app.case import cases, deleting, drafts, review, searching
from dsr_desk.app.data.dataset_content import DatasetNotIndexed, note_content
from dsr_desk.app.data.indexing import dataset_versions, refresh_index
from dsr_desk.app.models import lineage as models
from dsr_desk.cli.main import main
from dsr_desk.core.message import message
from dsr_desk.jobs.progress import CancelToken, silent
from unit.app.conftest import PASSPHRASE, Work

Json = dict[str, Any]


def trained(name: str, dataset: Json, **more: str) -> Json:
    return {"from": dataset, "to": {"kind": "model", "name": name, **more}, "role": "train"}


def lineage(path: Path, *edges: Json) -> Path:
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": edges}))
    return path


def refreshed(work: Work) -> None:
    """The index of the events knows the files as they lie here, copied by the fixture."""
    refresh_index(work.desk, EVENTS[0], silent, CancelToken())


def test_lineage_that_states_content_finds_the_dataset_once_its_digests_are_known(work: Work, tmp_path: Path) -> None:
    shard = sorted((work.data / EVENTS[0]).glob("*.tar"))[0]
    md5 = hashlib.md5(shard.read_bytes()).hexdigest()
    lock = tmp_path / "dvc.lock"
    lock.write_text(
        "schema: '2.0'\nstages:\n  train:\n    cmd: x\n"
        f"    deps:\n    - {{path: in/part-7.tar, md5: {md5}}}\n    outs:\n    - {{path: crowd.onnx, md5: aa11}}\n"
    )
    models.import_lineage(work.desk, [lock])
    work.search()
    work.decide_all()
    refreshed(work)
    assert "crowd.onnx" not in {model.name for model in models.affected_by_case(work.desk, work.ref).models}

    noted, _ = note_content(work.desk, "@".join(EVENTS), report=silent, cancel=CancelToken())
    assert noted.digests >= 5
    assert noted.left_out == ()
    found = {model.name: model for model in models.affected_by_case(work.desk, work.ref).models}
    assert {"crowd.onnx", "event-search"} <= set(found)
    assert found["crowd.onnx"].certainty.value == "inferred", "the stage is called train, and says no more"


def test_a_file_that_is_not_as_it_was_indexed_is_left_out(work: Work) -> None:
    refreshed(work)
    shard = sorted((work.data / EVENTS[0]).glob("*.tar"))[0]
    shard.write_bytes(shard.read_bytes() + b"\0" * 512)
    noted, _ = note_content(work.desk, "@".join(EVENTS), report=silent, cancel=CancelToken())

    ((name, why),) = noted.left_out
    assert shard.name in name
    assert why == message("why.not-as-indexed.container")
    assert noted.digests == 2


def test_a_dataset_without_an_index_has_no_files_to_read(work: Work) -> None:
    with pytest.raises(DatasetNotIndexed):
        note_content(work.desk, "nothing@1", report=silent, cancel=CancelToken())


def test_models_trained_on_a_version_made_by_erasure_are_not_affected(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    before = {model.node.label for model in models.affected_by_case(work.desk, work.ref).models}
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)
    derived = [version for version, _ in dataset_versions(work.desk) if version.derived_from]
    assert {version.derived_from for version in derived} == {"@".join(PORTRAITS), "@".join(EVENTS)}

    def named(name: str, version: str = "") -> Json:
        said = {"kind": "dataset", "name": name, "namespace": "registered"}
        return {**said, **({"version": version} if version else {})}

    edges = [trained(f"clean-{one.name}", named(one.name, one.version), version="1") for one in derived]
    edges += [trained("late", named(*PORTRAITS)), trained("unsaid", named(EVENTS[0]))]
    edges.append({
        "from": named(derived[0].name, derived[0].version), "to": named("crops", "new"), "role": "derive",
    })  # fmt: skip
    edges.append(trained("on-crops", named("crops", "new")))
    models.import_lineage(work.desk, [lineage(tmp_path / "after.json", *edges)])

    after = {model.node.label for model in models.affected_by_case(work.desk, work.ref).models}
    assert after == before | {"late", "unsaid"}
    for version in derived:
        reached = {model.node.label for model in models.affected_by_dataset(work.desk, version.id).models}
        assert f"clean-{version.name}@1" in reached
        assert not reached & before
    deleting.read_back(work.desk, work.ref)
    assert {model.node.label for model in models.affected_by_case(work.desk, work.ref).models} == after


def test_a_version_that_another_case_made_still_holds_this_cases_person(work: Work, tmp_path: Path) -> None:
    other, _ = cases.open_case(work.desk, drafts.understand(work.sample.letter, []), confirmed=True)
    cases.record_identity(work.desk, other.ref, method="video call", photo_shows_requester="seen in the call")
    searching.search_case(work.desk, other.ref)
    for item in review.review_items(work.desk, other.ref):
        review.decide(work.desk, other.ref, item.candidate.id, work.truth.verdict(item.candidate))
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)
    after = [version for version, _ in dataset_versions(work.desk) if version.derived_from]
    said = {"kind": "dataset", "namespace": "registered"}
    edges = [trained(f"on-{one.name}", {**said, "name": one.name, "version": one.version}) for one in after]
    models.import_lineage(work.desk, [lineage(tmp_path / "after.json", *edges)])
    later = {f"on-{one.name}" for one in after}

    assert not later & {model.name for model in models.affected_by_case(work.desk, work.ref).models}
    assert later <= {model.name for model in models.affected_by_case(work.desk, other.ref).models}
    assert {one.id for one in after} <= set(models.hit_versions(work.desk, other.ref))


def test_a_name_only_join_is_asked_answered_remembered_and_taken_back_by_command(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    theirs = {"kind": "dataset", "name": PORTRAITS[0], "namespace": "warehouse"}
    path = lineage(tmp_path / "theirs.json", trained("phone-unlock", theirs))
    vault = work.desk.vault.folder
    work.desk.close()
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE)

    def says(*words: object) -> Any:
        opening = ("--vault", vault, "--passphrase-file", secret, "--json")
        done = CliRunner().invoke(main, [str(word) for word in (*words, *opening)])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def certainty() -> dict[str, str]:
        found = says("lineage", "affected", "--case", work.ref)["models"]
        return {model["name"]: model["certainty"] for model in found}

    says("lineage", "import", path)
    assert certainty()["phone-unlock"] == "unknown"
    asked = says("lineage", "affected", "--case", work.ref)["questions"]
    pair = next((one["first"], one["second"]) for one in asked if "warehouse" in one["first"] + one["second"])
    assert next(one for one in asked if one["second"] == pair[1])["kind"] == "systems"

    assert says("lineage", "answer", *pair, "--different")["answer"] == "no"
    assert "phone-unlock" not in certainty()
    assert says("lineage", "answer", *pair, "--same")["answer"] == "yes"
    assert certainty()["phone-unlock"] == "inferred"
    says("lineage", "import", path)
    assert certainty()["phone-unlock"] == "inferred", "an answer outlives another import"
    (given,) = [one for one in says("lineage", "show")["answers"] if (one["first"], one["second"]) == pair]
    assert given["yes"]
    assert says("lineage", "answer", *pair, "--forget")["answer"] == "forget"
    assert certainty()["phone-unlock"] == "unknown"

    found = says("lineage", "find", "phone-unlock", "--case", work.ref)
    assert [one["name"] for one in found] == ["phone-unlock"]
    paths = says("lineage", "paths", found[0]["id"], "--case", work.ref)
    assert paths["complete"]
    assert {path[-1]["name"] for path in paths["paths"]} == {"phone-unlock"}

    seen = says(
        "case",
        "observed",
        work.ref,
        found[0]["id"],
        "--becomes",
        "destroyed",
        "--how",
        "the drive was wiped",
        "--by",
        "Tove",
    )
    assert seen["observed"] == {"disposition": "destroyed", "how": "the drive was wiped", "seen": "", "by": "Tove"}
    assert says("case", "observed", work.ref, found[0]["id"], "--undo")["observed"] is None
