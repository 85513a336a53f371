"""Review: what search proposed, and what officers say about each candidate, the first time and the second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from dsr_desk.app.case.review_content import candidates_of, decisions_of, refused_links_of
from dsr_desk.app.case.review_deck import Deck
from dsr_desk.app.case.review_list import blind_cards, review_cards
from dsr_desk.app.data.indexing import opened
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row, pseudonym
from dsr_desk.core.case import Case
from dsr_desk.core.case_items import Item, Word
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Decision, Hit, ReasonKind, Verdict
from dsr_desk.core.items import Box, ItemAddress, ItemKind
from dsr_desk.core.message import Message
from dsr_desk.core.refusals import CandidateMissing, NothingToUndo, Refusal
from dsr_desk.datasets.registry import reopen
from dsr_desk.faces.outside import Shown, shown


@dataclass(frozen=True)
class ReviewItem:
    """A candidate at its place in the review (from 1) with the decision in force, if there is one.

    `round` is the newest one in which a search proposed it: of earlier rounds only what was decided is listed. `card`
    numbers the cards: a photo and the records of its sample lie on one.
    """

    number: int
    candidate: Candidate
    decision: Decision | None
    round: int = 1
    card: int = 0


@dataclass(frozen=True)
class BareReason:
    """Why an item is a candidate, without its score; `says` is None for faces, whose sentence would tell it."""

    kind: ReasonKind
    says: Message | None
    linked_item: str | None


@dataclass(frozen=True)
class SecondItem:
    """A candidate as a second officer sees it: it has no place for a score, nor for what anybody said of it."""

    number: int
    address: ItemAddress
    kind: ItemKind
    dataset_version: str
    index: str
    face: int | None
    box: Box | None
    reasons: tuple[BareReason, ...]

    @property
    def id(self) -> str:
        return self.address.id


@dataclass(frozen=True)
class Dispute:
    """A candidate on which two officers disagree. `yours`: the officer is one of the two, so a third must settle it."""

    item: SecondItem
    yours: bool


# What is there


def review_items(desk: Desk, ref: str) -> list[ReviewItem]:
    """Candidates of this round in the order of review, then what was decided in earlier ones.

    Bands first, and inside a band by nothing that means anything: people follow order. What lies on one card stands
    together.
    """
    with desk.reading(ref) as case:
        items = list(case.candidates())
        found = candidates_of(desk, items)
        decided = decisions_of(desk, case, items)
        cards = [(card, line) for card in review_cards(desk, ref) for line in card.lines if line.key in found]
        return [
            ReviewItem(number, found[line.key], decided.get(line.key), line.round, card.number)
            for number, (card, line) in enumerate(cards, start=1)
        ]


def decisions(desk: Desk, ref: str) -> list[Decision]:
    """Decisions in force, oldest first."""
    with desk.reading(ref) as case:
        return list(decisions_of(desk, case, case.to_review_again()).values())


def hits(desk: Desk, ref: str) -> list[Hit]:
    """What was ever decided to be the same person, whether it is gone or not."""
    with desk.reading(ref) as case:
        return _hits(desk, case, list(case.hits()))


def due_hits(desk: Desk, ref: str) -> list[Hit]:
    """Hits that were not read back as gone since they were last proposed: what a plan is about."""
    with desk.reading(ref) as case:
        return _hits(desk, case, list(case.due()))


def content_of(desk: Desk, ref: str, keys: Sequence[str], *, blind: bool = False) -> list[Candidate | SecondItem]:
    """What search said of items (pseudonyms), in this order; forgotten ones are left out. Raises LogDamaged."""
    with desk.reading(ref) as case:
        found = candidates_of(desk, [item for key in keys if (item := case.item(key)) is not None])
        shown = [found[key] for key in keys if key in found]
        return [bare_item(number, one) if blind else one for number, one in enumerate(shown, start=1)]


def get_candidate(desk: Desk, ref: str, item: str) -> Candidate:
    """Raises CandidateMissing."""
    return _chosen(desk, ref, [item])[item]


def refused_links(desk: Desk, ref: str) -> frozenset[tuple[str, str]]:
    """Pairs of item ids: the second one does not propose the first."""
    with desk.reading(ref) as case:
        return refused_links_of(desk, case)


# The first word


def decide(desk: Desk, ref: str, item: str, verdict: Verdict, reason: str = "") -> Change:
    """The officer's word on one candidate; replaces an earlier one. Raises ReviewClosed, CandidateMissing."""
    return decide_many(desk, ref, [item], verdict, reason)


def decide_many(desk: Desk, ref: str, items: Sequence[str], verdict: Verdict, reason: str = "") -> Change:
    """One word on many candidates (ids), as one act. Raises ReviewClosed, CandidateMissing."""
    return _say(desk, ref, Draft(Kind.DECIDED), items, verdict, reason)


