"""The answers of `aws sagemaker describe-…` and `list-…` about jobs, models, packages and endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY, UNCLASSIFIED, Place
from dsr_desk.lineage.importers.names import Likely, model_file
from dsr_desk.lineage.importers.reading import items, some_text
from dsr_desk.lineage.importers.sagemaker_draw import LOOSE, Arn, SageMakerDrawing, SageMakerJob, arn_of, is_arn, moment
from dsr_desk.lineage.importers.trifles import plain_text, trifle

Answer = Mapping[str, Any]
_OF_MODELS = "application/x-sagemaker-model"
_ENDED_BADLY = {"failed": "failed", "stopped": "killed", "stopping": "killed"}
_REPORTS = ("evaluation", "report", "metrics", "quality", "bias", "explain")


def first_look(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    """Remembers where an answer says that weights lie, since whoever reads there reads a model, and names as they are
    spelled outside of ARNs."""
    if is_arn(arn_text := answer.get("EndpointArn")) and (name := _inside(answer, "EndpointName")):
        drawing.endpoint(arn_of(arn_text, place).system, name)
    if is_arn(arn_text := answer.get("ModelPackageArn")):
        drawing.package(arn_of(arn_text, place), _inside(answer, "ModelPackageGroupName"))
    if "TrainingJobName" in answer:
        arn = arn_of(answer.get("TrainingJobArn"), (place, "TrainingJobArn"))
        if uri := _inside(answer, "ModelArtifacts", "S3ModelArtifacts"):
            drawing.weights(arn.system, uri)
    for key in ("ModelArn", "ModelPackageArn"):
        if key in answer:
            system = arn_of(answer.get(key), (place, key)).system
            for container in _containers(answer, place):
                for uri in _data_of(container):
                    drawing.weights(system, uri)


def training_job(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    arn = arn_of(answer.get("TrainingJobArn"), (place, "TrainingJobArn"))
    job = _job(drawing, arn, answer, place, "TrainingJob", "TrainingStartTime", "TrainingEndTime")
    _trains(drawing, job, answer, place)
    if uri := _inside(answer, "ModelArtifacts", "S3ModelArtifacts"):
        ended_badly = _ENDED_BADLY.get(plain_text(answer.get("TrainingJobStatus"), place, drawing.draft).lower(), "")
        weights = drawing.weights(arn.system, uri, **{"run-status": ended_badly})
        drawing.draft.edge(job.node, weights, Role.PRODUCE)
    if is_arn(package := answer.get("OutputModelPackageArn")):
        made = drawing.package(arn_of(package, (place, "OutputModelPackageArn")))
        drawing.draft.edge(job.node, made, Role.PRODUCE)
    if is_arn(tuning := answer.get("TuningJobArn")):
        drawing.tuned(job, drawing.run(arn_of(tuning, (place, "TuningJobArn"))))


def tuning_job(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    """Its trainings take what their definitions name; which became the best is a run of its own."""
    arn = arn_of(answer.get("HyperParameterTuningJobArn"), (place, "HyperParameterTuningJobArn"))
    job = _job(drawing, arn, answer, place, "HyperParameterTuningJob", "CreationTime", "HyperParameterTuningEndTime")
    alone = answer.get("TrainingJobDefinition")
    listed = [(place, alone)] if isinstance(alone, dict) else items(answer, "TrainingJobDefinitions", place)
    for where, definition in listed:
        _trains(drawing, job, definition, where, parameters="StaticHyperParameters")
    for key in ("BestTrainingJob", "OverallBestTrainingJob"):
        best = answer.get(key)
        if isinstance(best, dict) and is_arn(best.get("TrainingJobArn")):
            made = arn_of(best["TrainingJobArn"], (place, key))
            drawing.tuned(SageMakerJob(drawing.run(made), made.name), job.node)


def _trains(
    drawing: SageMakerDrawing, job: SageMakerJob, answer: Answer, place: Place, parameters: str = "HyperParameters"
) -> None:
    for where, channel in items(answer, "InputDataConfig", place):
        name = some_text(channel.get("ChannelName"), (where, "ChannelName"))
        for uri in _source_of(channel):
            drawing.channel(job, name, uri, is_model=channel.get("ContentType") == _OF_MODELS)
        if hub := _inside(channel, "DataSource", "S3DataSource", "HubAccessConfig", "HubContentArn"):
            base = drawing.by_arn(arn_of(hub, (where, "HubContentArn")))
            drawing.draft.edge(base, job.node, Role.FINE_TUNE_BASE)
    for key in (parameters, "Environment"):
        given = answer.get(key)
        if isinstance(given, dict):
            drawing.parameters(job, given)
        elif given is not None:
            trifle(drawing.draft, (place, key), given, "damage.object")
    if uri := _inside(answer, "CheckpointConfig", "S3Uri"):
        drawing.checkpoints(job, uri)


def _source_of(channel: Answer) -> Iterator[str]:
    """Where a channel's data lies, in whichever of the ways it is said."""
    if uri := _inside(channel, "DataSource", "S3DataSource", "S3Uri"):
        yield uri
    if arn := _inside(channel, "DataSource", "DatasetSource", "DatasetArn"):
        yield arn
    if system := _inside(channel, "DataSource", "FileSystemDataSource", "FileSystemId"):
        yield f"{system}:{_inside(channel, 'DataSource', 'FileSystemDataSource', 'DirectoryPath')}"


