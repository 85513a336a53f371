"""One pass over all containers of a deletion's scope: what lies there again, alike or by name, and what is not read."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dsr_desk.core.actions import Plan, Remaining
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.message import Message, message, quoted, refused, term
from dsr_desk.core.requests import FoundKind
from dsr_desk.datasets.container import Container, ContainerEntry, ItemUnreadable, Unread
from dsr_desk.datasets.names import inside
from dsr_desk.deletion.identifiers import Mentions
from dsr_desk.deletion.look import describes_another
from dsr_desk.deletion.plan import Place
from dsr_desk.deletion.run import Stores
from dsr_desk.deletion.staying import Staying
from dsr_desk.faces.outside import Eyes
from dsr_desk.faces.phash import bits_apart
from dsr_desk.jobs.cell import CellFailed
from dsr_desk.jobs.progress import CancelToken, Progress, Report

NEAR_BITS = 6
"""Of 64: photos whose perceptual hashes differ in no more look alike."""

EXAMPLES = 100
"""So many places that were not read are named of a kind and reason."""


@dataclass
class Places:
    """Places of one kind that are not read for one reason, of which there may be millions."""

    count: int = 0
    containers: dict[str, None] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    def add(self, container: str, one: Unread) -> None:
        self.count += one.count
        self.containers[container] = None
        if one.place and len(self.named) < EXAMPLES:
            self.named.append(inside(container, one.place))


@dataclass
class Sweep:
    """What one pass over all containers of the scope finds."""

    content: list[Remaining] = field(default_factory=list)
    near: list[Remaining] = field(default_factory=list)
    mentioned: list[Remaining] = field(default_factory=list)
    excepted: list[Remaining] = field(default_factory=list)
    not_looked: list[Gap] = field(default_factory=list)
    unread: dict[tuple[str, Message, Message], Places] = field(default_factory=lambda: defaultdict(Places))
    items: int = 0
    photos: int = 0
    records: int = 0


def swept(
    plan: Plan,
    stores: Stores,
    looks: Mapping[str, bytes],
    excepted: Staying,
    mentions: Mentions | None,
    *,
    token: CancelToken | None,
    report: Report,
) -> Sweep:
    """Reads every container that the stores know.

    `looks` are perceptual hashes of erased photos; what is `excepted` may be found again; `mentions` as in
    `ReadBackScope`. Raises Cancelled; what cannot be read is in the result.
    """
    erased: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in (item for action in plan.erasing for item in action.items):
        erased[item.address.digest].add((item.address.container, item.address.member))
    sweep = Sweep()
    unreached = {name: why for (_, name), why in stores.unreached.items()}
    for name, why in unreached.items():
        sweep.not_looked.append(Gap(message("gap.container.alone", container=name), message("why.unreached", why=why)))
    if not stores.containers:
        sweep.not_looked.append(Gap(message("gap.containers"), message("why.none-here")))
    with Eyes() as eyes:
        wanted = _Wanted(erased, tuple(looks.values()), excepted, mentions, eyes)
        for dataset, container, versions in each_once(stores.containers):
            harmless = {kind for version in versions for kind in stores.harmless.get(version, ())}
            try:
                for entry, address, data in _opened(container, dataset, versions[0], harmless, sweep):
                    if token is not None:
                        token.check()
                    _look_at(entry, address, data, wanted, sweep)
                    if sweep.items % 500 == 0:
                        report(Progress(message("phase.read-back"), sweep.items))
            except DeskError as error:
                if error.code == "JOB-CANCELLED":
                    raise
                sweep.not_looked.append(Gap(message("gap.container.alone", container=container.name), error.why))
            except OSError as error:
                sweep.not_looked.append(Gap(message("gap.container.alone", container=container.name), refused(error)))
    for (version, kind, why), found in sweep.unread.items():
        what = message("gap.containers.kind", kind=kind, containers=tuple(found.containers))
        sweep.not_looked.append(Gap(what, why, found.count, kind, version, tuple(found.named)))
    return sweep


def each_once(containers: Mapping[Place, Container]) -> list[tuple[str, Container, list[str]]]:
    """With its dataset's name and all versions of it: plans of several rounds call one container by several."""
    found: dict[tuple[str, str, Path], tuple[str, Container, list[str]]] = {}
    for (version, name), container in containers.items():
        dataset = version.rpartition("@")[0]
        known = found.setdefault((dataset, name, container.path), (dataset, container, []))
        known[2].append(version)
    return list(found.values())


