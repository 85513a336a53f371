"""Words on models of a case against what was imported since: an MLflow store that is exported again and again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dsr_desk.app.case import sweeping
from dsr_desk.app.models import asking
from dsr_desk.app.models import lineage as models
from dsr_desk.app.models.standing import dispositions_open, standings
from dsr_desk.cli.main import main
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.lineage.standing import ModelStanding, StandingCode
from unit.app.conftest import PASSPHRASE, Work
from unit.app.small_case import Small

MODEL = "face-embedder@1"


@pytest.fixture
def decided(work: Work) -> Work:
    work.search()
    work.decide_all()
    return work


def stands(work: Work, model: str = MODEL) -> ModelStanding:
    return standings(work.desk, work.ref)[models.affected_node(work.desk, work.ref, model).id]


def destroyed(work: Work, **more: Any) -> None:
    models.observe_disposition(
        work.desk, work.ref, MODEL, DispositionKind.DESTROYED, "the store is empty", by="Olga", **more
    )


def export(work: Work, to: Path, *, without: str = "") -> Path:
    """The organisation's store, exported once more, as it is after a model was deleted for good."""
    shutil.copy(work.sample.folder / "lineage" / "mlflow.db", to)
    with closing(sqlite3.connect(to)) as db, db:
        db.execute("CREATE TABLE exported (at TEXT)")
        db.execute("INSERT INTO exported VALUES (?)", [to.name])
        name, _, version = without.partition("@")
        found = db.execute("SELECT source FROM model_versions WHERE name = ? AND version = ?", [name, version])
        for (source,) in found.fetchall():
            db.execute("DELETE FROM logged_models WHERE model_id = ?", [source.removeprefix("models:/")])
        db.execute("DELETE FROM model_versions WHERE name = ? AND version = ?", [name, version])
    return to


def test_every_model_is_open_until_records_bear_a_word_out(decided: Work, tmp_path: Path) -> None:
    affected = models.affected_by_case(decided.desk, decided.ref)
    assert {one.code for one in standings(decided.desk, decided.ref).values()} == {StandingCode.NONE}
    before = dispositions_open(decided.desk, decided.ref)
    assert {one.values["model"] for one in before if one.code == "open.model"} == {
        m.node.label for m in affected.models
    }

    models.plan_disposition(decided.desk, decided.ref, MODEL, DispositionKind.DESTROYED, deadline="2026-12-31")
    assert stands(decided).code is StandingCode.DECIDED
    destroyed(decided)
    assert stands(decided).code is StandingCode.DECLARED
    models.import_lineage(decided.desk, [export(decided, tmp_path / "later.db", without=MODEL)])

    found = stands(decided)
    assert (found.code, [one.code for one in found.seen][-1]) == (StandingCode.SEEN, "shown.absent")
    assert found.rests_on
    after = dispositions_open(decided.desk, decided.ref)
    assert {one.values["model"] for one in before if "model" in one.values} - {
        one.values["model"] for one in after if "model" in one.values
    } == {MODEL}


def test_a_store_that_lists_it_still_contradicts_also_where_its_bytes_were_imported_before(
    decided: Work, tmp_path: Path
) -> None:
    destroyed(decided)
    models.import_lineage(decided.desk, [decided.sample.folder / "lineage" / "mlflow.db"])
    found = stands(decided)
    assert found.code is StandingCode.CONTRADICTED
    assert found.contradictions[0].values["file"] == "mlflow.db"
    assert any(found.contradictions[0] in one.values["says"] for one in dispositions_open(decided.desk, decided.ref))

    models.import_lineage(decided.desk, [export(decided, tmp_path / "later.db", without=MODEL)])
    assert stands(decided).code is StandingCode.SEEN


def test_taking_a_contradiction_out_of_the_lineage_does_not_make_the_word_true(decided: Work, tmp_path: Path) -> None:
    destroyed(decided)
    models.import_lineage(decided.desk, [export(decided, tmp_path / "gone.db", without=MODEL)])
    models.import_lineage(decided.desk, [export(decided, tmp_path / "back.db")])
    assert stands(decided).code is StandingCode.CONTRADICTED
    source = next(one for one in models.lineage_sources(decided.desk) if one.file == "back.db")
    models.forget_source(decided.desk, source.digest)

    found = stands(decided)
    assert found.code is StandingCode.DECLARED
    assert "left.taken-out" in [one.code for one in found.left]


