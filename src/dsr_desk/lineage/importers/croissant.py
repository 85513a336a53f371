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
_SENSITIVE = "rai:personalSensitiveInformation"

files = the_file


def sniff(peek: Peek) -> bool:
    value = peek.first_value if peek.is_json else None
    return isinstance(value, dict) and (
        "mlcommons.org/croissant" in str(value.get("conformsTo", "")) or "cr:" in str(value.get("distribution", ""))
    )


def read(peek: Peek, draft: Draft) -> None:
    document = mapping(peek.first_value, "the document")
    if not any(str(value).endswith("Dataset") for value in _several(document.get("@type"))):
        raise Refused("@type", "a dataset is expected")
    conforms = " ".join(str(value) for value in _several(document.get("conformsTo")))
    if not any(f"croissant/{version}" in conforms for version in ("1.0", "1.1")):
        draft.warn("The file does not say that it is Croissant 1.0 or 1.1.")
    parts = [
        (f"distribution[{i}]", mapping(item, f"distribution[{i}]"))
        for i, item in enumerate(_several(document.get("distribution")))
    ]
    places = [maybe_text(part.get("contentUrl"), place) for place, part in parts]
    urls = [maybe_text(value, "url") for value in _several(document.get("url")) + _several(document.get("sameAs"))]
    name = maybe_text(document.get("name"), "name")
    if not name:
        name = next(filter(None, [*urls, *places]), peek.path.stem)
        draft.warn("The dataset has no name in the file; its address stands for it.")
    dataset = draft.node(
        NodeKind.DATASET, name, maybe_text(document.get("version"), "version"), NAMESPACE,
        aliases=[*urls, maybe_text(document.get("@id"), "@id")],
        created=utc(document.get("datePublished"), "datePublished"),
        personal_data="; ".join(maybe_text(value, _SENSITIVE) for value in _several(document.get(_SENSITIVE))),
    )  # fmt: skip
    _distribution(draft, dataset, name, parts)
    for key in ("prov:wasDerivedFrom", "wasDerivedFrom", "isBasedOn", "sc:isBasedOn"):
        for origin in _several(document.get(key)):
            _derived(draft, dataset, origin, key)


def _distribution(draft: Draft, dataset: str, name: str, parts: list[tuple[str, Mapping[str, Any]]]) -> None:
    known = {}
    for place, part in parts:
        ident = some_text(part.get("@id") or part.get("name"), f"{place}.@id")
        digests = []
        for algorithm, pattern in _HEX.items():
            value = maybe_text(part.get(algorithm), f"{place}.{algorithm}")
            if pattern.fullmatch(value):
                digests.append(f"{algorithm}:{value.lower()}")
            elif value:
                draft.warn(f"{place}.{algorithm} is no digest and is not used.")
        known[ident] = draft.node(
            NodeKind.DATASET, ident, "", f"{NAMESPACE}:{name}", digests=digests,
            aliases=[maybe_text(part.get("contentUrl"), place)], **{PART: name},
        )  # fmt: skip
    for place, part in parts:
        here = known[str(part.get("@id") or part.get("name"))]
        around = [_identifier(value, f"{place}.containedIn") for value in _several(part.get("containedIn"))]
        for whole in around:
            if whole not in known:
                raise Refused(f"{place}.containedIn", "nothing in the file has this id")
            draft.edge(known[whole], here, Role.CONTAIN)
        if not around:
            draft.edge(dataset, here, Role.CONTAIN)


def _derived(draft: Draft, dataset: str, origin: object, place: str) -> None:
    ident = _identifier(origin, place)
    about = origin if isinstance(origin, dict) else {}
    name = maybe_text(about.get("name") or about.get("sc:name") or about.get("prov:label"), place) or ident
    version = maybe_text(about.get("version"), place)
    source = draft.node(NodeKind.DATASET, name, version, NAMESPACE, aliases=[ident])
    draft.edge(source, dataset, Role.DERIVE)


def _identifier(value: object, place: str) -> str:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url") or value.get("name")
    return some_text(value, place)


def _several(value: object) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
