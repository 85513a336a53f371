"""In which language a letter is written."""

from __future__ import annotations

from dsr_desk.intake.words import LANGUAGES


def language_of(text: str) -> str:
    """ISO 639-1 code of the language with the most common words in the text, "" where none is found."""
    counts = {code: len(pattern.findall(text[:20_000])) for code, pattern in LANGUAGES.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 else ""
