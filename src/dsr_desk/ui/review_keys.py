"""The keys that decide on candidates, as this computer remembers them."""

from __future__ import annotations

from dsr_desk.core.findings import Verdict
from dsr_desk.ui import settings

USUAL = {Verdict.SAME: "1", Verdict.DIFFERENT: "2", Verdict.UNSURE: "3"}


def kept() -> dict[Verdict, str]:
    """One letter or digit for each decision; the usual ones where two would be alike."""
    chosen = {verdict: settings.read(f"review-key/{verdict.value}", key).upper() for verdict, key in USUAL.items()}
    usable = len(set(chosen.values())) == len(chosen) and all(is_key(key) for key in chosen.values())
    return chosen if usable else dict(USUAL)


def is_key(key: str) -> bool:
    return len(key) == 1 and key.isascii() and key.isalnum()


def remember(keys: dict[Verdict, str]) -> None:
    for verdict, key in keys.items():
        settings.write(f"review-key/{verdict.value}", key)
