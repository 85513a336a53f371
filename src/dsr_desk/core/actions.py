"""A deletion from plan to outcome: actions, approvals, what was begun, and what was read back afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.codec import plain
from dsr_desk.core.findings import Gap, places_not_read
from dsr_desk.core.items import Box, ItemAddress, ItemKind
from dsr_desk.core.message import Message, message, said_all, term


class ActionKind(StrEnum):
    ERASE_ITEMS = "erase-items"
    ERASE_ROWS = "erase-rows"
    ERASE_INDEX = "erase-index-entries"
    REMOVE = "remove-containers"
    TASK = "task"
    TELL_RECIPIENT = "tell-recipient"
    DISPOSE_MODEL = "dispose-of-model"
    PURGE_OUTPUTS = "purge-outputs"
    BACKUP = "backup"
    HOLD = "hold"

    @property
    def runs_here(self) -> bool:
        """Whether this program carries it out; the others are handed to people and wait for their word."""
        return self in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS, ActionKind.ERASE_INDEX, ActionKind.REMOVE)


class SqlDialect(StrEnum):
    """The databases elsewhere for which statements are written."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"


class Treatment(StrEnum):
    ERASE = "erase"
    MASK = "mask"


@dataclass(frozen=True)
class PlannedItem:
    """An item of an action. `boxes` are the faces to mask; `reason` says why it is masked, held or goes along.

    `strangers` are the pictures of a photo's file that show nobody but others: what looks like one of them is no rest.
    """

    address: ItemAddress
    kind: ItemKind
    treatment: Treatment = Treatment.ERASE
    reason: Message | None = None
    boxes: tuple[Box, ...] = ()
    strangers: tuple[int, ...] = ()

    @property
    def asked(self) -> Message:
        """The line on it in the letter to those who hold it."""
        member = self.address.member or message("letter.row")
        return message(f"letter.line.{self.treatment.value}", member=member, digest=self.address.digest)


@dataclass(frozen=True)
class PlacedContainer:
    """A container of an action, where it lay when the plan was made ("" where it lies elsewhere).

    `items` of it are meant, `size` bytes together: all there are where it goes as a `whole`. Of one that is not reached
    here `content` is a digest over these items.
    """

    dataset_version: str
    container: str
    format: str
    path: str
    items: int
    size: int
    whole: bool = True
    content: str = ""

    @property
    def id(self) -> str:
        """How the scope of an order names it."""
        return part_id(self.dataset_version, self.container)


def part_id(dataset_version: str, container: str) -> str:
    return f"{dataset_version}/{container}"


@dataclass(frozen=True)
class Action:
    """One step of a plan. `id` counts over all plans that ran in a case, so it names the action in each of them.

    `what` names the container, index, model, team or recipient for people. `container` is set where items lie in one
    that was found here. `instruction` is what those are asked who do it elsewhere. `ground` is the legal ground of a
    hold, `until` its end, a backup's overwrite date or a deadline (dates, "" where none). `disposition` is a model's
    declared disposition; `node` its id in the lineage graph, `digests` the digests of its files ("sha256:…").
    `unreached` is why nothing could be erased there when the plan was made: every run tries again. `changes` is what an
    erasure changes there beside the items.

    Of an order the items lie in its scope, and an action names their `containers`, how many (`count`) and how large
    (`size`, bytes) they are. What is removed as a whole lies at `root` and must be as it was (`expected`).
    """

    id: str
    kind: ActionKind
    what: str
    dataset_version: str = ""
    container: str = ""
    index: str = ""
    items: tuple[PlannedItem, ...] = ()
    instruction: tuple[Message, ...] = ()
    responsible: str = ""
    ground: str = ""
    until: str = ""
    node: str = ""
    disposition: str = ""
    digests: tuple[str, ...] = ()
    unreached: Message | None = None
    changes: tuple[Message, ...] = ()
    containers: tuple[PlacedContainer, ...] = ()
    count: int = 0
    size: int = 0
    root: str = ""
    expected: str = ""

    @property
    def total(self) -> int:
        """How many items it is about, wherever they are listed."""
        return self.count or len(self.items)

    def letter(self, language: str = "en") -> str:
        """What those are sent who do it elsewhere, with a line for each item; "" where nobody is asked."""
        lines = [one.asked.say(language) for one in self.items] if self.instruction else []
        return "\n".join([said_all(self.instruction, language), *lines])


@dataclass(frozen=True)
class Plan:
    """What an officer wants done in a case. `gaps` is what the plan does not reach, and why.

    `nonce` is random: the digest stands open in acts, and who has the data could otherwise try which items give it.
    """

    case: str
    made: str
    actions: tuple[Action, ...]
    gaps: tuple[Gap, ...] = ()
    nonce: str = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the whole plan: what approvals sign. How a sentence was worded is no part of it."""
        said = _unworded(plain(self))
        for action in said["actions"]:
            for name in _CAME_LATER:
                if not action[name]:
                    del action[name]
            for container in action.get("containers", ()):
                if not container["content"]:
                    del container["content"]
            for item in action["items"]:
                if not item["strangers"]:
                    del item["strangers"]
        return digest_of(said)

    def action(self, action_id: str) -> Action:
        return next(action for action in self.actions if action.id == action_id)

    @property
    def erasing(self) -> tuple[Action, ...]:
        """The actions that rewrite containers here."""
        return tuple(one for one in self.actions if one.kind in (ActionKind.ERASE_ITEMS, ActionKind.ERASE_ROWS))

    @property
    def going(self) -> int:
        """How many items it takes from containers here."""
        return sum(one.total for one in self.actions if one.kind.runs_here and one.kind is not ActionKind.ERASE_INDEX)


@dataclass(frozen=True)
class Approval:
    """An officer's signed act over a plan, with what a machine without a vault needs to check it.

    `officer` is a public key (hex), `act` the act's content. `signature` (hex, Ed25519) is the officer's own: over the
    entry whose `envelope` holds the act's digest, or, where `envelope` is "", over the act itself (`core.acts`).
    """

    plan: str
    officer: str
    time: str
    act: str
    envelope: str
    signature: str


class Seen(StrEnum):
    """What reading back found, from the strongest to the weakest.

    Gone where it was read is what lay in a container of which, as it is now, a part is not read.
    """

    GONE = "gone"
    MASKED = "masked"
    HELD = "held"
    GONE_WHERE_READ = "gone where it was read"
    NOT_LOOKED = "could not look"
    STILL_THERE = "still there"

    @property
    def weakness(self) -> int:
        return list(Seen).index(self)

    @property
    def erased(self) -> bool:
        """Whether what was planned is done, as far as anybody could look."""
        return self in (Seen.GONE, Seen.MASKED, Seen.GONE_WHERE_READ)


@dataclass(frozen=True)
class ItemSeen:
    """What was read back of one item, by item id. `digest_after` is the masked photo's, "" where nothing is left."""

    item: str
    seen: Seen
    says: Message | None = None
    digest_after: str = ""


