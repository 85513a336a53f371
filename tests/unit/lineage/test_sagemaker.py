from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dsr_desk.core.imported import Imported
from dsr_desk.core.lineage import Node
from dsr_desk.lineage.importers.draft import BY_FILE, UNCLASSIFIED, UNIDENTIFIED, LineageFileDamaged
from dsr_desk.lineage.importers.registry import LineageFormatUnknown, import_file, read_file
from sagemaker_made import (
    BUCKET,
    EVERY,
    WEIGHTS,
    WHERE,
    artifact,
    associations,
    channel,
    component,
    configuration,
    endpoint,
    lineage,
    model,
    package,
    processing,
    training,
    transform,
    tuning,
)


def of(path: Path, *answers: object) -> Imported:
    path.write_text("".join(json.dumps(answer) + "\n" for answer in answers), encoding="utf-8")
    return read_file(path)


def edges(imported: Imported) -> dict[tuple[str, str, str], str]:
    """Certainty by labels of the ends and role; places in the bucket by their paths."""
    label = {node.id: node.label.removeprefix(f"{BUCKET}/") for node in imported.nodes}
    return {(label[e.origin], e.role.value, label[e.target]): e.certainty.value for e in imported.edges}


def node(imported: Imported, label: str) -> Node:
    (found,) = (one for one in imported.nodes if one.label.removeprefix(f"{BUCKET}/") == label)
    return found


OUT = "out/gate-1/output/model.tar.gz"


def test_a_training_is_tied_by_its_channels_to_the_weights_that_it_left(tmp_path: Path) -> None:
    job = training("gate-1", channel("train", f"{BUCKET}/photos/"), channel("validation", f"{BUCKET}/held-out"))
    (tmp_path / "a.json").write_text(json.dumps(job, indent=4))
    imported = import_file(tmp_path / "a.json")

    assert imported.format == "SageMaker"
    assert edges(imported) == {
        ("photos", "train", "gate-1"): "recorded",
        ("held-out", "validate", "gate-1"): "recorded",
        ("gate-1", "produce", OUT): "recorded",
    }
    assert (node(imported, "gate-1").created, node(imported, "gate-1").ended) == (
        "2026-03-01T09:01:00Z", "2026-03-01T10:00:00Z",
    )  # fmt: skip
    assert node(imported, OUT).attributes[BY_FILE] == "yes"


@pytest.mark.parametrize(
    ("name", "role", "certainty"),
    [
        ("train", "train", "recorded"),
        ("training", "train", "recorded"),
        ("test", "evaluate", "recorded"),
        ("images", "train", "inferred"),
        ("val_faces", "validate", "inferred"),
        ("my_channel_7", "train", "inferred"),
        ("model", "fine-tune-base", "recorded"),
        ("pretrained", "fine-tune-base", "inferred"),
    ],
)
def test_only_a_word_for_a_use_states_what_a_channel_is_for(
    name: str, role: str, certainty: str, tmp_path: Path
) -> None:  # fmt: skip
    imported = of(tmp_path / "a.json", training("gate-1", channel(name, f"{BUCKET}/x")))
    assert edges(imported)["x", role, "gate-1"] == certainty


def test_weights_that_another_job_left_are_a_base_whatever_the_channel_is_called(tmp_path: Path) -> None:
    jobs = [
        training("gate-2", channel("images", f"{BUCKET}/photos"), channel("extra", WEIGHTS)),
        training("gate-3", channel("train", f"{BUCKET}/out/gate-1/output/")),
        training("gate-1"),
        training("gate-4", ModelArtifacts={"S3ModelArtifacts": f"{BUCKET}/unpacked"}),
        training("gate-5", channel("train", f"{BUCKET}/unpacked/")),
    ]
    said = edges(of(tmp_path / "a.json", *jobs))

    assert said["unpacked", "fine-tune-base", "gate-5"] == "inferred"
    assert said[OUT, "fine-tune-base", "gate-2"] == "inferred"
    assert said[OUT, "fine-tune-base", "gate-3"] == "inferred"
    assert said["out/gate-1/output", "train", "gate-3"] == "recorded"


