"""What is known of a dataset: said by the officer, else read from the files that describe it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.datasets.registration import Described, facts_beside, read_facts

UNKNOWN = "unknown"
IDENTITY = ("name", "version")


class FactsMissing(DeskError):
    code = "REGISTER-NO-FILE"
    happened = "{path} cannot be read."
    means = "What it says of the dataset is not known, so the dataset was not registered."
    todo = "Check the path, or leave the file out; what nobody says stays unknown."


@dataclass(frozen=True)
class Taken:
    """One fact that was read from a file, by the name of its field."""

    field: str
    value: str
    file: str
    format: str


def dataset_version(
    sources: Sequence[Path], files: Sequence[Path], said: Mapping[str, str], *, name: str
) -> tuple[DatasetVersion, tuple[Taken, ...]]:
    """A dataset version from what was `said` (by field name), then from `files` in order, then from what lies beside
    the sources; what none of them says is unknown. `name` stands in where nobody names the dataset.

    Name and version make the ids of its items, so a file that only lies beside never gives them. Returns what was
    taken from files too. Raises FactsMissing, FactsNotUnderstood.
    """
    facts = {field: value for field, value in said.items() if value and value != UNKNOWN}
    taken: list[Taken] = []
    named = [_read(file) for file in files]
    beside = [one for source in sources for one in _beside(source)]
    for described in (*named, *beside):
        for field, value in described.facts.items():
            if field not in facts and (described in named or field not in IDENTITY):
                facts[field] = value
                taken.append(Taken(field, value, described.path.name, described.format))
    return DatasetVersion(**{"name": name, "version": "1", **facts}), tuple(taken)


def _read(file: Path) -> Described:
    try:
        return read_facts(file)
    except OSError as error:
        raise FactsMissing(path=file) from error


def _beside(source: Path) -> list[Described]:
    """None where the source cannot be read: building the index says so."""
    try:
        return facts_beside(source)
    except OSError:
        return []
