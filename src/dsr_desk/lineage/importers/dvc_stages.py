"""What stages of DVC made of what. That a stage trains or evaluates, and which of its files are weights, are
conclusions from names: DVC records what was read and written, and nothing about why.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import KIND_TEXT, KIND_WHY, NAMED_ONLY, UNCLASSIFIED, LineageDraft
from dsr_desk.lineage.importers.names import Likely, NamedValue, is_placeholder, model_file, named_in
from dsr_desk.lineage.importers.words import HANDLES_DATA, MEASURES, PLAIN, TRAINS, words_of

_MAKES = {
    "distil": Role.DISTIL, "distill": Role.DISTIL, "distillation": Role.DISTIL, "quantize": Role.QUANTISE,
    "quantise": Role.QUANTISE, "quantization": Role.QUANTISE, "merge": Role.MERGE, "adapter": Role.ADAPTER,
    "lora": Role.ADAPTER, "prune": Role.FINE_TUNE_BASE, "export": Role.QUANTISE, "convert": Role.QUANTISE,
    "calibrate": Role.QUANTISE,
}  # fmt: skip
_BESIDE_MODELS = frozenset(
    ("log", "logs", "plots", "plot", "report", "reports", "figures", "dvclive", "metrics", "results", "predictions")
)
_CODE = frozenset(
    (".py", ".ipynb", ".sh", ".r", ".jl", ".scala", ".java", ".cpp", ".c", ".h", ".go", ".rs", ".js", ".ts", ".toml",
     ".cfg", ".ini")
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A file or folder under control, by its path from the root of the repository; `system` where it lies elsewhere."""

    path: str
    version: str = ""
    digests: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    system: str = ""


@dataclass(frozen=True)
class PipelineStage:
    """`time` and `commit` are those of the oldest commit that has it so, "" for what only the working tree has."""

    name: str
    deps: tuple[Data, ...]
    outs: tuple[Data, ...]
    measures: frozenset[str] = frozenset()
    params: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    time: str = ""
    commit: str = ""

    @property
    def words(self) -> frozenset[str]:
        return words_of(PurePosixPath(self.name).name)

    @property
    def trains(self) -> bool:
        return bool(self.words & (TRAINS | _MAKES.keys())) and not self.words & HANDLES_DATA


@dataclass(frozen=True)
class PathKind:
    """What a path holds; `why` and `text` where that is a conclusion."""

    kind: NodeKind = NodeKind.DATASET
    why: str = ""
    text: str = ""
    unclassified: bool = False

    @property
    def attributes(self) -> dict[str, str]:
        if self.unclassified:
            return {UNCLASSIFIED: "yes"}
        return {KIND_WHY: self.why, KIND_TEXT: self.text} if self.why else {}


