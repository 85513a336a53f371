"""From decided hits to a plan: which container loses which items, and who is to do the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dsr_desk.core.actions import Action, ActionKind, Plan, PlannedItem, Treatment
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Gap, Hit, Verdict
from dsr_desk.core.items import Box, DatasetVersion, ItemAddress, ItemKind, recipients_in
from dsr_desk.core.lineage import AffectedModel, DispositionKind, Planned
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.refusals import NotDecidedSame, NothingToDelete
from dsr_desk.datasets.container import Container, Doomed
from dsr_desk.datasets.erasing import stored_digest
from dsr_desk.deletion import letters
from dsr_desk.deletion.look import describes_another
from dsr_desk.deletion.reach import require_reached

UNKNOWN = ("", "unknown")
_GOES = (DispositionKind.DESTROYED, DispositionKind.WITHDRAWN, DispositionKind.RETRAINED)
"""Dispositions of which those are told who received the model."""
SAME_BYTES = message("reason.same-bytes")
ORPHAN = message("reason.orphan")

Place = tuple[str, str]
"""Dataset version id and container name."""


class HoldReasonMissing(DeskError):
    code = "DELETE-REASON-MISSING"
    happened = "An item is to be masked or held without a reason."
    means = "The evidence would not say why it stays. No plan was made."
    todo = "Give a reason for the mask, and a ground for the hold."


@dataclass(frozen=True)
class Choice:
    """What an officer chose for an item that shows somebody else too. `boxes` default to the face that was decided."""

    treatment: Treatment
    reason: str
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Hold:
    """An item that stays on a legal ground until a date."""

    ground: str
    until: str


@dataclass(frozen=True)
class Backup:
    """A backup that still holds a dataset version until it is overwritten. `overwritten` is a date."""

    name: str
    dataset_version: str
    overwritten: str


@dataclass(frozen=True)
class PlanScope:
    """What the planner may know: containers found here, the versions' facts, models with what was decided for them.

    `unreached` says why what lies here cannot be read at all now; what is in neither lies elsewhere. `choices` and
    `holds` are by item id; `rejected` are ids of candidates that were decided to be somebody else.
    `ordered` says that an authority ordered it: letters say so, and speak of no person.
    """

    containers: Mapping[Place, Container]
    versions: Mapping[str, DatasetVersion]
    models: Sequence[tuple[AffectedModel, Planned | None]] = ()
    backups: Sequence[Backup] = ()
    choices: Mapping[str, Choice] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)
    rejected: Collection[str] = ()
    unreached: Mapping[Place, Message] = field(default_factory=dict)
    ordered: bool = False


def make_plan(case: str, made: str, hits: Sequence[Hit], scope: PlanScope, *, first: int = 1) -> Plan:
    """A plan for these hits; its actions are numbered from `first` on.

    Items with the very same bytes, and records that describe nothing but erased photos, go along and say so in it.
    A store that cannot be reached keeps its action, which says why, and is a gap; the others go on. Raises
    NothingToDelete, NotDecidedSame, HoldReasonMissing.
    """
    if not hits:
        raise NothingToDelete(case=case)
    if any(hit.decision.verdict is not Verdict.SAME for hit in hits):
        raise NotDecidedSame()
    by_place: dict[Place, list[PlannedItem]] = defaultdict(list)
    indexes: dict[Place, set[str]] = defaultdict(set)
    by_index: dict[str, list[PlannedItem]] = defaultdict(list)
    held: list[Action] = []
    for hit in hits:
        item = _planned(hit, scope.choices.get(hit.address.id))
        hold = scope.holds.get(hit.address.id)
        if hold is not None:
            held.append(_hold(hit, item, hold))
            continue
        by_place[hit.candidate.dataset_version, hit.address.container].append(item)
        indexes[hit.candidate.dataset_version, hit.address.container].add(hit.candidate.index)
    gaps: list[Gap] = []
    actions: list[Action] = list(held)
    counts: dict[str, int] = defaultdict(int)
    left_alone = {*scope.holds, *scope.rejected}
    for (version, name), items in by_place.items():
        action = _erasure(case, (version, name), items, scope, left_alone)
        counts[version] += len(action.items)
        for index in sorted(indexes[version, name]):
            by_index[index] += action.items
        if action.unreached is not None:
            gaps.append(unreached_gap(action))
        actions.append(action)
    actions += [
        Action("", ActionKind.ERASE_INDEX, index, index=index, items=tuple(items)) for index, items in by_index.items()
    ]
    for version_id, count in counts.items():
        actions += beyond(case, version_id, count, scope, gaps)
    actions += dispose(case, scope, gaps)
    numbered = tuple(replace(action, id=f"a{number:02d}") for number, action in enumerate(actions, start=first))
    return Plan(case, made, numbered, tuple(gaps))


def companions(container: Container, items: Iterable[PlannedItem], left_alone: Collection[str]) -> list[PlannedItem]:
    """What goes along: items with the very same bytes but other photos' records, and records of erased photos.

    `left_alone` are ids of items that were rejected or are held. Reads the container once.
    """
    planned = {item.address.id: item for item in items}
    treated = {item.address.digest: item for item in planned.values()}
    members = {item.address.member for item in planned.values()}
    dataset = next((item.address.dataset for item in planned.values()), "")
    seen: Counter[tuple[str, str]] = Counter()
    staying: set[str] = set()
    losing: set[str] = set()
    records: list[tuple[str, ItemAddress]] = []
    found: list[PlannedItem] = []
    for entry in container.entries():
        if entry.problem:
            staying.add(entry.group)
            continue
        digest = stored_digest(entry)
        address = ItemAddress(dataset, container.name, entry.member, digest, seen[entry.member, digest])
        seen[entry.member, digest] += 1
        twin = None if describes_another(entry, members) else treated.get(digest)
        if twin is not None and address.id not in planned and address.id not in left_alone:
            found.append(replace(twin, address=address, kind=entry.kind, reason=twin.reason or SAME_BYTES))
        if entry.kind is ItemKind.PHOTO:
            goes = twin is not None and twin.treatment is Treatment.ERASE and address.id not in left_alone
            (losing if goes else staying).add(entry.group)
        elif entry.group and twin is None and address.id not in left_alone:
            records.append((entry.group, address))
    orphans = [address for group, address in records if group in losing - staying]
    return found + [PlannedItem(address, ItemKind.RECORD, reason=ORPHAN) for address in orphans]


def _planned(hit: Hit, choice: Choice | None) -> PlannedItem:
    if choice is None or choice.treatment is Treatment.ERASE:
        return PlannedItem(
            hit.address,
            hit.candidate.kind,
            reason=quoted(choice.reason) if choice and choice.reason else None,
            strangers=hit.candidate.strangers,
        )
    if not choice.reason.strip():
        raise HoldReasonMissing()
    boxes = choice.boxes or ((hit.candidate.box,) if hit.candidate.box else ())
    return PlannedItem(hit.address, hit.candidate.kind, Treatment.MASK, quoted(choice.reason), boxes)


def _hold(hit: Hit, item: PlannedItem, hold: Hold) -> Action:
    if not hold.ground.strip():
        raise HoldReasonMissing()
    version = hit.candidate.dataset_version
    return Action(
        "", ActionKind.HOLD, hit.address.container, version, items=(item,), ground=hold.ground, until=hold.until
    )


def _erasure(
    case: str, place: Place, items: Sequence[PlannedItem], scope: PlanScope, left_alone: Collection[str]
) -> Action:
    version, name = place
    container = scope.containers.get(place)
    if container is not None:
        kind = ActionKind.ERASE_ROWS if container.tabular else ActionKind.ERASE_ITEMS
        action = Action("", kind, name, version, container=name, items=tuple(items))
        try:
            require_reached(container)
            together = (*items, *companions(container, items, left_alone))
            changes = container.before_erasing([doomed(one) for one in together])
        except DeskError as error:
            return replace(action, unreached=error.message)
        return replace(action, items=together, changes=changes)
    if place in scope.unreached:
        rows = all(one.kind is ItemKind.RECORD for one in items)
        kind = ActionKind.ERASE_ROWS if rows else ActionKind.ERASE_ITEMS
        why = scope.unreached[place]
        return Action("", kind, name, version, container=name, items=tuple(items), unreached=why)
    facts = scope.versions.get(version)
    return Action(
        "",
        ActionKind.TASK,
        name,
        version,
        items=tuple(items),
        instruction=letters.erase_elsewhere(case, version, name),
        responsible=facts.responsible if facts else "",
    )


def unreached_gap(action: Action) -> Gap:
    """What a plan says of a store that could not be reached when it was made."""
    return Gap(
        message("gap.container.alone", container=action.what),
        message("why.unreached", why=action.unreached or message("why.refused")),
        action.total,
    )


def doomed(item: PlannedItem) -> Doomed:
    """How a container is asked about an item; what takes a masked photo's place is not known before a run."""
    return Doomed(item.address.member, item.address.digest, item.address.occurrence)


