"""Drafts of the statements that an order asks for: facts from entries, blanks for what only people know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.app.case.orders import OrderView, show_order
from dsr_desk.app.case.recipients import recipients
from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case
from dsr_desk.app.models.standing import standings
from dsr_desk.app.proof.obligations import ObligationState, obligations, order_said
from dsr_desk.app.vault.keeping import organisation_details
from dsr_desk.core.actions import OutcomeState
from dsr_desk.core.message import Message, message
from dsr_desk.core.order_refusals import ObligationMissing
from dsr_desk.core.orders import Obligation
from dsr_desk.evidence.report.orders import scope_lines
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import require_free, write_whole

BLANK = "[…]"
"""Stands where somebody has to write what no entry says."""
_OF_DATA = ("data", "embeddings", "statement", "report", "records", "retained")
_OF_MODELS = ("models", "outputs", "training", "retraining", "statement", "report")
_OF_RECIPIENTS = ("recipients", "statement", "report")


@dataclass(frozen=True)
class _Known:
    """What is looked up once for all drafts."""

    desk: Desk
    ref: str
    day: str
    view: OrderView

    def facts(self, about: str) -> Iterator[Message]:
        if about in _OF_DATA:
            yield from self._data()
        if about in _OF_MODELS:
            yield from self._models()
        if about in _OF_RECIPIENTS:
            yield from self._recipients()

    def _data(self) -> Iterator[Message]:
        with self.desk.reading(self.ref) as case:
            for line in scope_lines(order_said(self.desk, case, self.day)):
                yield from (run.said for run in line.runs if run.said is not None)
            found, names = case.read_back, self.desk.vault.officer_names()
            if found is None:
                yield message("draft.order.unread")
            else:
                yield message(
                    "draft.order.read", who=names.get(found["officer"], ""), day=found["time"], entry=found["seq"]
                )

    def _models(self) -> Iterator[Message]:
        impact = affected_by_case(self.desk, self.ref)
        found = standings(self.desk, self.ref, impact)
        if not impact.models:
            yield message("draft.order.no-model")
        for model in impact.models:
            yield message("draft.order.model", model=model.node.label, says=found[model.id].sentences)

    def _recipients(self) -> Iterator[Message]:
        told = recipients(self.desk, self.ref)
        if not told:
            yield message("draft.order.no-recipient")
        for one in told:
            done = one.outcome is not None and one.outcome.state is OutcomeState.DONE
            code = "answered" if done else "silent" if one.asked else "not-told"
            day = one.outcome.ended if one.outcome is not None and done else one.asked
            yield message(f"draft.order.recipient.{code}", recipient=one.action.what, day=day)


def draft_text(desk: Desk, ref: str, *, obligation: str = "", language: str = "en") -> str:
    """A dated draft for an obligation, or one for each of them, as plain text.

    Raises OrderMissing, ObligationMissing.
    """
    day = now()[:10]
    known = _Known(desk, ref, day, show_order(desk, ref))
    found = [one for one in obligations(desk, ref, day=day) if obligation in ("", one.id)]
    if not found:
        raise ObligationMissing(case=ref, obligation=obligation)
    texts = {one.id: one for one in known.view.content.obligations}
    drafts = ["\n".join(_draft(known, one, texts[one.id], language)) for one in found]
    return "\n\n\n".join(drafts) + "\n"


def write_drafts(desk: Desk, ref: str, to: Path, *, obligation: str = "", language: str = "en") -> Path:
    """Writes what `draft_text` says. Raises OrderMissing, ObligationMissing, FileThere."""
    require_free(to)
    return save_draft(draft_text(desk, ref, obligation=obligation, language=language), to)


def save_draft(text: str, to: Path) -> Path:
    """Writes a draft as it was shown. Raises FileThere."""
    require_free(to)
    write_whole(to, text.encode())
    return to


_TO_FILL = ("draft.order.more", "draft.order.name", "draft.order.capacity", "draft.order.place")
"""What only a person can write, each with a blank."""


def _draft(known: _Known, state: ObligationState, said: Obligation, language: str) -> Iterator[str]:
    def worded(code: str, **values: str) -> str:
        return message(code, **values).say(language)

    content, details = known.view.content, organisation_details(known.desk)
    name = state.name.say(language)
    yield worded("draft.order.title", what=name)
    yield "=" * len(worded("draft.order.title", what=name))
    yield worded("draft.order.dated", day=known.day)
    yield worded("draft.order.to", authority=content.authority, docket=content.docket)
    yield worded(
        "draft.order.from", organisation=known.desk.vault.organisation, address=details.address or BLANK, case=known.ref
    )
    yield ""
    yield worded("draft.order.ordered", day=content.served.isoformat())
    yield f"  {said.text or BLANK}"
    yield f"  {worded('draft.order.due', day=state.due) if state.due else worded('draft.order.no-day')}"
    yield ""
    yield worded("draft.order.facts")
    yield f"  - {worded('draft.order.state', state=state.says.say(language))}"
    for fact in (*state.why, *known.facts(state.about)):
        yield f"  - {fact.say(language)}"
    word = known.view.words.get(state.id)
    if word is not None:
        given = {"who": word.officer, "day": word.time, "entry": str(word.entry), "text": word.text}
        yield f"  - {worded('draft.order.word', **given)}"
    yield ""
    yield worded("draft.order.blanks")
    for blank in _TO_FILL:
        yield f"  {worded(blank)} {BLANK}"
    if state.sworn:
        yield ""
        yield worded("draft.order.to-swear")
