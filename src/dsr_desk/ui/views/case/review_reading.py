"""What the review shows and does with the vault, all of it beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dsr_desk.app.allowed import refusal
from dsr_desk.app.case import review
from dsr_desk.app.case.cases import CaseView, show_case
from dsr_desk.app.case.review import SecondItem
from dsr_desk.app.case.review_deck import Deck, ReviewCard
from dsr_desk.app.case.searching import last_search
from dsr_desk.app.data.columns import stale_searches
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.findings import Candidate, SearchResult, Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message
from dsr_desk.core.refusals import Refusal, ReviewClosed
from dsr_desk.ui.views.case.review_modes import Mode, cards_by_mode, say, undoes_own_word, withdraw_and_say

MOST = 50
"""Words that one step takes back and the screen changes by themselves; for more the list is read anew."""


@dataclass(frozen=True)
class Rules:
    """What may be done now. `offers`: a word is possible after a question, which withdraws the approved plan."""

    refused: Refusal | None
    offers: bool
    undo: Refusal | None
    undo_ready: bool


@dataclass(frozen=True)
class ReviewShown:
    """A case as the review shows it to an officer (key). `waiting` counts items by way of reviewing."""

    ref: str
    officer: str
    waiting: dict[Mode, int]
    mode: Mode
    deck: Deck
    rules: Rules
    versions: dict[str, DatasetVersion]
    case: CaseView
    search: SearchResult | None
    warnings: list[Message]
    """That a search is older than its indexes, that strangers hide photos of the person."""
    refused_links: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class CardContent:
    """What the items of a card are: what search said of each, and its columns or those of a record tied to it."""

    key: str
    parts: tuple[tuple[Candidate | SecondItem, dict[str, str]], ...]


@dataclass(frozen=True)
class Acted:
    """What an act changed. `words` are the verdicts now by pseudonym, None where the list is to be read anew.

    `seen` are the items that it was about, the first of them to be shown.
    """

    change: Change
    words: dict[str, Verdict | None] | None
    rules: Rules
    seen: tuple[str, ...] = ()


def look(desk: Desk, ref: str, mode: Mode | None) -> ReviewShown:
    """`mode` None: what waits for a second officer comes first for whoever that is."""
    with desk.reading(ref):
        by_mode = cards_by_mode(desk, ref)
        waiting = {one: deck.whole.items for one, deck in by_mode.items()}
        wanted = mode or (Mode.SECOND if _others_alone_decided(desk, ref) else Mode.FIRST)
        chosen = wanted if waiting[wanted] else Mode.FIRST
        search = last_search(desk, ref)
        crowded = [one for one in (search.statement if search else ()) if one.code == "statement.crowded"]
        return ReviewShown(
            ref=ref,
            officer=desk.vault.officer_key,
            waiting=waiting,
            mode=chosen,
            deck=by_mode[chosen],
            rules=rules(desk, ref, chosen),
            versions={version.id: version for version, _ in dataset_versions(desk)},
            case=show_case(desk, ref),
            search=search,
            warnings=[*stale_searches(desk, ref), *crowded],
            refused_links=review.refused_links(desk, ref) if chosen is Mode.FIRST else frozenset(),
        )


def rules(desk: Desk, ref: str, mode: Mode) -> Rules:
    refused = refusal(desk, ref, mode.kind)
    closed = isinstance(refused, ReviewClosed)
    offers = closed and mode is Mode.FIRST and refusal(desk, ref, Kind.PLAN_WITHDRAWN) is None
    return Rules(refused, offers, refusal(desk, ref, Kind.UNDONE), undoes_own_word(desk, ref, mode))


def content(desk: Desk, ref: str, card: ReviewCard, *, blind: bool) -> CardContent:
    """Reads what lies on a card."""
    found = review.content_of(desk, ref, [line.key for line in card.lines], blind=blind)
    return CardContent(card.key, tuple((one, review.record_fields(desk, one)) for one in found))


def decide(desk: Desk, ref: str, mode: Mode, shown: CardContent, card: ReviewCard, verdict: Verdict) -> Acted:
    """One word on all that was shown on a card."""
    change = say(desk, ref, mode, [one.id for one, _ in shown.parts], verdict)
    return _decided(desk, ref, mode, change, card, verdict)


def withdraw_and_decide(desk: Desk, ref: str, shown: CardContent, card: ReviewCard, verdict: Verdict) -> Acted:
    change = withdraw_and_say(desk, ref, [one.id for one, _ in shown.parts], verdict)
    return _decided(desk, ref, Mode.FIRST, change, card, verdict)


def _decided(desk: Desk, ref: str, mode: Mode, change: Change, card: ReviewCard, verdict: Verdict) -> Acted:
    keys = tuple(line.key for line in card.lines)
    said: dict[str, Verdict | None] = dict.fromkeys(keys, verdict)
    words = _words(desk, ref, mode, keys) if mode is Mode.FIRST else said
    return Acted(change, words, rules(desk, ref, mode), keys)


def take_back(desk: Desk, ref: str, mode: Mode) -> Acted:
    """Takes the newest word back. Raises NothingToUndo, ReviewClosed."""
    with desk.vault.transaction():
        last = review.undoable(desk, ref)
        keys = [row.item for row in desk.vault.log.bare_rows(last[2])] if last is not None else []
        change = review.undo_last(desk, ref)
        return Acted(change, _words(desk, ref, mode, keys), rules(desk, ref, mode), tuple(keys))


def judge_link(
    desk: Desk, ref: str, item: str, linked: str, *, holds: bool
) -> tuple[Change, frozenset[tuple[str, str]], str]:
    """Refuses a link or takes that back; with what is refused now, and the pseudonym of the item."""
    change = (review.accept_link if holds else review.refuse_link)(desk, ref, item, linked)
    return change, review.refused_links(desk, ref), desk.name(ref, item)


def _words(desk: Desk, ref: str, mode: Mode, keys: Sequence[str]) -> dict[str, Verdict | None] | None:
    """The first words in force; a second one that was taken back leaves nothing that could be shown."""
    if len(keys) > MOST:
        return None
    if mode is not Mode.FIRST:
        return dict.fromkeys(keys)
    with desk.reading(ref) as case:
        items = [item for key in keys if (item := case.item(key)) is not None]
        if any(not item.verdict and item.round != case.number for item in items):
            return None  # of an earlier round: what is not decided is no candidate any more
        return {item.key: Verdict(item.verdict) if item.verdict else None for item in items}


def _others_alone_decided(desk: Desk, ref: str) -> bool:
    """Whether this officer has decided nothing here and others have: then the first words stay unseen."""
    with desk.reading(ref) as case:
        said = {word.officer for item in case.to_review_again() for word in item.words}
    return bool(said) and desk.vault.officer_key not in said
