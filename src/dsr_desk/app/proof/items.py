"""The items of a case as evidence says them, read from the log page by page: an order case may have millions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from dsr_desk.app.case.review_content import decided_faces
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.actions import Action, Outcome, Plan
from dsr_desk.core.acts import Row, item_salt, pseudonym
from dsr_desk.core.case import Case
from dsr_desk.core.findings import Candidate
from dsr_desk.core.items import ItemKind, LedgerClass
from dsr_desk.evidence.contents import content as say
from dsr_desk.evidence.contents.many import Stream, item_ref, ranges
from dsr_desk.evidence.report.blocks import ROWS_SHOWN
from dsr_desk.faces.outside import look_at

_LOOKED_AT = (LedgerClass.FACES, LedgerClass.NO_FACE, LedgerClass.NOT_COMPARABLE)


def faces_in(picture: bytes) -> int | None:
    """How many faces show in a picture; None where nobody can know, since it could not be looked at."""
    looked = look_at("standard", picture)
    return len(looked.faces) if looked.ledger_class in _LOOKED_AT else None


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

    def salt(self, item: str) -> bytes:
        return item_salt(self._key, item)

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
                name=pseudonym(self._key, hit.item),
            )

    def _own_faces(self, case: Case) -> dict[str, say.FaceCrop]:
        """The subject's face from the first photos, as it was decided on; left out where another face shows in it."""
        digests = {hit.item: candidate.address.digest for hit, candidate in self._rows()}
        found: dict[str, say.FaceCrop] = {}
        for item, crop in decided_faces(self._desk, case.ref, case.hits()):
            faces = faces_in(crop)
            if faces is not None and faces <= 1 and item in digests:
                found[item] = say.FaceCrop(crop, digests[item], faces)
            if len(found) == ROWS_SHOWN:
                break
        return found
