"""What one source of lineage says, complete."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.lineage import Edge, Node
from dsr_desk.core.message import Message


@dataclass(frozen=True)
class Imported:
    """What one source says, complete. `digest` is the SHA-256 (hex) of what was read, `newest` its latest time."""

    file: str
    format: str
    digest: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    warnings: tuple[Message, ...] = ()
    newest: str = ""
