"""lineage.svg: the paths from dataset versions to models, drawn from left to right."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise

from dsr_desk.core.lineage import Certainty, NodeKind, PathStep, Role
from dsr_desk.core.message import term
from dsr_desk.evidence.contents.content import ModelEntry
from dsr_desk.evidence.report.words import Words

_HEAD = 32
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 220, 44, 160, 20
_FILL = {NodeKind.DATASET: "#DFF0EE", NodeKind.MODEL: "#FFF3DA", NodeKind.DEPLOYMENT: "#E6EEFA"}
_DASHES = {Certainty.INFERRED: ' stroke-dasharray="6 4"', Certainty.UNKNOWN: ' stroke-dasharray="2 4"'}

_Key = tuple[NodeKind, str]


def lineage_svg(models: Sequence[ModelEntry], language: str) -> bytes:
    """An SVG without script or text from elsewhere. A node stands in the column of its longest way from a dataset."""
    words = Words(language)
    paths = [path for entry in models for path in entry.model.paths]
    columns: dict[_Key, int] = {}
    for path in paths:
        for depth, step in enumerate(path):
            columns[_key(step)] = max(columns.get(_key(step), 0), depth)
    rows: dict[int, int] = {}
    places: dict[_Key, tuple[int, int]] = {}
    for key, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[key] = (20 + column * (_WIDTH + _GAP_X), _HEAD + 20 + row * (_HEIGHT + _GAP_Y))
    edges = _edges(paths)
    drawn = [_arrow(places[_key(a)], places[_key(b)], b, words) for a, b in edges]
    roles: dict[_Key, dict[str, None]] = {}
    for _, step in edges:
        roles.setdefault(_key(step), {})[_role(step, words)] = None
    drawn += [_roles(list(said), *places[key]) for key, said in roles.items()]
    drawn += [_node(key, *place, words) for key, place in places.items()]
    width = max(40 + _WIDTH + max(columns.values(), default=0) * (_WIDTH + _GAP_X), 340)
    height = _HEAD + 40 + max(rows.values(), default=1) * (_HEIGHT + _GAP_Y)
    names = ", ".join(html.escape(model.label) for model in models)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" lang="{language}" font-family="system-ui, sans-serif" font-size="12">\n'
        f"<title>{names}</title>\n"
        f'<text x="20" y="24" fill="#55626F">{html.escape(words("picture.legend"))}</text>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    ).encode()


def _key(step: PathStep) -> _Key:
    return step.node.kind, step.node.title


def _role(step: PathStep, words: Words) -> str:
    return words.say(term(step.role)) if step.role else ""


def _edges(paths: Sequence[Sequence[PathStep]]) -> list[tuple[PathStep, PathStep]]:
    known: dict[tuple[_Key, _Key, Role | None], tuple[PathStep, PathStep]] = {}
    for path in paths:
        for before, after in pairwise(path):
            known[_key(before), _key(after), after.role] = (before, after)
    return list(known.values())


def _node(key: _Key, x: int, y: int, words: Words) -> str:
    kind, label = words.say(term(key[0])), key[1]
    shown = label if len(label) <= 30 else f"{label[:29]}…"
    return (
        f'<g><title>{html.escape(f"{kind}: {label}")}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'rx="6" fill="{_FILL.get(key[0], "#EBEEF2")}" stroke="#55626F"/>'
        f'<text x="{x + 12}" y="{y + 18}" fill="#55626F">{html.escape(kind)}</text>'
        f'<text x="{x + 12}" y="{y + 34}" fill="#17212B">{html.escape(shown)}</text></g>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], step: PathStep, words: Words) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0], end[1] + _HEIGHT // 2
    middle = (x1 + x2) // 2
    says = html.escape(f"{_role(step, words)} ({words.of('certainty', step.certainty)})")
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="#0B6663" stroke-width="1.5"'
        f"{_DASHES.get(step.certainty, '')}><title>{says}</title></path>"
        f'<path d="M{x2 - 7} {y2 - 4} L{x2} {y2} L{x2 - 7} {y2 + 4}" fill="none" stroke="#0B6663" stroke-width="1.5"/>'
    )


def _roles(roles: Sequence[str], x: int, y: int) -> str:
    """Beside the box that they lead to, each once: the first above the arrows' tips, the others below."""
    heights = [y + _HEIGHT // 2 + (-6 if not number else 3 + 12 * number) for number in range(len(roles))]
    return "".join(
        f'<text x="{x - 10}" y="{height}" text-anchor="end" fill="#55626F" font-size="11" '
        f'paint-order="stroke" stroke="#FFFFFF" stroke-width="3">{html.escape(role)}</text>'
        for role, height in zip(roles, heights, strict=True)
    )
