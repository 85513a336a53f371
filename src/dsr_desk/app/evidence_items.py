"""The items of a case as evidence says them, read from the vault page by page: an order case may have millions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from itertools import chain, islice

from dsr_desk.app.deleting import PlanView
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.actions import Action, Treatment
from dsr_desk.core.findings import Candidate
from dsr_desk.core.items import ItemKind
from dsr_desk.evidence import content as say
from dsr_desk.evidence.facts import fact
from dsr_desk.evidence.html import ROWS_SHOWN
from dsr_desk.evidence.many import Stream, item_ref, ranges
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine

_PAGE = 500
_HITS = (
    "FROM candidates c JOIN decisions d ON d.case_ref = c.case_ref AND d.item = c.item AND d.undone IS NULL "
    "WHERE c.case_ref = ? AND d.verdict = 'same' "
)
_BY_PLACE = "ORDER BY " + ", ".join(
    f"json_extract(d.address, '$.{part}')" for part in ("dataset", "container", "member", "digest", "occurrence")
)


class CaseItems:
    """The hits of a case, numbered by where they lie: the order of review would tell something of the scores."""

    def __init__(self, desk: Desk, ref: str, *, with_faces: bool) -> None:
        self._desk, self._ref = desk, ref
        rows = desk.vault.db.conn.execute(f"SELECT c.item {_HITS} {_BY_PLACE}", [ref])
        self._numbers = {row[0]: number for number, row in enumerate(rows, start=1)}
        self._names = desk.vault.officer_names()
        self._key = _salt_key(desk, ref)
        self._crops = self._own_faces() if with_faces else {}

    def __contains__(self, item: str) -> bool:
        return item in self._numbers

    def hits(self) -> Stream[say.HitItem]:
        return Stream(len(self._numbers), self._hits)

    def refs(self, items: Iterator[str]) -> tuple[str, ...]:
        """References of those of the items (ids) that are hits, neighbours together."""
        return ranges(self._numbers[item] for item in items if item in self._numbers)

    def of_action(self, action: Action) -> tuple[str, ...]:
        return self.refs(item.address.id for item in action.items)

    def custody(self, plan: PlanView | None) -> Stream[say.CustodyEvent]:
        """Each decision, then each erasure as it was read back."""
        erased = 0
        if plan is not None:
            erased = sum(1 for _ in self._erased(plan))
        return Stream(len(self._numbers) + erased, lambda: chain(self._decided(), self._erased(plan) if plan else ()))

    def salt(self, item: str) -> bytes:
        """32 bytes that follow from the case's random key and the item: nothing is learned of one from another's."""
        return hmac.digest(self._key, item.encode(), hashlib.sha256)

    def _rows(self) -> Iterator[tuple[str, Candidate, str, str]]:
        """Item id, candidate, officer and time of the decision, in the order of the numbers."""
        left = iter(self._numbers)
        while page := list(islice(left, _PAGE)):
            marks = ", ".join("?" * len(page))
            query = f"SELECT c.item, c.content, d.officer, d.time {_HITS} AND c.item IN ({marks})"
            found = {row[0]: row for row in self._desk.vault.db.conn.execute(query, [self._ref, *page]).fetchall()}
            for item in page:
                _, content, officer, time = found[item]
                yield item, codec.from_text(content, Candidate), officer, time

    def _hits(self) -> Iterator[say.HitItem]:
        for item, candidate, officer, time in self._rows():
            yield say.HitItem(
                ref=item_ref(self._numbers[item]),
                kind=candidate.kind,
                dataset_version=candidate.dataset_version,
                container=candidate.address.container,
                digest=candidate.address.digest,
                salt=self.salt(item),
                found_by=tuple(dict.fromkeys(reason.kind.value for reason in candidate.reasons)),
                decided=time,
                decider=self._names[officer],
                crop=self._crops.get(item),
            )

    def _decided(self) -> Iterator[say.CustodyEvent]:
        for item, candidate, officer, time in self._rows():
            digest = candidate.address.digest
            yield say.CustodyEvent(
                item_ref(self._numbers[item]),
                self._names[officer],
                time,
                candidate.address.container,
                fact("custody.decided"),
                digest,
                digest,
                self.salt(item),
            )

    def _erased(self, plan: PlanView) -> Iterator[say.CustodyEvent]:
        outcomes = {one.action: one for one in plan.outcomes}
        for action in plan.plan.erasing:
            outcome = outcomes.get(action.id)
            seen = {one.item: one for one in outcome.items} if outcome else {}
            for item in action.items:
                one = seen.get(item.address.id)
                if outcome is None or one is None or item.address.id not in self._numbers:
                    continue
                code = "custody.masked" if item.treatment is Treatment.MASK else "custody.erased"
                yield say.CustodyEvent(
                    item_ref(self._numbers[item.address.id]),
                    self._names.get(outcome.officer, outcome.officer),
                    outcome.ended,
                    action.what,
                    fact(code, noun=one.seen.value),
                    item.address.digest,
                    "" if one.seen is say.Seen.GONE else one.digest_after or item.address.digest,
                    self.salt(item.address.id),
                )

    def _own_faces(self) -> dict[str, say.FaceCrop]:
        """The subject's face from the first photos, as it was decided on; left out where another face shows in it."""
        query = f"SELECT c.item, json_extract(d.address, '$.digest'), d.crop {_HITS} AND d.crop IS NOT NULL {_BY_PLACE}"
        rows = self._desk.vault.db.conn.execute(query, [self._ref])
        found: dict[str, say.FaceCrop] = {}
        for item, digest, crop in rows:
            faces = len(examine(load_engine(), crop).faces)
            if faces <= 1:
                found[item] = say.FaceCrop(crop, digest, faces)
            if len(found) == ROWS_SHOWN:
                break
        return found


def of_kind(desk: Desk, ref: str, kind: ItemKind) -> dict[str, int]:
    """How many hits of a kind each dataset version holds."""
    query = (
        f"SELECT json_extract(c.content, '$.dataset_version'), count(*) {_HITS} "
        "AND json_extract(c.content, '$.kind') = ? GROUP BY 1"
    )
    return dict(desk.vault.db.conn.execute(query, [ref, kind.value]).fetchall())


def _salt_key(desk: Desk, ref: str) -> bytes:
    with desk.vault.transaction() as db:
        db.table("salt_keys").insert({"case_ref": ref, "key": secrets.token_bytes(32)}, ignore=True)
        row = db.conn.execute("SELECT key FROM salt_keys WHERE case_ref = ?", [ref]).fetchone()
    return bytes(row[0])