def test_data_is_found_in_every_way_in_which_a_channel_says_it(tmp_path: Path) -> None:
    file_system = {
        "FileSystemId": "fs-1", "DirectoryPath": "/photos", "FileSystemType": "EFS", "FileSystemAccessMode": "ro",
    }  # fmt: skip
    hub = f"{WHERE}:hub-content/hub/model/base/1.0.0"
    one = channel("training", f"{BUCKET}/words")
    one["DataSource"]["S3DataSource"]["HubAccessConfig"] = {"HubContentArn": hub}
    job = training("gate-1", {"ChannelName": "train", "DataSource": {"FileSystemDataSource": file_system}}, one)
    said = edges(of(tmp_path / "a.json", job))

    assert said["fs-1:/photos", "train", "gate-1"] == "recorded"
    assert said["hub-content/hub/model/base/1.0.0", "fine-tune-base", "gate-1"] == "recorded"


def test_names_in_hyperparameters_are_asked_about_and_those_of_the_toolkit_are_none(tmp_path: Path) -> None:
    given = {
        "base_model": '"org/face-encoder"', "teacher": f'"{WEIGHTS}"', "dataset": '"imagefolder"', "epochs": "3",
        "sagemaker_submit_directory": '"s3://code/source.tar.gz"', "sagemaker_program": '"train.py"',
    }  # fmt: skip
    imported = of(tmp_path / "a.json", training("gate-1"), training("gate-2", HyperParameters=given))
    said = edges(imported)

    assert said["org/face-encoder", "fine-tune-base", "gate-2"] == "inferred"
    assert said[OUT, "distil", "gate-2"] == "inferred"
    assert [one.name for one in imported.nodes if UNIDENTIFIED in one.attributes] == ["imagefolder"]
    assert not any("s3://code" in one.name or "train.py" in one.name for one in imported.nodes)


def test_checkpoints_are_weights_and_a_shared_place_of_them_may_be_a_base(tmp_path: Path) -> None:
    kept = {"CheckpointConfig": {"S3Uri": f"{BUCKET}/checkpoints"}}
    alone = edges(of(tmp_path / "a.json", training("gate-1", **kept)))
    shared = edges(of(tmp_path / "b.json", training("gate-1", **kept), training("gate-2", **kept)))

    assert alone["gate-1", "produce", "checkpoints"] == "recorded"
    assert ("checkpoints", "fine-tune-base", "gate-1") not in alone
    assert shared["checkpoints", "fine-tune-base", "gate-2"] == "inferred"


@pytest.mark.parametrize(("status", "word"), [("Failed", "failed"), ("Stopped", "killed")])
def test_a_job_that_ended_badly_may_have_left_weights_all_the_same(status: str, word: str, tmp_path: Path) -> None:
    imported = of(tmp_path / "a.json", training("gate-1", TrainingJobStatus=status))

    assert node(imported, OUT).attributes["run-status"] == word
    assert edges(imported)["gate-1", "produce", OUT] == "recorded"


def test_weights_are_followed_into_models_packages_and_endpoints(tmp_path: Path) -> None:
    answers = [
        training("gate-1"),
        model("Gate"),
        package("Gates", 3),
        configuration("door-7", "Gate"),
        endpoint("Door", "door-7"),
    ]
    imported = of(tmp_path / "a.json", *answers)

    assert {
        (OUT, "copy", "Gate"), (OUT, "copy", "Gates@3"), ("Gate", "serve", "door-7"), ("door-7", "serve", "Door"),
    } <= edges(imported).keys()  # fmt: skip
    assert node(imported, "Gates@3").attributes["approval"] == "Approved"
    assert (node(imported, "Door").kind.value, node(imported, "Door").attributes["status"]) == ("endpoint", "InService")


def test_the_same_things_in_separate_files_are_the_same(tmp_path: Path) -> None:
    """Names in ARNs are in small letters, and an endpoint may be described before its configuration."""
    answers = [endpoint("Door", "Door-Config"), configuration("Door-Config", "Gate"), model("Gate"), training("gate-1")]
    together = {one.id for one in of(tmp_path / "all.json", *answers).nodes}
    apart = {
        one.id for number, answer in enumerate(answers) for one in of(tmp_path / f"{number}.json", answer).nodes
    }  # fmt: skip

    assert apart == together


