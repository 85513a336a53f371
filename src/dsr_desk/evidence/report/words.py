"""The words of the report in one language, for readers without training: the sentences `report.…` of the catalogue."""

from __future__ import annotations

from datetime import date

from dsr_desk.core import language as languages
from dsr_desk.core.errors import for_others
from dsr_desk.core.message import Message, Value, message, said_all


class Words:
    """Says sentences, numbers and days as their reader writes them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: Value) -> str:
        return self.say(message(f"report.{key}", **values))

    def of(self, group: str, word: str) -> str:
        """A word of the trade as reports say it ("seen", "held"); one that nobody knows stays as it is."""
        return self.say(Message(f"report.{group}.{word}", english=word))

    def say(self, said: Message | tuple[Message, ...]) -> str:
        messages = (said,) if isinstance(said, Message) else said
        return said_all(map(for_others, messages), self.language)

    def number(self, value: int) -> str:
        return languages.number(value, self.language)

    def moment(self, stamp: str) -> str:
        """A UTC timestamp as "2026-03-02 09:00:00 UTC"; an empty one as unknown."""
        return stamp.replace("T", " ").replace("Z", " UTC") if stamp else self("unknown")

    def day(self, stamp: str) -> str:
        """A date or timestamp as a day in words; what is no date is returned as it is."""
        try:
            return languages.day(date.fromisoformat(stamp[:10]), self.language)
        except ValueError:
            return stamp or self("unknown")
