"""Which things of different systems, or of different owners in one hub, may be the same: what is asked about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import combinations, product

from dsr_desk.core.lineage import Node
from dsr_desk.lineage.importers.draft import BY_FILE
from dsr_desk.lineage.importers.names import Likely, is_placeholder, model_file

MOST_PAIRS_A_NAME = 20_000
HUB = "huggingface"
"""The system whose names are `owner/name`: a fork is called as what it was made from."""
_TAG = re.compile(r"(.+):(v\d+|latest)")


class Agree(IntEnum):
    """In what two things of different systems agree: name (and version, where both have one), place, name but not
    version, or only the last part of the name."""

    NAME = 0
    PLACE = 1
    NOT_VERSION = 2
    LAST_PART = 3


def named_version(node: Node) -> tuple[str, str]:
    """Name as it is compared, without case, and version; `name@version` and `name:v3` in a name count as both."""
    name = node.name.casefold().strip().rstrip("/")
    if not node.version and "://" not in name:
        if "@" in name:
            name, _, version = name.rpartition("@")
            return name, version
        if tagged := _TAG.fullmatch(name):
            return tagged[1], "" if tagged[2] == "latest" else tagged[2]
    return name, node.version.casefold()


def last_part(name: str) -> str:
    return name.rsplit("/", 1)[-1]


_Versions = dict[str, list[int]]
"""Nodes of one full name in one system, by version."""


def candidates(nodes: Sequence[Node], named: Sequence[int]) -> Iterator[tuple[int, int, Agree]]:
    """Pairs of different systems, or of different owners in one hub, that may be the same thing."""
    groups: dict[tuple[str, str], dict[str, dict[str, _Versions]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    )
    for i in named:
        if BY_FILE not in nodes[i].attributes:
            name, version = named_version(nodes[i])
            groups[nodes[i].kind, last_part(name)][nodes[i].namespace][name][version].append(i)
    for (_, last), spaces in groups.items():
        alone = is_placeholder(last) or model_file(last) is Likely.YES
        for first, second in combinations(sorted(spaces), 2):
            yield from _between(spaces[first], spaces[second], alone)
        for space, names in spaces.items() if not alone else ():
            if space == HUB:
                for one, other in combinations(sorted(names), 2):
                    yield from _versions_between(names[one], names[other], Agree.LAST_PART)
    yield from _at_one_place(nodes, named)


def _between(
    first: Mapping[str, _Versions], second: Mapping[str, _Versions], alone: bool
) -> Iterator[tuple[int, int, Agree]]:
    both = first.keys() & second.keys()
    for name in sorted(both):
        yield from _versions_between(first[name], second[name], Agree.NAME)
    if not alone:
        for one, other in product(sorted(first.keys() - both), sorted(second.keys() - both)):
            yield from _versions_between(first[one], second[other], Agree.LAST_PART)


def _versions_between(first: _Versions, second: _Versions, how: Agree) -> Iterator[tuple[int, int, Agree]]:
    """Equal versions, and one without a version with any; where no version agrees, the two may count differently."""
    both = (first.keys() & second.keys()) - {""}
    for version in sorted(both | ({""} & first.keys() & second.keys())):
        yield from ((a, b, how) for a, b in product(first[version], second[version]))
    for bare, others in ((first, second), (second, first)):
        for version in sorted(others.keys() - {""}) if "" in bare else ():
            yield from ((a, b, how) for a, b in product(bare[""], others[version]))
    if not both:
        left = 0
        for one, other in product(sorted(first.keys() - {""}), sorted(second.keys() - {""})):
            for a, b in product(first[one], second[other]):
                left += 1
                if left > MOST_PAIRS_A_NAME:
                    return
                yield a, b, max(how, Agree.NOT_VERSION)


def _at_one_place(nodes: Sequence[Node], named: Iterable[int]) -> Iterator[tuple[int, int, Agree]]:
    """Things of different systems that lie, or lay, at one place."""
    by_place: dict[tuple[str, str], dict[str, _Versions]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for i in named:
        for place in places_of(nodes[i]):
            by_place[nodes[i].kind, place][nodes[i].namespace][named_version(nodes[i])[1]].append(i)
    for spaces in by_place.values():
        for first, second in combinations(sorted(spaces), 2):
            yield from _versions_between(spaces[first], spaces[second], Agree.PLACE)


def places_of(node: Node) -> set[str]:
    """Addresses and full paths by which a source calls a thing, without what makes no difference."""
    space = f"{node.namespace.rstrip('/')}/{node.name.lstrip('/')}" if "://" in node.namespace else ""
    found = {text.removeprefix("file://").rstrip("/") for text in (*node.aliases, node.name, space)}
    return {text for text in found if "://" in text or (text.startswith("/") and text.count("/") > 1)}
