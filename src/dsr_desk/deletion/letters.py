"""What is asked of those who carry out what this program cannot: other teams, data recipients, owners of models."""

from __future__ import annotations

from collections.abc import Sequence

from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.lineage import AffectedModel, Planned
from dsr_desk.core.message import Message, message, term

Letter = tuple[Message, ...]
"""Sentences; a line for each item of the action comes after them."""


def erase_elsewhere(case: str, version: str, container: str) -> Letter:
    """For the team that holds a container which was not found here."""
    return _letter(case, message("letter.erase", container=container, version=version), message("letter.lines"))


def containers_elsewhere(case: str, version: str, containers: Sequence[str], count: int) -> Letter:
    """For those who hold containers of an order's scope; the list of items by digest goes with it."""
    return _letter(case, message("letter.erase.containers", version=version, containers=tuple(containers), count=count))


def other_places(case: str, version: DatasetVersion, count: int) -> Letter:
    return _letter(case, message("letter.other-places", version=version.id, places=version.other_places, count=count))


def tell_recipient(case: str, version: DatasetVersion, count: int, *, ordered: bool = False) -> Letter:
    code = "letter.recipient.ordered" if ordered else "letter.recipient"
    return _letter(case, message(code, version=version.id, count=count))


def tell_model_recipient(case: str, model: AffectedModel, *, ordered: bool = False) -> Letter:
    """For who received a model that is to go."""
    code = "letter.model-recipient.ordered" if ordered else "letter.model-recipient"
    return _letter(case, message(code, model=model.node.label, versions=model.dataset_versions))


def dispose(case: str, model: AffectedModel, planned: Planned) -> Letter:
    sentences = [
        message("letter.model", model=model.node.label, versions=model.dataset_versions),
        message("letter.disposition", disposition=term(planned.disposition)),
    ]
    if planned.deadline:
        sentences.append(message("letter.deadline", day=planned.deadline))
    if planned.reason:
        sentences.append(message("letter.reason", reason=planned.reason))
    return _letter(case, *sentences, message("letter.report"))


def purge_outputs(case: str, model: AffectedModel, *, ordered: bool = False) -> Letter:
    outputs = tuple(node.label for node in (*model.outputs, *model.embeddings, *(model.benchmarks if ordered else ())))
    code = "letter.outputs.ordered" if ordered else "letter.outputs"
    return _letter(case, message(code, model=model.node.label, outputs=outputs))


def _letter(case: str, *sentences: Message) -> Letter:
    return (message("letter.case", case=case), *sentences)
