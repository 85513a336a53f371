"""The review on a vault made by hand: the screen is the vault after anything, and reads nothing on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dsr_desk.app.case import review, searching
from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import ItemAddress
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.models.candidates import decided
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.workspace import Workspace
from quick_keys import make_keys_quick
from unit.app.by_hand import ADA, candidate, open_case, search
from unit.app.case.test_app_searching import FakeSearch

SAME, DIFFERENT, UNSURE = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE


def in_index(one: Candidate, index: str) -> Candidate:
    return replace(one, index=index, dataset_version=f"{index}@1")


def of_sample(one: Candidate, sample: str, member: str) -> Candidate:
    address = ItemAddress("portraits", "shard.tar", member, one.address.digest)
    return replace(one, address=address, sample=sample)


PHOTO = of_sample(candidate(1, expected=0.01), "anna", "anna.jpg")
RECORD = of_sample(candidate(2), "anna", "anna.json")
OTHERS = [in_index(candidate(number, expected=0.5), "staff") for number in (3, 4)]
ALONE = [candidate(5, expected=0.01), candidate(6)]
ALL = [PHOTO, RECORD, *OTHERS, *ALONE]


class Table:
    """A workspace on a vault of its own, and what an officer does in its review."""

    def __init__(self, qtbot: QtBot, folder: Path, found: list[Candidate]) -> None:
        self._qtbot = qtbot
        self.desk, _ = Desk.create(folder / "vault", "Test organisation", "Ada", ADA)
        self.ref = open_case(self.desk)
        search(self.desk, self.ref, *found)
        self.bridge = Bridge()
        self.session = Session(self.desk, self.bridge)
        self.errors: list[DeskError] = []
        self.bridge.failed.connect(self.errors.append)
        self.said: list[str] = []
        self.session.said.connect(self.said.append)
        self.space = Workspace(self.session, self.bridge)
        self.space.resize(1200, 800)
        self.space.show()
        self.session.open_case(self.ref)
        self.settle()

    def open(self) -> ReviewPage:
        self.space.show_place("review")
        self.settle()
        return self.page

    @property
    def page(self) -> ReviewPage:
        page = self.space.page("review")
        assert isinstance(page, ReviewPage)
        return page

    def settle(self) -> None:
        self._qtbot.wait(1)
        self._qtbot.waitUntil(lambda: not self.bridge.running, timeout=60_000)
        self._qtbot.wait(1)

    def key(self, one: Candidate) -> str:
        return self.desk.name(self.ref, one.id)

    def go_to(self, one: Candidate) -> None:
        self.page._go_to(self.page.model.row_of(self.key(one)))
        self.settle()

    def press(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.page, key)
        self.settle()

    def undo(self) -> None:
        self.page.undo.click()
        self.settle()

    def only(self, index: str) -> None:
        self.page.only.choose(index)
        self.page.only.activated.emit(self.page.only.currentIndex())
        self.settle()

    def words(self) -> dict[str, Verdict | None]:
        """What the vault says, by pseudonym."""
        found = review.review_items(self.desk, self.ref)
        return {self.key(one.candidate): one.decision.verdict if one.decision else None for one in found}

    def close(self) -> None:
        self.settle()
        self.space.shut()
        self.space.close()
        self.space.deleteLater()
        self.bridge.close()
        self.desk.close()


@contextmanager
def laid(qtbot: QtBot, folder: Path, found: list[Candidate] | None = None) -> Iterator[Table]:
    made = Table(qtbot, folder, ALL if found is None else found)
    try:
        yield made
        assert made.errors == []
    finally:
        made.close()


@pytest.fixture
def table(qtbot: QtBot, tmp_path: Path) -> Iterator[Table]:
    with laid(qtbot, tmp_path) as made:
        yield made


def require_screen_is_vault(table: Table) -> None:
    page, words = table.page, table.words()
    assert {line.key: line.verdict for card in page.model.deck for line in card.lines} == words
    only = page.only.value
    rows = [page.model.card(row) for row in range(page.model.rowCount())]
    assert rows == [card for card in page.model.deck if only in ("", card.lines[0].index_name)]
    open_cards = sum(card.is_open for card in page.model.deck)
    total = len(page.model.deck)
    assert page.progress.text.startswith(f"{total - open_cards} of {total} decided")
    same = list(words.values()).count(SAME)
    assert f"· {same} same" in page.progress.text
    assert page.foot.go_on.isVisibleTo(page) is (None not in words.values() and UNSURE not in words.values())
    card = page.current()
    if card is not None:
        assert page.card.number.text() == f"Candidate {card.number}"
        said = decided(card) if any(words[line.key] for line in card.lines) else ""
        assert page.card.verdict.text == said
        assert page.content is not None
        assert [table.key(one) for one, _ in page.content.parts] == [line.key for line in card.lines]  # type: ignore[arg-type]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("only"), st.sampled_from(["", "portraits", "staff"])),
        st.tuples(st.just("decide"), st.sampled_from(list(Verdict))),
        st.tuples(st.just("undo"), st.none()),
        st.tuples(st.just("go"), st.sampled_from([Qt.Key.Key_Left, Qt.Key.Key_Right])),
        st.tuples(st.just("elsewhere"), st.tuples(st.sampled_from(ALL), st.sampled_from(list(Verdict)))),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=steps)
def test_the_screen_is_the_vault_after_any_order_of_filter_decide_and_undo(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, object]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        with laid(qtbot, tmp_path_factory.mktemp("any")) as table:
            page = table.open()
            for what, with_ in done:
                if what == "only":
                    table.only(str(with_))
                elif what == "decide":
                    page.bar.buttons[Verdict(with_)].click()
                elif what == "undo" and page.undo.isEnabled() and any(table.words().values()):
                    page.undo.click()
                elif what == "go":
                    table.press(Qt.Key(with_))
                elif what == "elsewhere":
                    one, verdict = with_  # type: ignore[misc]
                    review.decide(table.desk, table.ref, one.id, verdict)
                    table.session.tell()
                table.settle()
                require_screen_is_vault(table)


def test_undo_goes_to_a_candidate_that_the_filter_hides_and_says_so(table: Table) -> None:
    page = table.open()
    table.only("staff")
    assert page.model.rowCount() == 2
    first = page.current()
    assert first is not None
    table.press(Qt.Key.Key_2)
    assert page.progress.text.startswith("1 of 5 decided")
    assert page.progress.text.endswith("shown here: 1 of 2 decided")
    table.only("portraits")
    table.undo()
    now = page.current()
    assert now is not None
    assert (now.key, now.verdict) == (first.key, None)
    assert page.only.value == page.model.only == ""
    assert table.said[-1].endswith("It lies in staff: all indexes are shown again.")
    assert page.progress.text.startswith("0 of 5 decided")
    assert not any(table.words().values())


def test_a_photo_and_the_record_of_its_sample_are_decided_with_one_key_and_undone_with_one(table: Table) -> None:
    page = table.open()
    table.go_to(RECORD)
    card = page.current()
    assert card is not None
    assert [line.key for line in card.lines] == [table.key(PHOTO), table.key(RECORD)]
    table.press(Qt.Key.Key_1)
    decided_now = {one.address.id: one.verdict for one in review.decisions(table.desk, table.ref)}
    assert decided_now == {PHOTO.id: SAME, RECORD.id: SAME}
    assert "1 of 5 decided · 2 of 6 items · 2 same" in page.progress.text
    table.undo()
    assert review.decisions(table.desk, table.ref) == []
    now = page.current()
    assert now is not None
    assert now.key == card.key


def test_one_of_a_card_can_be_decided_alone_by_command_and_the_card_says_of_each(table: Table) -> None:
    page = table.open()
    review.decide(table.desk, table.ref, RECORD.id, DIFFERENT)
    table.session.tell()
    table.settle()
    table.go_to(PHOTO)
    assert page.card.verdict.text == "photo: open, record: Different"
    assert page.progress.text.startswith("0 of 5 decided · 1 of 6 items")
    page.bar.apart.click()
    table.settle()
    assert len(page.model.deck) == 6
    table.go_to(PHOTO)
    table.press(Qt.Key.Key_1)
    assert table.words()[table.key(PHOTO)] is SAME
    assert table.words()[table.key(RECORD)] is DIFFERENT


def test_a_confirmed_hit_brings_further_candidates_while_the_review_goes_on(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, new = FakeSearch(), candidate(7, expected=0.01)
    monkeypatch.setattr(searching, "search", fake.search)
    monkeypatch.setattr(searching, "open_indexes", fake.open_indexes)
    fake.found = tuple(ALL)
    searching.search_case(table.desk, table.ref)
    fake.found = (*ALL, new)
    fake.asked.clear()
    table.open()
    table.go_to(ALONE[1])
    table.press(Qt.Key.Key_2)
    assert fake.asked == []
    table.go_to(PHOTO)
    table.press(Qt.Key.Key_1)
    assert {one for question in fake.asked for one, _ in question.confirmed} == {PHOTO.id, RECORD.id}
    assert table.words()[table.key(new)] is None
    require_screen_is_vault(table)
    assert any("1 further candidate" in said for said in table.said)
    table.go_to(new)
    assert table.page.current() is not None


def test_while_a_word_is_recorded_no_key_says_another(table: Table) -> None:
    page = table.open()
    buttons = page.bar.buttons
    buttons[SAME].click()
    buttons[DIFFERENT].click()
    table.settle()
    said = [word for word in table.words().values() if word]
    assert set(said) == {SAME}
    require_screen_is_vault(table)


def test_nothing_is_read_on_the_windows_thread(table: Table) -> None:
    window, read = threading.get_ident(), []

    def seen(statement: str) -> None:
        if threading.get_ident() == window:
            read.append(statement)

    table.desk.vault.db.conn.set_trace_callback(seen)
    page = table.open()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Right, Qt.Key.Key_3, Qt.Key.Key_Left, Qt.Key.Key_Space):
        table.press(key)
    table.only("staff")
    table.press(Qt.Key.Key_1)
    table.undo()
    page.bar.reveal.click()
    table.settle()
    page.forget()
    table.settle()
    table.desk.vault.db.conn.set_trace_callback(None)
    assert page.progress.text.startswith("3 of 5 decided")
    assert read == []


def test_what_was_compared_is_one_line_that_opens(table: Table) -> None:
    page = table.open()
    assert page.foot.line.text().startswith("0 faces and 6 records were compared")
    assert page.foot.opened.isHidden()
    page.foot.more.click()
    assert page.foot.opened.isVisible()
    assert page.foot.statement.text()


@pytest.mark.parametrize("size", [(744, 452), (1150, 680), (1064, 712), (664, 372)])
def test_the_pictures_take_what_room_there_is_and_nothing_overlaps(table: Table, size: tuple[int, int]) -> None:
    page = table.open()
    page.setFixedSize(*size)
    table.settle()
    parts = [page.table, page.bar, page.film, page.foot]
    tops = [one.mapTo(page, one.rect().topLeft()).y() for one in parts]
    ends = [top + one.height() for top, one in zip(tops, parts, strict=True)]
    assert all(end <= top for end, top in zip(ends[:-1], tops[1:], strict=True))
    candidate = page.card.photo if page.card.photo.isVisible() else page.card.record
    pictures: list[tuple[QWidget, QWidget]] = [(page.card, candidate), (page.reference, page.reference.photo)]
    for shown, photo in pictures:
        assert photo.height() >= 48
        assert shown.rect().contains(photo.geometry()) or photo.parent() is not shown
        assert photo.mapTo(shown, photo.rect().bottomRight()).y() <= shown.height()
    cards = [page.reference, page.card, page.place]
    assert all(one.geometry().right() < other.geometry().left() for one, other in pairwise(cards))
    if size[1] > 600:
        assert candidate.height() >= 0.4 * page.height()
