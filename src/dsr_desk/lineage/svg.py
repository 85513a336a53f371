"""A part of the graph as one SVG picture that needs nothing else: no scripts, no fonts, no addresses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from dsr_desk.core.lineage import Certainty, Edge, Node, NodeKind, Role
from dsr_desk.lineage.layout import BOX, Layout, Point, layered
from dsr_desk.lineage.part import Part

_MARGIN = 24.0
_HEAD = 44.0
_INK, _MUTED, _LINE, _GROUND = "#17212B", "#55626F", "#8A97A5", "#FFFFFF"
_COLOURS = {
    NodeKind.DATASET: ("#1F4F99", "#E6EEFA"),
    NodeKind.RUN: ("#55626F", "#F4F6F8"),
    NodeKind.MODEL: ("#A8201A", "#FBE9E7"),
    NodeKind.DEPLOYMENT: ("#7A4F00", "#FFF3DA"),
    NodeKind.PRODUCT: ("#7A4F00", "#FFF3DA"),
    NodeKind.OUTPUT: ("#1F4F99", "#FFFFFF"),
    NodeKind.EMBEDDING: ("#1F4F99", "#FFFFFF"),
    NodeKind.BENCHMARK: ("#1C6736", "#E2F3E7"),
}
_DASHES = {Certainty.RECORDED: "", Certainty.INFERRED: "6 4", Certainty.UNKNOWN: "2 4"}
_UNSAID = {Role.PRODUCE, Role.INPUT, Role.DERIVE, Role.COPY, Role.CONTAIN}
_MOST_LABELS = 400


def to_svg(part: Part, title: str = "Lineage") -> str:
    """Boxes by kind, edges with their role; dashed is inferred, dotted an open question."""
    layout = layered([node.id for node in part.nodes], [(edge.origin, edge.target) for edge in part.edges])
    width, height = layout.width + 2 * _MARGIN, layout.height + 2 * _MARGIN + _HEAD
    starts = set(part.starts)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Inter, sans-serif" role="img">',
        f"<title>{_text(title)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{_LINE}"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{_GROUND}"/>',
        f'<text x="{_MARGIN}" y="{_MARGIN + 4}" font-size="15" font-weight="600" fill="{_INK}">{_text(title)}</text>',
        f'<text x="{_MARGIN}" y="{_MARGIN + 22}" font-size="12" fill="{_MUTED}">{_legend(part)}</text>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _HEAD})">',
    ]
    merged: dict[tuple[str, str], list[Edge]] = {}
    for edge in part.edges:
        merged.setdefault((edge.origin, edge.target), []).append(edge)
    for pair, edges in merged.items():
        if pair in layout.routes:
            lines += _edge(layout.routes[pair], edges, labelled=len(merged) <= _MOST_LABELS)
    lines += [line for node in part.nodes for line in _box(node, layout, node.id in starts)]
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _legend(part: Part) -> str:
    count = {kind: sum(node.kind == kind for node in part.nodes) for kind in NodeKind}
    named = ", ".join(
        f"{number:,} {kind.value}{'s' if number != 1 else ''}" for kind, number in count.items() if number
    )
    return f"{named}. Dashed lines are inferred, dotted ones are open questions."


def _edge(points: Sequence[Point], edges: Sequence[Edge], *, labelled: bool) -> list[str]:
    surest = min(edges, key=lambda edge: list(_DASHES).index(edge.certainty))
    dash = _DASHES[surest.certainty]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (left, top) in pairwise(points):
        middle = (x + left) / 2
        path += f"C{middle:.1f} {y:.1f} {middle:.1f} {top:.1f} {left:.1f} {top:.1f}"
    roles = ", ".join(dict.fromkeys(edge.role.value for edge in edges))
    lines = [
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.3" marker-end="url(#tip)"'
        + (f' stroke-dasharray="{dash}"' if dash else "")
        + f"><title>{_text(roles)} ({surest.certainty.value})</title></path>"
    ]
    if labelled and not {edge.role for edge in edges} <= _UNSAID:
        (x, y), (left, top) = points[-2:]
        middle, line, half = (x + left) / 2, (y + top) / 2, 3 * len(roles)
        lines += [
            f'<rect x="{middle - half:.1f}" y="{line - 7:.1f}" width="{2 * half}" height="13" fill="{_GROUND}"/>',
            f'<text x="{middle:.1f}" y="{line + 3:.1f}" font-size="10" text-anchor="middle" '
            f'fill="{_MUTED}">{_text(roles)}</text>',
        ]
    return lines


def _box(node: Node, layout: Layout, start: bool) -> list[str]:
    x, y = layout.at[node.id]
    stroke, fill = _COLOURS[node.kind]
    note = node.kind.value + (f" · {node.version}" if node.version and node.kind != NodeKind.RUN else "")
    return [
        f"<g data-id={quoteattr(_clean(node.id))}><title>{_text(f'{node.kind.value}: {node.label}')}</title>",
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{BOX[0]:.0f}" height="{BOX[1]:.0f}" rx="6" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{3 if start else 1}"/>',
        f'<text x="{x + 12:.1f}" y="{y + 21:.1f}" font-size="13" font-weight="600" fill="{_INK}">'
        f"{_text(_shortened(node.name, 19))}</text>",
        f'<text x="{x + 12:.1f}" y="{y + 38:.1f}" font-size="11" fill="{_MUTED}">'
        f"{_text(_shortened(note, 25))}</text></g>",
    ]


def _clean(text: str) -> str:
    """Without control characters, which no XML may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(text: str) -> str:
    return escape(_clean(text))


def _shortened(text: str, most: int) -> str:
    """Cut in the middle: beginnings and ends of names both tell them apart."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"
