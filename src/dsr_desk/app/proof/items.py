"""The items of a case as evidence says them, read from the log page by page: an order case may have millions."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from dsr_desk.app.case.review_content import decided_faces
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.actions import Action, Outcome, Plan, Seen, Treatment
from dsr_desk.core.acts import Row
from dsr_desk.core.case import Case
from dsr_desk.core.findings import Candidate
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message, term
from dsr_desk.evidence.contents import content as say
from dsr_desk.evidence.contents.many import Stream, item_ref, ranges
from dsr_desk.evidence.report.html import ROWS_SHOWN
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine


@dataclass(frozen=True)
class Round:
    """A pass of search, review and deletion that has a plan. `approvers` are names."""

    number: int
    plan: Plan
    outcomes: tuple[Outcome, ...]
    approvers: tuple[str, ...]

    def outcome(self, action: str) -> Outcome | None:
        return next((one for one in self.outcomes if one.action == action), None)


@dataclass(frozen=True, slots=True)
class _Hit:
    """Where the log holds it, who decided last and in which entry, and whether it was looked at since it was found."""

    item: str
    place: tuple[int, int]
    officer: str
    decided: int
    looked: bool


class CaseItems:
    """The hits of a case, numbered by where they lie: the order of review would tell something of the scores.

    What the case says is taken over when this is made; candidates are read from the log each time. Raises LogDamaged.
    """

    def __init__(self, desk: Desk, case: Case, *, with_faces: bool) -> None:
        self._desk, self._case_id = desk, case.id
        self._names = desk.vault.officer_names()
        self._key = desk.key(case.ref)
        self._time = cache(lambda seq: desk.vault.log.entry(seq).act.time)
        self.kinds: dict[ItemKind, Counter[str]] = {kind: Counter() for kind in ItemKind}
        """How many hits of each kind each dataset version holds."""
        self._found = self._in_order(case)
        self._numbers = {hit.item: number for number, hit in enumerate(self._found, start=1)}
        self._crops = self._own_faces(case) if with_faces else {}

    def __contains__(self, item: str) -> bool:
        return item in self._numbers

    def hits(self) -> Stream[say.HitItem]:
        return Stream(len(self._found), self._hits)

    def refs(self, items: Iterable[str]) -> tuple[str, ...]:
        """References of those of the items (ids) that are hits, neighbours together."""
        return ranges(self._numbers[item] for item in items if item in self._numbers)

    def looked_at(self, items: Iterable[str]) -> tuple[str, ...]:
        """As `refs`, without those that a search has found again since anybody looked."""
        return self.refs(
            item for item in items if item in self._numbers and self._found[self._numbers[item] - 1].looked
        )

    def of_action(self, action: Action) -> tuple[str, ...]:
        return self.refs(item.address.id for item in action.items)

    def custody(self, rounds: Sequence[Round]) -> Stream[say.CustodyEvent]:
        """Each decision, then each erasure as it was read back, round by round."""
        erased = sum(1 for _ in self._erased(rounds))
        return Stream(len(self._found) + erased, lambda: chain(self._decided(), self._erased(rounds)))

    def salt(self, item: str) -> bytes:
        """32 bytes that follow from the case's random key and the item: nothing is learned of one from another's."""
        return hmac.digest(self._key, f"salt {item}".encode(), hashlib.sha256)

    def _in_order(self, case: Case) -> list[_Hit]:
        found = []
        wanted: dict[int, dict[int, tuple[str, int, bool]]] = {}
        for hit in case.hits():
            word = hit.word
            if word is not None:
                seq, position = hit.place
                wanted.setdefault(seq, {})[position] = word.officer, word.seq, bool(hit.seen)
        for seq, positions in wanted.items():
            for position, row in enumerate(self._desk.vault.log.rows(seq)):
                if position in positions and row.value is not None:
                    found.append(self._placed(row, (seq, position), positions[position]))
        return [hit for _, hit in sorted(found, key=lambda one: one[0])]

    def _placed(
        self, row: Row, place: tuple[int, int], said: tuple[str, int, bool]
    ) -> tuple[tuple[str, str, str, str, int], _Hit]:
        candidate = codec.restore(row.value["candidate"], Candidate)
        self.kinds[candidate.kind][candidate.dataset_version] += 1
        at = candidate.address
        where = (at.dataset, at.container, at.member, at.digest, at.occurrence)
        return where, _Hit(row.value["id"], place, *said)

    def _rows(self) -> Iterator[tuple[_Hit, Candidate]]:
        """Hits and what search said of them, in the order of the numbers."""
        for hit in self._found:
            row = self._desk.vault.log.row(*hit.place)
            yield hit, codec.restore(row.value["candidate"], Candidate)

    def _hits(self) -> Iterator[say.HitItem]:
        for hit, candidate in self._rows():
            yield say.HitItem(
                ref=item_ref(self._numbers[hit.item]),
                kind=candidate.kind,
                dataset_version=candidate.dataset_version,
                container=candidate.address.container,
                digest=candidate.address.digest,
                salt=self.salt(hit.item),
                found_by=tuple(dict.fromkeys(reason.kind.value for reason in candidate.reasons)),
                decided=self._time(hit.decided),
                decider=self._names[hit.officer],
                crop=self._crops.get(hit.item),
            )

    def _decided(self) -> Iterator[say.CustodyEvent]:
        for hit, candidate in self._rows():
            ref, by, at = item_ref(self._numbers[hit.item]), self._names[hit.officer], self._time(hit.decided)
            where, digest, what = (
                candidate.address.container,
                candidate.address.digest,
                message("report.custody.decided"),
            )
            yield say.CustodyEvent(ref, by, at, where, what, digest, digest, self.salt(hit.item))

    def _erased(self, rounds: Sequence[Round]) -> Iterator[say.CustodyEvent]:
        for round_ in rounds:
            for action in round_.plan.erasing:
                outcome = round_.outcome(action.id)
                if outcome is not None:
                    yield from self._erased_by(action, outcome)

    def _erased_by(self, action: Action, outcome: Outcome) -> Iterator[say.CustodyEvent]:
        seen = {one.item: one for one in outcome.items}
        for item in action.items:
            known = item.address.id
            one = seen.get(known)
            if one is None or known not in self._numbers:
                continue
            code = "report.custody.masked" if item.treatment is Treatment.MASK else "report.custody.erased"
            yield say.CustodyEvent(
                item_ref(self._numbers[known]),
                self._names.get(outcome.officer, outcome.officer),
                outcome.ended,
                action.what,
                message(code, seen=term(one.seen)),
                item.address.digest,
                "" if one.seen is Seen.GONE else one.digest_after or item.address.digest,
                self.salt(known),
            )

    def _own_faces(self, case: Case) -> dict[str, say.FaceCrop]:
        """The subject's face from the first photos, as it was decided on; left out where another face shows in it."""
        digests = {hit.item: candidate.address.digest for hit, candidate in self._rows()}
        found: dict[str, say.FaceCrop] = {}
        for item, crop in decided_faces(self._desk, case.ref, case.hits()):
            faces = len(examine(load_engine(), crop).faces)
            if faces <= 1 and item in digests:
                found[item] = say.FaceCrop(crop, digests[item], faces)
            if len(found) == ROWS_SHOWN:
                break
        return found
