"""Fields of what a document must hold that follow from acts and records: nobody has to state these."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dsr_desk.app.case.chasing import tasks
from dsr_desk.app.case.ending import references_said
from dsr_desk.app.case.orders import show_order
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, dispositions, hit_versions, lineage_sources
from dsr_desk.app.vault.keeping import organisation_details
from dsr_desk.app.vault.retention import kept
from dsr_desk.core.actions import ActionKind, Seen
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import DELETING_RIGHTS, Case
from dsr_desk.core.guards import HANDS_OUT
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Law
from dsr_desk.core.required import FieldState
from dsr_desk.deletion.plan import UNKNOWN


@dataclass(frozen=True)
class KnownField:
    """What acts and records say of a field, and the places in the log on which that rests.

    `proper` is what no statement replaces: an officer may add to it. What is not proper holds until somebody states
    something for this case.
    """

    says: tuple[Message, ...]
    entries: tuple[int, ...] = ()
    state: FieldState = FieldState.KNOWN
    proper: bool = True


@dataclass(frozen=True)
class CaseKnowledge:
    """What is known of a case and its vault, looked up field by field while nobody changes it."""

    desk: Desk
    ref: str
    case: Case

    def field(self, field: str) -> KnownField | None:
        """None where neither the case nor the vault knows anything of it."""
        found = self.case.is_order or any(self.case.hits())
        if field in _OF_WHAT_WAS_FOUND and self.case.reviewed and not found:
            by = (newest_word(self.case),)
            return KnownField((message("required.nothing-found"),), by, FieldState.NOT_APPLICABLE)
        known = _KNOWN.get(field)
        return known(self) if known is not None else None

    @cached_property
    def versions(self) -> list[DatasetVersion | None]:
        """Dataset versions that hold hits; None for one that is not registered any more."""
        known = {version.id: version for version, _ in dataset_versions(self.desk)}
        return [known.get(one) for one in hit_versions(self.desk, self.ref)]


def newest_word(case: Case) -> int:
    """The entry of the newest decision in force; of the search where nothing was to be decided."""
    words = [item.word.seq for item in case.to_review_again() if item.word is not None]
    searches = [one["seq"] for one in case.searches if one["purpose"] == "search"]
    return int(max(words, default=searches[-1]))


def _ordered(case: Case) -> KnownField:
    """Of an order what its containers say; how far each obligation is met stands in a section of its own."""
    entries = tuple(one["seq"] for one in (case.scope, case.read_back) if one is not None)
    if case.scope is None:
        return KnownField((message("required.order.no-scope"),), entries)
    if case.last_run is None:
        return KnownField((message("required.order.covered", count=case.left),), entries)
    return KnownField(tuple(_done(case)), entries)


def _outcome(at: CaseKnowledge) -> KnownField | None:
    if at.case.is_order:
        return _ordered(at.case)
    says, entries = list(_done(at.case)), []
    if at.case.read_back is not None:
        entries.append(at.case.read_back["seq"])
    elif at.case.searches:
        entries.append(newest_word(at.case))
    open_ = len(at.case.undecided) + len(at.case.unsure)
    if open_:
        says.append(message("required.outcome.open", count=open_))
    return KnownField(tuple(says), tuple(entries)) if says else None


def _done(case: Case) -> Iterator[Message]:
    hits, found = sum(1 for _ in case.hits()), case.read_back
    if found is not None:
        counts = tuple(
            message(f"required.seen.{one.name.lower()}", count=found["items"][one.name.lower()])
            for one in Seen
            if found["items"].get(one.name.lower())
        )
        yield message("required.outcome.read", day=found["time"], counts=counts)
        if case.left:
            yield message("required.outcome.left", count=case.left)
    elif case.last_run is not None:
        yield message("required.outcome.unread")
    elif hits and case.right in DELETING_RIGHTS:
        yield message("required.outcome.not-deleted", count=hits)
    elif hits:
        yield message("required.outcome.found", count=hits)
    elif case.reviewed:
        yield message("required.outcome.nothing")


def _photo(at: CaseKnowledge) -> KnownField | None:
    said, kinds = references_said(at.desk, at.ref), (Kind.REFERENCE, Kind.FORGOTTEN)
    entries = tuple(one.seq for one in at.desk.vault.log.entries(at.case.id, kinds=kinds))
    return KnownField(said, entries, FieldState.KNOWN if at.case.references else FieldState.NOT_APPLICABLE)


def _recipients(at: CaseKnowledge) -> KnownField | None:
    told = [one for one in tasks(at.desk, at.ref) if one.action.kind is ActionKind.TELL_RECIPIENT]
    if told and at.case.last_run is not None:
        answered = sum(1 for one in told if one.outcome is not None and not one.waits)
        asked = sum(1 for one in told if one.asked or (one.outcome is not None and not one.waits))
        acts = [at.case.action(one.action.id) for one in told]
        entries = tuple(act["last"] for act in acts if act is not None)
        says = [message("required.recipients", count=len(told), told=asked, answered=answered)]
        unrecorded = sum(not _recorded(one, "data_recipients") for one in at.versions)
        if unrecorded:
            says.append(message("required.recipients.unrecorded", count=unrecorded))
        return KnownField(tuple(says), entries)
    if at.versions and all(one is not None and one.data_recipients.strip().lower() == "none" for one in at.versions):
        return KnownField((message("required.recipients.none", count=len(at.versions)),))
    if at.case.right in HANDS_OUT:
        return _registered(at, "data_recipients")
    if at.case.last_run is None:
        return KnownField((message("required.recipients.not-deleted"),), (), FieldState.NOT_YET_KNOWN, proper=False)
    return None


def _retained(at: CaseKnowledge) -> KnownField | None:
    held = [one["seq"] for one in at.case.treatments.values() if one["as"] == "hold"]
    if held:
        return KnownField((message("required.retained", count=len(held)),), (max(held),))
    plan = at.case.plan or (at.case.last_run or {}).get("plan")
    if plan is not None:
        return KnownField((message("required.retained.none"),), (plan["seq"],))
    return KnownField((message("required.retained.no-plan"),), (), FieldState.NOT_YET_KNOWN, proper=False)


def _identity(at: CaseKnowledge) -> KnownField | None:
    check = at.case.identity
    entries = (check["seq"],) if check is not None else ()
    if check is None or not at.case.identified:
        return KnownField((message("required.identity.none"),), entries)
    return KnownField((message("required.identity", day=check["time"]),), entries)


def _templates(at: CaseKnowledge) -> KnownField | None:
    """Entries of the index with the faces in them."""
    if at.case.last_run is None:
        return KnownField((message("required.templates.not-deleted"),), (), FieldState.NOT_YET_KNOWN, proper=False)
    erased = [one for one in at.case.last_run["actions"].values() if one["kind"] == ActionKind.ERASE_INDEX.value]
    done = sum(1 for one in erased if one["state"] == "done")
    if not erased:
        return None
    return KnownField(
        (message("required.templates", done=done, count=len(erased)),), tuple(one["last"] for one in erased)
    )


def _authority(at: CaseKnowledge) -> KnownField | None:
    if at.case.order is None:
        return None
    content = show_order(at.desk, at.ref).content
    given = {"authority": content.authority, "docket": content.docket, "day": content.served.isoformat()}
    return KnownField((message("required.order.authority", **given),), (at.case.order["seq"],))


def _models(at: CaseKnowledge) -> KnownField | None:
    if at.case.is_order and not (at.case.reviewed and lineage_sources(at.desk)):
        code = "required.order.models.unscoped" if not at.case.reviewed else "required.order.models.no-lineage"
        return KnownField((message(code),), (), FieldState.NOT_YET_KNOWN, proper=False)
    if not at.case.reviewed or not lineage_sources(at.desk):
        return None
    impact, known = affected_by_case(at.desk, at.ref), dispositions(at.desk, at.ref)
    mine = [known[one.id] for one in impact.models if one.id in known]
    planned, seen = (sum(getattr(one, name) is not None for one in mine) for name in ("planned", "observed"))
    said = [
        message("required.models", count=len(impact.models), planned=planned, observed=seen),
        *(
            message(f"required.models.{name}", count=len(left))
            for name, left in (
                ("unknown", impact.without_lineage),
                ("in-part", impact.partly_recorded),
                ("runs", impact.runs),
                ("questions", impact.questions),
            )
            if left
        ),
    ]
    entries = [one[-1]["seq"] for model in at.case.dispositions.values() for one in model.values() if one]
    return KnownField(tuple(said), (max(entries),) if entries else ())


def _sworn(at: CaseKnowledge) -> KnownField | None:
    found = list(at.desk.vault.log.entries(at.case.id, kinds=[Kind.SWORN]))
    if not found and at.case.is_order:
        return KnownField((message("required.order.not-sworn"),), (), FieldState.NOT_YET_KNOWN, proper=False)
    if not found:
        return None
    return KnownField((message("required.sworn", day=found[-1].act.time),), (found[-1].seq,))


def _kept(at: CaseKnowledge) -> KnownField | None:
    found = kept(at.desk, at.ref)
    return KnownField((found.says,), (found.entry,)) if found is not None else None


def _contact(at: CaseKnowledge) -> KnownField | None:
    details = organisation_details(at.desk)
    how = details.contact or details.address
    if not how:
        return None
    says = message("required.contact", organisation=at.desk.vault.organisation, contact=how)
    return KnownField((says,), _details_by(at.desk), proper=False)


def _complaint(at: CaseKnowledge) -> KnownField | None:
    """The organisation names one supervisory authority, which is one of the GDPR."""
    authority = organisation_details(at.desk).authority
    if not authority or Law(at.case.facts[-1]["law"]) not in (Law.EU_GDPR, Law.UK_GDPR):
        return None
    return KnownField((message("required.complaint", authority=authority),), _details_by(at.desk), proper=False)


def _details_by(desk: Desk) -> tuple[int, ...]:
    newest = desk.vault.log.newest(Kind.ORGANISATION, case="")
    return (newest,) if newest is not None else ()


def _registered(at: CaseKnowledge, *names: str) -> KnownField | None:
    """Known where it is recorded of every dataset version that holds hits; there the reader finds it."""
    if not at.versions or not all(_recorded(one, *names) for one in at.versions):
        return None
    return KnownField((message("required.registered", count=len(at.versions)),))


def _recorded(version: DatasetVersion | None, *names: str) -> bool:
    return version is not None and all(getattr(version, name) not in UNKNOWN for name in names)


_OF_WHAT_WAS_FOUND = frozenset(
    {
        "recipients", "retained", "purposes", "categories", "data-period", "rights", "origin", "automated", "transfers",
        "templates", "models",
    }
)  # fmt: skip
"""Fields about data of the person: where none was found, there is nothing to say."""

_KNOWN: dict[str, Callable[[CaseKnowledge], KnownField | None]] = {
    "authority": _authority,
    "outcome": _outcome,
    "photo": _photo,
    "recipients": _recipients,
    "retained": _retained,
    "identity": _identity,
    "templates": _templates,
    "models": _models,
    "sworn": _sworn,
    "kept": _kept,
    "contact": _contact,
    "complaint": _complaint,
    "purposes": lambda at: _registered(at, "purposes"),
    "origin": lambda at: _registered(at, "source", "supplier"),
    "data-period": lambda at: _registered(at, "retention"),
}
