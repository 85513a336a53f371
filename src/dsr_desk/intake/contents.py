"""What a document holds that is a letter by itself or came along with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Channel
from dsr_desk.intake.making import make_intake
from dsr_desk.intake.model import (
    AttachedPhoto,
    Format,
    House,
    Intake,
    LetterPage,
    Passage,
    RequestEmpty,
    RequestUnreadable,
    Voice,
)
from dsr_desk.intake.voices import voiced


class ContentUnreadable(Exception):
    """Not for users: `why` goes into the sentence of the caller."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.why = message(code)


@dataclass(frozen=True)
class DocumentContents:
    """Passages in the order in which they are read (WRITER: by whoever wrote the document), photos, pages, warnings."""

    passages: tuple[Passage, ...] = ()
    photos: tuple[AttachedPhoto, ...] = ()
    pages: tuple[LetterPage, ...] = ()
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document. `recognises` looks at name and first bytes; `read` raises ContentUnreadable."""

    name: str
    recognises: Callable[[str, bytes], bool]
    read: Callable[[bytes, str], DocumentContents]
    channel: Channel = Channel.TEXT

    def as_format(self) -> Format:
        """The document as a request of its own."""
        return Format(self.name, self.recognises, self._request)

    def _request(self, data: bytes, name: str, house: House) -> list[Intake]:
        try:
            held = self.read(data, name)
        except ContentUnreadable as problem:
            raise RequestUnreadable(name=name, why=problem.why) from problem
        if not (held.passages or held.photos or held.pages or held.warnings):
            raise RequestEmpty(name=name)
        passages = [
            passage
            for one in held.passages
            for passage in (voiced(one.where, one.text) if one.voice is Voice.WRITER else [one])
        ]
        intake = make_intake(
            channel=self.channel,
            passages=passages,
            house=house,
            name=name,
            data=data,
            photos=held.photos,
            pages=held.pages,
            warnings=held.warnings,
        )
        return [intake]