def is_code(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _CODE


class PathKinds:
    """Which paths of a repository hold models. One that does in any stage of any commit does in all."""

    def __init__(self, declared: Mapping[str, NodeKind]) -> None:
        self._known = {path: PathKind(kind) for path, kind in declared.items()}

    def learn(self, stage: PipelineStage) -> None:
        fed = bool(stage.deps)
        found = {out.path: self._of(out.path, stage, fed) for out in stage.outs}
        gives = any(one.kind is NodeKind.MODEL for one in found.values())
        for path, one in found.items():
            if one.unclassified and gives and PurePosixPath(path).suffix.lower() == ".json":
                one = PathKind()
            known = self._known.get(path)
            if known is None or (one.kind is NodeKind.MODEL and known.unclassified):
                self._known[path] = one

    def _of(self, path: str, stage: PipelineStage, fed: bool) -> PathKind:
        ending = PurePosixPath(path).suffix.lower()
        likely = model_file(path)
        if stage.trains and likely is not Likely.NO:
            return PathKind(NodeKind.MODEL, "guess.kind.stage", stage.name)
        if likely is Likely.YES:
            return PathKind(NodeKind.MODEL, "guess.kind.file", path)
        if path in stage.measures or ending in PLAIN or PurePosixPath(path).name.casefold() in _BESIDE_MODELS:
            return PathKind()
        if stage.trains and ending != ".json":
            return PathKind(NodeKind.MODEL, "guess.kind.stage", stage.name)
        return PathKind(unclassified=fed)

    def of(self, path: str) -> PathKind:
        """A file inside of a folder that holds a model is of it."""
        if path in self._known:
            return self._known[path]
        around = next(
            (self._known.get(str(one)) for one in PurePosixPath(path).parents if str(one) in self._known), None
        )
        if around is not None and around.kind is NodeKind.MODEL:
            return around
        return PathKind(NodeKind.MODEL, "guess.kind.file", path) if model_file(path) is Likely.YES else PathKind()


class Writer:
    """Adds stages to the draft, as runs inside of one system."""

    def __init__(self, draft: LineageDraft, system: str, kinds: PathKinds, names: Mapping[str, str]) -> None:
        """`names` are those that `artifacts` give to paths."""
        self._names = names
        self._draft = draft
        self._system = system
        self._kinds = kinds
        self._paths: dict[str, list[str]] = {}
        self._below: dict[str, dict[str, None]] = {}

    def data(self, one: Data, *, created: str = "") -> str:
        """A node for a file or folder. Its `created` is the oldest that is said of it."""
        known = self._kinds.of(one.path)
        system = one.system or self._system
        key = f"{known.kind.value}:{system}|{one.path}|{one.version}"
        if key in self._draft.nodes:
            return key
        name = "" if one.system else self._names.get(one.path, "")
        made = created if known.kind is NodeKind.MODEL else ""
        ident = self._draft.node(
            known.kind, name or one.path, one.version, system, key=key, digests=one.digests,
            aliases=(*one.aliases, one.path if name else ""), created=made, **known.attributes,
        )  # fmt: skip
        if not one.system:
            self._paths.setdefault(one.path, []).append(ident)
            for around in PurePosixPath(one.path).parents:
                self._below.setdefault(str(around), {})[one.path] = None
        return ident

    def stage(self, stage: PipelineStage) -> None:
        draft = self._draft
        outs = [self.data(out, created=stage.time) for out in stage.outs if not is_code(out.path)]
        deps = [self.data(dep) for dep in stage.deps if not is_code(dep.path)]
        # The same stage with the same content is the same run at every commit; with other content it is another.
        content = sorted((*(f"deps {end}" for end in deps), *(f"outs {end}" for end in outs)))
        version = sha256_hex("\n".join(content).encode())[:16]
        run = draft.node(
            NodeKind.RUN, stage.name, version, self._system, key=f"run:{self._system}|{stage.name}|{version}",
            ended=stage.time, commit=stage.commit,
        )  # fmt: skip
        for out in outs:
            draft.edge(run, out, Role.PRODUCE)
        makes = any(self._is_model(out) for out in outs)
        taken = [(dep, self._took(run, dep, stage, makes)) for dep in deps]
        taken += [(part, self._took(run, part, stage, makes, part=why)) for part, why in self._parts(stage)]
        for found, why in self._named(stage):
            self._took_named(run, found, why, makes)
        if stage.words & MEASURES:
            self._measured(stage, taken)

    def _is_model(self, node: str) -> bool:
        return self._draft.nodes[node].kind is NodeKind.MODEL

    def _took(self, run: str, dep: str, stage: PipelineStage, makes: bool, part: str = "") -> Role:
        """What a stage read. Where it makes a model, that it learned from it is concluded."""
        why, text = ("guess.part", part) if part else ("guess.stage", stage.name)
        if not part and not stage.trains:
            why = "guess.gives-model"
        if not makes:
            role = Role.INPUT
        elif self._is_model(dep):
            role = next((_MAKES[word] for word in sorted(stage.words) if word in _MAKES), Role.FINE_TUNE_BASE)
        else:
            role = Role.TRAIN
        if role is Role.INPUT and not part:
            self._draft.edge(dep, run, role)
        else:
            self._draft.edge(dep, run, role, Certainty.INFERRED, why=why, by="deps", text=text)
        return role

    def _measured(self, stage: PipelineStage, taken: list[tuple[str, Role]]) -> None:
        """A stage called after measuring that reads data and a model and gives out no model."""
        read = [node for node, role in taken if role is Role.INPUT]
        for model in filter(self._is_model, read):
            for data in (node for node in read if not self._is_model(node)):
                self._draft.edge(
                    data, model, Role.EVALUATE, Certainty.INFERRED, why="guess.stage", by="stage", text=stage.name
                )  # fmt: skip

    def _parts(self, stage: PipelineStage) -> Iterator[tuple[str, str]]:
        """What a dependency lies in or has in it: the folder that another stage wrote, the files in the one read.

        In any version so far, since a folder's version says nothing of a file's.
        """
        own = {one.path for one in (*stage.deps, *stage.outs)}
        for dep in stage.deps:
            if not dep.system and not is_code(dep.path):
                around = (str(one) for one in PurePosixPath(dep.path).parents)
                for path in dict.fromkeys((*around, *self._below.get(dep.path, ()))):
                    if path not in own:
                        yield from ((node, f"{dep.path} / {path}") for node in self._paths.get(path, ()))

    def _named(self, stage: PipelineStage) -> Iterator[tuple[NamedValue, str]]:
        """Models and data that stand in parameters and in the command and are none of the files of the stage."""
        known = {one.path for one in (*stage.deps, *stage.outs)}
        for values in stage.params.values():
            for key, value in values.items() if isinstance(values, dict) else ():
                yield from (
                    (one, "guess.parameter") for one in named_in(str(key), value) if _elsewhere(one.text, known)
                )
        for key, text in _arguments(stage.command):
            yield from ((one, "guess.command") for one in named_in(key, text) if _elsewhere(one.text, known))

    def _took_named(self, run: str, found: NamedValue, why: str, makes: bool) -> None:
        kind, role = found.meaning.kind, found.meaning.role
        if not makes:
            role = Role.INPUT
        nodes = self._paths.get(found.text, [])
        if not nodes and kind is NodeKind.DATASET and is_placeholder(found.text):
            nodes = [self._draft.unidentified(found.text, of=run)]
        elif not nodes:
            nodes = [self._draft.node(kind, found.text, "", self._system, **{NAMED_ONLY: "yes"})]
        for node in nodes:
            self._draft.edge(node, run, role, Certainty.INFERRED, why=why, by=found.key, text=found.text)


def _elsewhere(text: str, known: Iterable[str]) -> bool:
    plain = text.removeprefix("./").rstrip("/")
    return not is_code(plain) and not any(
        plain == one or plain.startswith(one + "/") or one.startswith(plain + "/") for one in known
    )


def _arguments(command: str) -> Iterator[tuple[str, str]]:
    """`--key value` and `--key=value`, and `key=value` as configuration programs take it."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    for word, after in zip(words, [*words[1:], ""], strict=False):
        key, equal, value = word.partition("=")
        if equal and re.fullmatch(r"(--?)?[A-Za-z_][\w./-]*", key):
            yield key.lstrip("-"), value
        elif re.fullmatch(r"--?[A-Za-z_][\w-]+", word) and after and not after.startswith("-"):
            yield word.lstrip("-"), after
