"""What runs on the workers of a cluster.

A Dask worker hands its tasks to a local pool with as many processes as it has threads. So a photo that ends its
process costs the cluster nothing, and what becomes of it is decided by the same code as without a cluster.
"""

from __future__ import annotations

import atexit
import json
import multiprocessing
import pickle
import threading
import time
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pyrage

from dsr_desk.core.errors import DeskError, place_of
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.workers import Crash, Recipe

VALUE, CRASH, ERROR = b"V", b"C", b"E"
FORGOTTEN_SECONDS = 3600.0

Content = TypeVar("Content")


class HeldEngine(Generic[Content]):
    """Something pickled that only who needs it unpickles: a scheduler then needs no engine.

    Its `repr` says nothing, since Dask writes arguments of tasks that fail to its log.
    """

    def __init__(self, content: Content) -> None:
        self._pickled = pickle.dumps(content)

    def __repr__(self) -> str:
        return "HeldEngine(…)"

    @property
    def content(self) -> Content:
        content: Content = pickle.loads(self._pickled)
        return content


@dataclass(frozen=True)
class Job:
    """`recipient` is the age public key that results are sealed for; each job has its own, which also names it."""

    recipe: HeldEngine[Recipe]
    recipient: str

    def seal(self, answer: bytes) -> bytes:
        return bytes(pyrage.encrypt(answer, [pyrage.x25519.Recipient.from_str(self.recipient)]))


@dataclass
class _Kept:
    pool: WorkerPool
    used: float


_kept: dict[str, _Kept] = {}
_lock = threading.Lock()


def look(job: Job) -> str:
    """Makes this worker ready and says, as JSON, what it works with (`identity`) or `why` it cannot be made ready."""
    _let_go_of_forgotten()
    try:
        identity = _pool(job).run(job.recipe.content.identify, ())
    except DeskError as error:
        return json.dumps({"why": error.message.as_json()})
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told to whoever named the cluster
        return json.dumps({"why": quoted(type(error).__name__).as_json()})
    return json.dumps({"why": identity.why.as_json()} if isinstance(identity, Crash) else {"identity": identity})


def work(job: Job, task: HeldEngine[tuple[Any, ...]]) -> bytes:
    """One task: its kind and result, sealed. Raises nothing."""
    function, args, seconds = task.content
    try:
        result = _pool(job).run(function, args, seconds)
        answer = CRASH + spelled(result.why) if isinstance(result, Crash) else VALUE + result
    except DeskError as error:
        answer = ERROR + json.dumps([type(error).__module__, error.message.as_json()]).encode()
    except Exception as fault:  # noqa: BLE001 - Dask would write what it says to a log
        answer = CRASH + spelled(message("why.cell.fault", kind=place_of(fault)))
    return job.seal(answer)


def spelled(why: Message) -> bytes:
    """A reason as it goes to the owner of a job, who reads it with `cluster.told`."""
    return json.dumps(why.as_json()).encode()


def let_go(recipient: str) -> None:
    """Ends the processes of a job."""
    with _lock:
        kept = _kept.pop(recipient, None)
    if kept is not None:
        kept.pool.close(at_once=True)


def _let_go_of_forgotten() -> None:
    """Ends the processes of jobs whose owner was killed."""
    oldest = time.monotonic() - FORGOTTEN_SECONDS
    for recipient in [name for name, kept in _kept.items() if kept.used < oldest]:
        let_go(recipient)


def _pool(job: Job) -> WorkerPool:
    from distributed import get_worker

    with _lock:
        kept = _kept.get(job.recipient)
        if kept is None:
            # Workers under a nanny count as daemons, which may not start processes; ours end with the worker anyhow.
            multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
            atexit.unregister(_end)
            atexit.register(_end)
            recipe = job.recipe.content
            kept = _kept[job.recipient] = _Kept(WorkerPool(get_worker().state.nthreads, recipe), 0)
        kept.used = time.monotonic()
        return kept.pool


def _end() -> None:
    for recipient in list(_kept):
        let_go(recipient)
