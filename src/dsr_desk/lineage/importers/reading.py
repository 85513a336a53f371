"""Reading files that others wrote: JSON and YAML without surprises, places in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.core.message import Message, message
from dsr_desk.lineage.importers.draft import WHOLE, ImportRefused, Place

CHUNK = 1 << 20
_BLANKS = re.compile(r"\s*")
LARGEST_DOCUMENT = 1 << 29


def text_of(path: Path) -> str:
    """The whole file as UTF-8 (a byte order mark is dropped). Raises ImportRefused."""
    if path.stat().st_size > LARGEST_DOCUMENT:
        raise ImportRefused(WHOLE, "why.too-large", most=LARGEST_DOCUMENT)
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(message("place.byte", byte=error.start), "damage.not-utf8") from error


def json_document(text: str) -> Any:
    """One JSON value. Raises ImportRefused with line and column."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ImportRefused(_column(error.lineno, error.colno), "damage.not-json") from error
    except ValueError as error:
        raise ImportRefused(WHOLE, "damage.long-number") from error
    except RecursionError as error:
        raise ImportRefused(WHOLE, "damage.nested") from error


def yaml_document(text: str, *, tagged: bool = False) -> Any:
    """One YAML value, plain data only: no tags that make objects. Raises ImportRefused with line and column.

    With `tagged`, tags for things of Python are left out of account, and their plain values are read.
    """
    try:
        return yaml.load(text, Loader=_UntaggedLoader if tagged else _PlainLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = _column(mark.line + 1, mark.column + 1) if mark else WHOLE
        raise ImportRefused(place, "damage.not-yaml") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ImportRefused(WHOLE, "damage.not-yaml") from error


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """SafeLoader without merge keys: a few lines of them can stand for gigabytes."""

    def flatten_mapping(self, node: Any) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem="merge keys are not read", problem_mark=key.start_mark)


class _UntaggedLoader(_PlainLoader):
    pass


def _untagged(loader: Any, suffix: str, node: Any) -> Any:
    del suffix
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


for _prefix in ("tag:yaml.org,2002:python/", "!"):
    _UntaggedLoader.add_multi_constructor(_prefix, _untagged)


def values(path: Path) -> Iterator[tuple[Message, Any]]:
    """Each event of a JSON file with its place: one object, an array of them or one a line (both streamed), several
    objects one after the other, or a list under `events`."""
    with path.open("rb") as file:
        start = file.read(CHUNK).lstrip(b"\xef\xbb\xbf \t\r\n")
        if b"\n" not in start:  # one long line, or the first of several
            start += file.readline(LARGEST_DOCUMENT) + file.read(CHUNK)
    if start.startswith(b"["):
        yield from _array(path)
    elif one_a_line(start):
        yield from _lines(path)
    else:
        first, *others = _documents(text_of(path))
        listed = first.get("events") if isinstance(first, dict) and not others else None
        if isinstance(listed, list):  # as an interface of Marquez hands events out
            yield from ((_event(number), event) for number, event in enumerate(listed, 1))
        elif others:
            yield from ((_event(number), event) for number, event in enumerate((first, *others), 1))
        else:
            yield message("place.one-event"), first


def _documents(text: str) -> list[Any]:
    """One JSON value, or several objects one after the other, as a command prints them that is run several times."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    found: list[Any] = []
    at = _behind_blanks(text, 0)
    while not found or text[at : at + 1] == "{":
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            if found:
                raise ImportRefused(_event(len(found) + 1), "damage.event-not-json") from error
            return [json_document(text)]
        found.append(value)
        at = _behind_blanks(text, end)
    return found if at >= len(text) else [json_document(text)]


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _column(line: int, column: int) -> Message:
    return message("place.column", line=line, column=column)


def _event(number: int) -> Message:
    return message("place.event", number=number)


def one_a_line(start: bytes) -> bool:
    """Whether a file that starts like this holds several JSON objects, one a line."""
    line, _, rest = start.partition(b"\n")
    try:
        return isinstance(json.loads(line), dict) and bool(rest.strip())
    except (ValueError, RecursionError):
        return False


def _lines(path: Path) -> Iterator[tuple[Message, Any]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            content = line.strip(b"\xef\xbb\xbf \t\r\n")
            if not content:
                continue
            place = message("place.line", line=number)
            try:
                yield place, json.loads(content, parse_constant=_no_constant)
            except json.JSONDecodeError as error:
                raise ImportRefused(_column(number, error.colno), "damage.line-not-json") from error
            except UnicodeDecodeError as error:
                raise ImportRefused(place, "damage.not-utf8") from error
            except ValueError as error:
                raise ImportRefused(place, "damage.long-number") from error
            except RecursionError as error:
                raise ImportRefused(place, "damage.nested") from error


def _array(path: Path) -> Iterator[tuple[Message, Any]]:
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    number = 0
    separator = "["
    try:
        with path.open(encoding="utf-8-sig") as file:
            buffer = file.read(CHUNK)
            while True:
                buffer = buffer.lstrip() or _more(file, number)
                if separator == "," and buffer.startswith("]"):
                    break
                if not buffer.startswith(separator):
                    raise ImportRefused(message("place.after-event", number=number), "damage.list-broken")
                buffer = buffer[1:].lstrip() or _more(file, number)
                if separator == "[" and buffer.startswith("]"):
                    break
                separator = ","
                number += 1
                while True:
                    try:
                        value, end = decoder.raw_decode(buffer)
                        break
                    except ValueError as error:
                        more = file.read(max(CHUNK, len(buffer)))
                        if not more:
                            raise ImportRefused(_event(number), "damage.event-not-json") from error
                        buffer += more
                yield _event(number), value
                buffer = buffer[end:]
            if buffer[1:].strip() or file.read().strip():
                raise ImportRefused(message("place.after-event", number=number), "damage.after-list")
    except UnicodeDecodeError as error:
        raise ImportRefused(message("place.after-event", number=number), "damage.not-utf8") from error
    except RecursionError as error:
        raise ImportRefused(_event(number), "damage.nested") from error


def _more(file: Any, number: int) -> str:
    while chunk := file.read(CHUNK):
        if stripped := str(chunk).lstrip():
            return stripped
    raise ImportRefused(message("place.after-event", number=number), "damage.list-ends")


def _no_constant(name: str) -> Any:
    raise ImportRefused(WHOLE, "damage.no-number", text=name)


def mapping(value: object, place: Place) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ImportRefused(place, "damage.object")
    return value


def listing(value: object, place: Place) -> list[Any]:
    """A list; None counts as an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise ImportRefused(place, "damage.list")
    return value