def test_all_weights_of_a_model_count(tmp_path: Path) -> None:
    source = {"S3DataSource": {"S3Uri": f"{BUCKET}/two/", "S3DataType": "S3Prefix", "CompressionType": "None"}}
    container = {"Image": "serve:1", "ModelDataSource": source, "ModelPackageName": f"{WHERE}:model-package/gates/1"}
    pipeline = model("pair", PrimaryContainer=None, Containers=[{"Image": "x", "ModelDataUrl": WEIGHTS}, container])
    said = edges(of(tmp_path / "a.json", pipeline))

    assert {(OUT, "copy", "pair"), ("two", "copy", "pair"), ("gates@1", "copy", "pair")} == said.keys()


def test_a_variant_without_a_model_is_said(tmp_path: Path) -> None:
    configured = configuration()
    del configured["ProductionVariants"][0]["ModelName"]
    assert [w.code for w in of(tmp_path / "a.json", configured).warnings] == ["note.lineage.sagemaker-variant"]


def test_answers_that_a_model_gave_stay_as_its_output(tmp_path: Path) -> None:
    said = edges(of(tmp_path / "a.json", transform()))

    assert said == {
        ("gate", "serve", "night"): "recorded",
        ("new", "input", "night"): "recorded",
        ("night", "produce", "answers"): "recorded",
    }


def test_what_a_processing_job_made_is_data_once_something_trained_on_it(tmp_path: Path) -> None:
    alone = of(tmp_path / "a.json", processing())
    trained = of(tmp_path / "b.json", processing(), training("gate-1"))

    assert node(alone, "photos").attributes[UNCLASSIFIED] == "yes"
    assert UNCLASSIFIED not in node(trained, "photos").attributes
    assert edges(trained)["clean", "produce", "photos"] == "recorded"


def test_a_processing_job_that_took_a_model_and_data_is_asked_about(tmp_path: Path) -> None:
    job = processing(
        "measure", {"model": WEIGHTS, "test": f"{BUCKET}/held-out", "code": f"{BUCKET}/code"},
        {"evaluation": f"{BUCKET}/report"},
    )  # fmt: skip
    imported = of(tmp_path / "a.json", job)

    assert edges(imported)["held-out", "evaluate", OUT] == "inferred"
    assert node(imported, "report").kind.value == "output"
    assert not any(one.name.endswith("/code") for one in imported.nodes)


def test_trainings_of_a_tuning_job_have_its_data_where_theirs_is_not_described(tmp_path: Path) -> None:
    known = edges(
        of(tmp_path / "a.json", tuning(), training("gate-1", TuningJobArn=tuning()["HyperParameterTuningJobArn"]))
    )
    unknown = edges(of(tmp_path / "b.json", tuning()))

    assert ("search", "parent", "gate-1") not in known
    assert unknown["search", "parent", "gate-1"] == "inferred"
    assert unknown["photos", "train", "search"] == "recorded"


def test_lineage_entities_are_joined_with_jobs_and_places(tmp_path: Path) -> None:
    answers = [
        lineage(), artifact("d1", "DataSet", f"{BUCKET}/photos"), artifact("m1", "Model", WEIGHTS), component(),
        training("gate-1"), EVERY["DescribeContext"], endpoint("Door"),
    ]  # fmt: skip
    imported = of(tmp_path / "a.json", *answers)

    assert edges(imported) == {
        ("photos", "train", "gate-1"): "recorded",
        ("gate-1", "produce", OUT): "recorded",
        (OUT, "serve", "deploy"): "recorded",
        ("deploy", "serve", "Door"): "recorded",
        ("door-7", "serve", "Door"): "recorded",
    }
    assert [w.code for w in imported.warnings] == ["note.lineage.sagemaker-left-out"]


def test_an_association_alone_does_not_say_what_data_was_for(tmp_path: Path) -> None:
    imported = of(tmp_path / "a.json", lineage())

    assert edges(imported)["d1", "train", "gate-1"] == "inferred"
    assert edges(imported)["gate-1", "produce", "m1"] == "recorded"


