"""What the screens hear of what was written, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind, Row
from dsr_desk.core.changes import Change
from dsr_desk.core.refusals import NothingToUndo
from dsr_desk.ui.bridge import Bridge
from dsr_desk.ui.session import Session
from hand_made import ANN, REF, ByHand


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """The session of a case that was searched."""
    desk, _ = Desk.create(tmp_path / "vault", "Example Ltd", "Ann", ANN)
    hand = ByHand(desk)
    hand.open()
    hand.search("a", "b")
    bridge = Bridge()
    session = Session(desk, bridge)
    session.open_case(REF)
    yield session
    bridge.close()
    desk.close()


@pytest.fixture
def heard(session: Session) -> list[frozenset[Kind]]:
    """Kinds of what the screens hear, as it comes."""
    found: list[frozenset[Kind]] = []
    session.changed.connect(lambda change: found.append(change.kinds))
    return found


def decide(session: Session, item: str) -> Change:
    rows = [Row(ByHand(session.desk).name(item), "same", {"id": item})]
    return session.desk.act(Draft(Kind.DECIDED, {}, {}, rows), REF, subject=item)


def link(session: Session, *, refused: bool) -> Change:
    hand = ByHand(session.desk)
    said = {"item": hand.name("a"), "linked": hand.name("b"), "refused": refused}
    return session.desk.act(Draft(Kind.LINK, said, {"item": "a", "linked": "b"}), REF, subject="a")


def test_screens_hear_of_a_short_act_once(session: Session, heard: list[frozenset[Kind]]) -> None:
    assert session.do(lambda: decide(session, "a")) is not None
    session.tell()
    assert heard == [{Kind.DECIDED}]


def test_screens_hear_of_all_that_a_job_wrote(session: Session, heard: list[frozenset[Kind]]) -> None:
    decide(session, "a")
    session.desk.act(Draft(Kind.ORGANISATION))
    session.tell("what the job returned")
    session.tell()
    assert heard == [{Kind.DECIDED, Kind.ORGANISATION}]


def test_an_act_amid_a_job_hides_nothing_of_what_the_job_wrote(session: Session, heard: list[frozenset[Kind]]) -> None:
    session.desk.act(Draft(Kind.ORGANISATION))
    session.do(lambda: decide(session, "a"))
    assert heard == [{Kind.DECIDED}]
    session.tell()
    assert heard[1] >= {Kind.ORGANISATION}


def test_what_is_refused_is_shown_and_no_news(session: Session, heard: list[frozenset[Kind]]) -> None:
    shown: list[object] = []
    session.bridge.failed.connect(shown.append)
    assert session.do(session.take_back) is None
    assert [type(one) for one in shown] == [NothingToUndo]
    assert heard == []


def test_what_was_done_last_is_taken_back_once(session: Session, heard: list[frozenset[Kind]]) -> None:
    session.do(lambda: link(session, refused=True))
    change = session.do(session.take_back)
    assert change is not None
    assert (change.subject, session.desk.vault.log.entry(change.entry).act.open["refused"]) == ("a", False)
    assert heard == [{Kind.LINK}, {Kind.LINK}]
    with pytest.raises(NothingToUndo):
        session.take_back()


def test_a_look_at_a_score_leaves_what_can_be_taken_back(session: Session) -> None:
    session.do(lambda: link(session, refused=True))
    seen = {"item": ByHand(session.desk).name("a")}
    session.do(lambda: session.desk.act(Draft(Kind.SCORE_SHOWN, seen), REF))
    assert session.last is not None
    assert session.last.kinds == {Kind.LINK}


def test_another_case_has_nothing_to_take_back(session: Session) -> None:
    session.do(lambda: decide(session, "a"))
    session.open_case(REF)
    with pytest.raises(NothingToUndo):
        session.take_back()
