"""The containers and samples of an order: how much of them is left, and what officers said of what was drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

GONE = ("gone", "masked", "gone_where_read")
SETTLED = (*GONE, "held")
"""What leaves nothing to be done on a hit, once it was read back."""

FITS = {"scope": "belongs", "rest": "not"}
"""What an officer must have said of every item of a sample: of what is in the scope, and of what is beside it."""

_Entry = Mapping[str, Any]


def left_of(part: _Entry) -> int:
    """How many items of a part were not read back as gone or held; no later scope counts fewer than an earlier left."""
    return max(0, max(int(part["items"]), int(part["before"])) - settled_of(part))


def settled_of(part: _Entry) -> int:
    """How many items of a part were read back as gone or held since its scope was resolved."""
    return sum(int(part["seen"].get(seen, 0)) for seen in SETTLED)


def of_scope(scope: _Entry | None, samples: Iterable[_Entry]) -> list[_Entry]:
    """The samples that were drawn of a scope."""
    return [one for one in samples if scope is not None and one["scope"] == scope["act"]]


def officers_of(scope: _Entry | None, samples: Iterable[_Entry]) -> set[str]:
    """Officers (keys) who resolved a scope, or said what of its samples fits."""
    looked = {key for one in of_scope(scope, samples) for key in one["by"]}
    return looked | ({scope["officer"]} if scope is not None else set())


def open_in(samples: Sequence[_Entry]) -> dict[str, int]:
    """How many drawn items wait for a word, and how many do not fit."""
    wrong = sum(word != FITS[one["of"]] for one in samples for word in one["words"].values())
    return {"open": sum(one["n"] - len(one["words"]) for one in samples), "wrong": wrong}


def all_fit(scope: _Entry, samples: Iterable[_Entry]) -> bool:
    """Whether officers looked at samples of a scope, and of what stays beside it, and all fitted."""
    own = of_scope(scope, samples)
    return _needed(scope) <= {one["of"] for one in own if one["n"]} and all(map(_fits, own))


def seen_by_two(scope: _Entry, samples: Iterable[_Entry]) -> bool:
    """Whether of all that is to be sampled two officers looked at a sample each, which nobody else looked at."""
    own = [one for one in of_scope(scope, samples) if one["n"] and _fits(one) and len(one["by"]) == 1]
    return all(len({one["by"][0] for one in own if one["of"] == of}) > 1 for of in _needed(scope))


def _needed(scope: _Entry) -> set[str]:
    return {of for of, size in (("scope", scope["items"]), ("rest", scope["rest"])) if size}


def _fits(sample: _Entry) -> bool:
    words = sample["words"]
    return len(words) == sample["n"] and set(words.values()) <= {FITS[sample["of"]]}
