"""The journal in what a bundle says. Conventions as in `content`, through which other rooms import these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dsr_desk.core.merkle import leaf_hash
from dsr_desk.evidence.contents.many import Many


def no_rows(_: int) -> Iterable[bytes]:
    return ()


@dataclass(frozen=True)
class JournalLeaf:
    """An entry of this case, or one of the vault's own (`of_case` says which), in the bytes that were signed.

    The leaf hash is SHA-256 over 0x00 ‖ `envelope`; `signature` (Ed25519) is its writer's. `act` is b"" where nothing
    but the envelope leaves the house. `opened` are name, salt and value (JSON) of fields that do, and to whom: "both"
    or the name of an edition. `rows` counts those of the act.
    """

    index: int
    of_case: bool
    envelope: bytes
    signature: bytes
    act: bytes = b""
    opened: tuple[tuple[str, bytes, str, str], ...] = ()
    rows: int = 0

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.envelope)


@dataclass(frozen=True)
class Earlier:
    """A tree head that somebody holds already, with the proof that the present tree continues it.

    `checkpoint` is the signed note as it was handed out.
    """

    size: int
    root: bytes
    checkpoint: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class JournalExcerpt:
    """The journal as this bundle shows it: the tree's head, this case's leaves and the vault's own, and the hashes of
    all leaves, from which the proof is made that these are among them. Made by `evidence.log.excerpt`.

    `origin` is the log's name in checkpoints, without spaces or plus signs. `entries` counts those of the case. `epoch`
    counts from 1 and rises with each declared restore from a backup, after which checkpoints that others hold may be
    contradicted.
    """

    origin: str
    size: int
    root: bytes
    leaves: Many[JournalLeaf]
    hashes: Many[bytes]
    entries: int
    earlier: tuple[Earlier, ...] = ()
    epoch: int = 1
    rows_of: Callable[[int], Iterable[bytes]] = no_rows
    """The rows of an entry (by its index), a line each."""
