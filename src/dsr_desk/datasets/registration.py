"""What a dataset says of itself, read from a file beside it: Croissant, a Hugging Face card, a Data & Trust record.

Only what stands in the file is taken. A licence is no legal basis for personal data and is kept among the purposes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from dsr_desk.core.codec import prepare
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import Message, message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.names import suffix_of, without_suffix
from dsr_desk.jobs.cell import CellFailed, Grants, ask

LARGEST = 4 * 1024 * 1024
MOST_DOCUMENTS = 200
_JSON = frozenset({".json", ".jsonld"})
_TELLING = re.compile(r"readme|croissant|metadata|dataset|provenance|card|info", re.IGNORECASE)
UNFILLED = re.compile(r"\s*(\[more information needed\]|\{\{.*\}\}|\[optional\]|n/?a|unknown|other|)\s*", re.IGNORECASE)

Facts = dict[str, str]
"""Values by field name of `DatasetVersion`."""


class FactsNotUnderstood(DeskError):
    code = "REGISTER-NOT-UNDERSTOOD"
    happened = "{path} is no Croissant file, dataset card or Data & Trust record that can be read."
    means = "Nothing was taken from it."
    todo = "Choose another file, or type in what is known; blank fields stay unknown and reports say so."


@dataclass(frozen=True)
class Described:
    """What one file says. `facts` holds only the fields that it fills."""

    path: Path
    format: Message
    facts: Facts

    def version(self, name: str = "", version: str = "") -> DatasetVersion:
        """As a dataset version; `name` and `version` stand in where the file has none."""
        given = {"name": name or "unnamed", "version": version or "1", **self.facts}
        return DatasetVersion(**given)


def read_facts(path: Path) -> Described:
    """Raises FactsNotUnderstood, OSError where it is not there or may not be read."""
    with path.open("rb"):
        path = path.absolute()
    described: Described = _asked(Described, facts_of, [path], path)
    return described


def facts_beside(source: Path) -> list[Described]:
    """Of all files in the folder `source`, or beside the file `source`, that describe a dataset.

    JSON that belongs to a photo beside it is not looked at. Of very many documents those with telling names come first.
    Raises OSError.
    """
    folder = (source if source.is_dir() else source.parent).absolute()
    documents = sorted(_documents_in(folder))
    if not documents:
        return []
    with suppress(FactsNotUnderstood):
        return list(_asked(tuple[Described, ...], facts_in, documents, documents))
    # One of them ended the cell: each in one of its own, so that the others are read.
    return [one for path in documents for one in _alone(path)]


def _alone(path: Path) -> Sequence[Described]:
    with suppress(FactsNotUnderstood):
        return tuple(_asked(tuple[Described, ...], facts_in, [path], [path]))
    return ()


def _asked(kind: Any, function: Callable[..., Any], granted: Sequence[Path], given: Any) -> Any:
    try:
        return ask(kind, function, given, grants=Grants(read=tuple(granted)))
    except CellFailed as failed:
        raise FactsNotUnderstood(path=granted[0]) from failed


# What runs in cells


def facts_of(path: Path) -> Described:
    """Raises FactsNotUnderstood, OSError."""
    if path.stat().st_size <= LARGEST:
        text = path.read_text("utf-8-sig", errors="replace")
        if path.suffix.lower() in {".md", ".markdown"}:
            return Described(path, message("described.card"), _cleaned(_card(text)))
        document = _parsed(text)
        for name, fits, read in _DOCUMENTS:
            if isinstance(document, dict) and fits(document):
                return Described(path, message(name), _cleaned(read(document)))
    raise FactsNotUnderstood(path=path)


def facts_in(documents: Sequence[Path]) -> tuple[Described, ...]:
    """Of those that describe a dataset."""
    found = []
    for path in documents:
        try:
            if path.name.lower() == "readme.md" or describes_a_dataset(path):
                found.append(facts_of(path))
        except (FactsNotUnderstood, OSError):
            continue
    return tuple(one for one in found if one.facts)


def _documents_in(folder: Path) -> list[Path]:
    """Files that may describe a dataset, at most `MOST_DOCUMENTS`."""
    with os.scandir(folder) as listing:
        names = [child.name for child in listing if child.is_file()]
    stems = {without_suffix(name) for name in names if sniff.named_like_photo(name)}
    documents = [
        name
        for name in names
        if name.lower() == "readme.md" or (suffix_of(name) in _JSON and without_suffix(name) not in stems)
    ]
    documents.sort(key=lambda name: (not _TELLING.search(name), name))
    return [folder / name for name in documents[:MOST_DOCUMENTS]]


def describes_a_dataset(path: Path) -> bool:
    """Whether a JSON document is about a dataset instead of being one. Raises OSError."""
    if path.suffix.lower() not in _JSON or not 0 < path.stat().st_size <= LARGEST:
        return False
    document = _parsed(path.read_text("utf-8-sig", errors="replace"))
    return isinstance(document, dict) and any(fits(document) for _, fits, _ in _DOCUMENTS)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_croissant(document: Mapping[str, Any]) -> bool:
    """The name is left out by some, and then to be given."""
    return "mlcommons.org/croissant" in json.dumps(document.get("conformsTo", ""))


def _croissant(document: Mapping[str, Any]) -> Facts:
    places = [part.get("contentUrl") for part in _several(document.get("distribution")) if isinstance(part, dict)]
    return {
        "name": _text(document.get("name")),
        "version": _text(document.get("version")),
        "source": _text([document.get("url"), document.get("sameAs"), document.get("isBasedOn")])
        or _text([place for place in places if "://" in str(place)]),
        "collected": _first(
            document, "rai:dataCollectionTimeframe", "temporalCoverage", "dateCreated", "datePublished"
        ),
        "supplier": _text(document.get("creator")),
        "purposes": _purposes(
            [document.get("rai:dataUseCases"), document.get("usageInfo"), document.get("conditionsOfAccess")],
            document.get("license"),
        ),
        "retention": _first(document, "expires", "rai:dataReleaseMaintenancePlan"),
        "responsible": _first(document, "maintainer", "publisher"),
    }


def _is_provenance_record(document: Mapping[str, Any]) -> bool:
    return all(isinstance(document.get(part), dict) for part in ("source", "provenance", "use"))


def _provenance_record(document: Mapping[str, Any]) -> Facts:
    source, provenance, use = (document[part] for part in ("source", "provenance", "use"))
    period = provenance.get("generation-period") or {}
    span = " to ".join(str(period[end])[:10] for end in ("start", "end") if period.get(end))
    consents = _text(use.get("consents"))
    return {
        "name": _text(source.get("title") or source.get("name")),
        "version": _text(source.get("data-version")),
        "source": _text([provenance.get("source"), source.get("location")]),
        "collected": span or _text(provenance.get("date")),
        "supplier": _text(provenance.get("origin") or source.get("issuer")),
        "legal_basis": f"consent: {consents}" if consents else "",
        "purposes": _purposes(use.get("intended-purpose"), use.get("license")),
        "responsible": _text(source.get("issuer")),
    }


_DOCUMENTS: tuple[tuple[str, Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], Facts]], ...] = (
    ("described.croissant", _is_croissant, _croissant),
    ("described.provenance-record", _is_provenance_record, _provenance_record),
)

_CARD_LINES = {
    "curated by": "responsible",
    "point of contact": "responsible",
    "shared by": "supplier",
    "repository": "source",
    "homepage": "source",
}
_LINE = re.compile(r"^\s*[-*]\s*\*\*(?P<label>[^:*\[]+?)\s*(\[optional\])?\s*:?\s*\*\*:?\s*(?P<text>.*)$", re.MULTILINE)


def _card(text: str) -> Facts:
    head = re.match(r"\s*---\r?\n(.*?)\r?\n---\s*(\r?\n|$)", text, re.DOTALL)
    try:
        front = yaml.safe_load(head.group(1)) if head else {}
    except yaml.YAMLError:
        front = {}
    front = front if isinstance(front, dict) else {}
    body = text[head.end() :] if head else text
    title = re.search(r"^#\s+(?:dataset card for\s+)?(.+)$", body, re.IGNORECASE | re.MULTILINE)
    facts = {
        "name": _text(front.get("pretty_name")) or (title.group(1).strip() if title else ""),
        "version": _text(front.get("version")),
        "source": _text([one for one in _several(front.get("source_datasets")) if one != "original"]),
        "purposes": _purposes(_section(body, "direct use"), front.get("license")),
        "responsible": _section(body, "dataset card contact"),
    }
    for match in _LINE.finditer(body):
        name = _CARD_LINES.get(match["label"].strip().lower())
        value = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1 (\2)", match["text"].strip())
        if name and not UNFILLED.fullmatch(value) and not facts.get(name):
            facts[name] = value
    return facts


def _section(body: str, title: str) -> str:
    """The first paragraph under a heading, in one line; "" where it is a gap to be filled."""
    match = re.search(rf"^#+\s+{title}\s*$\n(.*?)(?=^#|\Z)", body, re.IGNORECASE | re.MULTILINE | re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", match.group(1), flags=re.DOTALL).strip() if match else ""
    first = " ".join(text.split("\n\n")[0].split())
    return "" if UNFILLED.fullmatch(first) else first


def _cleaned(facts: Facts) -> Facts:
    known = {field.name for field in fields(DatasetVersion)}
    return {name: value for name, value in facts.items() if name in known and value and not UNFILLED.fullmatch(value)}


def _first(document: Mapping[str, Any], *names: str) -> str:
    """What the first of these fields says that says anything."""
    return next((text for name in names if (text := _text(document.get(name)))), "")


def _purposes(uses: Any, licence: Any) -> str:
    terms = _text(licence)
    known = terms and not UNFILLED.fullmatch(terms)
    return "; ".join(part for part in (_text(uses), f"licence: {terms}" if known else "") if part)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    """Texts, names and descriptions in a value, each once."""
    return "; ".join(dict.fromkeys(part for part in _parts(value) if part))


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        keys = ("name", "legal-name", "long-description", "description", "code", "url", "@id")
        yield from _parts(next((value[key] for key in keys if value.get(key)), None))
    elif isinstance(value, list):
        for inner in value:
            yield from _parts(inner)
    elif value is not None:
        yield " ".join(str(value).split())


prepare(Described)
