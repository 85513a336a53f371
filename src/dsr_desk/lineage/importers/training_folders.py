"""Folders that trainings without a tracker leave: what they were told to do, and weights as models by file.

Nothing is executed and no pickle is opened. Of weights the digest counts, and the head of those that have one that can
be read. All that lies below the folder that was named is one source.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path, PurePosixPath

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import BY_FILE, NAMED_ONLY, ImportRefused, LineageDraft, system_of
from dsr_desk.lineage.importers.names import is_placeholder
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import CHUNK, json_document, text_of
from dsr_desk.lineage.importers.training_kinds import CHECKPOINT, HUGGING_FACE, Stated
from dsr_desk.lineage.importers.training_tree import TrainingRun, TrainingTree, Weights, natural
from dsr_desk.lineage.importers.wandb_runs import is_run_folder
from dsr_desk.lineage.importers.weights import (
    HUB,
    finished,
    head_of,
    is_hub_id,
    looks_like_weights,
    named_model,
    session_of,
    state,
    title_of,
)

FORMAT = "Training folders"

_CARD = ("README.md", "adapter_config.json")
_STATE = "trainer_state.json"
_LEAST = 32
"""Bytes of a file by which it may be known: fewer than a digest has are no weights, and others have the same."""


def sniff(peek: Peek) -> bool:
    if not peek.is_folder:
        return False
    names = {path.name for path in peek.path.iterdir()}
    if names & set(_CARD) and _STATE not in names and not any(map(CHECKPOINT.fullmatch, names)):
        return False  # a repository of a model, with its card
    if is_run_folder(peek.path.name, names):
        return False
    return TrainingTree(peek.path).is_one


def files(peek: Peek) -> list[Path]:
    return TrainingTree(peek.path).files


def read(peek: Peek, draft: LineageDraft) -> None:
    tree = TrainingTree(peek.path)
    runs, stray = tree.runs(draft)
    _Reader(peek, draft, runs, stray).read()


class _Reader:
    def __init__(self, peek: Peek, draft: LineageDraft, runs: list[TrainingRun], stray: list[Weights]) -> None:
        self.peek = peek
        self.draft = draft
        self.runs = runs
        self.stray = sorted(stray, key=lambda one: natural(one.inside))
        self.marks = {run.inside: self._mark(run) for run in runs}
        # The first training stays the first when others are added below the same folder.
        first = [self.marks[run.inside] for run in runs[:1]]
        self.system = system_of("training", *(first or [self._digests(one)[0] for one in self.stray[:1]]))
        self.models: dict[str, tuple[str, str]] = {}

    def read(self) -> None:
        names = Counter(PurePosixPath(run.inside).name for run in self.runs)
        written = []
        for run in self.runs:
            name = PurePosixPath(run.inside).name or self.peek.path.name
            label = name if names[name] <= 1 else run.inside
            key = f"run:{self.system}|{self.marks[run.inside]}"
            node = self.draft.node(NodeKind.RUN, label, "", self.system, key=key, program=run.program)
            for weights in run.weights:
                within = PurePosixPath(weights.inside).relative_to(run.inside).as_posix()
                model = self._model(weights, name if within == "." else within, "" if within == "." else label, run)
                self.draft.edge(node, model, Role.PRODUCE)
            written.append((node, run))
        for weights in self.stray:
            version = self._digests(weights)[0][:12]
            self._model(weights, weights.inside or self.peek.path.name, version, None)
            if any(path.suffix == ".py" for path in weights.files[0].parent.iterdir()):
                self.draft.warn("note.lineage.code-config", place=weights.inside)
        for node, run in written:
            for program, config in run.said:
                for stated in program.read(config):
                    self._states(node, run, stated, hub=program.name == HUGGING_FACE)

    def _model(self, weights: Weights, name: str, version: str, run: TrainingRun | None) -> str:
        mark = self.marks[run.inside] if run else ""
        told = [path for path in weights.files if path.stat().st_size >= _LEAST]
        for path in weights.files:
            if path not in told:
                self.draft.warn("note.lineage.tiny", place=path.relative_to(self.peek.path).as_posix())
        digests = [f"sha256:{self.peek.sha256_of(path)}" for path in told]
        heads = []
        for path in weights.files:
            with path.open("rb") as file:
                if not looks_like_weights(file.read(16)):
                    continue
            try:
                heads.append(head_of(path))
            except ImportRefused:
                self.draft.warn("note.lineage.head-unread", place=path.relative_to(self.peek.path).as_posix())
        key = f"model:{self.system}|{mark}|{name}|{'' if run else version}"
        model = self.draft.node(
            NodeKind.MODEL, name, version, self.system, key=key,
            digests=digests, created=max((finished(head, weights.inside, self.draft) for head in heads), default=""),
            title=next(filter(None, map(title_of, heads)), ""), **{BY_FILE: "yes"},
        )  # fmt: skip
        for head in heads:
            state(self.draft, model, head, session_of(head) or self.system)
        self.models[weights.inside] = model, run.inside if run else ""
        return model

    def _states(self, node: str, run: TrainingRun, stated: Stated, *, hub: bool) -> None:
        sure = Certainty.INFERRED if stated.why else Certainty.RECORDED
        why, by = stated.why, stated.by
        if stated.kind is NodeKind.MODEL:
            origin, own = self._known(stated.text, run)
            if own:
                return
            if origin:
                sure, why = Certainty.INFERRED, why or "guess.same-path"
            else:
                origin = named_model(self.draft, stated.text, self.system)
        elif is_placeholder(PurePosixPath(stated.text).stem if "/" not in stated.text else stated.text):
            origin = self.draft.unidentified(stated.text, of=node)
        else:
            space = HUB if hub and is_hub_id(stated.text) else self.system
            origin = self.draft.node(NodeKind.DATASET, stated.text, "", space, **{NAMED_ONLY: "yes"})
        self.draft.edge(origin, node, stated.role, sure, why=why, by=by, text=stated.text)

    def _known(self, text: str, run: TrainingRun) -> tuple[str, bool]:
        """The model in this folder that a path leads to, "" where none or several may be meant; whether it is the
        run's own, which it went on with."""
        asked = PurePosixPath(text.replace("\\", "/")).parts
        found = []
        for inside, (model, of) in self.models.items():
            parts = PurePosixPath(inside).parts
            shorter = min(len(asked), len(parts))
            if shorter and asked[-shorter:] == parts[-shorter:] and (shorter > 1 or parts == asked):
                found.append((model, of == run.inside and model != ""))
        return found[0] if len(found) == 1 else ("", False)

    def _digests(self, weights: Weights) -> list[str]:
        """SHA-256 of its files; of what TensorFlow saves the values, since its graph is the same after any training."""
        return [self.peek.sha256_of(path) for path in weights.files] or [sha256_hex(weights.inside.encode())]

    def _mark(self, run: TrainingRun) -> str:
        """What no other run has and this one keeps: its settings, and how its log begins, or else its weights."""
        marks = [self.peek.sha256_of(path) for path in run.configs if path.name != _STATE]
        began = [beginning for path in run.logs[:2] if (beginning := _beginning(path))] + run.events[:1]
        if not began:
            began = [one for weights in run.weights[:1] for one in self._digests(weights)]
        return sha256_hex("\n".join((*marks, *began)).encode())[:16]


def _beginning(path: Path) -> str:
    """The first words of a log; more come behind them, and they stay."""
    if path.name == _STATE:
        try:
            told = json_document(text_of(path))
        except ImportRefused:
            return ""
        history = told.get("log_history") if isinstance(told, dict) else None
        return json.dumps(history[0], sort_keys=True) if isinstance(history, list) and history else ""
    with path.open("rb") as file:
        return b"".join(file.readline(CHUNK) for _ in range(2)).decode("utf-8", "replace")
