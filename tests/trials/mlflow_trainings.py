"""Some 50 trainings by MLflow itself, of which it is known who learned from the photos. Run by hand or by its test.

    PYTHON mlflow_trainings.py FOLDER     (a Python with mlflow, scikit-learn, pandas and pyarrow)

writes `mlflow.db`, the folder `store` and for each of them a list of truths: which model, whether it learned from the
photos, whether it was measured on them, whether all of that was recorded by the fields that MLflow has for it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "MLFLOW_ALLOW_FILE_STORE"):
    os.environ[name] = "true"

import mlflow  # noqa: E402
import pandas as pd  # noqa: E402
from mlflow.entities import LoggedModelInput  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

PHOTOS, LICENSED = "s3://lake/photos/v3/", "s3://lake/licensed/"
FULL, PART = "full", "part"
QUIET = {"log_model_explainability": False, "log_explainer": False}


def frame(first: int) -> pd.DataFrame:
    return pd.DataFrame({"a": [float(first), 1.0, first + 2.0, 3.0], "y": [0, 1, 0, 1]})


def fit(first: int = 1) -> LogisticRegression:
    table = frame(first)
    return LogisticRegression().fit(table[["a"]], table.y)


class Trial:
    """One store. `truths` are (model or run, learned from the photos, measured on them, how far that is recorded)."""

    def __init__(self, uri: str) -> None:
        mlflow.set_tracking_uri(uri)
        self.client = MlflowClient()
        self.photos = mlflow.data.from_pandas(frame(1), source=PHOTOS, name="photos", targets="y")
        self.licensed = mlflow.data.from_pandas(frame(5), source=LICENSED, name="licensed", targets="y")
        self.truths: list[dict[str, Any]] = []

    def truth(self, model: str, *, learned: bool = False, measured: bool = False, record: str = PART) -> None:
        self.truths.append({"model": model, "learned": learned, "measured": measured, "record": record})

    def log(self, name: str, *, registered: bool = False) -> Any:
        return mlflow.sklearn.log_model(
            fit(), name=name, registered_model_name=name if registered else None, pip_requirements=["scikit-learn"]
        )

    def trained(
        self, name: str, data: Any, *, context: str | None = "training", registered: bool = True, **params: str
    ) -> Any:
        """A run that says what it was trained on, and its model."""
        with mlflow.start_run(run_name=name):
            mlflow.log_params(params)
            if data is not None:
                mlflow.log_input(data, context=context)
            return self.log(name, registered=registered)

    def weights(self, folder: str = "weights", file: str = "best.pt") -> None:
        Path(file).write_text(f"{mlflow.active_run().info.run_id} {file}", encoding="utf-8")
        mlflow.log_artifact(file, folder)


def plain(t: Trial) -> None:
    t.trained("recogniser", t.photos)
    t.client.set_registered_model_alias("recogniser", "champion", "1")
    t.truth("recogniser", learned=True, record=FULL)
    t.trained("unregistered", t.photos, registered=False)
    t.truth("unregistered", learned=True, record=FULL)
    t.trained("door", t.licensed)
    t.truth("door", record=FULL)
    t.trained("pretrained-net", t.photos, context="pretrain")
    t.truth("pretrained-net", learned=True, record=FULL)
    t.trained("no-context", t.photos, context=None)
    t.truth("no-context", learned=True)


def nested(t: Trial) -> None:
    with mlflow.start_run(run_name="outer-data"):
        mlflow.log_input(t.photos, context="training")
        with mlflow.start_run(run_name="inner-model", nested=True):
            t.log("inner-model")
    t.truth("inner-model", learned=True)
    with mlflow.start_run(run_name="outer-model"):
        with mlflow.start_run(run_name="inner-data", nested=True):
            mlflow.log_input(t.photos, context="training")
        t.log("outer-model")
    t.truth("outer-model", learned=True)
    with mlflow.start_run(run_name="family"):
        with mlflow.start_run(run_name="reads", nested=True):
            mlflow.log_input(t.photos, context="training")
        with mlflow.start_run(run_name="gives", nested=True):
            t.log("sibling-model")
    t.truth("sibling-model", learned=True)
    with mlflow.start_run(run_name="outermost"):
        mlflow.log_input(t.photos, context="training")
        with mlflow.start_run(run_name="between", nested=True), mlflow.start_run(run_name="innermost", nested=True):
            t.log("innermost-model")
    t.truth("innermost-model", learned=True)
    with mlflow.start_run(run_name="sweep"):
        mlflow.log_input(t.photos, context="training")
        for k in range(2):
            with mlflow.start_run(run_name=f"trial-{k}", nested=True):
                mlflow.log_param("lr", 0.1 * k)
                mlflow.log_input(t.licensed, context="validation")
                t.log(f"swept-{k}")
            t.truth(f"swept-{k}", learned=True)


def bases(t: Trial) -> None:
    for name, params in {
        "from-alias": {"base_model": "models:/recogniser@champion"},
        "from-version": {"init_checkpoint": "models:/recogniser/1"},
        "from-short-name": {"pretrained_model": "recogniser/1"},
        "from-bare-name": {"finetune_from": "recogniser"},
        "distilled": {"teacher": "recogniser/1"},
        "adapted": {"lora_base": "models:/recogniser/1"},
        "from-a-file": {"init_weights": "/srv/models/photos_base.pt"},
        "from-a-switch": {"pretrained": "True"},
    }.items():
        t.trained(name, t.licensed, **params)
        t.truth(name, learned=True)
    with mlflow.start_run(run_name="by-tag"):
        mlflow.set_tag("parent_model", "recogniser/1")
        mlflow.log_input(t.licensed, context="training")
        t.log("by-tag", registered=True)
    t.truth("by-tag", learned=True)
    t.trained("by-version-tag", t.licensed)
    t.client.set_model_version_tag("by-version-tag", "1", "base_model", "models:/recogniser/1")
    t.truth("by-version-tag", learned=True)
    with mlflow.start_run(run_name="merged"):
        mlflow.log_param("merge_models", "recogniser/1, door/1")
        t.log("merged", registered=True)
    t.truth("merged", learned=True)
    base = t.client.search_logged_models(experiment_ids=["0"], filter_string="name = 'unregistered'")[0]
    with mlflow.start_run(run_name="by-input") as run:
        mlflow.log_input(t.licensed, context="training")
        t.client.log_inputs(run.info.run_id, models=[LoggedModelInput(base.model_id)])
        t.log("by-input")
    t.truth("by-input", learned=True)
    t.client.copy_model_version("models:/recogniser/1", "copied")
    t.truth("copied", learned=True, record=FULL)


def files(t: Trial) -> None:
    with mlflow.start_run(run_name="weights-only") as run:
        mlflow.log_input(t.photos, context="training")
        t.weights()
    t.truth("run weights-only", learned=True)
    t.trained("from-artifact", t.licensed, resume_from=f"runs:/{run.info.run_id}/weights/best.pt")
    t.truth("from-artifact", learned=True)
    t.trained("from-run", t.licensed, resume_from_run=run.info.run_id)
    t.truth("from-run", learned=True)
    with mlflow.start_run(run_name="params-only"):
        mlflow.log_params({"data": PHOTOS, "model": "yolov8n-face.pt", "epochs": 3})
        t.weights()
    t.truth("run params-only", learned=True)
    t.trained("data-by-name", None, dataset="photos")
    t.truth("data-by-name", learned=True)
    t.trained("data-below", None, train_dir=f"{PHOTOS}part-1")
    t.truth("data-below", learned=True)
    with mlflow.start_run(run_name="exported"):
        mlflow.log_param("source_model", "models:/recogniser/1")
        t.weights("export", "gate.onnx")
    t.truth("run exported", learned=True)
    with mlflow.start_run(run_name="plain-script"):
        mlflow.log_params({"lr": 0.1, "epochs": 3})
        mlflow.log_metric("train_loss", 0.3)
    t.truth("run plain-script", learned=True)


def measured(t: Trial) -> None:
    for name in ("judged", "scored", "tested", "loaded"):
        t.trained(name, t.licensed)
    with mlflow.start_run(run_name="judge"):
        mlflow.models.evaluate("models:/judged/1", t.photos, model_type="classifier", evaluator_config=QUIET)
    t.truth("judged", measured=True, record=FULL)
    model = t.client.search_logged_models(experiment_ids=["0"], filter_string="name = 'scored'")[0]
    with mlflow.start_run(run_name="score"):
        mlflow.log_input(t.photos, context="evaluation")
        mlflow.log_metric("accuracy", 0.9, model_id=model.model_id, dataset=t.photos)
    t.truth("scored", measured=True, record=FULL)
    model = t.client.search_logged_models(experiment_ids=["0"], filter_string="name = 'tested'")[0]
    with mlflow.start_run(run_name="test") as run:
        mlflow.log_input(t.photos, context="testing")
        t.client.log_inputs(run.info.run_id, models=[LoggedModelInput(model.model_id)])
    t.truth("tested", measured=True, record=FULL)
    with mlflow.start_run(run_name="load"):
        mlflow.log_input(t.photos, context="evaluation")
        mlflow.log_param("model_uri", "models:/loaded/1")
        mlflow.sklearn.load_model("models:/loaded/1")
        mlflow.log_metric("accuracy", 0.9)
    t.truth("loaded", measured=True)
    with mlflow.start_run(run_name="validated"):
        mlflow.log_input(t.licensed, context="training")
        mlflow.log_input(t.photos, context="validation")
        t.log("validated", registered=True)
    t.truth("validated", measured=True, record=FULL)
    with mlflow.start_run(run_name="both"):
        mlflow.log_input(t.photos, context="training")
        mlflow.log_input(t.licensed, context="validation")
        t.log("both", registered=True)
    t.truth("both", learned=True, record=FULL)
    t.trained("learned-later", t.photos, base_model="models:/judged/1")
    t.truth("learned-later", learned=True, record=FULL)
    with mlflow.start_run(run_name="measured-and-unknown"):
        mlflow.log_input(t.photos, context="evaluation")
        t.log("measured-and-unknown", registered=True)
    t.truth("measured-and-unknown", learned=True, measured=True)
    t.trained("measured-with-base", t.licensed, checkpoint="old/photos.ckpt")
    with mlflow.start_run(run_name="judge-with-base"):
        mlflow.models.evaluate(
            "models:/measured-with-base/1", t.photos, model_type="classifier", evaluator_config=QUIET
        )
    t.truth("measured-with-base", learned=True, measured=True)


def ended(t: Trial) -> None:
    with mlflow.start_run(run_name="failed"):
        mlflow.log_input(t.photos, context="training")
        t.weights("checkpoints", "last.ckpt")
        mlflow.end_run("FAILED")
    t.truth("run failed", learned=True)
    with mlflow.start_run(run_name="killed"):
        mlflow.log_input(t.photos, context="training")
        t.log("killed")
        mlflow.end_run("KILLED")
    t.truth("killed", learned=True, record=FULL)
    run = t.client.create_run("0", run_name="running")
    t.client.log_inputs(run.info.run_id, datasets=_inputs(t))
    t.truth("run running", learned=True)
    with mlflow.start_run(run_name="deleted-run") as gone:
        mlflow.log_input(t.photos, context="training")
        t.log("deleted-run", registered=True)
    t.client.delete_run(gone.info.run_id)
    t.truth("deleted-run", learned=True, record=FULL)
    t.trained("deleted-version", t.photos)
    t.client.delete_model_version("deleted-version", "1")
    t.truth("deleted-version", learned=True, record=FULL)
    t.trained("deleted-name", t.photos)
    t.client.delete_registered_model("deleted-name")
    t.truth("deleted-name", learned=True, record=FULL)
    t.trained("deleted-model", t.photos, registered=False)
    model = t.client.search_logged_models(experiment_ids=["0"], filter_string="name = 'deleted-model'")[0]
    t.client.delete_logged_model(model.model_id)
    t.truth("deleted-model", learned=True, record=FULL)
    with mlflow.start_run(run_name="resumed") as run:
        mlflow.log_input(t.licensed, context="training")
        t.log("resumed-early")
    t.truth("resumed-early", learned=True, record=FULL)
    with mlflow.start_run(run_id=run.info.run_id):
        mlflow.log_input(t.photos, context="training")
        t.log("resumed-late")
    t.truth("resumed-late", learned=True, record=FULL)


def by_itself(t: Trial) -> None:
    mlflow.sklearn.autolog(log_models=True, silent=True)
    with mlflow.start_run(run_name="autologged"):
        fit()
    mlflow.sklearn.autolog(disable=True)
    t.truth("run autologged", learned=True)
    with mlflow.start_run(run_name="by-hand") as run:
        mlflow.log_input(t.photos, context="training")
        t.weights("model", "net.onnx")
    t.client.create_registered_model("by-hand")
    t.client.create_model_version("by-hand", f"{run.info.artifact_uri}/model", run.info.run_id)
    t.truth("by-hand", learned=True, record=FULL)
    mlflow.create_external_model(name="external", params={"base_model": "models:/recogniser/1"})
    t.truth("external", learned=True)


def _inputs(t: Trial) -> list[Any]:
    from mlflow.entities import DatasetInput, InputTag

    return [DatasetInput(t.photos._to_mlflow_entity(), [InputTag("mlflow.data.context", "training")])]


EVERYTHING: tuple[Callable[[Trial], None], ...] = (plain, nested, bases, files, measured, ended, by_itself)


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    os.chdir(out)
    for name, uri in (("mlflow.db", "sqlite:///mlflow.db"), ("store", f"file:{out.resolve()}/store")):
        trial = Trial(uri)
        for part in EVERYTHING:
            try:
                part(trial)
            finally:
                while mlflow.active_run():
                    mlflow.end_run()
        Path(f"{name}.truth.json").write_text(json.dumps(trial.truths, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
