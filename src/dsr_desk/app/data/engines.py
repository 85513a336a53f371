"""What officers must be able to answer about the face engine that comes with the program."""

from __future__ import annotations

from dsr_desk.core.message import Message, message
from dsr_desk.faces.presets import PRESETS, card_of


def built_in_says() -> list[Message]:
    """What is stated of it, and how it did on people of different groups (docs/benchmarks.md), with their sizes."""
    figures = (message("engine.figures"), message("engine.figures.found"), message("engine.figures.strangers"))
    return [*card_of(PRESETS["standard"]).lines, *figures]