def objects(thing: Mapping[str, Any], field: str, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects in the list under a field, each with its place."""
    path = f"{place}.{field}" if place else field
    for i, item in enumerate(listing(thing.get(field), path)):
        yield f"{path}[{i}]", mapping(item, f"{path}[{i}]")


def items(thing: Mapping[str, Any], field: str, place: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """As `objects`, where a place is no path of fields alone."""
    for i, item in enumerate(listing(thing.get(field), (place, field))):
        where = (place, f"{field}[{i}]")
        yield where, mapping(item, where)


def some_text(value: object, place: Place) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ImportRefused(place, "damage.text-missing")
    return value


def maybe_text(value: object, place: Place) -> str:
    """Text, or "" for None."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ImportRefused(place, "damage.text")
    return str(value)


def several(value: Any) -> list[Any]:
    """What may stand alone or in a list; None counts as nothing."""
    return [] if value is None else value if isinstance(value, list) else [value]


_ROLES = {role.value: role for role in Role}
_CERTAINTIES = {certainty.value: certainty for certainty in Certainty}
_ROLE_WORDS = {
    "train": Role.TRAIN, "training": Role.TRAIN, "traindata": Role.TRAIN, "pretrain": Role.TRAIN,
    "pretraining": Role.TRAIN, "finetuning": Role.TRAIN, "finetune": Role.TRAIN,
    "validate": Role.VALIDATE, "validation": Role.VALIDATE, "val": Role.VALIDATE, "valid": Role.VALIDATE,
    "dev": Role.VALIDATE, "tuning": Role.VALIDATE,
    "evaluate": Role.EVALUATE, "evaluation": Role.EVALUATE, "eval": Role.EVALUATE, "test": Role.EVALUATE,
    "testing": Role.EVALUATE, "benchmark": Role.EVALUATE, "benchmarking": Role.EVALUATE,
    "base": Role.FINE_TUNE_BASE, "basemodel": Role.FINE_TUNE_BASE, "finetunebase": Role.FINE_TUNE_BASE,
    "pretrained": Role.FINE_TUNE_BASE, "teacher": Role.DISTIL, "distil": Role.DISTIL, "distill": Role.DISTIL,
    "distillation": Role.DISTIL, "adapter": Role.ADAPTER, "lora": Role.ADAPTER, "merge": Role.MERGE,
    "quantise": Role.QUANTISE, "quantize": Role.QUANTISE, "quantized": Role.QUANTISE, "quantised": Role.QUANTISE,
    "embed": Role.EMBED, "embedding": Role.EMBED, "serve": Role.SERVE, "serving": Role.SERVE,
    "inference": Role.SERVE, "deploy": Role.SERVE, "deployment": Role.SERVE, "deployedas": Role.SERVE,
    "trainedon": Role.TRAIN, "validatedon": Role.VALIDATE, "evaluatedon": Role.EVALUATE, "testedon": Role.EVALUATE,
    "finetunedfrom": Role.FINE_TUNE_BASE, "passedon": Role.PASS_ON, "passedonto": Role.PASS_ON,
    "givento": Role.PASS_ON, "soldto": Role.PASS_ON, "deliveredto": Role.PASS_ON,
}  # fmt: skip


def role_said(text: str) -> Role | None:
    """A role by our own word for it, or by a producer's."""
    return _ROLES.get(text) or role_named(text)


def certainty_said(word: object) -> Certainty | None:
    return _CERTAINTIES.get(str(word))


def role_named(text: str) -> Role | None:
    """The role that a producer's word means, whatever its spelling; None for words that say nothing."""
    word = "".join(letter for letter in text.casefold() if letter.isalpha())
    return _ROLE_WORDS.get(word)
