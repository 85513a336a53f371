"""Croissant 1.0 and 1.1: what a dataset consists of and what it was derived from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import (
    DOCUMENT,
    NAMED_ONLY,
    PART,
    UNIDENTIFIED,
    ImportRefused,
    LineageDraft,
    system_of,
)
from dsr_desk.lineage.importers.hugging_face import NAMESPACE as HUB
from dsr_desk.lineage.importers.hugging_face_front import hub_id
from dsr_desk.lineage.importers.names import is_placeholder
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, several
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import plain_text, trifle

FORMAT = "Croissant"
NAMESPACE = "croissant"

_HEX = {"sha256": re.compile(r"[0-9a-fA-F]{64}"), "md5": re.compile(r"[0-9a-fA-F]{32}")}
_ORIGINS = ("wasDerivedFrom", "isBasedOn")
_DATASET = re.compile(r"(.*[:/#])?Dataset")
_ADDRESS = re.compile(r"(https?://[^/\s]+\.[^/\s]+/\S|doi:|urn:|10\.\d{4,9}/)", re.IGNORECASE)

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_object
    listed = [value, *(one for one in several(value.get("@graph")) if isinstance(one, dict))]
    return any(
        "mlcommons.org/croissant" in str(one.get("conformsTo") or one.get("dct:conformsTo"))
        or "cr:" in str(one.get("distribution", ""))
        for one in listed
    )


def read(peek: Peek, draft: LineageDraft) -> None:
    document, others = _main(mapping(peek.first_value, DOCUMENT), draft)
    conforms = " ".join(str(value) for value in several(document.get("conformsTo")))
    if not any(f"croissant/{version}" in conforms for version in ("1.0", "1.1")):
        draft.warn("note.lineage.croissant-version")
    parts = [
        (f"distribution[{i}]", _resolved(item, others, f"distribution[{i}]", draft))
        for i, item in enumerate(several(document.get("distribution")))
    ]
    places = [_text(part.get("contentUrl"), f"{place}.contentUrl", draft) for place, part in parts]
    urls = [
        _text(value, key, draft) for key in ("url", "sameAs", "identifier") for value in several(document.get(key))
    ]  # fmt: skip
    ident = _text(document.get("@id"), "@id", draft)
    name = _text(document.get("name"), "name", draft)
    if not name:
        name = next(filter(None, [*urls, *places]), peek.path.stem)
        draft.warn("note.lineage.no-name")
    own = _system(next((one for one in (ident, *urls) if _ADDRESS.match(one)), ""), peek.sha256)
    version = _text(document.get("version"), "version", draft)
    unnamed = is_placeholder(name) and not any(urls)
    dataset = draft.node(
        NodeKind.DATASET, name, version, own,
        aliases=[*urls, ident, *(f"{HUB}/{hub_id(url)}" for url in urls if hub_id(url))],
        created=when(_text(document.get("datePublished"), "datePublished", draft), "datePublished", draft),
        personal_data=_joined(document, "personalSensitiveInformation", draft),
        licence=_joined(document, "license", draft), **({UNIDENTIFIED: "yes"} if unnamed else {}),
    )  # fmt: skip
    _distribution(draft, dataset, f"{name}@{version}" if version else name, parts)
    origins = [(key, origin) for key in _ORIGINS for origin in several(document.get(key))]
    for i, item in enumerate(several(document.get("wasGeneratedBy"))):
        used = _local(item).get("used") if isinstance(item, dict) else None
        origins += [(f"wasGeneratedBy[{i}].used", origin) for origin in several(used)]
    for key, origin in origins:
        _derived(draft, dataset, origin, key)


def _system(address: str, digest: str = "") -> str:
    """A dataset's description is known again by the address of the dataset, else by its content (`digest`)."""
    return system_of(NAMESPACE, address.casefold().rstrip("/") if address else digest)


