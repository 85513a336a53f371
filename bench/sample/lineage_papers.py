"""The sample organisation's papers on its models: cards with an adapter, a bill of materials, a table by hand."""

from __future__ import annotations

import json
from pathlib import Path

_CARDS = {
    "badge-gate-lora": """\
datasets:
- larkfield/badge-photos-night
library_name: peft
pipeline_tag: image-classification
""",
    "low-light-lora": """\
datasets:
- larkfield/studio-night
""",
    "badge-gate-night": """\
base_model:
- larkfield/badge-gate-lora
- larkfield/low-light-lora
base_model_relation: merge
pipeline_tag: image-classification
""",
    "badge-gate-night-int8": """\
base_model: larkfield/badge-gate-night
base_model_relation: quantized
""",
}
_ADAPTER = {"base_model_name_or_path": "larkfield/face-embedder", "revision": "2", "peft_type": "LORA", "r": 8}
_TABLE = """from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty,to_created,to_ended
model,face-embedder,1,serve,deployment,album sorting (first),,recorded,2024-02-20,2024-06-10
model,face-embedder,2,serve,deployment,album sorting,,recorded,2024-06-10,
deployment,album sorting,,serve,product,Larkfield app,7.2,recorded,,
model,badge-gate,1,serve,deployment,office doors,,recorded,2024-10-01,
model,face-embedder,2,evaluate,benchmark,member look-alikes,,recorded,2024-09-02,
"""


def write_cards(folder: Path) -> None:
    """Hugging Face repositories of a night-time gate: an adapter of the embedder, merged with one that never saw a
    face, and quantised."""
    for name, front in _CARDS.items():
        card = folder / name / "README.md"
        card.parent.mkdir(parents=True)
        card.write_text(f"---\n{front}license: other\nlicense_name: larkfield-internal\n---\n\n# {name}\n", "utf-8")
    (folder / "badge-gate-lora" / "adapter_config.json").write_text(json.dumps(_ADAPTER, indent=1), "utf-8")


def write_bill(path: Path) -> None:
    """A CycloneDX bill of materials of the app: which models it holds, for what, and which service runs one."""

    def model(ref: str, version: str, task: str) -> dict[str, object]:
        return {
            "type": "machine-learning-model", "bom-ref": ref, "name": ref, "version": version,
            "licenses": [{"license": {"name": "larkfield-internal"}}], "modelCard": {"modelParameters": {"task": task}},
        }  # fmt: skip

    app = {"type": "application", "bom-ref": "app", "name": "Larkfield app", "version": "7.2"}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": "urn:uuid:6f1d3d0e-5f43-4c58-9a8e-2d8a3f0c7b11",
        "version": 1,
        "metadata": {"timestamp": "2024-11-04T09:00:00Z", "component": app},
        "components": [
            model("event-search", "1.3", "finding photos by what is on them"),
            model("smile-tagger", "2.0", "tagging expressions"),
            model("colour-namer", "1", "naming colours of flowers"),
        ],
        "services": [{"bom-ref": "search", "name": "search service", "version": "12"}],
        "dependencies": [
            {"ref": "search", "dependsOn": ["event-search"]},
            {"ref": "app", "dependsOn": ["smile-tagger", "colour-namer", "search"]},
        ],
    }
    path.write_text(json.dumps(bill, indent=1), "utf-8")


def write_table(path: Path) -> None:
    """What no system had recorded, in the CSV form: since when models run, and what was built on them."""
    path.write_text(_TABLE, "utf-8")
