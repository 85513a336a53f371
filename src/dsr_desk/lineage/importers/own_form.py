"""Our own JSON form, for what no standard carries and for everything written by hand; and the words (`terms_of`) in
which our exports describe a node inside another format, so that reading them back loses nothing.

    {"dsr-desk-lineage": 1,
     "nodes": [{"kind": "model", "name": "gate", "version": "3", "created": "2026-03-01",
                "digests": ["sha256:…"], "aliases": ["s3://…"], "ended": "", "attributes": {"task": "door access"}}],
     "edges": [{"from": {"kind": "dataset", "name": "faces", "version": "2026-01"},
                "to": {"kind": "model", "name": "gate", "version": "3"}, "role": "train", "certainty": "recorded"}]}

Kinds, roles and certainties are those of `core.lineage`. An end of an edge may also be the `id` of a listed node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsr_desk.core.lineage import Certainty, Node, NodeKind, Role
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft, Place, node_id
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, objects, role_said, some_text, utc

FORMAT = "DSR Desk JSON"
MARK = "dsr-desk-lineage"
OWN_PREFIX = "dsrdesk"
VERSION = 1

files = the_file


def sniff(peek: Peek) -> bool:
    return MARK in peek.first_object


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    if document[MARK] != VERSION:
        raise ImportRefused(MARK, "damage.form-version", version=VERSION)
    for place, node in objects(document, "nodes"):
        add_node(draft, node, place)
    for place, edge in objects(document, "edges"):
        ends = [_end(draft, edge.get(field), f"{place}.{field}") for field in ("from", "to")]
        role = role_of(maybe_text(edge.get("role"), f"{place}.role"), f"{place}.role")
        certainty = certainty_of(maybe_text(edge.get("certainty"), place), f"{place}.certainty")
        draft.edge(ends[0], ends[1], role, certainty)


def add_node(draft: LineageDraft, item: Mapping[str, Any], place: str) -> str:
    """A node from a mapping in our form; returns its id."""
    kind = kind_of(maybe_text(item.get("kind"), f"{place}.kind"), f"{place}.kind")
    name = some_text(item.get("name"), f"{place}.name")
    version, space = (maybe_text(item.get(field), f"{place}.{field}") for field in ("version", "namespace"))
    attributes = mapping(item.get("attributes") or {}, f"{place}.attributes")
    node = Node(
        maybe_text(item.get("id"), f"{place}.id") or node_id(kind, name, version, space),
        kind,
        name,
        version,
        space,
        tuple(some_text(value, f"{place}.digests") for value in listing(item.get("digests"), f"{place}.digests")),
        tuple(some_text(value, f"{place}.aliases") for value in listing(item.get("aliases"), f"{place}.aliases")),
        utc(item.get("created"), f"{place}.created"),
        utc(item.get("ended"), f"{place}.ended"),
        {str(key): maybe_text(value, f"{place}.attributes") for key, value in attributes.items()},
    )
    draft.add(node)
    return node.id


def kind_of(text: str, place: Place) -> NodeKind:
    try:
        return NodeKind(text.strip().casefold())
    except ValueError as error:
        raise ImportRefused(place, "damage.one-of", words=tuple(NodeKind)) from error


def role_of(text: str, place: Place) -> Role:
    """A role by its own word or by a producer's; `input` where nothing is said."""
    word = text.strip().casefold()
    role = role_said(word)
    if role is None and word:
        raise ImportRefused(place, "damage.one-of", words=tuple(Role))
    return role or Role.INPUT


def certainty_of(text: str, place: Place) -> Certainty:
    word = text.strip().casefold()
    try:
        return Certainty(word) if word else Certainty.RECORDED
    except ValueError as error:
        raise ImportRefused(place, "damage.one-of", words=tuple(Certainty)) from error


def _end(draft: LineageDraft, value: object, place: str) -> str:
    if isinstance(value, str):
        if value not in draft.nodes:
            raise ImportRefused(place, "damage.no-node")
        return value
    return add_node(draft, mapping(value, place), place)


def terms_of(node: Node) -> dict[str, list[str]]:
    """Everything about a node, as lists of text; what is empty is left out."""
    terms = {
        "id": [node.id],
        "kind": [node.kind.value],
        "name": [node.name],
        "version": [node.version],
        "namespace": [node.namespace],
        "digests": list(node.digests),
        "aliases": list(node.aliases),
        "created": [node.created],
        "ended": [node.ended],
        "attributes": [f"{key}={value}" for key, value in sorted(node.attributes.items())],
    }
    return {key: values for key, values in terms.items() if any(values)}


def node_from_terms(draft: LineageDraft, terms: Mapping[str, Sequence[str]], place: Place) -> str:
    """The node again. Raises ImportRefused where the terms are not as `terms_of` makes them."""

    def one(name: str) -> str:
        values = terms.get(name) or [""]
        if len(values) != 1:
            raise ImportRefused((place, f"{name}"), "damage.one-value")
        return values[0]

    try:
        kind = NodeKind(one("kind"))
    except ValueError as error:
        raise ImportRefused((place, "kind"), "damage.kind-unknown") from error
    if not one("name") or not one("id"):
        raise ImportRefused(place, "damage.no-id")
    node = Node(
        one("id"), kind, one("name"), one("version"), one("namespace"), tuple(terms.get("digests", ())),
        tuple(terms.get("aliases", ())), utc(one("created"), (place, "created")), utc(one("ended"), (place, "ended")),
        dict(_pair(text, place) for text in terms.get("attributes", ())),
    )  # fmt: skip
    draft.add(node)
    return node.id


def _pair(text: str, place: Place) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ImportRefused((place, "attributes"), "damage.name-and-value")
    return key, value
