"""What an index says about itself in the clear (`about.json`), signed by whoever built it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.core.codec import from_text, plain, restore
from dsr_desk.core.message import Message, message
from dsr_desk.faces.card import ModelCard
from dsr_desk.faces.engine_check import EngineCheck

FORMAT = 1
ABOUT = "about.json"


@dataclass(frozen=True)
class IndexPurpose:
    """Why this index of biometric templates may exist, and until when. Unknown stays "unknown" and is shown so."""

    purpose: str = "unknown"
    legal_basis: str = "unknown"
    impact_assessment: str = "unknown"
    destroy_by: str = "unknown"


@dataclass(frozen=True)
class IndexSigner:
    """An officer's Ed25519 key: `public_key` in hex, `sign` returns 64 bytes."""

    public_key: str
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True)
class About:
    """The builder's statement of what was read and what was left out. It names no file and no person.

    `ledger` counts photos by class; `containers` counts containers by state; `left_out` counts files that no reader
    understands, `unread` all places that no search sees, by code of their kind. `inventory` is the Merkle root (hex)
    over all `items`. `complete` is False after a cancelled build. `poor_faces` counts faces that are hard to compare,
    in photos that show better ones too. `engine_card` and `engine_checked` are what was stated and measured of the
    engine when the index was built; the latter as JSON text, since signed statements hold no fractions.
    `names` is by which way names were compared when the index was begun (`records.names.NAME_ENGINE`), `japanese`
    whether all of it was read with the dictionary of Japanese names.
    """

    index: str
    generation: int
    dataset: str
    version: str
    engine: str
    engine_digest: str
    dimension: int
    photos: int
    records: int
    faces: int
    ledger: dict[str, int]
    containers: dict[str, int]
    left_out: int
    items: int
    inventory: str
    complete: bool
    built: str
    program: str
    register: IndexPurpose
    writer: str
    format: int = FORMAT
    unread: dict[str, int] = field(default_factory=dict)
    poor_faces: int = 0
    engine_card: ModelCard | None = None
    engine_checked: str = ""
    names: int = 1
    japanese: bool = False

    def __post_init__(self) -> None:
        self.engine_check  # noqa: B018, which raises where the text is none

    @property
    def dataset_version(self) -> str:
        return f"{self.dataset}@{self.version}"

    @property
    def engine_check(self) -> EngineCheck | None:
        """What was measured of the engine; None where it was not."""
        return from_text(self.engine_checked, EngineCheck) if self.engine_checked else None

    @property
    def engine_says(self) -> list[Message]:
        """What was stated of the engine, and measured of an own one; nothing of an engine without a card."""
        if self.engine_card is None:
            return []
        check = self.engine_check
        measured = check.lines if check else [message("engine.check.none")]
        return [*self.engine_card.lines, *(measured if self.engine_card.own else [])]


def about_bytes(about: About, signer: IndexSigner | None) -> bytes:
    """The content of `about.json`; the signature is over the canonical JSON of `statement`."""
    statement = plain(about)
    signature = signer.sign(canonical_json(statement)).hex() if signer else ""
    envelope = {"statement": statement, "public_key": signer.public_key if signer else "", "signature": signature}
    return json.dumps(envelope, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def read_about(data: bytes) -> About:
    """Raises ValueError for what is no such file."""
    try:
        return restore(json.loads(data)["statement"], About)
    except Exception as error:
        raise ValueError("not an about.json") from error


def digest_of_about(data: bytes) -> str:
    return sha256_hex(data)
