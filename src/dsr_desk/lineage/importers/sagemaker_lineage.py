"""The lineage entities of SageMaker: artifacts, actions, contexts and trial components, and associations of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.lineage.importers.draft import UNCLASSIFIED, Place
from dsr_desk.lineage.importers.reading import items, mapping, some_text
from dsr_desk.lineage.importers.sagemaker_answers import Answer
from dsr_desk.lineage.importers.sagemaker_draw import LOOSE, SageMakerDrawing, SageMakerJob, arn_of, is_arn, moment
from dsr_desk.lineage.importers.trifles import plain_text

LISTS = ("Vertices", "Edges", "ArtifactSummaries", "ActionSummaries", "ContextSummaries", "AssociationSummaries")
ONES = ("ArtifactArn", "ActionArn", "ContextArn", "TrialComponentArn")
_SUMMARIES = ("ArtifactSummaries", "ActionSummaries", "ContextSummaries")
_MD5 = re.compile(r"[0-9a-f]{32}")
_PROGRAMS = ("image", "sourcecode", "code")
_DO_NOT_TRAIN = ("|processing-job/", "|transform-job/")
_OUTPUTS = ("SageMaker.ModelArtifact", "model", "ModelArtifact")


class Association(NamedTuple):
    origin: str
    target: str
    type: str


@dataclass
class Entities:
    """`nodes` are ids by ARN, "" for what is no data, no model and no run (container images, programs); `named` what
    is only named so far, with its type and name."""

    nodes: dict[str, str] = field(default_factory=dict)
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    associations: list[Association] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def belongs(answer: Answer) -> bool:
    """Whether an answer is about lineage entities."""
    if any(is_arn(answer.get(key)) for key in ONES):
        return True
    lists = {key: answer[key] for key in LISTS if isinstance(answer.get(key), list)}
    first: object = next((one for listed in lists.values() for one in listed), {})
    said = first.values() if isinstance(first, dict) else ()
    return any(map(is_arn, said)) or (not first and bool(lists.keys() - {"Vertices", "Edges"}))


def weights_among(drawing: SageMakerDrawing, answer: Answer, place: Place) -> None:
    """Remembers where entities say that weights lie."""
    listed = answer.get("ArtifactSummaries")
    for one in (answer, *(listed if isinstance(listed, list) else ())):
        source = one.get("Source") if isinstance(one, dict) and one.get("ArtifactType") == "Model" else None
        uri = source.get("SourceUri") if isinstance(source, dict) else None
        if isinstance(uri, str) and uri and not is_arn(uri):
            drawing.weights(arn_of(one.get("ArtifactArn"), place).system, uri)
    if is_arn(arn := answer.get("TrialComponentArn")):
        for name, uri in _values(answer.get("OutputArtifacts")):
            if name in _OUTPUTS:
                drawing.weights(arn_of(arn, place).system, uri)


def entities(drawing: SageMakerDrawing, answer: Answer, place: Place, found: Entities) -> None:
    """Adds what an answer describes; what it associates is kept until everything is known."""
    for key in ONES:
        if is_arn(answer.get(key)):
            _entity(drawing, answer, place, found)
            if key == "TrialComponentArn":
                _component(drawing, answer, place, found)
            return
    for key in _SUMMARIES:
        for where, one in items(answer, key, place):
            _entity(drawing, one, where, found)
    for where, one in items(answer, "Vertices", place):
        kind = plain_text(one.get("Type"), (where, "Type"), drawing.draft)
        found.named.setdefault(some_text(one.get("Arn"), (where, "Arn")), (kind, ""))
    for key in ("Edges", "AssociationSummaries"):
        for where, one in items(answer, key, place):
            ends = [some_text(one.get(f"{end}Arn"), (where, f"{end}Arn")) for end in ("Source", "Destination")]
            for end, arn in zip(("Source", "Destination"), ends, strict=True):
                arn_of(arn, (where, f"{end}Arn"))
                said = [plain_text(one.get(f"{end}{what}"), where, drawing.draft) for what in ("Type", "Name")]
                if arn not in found.named or not any(found.named[arn]):
                    found.named[arn] = (said[0], said[1])
            type_ = plain_text(one.get("AssociationType"), (where, "AssociationType"), drawing.draft)
            found.associations.append(Association(ends[0], ends[1], type_))


def _entity(drawing: SageMakerDrawing, told: Answer, place: Place, found: Entities) -> None:
    arn = next((told[key] for key in ("Arn", *ONES) if isinstance(told.get(key), str)), "")
    parts = arn_of(arn, place)
    kind = next((str(told[k]) for k in ("Type", "ArtifactType", "ActionType", "ContextType") if told.get(k)), "")
    source = told.get("Source")
    uri = plain_text(mapping(source, place).get("SourceUri"), place, drawing.draft) if source else ""
    node = found.nodes.get(arn, "")
    if node and not uri:
        return
    node = _known(drawing, parts.system, kind, uri) or node or _named(drawing, told, arn, kind, uri, place)
    found.nodes[arn] = node
    if not node:
        found.left_out[kind or parts.kind] = found.left_out.get(kind or parts.kind, 0) + 1
        return
    thing = drawing.draft.nodes[node]
    if thing.kind in (NodeKind.DATASET, NodeKind.MODEL, NodeKind.OUTPUT):
        made = told.get("CreationTime") if thing.kind is NodeKind.MODEL else None
        created = moment(made, (place, "CreationTime"), drawing.draft)
        drawing.draft.node(
            thing.kind, thing.name, thing.version, thing.namespace, key=node, aliases=[arn], created=created,
            digests=_digests(source) if source else (),
        )  # fmt: skip


def _known(drawing: SageMakerDrawing, system: str, kind: str, uri: str) -> str:
    """What an entity stands for, by the ARN or the place of it."""
    if not uri or kind.lower() in _PROGRAMS:
        return ""
    if is_arn(uri):
        return drawing.by_arn(arn_of(uri, uri))
    if kind == "Model":
        return drawing.weights(system, uri)
    if kind == "DataSet":
        return drawing.lying_at(system, uri)
    return ""


def _named(
    drawing: SageMakerDrawing, told: Answer, arn: str, kind: str, uri: str, place: Place
) -> str:  # fmt: skip
    """An entity of its own; "" for programs, and for contexts that only group things."""
    parts, word = arn_of(arn, place), kind.lower()
    named = next((told[k] for k in ("ArtifactName", "ActionName", "ContextName", "Name") if told.get(k)), "")
    name = uri or (named if isinstance(named, str) and named else parts.name)
    if parts.kind == "experiment-trial-component":
        source = told.get("Source")
        of = source.get("SourceArn") if isinstance(source, dict) else None
        if is_arn(of):
            return drawing.by_arn(arn_of(of, place))
        return drawing.run(parts, plain_text(told.get("DisplayName"), place, drawing.draft))
    if parts.kind == "action":
        if "deploy" in word:
            return drawing.draft.node(NodeKind.DEPLOYMENT, name, "", parts.system, key=f"deployment:{arn.lower()}")
        return drawing.run(parts, name)
    if parts.kind == "context":
        return drawing.endpoint(parts.system, name) if word == "endpoint" else ""
    if word in _PROGRAMS or "image" in word:
        return ""
    if "model" in word:
        return drawing.draft.node(NodeKind.MODEL, name, "", parts.system, key=f"model:{arn.lower()}")
    said = {} if "data" in word else {UNCLASSIFIED: "yes"}
    return drawing.draft.node(NodeKind.DATASET, name, "", parts.system, key=f"dataset:{arn.lower()}", **said)


def _digests(source: object) -> Iterator[str]:
    """Proof of content: an MD5 that somebody stated. The tag of an object is none."""
    listed = source.get("SourceTypes") if isinstance(source, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("SourceIdType") == "MD5Hash":
            value = str(one.get("Value")).lower()
            if _MD5.fullmatch(value):
                yield f"md5:{value}"


def _component(drawing: SageMakerDrawing, answer: Answer, place: Place, found: Entities) -> None:
    """What a trial component says itself of what it took, with what settings, and gave."""
    arn = arn_of(answer.get("TrialComponentArn"), (place, "TrialComponentArn"))
    node = found.nodes[str(answer["TrialComponentArn"])]
    job = SageMakerJob(node, drawing.draft.nodes[node].name)
    for name, uri in _values(answer.get("InputArtifacts")):
        if _is_program(name):
            continue
        if any(kind in node for kind in _DO_NOT_TRAIN):
            drawing.draft.edge(drawing.lying_at(arn.system, uri), node, Role.INPUT)
        else:
            drawing.channel(job, name.removeprefix("SageMaker."), uri)
    for name, uri in _values(answer.get("OutputArtifacts")):
        made = drawing.weights(arn.system, uri) if name in _OUTPUTS else drawing.lying_at(
            arn.system, uri, **{UNCLASSIFIED: "yes"}
        )  # fmt: skip
        drawing.draft.edge(node, made, Role.PRODUCE)
    given = answer.get("Parameters")
    if isinstance(given, dict):
        said = {key: one.get("StringValue") for key, one in given.items() if isinstance(one, dict)}
        drawing.parameters(job, said)


def _values(listed: object) -> Iterator[tuple[str, str]]:
    for name, one in listed.items() if isinstance(listed, dict) else ():
        value = one.get("Value") if isinstance(one, dict) else None
        if isinstance(value, str) and value.strip():
            yield name, value.strip()


def _is_program(name: str) -> bool:
    return any(word in name.lower() for word in ("image", "code", "entrypoint", "script"))


def associate(drawing: SageMakerDrawing, found: Entities) -> None:
    """Draws what is associated. The type says how, and what the two are says what for: mostly it follows from that."""
    for arn, (kind, name) in found.named.items():
        if arn not in found.nodes:
            _entity(drawing, {"Arn": arn, "Type": kind, "Name": name}, arn, found)
    for one in found.associations:
        origin, target = found.nodes[one.origin], found.nodes[one.target]
        if origin and target:
            _associated(drawing, origin, target, one.type)
    if found.left_out:
        types = ", ".join(sorted(found.left_out))
        drawing.draft.warn("note.lineage.sagemaker-left-out", count=sum(found.left_out.values()), types=types)


_WORDS: Mapping[tuple[NodeKind, NodeKind], Role] = {
    (NodeKind.DATASET, NodeKind.RUN): Role.TRAIN,
    (NodeKind.MODEL, NodeKind.RUN): Role.FINE_TUNE_BASE,
    (NodeKind.DATASET, NodeKind.MODEL): Role.TRAIN,
    (NodeKind.MODEL, NodeKind.MODEL): Role.FINE_TUNE_BASE,
    (NodeKind.DATASET, NodeKind.DATASET): Role.DERIVE,
    (NodeKind.MODEL, NodeKind.DATASET): Role.GENERATE,
    (NodeKind.RUN, NodeKind.RUN): Role.PARENT,
    (NodeKind.RUN, NodeKind.MODEL): Role.PRODUCE,
    (NodeKind.RUN, NodeKind.DATASET): Role.PRODUCE,
    (NodeKind.RUN, NodeKind.OUTPUT): Role.PRODUCE,
}
_IN_USE = (NodeKind.DEPLOYMENT, NodeKind.ENDPOINT)


def _associated(drawing: SageMakerDrawing, origin: str, target: str, type_: str) -> None:
    draft = drawing.draft
    kinds = draft.nodes[origin].kind, draft.nodes[target].kind
    if type_ == "SameAs":
        draft.edge(origin, target, Role.COPY)
        draft.edge(target, origin, Role.COPY)
        return
    if kinds[1] in _IN_USE:
        role, stated = Role.SERVE, type_ == "ContributedTo" or kinds[0] in _IN_USE
    elif type_ == "Produced" and kinds[0] is NodeKind.RUN:
        role, stated = Role.PRODUCE, True
    else:
        role = _WORDS.get(kinds, Role.DERIVE)
        stated = role is Role.DERIVE and type_ == "DerivedFrom"
        if any(kind in target for kind in _DO_NOT_TRAIN) and kinds[0] in (NodeKind.DATASET, NodeKind.MODEL):
            role, stated = Role.INPUT, type_ == "ContributedTo"
    if stated:
        draft.edge(origin, target, role)
    elif not any((origin, target, known) in draft.edges for known in Role):
        draft.edge(
            origin,
            target,
            role,
            LOOSE,
            why="guess.sagemaker.association",
            by=type_ or "AssociationType",
            text=type_ or "?",
        )
