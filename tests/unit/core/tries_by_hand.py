"""Acts that are tried in situations, and what forbids them there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from acts_by_hand import ANN, World

from dsr_desk.core.acts import Kind, Row
from dsr_desk.core.errors import DeskError


@dataclass(frozen=True)
class Try:
    """An act that is tried in a situation. `open` may depend on the world."""

    kind: Kind
    open: dict[str, Any] | Callable[[World], dict[str, Any]] = field(default_factory=dict)
    rows: list[Row] | None = None
    by: str = ANN
    basis: Callable[[World], str] = lambda _: ""

    def said(self, world: World) -> dict[str, Any]:
        return self.open(world) if callable(self.open) else self.open

    def code(self, world: World) -> str:
        return world.refusal(self.kind, self.said(world), by=self.by, rows=self.rows, basis=self.basis(world))


@dataclass(frozen=True)
class Refused:
    """`guard` is what forbids the act in this situation, with this code."""

    tried: Try
    guard: str
    world: Callable[[], World]
    refusal: type[DeskError]


def closed(world: Callable[[], World]) -> Callable[[], World]:
    return lambda: world().close()


PLANNING = Try(
    Kind.PLANNED, lambda it: it.planned()[0], [Row("x", "erase")], basis=lambda it: it.planned()[1]
)  # fmt: skip
APPROVING = Try(Kind.APPROVED, World.about, by="b" * 64, basis=lambda it: it.basis)
BEGINNING = Try(Kind.BEGUN, World.begun, basis=lambda it: it.basis)
