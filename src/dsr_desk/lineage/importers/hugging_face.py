"""Hugging Face cards (README.md with front matter) of models, datasets and spaces, and PEFT adapter configurations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.importers.draft import NAMED_ONLY, LineageDraft, system_of
from dsr_desk.lineage.importers.hugging_face_front import NOTHING, front_matter, hub_id, ids_in, licence_of
from dsr_desk.lineage.importers.names import is_placeholder
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import json_document, mapping, role_named, several, text_of
from dsr_desk.lineage.importers.trifles import entries, part, plain_text, trifle

FORMAT = "Hugging Face"
NAMESPACE = "huggingface"
ADAPTER = "adapter_config.json"
CARD = "README.md"
SNAPSHOTS = "snapshots"

_DATASET_KEYS = {
    "source_datasets", "size_categories", "annotations_creators", "dataset_info", "task_categories", "pretty_name",
    "multilinguality", "configs", "task_ids", "language_creators",
}  # fmt: skip
_LINEAGE_KEYS = {"base_model", "datasets", "model-index", "base_model_relation"}
_MODEL_KEYS = {*_LINEAGE_KEYS, "library_name", "pipeline_tag", "metrics", "widget", "inference", "new_version"}
_SPACE_KEYS = {"sdk", "sdk_version", "app_file", "app_port"}
_RELATIONS = {
    "finetune": Role.FINE_TUNE_BASE, "adapter": Role.ADAPTER, "merge": Role.MERGE, "quantized": Role.QUANTISE,
}  # fmt: skip
_DATASET_HEADING = re.compile(r"(?im)^#\s+dataset card\b")
_NO_SOURCE = {"original", "other", "extended", "found"}
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_REMOTE = re.compile(r"(?m)^\s*url\s*=\s*(\S+)\s*$")


def sniff(peek: Peek) -> bool:
    if peek.is_folder:
        return any((peek.path / name).is_file() for name in (CARD, ADAPTER))
    if peek.is_json:
        return "base_model_name_or_path" in peek.first_object
    return peek.path.suffix.lower() in (".md", ".markdown") or peek.text_head.startswith("---\n")


def stored(path: Path) -> list[Path]:
    """Where a folder's files lie in the cache of Hugging Face: `snapshots/COMMIT` holds links to `blobs`."""
    blobs = path.resolve().parent.parent / "blobs"
    links = [path / CARD, path / ADAPTER] if path.resolve().parent.name == SNAPSHOTS else []
    return [real for link in links if (real := link.resolve()).parent == blobs and real.is_file()]


def files(peek: Peek) -> list[Path]:
    if not peek.is_folder:
        return [peek.path]
    return [path for path in (peek.path / CARD, peek.path / ADAPTER) if path.is_file()]


def read(peek: Peek, draft: LineageDraft) -> None:
    listed = files(peek)
    reader = _Reader(draft, system_of(NAMESPACE, *(Peek(path).sha256 for path in listed)))
    model = None
    for path in listed:
        if path.name == ADAPTER or peek.is_json:
            reader.adapter(path, model)
        else:
            model = reader.card(path)


