"""Ways through a drawing: what leads from the hits to a node, along the lines that are drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping


class Ways:
    """`onward` and `back` are the neighbours of a node (ids) along the lines and against them."""

    def __init__(self, lines: Iterable[tuple[str, str]], hits: Collection[str]) -> None:
        """`lines` run from the first to the second."""
        self.onward: Mapping[str, list[str]] = defaultdict(list)
        self.back: Mapping[str, list[str]] = defaultdict(list)
        self._hits = frozenset(hits)
        for origin, target in lines:
            self.onward[origin].append(target)
            self.back[target].append(origin)

    def shortest(self, ident: str) -> set[str]:
        """The nodes of the shortest ways from the hits (or, where none is drawn, from what nothing comes before) to a
        node; for such a beginning itself all that it leads to."""
        if not self.back[ident] or ident in self._hits:
            return set(_walk(ident, self.onward))
        came = _walk(ident, self.back)
        found = {ident}
        for start in [key for key in came if key in self._hits] or [key for key in came if not self.back[key]]:
            while start not in found:
                found.add(start)
                start = came[start]
        return found

    def every(self, ident: str) -> set[str]:
        """The nodes of every way from the hits to a node."""
        before = set(_walk(ident, self.back))
        hits = self._hits
        return before & (set[str]().union(*(_walk(hit, self.onward) for hit in hits)) if hits else before)


def _walk(start: str, near: Mapping[str, list[str]]) -> dict[str, str]:
    """All that can be reached, each with the one it was first met from."""
    came = {start: start}
    queue = [start]
    for key in queue:
        for other in near[key]:
            if other not in came:
                came[other] = key
                queue.append(other)
    return came
