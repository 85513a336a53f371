"""One search of a subject over several indexes: by face, by record, by link and by look-alike, as one result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.findings import (
    EXPECTED_STRANGERS,
    Candidate,
    FoundBy,
    Gap,
    Identifiers,
    Pile,
    Reason,
    ReasonKind,
    SearchResult,
)
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message
from dsr_desk.faces.engine import Template
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.faces.misses import expected_misses
from dsr_desk.search.faces.pile import FacePile, FaceQuery, groups_of, piles_of
from dsr_desk.search.faces.search import average
from dsr_desk.search.index.codes import decode
from dsr_desk.search.index.contents import IndexedFace, IndexedItem
from dsr_desk.search.index.folder import Index
from dsr_desk.search.records.linking import Node, links_from, look_alikes
from dsr_desk.search.records.search import find_records, wanted
from dsr_desk.search.scope import gaps_said, names_not_compared, not_in_index, statement, stops

SURE_RECORD = 0.85
"""Records at this score or above bring what is linked to them; others do so once an officer has confirmed them."""

RARE = 0.05
"""Fewer expected strangers than this are not said with a number."""

LINK_STEPS = 4
MOST_NAMESAKES = 50
"""Records found by their name alone bring what is linked to them only where there are so few of them."""


@dataclass(frozen=True)
class SubjectQuery:
    """What is searched for.

    `references` are templates (one a reference photo) of the engine `engine_digest`; `reference_hashes` are
    perceptual hashes of those photos. `confirmed` names hits (item id and face, None for a record): their faces
    become references and their links are followed. `refused_links` are pairs (item, linked item).
    """

    references: Sequence[Template] = ()
    engine_digest: str = ""
    identifiers: Identifiers = field(default_factory=Identifiers)
    reference_hashes: Collection[bytes] = ()
    confirmed: Sequence[tuple[str, int | None]] = ()
    refused_links: Collection[tuple[str, str]] = frozenset()
    expected_strangers: float = EXPECTED_STRANGERS


def search(
    indexes: Sequence[Index],
    question: SubjectQuery,
    *,
    unopened: Mapping[str, Message] | None = None,
    on_index: Callable[[str, tuple[Candidate, ...]], None] | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> SearchResult:
    """Everything that is to be reviewed, and what could not be searched.

    The pile holds every face down to the score at which `expected_strangers` unrelated faces are expected over all
    indexes (each has its share by number of faces, see `search.pile`), and every record, link and look-alike.
    `unopened` maps indexes that could not be opened to the reason. `on_index` gets what one index holds while others
    still run.
    After a cancel the result lists what was not reached. Raises IndexDamaged.
    """
    run = _Search(indexes, question, cancel or CancelToken())
    for number, index in enumerate(indexes):
        report(Progress(message("phase.searching"), number, len(indexes)))
        if run.cancel.cancelled:
            run.leave_out(index, message("why.search-cancelled"))
            continue
        run.search_index(number)
        if on_index is not None:
            on_index(index.name, run.candidates(number))
    if run.cancel.cancelled:
        run.stop()
    else:
        run.follow_links()
    report(Progress(message("phase.searching"), len(indexes), len(indexes)))
    for name, why in (unopened or {}).items():
        run.gaps.insert(0, Gap(message("gap.index.whole", name=name), why))
    return run.result(complete=not unopened)


class _Search:
    """Reasons by item, gathered from all indexes."""

    def __init__(self, indexes: Sequence[Index], question: SubjectQuery, cancel: CancelToken) -> None:
        self.indexes = indexes
        self.question = question
        self.cancel = cancel
        self.gaps: list[Gap] = []
        self._reasons: dict[Node, list[Reason]] = defaultdict(list)
        self._piles: dict[str, FacePile] = {}
        self._records = 0
        self._complete = True
        self._stopped = False
        self._unfinished: list[str] = []
        self._unfollowed: dict[Message, None] = {}
        self._confirmed = self._find_confirmed()
        self._queries = self._make_queries()
        self._searchable = [
            number
            for number in range(len(indexes))
            if self._queries and self._same_engine(number) and indexes[number].about.faces
        ]
        self._groups = groups_of([indexes[number] for number in self._searchable])
        self._all_faces = sum(indexes[number].about.faces for number in self._searchable)

    def leave_out(self, index: Index, why: Message) -> None:
        self.gaps.append(Gap(message("gap.index.whole", name=index.name), why))

    def stop(self) -> None:
        """What is tied to what was found is not followed any more."""
        self._complete, self._stopped = False, True

    def search_index(self, number: int) -> None:
        index = self.indexes[number]
        self.gaps += not_in_index(index)
        if not index.about.complete:
            self._complete = False
            self._unfinished.append(index.name)
        self._search_faces(number)
        if not self.question.identifiers.is_empty():
            subject = wanted(self.question.identifiers, index.country)
            found = find_records(index, subject)
            for row, reasons in found.reasons.items():
                self._reasons[number, row] += reasons
            self.gaps += names_not_compared(index, subject.names)
            if found.beyond:
                what = message("gap.records.similar", name=index.name)
                self.gaps.append(Gap(what, message("why.records.similar"), found.beyond))
            self._records += index.about.records
        self._search_look_alikes(number)

    def follow_links(self) -> None:
        """From sure records and confirmed hits to what is tied to them, a few steps far."""
        sure, mentions = self._sure_records()
        reached = sure | set(self._confirmed)
        step = reached
        for _ in range(LINK_STEPS):
            further: set[Node] = set()
            links = links_from(self.indexes, sorted(step), mentions)
            self._unfollowed |= dict.fromkeys(links.refused)
            for link in links.followed:
                source = self._item(link.source)
                if link.item in reached or self._refused(link.item, source):
                    continue
                reason = Reason(ReasonKind.LINK, link.score, link.says, linked_item=source.address.id)
                if reason not in self._reasons[link.item]:
                    self._reasons[link.item].append(reason)
                if not link.ends:
                    further.add(link.item)
            reached |= further
            step = further
            if not step:
                break

    def _sure_records(self) -> tuple[set[Node], set[Node]]:
        """Records that bring what is tied to them; and those of them that only mention the subject."""
        by_name, sure, mentions = set(), set(), set()
        for node, reasons in self._reasons.items():
            by = {reason.by for reason in reasons if reason.by and reason.score >= SURE_RECORD}
            if by & {FoundBy.IDENTIFIER, FoundBy.CONFIRMATION}:
                sure.add(node)
            elif FoundBy.NAME in by:
                by_name.add(node)
            elif FoundBy.MENTION in by:
                mentions.add(node)
        return sure | mentions | (by_name if len(by_name) <= MOST_NAMESAKES else set()), mentions

    def candidates(self, only: int | None = None) -> tuple[Candidate, ...]:
        """Best first; of one index alone if asked."""
        found: dict[str, Candidate] = {}
        for number, index in enumerate(self.indexes):
            rows = {row: reasons for (where, row), reasons in self._reasons.items() if where == number and reasons}
            if not rows or only not in (None, number):
                continue
            items = index.items(rows)
            faces = index.faces_of(items)
            for row, item in items.items():
                candidate = _candidate(index, item, rows[row], faces.get(row, []))
                found.setdefault(candidate.id, candidate)
        return tuple(sorted(found.values(), key=lambda one: (-one.best_score, one.id)))

    def result(self, *, complete: bool) -> SearchResult:
        candidates = self.candidates()
        question = self.question
        if not question.references:
            self.gaps.append(Gap(message("gap.faces"), message("why.no-reference")))
        if question.identifiers.is_empty():
            self.gaps.append(Gap(message("gap.records"), message("why.nothing-known")))
        strangers = question.expected_strangers
        return SearchResult(
            candidates=candidates,
            pile=Pile(
                strangers,
                len(candidates),
                tuple((name, pile.lowest) for name, pile in self._piles.items()),
                expected_misses(self._piles.values()),
            ),
            gaps=tuple(self.gaps),
            compared_faces=sum(pile.compared for pile in self._piles.values()),
            compared_records=self._records,
            statement=(
                *statement(self.indexes, self._piles, self._references, strangers, self._records),
                *((message("statement.names.text"),) if self._records and question.identifiers.names else ()),
                *self._unfollowed,
                *stops(stopped=self._stopped, unfinished=self._unfinished),
                gaps_said(self.gaps),
            ),
            complete=complete and self._complete,
            engine=question.engine_digest,
            indexes=tuple(index.name for index in self.indexes),
        )

    def _search_faces(self, number: int) -> None:
        index = self.indexes[number]
        if number not in self._searchable:
            if self._queries and index.about.faces and not self._same_engine(number):
                self._complete = False
                what = message("gap.index.faces", name=index.name)
                self.gaps.append(Gap(what, message("why.other-engine"), index.about.faces))
            return
        if index.name not in self._piles:
            group = next(group for group in self._groups if index in group)
            share = sum(one.about.faces for one in group) / max(1, self._all_faces)
            self._piles |= piles_of(group, self._queries, self.question.expected_strangers * share)
        pile = self._piles[index.name]
        faces = index.faces(face.row for face in pile.faces)
        for piled in pile.faces:
            face = faces[piled.row]
            reason = Reason(
                ReasonKind.FACE,
                max(0.0, min(1.0, piled.score)),
                _face_says(piled.expected_strangers, pile),
                face=face.number,
                expected_strangers=piled.expected_strangers,
            )
            self._reasons[number, face.item].append(reason)

    def _search_look_alikes(self, number: int) -> None:
        hashes = {value for value in self.question.reference_hashes if value}
        hits = {value: node for node in self._confirmed if (value := self._item(node).phash)}
        for row, bits in look_alikes(self.indexes[number], [*hashes, *hits]).items():
            if (number, row) in self._confirmed:
                continue
            says = message("reason.duplicate")
            self._reasons[number, row].append(Reason(ReasonKind.DUPLICATE, 1 - bits / 64, says))

    def _find_confirmed(self) -> dict[Node, list[int | None]]:
        found: dict[Node, list[int | None]] = defaultdict(list)
        for item_id, face in self.question.confirmed:
            for number, index in enumerate(self.indexes):
                item = index.item(item_id)
                if item is not None:
                    found[number, item.row].append(face)
        return found

    def _make_queries(self) -> list[FaceQuery]:
        """The references' mean, and with the confirmed faces: what the first brings stays, whatever is confirmed."""
        references = [np.asarray(one, np.float64) for one in self.question.references]
        if not references:
            return []
        made = [references]
        if confirmed := self._confirmed_templates():
            made.append([*references, *confirmed])
        return [FaceQuery(average(one), len(one)) for one in made]

    def _confirmed_templates(self) -> list[NDArray[np.float64]]:
        found = []
        for (number, row), faces in self._confirmed.items():
            index = self.indexes[number]
            if not self._same_engine(number):
                continue
            rows = [face.row for face in index.faces_of([row]).get(row, []) if face.number in faces]
            positions = np.searchsorted(index.coarse.face_rows, np.array(rows, np.int64))
            found += list(decode(index.codes(positions)))
        return found

    @property
    def _references(self) -> tuple[int, int]:
        """How many photos and how many confirmed faces were compared."""
        first, last = (self._queries[at].references for at in (0, -1)) if self._queries else (0, 0)
        return first, last - first

    def _same_engine(self, number: int) -> bool:
        return self.indexes[number].about.engine_digest == self.question.engine_digest

    def _refused(self, node: Node, source: IndexedItem) -> bool:
        return (self._item(node).address.id, source.address.id) in self.question.refused_links

    def _item(self, node: Node) -> IndexedItem:
        return self.indexes[node[0]].items([node[1]])[node[1]]


