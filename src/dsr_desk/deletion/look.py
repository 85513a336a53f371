"""Look at a container for planned items: before an action, and again afterwards."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dsr_desk.core.actions import ItemSeen, PlannedItem, Seen, Treatment
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.container import Container, ContainerEntry, ItemGone, ItemUnreadable, Unread
from dsr_desk.datasets.names import UNFINISHED
from dsr_desk.deletion.records import Before
from dsr_desk.deletion.staying import Staying
from dsr_desk.faces.outside import Eyes


@dataclass
class Look:
    """One pass over a container. Records of photos count at their own place alone.

    `alike` counts what has a planned item's digest, by member and digest, `members` the digests at a planned member;
    `looks` and `orientations` are those of planned photos. `hints` are those of `alike`, in their order. `unread`
    counts places that are not read, by kind.
    """

    alike: Counter[tuple[str, str]] = field(default_factory=Counter)
    members: dict[str, set[str]] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    orientations: dict[str, int] = field(default_factory=dict)
    hints: dict[tuple[str, str], list[int | None]] = field(default_factory=dict)
    tabular: bool = False
    items: int = 0
    unreadable: int = 0
    unread: Counter[Message] = field(default_factory=Counter)


def look(
    container: Container,
    items: Collection[PlannedItem],
    *,
    harmless: Collection[Message] = (),
    with_looks: bool = False,
) -> Look:
    """Reads and hashes everything in the container. Raises DeskError where it cannot be read.

    Places of `harmless` kinds hold no personal data, as an officer declared.
    """
    found = Look(tabular=container.tabular)
    with Eyes() as eyes:
        _look_into(container, items, found, eyes if with_looks else None)
    for kind in harmless:
        del found.unread[kind]
    if container.path.is_dir():
        _look_for_unlisted(container, items, found)
    return found


def _look_into(container: Container, items: Collection[PlannedItem], found: Look, eyes: Eyes | None) -> None:
    digests = {item.address.digest for item in items}
    members = {item.address.member for item in items if item.address.member}
    strangers = _strangers(items)
    for entry in container.listing():
        if isinstance(entry, Unread):
            found.unread[entry.kind] += entry.count
        if not isinstance(entry, ContainerEntry):
            continue
        found.items += 1
        if entry.problem:
            found.unreadable += 1
            continue
        try:
            data = entry.read()
        except ItemUnreadable:
            found.unreadable += 1
            continue
        digest = hashlib.sha256(data).hexdigest()
        if entry.member in members:
            found.members.setdefault(entry.member, set()).add(digest)
        if digest not in digests or describes_another(entry, members):
            continue
        found.alike[entry.member, digest] += 1
        found.hints.setdefault((entry.member, digest), []).append(entry.hint)
        if entry.orientation:
            found.orientations[digest] = entry.orientation
        if eyes is not None and entry.kind is ItemKind.PHOTO and digest not in found.looks:
            found.looks[digest] = eyes.hash_of(data, entry.orientation, strangers[digest]).hex()


def _strangers(items: Collection[PlannedItem]) -> dict[str, set[int]]:
    """By digest, the pictures of a file that show nobody but others, whichever of its items is asked."""
    found: dict[str, set[int]] = {}
    for item in items:
        found.setdefault(item.address.digest, set(item.strangers)).intersection_update(item.strangers)
    return found


def describes_another(entry: ContainerEntry, members: Collection[str]) -> bool:
    """Whether it is the record of a photo outside of `members`: two photos' records may say the very same."""
    return entry.kind is ItemKind.RECORD and bool(entry.group and entry.member) and entry.member not in members


def seen_items(
    items: Sequence[PlannedItem], now: Look, before: Before, problems: Mapping[str, Message], staying: Staying
) -> tuple[ItemSeen, ...]:
    """What became of each item, from a look at its container afterwards. `problems` are by item id.

    Where items that are alike stay, the others are gone once no more are left than stay: if there were as many when
    the deletion began as were decided on. Where there were fewer, nobody can tell which of them are left.
    """
    stay = staying.in_container_of(items)
    too_many = now.alike - stay
    anywhere = {digest for _, digest in too_many}
    decided = stay + Counter((one.address.member, one.address.digest) for one in items)
    seen = []
    for item in items:
        address, key = item.address, (item.address.member, item.address.digest)
        if stay[key] and now.alike[key] and before.alike.get(address.id, 0) < decided[key]:
            seen.append(ItemSeen(address.id, Seen.STILL_THERE, message("seen.fewer-alike")))
        else:
            seen.append(_seen(item, now, too_many, anywhere, before, problems.get(address.id)))
    return tuple(seen)


def leftovers(containers: Collection[Container]) -> int:
    """Unfinished files of killed runs that still lie beside or inside these containers."""
    count = 0
    for one in containers:
        if one.path.is_dir():
            count += sum(1 for file in one.path.rglob(f".*{UNFINISHED}"))
        else:
            siblings = one.path.parent.glob(f".*{UNFINISHED}")
            count += sum(1 for file in siblings if file.name.startswith(f".{one.path.stem}."))
    return count


def _look_for_unlisted(container: Container, items: Collection[PlannedItem], found: Look) -> None:
    """A record whose photo is gone is no longer listed in a folder, and may still lie there."""
    for item in items:
        address = item.address
        if address.member in found.members:
            continue
        try:
            container.read(address.member, address.digest)
        except ItemGone:
            continue
        found.members[address.member] = {address.digest}
        found.alike[address.member, address.digest] += 1


def _seen(
    item: PlannedItem,
    now: Look,
    too_many: Collection[tuple[str, str]],
    anywhere: Collection[str],
    before: Before,
    problem: Message | None,
) -> ItemSeen:
    """`too_many` are members and digests of which more are there than stay, `anywhere` their digests."""
    address = item.address
    if address.digest in anywhere:
        says = None if (address.member, address.digest) in too_many else message("seen.elsewhere")
        return ItemSeen(address.id, Seen.STILL_THERE, problem or says)
    there = now.members.get(address.member, set()) if address.member else set()
    wanted = before.masked.get(address.id, "")
    if item.treatment is Treatment.MASK:
        if wanted and wanted in there:
            return ItemSeen(address.id, Seen.MASKED, item.reason, wanted)
        if there:
            return ItemSeen(address.id, Seen.STILL_THERE, message("seen.not-the-masked"))
    elif there and not now.tabular and not before.alike.get(address.id, 0):
        return ItemSeen(address.id, Seen.STILL_THERE, message("seen.other-bytes"))
    gone = Seen.GONE_WHERE_READ if now.unread else Seen.GONE
    return ItemSeen(address.id, gone, None if before.alike.get(address.id, 0) else message("seen.absent"))
