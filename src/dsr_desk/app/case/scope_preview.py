"""What a scope would be, for people: counts by dataset and supplier, what is mixed, not known, or nearly meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dsr_desk.app.case.scoping import MIXED, NOT_KNOWN, WHOLE, Fit, PartOfScope, Resolved
from dsr_desk.core.findings import Gap
from dsr_desk.core.message import Message, message
from dsr_desk.core.selectors import said

SHOWN = 20
"""So many containers of a kind are named to people; all are in the parts."""


@dataclass(frozen=True)
class ScopeCount:
    """Sums over containers of one dataset version or supplier; `items` in scope, `open_items` neither in nor out."""

    name: str
    whole: int
    mixed: int
    not_known: int
    items: int
    of: int
    size: int
    open_items: int


@dataclass(frozen=True)
class ScopePreview:
    """`staying` are items in mixed containers that are not in scope, or not known to be; `lines` say it all."""

    selector: str
    total: ScopeCount
    staying: int
    datasets: tuple[ScopeCount, ...]
    suppliers: tuple[ScopeCount, ...]
    parts: tuple[PartOfScope, ...]
    near: tuple[Message, ...]
    unmatched: tuple[Message, ...]
    gaps: tuple[Gap, ...]
    lines: tuple[Message, ...]

    @property
    def is_open(self) -> bool:
        """Whether something is neither known to be in scope nor known not to be, or was not looked at."""
        return bool(self.unmatched or self.gaps) or any(not one.inside or one.not_known for one in self.parts)


def preview(resolved: Resolved) -> ScopePreview:
    """Counts and sentences of a scope."""
    parts, lists = resolved.parts, resolved.suppliers
    datasets = [_count(name, of) for name, of in _by(parts, lambda one: one.dataset_version)]
    suppliers = [_count(name, of) for name, of in _by(parts, lambda one: lists.get(one.dataset_version, ""))]
    total = _count("", parts)
    staying = sum(one.of - one.items for one in parts if one.how == MIXED)
    lines = (
        message("scope.total", items=total.items, size=total.size, whole=total.whole, mixed=total.mixed),
        *(_said("scope.dataset", one) for one in datasets),
        *(_said("scope.supplier", one) for one in suppliers if one.name),
        *_mixed(parts),
        *_unread(parts),
        *_not_known(parts),
        *_moved(parts),
        *resolved.near,
        *resolved.unmatched,
        *(message("scope.gap", what=gap.what, why=gap.why) for gap in resolved.gaps),
    )
    return ScopePreview(
        said(resolved.selector), total, staying, tuple(datasets), tuple(suppliers), parts, resolved.near,
        resolved.unmatched, resolved.gaps, lines,
    )  # fmt: skip


def _by(parts: Sequence[PartOfScope], name: Callable[[PartOfScope], str]) -> Iterator[tuple[str, list[PartOfScope]]]:
    groups: dict[str, list[PartOfScope]] = {}
    for one in parts:
        groups.setdefault(name(one), []).append(one)
    yield from sorted(groups.items())


def _count(name: str, parts: Iterable[PartOfScope]) -> ScopeCount:
    parts = list(parts)
    hows = [one.how for one in parts]
    return ScopeCount(
        name, hows.count(WHOLE), hows.count(MIXED), len(hows) - hows.count(WHOLE) - hows.count(MIXED),
        sum(one.items for one in parts), sum(one.of for one in parts), sum(one.size for one in parts),
        sum(one.not_known for one in parts),
    )  # fmt: skip


def _said(code: str, one: ScopeCount) -> Message:
    return message(
        code, name=one.name, items=one.items, of=one.of, size=one.size, whole=one.whole, mixed=one.mixed,
        open=one.not_known,
    )  # fmt: skip


def _mixed(parts: Sequence[PartOfScope]) -> Iterator[Message]:
    mixed = [one for one in parts if one.how == MIXED]
    for one in mixed[:SHOWN]:
        yield message(
            "scope.mixed", container=one.container, version=one.dataset_version, items=one.items,
            staying=one.of - one.items - one.not_known, open=one.not_known,
        )  # fmt: skip
    yield from _more(mixed)


def _unread(parts: Sequence[PartOfScope]) -> Iterator[Message]:
    unread = [one for one in parts if one.inside and one.unread]
    for one in unread[:SHOWN]:
        code = "scope.unread.whole" if one.how == WHOLE else "scope.unread.mixed"
        yield message(code, container=one.container, version=one.dataset_version, count=one.unread)
    yield from _more(unread)


def _not_known(parts: Sequence[PartOfScope]) -> Iterator[Message]:
    open_ = [one for one in parts if one.how == NOT_KNOWN]
    for one in open_[:SHOWN]:
        yield message(
            "scope.not-known", container=one.container, version=one.dataset_version, count=one.not_known, why=one.why
        )
    yield from _more(open_)
    for one in parts:
        if not one.container:
            yield message("scope.not-indexed", version=one.dataset_version, why=one.why)


def _moved(parts: Sequence[PartOfScope]) -> Iterator[Message]:
    """Containers that are not as they were indexed: what came since is not in these counts."""
    moved = [one for one in parts if one.fit in (Fit.CHANGED, Fit.AWAY)]
    for one in moved[:SHOWN]:
        yield message(f"scope.fit.{one.fit}", container=one.container, version=one.dataset_version, name=one.index)
    yield from _more(moved)


def _more(parts: Sequence[PartOfScope]) -> Iterator[Message]:
    if len(parts) > SHOWN:
        yield message("scope.more", count=len(parts) - SHOWN)