class _Reader:
    """What is called `owner/name` is of the hub; all else counts inside of this card alone (`own`)."""

    def __init__(self, draft: LineageDraft, own: str) -> None:
        self.draft = draft
        self.own = own

    def thing(self, kind: NodeKind, name: str, version: str = "", **attributes: str) -> str:
        name = hub_id(name) or name
        space = NAMESPACE if _HUB_ID.fullmatch(name) else self.own
        return self.draft.node(kind, name, version, space, **attributes)

    def data(self, ident: str, model: str, version: str = "") -> str:
        """A dataset that a card names. What only says how it was loaded is the card's own, whatever others say."""
        if is_placeholder(ident):
            return self.draft.unidentified(ident, of=model)
        return self.thing(NodeKind.DATASET, ident, version, **{NAMED_ONLY: "yes"})

    def card(self, path: Path) -> str | None:
        """Reads a card; the model's id, None for the card of anything else."""
        text = text_of(path).replace("\r\n", "\n").replace("\r", "\n")
        data, body = front_matter(text)
        if data is None:
            self.draft.warn("note.lineage.no-front-matter")
            return self.thing(NodeKind.MODEL, _name(path, body))
        ours, theirs = data.keys() & _MODEL_KEYS, data.keys() & _DATASET_KEYS
        if "sdk" in data and len(data.keys() & _SPACE_KEYS) > 1:
            self._space(data, _name(path, plain_text(data.get("title"), "title", self.draft) or body))
            return None
        told = len(theirs) > len(ours) or (not ours and _DATASET_HEADING.search(body) is not None)
        if told and not ours & _LINEAGE_KEYS:
            self._dataset_card(data, _name(path, body))
            return None
        if not ours and not theirs:
            self.draft.warn("note.lineage.card-of-what")
        return self._model_card(data, path, body)

    def _space(self, data: Mapping[str, Any], name: str) -> None:
        """An application on the hub, with the models that it runs."""
        product = self.thing(NodeKind.PRODUCT, name, licence=licence_of(data, self.draft))
        for ident in ids_in(data.get("models"), "models", self.draft):
            model = self.thing(NodeKind.MODEL, ident, **{NAMED_ONLY: "yes"})
            self.draft.edge(model, product, Role.SERVE)
        for ident in ids_in(data.get("datasets"), "datasets", self.draft):
            self.draft.edge(self.data(ident, product), product, Role.INPUT)

    def _dataset_card(self, data: Mapping[str, Any], name: str) -> None:
        dataset = self.thing(NodeKind.DATASET, name, licence=licence_of(data, self.draft))
        for source in ids_in(data.get("source_datasets"), "source_datasets", self.draft):
            ident = source.rsplit("|", 1)[-1]
            if ident not in _NO_SOURCE:
                self.draft.edge(self.data(ident, dataset), dataset, Role.DERIVE)

    def _model_card(self, data: Mapping[str, Any], path: Path, body: str) -> str:
        draft = self.draft
        index = list(entries(data, "model-index", "", draft))
        named = next((text for place, item in index if (text := plain_text(item.get("name"), place, draft))), "")
        called = _name(path, body)
        model = self.thing(
            NodeKind.MODEL, called if _HUB_ID.fullmatch(called) else named or called,
            replaced_by=plain_text(data.get("new_version"), "new_version", draft),
            task=plain_text(data.get("pipeline_tag"), "pipeline_tag", draft), licence=licence_of(data, draft),
        )  # fmt: skip
        tags = [tag for tag in several(data.get("tags")) if isinstance(tag, str)]
        sources = ids_in(data.get("datasets"), "datasets", draft)
        sources += [tag.removeprefix("dataset:") for tag in tags if tag.startswith("dataset:")]
        for ident in dict.fromkeys(sources):
            draft.edge(self.data(ident, model), model, Role.TRAIN)
        for ident, (role, certainty, said) in self._bases(data, tags).items():
            base = self.thing(NodeKind.MODEL, ident, **{NAMED_ONLY: "yes"})
            draft.edge(base, model, role, certainty, **said)
        for place, item in index:
            for inside, result in entries(item, "results", place, draft):
                self._result(model, result, inside)
        return model

    def _result(self, model: str, result: Mapping[str, Any], place: str) -> None:
        """A result is an evaluation: that is what the field is for, whatever the data is called."""
        where = f"{place}.dataset"
        about = part(result, "dataset", place, self.draft)
        kind, name = (plain_text(about.get(key), f"{where}.{key}", self.draft) for key in ("type", "name"))
        text = name if is_placeholder(kind) and name else kind or name
        if not text:
            trifle(self.draft, where, result.get("dataset"), "damage.missing", "became.result-left-out")
            return
        revision = plain_text(about.get("revision"), f"{where}.revision", self.draft)
        unsaid = is_placeholder(kind) or is_placeholder(text)
        dataset = self.draft.unidentified(text, of=model) if unsaid else self.data(text, model, revision)
        split = plain_text(about.get("split"), f"{where}.split", self.draft)
        role = Role.VALIDATE if role_named(split) is Role.VALIDATE else Role.EVALUATE
        self.draft.edge(dataset, model, role)

    def _bases(
        self, data: Mapping[str, Any], tags: list[str]
    ) -> dict[str, tuple[Role, Certainty, dict[str, str]]]:  # fmt: skip
        """By which relation each base came in, how sure that is, and why where it is concluded."""
        listed = ids_in(data.get("base_model"), "base_model", self.draft)
        said = plain_text(data.get("base_model_relation"), "base_model_relation", self.draft).casefold()
        relation = _RELATIONS.get(said) or role_named(said)
        if said and relation is None:
            became = "became.relation-guessed"
            trifle(self.draft, "base_model_relation", said, "damage.one-of", became, words=tuple(_RELATIONS))
        library = plain_text(data.get("library_name"), "library_name", self.draft)
        is_adapter = library == "peft" or "lora" in tags
        usual = Role.MERGE if len(listed) > 1 else Role.ADAPTER if is_adapter else Role.FINE_TUNE_BASE
        odd = (said and relation is None) or len(listed) > 1
        found = {}
        for ident in listed:
            concluded = relation is None and odd
            found[ident] = self._related(relation or usual, ident if concluded else "")
        for ident, tagged in _tagged(tags):
            if tagged or ident not in found:
                found[ident] = self._related(tagged or usual, "" if tagged else ident)
        return found

    @staticmethod
    def _related(role: Role, concluded_from: str) -> tuple[Role, Certainty, dict[str, str]]:
        if not concluded_from:
            return role, Certainty.RECORDED, {}
        said = {"why": "guess.card.relation", "by": "base_model", "text": concluded_from}
        return role, Certainty.INFERRED, said

    def adapter(self, path: Path, model: str | None) -> None:
        """`model` is what the card beside it describes; alone, its folder names the adapter."""
        value = mapping(json_document(text_of(path)), path.name)
        place = (path.name, "base_model_name_or_path")
        base = plain_text(value.get("base_model_name_or_path"), place, self.draft)
        adapter = model or self.thing(NodeKind.MODEL, _name(path, ""))
        if base.casefold() in NOTHING:
            self.draft.warn("note.lineage.adapter-of-what")
            return
        revision = plain_text(value.get("revision"), (path.name, "revision"), self.draft)
        exact = revision if _COMMIT.fullmatch(revision) else ""
        bare = self.thing(NodeKind.MODEL, base, **{NAMED_ONLY: "yes"})
        node = self.thing(NodeKind.MODEL, base, exact, **{NAMED_ONLY: "yes"})
        for role in (*_RELATIONS.values(), Role.DISTIL):
            self.draft.drop_edge(bare, adapter, role)
        if node != bare and bare not in {end for key in self.draft.edges for end in key[:2]}:
            del self.draft.nodes[bare]
        self.draft.edge(node, adapter, Role.ADAPTER)