def test_what_associations_say_follows_from_their_type_and_ends(tmp_path: Path) -> None:
    data, other, one, two = (f"{WHERE}:artifact/{name}" for name in ("d1", "d2", "m1", "m2"))
    job = f"{WHERE}:experiment-trial-component/move-aws-processing-job"
    said = edges(of(tmp_path / "a.json", associations(
        (data, "DataSet", other, "DataSet", "DerivedFrom"),
        (one, "Model", two, "Model", "DerivedFrom"),
        (data, "DataSet", job, "SageMakerProcessingJob", "ContributedTo"),
        (data, "DataSet", one, "Model", "AssociatedWith"),
        (two, "Model", one, "Model", "SameAs"),
    )))  # fmt: skip

    assert said["d1", "derive", "d2"] == "recorded"
    assert said["m1", "fine-tune-base", "m2"] == "inferred"
    assert said["d1", "input", "move"] == "recorded"
    assert said["d1", "train", "m1"] == "inferred"
    assert said["m2", "copy", "m1"] == said["m1", "copy", "m2"] == "recorded"


def test_a_trial_component_is_the_job_that_it_stands_for(tmp_path: Path) -> None:
    other = component("clean", Source={"SourceArn": f"{WHERE}:processing-job/tidy"}, OutputArtifacts={})
    imported = of(tmp_path / "a.json", component(), other)

    assert edges(imported) == {
        ("photos", "train", "gate-1"): "recorded",
        ("gate-1", "produce", OUT): "recorded",
        ("photos", "input", "tidy"): "recorded",
    }
    assert len(imported.nodes) == 4


def test_a_switch_says_that_there_was_a_base_and_not_which(tmp_path: Path) -> None:
    said = edges(of(tmp_path / "a.json", training("gate-1", HyperParameters={"pretrained": "true"})))
    assert said["pretrained=true@gate-1", "fine-tune-base", "gate-1"] == "inferred"


def test_an_md5_that_was_stated_proves_content_and_a_tag_does_not(tmp_path: Path) -> None:
    def types(kind: str, value: str) -> dict[str, Any]:
        return {"Source": {"SourceUri": f"{BUCKET}/{kind}", "SourceTypes": [{"SourceIdType": kind, "Value": value}]}}

    listed = [artifact(kind, "DataSet", "", **types(kind, "ab" * 16)) for kind in ("MD5Hash", "S3ETag")]
    imported = of(tmp_path / "a.json", {"ArtifactSummaries": listed})

    assert {one.name.rpartition("/")[2]: one.digests for one in imported.nodes} == {
        "MD5Hash": ("md5:" + "ab" * 16,), "S3ETag": (),
    }  # fmt: skip


def test_two_accounts_and_two_regions_are_systems_of_their_own(tmp_path: Path) -> None:
    places = [
        WHERE, WHERE.replace("123456789012", "210987654321"), WHERE.replace("central", "west"),
        WHERE.replace("arn:aws:", "arn:aws-cn:").replace("eu-central-1", "cn-north-1"),
    ]  # fmt: skip
    imported = of(tmp_path / "a.json", *(training("gate-1", where=where) for where in places))

    assert len({one.namespace for one in imported.nodes}) == 4
    assert len(imported.nodes) == 12


def test_seconds_since_1970_are_times_as_well(tmp_path: Path) -> None:
    imported = of(tmp_path / "a.json", training("gate-1", TrainingStartTime=1772355660.123))
    assert (node(imported, "gate-1").created, imported.warnings) == ("2026-03-01T09:01:00Z", ())


def test_answers_one_after_the_other_in_lists_and_in_folders_are_read(tmp_path: Path) -> None:
    answers = list(EVERY.values())
    wanted = {one.id for one in of(tmp_path / "lines.ndjson", *answers).nodes}
    (tmp_path / "printed.json").write_text("\n".join(json.dumps(answer, indent=4) for answer in answers))
    (tmp_path / "list.json").write_text(json.dumps(answers))
    folder = tmp_path / "sagemaker"
    (folder / "deeper").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "vit"}')
    for number, answer in enumerate(answers):
        (folder / ("deeper" if number % 2 else "") / f"{number}.json").write_text(json.dumps(answer, indent=4))

    for path in (tmp_path / "printed.json", tmp_path / "list.json", folder):
        assert {one.id for one in read_file(path).nodes} == wanted


