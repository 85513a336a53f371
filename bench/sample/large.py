"""Lineage of an organisation with some 300 models on the sample's two datasets, in our own JSON form.

Made to be looked at: yearly embedders, what every site and phone made of them, attributes, products, and a third that
has nothing to do with faces.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.sample.lineage import EVENTS, PORTRAITS

_SITES = ("berlin", "oslo", "porto", "lyon", "turin", "gdansk", "malmo", "ghent")
_ATTRIBUTES = {
    "age-reader": "age",
    "mood-reader": "expression",
    "glasses-finder": "attributes",
    "pose-reader": "pose",
    "photo-quality": "photo quality",
    "background-cutter": "segmentation",
}
_ELSEWHERE = ("spam-filter", "churn-forecast", "route-planner", "tagline-writer", "price-watch", "fraud-score")

Json = dict[str, Any]


def write_large_lineage(path: Path) -> int:
    """Writes the file and returns how many models it names."""
    edges: list[Json] = []
    crops = _thing("dataset", "face-crops", "2024.1")
    aligned = _thing("dataset", "aligned-faces", "2024.1")
    frames = _thing("dataset", "event-frames", "2023.2")
    edges += [
        _edge(_thing("dataset", *PORTRAITS), crops, "derive"),
        _edge(crops, aligned, "derive"),
        _edge(_thing("dataset", *EVENTS), frames, "derive"),
    ]
    for number in range(1, 13):
        edges += _embedder(number, aligned, crops, frames)
    for name, task in _ATTRIBUTES.items():
        for version in range(1, 8):
            model = _thing("model", name, str(version), {"task": task})
            edges.append(_edge(crops, model, "train"))
            if version == 7:
                edges.append(_edge(model, _thing("deployment", f"{name}-api"), "serve"))
    for version in range(1, 11):
        model = _thing("model", "crowd-finder", str(version), {"task": "search"})
        edges.append(_edge(frames, model, "train" if version > 2 else "evaluate"))
        if version == 10:
            edges.append(_edge(model, _thing("deployment", "crowd-finder-prod"), "serve"))
            edges.append(_edge(_thing("deployment", "crowd-finder-prod"), _thing("product", "Find me"), "serve"))
    for place, name in enumerate(_ELSEWHERE):
        data = _thing("dataset", f"{name}-log", "2024")
        for version in range(1, 10):
            edges.append(_edge(data, _thing("model", name, str(version), {"task": "tables"}), "train"))
        if place % 2:
            edges.append(_edge(_thing("model", name, "9"), _thing("deployment", f"{name}-api"), "serve"))
    silent = [{"kind": "model", "name": f"legacy-matcher-{letter}", "version": "1"} for letter in "abcde"]
    path.write_text(json.dumps({"dsr-desk-lineage": 1, "nodes": silent, "edges": edges}), encoding="utf-8")
    named = {(e["name"], e["version"]) for edge in edges for e in (edge["from"], edge["to"]) if e["kind"] == "model"}
    return len(named) + len(silent)


def _embedder(number: int, aligned: Json, crops: Json, frames: Json) -> list[Json]:
    """One generation: the embedder, a fine-tune for each site, two for phones and their small forms, what serves it."""
    model = _thing("model", "vision-embedder", str(number), {"task": "face recognition"})
    edges = [_edge(aligned, model, "train")]
    if number % 4 == 0:
        edges.append(_edge(frames, model, "train"))
    for site in _SITES:
        gate = _thing("model", f"door-gate-{site}", str(number), {"task": "door access"})
        edges.append(_edge(model, gate, "fine-tune-base"))
        if number == 12:
            edges.append(_edge(gate, _thing("deployment", f"gate-{site}"), "serve"))
            edges.append(_edge(_thing("deployment", f"gate-{site}"), _thing("product", "Open doors"), "serve"))
    for size in ("s", "m"):
        phone = _thing("model", f"phone-embedder-{size}", str(number))
        edges.append(_edge(model, phone, "distil", "recorded" if number > 3 else "inferred"))
        edges.append(_edge(phone, _thing("model", f"phone-embedder-{size}-int8", str(number)), "quantise"))
    if number in (9, 12):
        stored = _thing("embedding", "member-vectors", str(number))
        edges.append(_edge(model, stored, "produce"))
        edges.append(_edge(crops, _thing("benchmark", "in-house-test", str(number)), "derive"))
        edges.append(_edge(model, _thing("deployment", f"embed-api-{number}"), "serve"))
    return edges


def _thing(kind: str, name: str, version: str = "", attributes: dict[str, str] | None = None) -> Json:
    return {"kind": kind, "name": name, "version": version, "attributes": attributes or {}}


def _edge(origin: Json, target: Json, role: str, certainty: str = "recorded") -> Json:
    return {"from": origin, "to": target, "role": role, "certainty": certainty}
