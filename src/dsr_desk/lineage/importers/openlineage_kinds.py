"""What OpenLineage leaves open: which datasets are models, and what a run used its inputs for.

A dataset is said to be a model by its facet. Where none says so, the job that wrote it or its own name may: then it is
taken for one, and that is asked about.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from dsr_desk.core.lineage import Certainty, Node, NodeKind, Role
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY, UNCLASSIFIED, LineageDraft
from dsr_desk.lineage.importers.names import Likely, model_file
from dsr_desk.lineage.importers.words import HANDLES_DATA, MEASURES, PLAIN, TRAINS, words_of

_STORES = frozenset(("s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "wasb", "wasbs", "oss", "cos"))
"""Schemes whose authority is a bucket or container, of which there is one of a name in the world."""

_NO_MODEL = frozenset(("report", "reports", "prediction", "predictions", "log", "logs", "table", "embeddings"))


def names_one_place(namespace: str) -> bool:
    """Whether a namespace means the same wherever it is written: a host in the world, a bucket, an ARN."""
    if namespace.startswith(("arn:", "urn:")):
        return True
    try:
        parts = urlsplit(namespace)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not parts.scheme or not host or "://" not in namespace:
        return False
    if parts.scheme.casefold() in _STORES:
        return True
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost", ".lan"))


class OpenKinds:
    """Remembers what was said of each dataset and which job wrote it, and settles at the end what is a model."""

    def __init__(self, draft: LineageDraft) -> None:
        self._draft = draft
        self._stated: dict[str, bool] = {}
        """By node id, whether its kind is stated: as a model, or as something that is none."""

    def stated(self, node: str, facet: str, *, has_schema: bool) -> None:
        """`facet` is the word of the facet on kinds, "" without one. Files may hold anything."""
        known = facet.upper() not in ("", "FILE") or has_schema
        self._stated[node] = self._stated.get(node, False) or known

    def settle(self) -> None:
        draft = self._draft
        writers: dict[str, list[str]] = {}
        for origin, target, role in draft.edges:
            if role is Role.PRODUCE and draft.nodes[origin].kind is NodeKind.RUN:
                writers.setdefault(target, []).append(draft.nodes[origin].name)
        taken: dict[str, dict[str, str]] = {}
        for ident, node in list(draft.nodes.items()):
            if node.kind is not NodeKind.DATASET or self._stated.get(ident, True):
                continue
            why, text = self._why(node, writers.get(ident, []))
            if why:
                taken[ident] = {KIND_WHY: why, KIND_TEXT: text}
            elif ident in writers and model_file(node.name) is Likely.PERHAPS:
                draft.node(node.kind, node.name, node.version, node.namespace, key=ident, **{UNCLASSIFIED: "yes"})
        draft.take_for(NodeKind.MODEL, taken)

    def _why(self, node: Node, jobs: list[str]) -> tuple[str, str]:
        if model_file(node.name) is Likely.YES:
            return "guess.kind.file", node.name
        leaf = PurePosixPath(node.name)
        if leaf.suffix.lower() in PLAIN or words_of(leaf.name) & (_NO_MODEL | HANDLES_DATA | MEASURES):
            return "", ""
        found = next((job for job in jobs if words_of(job) & TRAINS and not words_of(job) & HANDLES_DATA), "")
        return ("guess.kind.job", found) if found else ("", "")


def give_roles(draft: LineageDraft) -> None:
    """Inputs of a run that gives out what its source calls a model trained it: that is what such a run is for.

    Of a run that is called after measuring, or whose model is only taken for one, it is a conclusion; and so it is that
    a model among the inputs was the base.
    """
    makes: dict[str, bool] = {}
    for origin, target, role in draft.edges:
        node = draft.nodes[target]
        if role is Role.PRODUCE and node.kind is NodeKind.MODEL:
            makes[origin] = makes.get(origin, False) or KIND_WHY not in node.attributes
    for (origin, run, role), certainty in list(draft.edges.items()):
        if role is not Role.INPUT or run not in makes or draft.nodes[origin].kind is NodeKind.RUN:
            continue
        name = draft.nodes[run].name
        measures = bool(words_of(name) & MEASURES)
        is_model = draft.nodes[origin].kind is NodeKind.MODEL
        draft.drop_edge(origin, run, role)
        if is_model or measures or not makes[run] or certainty is not Certainty.RECORDED:
            taken = Role.FINE_TUNE_BASE if is_model else Role.TRAIN
            sure = Certainty.INFERRED if certainty is Certainty.RECORDED else certainty
            draft.edge(origin, run, taken, sure, why="guess.input", text=draft.nodes[origin].label)
        else:
            draft.edge(origin, run, Role.TRAIN)


ENDED_BADLY: Mapping[str, str] = {"FAIL": "failed", "ABORT": "killed"}


def say_failed(draft: LineageDraft) -> None:
    """Weights of a run that failed may lie there all the same, and have learned."""
    for origin, target, role in draft.edges:
        status = draft.nodes[origin].attributes.get("status", "")
        if role is Role.PRODUCE and draft.nodes[target].kind is NodeKind.MODEL and status in ENDED_BADLY.values():
            draft.warn("note.lineage.run-failed", run=draft.nodes[origin].name, model=draft.nodes[target].label)