@pytest.mark.parametrize("operation", EVERY)
def test_each_answer_is_known_alone(operation: str, tmp_path: Path) -> None:
    imported = of(tmp_path / "a.json", EVERY[operation])
    assert (imported.format, bool(imported.nodes)) == ("SageMaker", True)


def test_an_answer_that_is_not_read_is_named(tmp_path: Path) -> None:
    imported = of(tmp_path / "a.json", training("gate-1"), {"NotebookInstanceName": "n"})
    assert [w.code for w in imported.warnings] == ["note.lineage.sagemaker-unknown"]


def test_lists_say_that_they_hold_only_names(tmp_path: Path) -> None:
    for operation in ("ListTrainingJobs", "ListModelPackages"):
        imported = of(tmp_path / "a.json", EVERY[operation])
        assert [w.code for w in imported.warnings] == ["note.lineage.sagemaker-list"]


@pytest.mark.parametrize(
    "document", [{"Edges": []}, {"Vertices": [{"Arn": "x"}]}, {"ModelArn": "x"}, {"ModelName": "x"}]
)
def test_what_only_resembles_an_answer_is_none(document: object, tmp_path: Path) -> None:
    with pytest.raises(LineageFormatUnknown):
        of(tmp_path / "a.json", document)


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({**training("x"), "TrainingJobArn": "arn:aws:s3:::x"}, "TrainingJobArn"),
        (training("x", InputDataConfig=[7]), "InputDataConfig[0]"),
        (training("x", {"ChannelName": None}), "ChannelName"),
        ({**lineage(), "Edges": [{"SourceArn": f"{WHERE}:artifact/d1"}]}, "DestinationArn"),
        ({**transform(), "ModelName": 7}, "ModelName"),
    ],
)
def test_what_would_change_who_learned_what_is_refused_with_its_place(
    answer: object, place: str, tmp_path: Path
) -> None:  # fmt: skip
    with pytest.raises(LineageFileDamaged) as refused:
        of(tmp_path / "a.json", training("gate-1"), answer)
    assert place in refused.value.what_happened


def test_the_role_of_a_person_is_not_kept(tmp_path: Path) -> None:
    who = {"CreatedBy": {"UserProfileName": "mary", "IamIdentity": {"Arn": "arn:aws:iam::1:user/mary"}}}
    answers = [{**answer, **who} for answer in EVERY.values()]
    assert "mary" not in repr(of(tmp_path / "a.json", *answers))


def test_thousands_of_jobs_are_read(tmp_path: Path) -> None:
    imported = of(tmp_path / "a.ndjson", *(training(f"gate-{i}") for i in range(3_000)))
    assert len(imported.nodes) == 6_001


def _undescribed(value: Any, shape: Any, path: str) -> list[str]:
    """Fields and words that the service's description does not have: the validator lets them pass."""
    if shape.type_name == "structure":
        inside = [(key, one, shape.members.get(key)) for key, one in value.items()]
    elif shape.type_name == "list":
        inside = [(str(i), one, shape.member) for i, one in enumerate(value)]
    elif shape.type_name == "map":
        inside = [(key, one, shape.value) for key, one in value.items()]
    else:
        return [f"{path}={value}"] if getattr(shape, "enum", None) and value not in shape.enum else []
    found = []
    for key, one, of_it in inside:
        found += [f"{path}.{key}"] if of_it is None else _undescribed(one, of_it, f"{path}.{key}")
    return found


@pytest.mark.parametrize("operation", EVERY)
def test_the_answers_here_are_as_the_service_describes_them(operation: str) -> None:
    reason = "the description of the service (botocore) is not installed"
    session, validate = (pytest.importorskip(f"botocore.{name}", reason=reason) for name in ("session", "validate"))

    shape = session.get_session().get_service_model("sagemaker").operation_model(operation).output_shape
    report = validate.ParamValidator().validate(EVERY[operation], shape)
    assert not report.has_errors(), report.generate_report()
    assert not _undescribed(EVERY[operation], shape, operation)
