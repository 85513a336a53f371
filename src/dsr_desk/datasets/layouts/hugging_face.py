"""Folders as the Hugging Face hub has them: parts below a card that says how many examples each split has.

What is meant by the numbers stands in the documentation of `datasets` ("Structure your repository", "Dataset card");
its loader refuses a split of which there are more or fewer examples than the card says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.rules import Mending, Rule

CARD, OLD_CARD = "README.md", "dataset_infos.json"
MOST_BYTES = 4 * 1024 * 1024
_FRONT = re.compile(rb"\A\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(\r?\n|\Z)", re.DOTALL)
_TELLING = re.compile(rb"^(dataset_info|configs)[ \t]*:", re.MULTILINE)
_DEFAULT = "default"
_BESIDE_PHOTOS = re.compile(r"metadata\.(?:csv|jsonl|parquet)")
_WORDS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_SHARD = re.compile(r"data/(\w+(?:\.\w+)*)-\d{5}-of-\d{5}.*\.[^/]*")


@dataclass(frozen=True)
class Less:
    """What a split lost: examples, bytes as Arrow holds them, bytes of its files."""

    examples: int = 0
    held: int = 0
    stored: int = 0

    def __add__(self, other: Less) -> Less:
        return Less(self.examples + other.examples, self.held + other.held, self.stored + other.stored)


Losses = Mapping[tuple[str, str], Less]
"""By configuration and split."""


class HubFolder(Rule):
    kind = "hugging-face"

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:
        return OLD_CARD in names or (CARD in names and _TELLING.search(_front_of(folder / CARD)) is not None)

    def is_own(self, inner: str) -> bool:
        return inner in (CARD, OLD_CARD)

    def concerns(self, root: Path, inner: str) -> bool:  # noqa: ARG002
        return not inner.startswith(".")

    def hindrance(self, root: Path, inner: str) -> Message | None:
        try:
            card, old = _card_at(root), _old_card_at(root)
        except (OSError, ValueError, yaml.YAMLError):
            return message("why.layout.card")
        told = {config for config, _ in _counted(card, old)}
        found = {config for config, _ in _splits_of(inner, card, told)}
        return None if not told or found & told else message("why.layout.no-split")

    def mend(self, mending: Mending, root: str) -> None:
        """Takes what the parts lost from the numbers of their splits, and counts splits of Parquet files again."""
        folder = mending.old / root
        card, old = _card_at(folder), _old_card_at(folder)
        before = _counted(card, old)
        losses = _losses(mending, root, card, {config for config, _ in before})
        if before and card:
            _write_card(mending, root, losses)
        if before and old:
            _write_old_card(mending, root, old, losses)
        after = _counted(_card_at(mending.new / root), _old_card_at(mending.new / root))
        wanted = {key: before[key] - losses.get(key, Less()).examples for key in before}
        if after != wanted or any(number < 0 for number in after.values()):
            raise mending.unfit(message("why.layout.card"))
        self._count_again(mending, root, card, before, after)

    def _count_again(
        self,
        mending: Mending,
        root: str,
        card: Mapping[str, Any],
        before: Mapping[tuple[str, str], int],
        after: Mapping[tuple[str, str], int],
    ) -> None:
        """As the loader does. A card that was wrong before is told of, and stays wrong by as much."""
        configs = {config for config, _ in before}
        there = _rows_in(mending.old / root, card, configs), _rows_in(mending.new / root, card, configs)
        for key in before:
            was, found = (rows.get(key) for rows in there)
            if was is None or found is None:
                continue
            if was != before[key]:
                mending.notes.append(message("note.layout.card-was-wrong", said=before[key], there=was))
            elif found != after[key]:
                raise mending.unfit(message("why.erase.count", kept=after[key], found=found))


def _losses(mending: Mending, root: str, card: Mapping[str, Any], configs: set[str]) -> Losses:
    losses: dict[tuple[str, str], Less] = {}
    for inner in mending.below(root):
        seen = mending.examples.get(inner)
        if seen is None:
            continue
        held = _held(mending.old / inner) - _held(mending.new / inner)
        # Rows of an image folder's own table are told with their photos.
        lost = 0 if _BESIDE_PHOTOS.fullmatch(inner.rpartition("/")[2]) else seen.before - seen.after
        less = Less(lost, held, seen.size_before - seen.size_after)
        for key in _splits_of(inner[len(root) + 1 if root else 0 :], card, configs):
            losses[key] = losses.get(key, Less()) + less
    return losses


def _held(path: Path) -> int:
    """Bytes of a part as Arrow holds it; of a file of another format its own, which is near that."""
    if not path.exists():
        return 0
    if path.suffix != ".parquet":
        return path.stat().st_size
    with pq.ParquetFile(path, pre_buffer=False) as file:
        return sum(batch.nbytes for batch in file.iter_batches(batch_size=1024, use_threads=False))


def _rows_in(root: Path, card: Mapping[str, Any], configs: set[str]) -> dict[tuple[str, str], int]:
    """Rows of the splits that consist of Parquet files alone."""
    rows: dict[tuple[str, str], int] = {}
    others: set[tuple[str, str]] = set()
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root).as_posix()
        if not path.is_file() or inner.startswith(".") or inner in (CARD, OLD_CARD):
            continue
        for key in _splits_of(inner, card, configs):
            if path.suffix == ".parquet":
                rows[key] = rows.get(key, 0) + pq.read_metadata(path).num_rows
            else:
                others.add(key)
    return {key: number for key, number in rows.items() if key not in others}


# Which split a file belongs to


def _splits_of(inner: str, card: Mapping[str, Any], configs: set[str]) -> set[tuple[str, str]]:
    """Configurations and splits that a file is in, by the card's patterns, or by its name where it gives none."""
    found = set()
    declared = [one for one in _several(card.get("configs")) if isinstance(one, dict)]
    for config in declared:
        name = str(config.get("config_name", _DEFAULT))
        folder = str(config.get("data_dir") or "").strip("./")
        for split, pattern in _patterns(config.get("data_files")):
            if _matches(f"{folder}/{pattern}" if folder else pattern, inner):
                found.add((name, split))
        if not config.get("data_files") and inner.startswith(f"{folder}/" if folder else ""):
            found.add((name, _split_by_name(inner)))
    if declared:
        return found
    if len(configs) <= 1:
        return {(next(iter(configs), _DEFAULT), _split_by_name(inner))}
    return {(name, _split_by_name(inner)) for name in configs if inner.startswith(f"{name}/")}


