"""The words in which our own exports describe a node inside another format, so that reading them back loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsr_desk.core.lineage import Node, NodeKind
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place
from dsr_desk.lineage.importers.reading import utc

OWN_PREFIX = "dsrdesk"


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
