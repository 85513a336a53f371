"""Hugging Face cards (README.md with front matter) of models and datasets, and PEFT adapter configurations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, node_id
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import (
    json_document,
    mapping,
    maybe_text,
    objects,
    role_named,
    some_text,
    text_of,
    yaml_document,
)

FORMAT = "Hugging Face"
NAMESPACE = "huggingface"
ADAPTER = "adapter_config.json"
CARD = "README.md"
SNAPSHOTS = "snapshots"
FRONT = message("place.front-matter")

_DATASET_KEYS = {
    "source_datasets", "size_categories", "annotations_creators", "dataset_info", "task_categories", "pretty_name",
    "multilinguality", "configs", "task_ids", "language_creators",
}  # fmt: skip
_LINEAGE_KEYS = {"base_model", "datasets", "model-index", "base_model_relation"}
_MODEL_KEYS = {*_LINEAGE_KEYS, "library_name", "pipeline_tag", "metrics", "widget", "inference", "new_version"}
_RELATIONS = {
    "finetune": Role.FINE_TUNE_BASE, "adapter": Role.ADAPTER, "merge": Role.MERGE, "quantized": Role.QUANTISE,
}  # fmt: skip
_PLACEHOLDER = re.compile(r"(?m)(^|:\s|-\s)\{\{?\s*[\w.-]+\s*\}?\}(\s|$)")
_DATASET_HEADING = re.compile(r"(?im)^#\s+dataset card\b")
_NOTHING = {"", "none", "null", "n/a", "[more information needed]"}
_NO_SOURCE = {"original", "other", "extended", "found"}


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
    model = None
    for path in files(peek):
        if path.name == ADAPTER or peek.is_json:
            _adapter(path, draft, model)
        else:
            model = _card(path, draft)


def _card(path: Path, draft: LineageDraft) -> str | None:
    """Reads a card; the model's id, None for a dataset's card."""
    text = text_of(path).replace("\r\n", "\n").replace("\r", "\n")
    front, body = _front_matter(text)
    if front is None:
        draft.warn("note.lineage.no-front-matter")
        return draft.node(NodeKind.MODEL, _name(path, body), "", NAMESPACE)
    if _PLACEHOLDER.search(front):
        raise ImportRefused(FRONT, "damage.placeholder")
    try:
        value = yaml_document(front)
    except ImportRefused as error:
        raise error.inside(FRONT) from error
    data = mapping({} if value is None else value, FRONT)
    ours, theirs = data.keys() & _MODEL_KEYS, data.keys() & _DATASET_KEYS
    told = len(theirs) > len(ours) or (not ours and _DATASET_HEADING.search(body) is not None)
    if told and not ours & _LINEAGE_KEYS:
        _dataset_card(draft, data, _name(path, body))
        return None
    if not ours and not theirs:
        draft.warn("note.lineage.card-of-what")
    return _model_card(draft, data, path, body)


def _front_matter(text: str) -> tuple[str | None, str]:
    text = text.lstrip("\n ")
    if not text.startswith("---\n"):
        return None, text
    end = text.find("\n---", 3)
    if end < 0:
        raise ImportRefused(FRONT, "damage.no-end")
    return text[4 : end + 1], text[end + 4 :]


def _dataset_card(draft: LineageDraft, data: Mapping[str, Any], name: str) -> None:
    dataset = draft.node(NodeKind.DATASET, name, "", NAMESPACE, licence=_licence(data))
    for source in _ids(data.get("source_datasets"), "source_datasets"):
        ident = source.rsplit("|", 1)[-1]
        if ident not in _NO_SOURCE:
            draft.edge(draft.node(NodeKind.DATASET, ident, "", NAMESPACE), dataset, Role.DERIVE)


def _model_card(draft: LineageDraft, data: Mapping[str, Any], path: Path, body: str) -> str:
    index = list(objects(data, "model-index"))
    named = next((maybe_text(item.get("name"), place) for place, item in index), "")
    model = draft.node(
        NodeKind.MODEL, named or _name(path, body), "", NAMESPACE,
        replaced_by=maybe_text(data.get("new_version"), "new_version"),
        task=maybe_text(data.get("pipeline_tag"), "pipeline_tag"), licence=_licence(data),
    )  # fmt: skip
    tagged = data.get("tags")
    tags = [tag for tag in (tagged if isinstance(tagged, list) else [tagged]) if isinstance(tag, str)]
    sources = _ids(data.get("datasets"), "datasets")
    sources += [tag.removeprefix("dataset:") for tag in tags if tag.startswith("dataset:")]
    for ident in dict.fromkeys(sources):
        draft.edge(draft.node(NodeKind.DATASET, ident, "", NAMESPACE), model, Role.TRAIN)
    for ident, role in _bases(data, tags).items():
        draft.edge(draft.node(NodeKind.MODEL, ident, "", NAMESPACE), model, role)
    for place, item in index:
        for inside, result in objects(item, "results", place):
            where = f"{inside}.dataset"
            dataset = mapping(result.get("dataset"), where)
            ident = some_text(dataset.get("type") or dataset.get("name"), f"{where}.type")
            version = maybe_text(dataset.get("revision"), f"{where}.revision")
            split = role_named(maybe_text(dataset.get("split"), f"{where}.split"))
            role = Role.VALIDATE if split is Role.VALIDATE else Role.EVALUATE
            draft.edge(draft.node(NodeKind.DATASET, ident, version, NAMESPACE), model, role)
    return model


def _bases(data: Mapping[str, Any], tags: list[str]) -> dict[str, Role]:
    found: dict[str, Role] = {}
    listed = _ids(data.get("base_model"), "base_model")
    said = maybe_text(data.get("base_model_relation"), "base_model_relation").casefold().strip()
    relation = _RELATIONS.get(said) or role_named(said)
    if said and relation is None:
        raise ImportRefused("base_model_relation", "damage.one-of", words=tuple(_RELATIONS))
    is_adapter = maybe_text(data.get("library_name"), "library_name") == "peft" or "lora" in tags
    usual = Role.MERGE if len(listed) > 1 else Role.ADAPTER if is_adapter else Role.FINE_TUNE_BASE
    for ident in listed:
        found[ident] = relation or usual
    for tag in tags:
        word, _, rest = tag.removeprefix("base_model:").partition(":")
        if tag.startswith("base_model:"):
            ident, role = (rest, _RELATIONS[word]) if word in _RELATIONS else (tag.removeprefix("base_model:"), None)
            found[ident] = role or found.get(ident, usual)
    return found


def _adapter(path: Path, draft: LineageDraft, model: str | None) -> None:
    """`model` is what the card beside it describes; alone, its folder names the adapter."""
    value = mapping(json_document(text_of(path)), path.name)
    base = maybe_text(value.get("base_model_name_or_path"), (path.name, "base_model_name_or_path")).strip()
    adapter = model or draft.node(NodeKind.MODEL, _name(path, ""), "", NAMESPACE)
    if not base:
        draft.warn("note.lineage.adapter-of-what")
        return
    revision = maybe_text(value.get("revision"), (path.name, "revision"))
    draft.drop_edge(node_id(NodeKind.MODEL, base, "", NAMESPACE), adapter, Role.FINE_TUNE_BASE)
    draft.edge(draft.node(NodeKind.MODEL, base, revision, NAMESPACE), adapter, Role.ADAPTER)


def _name(path: Path, body: str) -> str:
    """A card does not name itself: the folder does where it is a repository or the cache of one, else the heading."""
    if path.name in (CARD, ADAPTER):
        folder = path.parent.resolve()
        kept = folder.parent.parent.name.split("--")
        is_kept = folder.parent.name == SNAPSHOTS and kept[0] in ("models", "datasets")
        return "/".join(kept[1:]) if is_kept else folder.name
    heading = re.search(r"(?m)^#\s+(.+)$", body)
    title = re.sub(r"(?i)^(model|dataset) card for ", "", heading.group(1).strip()) if heading else ""
    return title or path.stem


def _ids(value: object, place: str) -> list[str]:
    """One id or a list of them; placeholders that stand for none are left out."""
    listed = [item for item in (value if isinstance(value, list) else [value]) if item is not None]
    if not all(isinstance(item, str | int | float) and not isinstance(item, bool) for item in listed):
        raise ImportRefused((FRONT, place), "damage.names")
    return [text for item in listed if (text := str(item).strip()).casefold() not in _NOTHING]


def _licence(data: Mapping[str, Any]) -> str:
    """Ids of licences; the name that stands beside `other`."""
    found = _ids(data.get("license"), "license")
    named = maybe_text(data.get("license_name"), (FRONT, "license_name"))
    return ", ".join(named if named and one == "other" else one for one in found)
