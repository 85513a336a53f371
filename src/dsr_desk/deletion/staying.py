"""What stays on purpose: items that were decided to be somebody else's, and items that are held.

Items that are alike in all but their occurrence are told apart by counting alone, and are counted anew once some of
them are gone. So of n alike of which k go, any n - k are those that stay, and one more is one too many.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from dsr_desk.core.actions import Action, ActionKind, Plan, PlannedItem
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.message import Message, message

Alike = tuple[str, str, str, str]
"""All of an address but its occurrence."""


class Staying:
    """Addresses of what stays, each with the reason."""

    def __init__(self, reasons: Mapping[ItemAddress, Message] | None = None) -> None:
        self.reasons = dict(reasons or {})
        self._alike: dict[Alike, list[ItemAddress]] = defaultdict(list)
        self._in_container: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
        for address in self.reasons:
            self._alike[_alike(address)].append(address)
            self._in_container[address.dataset, address.container][address.member, address.digest] += 1

    def count(self, address: ItemAddress) -> int:
        """How many stay that are alike."""
        return len(self._alike.get(_alike(address), ()))

    def why(self, address: ItemAddress) -> Message | None:
        """The reason of an item as it is counted now; None for one that is more than those that stay."""
        stay = self._alike.get(_alike(address), ())
        return self.reasons[stay[address.occurrence]] if address.occurrence < len(stay) else None

    def alike_to(self, items: Iterable[PlannedItem]) -> dict[ItemAddress, Message]:
        """What stays and differs from one of these items in its occurrence alone."""
        keys = {_alike(item.address) for item in items}
        return {address: why for address, why in self.reasons.items() if _alike(address) in keys}

    def in_container_of(self, items: Iterable[PlannedItem]) -> Counter[tuple[str, str]]:
        """How many stay in the container of these items, by member and digest."""
        at = {(item.address.dataset, item.address.container) for item in items}
        return sum((self._in_container.get(one, Counter()) for one in at), Counter[tuple[str, str]]())

    def going(self, items: Iterable[PlannedItem], there: Mapping[tuple[str, str], int]) -> Iterator[PlannedItem]:
        """Those of the items that may go, by how many alike are `there`: as many are left as stay."""
        left: dict[Alike, int] = {}
        for item in items:
            key, address = _alike(item.address), item.address
            more = left.setdefault(key, there.get((address.member, address.digest), 0) - self.count(address))
            if more > 0:
                left[key] -= 1
                yield item

    def entries(self, items: Iterable[PlannedItem], known: Callable[[Sequence[str]], Collection[str]]) -> set[str]:
        """Those ids of planned items under which an index knows more than what stays.

        `known` tells which ids an index knows. One that read the data again after an erasure knows what stays by the
        id of an item that is gone.
        """
        planned: dict[Alike, list[str]] = defaultdict(list)
        for item in items:
            planned[_alike(item.address)].append(item.address.id)
        stay = {key: {address.id for address in self._alike.get(key, ())} for key in planned}
        here = set(known([one for key, ids in planned.items() for one in dict.fromkeys([*ids, *stay[key]])]))
        found: set[str] = set()
        for key, ids in planned.items():
            more = len(here & {*ids, *stay[key]}) - len(stay[key])
            found.update([one for one in ids if one in here][-more:] if more > 0 else ())
        return found

    def sorted_out(self, found: Iterable[ItemAddress]) -> Iterator[tuple[ItemAddress, Message | None]]:
        """What was found, each with the reason for which it stays, if it does: those named themselves first."""
        left = Counter({key: len(stay) for key, stay in self._alike.items()})
        for address in sorted(found, key=lambda one: one not in self.reasons):
            key = _alike(address)
            left[key] -= 1
            stays = left[key] >= 0
            yield address, (self.reasons.get(address) or self.reasons[self._alike[key][0]]) if stays else None


def _alike(address: ItemAddress) -> Alike:
    return address.dataset, address.container, address.member, address.digest


def held_by(plan: Plan) -> dict[ItemAddress, Message]:
    """What a plan holds, with the ground."""
    return {item.address: held(one) for one in plan.actions if one.kind is ActionKind.HOLD for item in one.items}


def held(action: Action) -> Message:
    """On which ground an action keeps its items, and until when."""
    code = "why.held.until" if action.until else "why.held"
    return message(code, ground=action.ground, day=action.until)
