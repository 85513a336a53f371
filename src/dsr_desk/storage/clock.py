"""The one place that asks for the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """UTC, RFC 3339, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
