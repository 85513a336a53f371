"""Croissant 1.0 and 1.1: what a dataset consists of and what it was derived from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import PART, Draft, Refused
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, maybe_text, some_text, utc

FORMAT = "Croissant"
NAMESPACE = "croissant"

_HEX = {"sha256": re.compile(r"[0-9a-fA-F]{64}"), "md5": re.compile(r"[0-9a-fA-F]{32}")}
_ORIGINS = ("wasDerivedFrom", "isBasedOn")
_DATASET = re.compile(r"(.*[:/#])?Dataset")

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_value if peek.is_json else None
    if not isinstance(value, dict):
        return False
    listed = [value, *(one for one in _several(value.get("@graph")) if isinstance(one, dict))]
    return any(
        "mlcommons.org/croissant" in str(one.get("conformsTo") or one.get("dct:conformsTo"))
        or "cr:" in str(one.get("distribution", ""))
        for one in listed
    )


def read(peek: Peek, draft: Draft) -> None:
    document, others = _main(mapping(peek.first_value, "the document"))
    conforms = " ".join(str(value) for value in _several(document.get("conformsTo")))
    if not any(f"croissant/{version}" in conforms for version in ("1.0", "1.1")):
        draft.warn("The file does not say that it is Croissant 1.0 or 1.1.")
    parts = [
        (f"distribution[{i}]", _resolved(item, others, f"distribution[{i}]"))
        for i, item in enumerate(_several(document.get("distribution")))
    ]
    places = [_text(part.get("contentUrl"), place) for place, part in parts]
    urls = [_text(value, "url") for key in ("url", "sameAs", "identifier") for value in _several(document.get(key))]
    name = _text(document.get("name"), "name")
    if not name:
        name = next(filter(None, [*urls, *places]), peek.path.stem)
        draft.warn("The dataset has no name in the file; its address stands for it.")
    version = _text(document.get("version"), "version")
    dataset = draft.node(
        NodeKind.DATASET, name, version, _space(version, next(filter(None, urls), "")),
        aliases=[*urls, _text(document.get("@id"), "@id")],
        created=utc(_text(document.get("datePublished"), "datePublished"), "datePublished"),
        personal_data=_joined(document, "personalSensitiveInformation"), licence=_joined(document, "license"),
    )  # fmt: skip
    _distribution(draft, dataset, f"{name}@{version}" if version else name, parts)
    origins = [(key, origin) for key in _ORIGINS for origin in _several(document.get(key))]
    for i, item in enumerate(_several(document.get("wasGeneratedBy"))):
        used = _local(item).get("used") if isinstance(item, dict) else None
        origins += [(f"wasGeneratedBy[{i}].used", origin) for origin in _several(used)]
    for key, origin in origins:
        _derived(draft, dataset, origin, key)


def _space(version: str, address: str) -> str:
    """Where a name counts: without a version it is the name of what lies at this address alone."""
    return NAMESPACE if version or not address else f"{NAMESPACE}:{address}"


def _main(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The dataset, and all other things of a graph by their ids. Raises Refused."""
    listed = _several(document.get("@graph")) if "@graph" in document else [document]
    graph = [_local(mapping(item, f"@graph[{i}]")) for i, item in enumerate(listed)]
    found = [one for one in graph if any(_DATASET.fullmatch(str(kind)) for kind in _several(one.get("@type")))]
    if not found:
        raise Refused("@type", "a dataset is expected")
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
    return "; ".join(filter(None, (_text(value, key) for value in _several(document.get(key)))))


def _distribution(draft: Draft, dataset: str, name: str, parts: list[tuple[str, dict[str, Any]]]) -> None:
    known = {}
    for place, part in parts:
        ident = some_text(part.get("@id") or _text(part.get("name"), place), f"{place}.@id")
        digests = []
        for algorithm, pattern in _HEX.items():
            value = _text(part.get(algorithm), f"{place}.{algorithm}")
            if pattern.fullmatch(value):
                digests.append(f"{algorithm}:{value.lower()}")
            elif value:
                draft.warn(f"{place}.{algorithm} is no digest and is not used.")
        known[ident] = draft.node(
            NodeKind.DATASET, ident, "", f"{draft.nodes[dataset].namespace}:{name}", digests=digests,
            aliases=[_text(part.get("contentUrl"), place)], **{PART: name},
        )  # fmt: skip
    for place, part in parts:
        here = known[part.get("@id") or _text(part.get("name"), place)]
        around = [_identifier(value, f"{place}.containedIn") for value in _several(part.get("containedIn"))]
        for whole in around:
            if whole not in known:
                raise Refused(f"{place}.containedIn", "nothing in the file has this id")
            draft.edge(known[whole], here, Role.CONTAIN)
        if not around:
            draft.edge(dataset, here, Role.CONTAIN)


def _derived(draft: Draft, dataset: str, origin: object, place: str) -> None:
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


def _several(value: object) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
