"""What parameters and tags of an MLflow store name: looked up in the store, and else kept as a name.

All of it is inferred: the keys are free.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY
from dsr_desk.lineage.importers.mlflow_drawing import MlflowDrawing
from dsr_desk.lineage.importers.mlflow_store import Mention, plain_place
from dsr_desk.lineage.importers.mlflow_weights import file_of, weights_of
from dsr_desk.lineage.importers.names import is_placeholder, says_base

_ARTIFACT = re.compile(r"(?:.*/)?([0-9a-f]{32})/artifacts/(.+)")
_LOGGED = re.compile(r"(?:.*[/:])?(m-[0-9a-f]{32})(?:/.*)?")
_TAGGED = re.compile(r"(.+?)(?:[/@]|:v?)([^/@:]+)")
_says_base = lru_cache(1 << 12)(says_base)
_MOST = 50
"""Of so many models or datasets of one name each is taken for the one that is meant; of more, their name."""
_MEASURES = (Role.VALIDATE, Role.EVALUATE)


def mention(drawing: MlflowDrawing) -> None:
    """Adds what is named in free fields, and models that began from weights that nobody names."""
    names = _Names(drawing)
    by_runs = {(said.of, said.named.key, said.named.text) for said in drawing.store.mentions}
    for said in drawing.store.mentions:
        if said.of in drawing.store.runs:
            _of_run(drawing, names, said)
        elif said.of in names.owners:
            made_by, model = names.owners[said.of]
            if (made_by, said.named.key, said.named.text) not in by_runs:
                _of_model(drawing, names, said, model)
    switches = set(drawing.store.unnamed)
    for of, key, value in drawing.store.unnamed:
        made_by, target = (of, drawing.runs[of]) if of in drawing.runs else names.owners.get(of, ("", ""))
        if target and (made_by == of or (made_by, key, value) not in switches):
            base = drawing.draft.node(
                NodeKind.MODEL, f"{key}={value}", of, drawing.system, key=f"unnamed:{drawing.system}|{of}|{key}",
                **{NAMED_ONLY: "yes"},
            )  # fmt: skip
            why = {"why": "guess.switch", "by": key, "text": value}
            drawing.draft.edge(base, target, Role.FINE_TUNE_BASE, Certainty.INFERRED, **why)
            drawing.store.signs.setdefault(of, key)


class _Names:
    """Where the names of models and data in a store lead.

    `owners` are (run, node) of logged models and versions, by the keys under which their tags stand.
    """

    def __init__(self, drawing: MlflowDrawing) -> None:
        self.drawing = drawing
        self.found: dict[str, list[str]] = {}
        self.names: dict[tuple[NodeKind, str, str], str] = {}
        store = drawing.store
        self.owners = {key: (model.run, drawing.models[key]) for key, model in store.models.items()}
        self.owners.update(
            {f"{v.name}/{v.version}": (v.run, drawing.versions[v.name, v.version]) for v in store.versions}
        )
        self.aliases = {(name, alias): number for name, number, alias in store.aliases}
        self.stages: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.called: dict[str, list[str]] = defaultdict(list)
        self.of_run: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.runs_called: dict[str, list[str]] = defaultdict(list)
        self.registered = {version.name for version in store.versions}
        self.tagged = {said: key for key, listed in store.registered.items() for said in listed if key in store.models}
        for version in store.versions:
            node = drawing.versions[version.name, version.version]
            self.stages[version.name, version.stage.casefold()].append(node)
            if version.run:
                self.of_run[version.run].append((version.source, node))
        for key, model in store.models.items():
            self.called[model.name].append(drawing.models[key])
            self.of_run[model.run].append((model.name, drawing.models[key]))
        for run in store.runs.values():
            self.runs_called[run.name].append(run.key)
        self.places: dict[str, list[str]] = defaultdict(list)
        self.data: dict[str, list[str]] = defaultdict(list)
        for key, dataset in store.datasets.items():
            node = drawing.datasets[key]
            if node not in self.data[dataset.name]:
                self.data[dataset.name].append(node)
                self.places[plain_place(dataset.source)].append(node)

    def models_of(self, text: str) -> list[str]:
        """What a text probably names: never nothing, since a name that leads nowhere is a model all the same."""
        if text not in self.found:
            self.found[text] = self._models_of(text)
        return self.found[text]

    def _models_of(self, text: str) -> list[str]:
        found = list(dict.fromkeys(self._known_models(text)))
        return found if 0 < len(found) <= _MOST else [self._named(NodeKind.MODEL, *self._version_in(text))]

    def data_of(self, text: str, user: str) -> list[str]:
        """As `models_of`. What names a loader alone is data of its own for each that used it."""
        place = plain_place(text)
        found = self.places.get(place) or self.data.get(text) or []
        if not found and "/" in place:
            above = [place[:i] for i, letter in enumerate(place) if letter == "/" and i > place.find("://") + 3]
            found = next((self.places[one] for one in reversed(above) if one in self.places), [])
        if 0 < len(found) <= _MOST:
            return found
        if is_placeholder(text):
            return [self.drawing.draft.unidentified(text, user)]
        return [self._named(NodeKind.DATASET, text, "")]

    def _named(self, kind: NodeKind, name: str, version: str) -> str:
        if (kind, name, version) not in self.names:
            self.names[kind, name, version] = self.drawing.draft.node(
                kind, name, version, self.drawing.system, aliases=[name] if "/" in name else [], **{NAMED_ONLY: "yes"}
            )
        return self.names[kind, name, version]

    def _known_models(self, text: str) -> Iterator[str]:
        store = self.drawing.store
        if text.removeprefix("models:/") in store.models:
            yield self.drawing.models[text.removeprefix("models:/")]
            return
        if logged := _LOGGED.fullmatch(text):
            yield self.drawing.model(logged[1])
            return
        name, version = self._version_in(text)
        if text.startswith("runs:/"):
            run, _, path = text.removeprefix("runs:/").strip("/").partition("/")
            yield from self._in_run(run, path)
        elif artifact := _ARTIFACT.fullmatch(text):
            yield from self._in_run(artifact[1], artifact[2])
        elif (name, version) in self.drawing.versions:
            yield self.drawing.versions[name, version]
        elif (name, version) in self.tagged:
            yield self.drawing.models[self.tagged[name, version]]
        elif self.stages.get((name, version.casefold())):
            yield from self.stages[name, version.casefold()]
        elif text.removeprefix("models:/") in self.registered:
            yield self._named(NodeKind.MODEL, text.removeprefix("models:/"), "")
        elif text in self.called:
            yield from self.called[text]
        elif text in store.runs:
            yield from self._in_run(text, "")
        elif len(self.runs_called.get(text, ())) == 1:
            yield from self._in_run(self.runs_called[text][0], "")

    def _version_in(self, text: str) -> tuple[str, str]:
        """Name and version, where an alias says which it is now."""
        plain = text.removeprefix("models:/").rstrip("/")
        parts = _TAGGED.fullmatch(plain) if "//" not in plain else None
        if parts is None:
            return plain, ""
        name, last = parts[1], parts[2]
        number = self.aliases.get((name, last), last)
        if name not in self.registered and not text.startswith("models:/"):
            return plain, ""
        return name, number if number.isdigit() or (name, number.casefold()) in self.stages else ""

    def _in_run(self, run: str, path: str) -> Iterator[str]:
        """Models that a run made, those under a path alone where there is one, else the file that lies there."""
        made = self.of_run.get(run, [])
        first = path.partition("/")[0]
        at = [node for name, node in made if path and (name in (path, first) or name.endswith(f"/{first}"))]
        if not path and not made and self.drawing.trains(run):
            yield weights_of(self.drawing, run)
            return
        if at or not path:
            yield from at or [node for _, node in made]
            return
        file = file_of(self.drawing, run, path)
        self.drawing.produce(run, file, Certainty.INFERRED, why="guess.artifact-named", text=path)
        yield file


def _of_run(drawing: MlflowDrawing, names: _Names, said: Mention) -> None:
    draft, run, meaning = drawing.draft, said.of, said.named.meaning
    why = _why(said)
    if meaning.kind is NodeKind.MODEL:
        if meaning.role is not Role.SERVE and _says_base(said.named.key):
            drawing.store.signs.setdefault(run, said.named.key)
        for model in names.models_of(said.named.text):
            if drawing.runs[run] in drawing.makers.get(model, ()):
                continue
            if meaning.role is not Role.SERVE and not _only_measures(drawing, run):
                draft.edge(model, drawing.runs[run], meaning.role, Certainty.INFERRED, **why)
                continue
            draft.edge(model, drawing.runs[run], Role.SERVE, Certainty.INFERRED, **why)
            for origin, role in drawing.inputs.get(run, ()):
                if role in _MEASURES:
                    draft.edge(origin, model, Role.EVALUATE, Certainty.INFERRED, **why)
        return
    role = Role.EVALUATE if meaning.role is Role.TRAIN and _only_measures(drawing, run) else meaning.role
    for data in names.data_of(said.named.text, drawing.runs[run]):
        drawing.read(data, run, role, Certainty.INFERRED, **why)


def _only_measures(drawing: MlflowDrawing, run: str) -> bool:
    """Whether a run is recorded to have measured and nothing says that it trained."""
    if drawing.trains(run):
        return False
    return any(role in _MEASURES for _, role in drawing.inputs.get(run, ())) or bool(drawing.taken.get(run))


def _of_model(drawing: MlflowDrawing, names: _Names, said: Mention, model: str) -> None:
    meaning = said.named.meaning
    found = (
        names.models_of(said.named.text) if meaning.kind is NodeKind.MODEL else names.data_of(said.named.text, model)
    )
    for origin in found:
        drawing.draft.edge(origin, model, meaning.role, Certainty.INFERRED, **_why(said))


def _why(said: Mention) -> dict[str, str]:
    why = "guess.tag" if said.tag else "guess.parameter"
    return {"why": why, "by": said.named.key, "text": said.named.text}
