"""What `dsr-desk engine check` found of an own engine: kept beside its model, carried by every index made with it.

`check.json` counts for the engine whose digest it names and for no other.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from cattrs import BaseValidationError

from dsr_desk.core.codec import plain, restore
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.storage.files import write_whole

CHECK = "check.json"
LARGEST_FILE = 1 << 20
SHARES = 9
"""As many genuine scores are kept as calibration knows shares of."""

LONGEST_REASON = 500


@dataclass(frozen=True)
class Share:
    """A share of pairs with the interval in which 95 of 100 such samples of people have theirs; all from 0 to 1."""

    value: float
    lowest: float
    highest: float

    def __post_init__(self) -> None:
        if not 0 <= self.lowest <= self.value <= self.highest <= 1:
            raise ValueError("no share with its interval")


@dataclass(frozen=True)
class MatchRates:
    """True match rates at one false match rate, of the engine and of the built-in one on the same photos.

    None where fewer than ten expected false pairs would have decided.
    """

    false_matches: float
    own: Share | None
    built_in: Share | None

    @property
    def worse(self) -> bool:
        """Whether the built-in engine found more."""
        return self.own is not None and self.built_in is not None and self.own.value < self.built_in.value


@dataclass(frozen=True)
class EngineCheck:
    """Of the engine `digest`, on `photos` photos of `people`, in `missed` of which it found no face.

    `genuine`, `several` and `spread` are what calibration knows one person's photos by (see `search.faces.known`);
    empty where there were too few pairs. `reason` is what an officer typed why an engine is used that is worse than
    the built-in one, `checked` the moment of the check.
    """

    digest: str
    checked: str
    people: int
    photos: int
    missed: int
    missed_by_built_in: int
    rates: tuple[MatchRates, ...]
    genuine: tuple[float, ...] = ()
    several: tuple[tuple[int, tuple[float, ...]], ...] = ()
    spread: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        known = [self.genuine, *(scores for _, scores in self.several)] if self.genuine or self.several else []
        if not all(map(_are_quantiles, known)) or not 0 <= self.spread < 1 or len(self.reason) > LONGEST_REASON:
            raise ValueError("no check")

    @property
    def worse(self) -> tuple[MatchRates, ...]:
        """The rates at which the built-in engine found more."""
        return tuple(rate for rate in self.rates if rate.worse)

    @property
    def lines(self) -> list[Message]:
        """What was found, for whoever relies on an index that was made with the engine."""
        sizes = {"people": self.people, "photos": self.photos, "missed": self.missed}
        measured = message("engine.check.measured", checked=self.checked, **sizes)
        reason = [message("engine.check.reason", reason=quoted(self.reason))] if self.reason else []
        return [measured, *rate_lines(self.rates), *reason]


def read_check(folder: Path, digest: str) -> EngineCheck | None:
    """The check beside a model; None where there is none, or it is of another engine or no such file."""
    try:
        with (folder / CHECK).open("rb") as file:
            check = restore(json.loads(file.read(LARGEST_FILE)), EngineCheck)
    except (OSError, ValueError, RecursionError, BaseValidationError):
        return None
    return check if check.digest == digest else None


def write_check(folder: Path, check: EngineCheck) -> Path:
    """Raises DiskFull and the like."""
    path = folder / CHECK
    write_whole(path, json.dumps(plain(check), indent=1, ensure_ascii=False).encode() + b"\n")
    return path


def _are_quantiles(scores: tuple[float, ...]) -> bool:
    cosines = all(math.isfinite(one) and -1 <= one <= 1 for one in scores)
    return len(scores) == SHARES and cosines and list(scores) == sorted(scores)


def rate_lines(rates: tuple[MatchRates, ...]) -> list[Message]:
    """One sentence a rate: what was found, in which interval, beside the built-in engine."""
    return [
        message(
            "engine.rate", pairs=round(1 / rate.false_matches), own=said_of(rate.own), built_in=said_of(rate.built_in)
        )
        for rate in rates
    ]


def said_of(share: Share | None, code: str = "engine.rate.measured") -> Message:
    """A share with its interval, or that the photos are too few for it."""
    if share is None:
        return message("engine.rate.unmeasurable")
    value, lowest, highest = (round(100 * one, 3) for one in (share.value, share.lowest, share.highest))
    return message(code, value=value, lowest=lowest, highest=highest)


def false_of(share: Share | None) -> Message:
    """The same of a rate of false matches, which is small."""
    return said_of(share, "engine.rate.false")
