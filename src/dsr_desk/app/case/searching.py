"""Searching a case: the subject's face and identifiers in registered indexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from dsr_desk.app.case import told
from dsr_desk.app.case.cases import (
    PhotoOfCase,
    reference_bytes,
    searched_identifiers,
    searched_references,
    show_case,
)
from dsr_desk.app.case.references import PhotoUnreadable, reference_template
from dsr_desk.app.case.review import hits, refused_links
from dsr_desk.app.case.review_content import band
from dsr_desk.app.case.review_list import LAID_OUT, laid_out
from dsr_desk.app.data.harmless import set_apart
from dsr_desk.app.data.indexing import list_indexes, opened, resolve_index
from dsr_desk.app.data.registering import without_index
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row, pseudonym
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import EXPECTED_STRANGERS, Candidate, Gap, Identifiers, SearchResult
from dsr_desk.core.message import message
from dsr_desk.faces.engine import Template
from dsr_desk.faces.facts import INVENTORY, EngineChanged
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.index.about import About
from dsr_desk.search.index.folder import Index
from dsr_desk.search.scope import gaps_said
from dsr_desk.search.search import SubjectQuery, search

__all__ = ["EXPECTED_STRANGERS"]

REVIEW, READ_BACK = "search", "read-back"
"""What a search is for."""


@dataclass(frozen=True)
class SearchedIndex:
    """An index as it was at the moment of a search; `formats` are those of its containers."""

    name: str
    about: About
    formats: tuple[str, ...]


@dataclass(frozen=True)
class PastSearch:
    """A search that was made. `officer` is a name, `kind` search or read-back; the result has no candidates.

    `entry` is its place in the log, `round` that of the case in which it was made.
    """

    time: str
    officer: str
    kind: str
    result: SearchResult
    searched: tuple[SearchedIndex, ...]
    entry: int = -1
    round: int = 1


@dataclass(frozen=True)
class _Sought:
    """What a search looks for. `facts` is the digest of the act in which the newest facts stand that it looks for."""

    facts: str
    identifiers: Identifiers
    faces: bool
    photos: tuple[PhotoOfCase, ...]


class NothingToSearchIn(DeskError):
    code = "SEARCH-NO-INDEX"
    happened = "No index could be searched."
    means = "Nothing can be said about where the person is in the data."
    todo = "Build or claim an index first; the list below says why the others could not be opened."


def search_case(
    desk: Desk,
    ref: str,
    names: Sequence[str] = (),
    *,
    expected_strangers: float = EXPECTED_STRANGERS,
    report: Report = silent,
    cancel: CancelToken | None = None,
    kind: str = REVIEW,
    on_index: Callable[[str, tuple[Candidate, ...]], None] | None = None,
) -> SearchResult:
    """Searches these indexes (all, if none is named) and keeps the result, for review its candidates too.

    Confirmed hits serve as further references. A read-back looks for everything that any search of the case looked
    for, and proposes nothing. `on_index` gets what one index holds while others still run. Raises IdentityMissing,
    ReviewClosed, PlanUnderWay, NotRun, NothingToSearchIn; what could not be searched is in the result.
    """
    desk.require(ref, Draft(Kind.SEARCHED, {"purpose": kind}))
    sought = _sought(desk, ref, kind)
    indexes, unopened = open_indexes(desk, names)
    engine = _engine_of_most_faces(indexes)
    references = _References(desk, ref, sought, engine)
    confirmed = hits(desk, ref) if kind == REVIEW else []
    question = SubjectQuery(
        references=references.templates,
        engine_digest=engine.engine_digest,
        identifiers=sought.identifiers,
        reference_hashes=references.hashes,
        confirmed=[(hit.address.id, hit.candidate.face) for hit in confirmed],
        refused_links=refused_links(desk, ref),
        expected_strangers=expected_strangers,
    )
    result = search(
        indexes,
        question,
        unopened={name: why.message for name, why in unopened.items()},
        report=report,
        cancel=cancel,
        on_index=on_index,
    )
    stay, declared = set_apart(desk, result.gaps)
    gaps = (*references.gaps, *not_chosen(desk, names), *not_indexed(desk), *stay)
    statement = (*result.statement[:-1], *(one.stated for one in declared), gaps_said(gaps))
    whole = result.complete and not references.left_out
    result = replace(result, statement=statement, gaps=gaps, declared=tuple(declared), complete=whole)
    searched = tuple(
        SearchedIndex(index.name, index.about, tuple(sorted({one.format for one in index.containers()})))
        for index in indexes
    )
    key = desk.key(ref)
    open_ = {
        "purpose": kind,
        "faces": result.compared_faces,
        "records": result.compared_records,
        "complete": result.complete,
        "expected": f"{result.pile.expected_strangers:g}",
        "facts": sought.facts,
        "references": references.used,
        "indexes": {pseudonym(key, one.about.index): one.about.generation for one in searched},
    }
    kept = {"result": codec.plain(replace(result, candidates=())), "searched": [codec.plain(one) for one in searched]}
    versions = told.Versions()
    rows = None
    if kind == REVIEW:
        ordered = _ordered(key, result.candidates)
        kept[LAID_OUT] = laid_out(one for _, one in ordered)
        rows = [_row(name, one, versions, key) for name, one in ordered]
    desk.act(Draft(Kind.SEARCHED, open_, kept | told.of_search(result, searched, versions, key), rows), ref)
    return result


def last_search(desk: Desk, ref: str, kind: str = REVIEW) -> SearchResult | None:
    """The newest search of a case, without its candidates (they are in the review)."""
    return next((one.result for one in _past(desk, ref, kind, newest_first=True)), None)


def searches(desk: Desk, ref: str, kind: str = "") -> list[PastSearch]:
    """All searches of a case (of one kind, if it is named), oldest first; forgotten ones are left out."""
    return list(_past(desk, ref, kind))


def open_indexes(desk: Desk, names: Sequence[str]) -> tuple[list[Index], dict[str, DeskError]]:
    """Open indexes, and for those that do not open the reason by name.

    Raises such a reason where none opens, NothingToSearchIn where there is none.
    """
    wanted = names or [index.name for index in list_indexes(desk) if index.destroyed is None]
    found: list[Index] = []
    unopened: dict[str, DeskError] = {}
    for name in dict.fromkeys(wanted):
        try:
            found.append(opened(desk, resolve_index(desk, name).name))
        except DeskError as error:
            unopened[name] = error
    if not found:
        raise next(iter(unopened.values()), NothingToSearchIn())
    return found, unopened


def _engine_of_most_faces(indexes: Sequence[Index]) -> About:
    """Faces are compared by the engine that most of them were indexed with; the search names the others as left out."""
    faces: Counter[str] = Counter()
    for index in indexes:
        faces[index.about.engine_digest] += index.about.faces
    digest = faces.most_common(1)[0][0]
    return next(index.about for index in indexes if index.about.engine_digest == digest)


def _sought(desk: Desk, ref: str, kind: str) -> _Sought:
    """For review the facts in force; for reading back everything that was ever searched for."""
    with desk.reading(ref) as case:
        view = show_case(desk, ref)
        if kind == REVIEW:
            return _Sought(case.facts[-1]["act"], view.identifiers, case.faces, view.photos)
        last = next(one for one in reversed(case.searches) if one["purpose"] == REVIEW)
        numbers = searched_references(desk, ref)
        photos = tuple(photo for photo in view.photos if photo.id in numbers)
        return _Sought(last["facts"], searched_identifiers(desk, ref), case.faces, photos)


class _References:
    """Templates of the chosen faces, perceptual hashes of the photos, and what could not be compared.

    `used` numbers the photos that took part; `left_out` says whether one could not be compared.
    """

    def __init__(self, desk: Desk, ref: str, sought: _Sought, engine: About) -> None:
        self.templates: list[Template] = []
        self.hashes: list[bytes] = []
        self.used: list[int] = []
        self.gaps: list[Gap] = []
        self.left_out = False
        self._desk = desk
        if not sought.faces:
            self.gaps.append(Gap(message("gap.faces"), message("why.no-photo")))
        # Where items were only listed there is nothing to compare with, as each index says of its photos.
        for photo in sought.photos if sought.faces and engine.engine != INVENTORY else ():
            self._take(photo, reference_bytes(desk, ref, photo.id), engine)

    def _take(self, photo: PhotoOfCase, data: bytes | None, engine: About) -> None:
        if data is None:
            self.left_out = True
            self.gaps.append(Gap(message("gap.reference", number=photo.id), message("why.destroyed-at-end")))
            return
        face = photo.box_chosen
        if face is None:
            return
        place = message("gap.reference", number=photo.id)
        made_with = engine.engine, engine.dimension, engine.engine_digest
        try:
            template, phash = reference_template(self._desk, data, face.box, *made_with)
        except (PhotoUnreadable, EngineChanged) as error:
            self.left_out = True
            self.gaps.append(Gap(place, error.why))
            return
        self.hashes.append(phash)
        self.used.append(photo.id)
        if template is None:
            self.gaps.append(Gap(place, message("why.no-face-by-engine", engine=engine.engine)))
        else:
            self.templates.append(template)


def not_chosen(desk: Desk, names: Sequence[str]) -> list[Gap]:
    """Registered indexes that this search was told to leave out."""
    if not names:
        return []
    chosen = set()
    for name in names:
        with suppress(DeskError):
            chosen.add(resolve_index(desk, name).id)
    return [
        Gap(message("gap.index", name=index.name), message("why.not-chosen"), index.about.items)
        for index in list_indexes(desk)
        if index.destroyed is None and index.id not in chosen
    ]


def not_indexed(desk: Desk) -> list[Gap]:
    return [Gap(message("gap.dataset", version=one), message("why.no-index")) for one in without_index(desk)]


def _ordered(key: bytes, candidates: Sequence[Candidate]) -> list[tuple[str, Candidate]]:
    """Named, in the order of review: bands, and inside a band nothing that means anything."""
    named = [(band(one), pseudonym(key, one.id), one) for one in candidates]
    named.sort(key=lambda one: one[:2])
    return [(name, one) for _, name, one in named]


def _row(name: str, one: Candidate, versions: told.Versions, key: bytes) -> Row:
    return Row(name, versions.word(one, key), {"id": one.id, "candidate": codec.plain(one)})


def _past(desk: Desk, ref: str, kind: str, *, newest_first: bool = False) -> Iterator[PastSearch]:
    officers = desk.vault.officer_names()
    with desk.reading(ref) as case:
        made = [one for one in case.searches if kind in ("", one["purpose"])]
    for one in reversed(made) if newest_first else made:
        said = {name: desk.values(one["seq"], name).get(name) for name in ("result", "searched")}
        if None not in said.values():
            result = codec.restore(said["result"], SearchResult)
            searched = codec.restore(said["searched"], tuple[SearchedIndex, ...])
            yield PastSearch(
                one["time"], officers[one["officer"]], one["purpose"], result, searched, one["seq"], one["round"]
            )
