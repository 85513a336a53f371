"""Searching a case: the subject's face and identifiers in registered indexes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dsr_desk.app.cases import CaseView, reference_bytes, require_identity
from dsr_desk.app.desk import Desk
from dsr_desk.app.indexing import list_indexes, opened, resolve_index
from dsr_desk.app.references import reference_template
from dsr_desk.app.registering import without_index
from dsr_desk.app.review import ReviewClosed, hits, refused_links, settle_state
from dsr_desk.core import codec
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change, Topic
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, NotSearched, ReasonKind, SearchResult
from dsr_desk.core.requests import CaseState
from dsr_desk.faces.engine import Template
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.about import About
from dsr_desk.search.index import Index
from dsr_desk.search.search import EXPECTED_STRANGERS, Question, search
from dsr_desk.storage.clock import now

__all__ = ["EXPECTED_STRANGERS"]


@dataclass(frozen=True)
class SearchedIndex:
    """An index as it was at the moment of a search; `formats` are those of its containers."""

    name: str
    about: About
    formats: tuple[str, ...]


@dataclass(frozen=True)
class PastSearch:
    """A search that was made. `officer` is a name, `kind` search or read-back; the result has no candidates."""

    time: str
    officer: str
    kind: str
    result: SearchResult
    searched: tuple[SearchedIndex, ...]


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
    kind: str = "search",
    on_index: Callable[[str, tuple[Candidate, ...]], None] | None = None,
) -> SearchResult:
    """Searches these indexes (all, if none is named) and keeps the result for review.

    Confirmed hits serve as further references. `on_index` gets what one index holds while others still run. Raises
    IdentityMissing, ReviewClosed, NothingToSearchIn; what could not be searched is in the result.
    """
    view = require_identity(desk, ref)
    if kind == "search" and view.state in (CaseState.APPROVED, CaseState.DELETED, CaseState.READ_BACK):
        raise ReviewClosed(case=ref)
    indexes, unopened = open_indexes(desk, names)
    if not indexes:
        raise next(iter(unopened.values()), NothingToSearchIn())
    engine = _engine_of_most_faces(indexes)
    templates, hashes, gaps = _references(desk, view, engine)
    confirmed = hits(desk, ref) if kind == "search" else []
    question = Question(
        references=templates,
        engine_digest=engine.engine_digest,
        identifiers=view.identifiers,
        reference_hashes=hashes,
        confirmed=[(hit.address.id, hit.candidate.face) for hit in confirmed],
        refused_links=refused_links(desk, ref),
        expected_strangers=expected_strangers,
    )
    result = search(
        indexes,
        question,
        unopened={name: f"{why.what_happened} [{why.code}]" for name, why in unopened.items()},
        report=report,
        cancel=cancel,
        on_index=on_index,
    )
    result = replace(result, not_searched=(*gaps, *not_chosen(desk, names), *not_indexed(desk), *result.not_searched))
    searched = tuple(
        SearchedIndex(index.name, index.about, tuple(sorted({one.format for one in index.containers()})))
        for index in indexes
    )
    _keep(desk, ref, result, kind, searched)
    return result


def last_search(desk: Desk, ref: str, kind: str = "search") -> SearchResult | None:
    """The newest search of a case, without its candidates (they are in the review)."""
    row = desk.vault.db.conn.execute(
        "SELECT result FROM searches WHERE case_ref = ? AND kind = ? ORDER BY id DESC LIMIT 1", [ref, kind]
    ).fetchone()
    return codec.from_text(row[0], SearchResult) if row else None


def searches(desk: Desk, ref: str) -> list[PastSearch]:
    """All searches of a case, oldest first."""
    officers = desk.vault.officer_names()
    rows = desk.vault.db.query("SELECT * FROM searches WHERE case_ref = ? ORDER BY id", [ref])
    return [
        PastSearch(
            row["time"],
            officers[row["officer"]],
            row["kind"],
            codec.from_text(row["result"], SearchResult),
            codec.from_text(row["searched"], tuple[SearchedIndex, ...]),
        )
        for row in rows
    ]


def open_indexes(desk: Desk, names: Sequence[str]) -> tuple[list[Index], dict[str, DeskError]]:
    """Open indexes, and for those that do not open the reason by name."""
    wanted = names or [index.name for index in list_indexes(desk) if index.destroyed is None]
    found: list[Index] = []
    unopened: dict[str, DeskError] = {}
    for name in dict.fromkeys(wanted):
        try:
            found.append(opened(desk, resolve_index(desk, name).name))
        except DeskError as error:
            unopened[name] = error
    return found, unopened


def _engine_of_most_faces(indexes: Sequence[Index]) -> About:
    """Faces are compared by the engine that most of them were indexed with; the search names the others as left out."""
    faces: Counter[str] = Counter()
    for index in indexes:
        faces[index.about.engine_digest] += index.about.faces
    digest = faces.most_common(1)[0][0]
    return next(index.about for index in indexes if index.about.engine_digest == digest)


def _references(desk: Desk, view: CaseView, engine: About) -> tuple[list[Template], list[bytes], list[NotSearched]]:
    """Templates of the chosen faces, perceptual hashes of the photos, and what could not be compared."""
    templates: list[Template] = []
    hashes: list[bytes] = []
    gaps: list[NotSearched] = []
    if not view.searches_faces:
        return templates, hashes, [NotSearched("faces", "the case was opened without a reference photo")]
    for number, photo in enumerate(view.photos, start=1):
        data, face = reference_bytes(desk, photo.id), photo.box_chosen
        if data is None or face is None:
            continue
        template, phash = reference_template(data, face.box, engine.engine)
        hashes.append(phash)
        if template is None:
            gaps.append(NotSearched(f"reference photo {number}", f"the engine {engine.engine} finds no face in it"))
        else:
            templates.append(template)
    return templates, hashes, gaps


def not_chosen(desk: Desk, names: Sequence[str]) -> list[NotSearched]:
    """Registered indexes that this search was told to leave out."""
    if not names:
        return []
    chosen = {resolve_index(desk, name).id for name in names if _known(desk, name)}
    return [
        NotSearched(f"index {index.name}", "it was not chosen for this search", index.about.items)
        for index in list_indexes(desk)
        if index.destroyed is None and index.id not in chosen
    ]


def not_indexed(desk: Desk) -> list[NotSearched]:
    return [NotSearched(f"dataset {one}", "it is registered and has no index here") for one in without_index(desk)]


def _known(desk: Desk, name: str) -> bool:
    try:
        resolve_index(desk, name)
    except DeskError:
        return False
    return True


def _keep(desk: Desk, ref: str, result: SearchResult, kind: str, searched: tuple[SearchedIndex, ...]) -> Change:
    with desk.vault.transaction() as db:
        search_id = db.conn.execute(
            "INSERT INTO searches (case_ref, time, officer, kind, result, searched) VALUES (?, ?, ?, ?, ?, ?)",
            [
                ref,
                now(),
                desk.vault.officer_key,
                kind,
                codec.to_text(replace(result, candidates=())),
                codec.to_text(searched),
            ],
        ).lastrowid
        if kind == "search":
            _keep_candidates(desk, ref, search_id or 0, result.candidates)
        return desk.record(
            "searched" if kind == "search" else "searched-again",
            [Topic.CASE, Topic.CASES, Topic.REVIEW],
            case=ref,
            body={
                "indexes": list(result.indexes),
                "faces": result.compared_faces,
                "records": result.compared_records,
                "candidates": len(result.candidates),
                "expected_strangers": f"{result.pile.expected_strangers:g}",
                "complete": result.complete,
            },
        )


def _keep_candidates(desk: Desk, ref: str, search_id: int, candidates: Sequence[Candidate]) -> None:
    """New ones join in bands; those that the search no longer proposes leave unless somebody decided on them."""
    db = desk.vault.db
    db.conn.execute(
        "DELETE FROM candidates WHERE case_ref = ? AND item NOT IN "
        "(SELECT item FROM decisions WHERE case_ref = ? AND undone IS NULL)",
        [ref, ref],
    )
    ordered = sorted(candidates, key=lambda one: (_band(one), sha256_hex(f"{ref} {one.id}".encode())))
    for position, candidate in enumerate(ordered):
        row = {
            "case_ref": ref,
            "item": candidate.id,
            "search": search_id,
            "position": position,
            "content": codec.to_text(candidate),
        }
        db.table("candidates").upsert(row, pk=("case_ref", "item"))
    settle_state(desk, ref)


def _band(candidate: Candidate) -> int:
    """Bands of review: inside one the order says nothing about the score, since people follow order."""
    if any(reason.kind is not ReasonKind.FACE for reason in candidate.reasons):
        return 0
    expected = [reason.expected_strangers for reason in candidate.reasons if reason.expected_strangers is not None]
    if expected:
        return max(0, min(9, math.ceil(math.log10(max(min(expected), 1e-9))) + 3))
    return max(0, 9 - int(candidate.best_score * 10))
