"""What only an officer can say: of each pair of systems, of single things, of uses, of kinds.

Each has evidence for and against; those by which the most models are affected come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dsr_desk.core.lineage import Node, NodeKind, Role
from dsr_desk.core.lineage_questions import LineageAnswer, LineageQuestion, QuestionKind
from dsr_desk.core.message import Message, message, term
from dsr_desk.lineage.building import IS_A, Built, Use, things_key, use_key
from dsr_desk.lineage.candidates import HUB, Agree
from dsr_desk.lineage.edges import Indices
from dsr_desk.lineage.identity import NodeAnswer, SystemPair, system_key
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY

if TYPE_CHECKING:
    from dsr_desk.lineage.graph import Graph

_EXAMPLES = 3
_IS_A_MODEL = f"{IS_A}:{NodeKind.MODEL.value}"
_MOST_FILES = 3
_KNOWN = {"": "system.here", HUB: "system.hub"}
_ENOUGH = 4
"""Characters that tell two systems apart whose files are called alike."""

_MOST_WALKS = 200
"""Of fewer questions the effect of each is looked up; of more, that of single things counts as what is asked about."""
Labels = Mapping[str, Sequence[str]]


def questions_of(graph: Graph, built: Built) -> list[tuple[LineageQuestion, Indices]]:
    """All open questions with the places that hang on each, the largest effect first."""
    found = [*_about_systems(built), *_about_things(built), *_about_uses(built), *_about_kinds(built)]
    models = graph.mask(graph.of_kind(NodeKind.MODEL))
    flows = ~graph.with_role(Role.ERASE)
    weighed = []
    for question, places in found:
        effect = len(places)
        if len(found) < _MOST_WALKS or question.kind in (QuestionKind.SYSTEMS, QuestionKind.USES):
            reached = graph.folded(graph.walk(places.tolist(), flows).reached)
            effect = int((reached & models).sum())
        weighed.append((replace(question, effect=effect), places))
    return sorted(weighed, key=lambda one: (-one[0].effect, one[0].kind.value, one[0].first, one[0].second))


def things_asked(built: Built) -> set[tuple[str, str]]:
    """Keys of answers on one pair of things, one use or one datum, of what is asked at large."""
    found: set[tuple[str, str]] = set()
    for asked in built.identities.systems.values():
        for pairs in asked.pairs.values():
            for a, b in pairs:
                low, high = sorted((built.listed[a].id, built.listed[b].id))
                found.add((low, high))
    for use, edges in built.uses.items():
        for k in edges:
            for origin in built.members[int(built.said.origin[k])]:
                for target in built.members[int(built.said.target[k])]:
                    found.add(use_key(use.role, origin.id, target.id))
    found |= {(node.id, _IS_A_MODEL) for node in built.listed if KIND_WHY in node.attributes}
    return found


def system_name(labels: Labels, namespace: str) -> Message:
    """A system for people: the files in which its things are named."""
    if namespace in _KNOWN:
        return message(_KNOWN[namespace])
    files = labels.get(namespace, ())
    more = len(files) - _MOST_FILES
    form = namespace.partition(":")[0] if "://" not in namespace else namespace
    if not files:
        return message("system.named", name=namespace)
    if sum(other.partition(":")[0] == form and named == files for other, named in labels.items()) > 1:
        form = f"{form} {namespace.rpartition(':')[2][:_ENOUGH]}"
    code = "system.files.more" if more > 0 else "system.files"
    return message(code, name=form, files=tuple(files[:_MOST_FILES]), count=max(more, 0))


def described(labels: Labels, node: Node) -> Message:
    if not node.namespace:
        return message("node.registered", label=node.label)
    return message("node.named", label=node.label, system=system_name(labels, node.namespace))


def _about_systems(built: Built) -> Iterable[tuple[LineageQuestion, Indices]]:
    for (first, second), asked in built.identities.systems.items():
        pairs = [pair for how in Agree for pair in asked.pairs[how]]
        low, high = sorted((system_key(first), system_key(second)))
        one, other = (system_name(built.labels, space) for space in (first, second))
        question = LineageQuestion(
            QuestionKind.SYSTEMS, low, high,
            message("question.systems", first=one, second=other),
            evidence=tuple(_agreement(built, asked)),
            against=_disagreement(asked),
            singles=tuple(_of_things(built, a, b) for a, b in pairs[:_EXAMPLES]),
        )  # fmt: skip
        yield question, _places(built, pairs)


def _agreement(built: Built, asked: SystemPair) -> Iterable[Message]:
    for how in Agree:
        pairs = asked.pairs[how]
        if pairs:
            names = tuple(dict.fromkeys(built.listed[a].label for a, _ in pairs))[:_EXAMPLES]
            yield message(f"evidence.{how.name.lower().replace('_', '-')}", count=len(pairs), names=names)
    if asked.same_content:
        yield message("evidence.content", count=asked.same_content)


def _disagreement(asked: SystemPair) -> tuple[Message, ...]:
    return (message("evidence.other-content", count=asked.other_content),) if asked.other_content else ()


def _about_things(built: Built) -> Iterable[tuple[LineageQuestion, Indices]]:
    for a, b in built.identities.things:
        yield _of_things(built, a, b), _places(built, [(a, b)])


def _of_things(built: Built, a: int, b: int) -> LineageQuestion:
    first, second = sorted((built.listed[a], built.listed[b]), key=lambda node: node.id)
    says = message(
        "question.same", kind=term(first.kind), first=described(built.labels, first),
        second=described(built.labels, second),
    )  # fmt: skip
    return LineageQuestion(QuestionKind.THINGS, first.id, second.id, says)


def _about_uses(built: Built) -> Iterable[tuple[LineageQuestion, Indices]]:
    for use, edges in built.uses.items():
        first, second = use.keys
        pairs = [(int(built.said.origin[k]), int(built.said.target[k])) for k in edges]
        texts = tuple(dict.fromkeys(built.notes[int(built.said.note[k])].get("text", "") for k in edges))[:_EXAMPLES]
        question = LineageQuestion(
            QuestionKind.USES, first, second, _asks(built, use, len(edges)),
            evidence=tuple(message(use.why, by=use.by, text=text) for text in texts),
            singles=tuple(_of_use(built, use, a, b) for a, b in pairs[:_EXAMPLES]),
        )  # fmt: skip
        yield question, np.unique(np.array(pairs, dtype=np.int64)[:, 1])


def _asks(built: Built, use: Use, count: int) -> Message:
    return message(
        "question.use" if use.by else "question.use.unsaid",
        role=term(use.role),
        system=system_name(built.labels, use.namespace),
        by=use.by,
        count=count,
    )


def _of_use(built: Built, use: Use, origin: int, target: int) -> LineageQuestion:
    ends = built.nodes[origin], built.nodes[target]
    first, second = (described(built.labels, node) for node in ends)
    says = message("question.one-use", role=term(use.role), first=first, second=second)
    return LineageQuestion(QuestionKind.USES, *use_key(use.role, ends[0].id, ends[1].id), says)


def _about_kinds(built: Built) -> Iterable[tuple[LineageQuestion, Indices]]:
    """Once for all in one system that were taken for models by one reason."""
    guessed: dict[str, list[Node]] = defaultdict(list)
    for node in built.listed:
        if KIND_WHY in node.attributes and KIND_WHY in built.nodes[built.place_of[node.id]].attributes:
            guessed[things_key(node)].append(node)
    for key, nodes in guessed.items():
        texts = dict.fromkeys(node.attributes.get(KIND_TEXT, "") for node in nodes)
        system = system_name(built.labels, nodes[0].namespace)
        asks = message("question.models", system=system, count=len(nodes))
        alone = len(nodes) == 1
        question = LineageQuestion(
            QuestionKind.A_MODEL, key, _IS_A_MODEL, _of_kind(built, nodes[0]).says if alone else asks,
            evidence=tuple(message(nodes[0].attributes[KIND_WHY], text=text) for text in list(texts)[:_EXAMPLES]),
            singles=() if alone else tuple(_of_kind(built, node) for node in nodes[:_EXAMPLES]),
        )  # fmt: skip
        yield question, np.array([built.place_of[node.id] for node in nodes], dtype=np.int64)


def _of_kind(built: Built, node: Node) -> LineageQuestion:
    says = message("question.a-model", thing=described(built.labels, node))
    return LineageQuestion(QuestionKind.A_MODEL, node.id, _IS_A_MODEL, says)


def _places(built: Built, pairs: Sequence[tuple[int, int]]) -> Indices:
    ends = {built.place_of[built.listed[i].id] for pair in pairs for i in pair}
    return np.array(sorted(ends), dtype=np.int64)


def answer_said(labels: Labels, answer: NodeAnswer, known: Callable[[str], Node | None]) -> LineageAnswer:
    """An answer in words; things that no source names any more by their ids."""
    first, second = answer.first, answer.second
    if second.startswith(f"{IS_A}:"):
        kind = NodeKind(second.removeprefix(f"{IS_A}:")) if answer.same else NodeKind.DATASET
        says = message("answer.is-a", thing=_thing_told(labels, first, known), kind=term(kind))
    elif first.startswith("system:"):
        one, other = (system_name(labels, key.removeprefix("system:")) for key in (first, second))
        says = message("answer.systems.same" if answer.same else "answer.systems.different", first=one, second=other)
    elif first.startswith("uses:"):
        role, _, why = second.partition(":")
        by = why.partition(":")[2]
        codes = ("answer.no-use", "answer.use") if by else ("answer.no-use.unsaid", "answer.use.unsaid")
        says = message(
            codes[answer.same], role=term(Role(role)), by=by, system=system_name(labels, first.removeprefix("uses:"))
        )
    elif first.startswith("use:"):
        _, role, origin = first.split(":", 2)
        says = message(
            "answer.one-use" if answer.same else "answer.no-one-use", role=term(Role(role)),
            first=_told(labels, origin, known), second=_told(labels, second, known),
        )  # fmt: skip
    else:
        says = message(
            "answer.same" if answer.same else "answer.different", first=_told(labels, first, known),
            second=_told(labels, second, known),
        )  # fmt: skip
    return LineageAnswer(first, second, answer.same, says)


def _thing_told(labels: Labels, key: str, known: Callable[[str], Node | None]) -> Message:
    if not key.startswith("things:"):
        return _told(labels, key, known)
    namespace, _, why = key.removeprefix("things:").rpartition("|")
    return message("answer.things", system=system_name(labels, namespace), why=message(why, text="…"))


def _told(labels: Labels, ident: str, known: Callable[[str], Node | None]) -> Message:
    node = known(ident)
    return message("node.forgotten", id=ident) if node is None else described(labels, node)
