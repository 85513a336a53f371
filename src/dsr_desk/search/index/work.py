"""What runs in a worker process: it gets a photo's bytes and returns what it holds. It never holds a key.

Results travel as bytes of an own form (JSON, then templates, then thumbnails), since a worker may be another computer,
and unpickling what another computer sends would let it run code here.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import TypeVar

import numpy as np
from cattrs import BaseValidationError

from dsr_desk.core.codec import plain, restore
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import Box, Flaw, LedgerClass
from dsr_desk.core.message import Message
from dsr_desk.faces.engine import Engine
from dsr_desk.faces.partly import Partly
from dsr_desk.faces.phash import HASH_BYTES
from dsr_desk.faces.photo import FoundFace, PhotoResult, examine
from dsr_desk.jobs.cell import Grants
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Crash, Recipe, Task, Workers

LoadEngine = Callable[[], Engine]
"""Makes or finds an engine; pickled to workers, so a function of a module or a `partial` of one."""

Given = TypeVar("Given")


class AnswerUnusable(DeskError):
    code = "INDEX-ANSWER-UNUSABLE"
    happened = "A worker answered with what is no result."
    means = "What was indexed until then is kept; the index is not finished."
    todo = "Start the same command again, without the cluster if it happens twice."


@dataclass
class _Worker:
    engine: Engine | None = None
    thumbnails: bool = False


_worker = _Worker()


def recipe_for(load: LoadEngine, digest: str, grants: Grants, *, thumbnails: bool) -> Recipe:
    """Workers with this engine, whose digest is `digest` and whose files are `grants`."""
    return Recipe(prepare, (load, thumbnails), engine_digest, digest, grants)


def prepare(load: LoadEngine, thumbnails: bool) -> None:
    """Runs once in each worker."""
    _worker.engine = load()
    _worker.thumbnails = thumbnails


def engine_digest() -> str:
    """Of the engine that this worker was prepared with."""
    return _engine().digest


def examine_photo(data: bytes, orientation: int | None) -> bytes:
    """What a photo holds, packed."""
    return pack(examine(_engine(), data, orientation, thumbnails=_worker.thumbnails))


def examined(
    workers: Workers, tasks: Iterable[Task[Given]], cancel: CancelToken, dimension: int
) -> Iterator[tuple[Given, PhotoResult | Crash | None]]:
    """Photos through the workers, in order; see `Workers.in_order`. Raises AnswerUnusable too."""
    for given, answer in workers.in_order(examine_photo, tasks, cancel):
        yield given, answer if answer is None or isinstance(answer, Crash) else unpack(answer, dimension)


def pack(result: PhotoResult) -> bytes:
    """A result as bytes; `unpack` reads them."""
    faces = [
        [astuple(face.box), face.score, face.quality, face.comparable, face.frame, _size(face.thumbnail)]
        for face in result.faces
    ]
    looks = "".join(look.hex() for look in (result.phash, *result.looks))
    rest = [result.width, result.height, looks, len(result.phash), plain(result.partly), dict(result.texts)]
    head = json.dumps([str(result.ledger_class), plain(result.reason), *rest, faces]).encode()
    templates = b"".join(face.template.astype("<f4").tobytes() for face in result.faces)
    return b"".join((struct.pack("<I", len(head)), head, templates, *(face.thumbnail or b"" for face in result.faces)))


def _size(thumbnail: bytes | None) -> int | None:
    return None if thumbnail is None else len(thumbnail)


def unpack(data: bytes, dimension: int) -> PhotoResult:
    """The result again. Raises AnswerUnusable for anything that `pack` does not make of templates of `dimension`."""
    try:
        (length,) = struct.unpack_from("<I", data)
        ledger, reason, width, height, shown, first, passed, texts, faces = json.loads(data[4 : 4 + length])
        thumbnails = 4 + length + 4 * dimension * len(faces)
        templates = np.frombuffer(data[4 + length : thumbnails], "<f4").reshape(len(faces), dimension)
        if not np.isfinite(templates).all():
            raise AnswerUnusable()
        found = []
        for (box, score, quality, comparable, frame, size), template in zip(faces, templates, strict=True):
            end = thumbnails + (size or 0)
            thumbnail = None if size is None else data[thumbnails:end]
            flaws = tuple(map(Flaw, quality))
            own = template.astype(np.float32)
            place = Box(*map(int, box))
            found.append(FoundFace(place, float(score), flaws, bool(comparable), own, thumbnail, int(frame)))
            thumbnails = end
        if thumbnails != len(data):
            raise AnswerUnusable()
        why = None if reason is None else Message.from_json(reason)
        hashes = bytes.fromhex(shown)
        looks = tuple(hashes[at : at + HASH_BYTES] for at in range(first, len(hashes), HASH_BYTES))
        if first not in (0, HASH_BYTES) or any(len(look) != HASH_BYTES for look in looks):
            raise AnswerUnusable()
        return PhotoResult(
            LedgerClass(ledger),
            why,
            int(width),
            int(height),
            hashes[:first],
            tuple(found),
            restore(passed, tuple[Partly, ...]),
            looks,
            restore(texts, dict[str, str]),
        )
    except (ValueError, TypeError, struct.error, BaseValidationError) as error:
        raise AnswerUnusable() from error


def _engine() -> Engine:
    if _worker.engine is None:
        raise RuntimeError("the worker was not prepared")
    return _worker.engine
