"""What the sample's officer answers to the questions of its lineage.

Its systems are all of one organisation and mean the same things by their names; what they read from tags and aliases is
so. The hub's page of the face embedder is about the version in use, and not about the first.
"""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.asking import answer_question, given_answers
from dsr_desk.app.models.lineage import lineage_graph
from dsr_desk.core.lineage_questions import LineageAnswer, LineageQuestion
from dsr_desk.lineage.graph import Graph

_OTHER = "face-embedder@1"
_MOST = 200
"""Far more answers than the sample asks for."""


def answer_sample_questions(desk: Desk) -> list[LineageAnswer]:
    """Answers one question after the other, the one with the largest effect first, until none is open."""
    for _ in range(_MOST):
        graph = lineage_graph(desk)
        if not graph.questions:
            break
        asked = graph.questions[0]
        answer_question(desk, asked.first, asked.second, _is_so(graph, asked))
    return given_answers(desk)


def _is_so(graph: Graph, asked: LineageQuestion) -> bool:
    ends = (graph.said_as(key) for key in (asked.first, asked.second))
    return all(node is None or node.label != _OTHER for node in ends)
