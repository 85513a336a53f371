"""What this vault's indexes hold of each dataset version, each container once, and what no index can say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dsr_desk.app.data.indexing import RegisteredIndex, ancestors, dataset_versions, list_indexes, opened
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.registry import reopen
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.streaming import ContainerSum, container_sums


class Fit(StrEnum):
    """Whether a container is as it was indexed."""

    AS_INDEXED = "as-indexed"
    CHANGED = "changed"
    AWAY = "out-of-reach"


@dataclass(frozen=True)
class Holding:
    """A container of a dataset version, read from `index` (a name); `also` are others that hold it too.

    `conflict` says why none of them can be trusted, where they disagree.
    """

    index: str
    container: ContainerSum
    also: tuple[str, ...] = ()
    conflict: Message | None = None


@dataclass
class VersionHeld:
    """A registered dataset version. `before` are ids of the versions that it is left of; `away` says what is missing.

    `now` is the version that its data is described as since an erasure, "" where it is described as itself.
    """

    version: DatasetVersion
    before: tuple[str, ...]
    now: str = ""
    holdings: list[Holding] = field(default_factory=list)
    away: list[Message] = field(default_factory=list)


def held(desk: Desk) -> tuple[list[VersionHeld], dict[str, Index]]:
    """All registered dataset versions by id, and the indexes that could be opened, by name."""
    by_version: dict[str, list[RegisteredIndex]] = defaultdict(list)
    for known in list_indexes(desk):
        by_version[known.dataset_version].append(known)
    versions = [version for version, _ in dataset_versions(desk)]
    found = {
        one.id: VersionHeld(one, tuple(ancestors(desk, one.id))) for one in sorted(versions, key=lambda one: one.id)
    }
    open_ = {}
    for one in found.values():
        there = dict(_opened(desk, by_version[one.version.id], one))
        open_.update(there)
        one.holdings = list(_each_once(there, by_version[one.version.id]))
    for one in found.values():
        if one.holdings:
            for before in one.before:
                if before in found and not by_version[before]:
                    found[before].now = found[before].now or one.version.id
    for one in found.values():
        if not by_version[one.version.id] and not one.now:
            one.away.append(message("scope.away.no-index"))
    return list(found.values()), open_


def fit_of(container: ContainerSum) -> Fit:
    """Looks at the disk."""
    try:
        now = reopen(container.format, container.path, container.name).fingerprint()
    except (DeskError, OSError):
        return Fit.AWAY
    return Fit.AS_INDEXED if now == container.fingerprint else Fit.CHANGED


def _opened(desk: Desk, known: Sequence[RegisteredIndex], into: VersionHeld) -> Iterator[tuple[str, Index]]:
    """The indexes that can be read; what is missing with the others goes into `into.away`."""
    places = {place for one in known if one.destroyed is None for place in one.places}
    for one in known:
        if one.destroyed is not None:
            if not places.issuperset(one.places) or not places:
                into.away.append(message("scope.away.destroyed", name=one.name, day=one.destroyed))
            continue
        try:
            index = opened(desk, one.name)
        except DeskError as error:
            into.away.append(error.message)
            continue
        yield one.name, index
        if not index.about.complete:
            into.away.append(message("scope.away.incomplete", name=one.name))


def _each_once(indexes: Mapping[str, Index], known: Sequence[RegisteredIndex]) -> Iterator[Holding]:
    """Of indexes that hold one container, that which fits the disk, then what was read to its end, then the newest."""
    newest = {one.name: one.registered for one in known}
    found: dict[str, list[tuple[str, ContainerSum]]] = defaultdict(list)
    for name, index in indexes.items():
        for container in container_sums(index):
            found[container.name].append((name, container))
    for name, several in sorted(found.items()):
        if len(several) == 1:
            yield Holding(*several[0])
            continue
        fits = {index: fit_of(container) for index, container in several}

        def worth(one: tuple[str, ContainerSum], fits: Mapping[str, Fit] = fits) -> tuple[bool, bool, str]:
            return fits[one[0]] is Fit.AS_INDEXED, one[1].ended, newest[one[0]]

        best, *others = sorted(several, key=worth, reverse=True)
        conflict = None
        if len({container.path for _, container in several}) > 1:
            conflict = message("scope.conflict.places", container=name, indexes=tuple(index for index, _ in several))
        elif not worth(best)[0] and len({container.fingerprint for _, container in several}) > 1:
            conflict = message("scope.conflict.contents", container=name, indexes=tuple(index for index, _ in several))
        yield Holding(*best, tuple(index for index, _ in others), conflict)
