"""Answers of SageMaker as its command line prints them: a training, what became of it, and the lineage of it."""

from __future__ import annotations

from typing import Any

WHERE = "arn:aws:sagemaker:eu-central-1:123456789012"
BUCKET = "s3://lake"
WEIGHTS = f"{BUCKET}/out/gate-1/output/model.tar.gz"
TIME = "2026-03-01T10:00:00+01:00"

Answer = dict[str, Any]


def channel(name: str, uri: str, **more: Any) -> Answer:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **more}


def training(name: str = "gate-1", *channels: Answer, where: str = WHERE, **more: Any) -> Answer:
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{where}:training-job/{name}",
        "ModelArtifacts": {"S3ModelArtifacts": f"{BUCKET}/out/{name}/output/model.tar.gz"},
        "TrainingJobStatus": "Completed",
        "SecondaryStatus": "Completed",
        "HyperParameters": {"epochs": "3", "sagemaker_submit_directory": '"s3://code/source.tar.gz"'},
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "faces:1"},
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "InputDataConfig": list(channels) or [channel("train", f"{BUCKET}/photos/")],
        "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/out"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "CreationTime": TIME,
        "TrainingStartTime": "2026-03-01T10:01:00+01:00",
        "TrainingEndTime": "2026-03-01T11:00:00+01:00",
        **more,
    }


def tuning(name: str = "search", best: str = "gate-1", *channels: Answer) -> Answer:
    job = f"{WHERE}:training-job/{best}"
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobArn": f"{WHERE}:hyper-parameter-tuning-job/{name}",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 1},
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {"epochs": "3"},
            "AlgorithmSpecification": {"TrainingImage": "faces:1", "TrainingInputMode": "File"},
            "RoleArn": "arn:aws:iam::123456789012:role/training",
            "InputDataConfig": list(channels) or [channel("train", f"{BUCKET}/photos/")],
            "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        },
        "HyperParameterTuningJobStatus": "Completed",
        "CreationTime": TIME,
        "TrainingJobStatusCounters": {"Completed": 2},
        "ObjectiveStatusCounters": {"Succeeded": 2},
        "BestTrainingJob": {
            "TrainingJobName": best, "TrainingJobArn": job, "CreationTime": TIME, "TrainingJobStatus": "Completed",
            "TunedHyperParameters": {"lr": "0.1"},
        },
    }  # fmt: skip


def model(name: str = "gate", uri: str = WEIGHTS, **more: Any) -> Answer:
    return {
        "ModelName": name,
        "PrimaryContainer": {"Image": "serve:1", "Mode": "SingleModel", "ModelDataUrl": uri, "Environment": {}},
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/serving",
        "CreationTime": TIME,
        "ModelArn": f"{WHERE}:model/{name.lower()}",
        "EnableNetworkIsolation": False,
        **more,
    }


