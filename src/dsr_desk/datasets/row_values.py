"""Values at the ways that lead to them in a row: put anew, or kept alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Way = tuple[Any, ...]
"""Names and positions (from 0) that lead from a row to one of its values."""


def replaced(value: Any, changes: Mapping[Way, Any]) -> Any:
    """A copy with other values where these ways lead."""
    if () in changes:
        return changes[()]
    inner = _by_first_step(changes)
    if isinstance(value, Mapping):
        return {key: replaced(one, inner[key]) if key in inner else one for key, one in value.items()}
    return type(value)(replaced(one, inner[at]) if at in inner else one for at, one in enumerate(value))


def only(value: Any, kept: Mapping[Way, Any]) -> Any:
    """A copy with these values where their ways lead, and nothing else."""
    if () in kept:
        return kept[()]
    inner = _by_first_step(kept)
    if isinstance(value, Mapping):
        return {key: only(one, inner[key]) if key in inner else None for key, one in value.items()}
    if isinstance(value, tuple):
        return (value[0], only(value[1], inner[1]))
    if value and isinstance(value[0], tuple):
        return [only(one, inner[at]) for at, one in enumerate(value) if at in inner]
    return [only(one, inner[at]) if at in inner else None for at, one in enumerate(value)]


def _by_first_step(values: Mapping[Way, Any]) -> dict[Any, dict[Way, Any]]:
    inner: dict[Any, dict[Way, Any]] = {}
    for way, one in values.items():
        inner.setdefault(way[0], {})[way[1:]] = one
    return inner
