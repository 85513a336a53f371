"""What those are handed who once got data or a model: letter, list by digest, checker; and the answer they return."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message, said_all
from dsr_desk.deletion.check_items import ABOUT, FORM, LIST, sha256_of
from dsr_desk.storage.files import require_free, sync_folder, write_whole, writing_whole

CHECKER = "check_items.py"
LANGUAGES = {"en": "letter.txt", "de": "brief.txt"}


class AnswerUnreadable(DeskError):
    code = "DELETE-ANSWER-UNREADABLE"
    happened = "The answer of the checker is damaged or was changed: {what} is missing or makes no sense."
    means = "What was looked at there is not known. Nothing was recorded."
    todo = "Ask for the file as the checker wrote it."


class ListedItem(NamedTuple):
    """`digest` is the SHA-256 (hex) of the content, "" where no file can be compared with it; `size` in bytes."""

    digest: str
    size: int | None = None


@dataclass(frozen=True)
class Instruction:
    """`sentences` are what is asked; `day` is when it is handed out and `due` when the answer is."""

    case: str
    action: str
    organisation: str
    recipient: str
    sentences: tuple[Message, ...]
    day: date
    due: date


@dataclass(frozen=True)
class WrittenInstruction:
    """Where it lies. `list_digest` is the SHA-256 of the list of `items`; `left_out` items are not in it."""

    folder: Path
    list_digest: str
    items: int
    left_out: int


@dataclass(frozen=True)
class CheckerAnswer:
    """What a recipient's checker found, as its answer says; `ours` is whether that checker is the one of this program.

    `left` of `items` listed digests are still there. `closed` counts files of kinds that were not looked into.
    """

    case: str
    action: str
    list_digest: str
    items: int
    left: int
    files: int
    members: int
    not_read: int
    closed: int
    name: str
    day: str
    ours: bool

    @property
    def notes(self) -> tuple[Message, ...]:
        who = {"name": self.name, "day": self.day}
        if self.left:
            said = message("note.answer.left", left=self.left, count=self.items, **who)
        else:
            said = message("note.answer.clean", files=self.files, members=self.members, count=self.items, **who)
        unread = message("note.answer.unread", count=self.not_read, closed=self.closed)
        return (said, *([unread] if self.not_read or self.closed else []))


def write_instruction(folder: Path, instruction: Instruction, items: Iterable[ListedItem]) -> WrittenInstruction:
    """Writes a new folder, whole or not at all; the items are streamed. Raises FileThere, NotWritable, DiskFull."""
    require_free(folder)
    beside = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        listed, left_out = _write_list(beside / LIST, items)
        about = {"case": instruction.case, "action": instruction.action, "due": instruction.due.isoformat()}
        write_whole(beside / ABOUT, (json.dumps(about, indent=1) + "\n").encode())
        write_whole(beside / CHECKER, checker())
        for language, name in LANGUAGES.items():
            write_whole(beside / name, _letter(instruction, listed, left_out, language).encode())
        digest = sha256_of(beside / LIST)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync_folder(folder.parent)
    return WrittenInstruction(folder, digest, listed, left_out)


def checker() -> bytes:
    """The one-file checker as it is handed out."""
    return files("dsr_desk.deletion").joinpath(CHECKER).read_bytes()


def answer_in(data: bytes) -> CheckerAnswer | None:
    """The answer of a checker; None for any other file. Raises AnswerUnreadable for one that was damaged or changed.

    It comes from outside: call it in a cell.
    """
    if data.lstrip()[:1] != b"{":
        return None
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        if b'"dsr-desk-answer"' in data:
            raise AnswerUnreadable(what="JSON") from None
        return None
    if not isinstance(said, dict) or "dsr-desk-answer" not in said:
        return None
    if said["dsr-desk-answer"] != FORM:
        raise AnswerUnreadable(what="dsr-desk-answer")
    about, signed, closed = (_of(said, name, dict) for name in ("instruction", "signed", "not_looked_into"))
    counts = {name: _count(said, name) for name in ("items", "left", "places", "files", "members", "not_read")}
    if counts["left"] > min(counts["items"], counts["places"]) or bool(counts["places"]) != bool(counts["left"]):
        raise AnswerUnreadable(what="left")
    name, day = _of(signed, "name", str), _of(signed, "day", str)
    if not name.strip() or not _is_day(day):
        raise AnswerUnreadable(what="signed")
    return CheckerAnswer(
        case=_of(about, "case", str),
        action=_of(about, "action", str),
        list_digest=_of(said, "list", str),
        items=counts["items"],
        left=counts["left"],
        files=counts["files"],
        members=counts["members"],
        not_read=counts["not_read"],
        closed=sum(_count(closed, kind) for kind in closed),
        name=name.strip()[:200],
        day=day,
        ours=said.get("checker") == sha256_hex(checker()),
    )


def _write_list(to: Path, items: Iterable[ListedItem]) -> tuple[int, int]:
    """How many different contents are listed, and how many items are not in the list."""
    listed, left_out = 0, 0
    with writing_whole(to) as raw:
        out = io.TextIOWrapper(raw, encoding="utf-8", newline="", write_through=True)
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("sha256", "bytes"))
        for one in items:
            if one.digest:
                rows.writerow((one.digest, "" if one.size is None else one.size))
                listed += 1
            else:
                left_out += 1
        out.detach()
    return listed, left_out


def _letter(instruction: Instruction, listed: int, left_out: int, language: str) -> str:
    return "\n\n".join(said_all(part, language) for part in _parts(instruction, listed, left_out)) + "\n"


def _parts(instruction: Instruction, listed: int, left_out: int) -> Iterator[tuple[Message, ...]]:
    day, due = instruction.day.isoformat(), instruction.due.isoformat()
    yield (
        message("letter.to", recipient=instruction.recipient, day=day),
        message("letter.from", organisation=instruction.organisation),
    )
    yield instruction.sentences
    if listed:
        yield (message("letter.list", count=listed),)
    if left_out:
        yield (message("letter.list.left-out", count=left_out),)
    yield (*([message("letter.return")] if listed else [message("letter.report")]), message("letter.due", day=due))


def _of(said: dict[str, Any], name: str, kind: type) -> Any:
    value = said.get(name)
    if not isinstance(value, kind):
        raise AnswerUnreadable(what=name)
    return value


def _count(said: dict[str, Any], name: str) -> int:
    value = said.get(name)
    if type(value) is not int or value < 0 or value > 1 << 53:
        raise AnswerUnreadable(what=name)
    return value


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
