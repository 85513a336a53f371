"""Questions about lineage, and what an officer answers."""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import lineage_graph
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import NodeKind
from dsr_desk.core.lineage_questions import LineageAnswer
from dsr_desk.lineage.building import IS_A
from dsr_desk.lineage.identity import NodeAnswer
from dsr_desk.lineage.importers.draft import UNIDENTIFIED
from dsr_desk.lineage.store import answer, answers, sorted_keys
from dsr_desk.storage.clock import now


class NoSuchQuestion(DeskError):
    code = "LINEAGE-NO-SUCH-QUESTION"
    happened = "Nothing was asked under these two keys."
    means = "Nothing was recorded: an answer that nobody asked for could hide a model, or accuse one."
    todo = "List the open questions with their two keys (lineage show) and answer one of them."


class NoSuchThing(DeskError):
    code = "LINEAGE-NO-SUCH-THING"
    happened = "No lineage source names anything with the id {id}."
    means = "Nothing was recorded."
    todo = "Find the thing by a part of its name (lineage find) and give the id that stands there."


def answer_question(desk: Desk, first: str, second: str, yes: bool | None) -> Change:
    """Answers what is asked under these two keys, or what hangs on a question about two systems: two things by their
    node ids. None takes an answer back. Raises NoSuchQuestion."""
    first, second = sorted_keys(first, second)
    asked = any((one.first, one.second) == (first, second) for one in _answers(desk))
    if not asked and yes is not None:
        asked = lineage_graph(desk).is_asked(first, second) or _identifies(desk, first, second)
    if not asked:
        raise NoSuchQuestion()
    return _answer(desk, first, second, yes)


def _identifies(desk: Desk, *ends: str) -> bool:
    """Whether one of these is data that its source does not identify, and the other a dataset that one does."""
    graph = lineage_graph(desk)
    nodes = [node for one in ends if (node := graph.said_as(one)) is not None and node.kind is NodeKind.DATASET]
    return len(nodes) == 2 and sum(UNIDENTIFIED in node.attributes for node in nodes) == 1


def say_kind(desk: Desk, node: str, kind: NodeKind | None) -> Change:
    """What a thing is (its node id, or the first key of a question about it), whatever its source takes it for; None
    takes the word back. Raises NoSuchThing."""
    graph = lineage_graph(desk)
    known = graph.said_as(node) is not None or any(question.first == node for question in graph.questions)
    if not known and not any(one.first == node for one in _answers(desk)):
        raise NoSuchThing(id=node)
    if kind is None:
        said = [one for one in _answers(desk) if one.first == node and one.second.startswith(f"{IS_A}:")]
        if not said:
            raise NoSuchQuestion()
        return _answer(desk, node, said[0].second, None)
    return _answer(desk, node, f"{IS_A}:{kind.value}", True)


def _answer(desk: Desk, first: str, second: str, yes: bool | None) -> Change:
    with desk.vault.transaction() as db:
        touches = answer(db, first, second, yes, desk.vault.officer_key, now())
        said = {"event": "answered", "first": _code(first), "second": _code(second), "same": yes}
        return desk.act(Draft(Kind.LINEAGE, said), touches=touches)


def given_answers(desk: Desk) -> list[LineageAnswer]:
    """What officers answered; each can be taken back with `answer_question(desk, first, second, None)`."""
    graph = lineage_graph(desk)
    return [graph.answer_said(one) for one in _answers(desk)]


def _answers(desk: Desk) -> list[NodeAnswer]:
    with desk.vault.turn() as db:
        return answers(db)


def _code(node: str) -> str:
    """What an act on the vault calls a node: names may tell of a person."""
    return sha256_hex(node.encode())[:16]
