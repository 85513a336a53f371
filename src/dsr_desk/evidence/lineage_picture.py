"""lineage.svg: the paths from dataset versions to models, drawn from left to right."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise

from dsr_desk.evidence.content import ModelEntry, PathStep

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 220, 44, 80, 20
_FILL = {"dataset": "#DFF0EE", "model": "#FFF3DA", "deployment": "#E6EEFA"}


def lineage_svg(models: Sequence[ModelEntry]) -> bytes:
    """An SVG without script or text from elsewhere. A node stands in the column of its longest way from a dataset."""
    paths = [path for model in models for path in model.paths]
    columns: dict[tuple[str, str], int] = {}
    for path in paths:
        for depth, step in enumerate(path):
            columns[_key(step)] = max(columns.get(_key(step), 0), depth)
    rows: dict[int, int] = {}
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for key, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[key] = (20 + column * (_WIDTH + _GAP_X), 20 + row * (_HEIGHT + _GAP_Y))
    drawn = [_arrow(places[_key(a)], places[_key(b)], b.role) for a, b in _edges(paths)]
    drawn += [_node(key, *place) for key, place in places.items()]
    width = 40 + _WIDTH + max(columns.values(), default=0) * (_WIDTH + _GAP_X)
    height = 40 + max(rows.values(), default=1) * (_HEIGHT + _GAP_Y)
    names = ", ".join(html.escape(model.label) for model in models)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="12">\n<title>{names}</title>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    ).encode()


def _key(step: PathStep) -> tuple[str, str]:
    return step.kind, step.label


def _edges(paths: Sequence[Sequence[PathStep]]) -> list[tuple[PathStep, PathStep]]:
    known: dict[tuple[tuple[str, str], tuple[str, str], str], tuple[PathStep, PathStep]] = {}
    for path in paths:
        for before, after in pairwise(path):
            known[_key(before), _key(after), after.role] = (before, after)
    return list(known.values())


def _node(key: tuple[str, str], x: int, y: int) -> str:
    kind, label = key
    shown = label if len(label) <= 30 else f"{label[:29]}…"
    return (
        f'<g><title>{html.escape(f"{kind}: {label}")}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'rx="6" fill="{_FILL.get(kind, "#EBEEF2")}" stroke="#55626F"/>'
        f'<text x="{x + 12}" y="{y + 18}" fill="#55626F">{html.escape(kind)}</text>'
        f'<text x="{x + 12}" y="{y + 34}" fill="#17212B">{html.escape(shown)}</text></g>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], role: str) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="#0B6663" stroke-width="1.5"/>'
        f'<path d="M{x2 - 7} {y2 - 4} L{x2} {y2} L{x2 - 7} {y2 + 4}" fill="none" stroke="#0B6663" stroke-width="1.5"/>'
        f'<text x="{middle}" y="{(y1 + y2) // 2 - 5}" text-anchor="middle" fill="#55626F" font-size="11">'
        f"{html.escape(role)}</text>"
    )
