"""The front matter of a card: YAML between two lines of dashes, as people write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.reading import mapping, several, yaml_document
from dsr_desk.lineage.importers.trifles import plain_text, shown, trifle

FRONT = message("place.front-matter")
NOTHING = {"", "none", "null", "n/a", "[more information needed]"}
"""What people write where nothing is to be named."""

_HUB = re.compile(r"https?://(?:www\.)?huggingface\.co/(?:datasets/|spaces/)?([\w.-]+/[\w.-]+?)(?:\.git)?/?")
_PLACEHOLDER = re.compile(r"(?m)(^|:\s|-\s)\{\{?\s*[\w.-]+\s*\}?\}(\s|$)")
_NAMED_BY = ("name", "id", "repo_id", "dataset", "model", "path", "type")


def hub_id(address: str) -> str:
    """`owner/name` of what lies at an address of the hub; "" for any other address."""
    linked = _HUB.fullmatch(address)
    return linked[1] if linked else ""


def front_matter(text: str) -> tuple[Mapping[str, Any] | None, str]:
    """The data (None where there is none) and the rest. Raises ImportRefused."""
    text = text.lstrip("\n ")
    if not text.startswith("---\n"):
        return None, text
    end = text.find("\n---", 3)
    if end < 0:
        raise ImportRefused(FRONT, "damage.no-end")
    front = text[4 : end + 1]
    if _PLACEHOLDER.search(front):
        raise ImportRefused(FRONT, "damage.placeholder")
    try:
        value = yaml_document(front)
    except ImportRefused as error:
        raise error.inside(FRONT) from error
    return (mapping(value, FRONT) if value else None), text[end + 4 :]


def ids_in(value: object, field: str, draft: LineageDraft) -> list[str]:
    """One id or a list of them, or of objects that hold one; what names nothing is left out. What cannot be read as an
    id stays as it is written: that something was used is known by it."""
    found = []
    for i, item in enumerate(several(value)):
        named = next((item[key] for key in _NAMED_BY if key in item), None) if isinstance(item, dict) else item
        if isinstance(named, str | int | float) and not isinstance(named, bool):
            found.append(str(named).strip())
        elif item is not None:
            text = ", ".join(str(key) for key in item) if isinstance(item, dict) else shown(item)
            trifle(draft, (FRONT, f"{field}[{i}]"), text, "damage.names", "became.kept")
            found.append(text)
    return [text for text in found if text.casefold() not in NOTHING]


def licence_of(data: Mapping[str, Any], draft: LineageDraft) -> str:
    """Ids of licences as they are written; the name that stands beside `other`."""
    listed = several(data.get("license"))
    found = [plain_text(one, (FRONT, "license"), draft) for one in listed]
    named = plain_text(data.get("license_name"), (FRONT, "license_name"), draft)
    return ", ".join(named if named and one == "other" else one for one in found if one.casefold() not in NOTHING)