def test_places_of_files_are_looked_at_and_kept_with_the_word(decided: Work, tmp_path: Path) -> None:
    weights = tmp_path / "embedder.onnx"
    weights.write_bytes(b"weights")
    destroyed(decided, places=[weights])
    assert [one.code for one in stands(decided).contradictions] == ["place.unknown"]
    weights.unlink()
    assert [one.code for one in stands(decided).contradictions] == ["place.unknown"], "what was seen stays said"

    destroyed(decided, places=[weights])
    found = stands(decided)
    assert found.contradictions == ()
    assert "place.gone" in [one.code for one in found.seen]


def test_the_model_that_took_its_place_is_one_that_lineage_knows(decided: Work, tmp_path: Path) -> None:
    def retrained(instead: str) -> ModelStanding:
        models.observe_disposition(
            decided.desk, decided.ref, MODEL, DispositionKind.RETRAINED, "new weights are live", instead=instead
        )
        return stands(decided)

    with pytest.raises(models.ModelInsteadUnknown):
        retrained("face-embedder@9")
    assert retrained("face-embedder@2").code is StandingCode.CONTRADICTED
    table = tmp_path / "new.csv"
    table.write_text(
        "from_kind,from_name,from_version,role,to_kind,to_name,to_version\n"
        "dataset,licensed-faces,1,train,model,face-embedder,9\n"
    )
    models.import_lineage(decided.desk, [table])
    assert retrained("face-embedder@9").code is StandingCode.DECLARED, "whether it is one that others name is open"
    for question in models.lineage_graph(decided.desk).questions:
        asking.answer_question(decided.desk, question.first, question.second, False)
    assert retrained("face-embedder@9").code is StandingCode.SEEN


def test_the_commands_record_what_was_seen_and_say_how_each_word_stands(decided: Work, tmp_path: Path) -> None:
    vault, ref = decided.desk.vault.folder, decided.ref
    decided.desk.close()
    secret, weights = tmp_path / "secret.txt", tmp_path / "embedder.onnx"
    secret.write_text(PASSPHRASE)
    weights.write_bytes(b"weights")

    def says(*words: object, code: int = 0) -> Any:
        opening = ("--vault", vault, "--passphrase-file", secret, "--json")
        done = CliRunner().invoke(main, [str(word) for word in (*words, *opening)])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code != 2 else None

    becomes = ("--becomes", "destroyed", "--how", "the store is empty", "--by", "Olga")
    says("case", "observed", ref, MODEL, *becomes, "--file", weights)
    found = says("lineage", "standing", ref, code=1)
    (one,) = [model for model in found["models"] if model["model"] == MODEL]
    assert (one["code"], one["contradictions"][0]["code"]) == ("contradicted", "place.unknown")
    assert found["counts"]["contradicted"] == 1
    says("case", "observed", ref, MODEL, *becomes, "--instead", "face-embedder@2", code=2)
    retrained = ("--becomes", "retrained", "--how", "new weights are live", "--instead", "face-embedder@2")
    says("case", "observed", ref, MODEL, *retrained)
    (one,) = [model for model in says("lineage", "standing", ref, code=1)["models"] if model["model"] == MODEL]
    assert one["contradictions"][0]["code"] == "against.path"


def test_a_copy_of_its_file_that_a_sweep_finds_contradicts_until_it_is_gone(small: Small, tmp_path: Path) -> None:
    gate: dict[str, Any] = {"kind": "model", "name": "gate", "version": "2", "ended": "2026-11-01"}
    gate["digests"] = [f"sha256:{sha256_hex(b'weights')}"]
    edge = {"from": {"kind": "dataset", "name": "people", "version": "1"}, "to": gate, "role": "train"}
    lineage = tmp_path / "now.json"
    lineage.write_text(json.dumps({"dsr-desk-lineage": 1, "edges": [edge]}))
    models.import_lineage(small.desk, [lineage])
    small.reviewed()
    models.plan_disposition(small.desk, small.ref, "gate@2", DispositionKind.DESTROYED)
    models.observe_disposition(small.desk, small.ref, "gate@2", DispositionKind.DESTROYED, "deleted", seen="2026-11-02")

    def now() -> ModelStanding:
        (found,) = standings(small.desk, small.ref).values()
        return found

    assert now().code is StandingCode.SEEN
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "renamed.bin").write_bytes(b"weights")
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert [one.code for one in now().contradictions] == ["against.stray"]
    (disk / "renamed.bin").unlink()
    sweeping.sweep_case(small.desk, small.ref, [disk])
    assert now().code is StandingCode.SEEN
