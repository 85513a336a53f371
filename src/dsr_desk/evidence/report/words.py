"""The words of the report in one language, for readers without training: the sentences `report.…` of the catalogue."""

from __future__ import annotations

from dsr_desk.core.errors import for_others
from dsr_desk.core.message import Message, Value, message


class Words:
    """Says sentences as their reader writes them."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: Value) -> str:
        return self.say(message(f"report.{key}", **values))

    def of(self, group: str, word: str) -> str:
        """A word of the trade as reports say it ("seen", "held"); one that nobody knows stays as it is."""
        return self.say(Message(f"report.{group}.{word}", english=word))

    def say(self, said: Message) -> str:
        return for_others(said).say(self.language)
