"""A store of MLflow as it lies in files: one model that was trained on one dataset."""

from __future__ import annotations

from pathlib import Path


def store_of_files(root: Path) -> Path:
    for name, content in {
        "1/meta.yaml": "experiment_id: '1'\n",
        "1/datasets/d/meta.yaml": "name: faces\ndigest: '0123'\nsource: '{}'\n",
        "1/r/meta.yaml": "run_id: r\nend_time: 1700000000000\n",
        "1/r/inputs/i/meta.yaml": "source_type: DATASET\nsource_id: d\n",
        "models/gate/version-1/meta.yaml": "name: gate\nversion: 1\nrun_id: r\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root