class OutcomeState(StrEnum):
    """`started` is all that a crash leaves; `waiting` is for those who do it elsewhere."""

    STARTED = "started"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True)
class Outcome:
    """An action afterwards. `items` is what was read back, by another machine if `answered`; counts come from there."""

    action: str
    state: OutcomeState
    officer: str
    started: str
    ended: str = ""
    items: tuple[ItemSeen, ...] = ()
    kept: int = 0
    digest_before: str = ""
    digest_after: str = ""
    notes: tuple[Message, ...] = ()
    error: Message | None = None
    answered: bool = False
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of an order, by container (`part_id`), how many items were seen how."""

    def count(self, seen: Seen) -> int:
        return sum(1 for item in self.items if item.seen is seen)

    @property
    def declared(self) -> bool:
        """Whether it is done by somebody's word alone: nobody looked at any of its items."""
        looked = {code for counts in self.parts.values() for code, count in counts.items() if count}
        unseen = self.count(Seen.NOT_LOOKED) == len(self.items)
        return self.state is OutcomeState.DONE and unseen and looked <= {Seen.NOT_LOOKED.name.lower()}


@dataclass(frozen=True)
class Remaining:
    """Something that reading back found and that should not be there. `says` holds no personal data."""

    place: Message
    says: Message
    item: str = ""


@dataclass(frozen=True)
class Check:
    """One look at the data after a deletion. `looked_at` counts what was compared; `not_looked` is what was not."""

    name: Message
    seen: Seen
    says: Message
    looked_at: int = 0
    remaining: tuple[Remaining, ...] = ()
    not_looked: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class ReadBack:
    """All that was read back of a plan. Items and checks carry what was seen; the weakest sets the headline."""

    plan: str
    time: str
    officer: str
    items: tuple[ItemSeen, ...]
    checks: tuple[Check, ...]
    excepted: tuple[Remaining, ...] = field(default=())
    totals: Mapping[str, int] = field(default_factory=dict)
    """Of an order, how many items were seen how (codes of `Seen`): there may be millions, so none is listed."""

    @property
    def seen(self) -> Seen:
        """The weakest of all items and checks."""
        found = [item.seen for item in self.items] + [check.seen for check in self.checks]
        return max(found, key=lambda seen: seen.weakness, default=Seen.NOT_LOOKED)

    def count(self, seen: Seen) -> int:
        return self.totals.get(seen.name.lower(), 0) + sum(1 for item in self.items if item.seen is seen)

    @property
    def headline(self) -> tuple[Message, ...]:
        """How it stands, how many items were seen how, and which checks it hangs on."""
        counts = tuple(
            message("headline.count", n=self.count(seen), seen=term(seen)) for seen in Seen if self.count(seen)
        )
        items = message(
            "headline.items" if counts else "headline.items.none",
            count=len(self.items) + sum(self.totals.values()),
            counts=counts,
        )
        doubtful = self.seen in (Seen.STILL_THERE, Seen.NOT_LOOKED)
        worst = tuple(check.says for check in self.checks if doubtful and check.seen is self.seen)
        count = {"count": places_not_read(self.not_read)} if self.seen is Seen.GONE_WHERE_READ else {}
        how = message(f"headline.{self.seen.name.lower()}", **count)
        return (how, items, *worst, *self._not_read_in())

    @property
    def not_read(self) -> tuple[Gap, ...]:
        """Places that no reader understands, in the containers as they are now, each once."""
        found = dict.fromkeys(gap for check in self.checks for gap in check.not_looked)
        return tuple(gap for gap in found if gap.kind is not None)

    def _not_read_in(self) -> tuple[Message, ...]:
        """Which containers are not read in whole; none where all of them are."""
        found = [gap.what.values.get("containers") for gap in self.not_read]
        names = tuple(dict.fromkeys(name for names in found if isinstance(names, tuple) for name in names))
        return (message("headline.not-whole", containers=names),) if names else ()


_CAME_LATER = ("unreached", "changes", "containers", "count", "size", "root", "expected")
"""Fields of actions that plans from before have not: where they say nothing, a plan keeps its digest. So with the
strangers of items."""


def _unworded(value: Any) -> Any:
    if isinstance(value, dict):
        sentence = value.keys() == {"code", "values", "says"}
        return {name: _unworded(one) for name, one in value.items() if not (sentence and name == "says")}
    return [_unworded(one) for one in value] if isinstance(value, list | tuple) else value
