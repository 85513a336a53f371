"""A part of the graph as one SVG picture that needs nothing else: no scripts, no fonts, no addresses."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.core.message import Message, message, term
from dsr_desk.lineage.drawing import Drawing, NodeStanding, PlacedEdge, PlacedNode
from dsr_desk.lineage.layout import BOX

_MARGIN = 24.0
_HEAD = 44.0
_LEAST_WIDTH = 640.0
_INK, _MUTED, _LINE, _GROUND = "#17212B", "#55626F", "#8A97A5", "#FFFFFF"
_COLOURS = {
    NodeKind.DATASET: ("#1F4F99", "#E6EEFA"),
    NodeKind.RUN: ("#55626F", "#F4F6F8"),
    NodeKind.MODEL: ("#A8201A", "#FBE9E7"),
    NodeKind.DEPLOYMENT: ("#7A4F00", "#FFF3DA"),
    NodeKind.PRODUCT: ("#7A4F00", "#FFF3DA"),
    NodeKind.API: ("#7A4F00", "#FFF3DA"),
    NodeKind.ENDPOINT: ("#7A4F00", "#FFF3DA"),
    NodeKind.RECIPIENT: ("#7A4F00", "#FFFFFF"),
    NodeKind.OUTPUT: ("#1F4F99", "#FFFFFF"),
    NodeKind.EMBEDDING: ("#1F4F99", "#FFFFFF"),
    NodeKind.BENCHMARK: ("#1C6736", "#E2F3E7"),
}
_DASHES = {Certainty.RECORDED: "", Certainty.INFERRED: "6 4", Certainty.UNKNOWN: "2 4"}
_UNSAID = {Role.PRODUCE, Role.INPUT, Role.DERIVE, Role.COPY, Role.CONTAIN}
_MOST_LABELS = 400
_FAINT = (
    NodeStanding.MEASURED,
    NodeStanding.PERHAPS,
    NodeStanding.EXCLUDED,
    NodeStanding.SILENT,
    NodeStanding.IN_PART,
)


TITLE = message("drawing.everything")


def to_svg(drawing: Drawing, title: Message = TITLE, language: str = "en") -> str:
    """Boxes by kind, edges with their role; dashed is inferred, dotted an open question."""
    width, height = max(drawing.width, _LEAST_WIDTH) + 2 * _MARGIN, drawing.height + 2 * _MARGIN + _HEAD
    name, legend = _text(title.say(language)), _text(_legend(drawing).say(language))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Inter, sans-serif" role="img">',
        f"<title>{name}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{_LINE}"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{_GROUND}"/>',
        f'<text x="{_MARGIN}" y="{_MARGIN + 4}" font-size="15" font-weight="600" fill="{_INK}">{name}</text>',
        f'<text x="{_MARGIN}" y="{_MARGIN + 22}" font-size="12" fill="{_MUTED}">{legend}</text>',
        f'<g transform="translate({_MARGIN} {_MARGIN + _HEAD})">',
    ]
    for edge in drawing.edges:
        lines += _edge(edge, language, labelled=len(drawing.edges) <= _MOST_LABELS)
    lines += [line for placed in drawing.nodes for line in _box(placed, language)]
    return "\n".join([*lines, "</g>", "</svg>", ""])


def _legend(drawing: Drawing) -> Message:
    count: Counter[NodeKind] = Counter()
    for placed in drawing.nodes:
        count[placed.node.kind] += len(placed.members) or 1
    kinds = tuple(message(f"nodes.{kind}", count=count[kind]) for kind in NodeKind if count[kind])
    return message("drawing.legend", kinds=kinds) if kinds else message("drawing.empty")


def _edge(edge: PlacedEdge, language: str, *, labelled: bool) -> list[str]:
    points, dash = edge.points, _DASHES[edge.certainty]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (left, top) in pairwise(points):
        middle = (x + left) / 2
        path += f"C{middle:.1f} {y:.1f} {middle:.1f} {top:.1f} {left:.1f} {top:.1f}"
    roles = ", ".join(message(f"edge.{role}").say(language) for role in edge.roles)
    lines = [
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.3" marker-end="url(#tip)"'
        + (f' stroke-dasharray="{dash}"' if dash else "")
        + f"><title>{_text(roles)} ({_text(term(edge.certainty).say(language))})</title></path>"
    ]
    if labelled and not set(edge.roles) <= _UNSAID:
        (x, y), (left, top) = points[-2:]
        middle, line, half = (x + left) / 2, (y + top) / 2, 3 * len(roles)
        lines += [
            f'<rect x="{middle - half:.1f}" y="{line - 7:.1f}" width="{2 * half}" height="13" fill="{_GROUND}"/>',
            f'<text x="{middle:.1f}" y="{line + 3:.1f}" font-size="10" text-anchor="middle" '
            f'fill="{_MUTED}">{_text(roles)}</text>',
        ]
    return lines


def _box(placed: PlacedNode, language: str) -> list[str]:
    node, x, y = placed.node, placed.x, placed.y
    stroke, fill = _COLOURS[node.kind]
    if placed.standing in _FAINT:
        fill = _GROUND
    kind, name = term(node.kind).say(language), placed.title.say(language)
    about = node.version if node.kind != NodeKind.RUN else ""
    about = term(placed.standing).say(language) if placed.standing in _FAINT else about
    note = f"{kind} · {about}" if about else kind
    whole = name if placed.folded else node.label
    lines = [f"<g data-id={quoteattr(_clean(node.id))}><title>{_text(f'{kind}: {whole}')}</title>"]
    if placed.folded:
        lines.append(_rect(x + 4, y + 4, fill, stroke, 1))
    return [
        *lines,
        _rect(x, y, fill, stroke, 3 if placed.standing is NodeStanding.HIT else 1),
        f'<text x="{x + 12:.1f}" y="{y + 21:.1f}" font-size="13" font-weight="600" fill="{_INK}">'
        f"{_text(_shortened(name, 23))}</text>",
        f'<text x="{x + 12:.1f}" y="{y + 38:.1f}" font-size="11" fill="{_MUTED}">'
        f"{_text(_shortened(note, 30))}</text></g>",
    ]


def _rect(x: float, y: float, fill: str, stroke: str, width: int) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{BOX[0]:.0f}" height="{BOX[1]:.0f}" rx="6" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{width}"/>'
    )


def _clean(text: str) -> str:
    """Without control characters, which no XML may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _text(text: str) -> str:
    return escape(_clean(text))


def _shortened(text: str, most: int) -> str:
    """Cut in the middle: beginnings and ends of names both tell them apart."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"
