"""What of a photo that was looked at was not: the ledger beside its class."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dsr_desk.core.message import Message


class PartlyKind(StrEnum):
    """What kind of thing was passed over; the catalogue has a sentence `partly.KIND` for each."""

    SMALL_FACES = "small-faces"
    SHRUNK = "shrunk"
    FRAMES = "frames"
    EMBEDDED = "embedded"
    TEXTS = "texts"
    TURNED = "turned"


@dataclass(frozen=True)
class Partly:
    """`why` says of this one photo what was passed over, with its numbers."""

    kind: PartlyKind
    why: Message
