"""Trainings of known truth in a repository that real dvc and git wrote: `python dvc_trainings.py FOLDER`.

Every stage writes what it read instead of learning; what it would have learned is written down beside the repository.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def stage(name: str, reads: str, out: str, more: str = "") -> str:
    """A stage that writes what it read and its own name, so that no two outputs are the same."""
    folder = out.rpartition("/")[0] or "."
    files = " ".join(f"$(find {one} -type f)" for one in reads.split())
    command = f"mkdir -p {folder} && cat {files} > {out} && echo {name} >> {out}"
    kept = f"outs: [{out}]" if "outs" not in more and "metrics" not in more else ""
    parts = [part for part in (f"deps: [{', '.join(reads.split())}]" if "deps" not in more else "", kept, more) if part]
    return f"  {name}: {{cmd: '{command}', {', '.join(parts)}}}\n"


STAGES = (
    "stages:\n"
    + stage("train", "photos", "models/direct.pt")
    + stage("prepare", "photos", "prep/all.bin")
    + stage("pretrain", "prep/all.bin", "ckpt/encoder", "outs: [ckpt]")
    + stage("finetune", "ckpt/encoder other", "gate.engine")
    + stage("train_clean", "other", "models/clean.pt")
    + stage("evaluate", "models/clean.pt photos", "metrics.json", "metrics: [metrics.json]")
    + stage("distill", "models/direct.pt other", "models/small.pt")
    + stage("quantize", "models/direct.pt", "models/direct.tflite")
    + stage("tune", "models/direct.pt other", "models/param.pt", "deps: [other], params: [base_model]")
    + "  adapt: {cmd: 'cat other/b c > models/cmd.pt; : --weights models/direct.pt', deps: [other, c],\n"
    "          outs: [models/cmd.pt]}\n"
    + stage("fit_inside", "../photos d", "out.onnx", "wdir: sub")
    + stage("build", "photos e", "blob.bin")
    + stage("train_part", "photos/a f", "models/part.pt")
)
DECLARED = "artifacts:\n  clean: {path: models/clean.pt, type: model}\n"
BRANCH = stage("train_branch", "photos g", "models/branch.pt")
LEARNED = (
    "models/direct.pt", "ckpt", "gate.engine", "models/small.pt", "models/direct.tflite", "models/param.pt",
    "models/cmd.pt", "sub/out.onnx", "models/part.pt", "models/branch.pt", "blob.bin", "models/loose.pt",
)  # fmt: skip


def main(folder: Path) -> None:
    repository = folder / "repository"
    repository.mkdir(parents=True)
    home = {**os.environ, "HOME": str(folder), "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder / "site")}
    for who in ("AUTHOR", "COMMITTER"):
        home |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.org"}

    def run(*words: str) -> None:
        subprocess.run(words, cwd=repository, env=home, capture_output=True, check=True)

    def dvc(*words: str) -> None:
        run(sys.executable, "-m", "dvc", *words)

    def put(name: str, text: str) -> None:
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    run("git", "init", "-q", "-b", "main")
    dvc("init", "-q")
    for name in ("photos/a", "other/b", "b", "c", "sub/d", "e", "f", "g", "models/loose.pt"):
        put(name, f"content of {name}\n")
    put("params.yaml", "base_model: models/direct.pt\n")
    put("dvc.yaml", STAGES + DECLARED)
    dvc("add", "-q", "photos", "other", "models/loose.pt")
    dvc("repro", "-q")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "one")
    run("git", "checkout", "-q", "-b", "tried")
    put("dvc.yaml", STAGES + BRANCH + DECLARED)
    dvc("repro", "-q")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "tried")
    run("git", "checkout", "-q", "main")
    put(
        "dvc.yaml",
        "stages:\n  train_clean: {cmd: cp other/b models/clean.pt, deps: [other], outs: [models/clean.pt]}\n",
    )
    dvc("remove", "-q", "photos.dvc")
    dvc("repro", "-q")
    dvc("commit", "-q", "-f")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", "photos are gone")
    truths = [{"model": name, "learned": True, "measured": False} for name in LEARNED]
    truths += [{"model": "models/clean.pt", "learned": False, "measured": True}]
    (folder / "truth.json").write_text(json.dumps(truths), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