def _opened(
    container: Container, dataset: str, version: str, harmless: Collection[Message], sweep: Sweep
) -> Iterator[tuple[ContainerEntry, ItemAddress, bytes]]:
    seen: Counter[tuple[str, str]] = Counter()
    unreadable = 0
    for entry in container.listing():
        if isinstance(entry, Unread) and entry.kind not in harmless:
            sweep.unread[version, entry.kind, entry.why].add(container.name, entry)
        if not isinstance(entry, ContainerEntry):
            continue
        sweep.items += 1
        try:
            # A file that is no photo, or a broken one, has bytes all the same: they are compared.
            data = entry.read()
        except ItemUnreadable:
            unreadable += 1
            continue
        unreadable += entry.kind is ItemKind.RECORD and entry.record is None
        digest = hashlib.sha256(data).hexdigest()
        address = ItemAddress(dataset, container.name, entry.member, digest, seen[entry.member, digest])
        seen[entry.member, digest] += 1
        yield entry, address, data
    if unreadable:
        sweep.not_looked.append(
            Gap(message("gap.container.alone", container=container.name), message("why.items-unreadable"), unreadable)
        )


@dataclass(frozen=True)
class _Wanted:
    """What should not be there. `erased` holds container and member of what had each digest."""

    erased: Mapping[str, Collection[tuple[str, str]]]
    looks: Collection[bytes]
    excepted: Staying
    mentions: Mentions | None
    eyes: Eyes

    def looks_like(self, data: bytes, entry: ContainerEntry) -> bool:
        own = self.eyes.hash_of(data, entry.orientation) if self.looks else b""
        return bool(own) and any(bits_apart(own, one) <= NEAR_BITS for one in self.looks)

    def mentioned_in(self, data: bytes, entry: ContainerEntry) -> FoundKind | None:
        """In a record, or in what is written in a photo, beside it and in its path. Raises CellFailed for the photo."""
        if self.mentions is None:
            return None
        written = dict(entry.record or {})
        if entry.kind is ItemKind.PHOTO:
            written |= self.eyes.texts_of(data) | {"path": entry.member}
        return self.mentions(written)


def _look_at(entry: ContainerEntry, address: ItemAddress, data: bytes, wanted: _Wanted, sweep: Sweep) -> None:
    why = wanted.excepted.why(address)
    into: list[tuple[list[Remaining], Message]] = []
    there = {member for container, member in wanted.erased.get(address.digest, ()) if container == address.container}
    if address.digest in wanted.erased and not describes_another(entry, there):
        into.append((sweep.content, message("left.bytes")))
    if entry.kind is ItemKind.PHOTO:
        sweep.photos += 1
        if address.digest not in wanted.erased and wanted.looks_like(data, entry):
            into.append((sweep.near, message("left.near")))
    else:
        sweep.records += 1
    try:
        kind = wanted.mentioned_in(data, entry)
    except CellFailed as failed:
        sweep.not_looked.append(Gap(message("gap.container.texts", container=address.container), failed.why, 1))
    else:
        into += [(sweep.mentioned, message("left.identifier", kind=term(kind)))] if kind is not None else []
    for found, says in into:
        if why is None:
            found.append(Remaining(quoted(address.place), says, address.id))
        else:
            stays = message("left.excepted", says=says, why=why)
            sweep.excepted.append(Remaining(quoted(address.place), stays, address.id))
