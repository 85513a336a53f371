"""What a search could not look at, and the statement for the file. Counts and names of containers, no person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dsr_desk.core.findings import Gap
from dsr_desk.core.items import LedgerClass
from dsr_desk.core.message import Message, message
from dsr_desk.faces.facts import NAMES
from dsr_desk.faces.presets import CENTERFACE
from dsr_desk.search.faces.misses import misses_said
from dsr_desk.search.faces.pile import FacePile
from dsr_desk.search.index.folder import Index
from dsr_desk.search.index.unread import unread_kinds, unread_photos, without_accounts
from dsr_desk.search.records.names import NAME_ENGINE
from dsr_desk.search.records.scripts import japanese_installed, may_be_japanese

NOT_READ = frozenset(LedgerClass) - {LedgerClass.FACES, LedgerClass.NO_FACE}
"""Classes of photos that no search sees for certain, or only a part of them; a photo without a face was read."""

_BY_REASON = NOT_READ - {LedgerClass.NOT_COMPARABLE}
"""Classes of which search says why and which; those whose faces are poor say all they have to say by their class."""

PARTLY = "partly."
"""What the codes begin with of parts of photos that were not looked at."""

MOST_GAPS = 100
"""So many kinds and reasons stand in a search one by one; what is beyond is added up by kind."""


def not_in_index(index: Index) -> list[Gap]:
    """Parts of an index's scope that no search in it can see."""
    found = []
    for ledger_class in LedgerClass:
        count = index.about.ledger.get(str(ledger_class), 0)
        if count and ledger_class in _BY_REASON:
            found += _unread_photos(index, ledger_class)
        elif count and ledger_class is not LedgerClass.FACES:
            what, why = message(f"gap.photos.{ledger_class}", name=index.name), _why(index, ledger_class)
            kind = message(f"kind.photos.{ledger_class}") if ledger_class in NOT_READ else None
            found.append(Gap(what, why, count, kind, index.version.id))
    if index.about.engine in NAMES and not _by_centerface(index):
        found.append(Gap(message("gap.faces.older", name=index.name), message("why.faces.older")))
    if index.about.poor_faces:
        what = message("gap.faces.poor", name=index.name)
        kind = message("kind.faces.poor")
        found.append(Gap(what, message("why.faces.poor"), index.about.poor_faces, kind, index.version.id))
    for code, count in index.about.unread.items():
        if code.startswith(PARTLY):
            what = message("gap.unread", name=index.name, kind=message(code))
            found.append(Gap(what, message(f"why.{code}"), count, message(code), index.version.id))
    return [*found, *not_read(index)]


def _why(index: Index, ledger_class: LedgerClass) -> Message:
    tried = ledger_class is LedgerClass.NO_FACE and _by_centerface(index)
    return message("why.photos.no_face_turned" if tried else f"why.photos.{ledger_class}")


def _by_centerface(index: Index) -> bool:
    """Whether faces were found as all presets find them now: in photos turned, too."""
    card = index.about.engine_card
    return card is not None and CENTERFACE in card.networks


def _unread_photos(index: Index, ledger_class: LedgerClass) -> list[Gap]:
    what, kind = message(f"gap.photos.{ledger_class}", name=index.name), message(f"kind.photos.{ledger_class}")
    return [
        Gap(
            what,
            one.why or message(f"why.photos.{ledger_class}"),
            one.count,
            kind,
            index.version.id,
            places=one.places,
        )
        for one in unread_photos(index, ledger_class)
    ]


def names_not_compared(index: Index, names: Sequence[str]) -> list[Gap]:
    """Ways to write a name that this search did not look for in the records of an index."""
    if not names or not index.about.records:
        return []
    found = []
    if index.about.names < NAME_ENGINE:
        found.append(Gap(message("gap.names.older", name=index.name), message("why.names.older")))
    elif any(map(may_be_japanese, names)) and not (index.about.japanese and japanese_installed()):
        found.append(Gap(message("gap.names.japanese", name=index.name), message("why.names.japanese")))
    return found