def _patterns(files: Any) -> Iterator[tuple[str, str]]:
    if isinstance(files, Mapping):
        for split, paths in files.items():
            yield from ((str(split), str(path)) for path in _several(paths))
        return
    for one in _several(files):
        if isinstance(one, Mapping):
            split = str(one.get("split", "train"))
            yield from ((split, str(path)) for path in _several(one.get("path")))
        else:
            yield "train", str(one)


def _split_by_name(inner: str) -> str:
    shard = _SHARD.fullmatch(inner)
    if shard:
        return shard[1]
    for split, words in _WORDS.items():
        if re.search(rf"(?:^|[-._ 0-9/])(?:{'|'.join(words)})(?:[-._ 0-9/]|$)", inner):
            return split
    return "train"


def _matches(pattern: str, inner: str) -> bool:
    """`*` stays within a folder, `**` does not."""
    regex = re.escape(pattern.removeprefix("./"))
    for sign, meaning in ((r"\*\*/", "(?:.*/)?"), (r"\*\*", ".*"), (r"\*", "[^/]*"), (r"\?", "[^/]")):
        regex = regex.replace(sign, meaning)
    regex = regex.replace(r"\[", "[").replace(r"\]", "]").replace(r"\-", "-")
    return re.fullmatch(regex, inner) is not None


# Cards


def _front_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            found = _FRONT.match(file.read(MOST_BYTES))
    except OSError:
        return b""
    return found[1] if found else b""


