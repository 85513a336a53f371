"""Sentences of what stands in a lineage, and the signs that go with its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsr_desk.app.models.view import NodeStanding, PlacedNode
from dsr_desk.core.lineage import Certainty, DispositionKind, Node, Path, Role
from dsr_desk.core.lineage_questions import LineageQuestion
from dsr_desk.core.message import message
from dsr_desk.ui import words
from dsr_desk.ui.language import say
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import term, tr

_MARK = 12
"""Hexadecimal figures by which two stores of one format differ."""


def name_of(node: Node) -> str:
    """For people: name and version, a run without the id that it carries as its version."""
    return node.title.replace("@", " ")


def known_from(node: Node) -> str:
    """The system that a thing is known from: its format and the beginning of its mark, or its address."""
    form, _, mark = node.namespace.partition(":")
    if len(mark) == _MARK and not mark.strip("0123456789abcdef"):
        return f"{form} · {mark[:6]}"
    return node.namespace or tr("this vault")


def edge_word(roles: Sequence[Role]) -> str:
    """The same in one word, read along the line: “trains”; “…” where there is more to say."""
    said = list(dict.fromkeys(say(message(f"edge.{role.value}")) for role in roles))
    return f"{said[0]} …" if len(said) > 1 else "".join(said)


def roles_said(roles: Sequence[Role]) -> str:
    return ", ".join(dict.fromkeys(map(term, roles)))


def certainties_said(certainties: Mapping[Role, Certainty]) -> str:
    """Each role and how sure it is: “trained on (recorded), validated on (inferred)”."""
    return ", ".join(f"{term(role)} ({term(certainty)})" for role, certainty in certainties.items())


def standing_name(standing: NodeStanding) -> str:
    """ "" where there is nothing to say."""
    return "" if standing is NodeStanding.BESIDE else term(standing)


_STANDINGS = {
    NodeStanding.HIT: (Tone.INFO, "info"),
    NodeStanding.AFFECTED: (Tone.DANGER, "danger"),
    NodeStanding.MEASURED: (Tone.WARN, "warn"),
    NodeStanding.PERHAPS: (Tone.WARN, "unknown"),
    NodeStanding.EXCLUDED: (Tone.OK, "ok"),
    NodeStanding.SILENT: (Tone.PLAIN, "unknown"),
    NodeStanding.IN_PART: (Tone.PLAIN, "unknown"),
    NodeStanding.BESIDE: (Tone.PLAIN, ""),
}


def standing_tone(standing: NodeStanding) -> Tone:
    return _STANDINGS[standing][0]


def standing_icon(standing: NodeStanding) -> str:
    """The sign that goes with the word."""
    return _STANDINGS[standing][1]


def seen_name(disposition: DispositionKind) -> str:
    """What was seen to have become of a model."""
    return say(message(f"disposition-seen.{disposition.value}"))


def disposition_tone(disposition: DispositionKind) -> Tone:
    if disposition is DispositionKind.DESTROYED:
        return Tone.DANGER
    return Tone.PLAIN if disposition is DispositionKind.NOT_AFFECTED else Tone.WARN


def title_of(placed: PlacedNode) -> str:
    """What stands large in a box: “+ 23 models”, or “+ 4 × face-embedder”, where it stands for several."""
    if not placed.folded:
        return name_of(placed.node)
    return f"+ {say(placed.title)}"


def _hits(placed: PlacedNode) -> str:
    return words.counted(placed.hits, "1 hit in it", "%Ln hits in it") if placed.hits else ""


def note_of(placed: PlacedNode) -> str:
    """The small line in a box: kind, and why it matters here."""
    state = _hits(placed)
    if not state and placed.certainties and placed.standing in (NodeStanding.AFFECTED, NodeStanding.MEASURED):
        state = certainties_said(dict([next(iter(placed.certainties.items()))]))
    state = state or standing_name(placed.standing)
    if placed.folded:
        return state or tr("open to see each")
    return " · ".join(filter(None, (term(placed.node.kind), state)))


def what_it_is(placed: PlacedNode) -> str:
    """Kind and standing: “model · affected”."""
    return " · ".join(filter(None, (term(placed.node.kind), _hits(placed) or standing_name(placed.standing))))


def sentence_of(placed: PlacedNode) -> str:
    """The whole box for a screen reader."""
    kind, standing = term(placed.node.kind), standing_name(placed.standing)
    return ", ".join(
        filter(None, (title_of(placed), kind, standing, _hits(placed), certainties_said(placed.certainties)))
    )


def path_sentence(path: Path) -> str:
    """A path in words: every node, in order."""
    return " → ".join(name_of(step.node) for step in path)


def question_said(question: LineageQuestion) -> str:
    """What an officer is asked, with what speaks for and against a yes and what hangs on it."""
    return "\n".join((say(question.says), *question_reasons(question)))


def question_reasons(question: LineageQuestion) -> list[str]:
    """What speaks for and against a yes and what hangs on it, a line each."""
    lines = [tr("For it: {says}").format(says=say(one)) for one in question.evidence]
    lines += [tr("Against it: {says}").format(says=say(one)) for one in question.against]
    if question.effect:
        lines.append(words.counted(question.effect, "1 model depends on it.", "%Ln models depend on it."))
    return lines