def transform_job(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    """A model is asked about much data at once; what it answers stays somewhere."""
    draft, arn = drawing.draft, arn_of(answer.get("TransformJobArn"), (place, "TransformJobArn"))
    job = _job(drawing, arn, answer, place, "TransformJob", "TransformStartTime", "TransformEndTime")
    model = some_text(answer.get("ModelName"), (place, "ModelName"))
    draft.edge(drawing.model(arn.system, model), job.node, Role.SERVE)
    if uri := _inside(answer, "TransformInput", "DataSource", "S3DataSource", "S3Uri"):
        draft.edge(drawing.lying_at(arn.system, uri), job.node, Role.INPUT)
    if uri := _inside(answer, "TransformOutput", "S3OutputPath"):
        left = draft.node(NodeKind.OUTPUT, uri.rstrip("/"), "", arn.system, aliases=[uri.rstrip("/")])
        draft.edge(job.node, left, Role.PRODUCE)


def processing_job(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    draft, arn = drawing.draft, arn_of(answer.get("ProcessingJobArn"), (place, "ProcessingJobArn"))
    job = _job(drawing, arn, answer, place, "ProcessingJob", "ProcessingStartTime", "ProcessingEndTime")
    models: list[str] = []
    data: list[str] = []
    for where, one in items(answer, "ProcessingInputs", place):
        name = some_text(one.get("InputName"), (where, "InputName"))
        uri = _inside(one, "S3Input", "S3Uri") or _inside_any(one.get("DatasetDefinition"), "OutputS3Uri")
        if not uri or name == "code":
            continue
        taken = drawing.weights(arn.system, uri) if name == "model" else drawing.lying_at(arn.system, uri)
        (models if draft.nodes[taken].kind is NodeKind.MODEL else data).append(taken)
        draft.edge(taken, job.node, Role.INPUT)
    outputs = answer.get("ProcessingOutputConfig")
    for where, one in items(outputs if isinstance(outputs, dict) else {}, "Outputs", place):
        name = some_text(one.get("OutputName"), (where, "OutputName"))
        if uri := _inside(one, "S3Output", "S3Uri").rstrip("/"):
            draft.edge(job.node, _made(drawing, arn.system, name, uri), Role.PRODUCE)
    for model in models:
        for taken in data:
            draft.edge(
                taken, model, Role.EVALUATE, LOOSE,
                why="guess.sagemaker.processing", by="ProcessingInputs", text=job.name,
            )  # fmt: skip


def _made(drawing: SageMakerDrawing, system: str, name: str, uri: str) -> str:
    if any(word in name.lower() for word in _REPORTS):
        return drawing.draft.node(NodeKind.OUTPUT, uri, "", system, aliases=[uri])
    if model_file(uri) is Likely.YES or name.lower() == "model":
        return drawing.weights(system, uri)
    return drawing.lying_at(system, uri, **{UNCLASSIFIED: "yes"})


def model(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    arn = arn_of(answer.get("ModelArn"), (place, "ModelArn"))
    name = some_text(answer.get("ModelName"), (place, "ModelName"))
    node = drawing.model(arn.system, name, created=_time(drawing, answer, "CreationTime", place))
    _given(drawing, arn.system, node, answer, place)


def model_package(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    draft, arn = drawing.draft, arn_of(answer.get("ModelPackageArn"), (place, "ModelPackageArn"))
    approval, status = (
        plain_text(answer.get(key), (place, key), draft) for key in ("ModelApprovalStatus", "ModelPackageStatus")
    )
    task = plain_text(answer.get("Task"), (place, "Task"), draft)
    created = _time(drawing, answer, "CreationTime", place)
    group = plain_text(answer.get("ModelPackageGroupName"), (place, "ModelPackageGroupName"), draft)
    node = drawing.package(arn, group, created=created, approval=approval, status=status, task=task)
    _given(drawing, arn.system, node, answer, place)
    if is_arn(maker := _inside(answer, "MetadataProperties", "GeneratedBy")):
        draft.edge(drawing.by_arn(arn_of(maker, (place, "GeneratedBy"))), node, Role.PRODUCE)


def _given(drawing: SageMakerDrawing, system: str, node: str, answer: Answer, place: Place) -> None:
    """The weights that a model was given, by place or as a package; a base from the hub beside them."""
    for container in _containers(answer, place):
        for uri in _data_of(container):
            drawing.draft.edge(drawing.weights(system, uri), node, Role.COPY)
        if is_arn(package := container.get("ModelPackageName")):
            drawing.draft.edge(drawing.package(arn_of(package, place)), node, Role.COPY)
        if base := _inside(container, "BaseModel", "HubContentName"):
            version = _inside(container, "BaseModel", "HubContentVersion")
            hub = drawing.draft.node(NodeKind.MODEL, base, version, system, **{NAMED_ONLY: "yes"})
            drawing.draft.edge(hub, node, Role.FINE_TUNE_BASE)
        for source in (container, *_listed(container, "AdditionalModelDataSources")):
            hub_arn = _inside(source, "ModelDataSource", "S3DataSource", "HubAccessConfig", "HubContentArn") or _inside(
                source, "S3DataSource", "HubAccessConfig", "HubContentArn"
            )
            if hub_arn:
                drawing.draft.edge(drawing.by_arn(arn_of(hub_arn, place)), node, Role.COPY)


def _containers(answer: Answer, place: Place) -> Iterator[Answer]:
    if isinstance(primary := answer.get("PrimaryContainer"), dict):
        yield primary
    yield from (one for _, one in items(answer, "Containers", place))
    for key, inner in (("InferenceSpecification", "Containers"), ("SourceAlgorithmSpecification", "SourceAlgorithms")):
        if isinstance(specification := answer.get(key), dict):
            yield from (one for _, one in items(specification, inner, (place, key)))
    for where, specification in items(answer, "AdditionalInferenceSpecifications", place):
        yield from (one for _, one in items(specification, "Containers", where))


def _data_of(container: Answer) -> Iterator[str]:
    found = [_inside(container, "ModelDataUrl"), _inside(container, "ModelDataSource", "S3DataSource", "S3Uri")]
    found += [_inside(one, "S3DataSource", "S3Uri") for one in _listed(container, "AdditionalModelDataSources")]
    yield from dict.fromkeys(uri for uri in found if uri)


def endpoint_config(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    arn = arn_of(answer.get("EndpointConfigArn"), (place, "EndpointConfigArn"))
    name = some_text(answer.get("EndpointConfigName"), (place, "EndpointConfigName"))
    node = drawing.configuration(arn.system, name, created=_time(drawing, answer, "CreationTime", place))
    for key in ("ProductionVariants", "ShadowProductionVariants"):
        for where, variant in items(answer, key, place):
            if served := plain_text(variant.get("ModelName"), (where, "ModelName"), drawing.draft):
                drawing.draft.edge(drawing.model(arn.system, served), node, Role.SERVE)
            else:
                variant_name = plain_text(variant.get("VariantName"), where, drawing.draft)
                drawing.draft.warn("note.lineage.sagemaker-variant", name=variant_name, endpoint=name)


def endpoint(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    arn = arn_of(answer.get("EndpointArn"), (place, "EndpointArn"))
    name = some_text(answer.get("EndpointName"), (place, "EndpointName"))
    status = plain_text(answer.get("EndpointStatus"), (place, "EndpointStatus"), drawing.draft)
    created = _time(drawing, answer, "CreationTime", place)
    node = drawing.endpoint(arn.system, name, created=created, status=status)
    if configured := plain_text(answer.get("EndpointConfigName"), (place, "EndpointConfigName"), drawing.draft):
        drawing.draft.edge(drawing.configuration(arn.system, configured), node, Role.SERVE)


def training_jobs(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    """Only names: what each was trained on stands in its own description."""
    for where, one in items(answer, "TrainingJobSummaries", place):
        arn = arn_of(one.get("TrainingJobArn"), (where, "TrainingJobArn"))
        _job(drawing, arn, one, where, "TrainingJob", "CreationTime", "TrainingEndTime")
    drawing.draft.warn("note.lineage.sagemaker-list", command="describe-training-job")


def model_packages(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    for where, one in items(answer, "ModelPackageSummaryList", place):
        model_package(drawing, one, where)
    drawing.draft.warn("note.lineage.sagemaker-list", command="describe-model-package")


def _job(
    drawing: SageMakerDrawing, arn: Arn, answer: Answer, place: Place, word: str, began: str, ended: str
) -> SageMakerJob:
    name = plain_text(answer.get(f"{word}Name"), (place, f"{word}Name"), drawing.draft) or arn.name
    status = plain_text(answer.get(f"{word}Status"), (place, f"{word}Status"), drawing.draft)
    created = _time(drawing, answer, began, place) or _time(drawing, answer, "CreationTime", place)
    node = drawing.run(
        arn, name, created=created, ended=_time(drawing, answer, ended, place), status=status.lower()
    )  # fmt: skip
    return SageMakerJob(node, name)


def _time(drawing: SageMakerDrawing, answer: Answer, key: str, place: Place) -> str:
    return moment(answer.get(key), (place, key), drawing.draft)


def _inside(thing: Answer, *keys: str) -> str:
    """The text under keys inside of each other, "" where there is none."""
    value: Any = thing
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _inside_any(thing: object, key: str) -> str:
    found = (_inside(one, key) for one in (thing.values() if isinstance(thing, dict) else ()) if isinstance(one, dict))
    return next(filter(None, found), "")


def _listed(thing: Answer, key: str) -> list[Answer]:
    value = thing.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


HANDLERS: Mapping[str, Callable[[SageMakerDrawing, Answer, Place], None]] = {
    "TrainingJobName": training_job,
    "HyperParameterTuningJobArn": tuning_job,
    "TransformJobArn": transform_job,
    "ProcessingJobArn": processing_job,
    "ModelPackageArn": model_package,
    "ModelArn": model,
    "EndpointConfigArn": endpoint_config,
    "EndpointArn": endpoint,
    "TrainingJobSummaries": training_jobs,
    "ModelPackageSummaryList": model_packages,
}
"""By the field that only this answer has."""