def _face_says(expected: float | None, pile: FacePile) -> Message:
    if expected is None:
        return message("reason.face.few", faces=pile.compared)
    rare = ".rare" if expected < RARE else ""
    doubt = "" if pile.validated_on else ".unvalidated"
    return message(f"reason.face{rare}{doubt}", strangers=expected, faces=pile.together)


def _candidate(index: Index, item: IndexedItem, reasons: Sequence[Reason], faces: Sequence[IndexedFace]) -> Candidate:
    """Reasons best first; the face is the one that speaks most for the item, or the only one there is."""
    ordered = tuple(sorted(reasons, key=lambda reason: (-reason.score, reason.kind, reason.says.code)))
    compared = next((reason.face for reason in ordered if reason.kind is ReasonKind.FACE), None)
    if compared is None and len(faces) == 1:
        compared = 0
    face = next((face for face in faces if face.number == compared), None)
    return Candidate(
        address=item.address,
        kind=ItemKind(item.kind),
        dataset_version=index.version.id,
        index=index.name,
        reasons=ordered,
        face=compared,
        box=face.box if face and face.frame == 0 else None,
        quality=face.quality if face else (),
        strangers=_strangers(reasons, faces),
        sample=item.group,
    )


def _strangers(reasons: Sequence[Reason], faces: Sequence[IndexedFace]) -> tuple[int, ...]:
    """Pictures of a file that show nobody but others; none where it is proposed for more than faces."""
    if any(reason.kind is not ReasonKind.FACE for reason in reasons):
        return ()
    numbers = {reason.face for reason in reasons}
    hers = {face.frame for face in faces if face.number in numbers or not face.comparable}
    return tuple(sorted({face.frame for face in faces} - hers))
