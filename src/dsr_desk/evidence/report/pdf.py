"""The report as tagged pages (PDF/UA-1)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.resources import files
from typing import Any, cast

import typst

_UNUSUAL = re.compile(r"[^ -~\n]+")

_NO_TEXT = ("kind", "style", "language", "image", "level")

_Draw = Callable[[dict[str, Any]], bytes]


def drawn_pages(report: dict[str, Any]) -> tuple[bytes, bool]:
    """The report as tagged PDF pages. Same report, same bytes, where the fonts of the program show it: then it is True.

    Else the fonts of this computer help out. A character that these lack too stands there as its code point: [U+5C71].
    """
    organisation, case = (run["text"] for run in report["blocks"][1]["runs"][:2])
    about = {"title": report["title"], "language": report["language"], "organisation": organisation, "case": case}
    said = {**about, "blocks": [_drawable(one) for one in report["blocks"]]}
    own = _drawing(own_fonts=True)
    with suppress(typst.TypstError):
        return own(said), True
    every = _drawing(own_fonts=False)
    with suppress(typst.TypstError):
        return every(said), False
    with suppress(typst.TypstError):
        return every(_spelled(said, _spelling(" ".join(_texts(said)), every))), False
    return own(_spelled(said, _written_out)), False


def _drawable(node: Any) -> Any:
    """A block with its texts alone, and pictures as the bytes that they are."""
    if isinstance(node, list):
        return [_drawable(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "style" in node:
        return {"style": node["style"], "text": node.get("text", "")}
    kept = {name: _drawable(one) for name, one in node.items() if name not in ("of", "image")}
    return {**kept, "image": list(base64.b64decode(node["image"]))} if "image" in node else kept


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list) and node and not isinstance(node[0], int):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict):
        for name, one in node.items():
            if name not in _NO_TEXT:
                yield from _texts(one)


def _spelled(node: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return spell(node)
    if isinstance(node, list) and node and not isinstance(node[0], int):
        return [_spelled(one, spell) for one in node]
    if isinstance(node, dict):
        return {name: one if name in _NO_TEXT else _spelled(one, spell) for name, one in node.items()}
    return node


def _drawing(*, own_fonts: bool) -> _Draw:
    """Draws with the fonts of the program alone, or with those of this computer too."""
    compiler = typst.Compiler(ignore_system_fonts=own_fonts)
    template = files("dsr_desk.evidence.report").joinpath("report.typ").read_bytes()

    def draw(said: dict[str, Any]) -> bytes:
        inputs = {"report": json.dumps(said)}
        try:
            made = compiler.compile(template, format="pdf", pdf_standards=["ua-1"], sys_inputs=inputs)
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # strange text can make the engine panic, and its panics are no Exception
            raise typst.TypstError("panic", "") from panic
        return cast(bytes, made)

    return draw


def _spelling(text: str, draw: _Draw) -> Callable[[str], str]:
    """Writes out what no font shows: single characters, and whole words whose characters show only one by one."""
    characters = _refused(sorted({one for one in text if _UNUSUAL.match(one)}), draw)
    singly = re.compile(f"[{''.join(map(re.escape, characters))}]+" if characters else r"(?!)")
    left = {word for word in re.findall(r"[^\s<>]+", singly.sub(_code_points, text)) if _UNUSUAL.search(word)}
    together = _refused(sorted(left), draw)

    def spell(said: str) -> str:
        said = singly.sub(_code_points, said)
        for word in together:
            said = said.replace(word, _written_out(word))
        return said

    return spell


def _refused(parts: list[str], draw: _Draw) -> list[str]:
    """Those of the parts that cannot be drawn, found by halving."""
    if not parts:
        return []
    try:
        paragraph = {"kind": "paragraph", "runs": [{"style": "plain", "text": " ".join(parts)}]}
        draw({"title": "-", "organisation": "-", "case": "-", "language": "en", "blocks": [paragraph]})
    except typst.TypstError:
        half = len(parts) // 2
        return [*_refused(parts[:half], draw), *_refused(parts[half:], draw)] if half else parts
    return []


def _written_out(said: str) -> str:
    return _UNUSUAL.sub(_code_points, said)


def _code_points(found: re.Match[str]) -> str:
    return f"[{' '.join(f'U+{ord(one):04X}' for one in found[0])}]"