def beyond(case: str, version_id: str, count: int, scope: PlanScope, gaps: list[Gap]) -> list[Action]:
    """What a dataset version's facts say of copies, data recipients and backups."""
    facts = scope.versions.get(version_id) or DatasetVersion(*version_id.rpartition("@")[::2])
    actions = []
    if facts.other_places in UNKNOWN:
        gaps.append(Gap(message("gap.copies", version=version_id), message("why.copies-unrecorded")))
    elif facts.other_places.strip().lower() != "none":
        text = letters.other_places(case, facts, count)
        actions.append(
            Action("", ActionKind.TASK, facts.other_places, version_id, instruction=text, responsible=facts.responsible)
        )
    recipients = recipients_in(facts.data_recipients)
    if recipients is None:
        gaps.append(Gap(message("gap.recipients", version=version_id), message("why.recipients-unrecorded")))
    text = letters.tell_recipient(case, facts, count, ordered=scope.ordered)
    actions += [Action("", ActionKind.TELL_RECIPIENT, name, version_id, instruction=text) for name in recipients or ()]
    actions += [
        Action("", ActionKind.BACKUP, backup.name, version_id, until=backup.overwritten)
        for backup in scope.backups
        if backup.dataset_version == version_id
    ]
    return actions


def dispose(case: str, scope: PlanScope, gaps: list[Gap]) -> list[Action]:
    """What is asked of others about models, as it was decided; a model on which nobody decided is a gap."""
    actions: list[Action] = []
    for model, planned in scope.models:
        if planned is None:
            gaps.append(Gap(message("gap.model", name=model.node.label), message("why.undecided")))
            continue
        actions.append(
            Action(
                "",
                ActionKind.DISPOSE_MODEL,
                model.node.label,
                instruction=letters.dispose(case, model, planned),
                responsible=planned.responsible,
                ground=planned.reason,
                until=planned.deadline,
                node=model.id,
                disposition=planned.disposition.value,
                digests=model.node.digests,
            )
        )
        gone = planned.disposition in _GOES
        actions += [
            Action(
                "",
                ActionKind.TELL_RECIPIENT,
                name,
                instruction=letters.tell_model_recipient(case, model, ordered=scope.ordered),
                node=model.id,
                disposition=planned.disposition.value,
                digests=model.node.digests,
            )
            for name in (model.passed_on_to or () if gone else ())
        ]
        if model.outputs or model.embeddings or (scope.ordered and model.benchmarks):
            text = letters.purge_outputs(case, model, ordered=scope.ordered)
            actions.append(
                Action(
                    "",
                    ActionKind.PURGE_OUTPUTS,
                    model.node.label,
                    instruction=text,
                    responsible=planned.responsible,
                    node=model.id,
                )
            )
    return actions