def not_read(index: Index) -> list[Gap]:
    """Parts of a dataset that its index could not read, photos and records alike."""
    found = []
    for container in index.containers():
        if container.problem is not None:
            what = message("gap.container.rest", name=index.name, container=container.name)
            found.append(Gap(what, container.problem))
        elif container.state in ("waiting", "reading"):
            what = message("gap.container", name=index.name, container=container.name)
            found.append(Gap(what, message(f"why.cancelled.{container.state}")))
    older = without_accounts(index)
    if older:
        what = message("gap.unaccounted", name=index.name, containers=tuple(older))
        found.append(Gap(what, message("why.unaccounted"), len(older)))
    found += _unread_gaps(index)
    unreadable = next(index.rows("SELECT count(*) FROM items WHERE record = 1 AND reason <> ''"))[0]
    if unreadable:
        what = message("gap.records.unreadable", name=index.name)
        kind = message("kind.records.unreadable")
        found.append(Gap(what, message("why.records.unreadable"), unreadable, kind, index.version.id))
    return found


def _unread_gaps(index: Index) -> list[Gap]:
    """What no reader understands, by kind and reason: a few at most, whatever there is of each."""
    kinds = unread_kinds(index)
    found = []
    for one in kinds[:MOST_GAPS]:
        files = one.places if one.count == len(one.places) else one.count
        what = message("gap.files", name=index.name, files=files)
        if one.holders > len(one.containers):
            what = message("gap.unread.many", name=index.name, kind=one.kind, holders=one.holders)
        elif one.holders:
            what = message("gap.unread.inside", name=index.name, kind=one.kind, containers=one.containers)
        found.append(Gap(what, one.why, one.count, one.kind, index.version.id, places=one.places))
    rest: dict[Message, int] = {}
    for one in kinds[MOST_GAPS:]:
        rest[one.kind] = rest.get(one.kind, 0) + one.count
    for kind, count in rest.items():
        what = message("gap.unread", name=index.name, kind=kind)
        found.append(Gap(what, message("why.unread.several"), count, kind, index.version.id))
    return found


def statement(
    indexes: Sequence[Index],
    piles: Mapping[str, FacePile],
    references: tuple[int, int],
    expected_strangers: float,
    compared_records: int,
) -> tuple[Message, ...]:
    """The sentences that stand in the case and the evidence for what was compared, and how far down.

    `references` counts the person's photos, and the confirmed faces that served beside them.
    """
    lines = []
    if piles:
        faces = sum(pile.compared for pile in piles.values())
        photos, confirmed = references
        lines.append(message("statement.faces", references=photos, faces=faces, indexes=len(piles)))
        if confirmed:
            lines.append(message("statement.grown", count=confirmed))
    if any(pile.trusted for pile in piles.values()):
        lines.append(message("statement.expectation", strangers=expected_strangers))
    for name, pile in piles.items():
        if pile.trusted:
            continue
        if pile.untrusted_line is None or pile.untrusted_line < 0:
            lines.append(message("statement.untrusted.all", name=name))
        else:
            lines.append(message("statement.untrusted", name=name, score=math.ceil(1000 * pile.untrusted_line) / 1000))
    for code, tested in (("statement.generated", "mixtures"), ("statement.unvalidated", "")):
        names = tuple(name for name, pile in piles.items() if pile.trusted and pile.validated_on == tested)
        if names:
            lines.append(message(code, names=names))
    lines += misses_said(piles.values())
    if compared_records:
        lines.append(message("statement.records", count=compared_records))
    if not indexes:
        lines.append(message("statement.no-index"))
    return tuple(lines)


def stops(*, stopped: bool, unfinished: Sequence[str]) -> tuple[Message, ...]:
    """What came to an end too early: the search itself, or the building of an index."""
    return (
        *((message("statement.stopped"),) if stopped else ()),
        *((message("statement.unfinished", names=tuple(unfinished)),) if unfinished else ()),
    )


def gaps_said(gaps: Sequence[Gap]) -> Message:
    """The last sentence of a statement."""
    return message("statement.gaps", count=len(gaps)) if gaps else message("statement.whole")
