"""Measures the review of a case of many candidates beside one of few: opening the page, and from a key to the next one.

Both run in one process, offscreen, on vaults made here. Candidates are made by hand and lie in no index: what an
index keeps of one costs the same however many there are.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from bench.search import BenchRow
from dsr_desk.app.case.review import undo_last
from dsr_desk.app.case.review_content import band
from dsr_desk.app.case.review_list import LAID_OUT, laid_out
from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Pile, Reason, ReasonKind, SearchResult, Verdict
from dsr_desk.core.items import ItemAddress, ItemKind
from dsr_desk.core.message import message
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.main import dress
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.review import ReviewPage

if TYPE_CHECKING:
    from collections.abc import Iterator

FEW = 100
_SECRET = "a passphrase for measuring"
_REF = "2026-0001"
_TURNS = 3
_DECISIONS = 40


class _Review:
    """A page on a vault of so many candidates."""

    def __init__(self, app: QApplication, folder: Path, count: int) -> None:
        self._app = app
        self.desk, _ = Desk.create(folder / f"vault-{count}", "Measured Ltd", "Ann", _SECRET)
        _propose(self.desk, count)
        self.bridge = Bridge()
        self.failed: list[DeskError] = []
        self.bridge.failed.connect(self.failed.append)
        self.session = Session(self.desk, self.bridge)
        self.session.open_case(_REF)
        self.page: ReviewPage | None = None

    def open(self) -> None:
        """Until the first candidate can be decided."""
        self.shut()
        self.page = ReviewPage(self.session)
        self.page.resize(1064, 712)
        self.page.show()
        self._until(lambda: self.page is not None and self.page.content is not None)

    def decide(self) -> None:
        """From the key to the next candidate."""
        page = self.page
        if page is None or (before := page.current()) is None:
            raise RuntimeError("nothing is shown")
        page.decide(Verdict.DIFFERENT)

        def next_one() -> bool:
            now = page.current()
            return now is not None and now.key != before.key and page.content is not None

        self._until(next_one)

    def undo(self) -> None:
        undo_last(self.desk, _REF)

    def shut(self) -> None:
        if self.page is not None:
            self._until(lambda: not self.bridge.running)
            self.page.shut()
            self.page.close()
            self.page.deleteLater()
            self.page = None
            self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def close(self) -> None:
        self.shut()
        self.bridge.close()
        self.desk.close()

    def _until(self, there: Callable[[], bool]) -> None:
        while not there():
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if self.failed:
                raise self.failed[0]
        self._app.processEvents()


def review_rows(count: int = 50_000, report: Callable[[str], object] = lambda _: None) -> list[BenchRow]:
    """Milliseconds on the wall, with so many candidates and with a hundred, taking turns."""
    app = QApplication.instance() or QApplication([])
    if not isinstance(app, QApplication):
        raise RuntimeError("there is another kind of Qt application in this process")
    dress(app)
    with tempfile.TemporaryDirectory() as made:
        report("proposing")
        few, many = _Review(app, Path(made), FEW), _Review(app, Path(made), count)
        try:
            return list(_rows(few, many, count, report))
        finally:
            few.close()
            many.close()


def _rows(few: _Review, many: _Review, count: int, report: Callable[[str], object]) -> Iterator[BenchRow]:
    report("opening")
    opened: dict[_Review, list[float]] = {few: [], many: []}
    for _ in range(_TURNS):
        for one, times in opened.items():
            times.append(_took(one.open))
    yield _row(f"opening the review of {count:,} candidates", opened[many], opened[few], 1 / 5)
    report("deciding")
    decided: dict[_Review, list[float]] = {few: [], many: []}
    for _ in range(_DECISIONS):
        for one, times in decided.items():
            times.append(_took(one.decide))
    yield _row(f"from a decision to the next of {count:,} candidates", decided[many], decided[few], 1 / 1.5)
    report("taking back")
    undone: dict[_Review, list[float]] = {few: [], many: []}
    for _ in range(_DECISIONS // 2):
        for one, times in undone.items():
            times.append(_took(one.undo))
    yield _row(f"taking a decision back among {count:,} candidates", undone[many], undone[few], 1 / 1.5)


def _row(what: str, many: list[float], few: list[float], reach: float) -> BenchRow:
    return BenchRow(what, f"the same with {FEW}", median(many) * 1e3, median(few) * 1e3, "ms", reach)


def _took(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _propose(desk: Desk, count: int) -> None:
    with desk.vault.transaction():
        desk.open_case(Draft(Kind.RECEIVED, {"ref": _REF, "faces": False, "channel": "text"}, {"letter": None}))
        facts = {"right": "erasure", "law": "eu-gdpr", "received": "2026-11-01", "due": "2026-12-01"}
        named = {**facts, "identifiers": desk.name(_REF, "x")}
        desk.act(Draft(Kind.CONFIRMED, named, {"found": [], "identifiers": {}}), _REF)
        checked = {"result": "verified", "photo": False, "acting": False}
        desk.act(Draft(Kind.IDENTITY, checked, {"method": "video call"}), _REF)
        found = [(desk.name(_REF, one.id), one) for one in map(_candidate, range(count))]
        found.sort(key=lambda one: (band(one[1]), one[0]))
        result = SearchResult((), Pile(10, count), (), count, 0, (message("statement.whole"),))
        said = {
            "purpose": "search", "complete": True, "facts": "", "references": [], "indexes": {}, "expected": "10",
            "faces": count, "records": 0,
        }  # fmt: skip
        kept = {
            "result": codec.plain(replace(result, candidates=())), "searched": [],
            LAID_OUT: laid_out(one for _, one in found),
        }  # fmt: skip
        rows = [Row(name, "photo", {"id": one.id, "candidate": codec.plain(one)}) for name, one in found]
        desk.act(Draft(Kind.SEARCHED, said, kept, rows), _REF)


def _candidate(number: int) -> Candidate:
    expected = 0.001 * (number + 1)
    says = message("reason.face", strangers=expected, faces=1000)
    reason = Reason(ReasonKind.FACE, 0.9, says, face=0, expected_strangers=expected)
    address = ItemAddress("portraits", "photos", f"{number}.jpg", f"{number:064x}")
    return Candidate(address, ItemKind.PHOTO, "portraits@1", "portraits", (reason,), face=0)
