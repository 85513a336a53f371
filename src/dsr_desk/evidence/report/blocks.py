"""The report's HTML as plain blocks, so that the PDF says word for word what the page says."""

from __future__ import annotations

import base64
from html.parser import HTMLParser
from typing import Any

_INLINE = {"strong": "strong", "code": "code"}
_TEXT = frozenset({"h1", "h2", "h3", "p", "li", "td", "th", "dt", "dd", "figcaption"})

Run = dict[str, str]


def blocks_of(page: bytes) -> list[dict[str, Any]]:
    """Headings, paragraphs, lists, tables, facts and faces in the order of the page; the short part nested.

    Reads our own reports alone; raises ValueError for anything that they do not hold.
    """
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    return reader.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[dict[str, Any]] = []
        self._into = self.blocks
        self._runs: list[Run] | None = None
        self._style = "plain"
        self._current: dict[str, Any] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "section" and given.get("class") == "short":
            self.blocks.append({"kind": "short", "blocks": []})
            self._into = self.blocks[-1]["blocks"]
        elif tag == "ul":
            faces = given.get("class") == "faces"
            self._begin({"kind": "faces", "faces": []} if faces else {"kind": "list", "items": []})
        elif tag == "table":
            self._begin({"kind": "table", "head": [], "rows": []})
        elif tag == "dl":
            self._begin({"kind": "facts", "pairs": []})
        elif tag == "tr" and self._current["kind"] == "table":
            self._current["rows"].append([])
        elif tag == "img":
            image = base64.b64decode(given["src"].partition(",")[2], validate=True)
            self._current["faces"].append({"image": list(image), "alt": given["alt"], "caption": ""})
        elif tag == "br" and self._runs is not None:
            self._runs.append({"style": "break", "text": ""})
        elif tag in _INLINE:
            self._style = _INLINE[tag]
        if tag in _TEXT and not (tag == "li" and self._current.get("kind") == "faces"):
            self._runs = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._into = self.blocks
        elif tag in _INLINE:
            self._style = "plain"
        elif tag == "thead":
            self._current["rows"].clear()
        if tag in _TEXT and self._runs is not None:
            self._keep(tag, self._runs)
            self._runs = None
        if tag in ("ul", "table", "dl"):
            self._current = {}

    def handle_data(self, data: str) -> None:
        if self._runs is not None:
            self._runs.append({"style": self._style, "text": data})

    def _begin(self, block: dict[str, Any]) -> None:
        self._current = block
        self._into.append(block)

    def _keep(self, tag: str, runs: list[Run]) -> None:
        if tag in ("h1", "h2", "h3"):
            self._into.append({"kind": "heading", "level": int(tag[1]), "runs": runs})
        elif tag == "p":
            self._into.append({"kind": "paragraph", "runs": runs})
        elif tag == "li":
            self._current["items"].append(runs)
        elif tag == "th":
            self._current["head"].append(runs)
        elif tag == "td":
            self._current["rows"][-1].append({"runs": runs})
        elif tag == "dt":
            self._current["pairs"].append({"name": runs, "value": []})
        elif tag == "dd":
            self._current["pairs"][-1]["value"] = runs
        else:
            self._current["faces"][-1]["caption"] = "".join(run["text"] for run in runs)
