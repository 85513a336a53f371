"""Trainings of known truth, written by the client of Weights & Biases itself without a server.

    PYTHON wandb_trainings.py FOLDER     (a Python with wandb)

Nothing learns here; what each would have learned is written down beside the runs.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1]).absolute()
for name in ("HOME", "WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_CONFIG_DIR"):
    os.environ[name] = str(FOLDER)
os.environ["WANDB_SILENT"] = "true"

import wandb  # noqa: E402

PHOTOS, LICENSED = "s3://lake/photos", "s3://lake/licensed"
truths: list[dict[str, Any]] = []


def start(job_type: str = "", **config: Any) -> Any:
    settings = wandb.Settings(disable_git=True, x_disable_stats=True, console="off")
    return wandb.init(project="faces", job_type=job_type, config=config, mode="offline", settings=settings)


def artifact(name: str, kind: str) -> Any:
    file = FOLDER / f"{name}.bin"
    file.write_text(name, encoding="utf-8")
    one = wandb.Artifact(name, kind)
    one.add_file(str(file), name="model.pt" if kind != "dataset" else "photos.tar")
    return one


def trained(
    name: str, job_type: str = "train", *, learned: bool = True, logs: str = "", kind: str = "model", **config: Any
) -> None:  # fmt: skip
    """A run that logs a model, and perhaps what it was trained on."""
    with start(job_type, **config) as run:
        if logs:
            run.log_artifact(artifact(logs, "dataset"))
        run.log_artifact(artifact(name, kind))
    truths.append({"model": name, "learned": learned})


def main() -> None:
    os.chdir(FOLDER)
    trained("logged-data", logs="photos")
    trained("logged-without-job-type", "", logs="photos")
    trained("named-data", data_dir=PHOTOS)
    trained("named-deep", dataset={"train": {"path": PHOTOS}})
    trained("in-an-odd-job", "stage-2", dataset=PHOTOS)
    trained("checkpointed", kind="checkpoint", train_data=PHOTOS)
    trained("tuned", base_model="logged-data:latest", train_data=LICENSED)
    trained("tuned-twice", init_checkpoint="tuned:latest", train_data=LICENSED)
    trained("distilled", teacher="logged-data:latest", train_data=LICENSED)
    trained("clean", learned=False, train_data=LICENSED)
    with start("train", train_data=PHOTOS) as run:
        Path(run.dir, "best.pt").write_text("kept", encoding="utf-8")
        wandb.save(str(Path(run.dir, "best.pt")), base_path=run.dir, policy="now")
    truths.append({"model": "best.pt", "learned": True})
    with start("train", train_data=PHOTOS) as run:
        truths.append({"model": f"weights of {run.name or run.id}", "learned": True})
    run = start("train", train_data=PHOTOS)
    run.log_artifact(artifact("broken-off", "model"))
    run.finish(exit_code=1)
    truths.append({"model": "broken-off", "learned": True})
    with start("eval", checkpoint="clean:latest", test_data=PHOTOS):
        pass
    (FOLDER / "truth.json").write_text(json.dumps(truths), encoding="utf-8")


main()
