"""What one officer asks of another in a packet."""

from __future__ import annotations

from enum import StrEnum


class For(StrEnum):
    """What a packet asks for."""

    REVIEW = "review"
    APPROVAL = "approval"
