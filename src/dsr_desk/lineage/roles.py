"""By which roles data came to each place of the graph, and how sure each role is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.lineage import MODEL_ROLES, Certainty, Role
from dsr_desk.lineage.edges import CERTAINTIES, ROLES, Indices, Mask
from dsr_desk.lineage.graph import Graph, Walk

RoleBits = NDArray[np.uint32]
_MODEL_BITS = sum(1 << i for i, role in enumerate(ROLES) if role in MODEL_ROLES)


@dataclass(frozen=True)
class Start:
    """The walks from one hit dataset version. `tiers[c]` uses edges up to certainty c, `weights` those by which data
    enters a model's weights; `dated` is dated out."""

    seats: list[int]
    tiers: list[Walk]
    weights: Walk
    all: Mask
    dated: Indices
    arrived: str


def roles_reached(graph: Graph, starts: Sequence[Start]) -> list[RoleBits]:
    """Bits of ROLES by which data of any start came to each place, for each certainty what is as sure as that."""
    return [
        _roles_by(graph, code, [(start, start.tiers[code]) for start in starts]) for code in range(len(CERTAINTIES))
    ]


def _roles_by(graph: Graph, code: int, walks: Sequence[tuple[Start, Walk]]) -> RoleBits:
    """Edges that only hand on pass roles along. What was only measured hands on that it was to its copies; a model that
    was made of it has no role of its own by that, and where it has no other the one that led to it is said.
    """
    used, learned = np.zeros(graph.origin.size, dtype=bool), np.zeros(graph.origin.size, dtype=bool)
    for start, walk in walks:
        ends = walk.reached[graph.origin] & walk.reached[graph.target]
        used |= ends
        learned |= ends & start.weights.reached[graph.origin]
    flows = ~graph.with_role(Role.ERASE) & (graph.certainty <= code)
    used &= flows
    learned &= flows
    bits = np.left_shift(np.uint32(1), graph.role.astype(np.uint32))
    tries = graph.with_role(*(role for role in Role if not role.enters_weights))
    made_of = graph.with_role(*MODEL_ROLES)
    says = used & made_of & (learned | tries)
    mask = np.zeros(len(graph.nodes), dtype=np.uint32)
    np.bitwise_or.at(mask, graph.target[says], bits[says])
    _hand_on(graph, mask, used & ~says & ~made_of)
    through = mask.copy()
    _hand_on(graph, through, used & ~says)
    for found in (mask, through):
        np.bitwise_or.at(found, graph.original, found.copy())
    return np.where(mask != 0, mask, through)


def _hand_on(graph: Graph, mask: RoleBits, along: Mask) -> None:
    """Adds to each place the bits of those before it along some edges."""
    changed = np.flatnonzero(mask)
    while changed.size:
        edges = graph.edges_from(changed)
        edges = edges[along[edges]]
        before = mask.copy()
        np.bitwise_or.at(mask, graph.target[edges], mask[graph.origin[edges]])
        changed = np.flatnonzero(mask != before)


def certainties_of(roles: Sequence[RoleBits], seat: int) -> dict[Role, Certainty]:
    """Each role by which a model has the data, with how sure it is. `roles` as `roles_reached` gives them."""
    found: dict[Role, Certainty] = {}
    for certainty, bits in zip(CERTAINTIES, roles, strict=True):
        for role in _role_names(int(bits[seat])):
            found.setdefault(role, certainty)
    return {role: found[role] for role in ROLES if role in found} or {Role.DERIVE: CERTAINTIES[-1]}


@lru_cache(4096)
def _role_names(bits: int) -> tuple[Role, ...]:
    return tuple(role for i, role in enumerate(ROLES) if bits & _MODEL_BITS & 1 << i)