def undo_last(desk: Desk, ref: str) -> Change:
    """Takes the newest decision back, or a newer second word of one's own; what it replaced is in force again.

    The subject is the item, "" where the act was about many. Raises NothingToUndo, ReviewClosed.
    """
    desk.require(ref, Draft(Kind.UNDONE))
    with desk.vault.transaction():
        last = undoable(desk, ref)
        if last is None:
            raise NothingToUndo(case=ref)
        act, _, seq, _ = last
        return desk.act(Draft(Kind.UNDONE, {"act": act}), ref, subject=_only_item(desk, seq))


def undoable(desk: Desk, ref: str) -> tuple[str, str, int, str] | None:
    """The word that `undo_last` takes back: act (digest), kind, entry, officer; None where there is none."""
    me = desk.vault.officer_key
    with desk.reading(ref) as case:
        found = (one for one in reversed(case.undoable) if one[1] == Kind.DECIDED.value or one[3] == me)
        return next(((str(act), str(kind), int(seq), str(by)) for act, kind, seq, by in found), None)


def refuse_link(desk: Desk, ref: str, item: str, linked_item: str) -> Change:
    """A link that does not hold: it proposes nothing in later searches of this case. Raises CandidateMissing."""
    return _link(desk, ref, item, linked_item, refused=True)


def accept_link(desk: Desk, ref: str, item: str, linked_item: str) -> Change:
    """Takes the refusal of a link back: later searches of this case follow it again. Raises CandidateMissing."""
    return _link(desk, ref, item, linked_item, refused=False)


def show_scores_early(desk: Desk, ref: str, item: str) -> Change:
    """Records that the score was looked at before deciding."""
    return desk.act(Draft(Kind.SCORE_SHOWN, {"item": desk.name(ref, item)}), ref)


# The second word, and the third


def second_items(desk: Desk, ref: str, *, everything: bool = False) -> list[SecondItem]:
    """What waits for a second word of this officer: hits of others, among as many others so that none is told by it.

    With `everything` all that others decided and nobody has confirmed.
    """
    with desk.reading(ref) as case:
        return list(_bare(desk, _waiting(desk, case, everything=everything)).values())


def second_cards(desk: Desk, ref: str) -> Deck:
    """The same as cards, without reading a candidate."""
    with desk.reading(ref) as case:
        return blind_cards(desk, case, _waiting(desk, case))


def _waiting(desk: Desk, case: Case, *, everything: bool = False) -> list[Item]:
    me = desk.vault.officer_key
    decided = list(case.to_review_again())
    if all(_by(item.word) == me for item in decided):
        return []
    shown = decided if everything else hits_among_others(decided)
    return [item for item in shown if not item.agreed and not item.disputed and me != _by(item.word)]


def review_again(desk: Desk, ref: str, items: Sequence[str], verdict: Verdict, reason: str = "") -> Change:
    """A second officer's word on what another one decided. Raises NothingToReviewTwice, ReviewClosed."""
    return _say(desk, ref, Draft(Kind.SECOND_REVIEW, {"how": "program"}), items, verdict, reason)


def disputes(desk: Desk, ref: str) -> list[Dispute]:
    """Candidates on which two officers disagree; who said what is not told."""
    me = desk.vault.officer_key
    with desk.reading(ref) as case:
        disputed = {item.key: item for item in case.to_review_again() if item.disputed}
        bare = _bare(desk, disputed.values())
        return [Dispute(item, me in (_by(disputed[key].word), _by(disputed[key].second))) for key, item in bare.items()]


def dispute_cards(desk: Desk, ref: str) -> Deck:
    """Those that this officer may settle, as cards, without reading a candidate."""
    me = desk.vault.officer_key
    with desk.reading(ref) as case:
        open_ = [one for one in case.to_review_again() if one.disputed and me not in (_by(one.word), _by(one.second))]
        return blind_cards(desk, case, open_)


def settle(desk: Desk, ref: str, items: Sequence[str], verdict: Verdict, reason: str = "") -> Change:
    """A third officer's word where two disagree: it counts. Raises NothingToSettle, ReviewClosed."""
    return _say(desk, ref, Draft(Kind.SETTLED), items, verdict, reason)


# What an item looks like


def face_crop(desk: Desk, candidate: Candidate | SecondItem) -> bytes | None:
    """JPEG of the face compared, from the index; None for records, and where the index has none or is not there."""
    if candidate.kind is not ItemKind.PHOTO or candidate.face is None:
        return None
    with suppress(DeskError):
        return opened(desk, candidate.index).thumbnail(candidate.id, candidate.face)
    return None


@dataclass(frozen=True)
class WholePhoto:
    """The picture of a photo's file that shows the face compared, and where in it; `box` is None where there is none.

    `number` is the picture's place in the file from 1 on, 0 for a preview that lies in it.
    """

    shown: Shown
    box: Box | None
    number: int = 1


def whole_photo(desk: Desk, candidate: Candidate | SecondItem, side: int) -> WholePhoto | None:
    """The stored photo, read where it lies, no larger than `side` pixels; None where it cannot be reached."""
    try:
        index = opened(desk, candidate.index)
        item = index.item(candidate.id)
        if item is None or item.kind is not ItemKind.PHOTO:
            return None
        container = reopen(item.format, item.path, item.address.container)
        data = container.read(item.address.member, item.address.digest, item.address.occurrence, item.hint)
        compared = [face for face in index.faces_of([item.row]).get(item.row, []) if face.number == candidate.face]
        frame, box = (compared[0].frame, compared[0].box) if compared else (0, None)
        return WholePhoto(shown(data, side, item.orientation, frame=frame), box, max(0, frame + 1))
    except (DeskError, OSError):
        return None


