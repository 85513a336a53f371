"""What stands behind each thing that a bundle says: a proof, somebody's look, or somebody's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dsr_desk.core.message import Message, message


class Strength(StrEnum):
    """Proved by what everybody can compute, read back by somebody afterwards, or declared by somebody."""

    PROVED = "proved"
    READ_BACK = "read-back"
    DECLARED = "declared"


@dataclass(frozen=True)
class Claim:
    """What a bundle says, what stands behind it and how strong that is.

    `who` (a name) saw or declared it at the time `when` (UTC), in entry `entry` of the journal. Where the act is still
    to come, as before sealing, `entry` is None and both are "".
    """

    says: Message
    by: Message
    standing: Strength
    who: str = ""
    when: str = ""
    entry: int | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Claim:
        """As a bundle's statement holds it: sentences are their codes there."""
        sentences = {name: message(said[name]) for name in ("says", "by")}
        return cls(**{**said, **sentences, "standing": Strength(said["standing"])})
