"""Croissant 1.0 and 1.1: what a dataset consists of and what it was derived from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import DOCUMENT, PART, ImportRefused, LineageDraft
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, maybe_text, several, some_text, utc

FORMAT = "Croissant"
NAMESPACE = "croissant"

_HEX = {"sha256": re.compile(r"[0-9a-fA-F]{64}"), "md5": re.compile(r"[0-9a-fA-F]{32}")}
_ORIGINS = ("wasDerivedFrom", "isBasedOn")
_DATASET = re.compile(r"(.*[:/#])?Dataset")

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
    document, others = _main(mapping(peek.first_value, DOCUMENT))
    conforms = " ".join(str(value) for value in several(document.get("conformsTo")))
    if not any(f"croissant/{version}" in conforms for version in ("1.0", "1.1")):
        draft.warn("note.lineage.croissant-version")
    parts = [
        (f"distribution[{i}]", _resolved(item, others, f"distribution[{i}]"))
        for i, item in enumerate(several(document.get("distribution")))
    ]
    places = [_text(part.get("contentUrl"), place) for place, part in parts]
    urls = [_text(value, "url") for key in ("url", "sameAs", "identifier") for value in several(document.get(key))]
    name = _text(document.get("name"), "name")
    if not name:
        name = next(filter(None, [*urls, *places]), peek.path.stem)
        draft.warn("note.lineage.no-name")
    version = _text(document.get("version"), "version")
    dataset = draft.node(
        NodeKind.DATASET, name, version, _space(version, next(filter(None, urls), "")),
        aliases=[*urls, _text(document.get("@id"), "@id")],
        created=utc(_text(document.get("datePublished"), "datePublished"), "datePublished"),
        personal_data=_joined(document, "personalSensitiveInformation"), licence=_joined(document, "license"),
    )  # fmt: skip
    _distribution(draft, dataset, f"{name}@{version}" if version else name, parts)
    origins = [(key, origin) for key in _ORIGINS for origin in several(document.get(key))]
    for i, item in enumerate(several(document.get("wasGeneratedBy"))):
        used = _local(item).get("used") if isinstance(item, dict) else None
        origins += [(f"wasGeneratedBy[{i}].used", origin) for origin in several(used)]
    for key, origin in origins:
        _derived(draft, dataset, origin, key)


def _space(version: str, address: str) -> str:
    """Where a name counts: without a version it is the name of what lies at this address alone."""
    return NAMESPACE if version or not address else f"{NAMESPACE}:{address}"


def _main(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The dataset, and all other things of a graph by their ids. Raises ImportRefused."""
    listed = several(document.get("@graph")) if "@graph" in document else [document]
    graph = [_local(mapping(item, f"@graph[{i}]")) for i, item in enumerate(listed)]
    found = [one for one in graph if any(_DATASET.fullmatch(str(kind)) for kind in several(one.get("@type")))]
    if not found:
        raise ImportRefused("@type", "damage.dataset")
    return found[0], {str(one["@id"]): one for one in graph if "@id" in one}


def _resolved(item: object, others: Mapping[str, dict[str, Any]], place: str) -> dict[str, Any]:
    """A part, where only its id stands here and the rest elsewhere in the graph."""
    part = _local(mapping(item, place))
    return others.get(str(part.get("@id")), part) if part.keys() <= {"@id", "@type"} else part


def _local(thing: Mapping[str, Any]) -> dict[str, Any]:
    """Properties by their own names, whatever prefix or address the context puts before them."""
    return {key if key.startswith("@") else re.split(r"[:/#]", key)[-1]: value for key, value in thing.items()}


def _text(value: object, place: str) -> str:
    """Text, a value with a language or type, one of several languages (English first), or the id of something."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = next((value[key] for key in ("@value", "@id", "en", "url", "name", *value) if key in value), None)
    return maybe_text(value, place)


def _joined(document: Mapping[str, Any], key: str) -> str:
    return "; ".join(filter(None, (_text(value, key) for value in several(document.get(key)))))


def _distribution(draft: LineageDraft, dataset: str, name: str, parts: list[tuple[str, dict[str, Any]]]) -> None:
    known = {}
    for place, part in parts:
        ident = some_text(part.get("@id") or _text(part.get("name"), place), f"{place}.@id")
        digests = []
        for algorithm, pattern in _HEX.items():
            value = _text(part.get(algorithm), f"{place}.{algorithm}")
            if pattern.fullmatch(value):
                digests.append(f"{algorithm}:{value.lower()}")
            elif value:
                draft.warn("note.lineage.no-digest", place=f"{place}.{algorithm}")
        known[ident] = draft.node(
            NodeKind.DATASET, ident, "", f"{draft.nodes[dataset].namespace}:{name}", digests=digests,
            aliases=[_text(part.get("contentUrl"), place)], **{PART: name},
        )  # fmt: skip
    for place, part in parts:
        here = known[part.get("@id") or _text(part.get("name"), place)]
        around = [_identifier(value, f"{place}.containedIn") for value in several(part.get("containedIn"))]
        for whole in around:
            if whole not in known:
                raise ImportRefused(f"{place}.containedIn", "damage.no-part")
            draft.edge(known[whole], here, Role.CONTAIN)
        if not around:
            draft.edge(dataset, here, Role.CONTAIN)


def _derived(draft: LineageDraft, dataset: str, origin: object, place: str) -> None:
    ident = _identifier(origin, place)
    about = _local(origin) if isinstance(origin, dict) else {}
    name = _text(about.get("name") or about.get("label"), place) or ident
    version = _text(about.get("version"), place)
    source = draft.node(NodeKind.DATASET, name, version, _space(version, ident), aliases=[ident])
    draft.edge(source, dataset, Role.DERIVE)


def _identifier(value: object, place: str) -> str:
    if isinstance(value, dict):
        about = _local(value)
        value = about.get("@id") or about.get("url") or about.get("name")
    return some_text(value, place)