def record_fields(desk: Desk, candidate: Candidate | SecondItem) -> dict[str, str]:
    """Column and value of a record; for a photo what is known of it, or the first record that it is linked to.

    None where the index is not there any more.
    """
    try:
        index = opened(desk, candidate.index)
    except DeskError:
        return {}
    linked = [reason.linked_item for reason in candidate.reasons if reason.linked_item]
    for item_id in (candidate.id, *linked):
        item = index.item(item_id)
        if item is not None and (fields := index.fields(item.row)):
            return fields
    return {}


# Helpers


def _hits(desk: Desk, case: Case, items: list[Item]) -> list[Hit]:
    found, decided = candidates_of(desk, items), decisions_of(desk, case, items)
    return [Hit(found[item.key], decided[item.key]) for item in items if item.key in found and item.key in decided]


def _chosen(desk: Desk, ref: str, items: Sequence[str]) -> dict[str, Candidate]:
    """Candidates by their ids, each once. Raises CandidateMissing."""
    with desk.reading(ref) as case:
        key = desk.key(ref)
        named = {pseudonym(key, item): item for item in items}
        found = candidates_of(desk, [item for name in named if (item := case.item(name)) is not None])
        missing = next((item for name, item in named.items() if name not in found), None if named else "-")
        if missing is not None:
            raise CandidateMissing(case=ref, item=missing)
        return {item: found[name] for name, item in named.items()}


def _say(desk: Desk, ref: str, draft: Draft, items: Sequence[str], verdict: Verdict, reason: str) -> Change:
    desk.require(ref, draft)
    chosen = _chosen(desk, ref, items)
    with_face = draft.kind is not Kind.SECOND_REVIEW
    with desk.vault.transaction():
        key = desk.key(ref)
        named = {pseudonym(key, item): item for item in chosen}
        draft.rows = [
            Row(name, verdict.value, _word(desk, ref, chosen[item], reason, with_face=with_face))
            for name, item in named.items()
        ]
        only = next(iter(chosen)) if len(chosen) == 1 else ""
        try:
            return desk.act(draft, ref, subject=only)
        except Refusal as refused:
            raise _by_id(refused, named) from None


def _word(desk: Desk, ref: str, candidate: Candidate, reason: str, *, with_face: bool) -> dict[str, object]:
    """What is kept beside a verdict: enough to show it after the item is gone."""
    crop = face_crop(desk, candidate) if with_face else None
    return {
        "id": candidate.id,
        "reason": reason,
        "crop": desk.vault.log.put_blob(desk.case(ref).id, crop).as_value() if crop else None,
        "address": codec.plain(candidate.address),
        "face": candidate.face,
    }


def _by_id(refused: Refusal, named: Mapping[str, str]) -> Refusal:
    """The refusal as the officer reads it: by the id that was given, not by the pseudonym of the log."""
    item = refused.details.get("item")
    return type(refused)(**{**refused.details, "item": named.get(str(item), item)}) if item else refused


def _link(desk: Desk, ref: str, item: str, linked_item: str, *, refused: bool) -> Change:
    name = desk.name(ref, item)
    said = {"item": name, "linked": desk.name(ref, linked_item), "refused": refused}
    try:
        return desk.act(Draft(Kind.LINK, said, {"item": item, "linked": linked_item}), ref, subject=item)
    except Refusal as error:
        raise _by_id(error, {name: item}) from None


def _only_item(desk: Desk, seq: int) -> str:
    rows = list(islice(desk.vault.log.rows(seq), 2))
    return str(rows[0].value["id"]) if len(rows) == 1 and rows[0].value is not None else ""


def hits_among_others(decided: Sequence[Item]) -> list[Item]:
    """A list of hits alone would tell the first officer's word: as many others stand among them, always the same."""
    found = [item for item in decided if item.verdict == Verdict.SAME.value]
    others = sorted((item for item in decided if item.verdict != Verdict.SAME.value), key=lambda item: item.key)
    return [*found, *others[: len(found)]]


def _by(word: Word | None) -> str:
    return word.officer if word is not None else ""


def _bare(desk: Desk, items: Iterable[Item]) -> dict[str, SecondItem]:
    """By pseudonym, in an order that means nothing."""
    found = candidates_of(desk, list(items))
    return {key: bare_item(number, found[key]) for number, key in enumerate(sorted(found), start=1)}


def bare_item(number: int, of: Candidate) -> SecondItem:
    reasons = tuple(
        BareReason(one.kind, None if one.kind is ReasonKind.FACE else one.says, one.linked_item) for one in of.reasons
    )
    return SecondItem(number, of.address, of.kind, of.dataset_version, of.index, of.face, of.box, reasons)