def _tagged(tags: list[str]) -> Iterator[tuple[str, Role | None]]:
    """Bases that stand in tags: `base_model:ID`, `base_model:RELATION:ID`."""
    for tag in tags:
        start, _, rest = tag.partition(":")
        word, colon, ident = rest.partition(":")
        if start == "base_model" and rest and "://" not in rest:
            yield (ident, _RELATIONS.get(word.casefold()) or role_named(word)) if colon else (rest, None)


def _name(path: Path, body: str) -> str:
    """A card does not name itself: the cache or the clone of a repository does, else its folder, else the heading."""
    if path.name in (CARD, ADAPTER):
        folder = path.parent.resolve()
        kept = folder.parent.parent.name.split("--")
        if folder.parent.name == SNAPSHOTS and kept[0] in ("models", "datasets", "spaces"):
            return "/".join(kept[1:])
        return _cloned_from(folder) or folder.name
    heading = re.search(r"(?m)^#\s+(.+)$", body)
    title = re.sub(r"(?i)^(model|dataset) card for ", "", heading.group(1).strip()) if heading else ""
    return title or path.stem


def _cloned_from(folder: Path) -> str:
    """`owner/name` where the folder is a clone of a repository on the hub."""
    config = folder / ".git" / "config"
    try:
        text = config.read_text(encoding="utf-8", errors="replace")[: 1 << 16] if config.is_file() else ""
    except OSError:
        return ""
    return next(filter(None, map(hub_id, _REMOTE.findall(text))), "")
