"""What weights say of themselves in the heads of safetensors and GGUF files. No weight is read, nothing is executed.

Keys beginning with `ss_` are those of kohya's trainers, `modelspec.` those of the Stability model specification,
`sd_merge_` those of merging programs, `general.` those of GGUF.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.datasets.model_graphs import gguf_head
from dsr_desk.lineage.importers.draft import NAMED_ONLY, ImportRefused, LineageDraft, Place, system_of
from dsr_desk.lineage.importers.names import is_placeholder, named_in, names_nothing
from dsr_desk.lineage.importers.times import since_1970, when

HUB = "huggingface"
"""The system of ids `owner/name`."""

Head = Mapping[str, str | int | list[str]]

_MOST_HEAD = 100_000_000
"""As the format allows."""

_SHA256 = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_FOLDERS = frozenset(
    ("output", "outputs", "out", "runs", "run", "models", "model", "checkpoints", "checkpoint", "ckpt", "weights")
)
_READ_HERE = ("ss_", "sshs_", "modelspec.", "sd_merge_", "general.", "tokenizer.", "format")
_GGUF_PARTS = re.compile(r"general\.(base_model|dataset)\.(\d+)\.(\w+)")


def head_of(path: Path) -> Head:
    """What the file says of itself. Raises ImportRefused where it is cut or damaged."""
    try:
        with path.open("rb") as file:
            if file.read(4) == b"GGUF":
                file.seek(0)
                return gguf_head(file)[1]
            file.seek(0)
            (length,) = struct.unpack("<Q", file.read(8))
            data = file.read(min(length, _MOST_HEAD))
            if len(data) != length:
                raise ValueError
            header = json.loads(data)
            told = header.get("__metadata__") or {}
            ends = [one["data_offsets"][1] for name, one in header.items() if name != "__metadata__"]
            if 8 + length + max(map(int, ends), default=0) != path.stat().st_size:
                raise ValueError
            return {str(key): str(value) for key, value in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error, RecursionError) as error:
        raise ImportRefused("head", "damage.weights") from error


def looks_like_weights(head: bytes) -> bool:
    """By the first bytes of a file."""
    if head.startswith(b"GGUF"):
        return True
    return len(head) > 8 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= _MOST_HEAD


def title_of(head: Head) -> str:
    named = (head.get(key) for key in ("modelspec.title", "general.name", "ss_output_name"))
    return next((str(one) for one in named if one and not names_nothing(one)), "")


def finished(head: Head, place: Place, draft: LineageDraft) -> str:
    """When the training ended, "" where the file does not say it."""
    ended = str(head.get("ss_training_finished_at") or "")
    if re.fullmatch(r"\d{9,11}(\.\d+)?", ended):
        return since_1970(int(float(ended) * 1000), (place, "ss_training_finished_at"), draft)
    return when(head.get("modelspec.date"), (place, "modelspec.date"), draft)


def session_of(head: Head) -> str:
    """The system of what one session of kohya's trainers names: all its checkpoints name the same folders."""
    session = str(head.get("ss_session_id") or "")
    return system_of("kohya", session, str(head.get("ss_training_started_at") or "")) if session else ""


def state(draft: LineageDraft, model: str, head: Head, system: str) -> None:
    """Adds what `model` (a node id) was made from by its own words. Names count inside of `system`."""
    for name, images in _folders(head, draft):
        _dataset(draft, model, name, system, images=images)
    base = str(head.get("ss_sd_model_name") or "")
    if not names_nothing(base):
        origin = named_model(draft, base, system, digest=str(head.get("ss_new_sd_model_hash") or ""))
        draft.edge(origin, model, Role.ADAPTER)
    _merged(draft, model, head, system)
    _gguf(draft, model, head, system)
    for key, value in head.items():
        if not key.startswith(_READ_HERE):
            for found in named_in(key, value):
                kind, role = found.meaning.kind, found.meaning.role
                if kind is NodeKind.MODEL:
                    origin = named_model(draft, found.text, system)
                elif is_placeholder(found.text):
                    continue
                else:
                    origin = draft.node(kind, found.text, "", system, **{NAMED_ONLY: "yes"})
                draft.edge(
                    origin, model, role, Certainty.INFERRED, why="guess.parameter", by=found.key, text=found.text
                )


def named_model(draft: LineageDraft, name: str, system: str, digest: str = "") -> str:
    """A model that is only named: in the hub where it has an id of one, else inside of `system`."""
    space, name = (HUB, name) if is_hub_id(name) else (system, name)
    digests = [f"sha256:{found[1].lower()}"] if (found := _SHA256.fullmatch(digest.strip())) else []
    return draft.node(NodeKind.MODEL, name, "", space, digests=digests, **{NAMED_ONLY: "yes"})


