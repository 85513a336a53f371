"""Who speaks in a letter: its writer, those whom it quotes, those who passed it on."""

from __future__ import annotations

from dsr_desk.core.message import Message, message
from dsr_desk.intake.model import Passage, Voice

LETTER = message("where.letter")


def voiced(where: Message, text: str, voice: Voice = Voice.WRITER) -> list[Passage]:
    """The passages of a text that `voice` sent, in their order."""
    return [Passage(where, text, voice)]
