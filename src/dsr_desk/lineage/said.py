"""What the graph records of an affected model, in sentences: what stands on it, since when, who got it. Where no source
says anything, that is said: no record is no absence."""

from __future__ import annotations

from dsr_desk.core.lineage import AffectedModel
from dsr_desk.core.message import Message, message, term

_ON_IT = ("deployments", "products", "outputs", "embeddings", "benchmarks")


def facts_of(model: AffectedModel) -> tuple[Message, ...]:
    """How it came to the data, what it is for, its use and what stands on it, and who received it."""
    said = [
        message("model.learned", model=model.node.label, learned=term(model.learned), versions=model.dataset_versions),
        message("model.task" if model.task else "model.task.unknown", task=model.task),
    ]
    if model.run_status:
        said.append(message("model.run-stopped" if model.run_status == "killed" else "model.run-failed"))
    for what in _ON_IT:
        names = tuple(node.label for node in getattr(model, what))
        said.append(message(f"model.{what}", names=names) if names else message(f"model.{what}.unknown"))
    if model.deployments:
        said.append(message("model.period", period=model.period.says))
    if model.passed_on_to is None:
        said.append(message("model.passed-on.unknown"))
    else:
        code = "model.passed-on" if model.passed_on_to else "model.passed-on.nobody"
        said.append(message(code, names=model.passed_on_to))
    if not model.training_recorded:
        said.append(message("model.training.unknown"))
    elif not model.training_complete:
        said.append(message("model.training.in-part"))
    return tuple(said)
