"""How well records are found: an invented population with known truth, by field and by what became of the value."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyrage

from bench.damage import damaged
from bench.invented_people import Person, people
from dsr_desk.core.findings import Identifiers, Reason
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import quoted
from dsr_desk.jobs.progress import CancelToken, Progress, Report, silent
from dsr_desk.search.index.build import Addressed, build
from dsr_desk.search.index.folder import SUFFIX, Index
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.search.index.work import LoadEngine
from dsr_desk.search.records.search import find_records, wanted

FIRST = 20
"""A name counts as found where its record is among so many of the best."""

COLUMNS = ("account_id", "name", "email", "phone", "username", "born", "address", "notes")
HELD = {"account id": 0, "name": 1, "e-mail": 2, "phone": 3, "user name": 4, "date of birth": 5, "address": 6}
SHOWN_MISSES = 8


@dataclass
class Agreement:
    """Searches by one field for records that hold it written in one way.

    `listed` counts all records that the searches brought (of names: the first 20), `strangers` those among them of
    people who do not have what was searched for. `misses` are pairs of what was searched and what the record holds.
    """

    of: str
    way: str
    asked: int = 0
    found: int = 0
    listed: int = 0
    strangers: int = 0
    misses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.asked

    @property
    def precision(self) -> float:
        return 1 - self.strangers / self.listed if self.listed else 1.0


def measure_matching(
    records: int = 20_000,
    subjects: int = 2_000,
    seed: int = 0,
    *,
    load: LoadEngine | None = None,
    report: Report = silent,
    cancel: CancelToken | None = None,
) -> list[Agreement]:
    """Builds an index of generated records and searches it for some of their people by one field after the other.

    Raises Cancelled.
    """
    cancel = cancel or CancelToken()
    population = list(people(records, seed))
    with tempfile.TemporaryDirectory() as made:
        table, folder, addressed = Path(made) / "people.csv", Path(made) / f"people{SUFFIX}", own_key()
        ways, mentioned = write_table(table, population, seed)
        build(
            [table], folder,
            version=DatasetVersion("people", "1"), addressed=addressed, load=load, country="DE", report=report,
            cancel=cancel,
        )  # fmt: skip
        with Index.open(folder, addressed.secret) as index:
            questions = _Questions(index, population, ways, mentioned)
            step = max(1, records // subjects)
            for number in range(0, records, step):
                cancel.check()
                report(Progress(quoted("searching"), number, records))
                questions.ask(population[number])
    return questions.agreements()


def own_key() -> Addressed:
    """Addressed to a key that nobody else has, which costs no time as a passphrase would."""
    identity = pyrage.x25519.Identity.generate()
    return Addressed((str(identity.to_public()),), Secret(identity=str(identity)))


Ways = list[tuple[tuple[str, str], ...]]
"""For each person the way and the value of each field, in the order of HELD."""


def write_table(path: Path, population: list[Person], seed: int) -> tuple[Ways, dict[int, int]]:
    """A CSV of one record a person; returns what it holds, and by record the number of whom its note mentions."""
    draws = np.random.default_rng((seed, 1)).random((len(population), len(HELD), 5)).tolist()
    written: Ways = []
    mentioned = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for person, row in zip(population, draws, strict=True):
            held = tuple(damaged(name, person, draw) for name, draw in zip(HELD, row, strict=True))
            other = population[int(row[0][4] * len(population))]
            if note := _note(other, row[1][4]):
                mentioned[person.number] = other.number
            writer.writerow([*(value for _, value in held), note])
            written.append(held)
    return written, mentioned


def _note(other: Person, draw: float) -> str:
    """A tenth of the records mention somebody else."""
    if draw < 0.03:
        return f"came with {other.name} to the summer party"
    if draw < 0.06:
        return f"asked us to write to {other.email} from now on"
    if draw < 0.1:
        return f"can be called at {other.phone[:3]} {other.phone[3:6]}-{other.phone[6:]} in the evening"
    return ""


class _Questions:
    def __init__(self, index: Index, population: list[Person], ways: Ways, mentioned: dict[int, int]) -> None:
        self._index = index
        self._ways = ways
        self._mentioned = mentioned
        self._rows = [row for (row,) in index.rows("SELECT id FROM items WHERE record = 1 ORDER BY id")]
        self._people = dict(zip(self._rows, population, strict=True))
        self._seen: dict[tuple[str, str], Agreement] = {}

    def agreements(self) -> list[Agreement]:
        """By field and way, in the order of the table."""
        return sorted(self._seen.values(), key=lambda one: (list(HELD).index(one.of), one.way))

    def ask(self, person: Person) -> None:
        for name, identifiers in _asked(person):
            found = self._find(identifiers)
            mine = self._rows[person.number]
            best = sorted(found, key=lambda row: -max(reason.score for reason in found[row]))
            listed = best[:FIRST] if name == "name" else best
            strangers = sum(not self._concerns(self._people[row], name, person) for row in listed)
            self._note(name, person, mine in listed, strangers, len(listed))
            if name == "name" and mine in found:
                said = {reason.says.code for reason in found[mine]}
                for column, code in (("date of birth", "reason.date-of-birth"), ("address", "reason.address")):
                    self._note(column, person, code in said, 0, 0)

    def _concerns(self, there: Person, name: str, asked: Person) -> bool:
        """Whether a record is of somebody who has the same value, or mentions who was asked for."""
        same = _value(there, name).casefold() == _value(asked, name).casefold()
        return same or self._mentioned.get(there.number) == asked.number

    def _find(self, identifiers: Identifiers) -> dict[int, list[Reason]]:
        return find_records(self._index, wanted(identifiers, self._index.country)).reasons

    def _note(self, name: str, person: Person, found: bool, strangers: int, listed: int) -> None:
        way, value = self._ways[person.number][HELD[name]]
        agreement = self._seen.setdefault((name, way), Agreement(name, way))
        agreement.asked += 1
        agreement.found += found
        agreement.listed += listed
        agreement.strangers += strangers
        if not found and len(agreement.misses) < SHOWN_MISSES:
            agreement.misses.append((_value(person, name), value))


def _asked(person: Person) -> Iterator[tuple[str, Identifiers]]:
    born, address = (person.born.isoformat(),), (person.address,)
    yield "name", Identifiers(names=(person.name,), dates_of_birth=born, addresses=address)
    yield "e-mail", Identifiers(emails=(person.email,))
    yield "phone", Identifiers(phones=(person.phone,))
    yield "user name", Identifiers(user_names=(person.user_name,))
    yield "account id", Identifiers(account_ids=(person.account,))


def _value(person: Person, name: str) -> str:
    return {
        "name": person.name,
        "e-mail": person.email,
        "phone": person.phone,
        "user name": person.user_name,
        "account id": person.account,
        "date of birth": person.born.isoformat(),
        "address": person.address,
    }[name]
