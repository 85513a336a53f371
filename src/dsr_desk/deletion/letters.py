"""Texts for those who carry out what this program cannot: other teams, data recipients, owners of models."""

from __future__ import annotations

from collections.abc import Sequence

from dsr_desk.core.actions import PlannedItem, Treatment
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.lineage import AffectedModel, Planned


def erase_elsewhere(case: str, version: str, container: str, items: Sequence[PlannedItem]) -> str:
    """For the team that holds a container which was not found here."""
    lines = [
        f"Case {case}. Please erase the following from {container} of dataset version {version},",
        "in every copy that you keep, and answer with the date, the method and what you read back.",
        "Each line is a place inside the container and the SHA-256 of the content; erase only what has that digest.",
        "",
    ]
    for item in items:
        verb = "mask the face in" if item.treatment is Treatment.MASK else "erase"
        lines.append(f"- {verb} {item.address.member or '(row)'}  sha256:{item.address.digest}")
    return "\n".join(lines)


def other_places(case: str, version: DatasetVersion, count: int) -> str:
    return (
        f"Case {case}. {_items(count)} of dataset version {version.id} are erased. Copies of it are registered at: "
        f"{version.other_places}. Please erase the same items there (the list comes with the plan) and answer with "
        "the date, the method and what you read back."
    )


def tell_recipient(case: str, version: DatasetVersion, count: int) -> str:
    return (
        f"Case {case}. You received dataset version {version.id} from us. A person asked for erasure of the data about "
        f"them: {_items(count)}. Please erase these items, in copies and in what you passed on, and confirm it."
    )


def dispose(case: str, model: AffectedModel, planned: Planned) -> str:
    versions = ", ".join(model.dataset_versions)
    return (
        f"Case {case}. The model {model.node.label} was built from {versions}. Decided: {planned.fate.value}"
        + (f", by {planned.deadline}" if planned.deadline else "")
        + (f". Reason: {planned.reason}" if planned.reason else "")
        + ". Please report what was done, when, and how you know."
    )


def purge_outputs(case: str, model: AffectedModel) -> str:
    outputs = ", ".join(node.label for node in (*model.outputs, *model.embeddings))
    return (
        f"Case {case}. Retained outputs and embeddings of the model {model.node.label} may hold data of the person: "
        f"{outputs}. Please erase what relates to them and report what was done, when, and how you know."
    )


def _items(count: int) -> str:
    return f"{count} {'item' if count == 1 else 'items'}"
