"""Time stamps carried by hand: queries for the bundles of a case go out, an authority's answers come back.

A stamp lies beside its bundle, which stays as it was handed out: what has been sent can still be stamped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.authorities import trusted_authorities
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message
from dsr_desk.evidence.signed.timestamp import Attested, TimeStampRefused, looked_at, query, require_stamp
from dsr_desk.evidence.verifying.verify import STAMP_BESIDE
from dsr_desk.storage.files import disk_errors, free_name, write_whole
from dsr_desk.storage.rows import BundleRow


class NothingToStamp(DeskError):
    code = "BUNDLE-NOTHING-TO-STAMP"
    happened = "No bundle of case {case} waits for a time stamp."
    means = "Nothing was written."
    todo = "Seal a bundle first, and export its query (bundle timestamp-query)."


@dataclass(frozen=True)
class TimeStamp:
    """The clock of one bundle. `time` is a UTC timestamp, "" while there is no stamp.

    It proves a time where `doubt` is None: the authority is on the organisation's list and its chain holds.
    """

    edition: str
    path: Path
    evidence_digest: str
    asked: bool
    time: str
    authority: str
    doubt: Message | None = None

    @property
    def proves(self) -> bool:
        return bool(self.time) and self.doubt is None


def time_stamps(desk: Desk, ref: str) -> list[TimeStamp]:
    """Of the latest bundles of each edition."""
    return [one for _, one in _states(desk, ref)]


def write_time_queries(desk: Desk, ref: str, folder: Path) -> list[Path]:
    """A query file (.tsq) for each edition whose latest bundle has no stamp that proves a time. Raises NothingToStamp.

    Bundles of the same evidence share a query. It tells nothing of the case: it holds a digest and a random number.
    """
    rows = [row for row, one in _states(desk, ref) if not one.proves]
    if not rows:
        raise NothingToStamp(case=ref)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    written: dict[bytes, Path] = {}
    for row in rows:
        if row.signature in written:
            continue
        asked = query(row.signature)
        path = free_name(folder / f"{ref}-{row.edition}.tsq")
        write_whole(path, asked)
        written[row.signature] = path
        with desk.vault.transaction():
            kept = desk.vault.bundles
            same = kept.all(case_ref=ref, signature=row.signature)
            draft = Draft(Kind.TIME_ASKED, {"evidence": row.evidence_digest})
            desk.act(draft, ref, touches=[kept.change(one.id, time_query=asked) for one in same])
    return list(written.values())


def attach_time_stamp(desk: Desk, ref: str, answer: bytes) -> list[Path]:
    """Checks an authority's answer and writes it beside each bundle of that signature. Raises TimeStampRefused.

    Refused are answers to other queries, of other bytes, that were changed, or whose authority may not stamp times or
    could not then. One whose authority is not on the organisation's list is taken and proves no time.
    """
    rows = [row for row in _latest(desk, ref) if row.time_query is not None]
    if not rows:
        raise NothingToStamp(case=ref)
    refused: TimeStampRefused | None = None
    trusted = trusted_authorities(desk)
    written = []
    for row in rows:
        try:
            stamp = require_stamp(row.signature, row.time_query or b"", answer, trusted)
        except TimeStampRefused as error:
            refused = error
            continue
        written.append(_attach(desk, ref, row, answer, stamp))
    if not written and refused is not None:
        raise refused
    return written


def _attach(desk: Desk, ref: str, row: BundleRow, answer: bytes, stamp: Attested) -> Path:
    bundle = Path(row.path)
    beside = bundle.with_name(bundle.name + STAMP_BESIDE)
    with desk.vault.transaction():
        touches = [desk.vault.bundles.change(row.id, time_stamp=answer)]
        said = {"evidence": row.evidence_digest, "time": f"{stamp.time:%Y-%m-%dT%H:%M:%SZ}"}
        desk.act(Draft(Kind.TIME_ATTESTED, said), ref, touches=touches)
        with disk_errors(beside):
            beside.parent.mkdir(parents=True, exist_ok=True)
        write_whole(beside, answer)
    return beside


def _latest(desk: Desk, ref: str) -> list[BundleRow]:
    """Rows of the bundles with the newest evidence of each edition."""
    desk.case(ref)
    rows = desk.vault.bundles.all("id", case_ref=ref)
    newest = {row.edition: row.evidence_digest for row in rows}
    return [row for row in rows if newest[row.edition] == row.evidence_digest and row.signature]


def _states(desk: Desk, ref: str) -> list[tuple[BundleRow, TimeStamp]]:
    rows = _latest(desk, ref)
    stamped = [(row.signature, row.time_stamp) for row in rows if row.time_stamp is not None]
    said = iter(looked_at(stamped, trusted_authorities(desk)))
    return [(row, _state(row, next(said) if row.time_stamp is not None else None)) for row in rows]


def _state(row: BundleRow, said: Attested | Message | None) -> TimeStamp:
    one = TimeStamp(row.edition, Path(row.path), row.evidence_digest, row.time_query is not None, "", "")
    if isinstance(said, Attested):
        return replace(one, time=f"{said.time:%Y-%m-%dT%H:%M:%SZ}", authority=said.who, doubt=said.doubt)
    return replace(one, doubt=said)
