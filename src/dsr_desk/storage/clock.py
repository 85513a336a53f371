"""The one place that asks for the time."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """UTC, RFC 3339, to the second."""
    return datetime.now(UTC).strftime(_FORM)


def is_time(text: object) -> bool:
    """Whether this is a time as `now` gives it."""
    try:
        return isinstance(text, str) and datetime.strptime(text, _FORM).strftime(_FORM) == text
    except ValueError:
        return False