def package(group: str = "Gates", version: int = 1, uri: str = WEIGHTS, **more: Any) -> Answer:
    arn = f"{WHERE}:model-package/{group.lower()}/{version}"
    return {
        "ModelPackageGroupName": group,
        "ModelPackageName": arn,
        "ModelPackageVersion": version,
        "ModelPackageArn": arn,
        "CreationTime": TIME,
        "InferenceSpecification": {
            "Containers": [{"Image": "serve:1", "ModelDataUrl": uri}],
            "SupportedContentTypes": ["image/jpeg"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved",
        **more,
    }


def configuration(name: str = "door-7", *models: str) -> Answer:
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"{WHERE}:endpoint-config/{name}",
        "ProductionVariants": [
            {"VariantName": f"v{i}", "ModelName": one, "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
            for i, one in enumerate(models or ("gate",))
        ],
        "CreationTime": TIME,
    }


def endpoint(name: str = "Door", configured: str = "door-7") -> Answer:
    return {
        "EndpointName": name,
        "EndpointArn": f"{WHERE}:endpoint/{name.lower()}",
        "EndpointConfigName": configured,
        "ProductionVariants": [{"VariantName": "v0", "CurrentWeight": 1.0, "CurrentInstanceCount": 1}],
        "EndpointStatus": "InService",
        "CreationTime": TIME,
        "LastModifiedTime": TIME,
    }


def transform(name: str = "night", served: str = "gate") -> Answer:
    return {
        "TransformJobName": name,
        "TransformJobArn": f"{WHERE}:transform-job/{name}",
        "TransformJobStatus": "Completed",
        "ModelName": served,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/new"}}},
        "TransformOutput": {"S3OutputPath": f"{BUCKET}/answers"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "CreationTime": TIME,
    }


def processing(
    name: str = "clean", inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None
) -> Answer:
    def place(uri: str) -> Answer:
        return {"S3Uri": uri, "LocalPath": "/opt/ml/processing/x"}

    return {
        "ProcessingInputs": [
            {"InputName": key, "AppManaged": False, "S3Input": {**place(uri), "S3DataType": "S3Prefix"}}
            for key, uri in (inputs or {"raw": f"{BUCKET}/raw"}).items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {"OutputName": key, "S3Output": {**place(uri), "S3UploadMode": "EndOfJob"}, "AppManaged": False}
                for key, uri in (outputs or {"photos": f"{BUCKET}/photos"}).items()
            ]
        },
        "ProcessingJobName": name,
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
        },
        "AppSpecification": {"ImageUri": "python:1"},
        "ProcessingJobArn": f"{WHERE}:processing-job/{name}",
        "ProcessingJobStatus": "Completed",
        "CreationTime": TIME,
    }


def artifact(ident: str, kind: str, uri: str, **more: Any) -> Answer:
    return {
        "ArtifactName": ident, "ArtifactArn": f"{WHERE}:artifact/{ident}", "ArtifactType": kind,
        "Source": {"SourceUri": uri, "SourceTypes": []}, "CreationTime": TIME, **more,
    }  # fmt: skip


def component(job: str = "gate-1", **more: Any) -> Answer:
    return {
        "TrialComponentName": f"{job}-aws-training-job",
        "TrialComponentArn": f"{WHERE}:experiment-trial-component/{job}-aws-training-job",
        "DisplayName": job,
        "Source": {"SourceArn": f"{WHERE}:training-job/{job}", "SourceType": "SageMakerTrainingJob"},
        "Status": {"PrimaryStatus": "Completed"},
        "Parameters": {"epochs": {"NumberValue": 3.0}},
        "InputArtifacts": {
            "SageMaker.ImageUri": {"MediaType": "text/plain", "Value": "faces:1"},
            "train": {"MediaType": "text/plain", "Value": f"{BUCKET}/photos"},
        },
        "OutputArtifacts": {"SageMaker.ModelArtifact": {"MediaType": "text/plain", "Value": WEIGHTS}},
        **more,
    }


def vertex(kind: str, ident: str, type_: str) -> Answer:
    return {"Arn": f"{WHERE}:{kind}/{ident}", "Type": type_, "LineageType": "Artifact"}


def lineage() -> Answer:
    data, job, made, image = (
        f"{WHERE}:artifact/d1", f"{WHERE}:experiment-trial-component/gate-1-aws-training-job", f"{WHERE}:artifact/m1",
        f"{WHERE}:artifact/i1",
    )  # fmt: skip
    door = f"{WHERE}:context/door"
    deployed = f"{WHERE}:action/deploy"
    return {
        "Vertices": [
            {"Arn": data, "Type": "DataSet", "LineageType": "Artifact"},
            {"Arn": image, "Type": "Image", "LineageType": "Artifact"},
            {"Arn": job, "Type": "SageMakerTrainingJob", "LineageType": "TrialComponent"},
            {"Arn": made, "Type": "Model", "LineageType": "Artifact"},
            {"Arn": deployed, "Type": "ModelDeployment", "LineageType": "Action"},
            {"Arn": door, "Type": "Endpoint", "LineageType": "Context"},
        ],
        "Edges": [
            {"SourceArn": data, "DestinationArn": job, "AssociationType": "ContributedTo"},
            {"SourceArn": image, "DestinationArn": job, "AssociationType": "ContributedTo"},
            {"SourceArn": job, "DestinationArn": made, "AssociationType": "Produced"},
            {"SourceArn": made, "DestinationArn": deployed, "AssociationType": "ContributedTo"},
            {"SourceArn": deployed, "DestinationArn": door, "AssociationType": "AssociatedWith"},
        ],
    }


def associations(*said: tuple[str, str, str, str, str]) -> Answer:
    """Each (source ARN, its type, destination ARN, its type, association)."""
    return {
        "AssociationSummaries": [
            {
                "SourceArn": source, "SourceType": kind, "SourceName": source[-2:], "DestinationArn": target,
                "DestinationType": other, "DestinationName": target[-2:], "AssociationType": type_,
                "CreationTime": TIME,
            }
            for source, kind, target, other, type_ in said
        ]
    }  # fmt: skip


EVERY: dict[str, Answer] = {
    "DescribeTrainingJob": training(
        "gate-1",
        channel("train", f"{BUCKET}/photos"),
        channel("validation", f"{BUCKET}/held-out"),
        channel("model", f"{BUCKET}/base.tar.gz", ContentType="application/x-sagemaker-model"),
        CheckpointConfig={"S3Uri": f"{BUCKET}/checkpoints"},
        TuningJobArn=f"{WHERE}:hyper-parameter-tuning-job/search",
    ),
    "DescribeHyperParameterTuningJob": tuning(),
    "DescribeModel": model(),
    "DescribeModelPackage": package(),
    "DescribeEndpointConfig": configuration(),
    "DescribeEndpoint": endpoint(),
    "DescribeTransformJob": transform(),
    "DescribeProcessingJob": processing(),
    "DescribeArtifact": artifact("m1", "Model", WEIGHTS),
    "DescribeAction": {
        "ActionName": "deploy", "ActionArn": f"{WHERE}:action/deploy", "ActionType": "ModelDeployment",
        "Source": {"SourceUri": f"{WHERE}:endpoint/door"}, "Status": "Completed", "CreationTime": TIME,
    },
    "DescribeContext": {
        "ContextName": "door", "ContextArn": f"{WHERE}:context/door", "ContextType": "Endpoint",
        "Source": {"SourceUri": f"{WHERE}:endpoint/door"}, "CreationTime": TIME,
    },
    "DescribeTrialComponent": component(),
    "QueryLineage": lineage(),
    "ListArtifacts": {"ArtifactSummaries": [artifact("d1", "DataSet", f"{BUCKET}/photos")]},
    "ListActions": {
        "ActionSummaries": [
            {
                "ActionArn": f"{WHERE}:action/deploy", "ActionName": "deploy", "ActionType": "ModelDeployment",
                "Source": {"SourceUri": f"{WHERE}:endpoint/door"}, "Status": "Completed", "CreationTime": TIME,
            }
        ]
    },
    "ListContexts": {
        "ContextSummaries": [
            {
                "ContextArn": f"{WHERE}:context/door", "ContextName": "door", "ContextType": "Endpoint",
                "Source": {"SourceUri": f"{WHERE}:endpoint/door"}, "CreationTime": TIME,
            }
        ]
    },
    "ListAssociations": associations(
        (f"{WHERE}:artifact/d1", "DataSet", f"{WHERE}:experiment-trial-component/gate-1-aws-training-job",
         "SageMakerTrainingJob", "ContributedTo"),
    ),
    "ListTrainingJobs": {
        "TrainingJobSummaries": [
            {
                "TrainingJobName": "gate-1", "TrainingJobArn": f"{WHERE}:training-job/gate-1", "CreationTime": TIME,
                "TrainingJobStatus": "Completed",
            }
        ]
    },
    "ListModelPackages": {
        "ModelPackageSummaryList": [
            {
                "ModelPackageGroupName": "Gates", "ModelPackageVersion": 1, "CreationTime": TIME,
                "ModelPackageArn": f"{WHERE}:model-package/gates/1", "ModelPackageStatus": "Completed",
                "ModelApprovalStatus": "Approved",
            }
        ]
    },
}  # fmt: skip
"""One answer of each command that is read, by the service's name of it."""
