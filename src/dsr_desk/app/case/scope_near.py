"""What nearly fits a selector and was not taken, and what fits nothing: questions for an officer, never answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from dsr_desk.app.case.scope_holdings import VersionHeld
from dsr_desk.app.case.scope_lineage import made_from
from dsr_desk.app.case.scope_words import IN, OPEN, Judge, ScopePlace
from dsr_desk.core.message import Message, message
from dsr_desk.core.selectors import Called, ColumnIs, InList, MadeFrom, NamedBy, Selector, plain_name, said
from dsr_desk.intake.item_list import ItemList
from dsr_desk.lineage.graph import Graph

ALIKE = 85
"""Of 100: one letter of a dozen is another one."""

SHORTEST = 3
"""Letters of a name that counts as near where it stands inside another."""

MOST = 20
"""So many near names of one selector are shown."""


def near_names(
    asked: Sequence[Selector], held: Sequence[VersionHeld], measured: Mapping[str, Sequence[str]]
) -> Iterator[Message]:
    """Names of what is registered that are nearly those of selectors; what a model was only measured on."""
    for one in asked:
        if isinstance(one, NamedBy):
            found = [(name, where) for name, where in _registered(one.called, held).items() if _is_near(one, name)]
            for name, where in found[:MOST]:
                yield message("scope.near", selector=said(one), other=name, versions=tuple(where))
    for model, versions in measured.items():
        if versions:
            yield message("scope.near.measured", model=model, versions=tuple(versions))


def near_values(near: Mapping[Selector, Counter[str]]) -> Iterator[Message]:
    """Values of columns and beginnings of members that nearly fit, with how many items have them."""
    for selector, values in near.items():
        for value, count in values.most_common():
            yield message("scope.near.value", selector=said(selector), other=value, count=count)


def near_derived(
    graph: Graph, inside: Collection[str], named: Collection[str], versions: Sequence[str]
) -> Iterator[Message]:
    """What lineage records as made from the scope and is not `named` in it."""
    if not inside:
        return
    descent = made_from(graph, dict.fromkeys(sorted(inside), IN), versions)
    for version, word in descent.words.items():
        if word >= OPEN and version not in named:
            yield message("scope.near.derived", version=version, origin=descent.origins[version])
    for label in descent.elsewhere:
        if label not in named:
            yield message("scope.near.elsewhere", name=label)


def unmatched(
    asked: Sequence[Selector], held: Sequence[VersionHeld], judge: Judge, lists: Mapping[str, ItemList]
) -> Iterator[Message]:
    """Selectors that nothing fits which was looked at, and how many entries of lists no item has."""
    for one in asked:
        match one:
            case InList(name):
                left = len(lists[name]) - judge.met(name)
                if left:
                    yield message("scope.unmatched.list", name=name, count=left, total=len(lists[name]))
            case NamedBy(Called.CONTAINER, text):
                if not any(h.container.name == text for version in held for h in version.holdings):
                    yield message("scope.unmatched", selector=said(one))
            case NamedBy(Called.PREFIX) | ColumnIs():
                if not judge.hits[one] and one not in judge.unconfirmed:
                    yield message("scope.unmatched", selector=said(one))
            case MadeFrom():
                continue
            case NamedBy():
                if not any(judge.between(one, ScopePlace(h.version, h.before)) == (IN, IN) for h in held):
                    yield message("scope.unmatched", selector=said(one))


def _registered(called: Called, held: Sequence[VersionHeld]) -> dict[str, list[str]]:
    """Names of that kind with the dataset versions that have them."""
    found: dict[str, list[str]] = {}
    for one in held:
        version = one.version
        names = {
            Called.DATASET: [version.name],
            Called.VERSION: [version.id],
            Called.SUPPLIER: [version.supplier],
            Called.SOURCE: [version.source],
            Called.CONTAINER: [holding.container.name for holding in one.holdings],
        }
        for name in names.get(called, []):
            found.setdefault(name, []).append(version.id)
    return found


def _is_near(selector: NamedBy, name: str) -> bool:
    wanted, other = plain_name(selector.text), plain_name(name)
    if selector.called is Called.CONTAINER:
        return name != selector.text and (wanted == other or other.endswith(f"/{wanted}"))
    inside = len(min(wanted, other, key=len)) >= SHORTEST and (wanted in other or other in wanted)
    return wanted != other and (inside or fuzz.ratio(wanted, other) >= ALIKE)
