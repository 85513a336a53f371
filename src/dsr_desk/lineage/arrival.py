"""Since when the first photo of a dataset version can have been in it, as far as that is known."""

from __future__ import annotations

import re
from datetime import date

_DATE = r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?"
_PERIOD = re.compile(rf"\s*{_DATE}\s*(?:to|until|till|through|[-–—/,])\s*{_DATE}\s*", re.IGNORECASE)


def collected_since(collected: str) -> str:
    """The first moment (UTC) of a period of collection, "2023-05 to 2023-09" or an ISO 8601 interval; "" for anything
    else. A single date says when a dataset was made or published, and photos may be older than that."""
    found = _PERIOD.fullmatch(collected)
    if found is None:
        return ""
    first, last = (_first_day(*found.groups()[i : i + 3]) for i in (0, 3))
    return f"{first.isoformat()}T00:00:00Z" if first and last and first <= last else ""


def _first_day(year: str, month: str | None, day: str | None) -> date | None:
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
