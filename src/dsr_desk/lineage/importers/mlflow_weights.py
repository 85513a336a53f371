"""Weights that no registry knows: files that a run left, and what a run that trained must have left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import BY_FILE, KIND_TEXT, KIND_WHY
from dsr_desk.lineage.importers.mlflow_drawing import MlflowDrawing, global_name
from dsr_desk.lineage.importers.names import Likely, model_file


def left_files(drawing: MlflowDrawing) -> None:
    """Models by file: artifacts of runs that are weights, or that may be and lie where nothing else is a model."""
    for run, path, digest in drawing.store.weights:
        if model_file(path) is Likely.YES:
            drawing.produce(run, file_of(drawing, run, path, digests=[f"sha256:{digest}"]))
    for run, path, digest in drawing.store.weights:
        if run not in drawing.making:
            guessed = {KIND_WHY: "guess.kind.file", KIND_TEXT: path}
            file = file_of(drawing, run, path, digests=[f"sha256:{digest}"], **guessed)
            drawing.draft.edge(drawing.run(run), file, Role.PRODUCE)


def file_of(drawing: MlflowDrawing, run: str, path: str, *, digests: Sequence[str] = (), **more: str) -> str:
    """Weights at a path among the artifacts of a run: `weights/best.pt` of two runs are two models."""
    known = drawing.store.runs.get(run)
    label = (known.name if known is not None else "") or run
    return drawing.draft.node(
        NodeKind.MODEL, path, label, drawing.system, key=f"file:{drawing.system}|{run}|{path}", digests=digests,
        aliases=[f"{everywhere}:{path}" if (everywhere := global_name("file", run)) else ""],
        created=known.ended if known is not None else "", **{BY_FILE: "yes", **more},
    )  # fmt: skip


def leave_weights(drawing: MlflowDrawing) -> None:
    """A run that trained, and of which no model is recorded, has left weights somewhere, or had them."""
    accounted_for = _nested_with_makers(drawing)
    for key in drawing.store.runs:
        if drawing.trains(key) and drawing.runs[key] not in accounted_for:
            weights_of(drawing, key)


def weights_of(drawing: MlflowDrawing, run: str) -> str:
    """What a run that trained must have left: nobody recorded it, and that it is a model is asked about."""
    known, sign = drawing.store.runs.get(run), drawing.store.signs.get(run, "")
    label = (known.name if known is not None else "") or run
    why = "guess.kind.training-signs" if sign else "guess.kind.trained-run"
    weights = drawing.draft.node(
        NodeKind.MODEL, f"weights of {label}", "", drawing.system, key=f"weights:{drawing.system}|{run}",
        aliases=[global_name("weights", run)],
        created=known.ended if known is not None else "",
        **{BY_FILE: "yes", KIND_WHY: why, KIND_TEXT: sign or label},
    )  # fmt: skip
    drawing.produce(run, weights)
    return weights


def _nested_with_makers(drawing: MlflowDrawing) -> set[str]:
    """Runs that made a model, and those whose data may have gone into a model of a run that they are nested with."""
    hands: dict[str, list[str]] = defaultdict(list)
    for origin, target, role in drawing.draft.edges:
        if role is Role.PARENT:
            hands[target].append(origin)
    found = [drawing.run(key) for key in sorted(drawing.making)]
    known = set(found)
    for run in found:
        fresh = [origin for origin in hands[run] if origin not in known]
        known.update(fresh)
        found += fresh
    return known
