"""Amazon SageMaker as the AWS command line prints it: descriptions of jobs, models and endpoints, lineage entities.

One answer, several in one file, or a folder of files.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place, said
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import values
from dsr_desk.lineage.importers.sagemaker_answers import HANDLERS, Answer, first_look
from dsr_desk.lineage.importers.sagemaker_draw import SageMakerDrawing, is_arn
from dsr_desk.lineage.importers.sagemaker_lineage import Entities, associate, belongs, entities, weights_among

FORMAT = "SageMaker"

_LISTED = ("*.json", "*.ndjson", "*/*.json", "*/*.ndjson")


def sniff(peek: Peek) -> bool:
    if peek.is_folder:
        return any(True for _ in _answers_in(peek.path))
    return _is_answer(peek.first_value)


def files(peek: Peek) -> list[Path]:
    return list(_answers_in(peek.path)) if peek.is_folder else [peek.path]


def read(peek: Peek, draft: LineageDraft) -> None:
    drawing, found = SageMakerDrawing(draft), Entities()
    for place, answer in _answers(peek):
        first_look(drawing, answer, place)
        weights_among(drawing, answer, place)
    for place, answer in _answers(peek):
        handler = next((handler for key, handler in HANDLERS.items() if key in answer), None)
        if handler is not None:
            handler(drawing, answer, place)
        elif belongs(answer):
            entities(drawing, answer, place, found)
        else:
            draft.warn("note.lineage.sagemaker-unknown", place=said(place), fields=", ".join(list(answer)[:3]))
    associate(drawing, found)
    drawing.settle()


def _answers_in(folder: Path) -> Iterator[Path]:
    """Files of answers, by what they begin with."""
    for path in sorted({path for pattern in _LISTED for path in folder.glob(pattern) if path.is_file()}):
        peek = Peek(path)
        if b'"arn:aws' in peek.head and _is_answer(peek.first_value):
            yield path


def _answers(peek: Peek) -> Iterator[tuple[Place, Answer]]:
    for path in files(peek):
        where = path.relative_to(peek.path).as_posix() if peek.is_folder else ""
        try:
            for place, value in values(path):
                if not isinstance(value, dict):
                    raise ImportRefused(place, "damage.object")
                yield (where, place), value
        except ImportRefused as refused:
            raise (refused.inside(where) if where else refused) from refused


def _is_answer(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    arns = any(key.endswith("Arn") and is_arn(one) for key, one in value.items())
    listed = any(key in value and isinstance(value[key], list) for key in HANDLERS)
    return (arns and any(key in value for key in HANDLERS)) or listed or belongs(value)
