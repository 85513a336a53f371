"""Our own JSON form, for what no standard carries and for everything written by hand; and the words (`terms_of`) in
which our exports describe a node inside another format, so that reading them back loses nothing.

    {"dsr-desk-lineage": 1, "namespace": "team-a",
     "nodes": [{"kind": "model", "name": "gate", "version": "3", "created": "2026-03-01",
                "digests": ["sha256:…"], "aliases": ["s3://…"], "ended": "", "attributes": {"task": "door access"}}],
     "edges": [{"from": {"kind": "dataset", "name": "faces", "version": "2026-01", "namespace": "registered"},
                "to": {"kind": "model", "name": "gate", "version": "3"}, "role": "train", "certainty": "recorded"},
               {"from": {"kind": "model", "name": "gate", "version": "3"},
                "to": {"kind": "recipient", "name": "Gate Buyers"}, "role": "pass-on", "since": "2026-04-01",
                "told": "no"}]}

Kinds, roles and certainties are those of `core.lineage`. An end of an edge may also be the `id` of a listed node: ids
count inside of the document. Names count in their `namespace`; without one in the document's, and without that in this
document alone. The namespace `registered` is what this vault registered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsr_desk.core.items import recipients_in
from dsr_desk.core.lineage import Node, NodeKind, Role
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft, Place, node_id, system_of
from dsr_desk.lineage.importers.own_words import certainty_of, edge_terms, kind_of, role_of, space_of
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import mapping, objects, several
from dsr_desk.lineage.importers.settling import settle_roles
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import entries, part, plain_text

FORMAT = "DSR Desk JSON"
NAMESPACE = "json"
MARK = "dsr-desk-lineage"
OWN_PREFIX = "dsrdesk"
VERSION = 1
PASSED_ON_TO = "passed-on-to"
"""Attribute of a model: who received it, in words; "none" says that nobody did."""

files = the_file


def sniff(peek: Peek) -> bool:
    return MARK in peek.first_object


def read(peek: Peek, draft: LineageDraft) -> None:
    document = mapping(peek.first_value, DOCUMENT)
    if document[MARK] not in (VERSION, str(VERSION)):
        raise ImportRefused(MARK, "damage.form-version", version=VERSION)
    said = plain_text(document.get("namespace"), "namespace", draft)
    form = _Form(draft, space_of(said, system_of(NAMESPACE, peek.sha256)))
    for place, node in entries(document, "nodes", "", draft):
        form.node(node, place)
    for place, edge in objects(document, "edges"):
        form.edge(edge, place)
    settle_roles(draft)


class _Form:
    def __init__(self, draft: LineageDraft, own: str) -> None:
        self.draft = draft
        self.own = own
        self.ids: dict[str, str] = {}
        self.usual: dict[str, str] = {}
        self.taken: set[str] = set()

    def node(self, item: Mapping[str, Any], place: str) -> str:
        """A node from a mapping in our form; returns its id. Raises ImportRefused where two things have one id."""
        draft = self.draft
        kind, said = kind_of(plain_text(item.get("kind"), f"{place}.kind", draft), f"{place}.kind", draft)
        name = plain_text(item.get("name"), f"{place}.name", draft)
        if not name:
            raise ImportRefused(f"{place}.name", "damage.text-missing")
        version, space, local = (
            plain_text(item.get(field), f"{place}.{field}", draft) for field in ("version", "namespace", "id")
        )
        space = space_of(space, self.own)
        key = node_id(kind, name, version, space)
        if local:
            key = self._called(local, key, f"{place}.id")
        attributes = {
            str(key): plain_text(value, f"{place}.attributes.{key}", draft)
            for key, value in part(item, "attributes", place, draft).items()
        }
        add_with_recipients(
            draft,
            Node(
                key, kind, name, version, space, self._texts(item, "digests", place),
                self._texts(item, "aliases", place), when(item.get("created"), f"{place}.created", draft),
                when(item.get("ended"), f"{place}.ended", draft), {**attributes, **said},
            ),
        )  # fmt: skip
        return key

    def _called(self, local: str, usual: str, place: str) -> str:
        """Two things of one name and version are told apart by their ids; the name alone means the first."""
        if local in self.ids:
            if self.usual[local] != usual:
                raise ImportRefused(place, "damage.reference-twice")
            return self.ids[local]
        self.ids[local] = f"{usual}|{local}" if usual in self.taken else usual
        self.usual[local] = usual
        self.taken.add(usual)
        return self.ids[local]

    def _texts(self, item: Mapping[str, Any], field: str, place: str) -> tuple[str, ...]:
        found = (plain_text(value, f"{place}.{field}", self.draft) for value in several(item.get(field)))
        return tuple(filter(None, found))

    def edge(self, edge: Mapping[str, Any], place: str) -> None:
        ends = [self._end(edge.get(field), f"{place}.{field}") for field in ("from", "to")]
        role, said = role_of(plain_text(edge.get("role"), f"{place}.role", self.draft), f"{place}.role", self.draft)
        word = plain_text(edge.get("certainty"), f"{place}.certainty", self.draft)
        certainty = certainty_of(word, f"{place}.certainty", self.draft, doubted=bool(said))
        self.draft.edge(ends[0], ends[1], role, certainty, **said, **edge_terms(edge, place, self.draft))

    def _end(self, value: object, place: str) -> str:
        if isinstance(value, str):
            if value not in self.ids:
                raise ImportRefused(place, "damage.no-node")
            return self.ids[value]
        return self.node(mapping(value, place), place)


def add_with_recipients(draft: LineageDraft, node: Node) -> None:
    """Adds a node, and makes things of the names of those who received it."""
    names = recipients_in(node.attributes.get(PASSED_ON_TO, "")) or ()
    if names:
        node = replace(node, attributes={k: v for k, v in node.attributes.items() if k != PASSED_ON_TO})
    draft.add(node)
    for name in names:
        draft.edge(node.id, draft.node(NodeKind.RECIPIENT, name, "", node.namespace), Role.PASS_ON)


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
    add_with_recipients(
        draft,
        Node(
            one("id"), kind, one("name"), one("version"), one("namespace"), tuple(terms.get("digests", ())),
            tuple(terms.get("aliases", ())), when(one("created"), (place, "created"), draft),
            when(one("ended"), (place, "ended"), draft),
            dict(_pair(text, place) for text in terms.get("attributes", ())),
        ),
    )  # fmt: skip
    return one("id")


def _pair(text: str, place: Place) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise ImportRefused((place, "attributes"), "damage.name-and-value")
    return key, value
