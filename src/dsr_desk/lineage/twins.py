"""Twins: second places of a node, from which data flows on to its consumers and not to what the node is tied to.

A whole has one, so that data of a part reaches the consumers of the whole and never the other parts. What may be the
same as something else has one, so that two open questions in a row tie nothing to anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.lineage.edges import CERTAINTY_CODE, NO_NOTE, ROLE_CODE, EdgeRow, EdgeTable, Indices
from dsr_desk.lineage.identity import WholePart


@dataclass(frozen=True)
class Twinned:
    """Edges with those from and to twins. `original[i]` is the node that place i stands for: itself, or the one whose
    twin it is."""

    edges: EdgeTable
    original: Indices


def with_twins(
    size: int, is_data: Sequence[bool], edges: EdgeTable, wholes: Iterable[WholePart], links: Iterable[tuple[int, int]]
) -> Twinned:
    """`edges` are those between `size` nodes; `is_data` says which are datasets. `links` may be the same, one way."""
    contains, copies = ROLE_CODE[Role.CONTAIN], ROLE_CODE[Role.COPY]
    inferred, unknown = CERTAINTY_CODE[Certainty.INFERRED], CERTAINTY_CODE[Certainty.UNKNOWN]
    rows: list[EdgeRow] = []
    parts: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for k in np.flatnonzero(edges.role == contains).tolist():
        whole = int(edges.origin[k])
        if is_data[whole]:
            parts[whole].append((int(edges.target[k]), int(edges.certainty[k]), int(edges.source[k])))
    for tie in wholes:
        if tie.whole != tie.part:
            certainty = CERTAINTY_CODE[tie.certainty]
            rows.append((tie.whole, tie.part, contains, certainty, -1, NO_NOTE))
            parts[tie.whole].append((tie.part, certainty, -1))
    tied = [(a, b) for a, b in links if a != b]
    perhaps: dict[int, list[int]] = defaultdict(list)
    for a, b in tied:
        perhaps[a].append(b)

    original = list(range(size))
    whole_twin: dict[int, int] = {}
    link_twin: dict[int, int] = {}
    for table, ends in ((whole_twin, parts), (link_twin, dict.fromkeys(b for _, b in tied))):
        for node in ends:
            table[node] = len(original)
            original.append(node)
    rows += [(a, link_twin[b], copies, unknown, -1, NO_NOTE) for a, b in tied]

    leaving: dict[int, list[int]] = defaultdict(list)
    twinned = np.fromiter({*whole_twin, *link_twin}, dtype=np.int64)
    for k in np.flatnonzero(np.isin(edges.origin, twinned)).tolist():
        leaving[int(edges.origin[k])].append(k)

    def copied(twin: int, k: int, end: int) -> EdgeRow:
        return (twin, end, int(edges.role[k]), int(edges.certainty[k]), int(edges.source[k]), int(edges.note[k]))

    for whole, members in parts.items():
        twin = whole_twin[whole]
        for part, certainty, source in members:
            rows.append((part, twin, contains, max(certainty, inferred), source, NO_NOTE))
            if part in whole_twin:
                rows.append((whole_twin[part], twin, contains, max(certainty, inferred), source, NO_NOTE))
        rows += [(twin, link_twin[b], copies, unknown, -1, NO_NOTE) for b in perhaps[whole]]
        for k in leaving[whole]:
            if edges.role[k] != contains:
                # What is the same as this whole is reached as a whole too: it ties no versions to each other.
                end = int(edges.target[k])
                rows.append(copied(twin, k, whole_twin.get(end, end) if edges.role[k] == copies else end))
    for node, twin in link_twin.items():
        rows += [copied(twin, k, int(edges.target[k])) for k in leaving[node]]
    return Twinned(edges.and_also(EdgeTable.of(rows)), np.array(original, dtype=np.int64))