def _card_at(root: Path) -> dict[str, Any]:
    """Raises yaml.YAMLError, ValueError."""
    front = _front_of(root / CARD)
    card = yaml.safe_load(front.decode("utf-8")) if front else {}
    return card if isinstance(card, dict) else {}


def _old_card_at(root: Path) -> dict[str, Any]:
    """Raises OSError, ValueError."""
    path = root / OLD_CARD
    card = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return card if isinstance(card, dict) else {}


def _counted(card: Mapping[str, Any], old: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Examples of each split as the cards say; where both do, as the newer one does."""
    found: dict[tuple[str, str], int] = {}
    for name, info in old.items():
        found |= _of_splits(name, info)
    for info in _several(card.get("dataset_info")):
        if isinstance(info, dict):
            found |= _of_splits(str(info.get("config_name", _DEFAULT)), info)
    return found


def _of_splits(config: str, info: Any) -> dict[tuple[str, str], int]:
    splits = info.get("splits") if isinstance(info, dict) else None
    if isinstance(splits, dict):
        splits = [{"name": name, **split} for name, split in splits.items() if isinstance(split, dict)]
    told = [one for one in _several(splits) if isinstance(one, dict)]
    return {
        (config, str(one.get("name"))): one["num_examples"] for one in told if isinstance(one.get("num_examples"), int)
    }


def _write_old_card(mending: Mending, root: str, old: dict[str, Any], losses: Losses) -> None:
    stored = (mending.old / root / OLD_CARD).read_text("utf-8")
    for name, info in old.items():
        if not isinstance(info, dict):
            continue
        whole = Less()
        for split, numbers in (info.get("splits") or {}).items():
            less = losses.get((name, split), Less())
            whole += less
            _take(numbers, num_examples=less.examples, num_bytes=less.held)
        _take(info, dataset_size=whole.held, size_in_bytes=whole.held + whole.stored, download_size=whole.stored)
    indent = 2 if "\n  " in stored else 4 if "\n    " in stored else None
    text = json.dumps(old, indent=indent, ensure_ascii=stored.isascii())
    mending.write(_below(root, OLD_CARD), (text + ("\n" if stored.endswith("\n") else "")).encode())


def _take(numbers: dict[str, Any], **less: int) -> None:
    for name, by in less.items():
        if isinstance(numbers.get(name), int):
            numbers[name] = max(0, numbers[name] - by)


def _write_card(mending: Mending, root: str, losses: Losses) -> None:
    """The card with other numbers, and every other letter of it as it was."""
    stored = (mending.old / root / CARD).read_bytes()
    found = _FRONT.match(stored)
    if found is None:
        return
    front = found[1].decode("utf-8")
    edits: list[tuple[int, int, str]] = []
    for info in _nodes(_value(yaml.compose(front, Loader=yaml.SafeLoader), "dataset_info")):
        name = _value(info, "config_name")
        config = name.value if name is not None else _DEFAULT
        whole = Less()
        for split in _nodes(_value(info, "splits")):
            called = _value(split, "name")
            less = losses.get((config, called.value if called is not None else ""), Less())
            whole += less
            edits += _edits(split, num_examples=less.examples, num_bytes=less.held)
        edits += _edits(info, dataset_size=whole.held, download_size=whole.stored)
    for start, end, text in sorted(edits, reverse=True):
        front = front[:start] + text + front[end:]
    mending.write(_below(root, CARD), stored[: found.start(1)] + front.encode() + stored[found.end(1) :])


def _edits(node: Any, **less: int) -> Iterator[tuple[int, int, str]]:
    for name, by in less.items():
        value = _value(node, name)
        if value is not None and by and re.fullmatch(r"\d+", value.value):
            yield value.start_mark.index, value.end_mark.index, str(max(0, int(value.value) - by))


def _nodes(node: Any) -> list[Any]:
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _value(node: Any, name: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _below(root: str, inner: str) -> str:
    return f"{root}/{inner}" if root else inner


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