def _main(document: Mapping[str, Any], draft: LineageDraft) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The dataset, and all other things of a graph by their ids. Raises ImportRefused."""
    listed = several(document.get("@graph")) if "@graph" in document else [document]
    graph = []
    for i, item in enumerate(listed):
        if isinstance(item, dict):
            graph.append(_local(item))
        else:
            trifle(draft, f"@graph[{i}]", item, "damage.object")
    found = [one for one in graph if any(_DATASET.fullmatch(str(kind)) for kind in several(one.get("@type")))]
    if not found and len(graph) == 1 and not graph[0].get("@type"):
        trifle(draft, "@type", None, "damage.missing", "became.dataset")
        found = graph
    if not found:
        raise ImportRefused("@type", "damage.dataset")
    return found[0], {str(one["@id"]): one for one in graph if "@id" in one}


def _resolved(item: object, others: Mapping[str, dict[str, Any]], place: str, draft: LineageDraft) -> dict[str, Any]:
    """A part, where only its id stands here and the rest elsewhere in the graph."""
    if isinstance(item, str):
        return others.get(item, {"@id": item})
    if not isinstance(item, dict):
        trifle(draft, place, item, "damage.object")
        return {}
    part = _local(item)
    return others.get(str(part.get("@id")), part) if part.keys() <= {"@id", "@type"} else part


def _local(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Properties by their own names, whatever prefix or address the context puts before them."""
    return {key if key.startswith("@") else re.split(r"[:/#]", key)[-1]: value for key, value in thing.items()}


def _text(value: object, place: str, draft: LineageDraft) -> str:
    """Text, a value with a language or type, one of several languages (English first), or the id of something."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[key] for key in ("@value", "@id", "en", "url", "name", *value) if key in value), None)
    return plain_text(value, place, draft)


def _joined(document: Mapping[str, Any], key: str, draft: LineageDraft) -> str:
    return "; ".join(filter(None, (_text(value, key, draft) for value in several(document.get(key)))))


def _distribution(draft: LineageDraft, dataset: str, name: str, parts: list[tuple[str, dict[str, Any]]]) -> None:
    """Raises ImportRefused where one id is that of two files of different content."""
    known: dict[str, str] = {}
    seats: dict[str, str] = {}
    for place, part in parts:
        ident = next(filter(None, (_text(part.get(key), place, draft) for key in ("@id", "name", "contentUrl"))), place)
        digests = []
        for algorithm, pattern in _HEX.items():
            value = _text(part.get(algorithm), f"{place}.{algorithm}", draft)
            if pattern.fullmatch(value):
                digests.append(f"{algorithm}:{value.lower()}")
            elif value:
                draft.warn("note.lineage.no-digest", place=f"{place}.{algorithm}")
        if ident in known and digests and {*draft.nodes[known[ident]].digests} - {*digests}:
            raise ImportRefused(f"{place}.@id", "damage.reference-twice")
        seats[place] = known[ident] = draft.node(
            NodeKind.DATASET, ident, "", f"{draft.nodes[dataset].namespace}:{name}", digests=digests,
            aliases=[_text(part.get("contentUrl"), place, draft)], **{PART: name},
        )  # fmt: skip
    for place, part in parts:
        around = []
        for i, value in enumerate(several(part.get("containedIn"))):
            ident = _identifier(value, f"{place}.containedIn[{i}]", draft)
            if ident in known:
                around.append(known[ident])
            else:
                trifle(draft, f"{place}.containedIn[{i}]", ident, "damage.no-part")
        for whole in around or [dataset]:
            draft.edge(whole, seats[place], Role.CONTAIN)


def _derived(draft: LineageDraft, dataset: str, origin: object, place: str) -> None:
    """What a dataset came of. A name alone counts inside of this description."""
    about = _local(origin) if isinstance(origin, dict) else {}
    ident = _identifier(origin, place, draft)
    name = next(filter(None, (_text(about.get(key), place, draft) for key in ("name", "label"))), "") or ident
    if not name or is_placeholder(name):
        draft.edge(draft.unidentified(name or place, of=dataset), dataset, Role.DERIVE)
        return
    space = _system(ident) if _ADDRESS.match(ident) else draft.nodes[dataset].namespace
    source = draft.node(
        NodeKind.DATASET, name, _text(about.get("version"), place, draft), space, aliases=[ident], **{NAMED_ONLY: "yes"}
    )  # fmt: skip
    draft.edge(source, dataset, Role.DERIVE)


def _identifier(value: object, place: str, draft: LineageDraft) -> str:
    if isinstance(value, dict):
        about = _local(value)
        value = about.get("@id") or about.get("url") or about.get("name")
    return plain_text(value, place, draft)