def is_hub_id(name: str) -> bool:
    """Whether a name is `owner/name` and no path."""
    first, _, last = name.partition("/")
    local = first.casefold() in _FOLDERS or first in (".", "..") or re.match(r"(checkpoint|epoch|step)[-_]?\d", last)
    return _HUB_ID.fullmatch(name) is not None and not local and "." not in PurePosixPath(last).suffix[:1]


def _folders(head: Head, draft: LineageDraft) -> Iterator[tuple[str, str]]:
    """Folders of photos with how many were in each; those for regularisation enter the weights as well."""
    for key in ("ss_dataset_dirs", "ss_reg_dataset_dirs"):
        told = _json(head, key, draft)
        for name, about in told.items() if isinstance(told, dict) else ():
            count = about.get("img_count") if isinstance(about, dict) else None
            yield str(name), str(count or "")
    listed = _json(head, "ss_datasets", draft)
    for dataset in listed if isinstance(listed, list) else ():
        subsets = dataset.get("subsets") if isinstance(dataset, dict) else None
        for subset in subsets if isinstance(subsets, list) else ():
            if isinstance(subset, dict) and (name := subset.get("image_dir") or subset.get("metadata_file")):
                yield str(name), str(subset.get("img_count") or "")


def _json(head: Head, key: str, draft: LineageDraft) -> Any:
    text = str(head.get(key) or "")
    if not text or text == "None":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        draft.warn("note.lineage.head-odd", name=key)
        return None


def _dataset(draft: LineageDraft, model: str, name: str, system: str, *, url: str = "", images: str = "") -> None:
    if is_placeholder(name):
        data = draft.unidentified(name, of=model, images=images)
    else:
        space = HUB if is_hub_id(name) and _of_a_hub(url) else system
        data = draft.node(NodeKind.DATASET, name, "", space, aliases=[url], images=images, **{NAMED_ONLY: "yes"})
    draft.edge(data, model, Role.TRAIN)


def _merged(draft: LineageDraft, model: str, head: Head, system: str) -> None:
    told = _json(head, "sd_merge_models", draft)
    for digest, about in told.items() if isinstance(told, dict) else ():
        name = str(about.get("name") or digest) if isinstance(about, dict) else str(digest)
        draft.edge(named_model(draft, name, system, digest=str(digest)), model, Role.MERGE)
    for name in str(head.get("modelspec.merged_from") or "").split(","):
        if not names_nothing(name):
            draft.edge(named_model(draft, name.strip(), system), model, Role.MERGE)


def _gguf(draft: LineageDraft, model: str, head: Head, system: str) -> None:
    parts: dict[tuple[str, int], dict[str, str]] = {}
    for key, value in head.items():
        if found := _GGUF_PARTS.fullmatch(key):
            parts.setdefault((found[1], int(found[2])), {})[found[3]] = str(value)
    bases = [about for (what, _), about in sorted(parts.items()) if what == "base_model"]
    role = Role.MERGE if len(bases) > 1 else Role.FINE_TUNE_BASE
    if head.get("general.type") == "adapter":
        role = Role.ADAPTER
    for about in bases:
        if name := _gguf_name(about):
            draft.edge(named_model(draft, name, system), model, role)
    for (what, _), about in sorted(parts.items()):
        if what == "dataset" and (name := _gguf_name(about)):
            _dataset(draft, model, name, system, url=about.get("repo_url") or about.get("url") or "")
    listed = head.get("general.datasets")
    for name in listed if isinstance(listed, list) else ():
        _dataset(draft, model, name, system)
    for key in ("general.source.repo_url", "general.source.huggingface.repository"):
        if (source := str(head.get(key) or "")) and not names_nothing(source):
            origin = named_model(draft, _hub_path(source) or source, system)
            draft.edge(
                origin, model, Role.QUANTISE, Certainty.INFERRED, why="guess.parameter", by=key, text=source
            )  # fmt: skip


def _gguf_name(about: Mapping[str, str]) -> str:
    """The id in the hub where an address says it, else the name with whose it is."""
    for key in ("repo_url", "url"):
        if found := _hub_path(about.get(key, "")):
            return found
    name, owner = about.get("name", ""), about.get("organization") or about.get("author") or ""
    return f"{owner} {name}".strip() if name else about.get("repo_url") or about.get("url") or ""


def _of_a_hub(url: str) -> bool:
    return (urlsplit(url).hostname or "").startswith("huggingface.") if "://" in url else False


def _hub_path(url: str) -> str:
    """`owner/name` of an address in the hub."""
    try:
        if not _of_a_hub(url):
            return ""
        parts = [part for part in urlsplit(url).path.split("/") if part and part != "datasets"]
    except ValueError:
        return ""
    return "/".join(parts[:2]) if len(parts) >= 2 else ""
