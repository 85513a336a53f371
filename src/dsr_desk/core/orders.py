"""What an order obliges to: obligations, and the profiles of public orders that officers begin from.

A profile proposes; the officer confirms each line against the paper in hand. The table is data: `orders.json` beside
this file, with the public source of each line. Where no number of days could be confirmed, none is proposed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message


class Demand(StrEnum):
    """What an obligation is about."""

    DATA = "data"
    EMBEDDINGS = "embeddings"
    MODELS = "models"
    OUTPUTS = "outputs"
    RECIPIENTS = "recipients"
    STATEMENT = "statement"
    RETAINED = "retained"
    TRAINING = "training"
    RETRAINING = "retraining"
    REPORT = "report"
    RECORDS = "records"


class Met(StrEnum):
    """What a named person says of an obligation that nothing here can read."""

    DECLARED = "declared"
    NOT_APPLICABLE = "not-applicable"
    TAKEN_BACK = "taken-back"


class ObligationWrong(DeskError):
    code = "ORDER-OBLIGATION-WRONG"
    happened = "“{said}” is no obligation."
    means = "Nothing was recorded."
    todo = "Write it as ABOUT, ABOUT=DAYS or ABOUT=YYYY-MM-DD, with :sworn or :every=DAYS behind it. ABOUT is {about}."


class ProfileMissing(DeskError):
    code = "ORDER-NO-PROFILE"
    happened = "There is no profile called {name}."
    means = "Nothing was recorded."
    todo = "Choose one of: {known}."


@dataclass(frozen=True)
class Obligation:
    """One thing that an order asks for. `id` is unique in the case.

    `due` is a day (ISO), "" where the order sets none or nobody read one out of it; `every` days between repetitions,
    0 for once. `source` is where the proposal comes from, "" for what the officer typed; `text` what the order says.
    """

    id: str
    about: Demand
    due: str = ""
    every: int = 0
    sworn: bool = False
    text: str = ""
    source: str = ""

    @property
    def name(self) -> Message:
        return message(f"obligation.{self.about.value}")

    def as_open(self) -> dict[str, Any]:
        """What stands open in an act: no free text."""
        return {"id": self.id, "about": self.about.value, "due": self.due, "every": self.every, "sworn": self.sworn}


@dataclass(frozen=True)
class ProposedLine:
    """A line of a profile. `days` count from service, None where none could be confirmed: what repeats begins then
    after one period."""

    about: Demand
    days: int | None
    every: int
    sworn: bool
    text: str


@dataclass(frozen=True)
class Profile:
    """Obligations of a public order. `matter` names it, `source` is where they were read."""

    code: str
    matter: str
    source: str
    lines: tuple[ProposedLine, ...]

    def obligations(self, served: date) -> tuple[Obligation, ...]:
        return tuple(
            Obligation(
                f"o{number:02d}",
                one.about,
                _after(served, one.days if one.days is not None else one.every or None),
                one.every,
                one.sworn,
                one.text,
                self.source,
            )
            for number, one in enumerate(self.lines, start=1)
        )


def profile(code: str) -> Profile:
    """Raises ProfileMissing."""
    found = profiles().get(code)
    if found is None:
        raise ProfileMissing(name=code, known=", ".join(profiles()))
    return found


@cache
def profiles() -> Mapping[str, Profile]:
    """All of them, by code."""
    read = json.loads(files("dsr_desk.core").joinpath("orders.json").read_text(encoding="utf-8"))
    return {
        one["code"]: Profile(
            one["code"],
            one["matter"],
            one["source"],
            tuple(
                ProposedLine(
                    Demand(line["about"]),
                    line.get("days"),
                    line.get("every", 0),
                    line.get("sworn", False),
                    line.get("text", ""),
                )
                for line in one["lines"]
            ),
        )
        for one in read
    }


def typed(said: str, served: date, number: int) -> Obligation:
    """An obligation as an officer types it: "models=90", "statement=2026-09-01:sworn", "report=365:sworn:every=365".

    What repeats and has no first day begins after one period. Raises ObligationWrong.
    """
    head, *more = said.strip().split(":")
    about, _, due = head.partition("=")
    try:
        found = Obligation(f"o{number:02d}", Demand(about.strip()), _day(due.strip(), served))
        for one in more:
            name, _, value = one.partition("=")
            if name == "sworn" and not value:
                found = replace(found, sworn=True)
            elif name == "every" and 0 < int(value) <= 3660:
                found = replace(found, every=int(value))
            else:
                raise ValueError(one)
        if not found.due:
            found = replace(found, due=_after(served, found.every or None))
    except (ValueError, OverflowError) as error:
        raise ObligationWrong(said=said, about=", ".join(Demand)) from error
    return found


def _after(served: date, days: int | None) -> str:
    """The day so many days after service; "" where no number is known."""
    return (served + timedelta(days)).isoformat() if days is not None else ""


def _day(due: str, served: date) -> str:
    if not due:
        return ""
    return (served + timedelta(int(due))).isoformat() if due.isdecimal() else date.fromisoformat(due).isoformat()


def first_due(obligations: Iterable[Obligation]) -> str:
    """The earliest day on which anything is due; "" where no day stands."""
    return min((one.due for one in obligations if one.due), default="")


def due_days(due: str, every: int, until: str) -> list[str]:
    """Days (ISO) on which a repeated obligation was due up to a day, that one included, oldest first."""
    if not due or due > until:
        return []
    if not every:
        return [due]
    first, last = date.fromisoformat(due), date.fromisoformat(until)
    return [(first + timedelta(every * n)).isoformat() for n in range((last - first).days // every + 1)]
