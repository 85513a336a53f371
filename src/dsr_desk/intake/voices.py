"""Who speaks in a letter: its writer, those whom it quotes, those who passed it on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from dsr_desk.core.message import Message, message
from dsr_desk.intake.model import NO_HOUSE, House, Passage, Voice
from dsr_desk.intake.quotes import Author, HeaderBlock, LetterLine, attribution, headed, is_addressed, quoted, unquoted
from dsr_desk.intake.sides import Sides

LETTER = message("where.letter")

DEEPEST_QUOTE = 60
"""Quotes and messages in each other; nobody answered more often in one letter."""

SHORT = 400
"""Signs of a word in passing above a message that is sent on."""


@dataclass
class _SpokenRun:
    voice: Voice
    lines: list[LetterLine] = field(default_factory=list)


def voiced(
    where: Message, text: str, voice: Voice = Voice.WRITER, *, house: House = NO_HOUSE, writer: Collection[str] = ()
) -> list[Passage]:
    """The passages of a text that `voice` sent, in their order; together they are the whole text.

    Quoted answers and forwarded messages have the voice of whoever wrote them. `writer`: addresses and names of whoever
    makes the request, as far as they are known. Of what a colleague passes on, the sender from outside is the writer.
    """
    lines = [LetterLine(number, line, line) for number, line in enumerate(text.split("\n"), start=1)]
    reader = _Reader(Sides(house, frozenset(" ".join(one.lower().split()) for one in writer)), voice)
    reader.read(lines, voice)
    passages: list[Passage] = []
    for run in _joined(reader.runs):
        passages.append(Passage(where, "\n".join(line.whole for line in run.lines), run.voice, run.lines[0].number))
    return passages


def _joined(runs: list[_SpokenRun]) -> list[_SpokenRun]:
    """Runs of lines; those of one voice that follow each other are one, blank lines belong to what is above."""
    joined: list[_SpokenRun] = []
    for run in runs:
        blank = not any(line.text.strip() for line in run.lines)
        if joined and (run.voice is joined[-1].voice or blank):
            joined[-1].lines += run.lines
        elif run.lines:
            joined.append(_SpokenRun(run.voice, list(run.lines)))
    return joined


class _Reader:
    def __init__(self, sides: Sides, root: Voice) -> None:
        self.runs: list[_SpokenRun] = []
        self._sides = sides
        self._root = root

    def read(self, lines: list[LetterLine], voice: Voice, depth: int = 0) -> None:
        """Adds the runs of these lines, which `voice` sent; what lies too deep in quotes is nobody's that is known."""
        if depth == DEEPEST_QUOTE:
            self._run(Voice.OTHER, lines)
            return
        place = 0
        own = self._run(voice)
        while place < len(lines):
            if block := quoted(lines, place):
                self.read(unquoted(block), self._speaker(Author(), voice), depth + 1)
                place += len(block)
            elif said := attribution(lines, place):
                speaker = self._speaker(said.author, voice)
                self._run(speaker, lines[place : place + said.length])
                rest = lines[place + said.length :]
                blank = next((n for n, line in enumerate(rest) if line.text.strip()), len(rest))
                block = quoted(rest, blank)
                self._run(speaker, rest[:blank])
                self.read(unquoted(block) if block else rest[blank:], speaker, depth + 1)
                place += said.length + blank + (len(block) if block else len(rest) - blank)
            elif head := headed(lines, place):
                self._message(lines, place, head, depth)
                return
            elif voice is Voice.WRITER and is_addressed(lines[place].text):
                self._run(Voice.HOUSE, [lines[place]])
                place += 1
            else:
                own.lines.append(lines[place])
                place += 1
                continue
            own = self._run(voice)

    def _run(self, voice: Voice, lines: list[LetterLine] | None = None) -> _SpokenRun:
        run = _SpokenRun(voice, list(lines or []))
        self.runs.append(run)
        return run

    def _message(self, lines: list[LetterLine], place: int, head: HeaderBlock, depth: int) -> None:
        """A message below header lines of its own, up to the end."""
        around = self.runs[-1].voice
        speaker = self._speaker(head.author, around)
        above = [run for run in self.runs if any(line.text.strip() for line in run.lines)]
        if speaker is Voice.OTHER and self._is_request(head.author, above, forwarded=head.forwarded):
            speaker = Voice.WRITER
            for run in above:
                run.voice = Voice.HOUSE
        others = Voice.HOUSE if speaker is Voice.WRITER else Voice.OTHER
        for line, by_author in zip(lines[place : place + head.length], head.authored, strict=True):
            self._run(speaker if by_author else others, [line])
        self.read(lines[place + head.length :], speaker, depth + 1)

    def _is_request(self, author: Author, above: list[_SpokenRun], *, forwarded: bool) -> bool:
        """Whether a message in a text of unknown sender is the request itself: little or nothing stands above it."""
        if self._root is not Voice.WRITER or self._sides.writer or not author.addresses:
            return False
        said = sum(len(line.text) for run in above for line in run.lines)
        return said == 0 or (forwarded and said < SHORT)

    def _speaker(self, author: Author, around: Voice) -> Voice:
        if any(map(self._sides.is_writers, (*author.addresses, author.name))):
            return Voice.WRITER
        if any(map(self._sides.is_house, author.addresses)):
            return Voice.HOUSE
        passed_on = self._root in (Voice.HOUSE, Voice.FORM) and around is not Voice.WRITER
        return Voice.WRITER if passed_on and author.addresses else Voice.OTHER
