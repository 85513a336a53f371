"""The process that talks to a Dask cluster: the only one of this program that uses a network. It holds no key.

It gets tasks from the process that started it and hands back bytes. Work goes to workers that were looked at only:
those that are on this computer or use TLS, and hold the same program and the same engine.
"""

from __future__ import annotations

import importlib.metadata
import ipaddress
import json
import logging
import queue
import signal
import threading
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

import dsr_desk
from dsr_desk.core.codec import plain
from dsr_desk.core.errors import kind_of
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.jobs.cluster_worker import CRASH, HeldEngine, Job, let_go, look, spelled, work
from dsr_desk.jobs.confine import unseen
from dsr_desk.jobs.nursery import end_with

SIZE, RESULT, PROBLEM = b"S", b"R", b"P"
"""First byte of a message to the owner: threads that work now; number (8 bytes) and sealed result; JSON."""

LOOK_SECONDS = 120.0
LOST_SECONDS = 60.0
EVERY_SECONDS = 1.0
TRIES = 2
LOOKERS = 4


@dataclass(frozen=True)
class ClusterSettings:
    """Address, PEM files ("" for none), seconds to wait for a scheduler and for workers, what these are to do."""

    address: str
    authority: str
    certificate: str
    key: str
    patience: float
    job: Job


@dataclass
class _Sent:
    """A task on its way: `future` of Dask, the workers it may run on, and how often it was sent."""

    task: HeldEngine[Any]
    future: Any
    workers: frozenset[str]
    tries: int = 1


class _Ended(Exception):
    """Why the client cannot go on; the fields of the message for the owner."""

    def __init__(self, problem: str, why: Message | None = None, worker: str = "") -> None:
        super().__init__(problem)
        self.said = {"problem": problem, "why": plain(why), "worker": worker}


def main(owner: int, pipe: Connection) -> None:
    """Waits for its settings, then runs until the owner sends None, goes away, or the cluster does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(owner)
    unseen()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    try:
        settings = pipe.recv()
    except (OSError, EOFError):
        return
    client = _Client(pipe, settings)
    try:
        client.run()
    except _Ended as ended:
        with suppress(OSError):
            pipe.send_bytes(PROBLEM + json.dumps(ended.said).encode())
        client.leave(lost=ended.said["problem"] in ("lost", "unreachable"))
    else:
        client.leave(lost=False)


class _Client:
    def __init__(self, pipe: Connection, settings: ClusterSettings) -> None:
        self._pipe = pipe
        self._settings = settings
        self._dask: Any = None
        self._events: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._sent: dict[int, _Sent] = {}
        self._fit: dict[str, int] = {}
        self._unfit: set[str] = set()
        self._looks: dict[str, tuple[int, Future[Message | None]]] = {}
        self._lookers = ThreadPoolExecutor(LOOKERS)
        self._alone_since: float | None = None

    def run(self) -> None:
        self._dask = self._connect()
        threading.Thread(target=self._listen, daemon=True).start()
        self._look_first()
        self._serve()

    def _connect(self) -> Any:
        from distributed import Client
        from distributed.security import Security

        settings = self._settings
        security = None
        if settings.authority:
            security = Security(  # type: ignore[no-untyped-call]
                require_encryption=True,
                tls_ca_file=settings.authority,
                tls_client_cert=settings.certificate,
                tls_client_key=settings.key,
            )
        try:
            return Client(  # type: ignore[no-untyped-call]
                settings.address,
                security=security,
                timeout=settings.patience,
                direct_to_workers=False,
                set_as_default=False,
                name="dsr-desk",
            )
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise _Ended("unreachable", quoted(kind_of(_cause(error)))) from error

    def _listen(self) -> None:
        """In a thread of its own, so that the owner never waits while results wait for the owner."""
        with suppress(OSError, EOFError):
            while (task := self._pipe.recv()) is not None:
                self._events.put(("task", task))
        self._events.put(("end", None))

    def _look_first(self) -> None:
        """Waits for workers and looks at each. One that is unfit ends the job before it has begun."""
        deadline = time.monotonic() + self._settings.patience
        while not (there := self._there()):
            if time.monotonic() > deadline:
                raise _Ended("no-workers")
            time.sleep(0.1)
        self._begin_looks(there)
        deadline = time.monotonic() + LOOK_SECONDS
        while self._looks:
            if time.monotonic() > deadline:
                raise _Ended("unfit", message("why.cluster.no-answer"), next(iter(self._looks)))
            time.sleep(0.05)
            self._end_looks(self._there(), strict=True)
        if not self._fit:
            raise _Ended("no-workers")
        self._tell_size()

    def _serve(self) -> None:
        looked = time.monotonic()
        while True:
            for kind, value in self._next_events():
                if kind == "end":
                    return
                if kind == "task":
                    number, task = value
                    self._send(number, task)
            self._return_results()
            if time.monotonic() - looked >= EVERY_SECONDS:
                self._look_around()
                looked = time.monotonic()

    def _next_events(self) -> Iterable[tuple[str, Any]]:
        try:
            yield self._events.get(timeout=EVERY_SECONDS)
            while True:
                yield self._events.get_nowait()
        except queue.Empty:
            return

    def _send(self, number: int, task: HeldEngine[Any], tries: int = 1) -> None:
        future = self._submit(work, (task,), list(self._fit))
        self._sent[number] = _Sent(task, future, frozenset(self._fit), tries)
        future.add_done_callback(lambda _: self._events.put(("done", number)))

    def _submit(self, function: Any, args: tuple[Any, ...], workers: list[str]) -> Any:
        return self._dask.submit(
            function,
            self._settings.job,
            *args,
            workers=workers,
            allow_other_workers=False,
            pure=False,
        )

    def _return_results(self) -> None:
        done = {number: sent for number, sent in self._sent.items() if sent.future.done()}
        finished = {number: sent for number, sent in done.items() if sent.future.status == "finished"}
        if finished:
            # One trip to the scheduler for all that is ready.
            try:
                results = self._dask.gather([sent.future for sent in finished.values()])
            except Exception:  # noqa: BLE001 - whatever was lost on its way is told apart one by one below
                results = [None] * len(finished)
            for number, result in zip(finished, results, strict=True):
                if isinstance(result, bytes):
                    self._answer(number, result)
        for number, sent in done.items():
            if number in self._sent:
                self._send_again(number, sent)

    def _send_again(self, number: int, sent: _Sent) -> None:
        """A result was lost, or the workers that had the task ended: once more, on the workers there are now."""
        if sent.tries >= TRIES:
            answer = CRASH + spelled(message("why.cluster.workers-ended"))
            self._answer(number, self._settings.job.seal(answer))
        elif self._fit:
            self._send(number, sent.task, sent.tries + 1)

    def _answer(self, number: int, sealed: bytes) -> None:
        del self._sent[number]
        try:
            self._pipe.send_bytes(RESULT + number.to_bytes(8, "big") + sealed)
        except OSError as error:
            raise _Ended("lost", message("why.cluster.owner-gone")) from error

    def _look_around(self) -> None:
        """Workers come and go; tasks that wait for such as are gone are sent to others."""
        there = self._there()
        self._fit = {address: threads for address, threads in self._fit.items() if address in there}
        self._unfit &= there.keys()
        self._begin_looks({one: n for one, n in there.items() if one not in self._fit and one not in self._unfit})
        self._end_looks(there, strict=False)
        self._tell_size()
        if self._fit:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > LOST_SECONDS:
            raise _Ended("lost", message("why.cluster.no-worker-left"))
        for number, sent in list(self._sent.items()):
            if self._fit and not sent.future.done() and not sent.workers & self._fit.keys():
                sent.future.cancel()
                self._send(number, sent.task, sent.tries)

    def _there(self) -> dict[str, int]:
        """Threads by address of the workers there are. Raises _Ended where the scheduler is gone."""
        if self._dask.status != "running":
            raise _Ended("lost", message("why.cluster.scheduler-silent"))
        try:
            return dict(self._dask.nthreads())
        except (OSError, RuntimeError, ValueError) as error:
            raise _Ended("lost", message("why.cluster.scheduler-silent")) from error

    def _begin_looks(self, workers: dict[str, int]) -> None:
        for address, threads in workers.items():
            if address in self._looks:
                continue
            if not is_loopback(address) and urlsplit(address).scheme != "tls":
                raise _Ended("not-encrypted", worker=address)
            self._looks[address] = threads, self._lookers.submit(self._what_is_wrong, address)

    def _end_looks(self, there: dict[str, int], *, strict: bool) -> None:
        for address, (threads, looked) in list(self._looks.items()):
            if address in there and not looked.done():
                continue
            del self._looks[address]
            if address not in there:
                continue
            why = looked.result()
            if not why:
                self._fit[address] = threads
            elif strict:
                raise _Ended("unfit", why, address)
            else:
                self._unfit.add(address)

    def _what_is_wrong(self, address: str) -> Message | None:
        """Why a worker is unfit; None where it is fit. Waits for it, so it runs in a thread."""
        # Asked of the library first: a worker that cannot unpickle a function of ours would end.
        ask = {"workers": [address], "on_error": "return"}
        version = self._dask.run(importlib.metadata.version, "dsr-desk", **ask).get(address)
        if not isinstance(version, str):
            return message("why.cluster.not-installed")
        if version != dsr_desk.__version__:
            return message("why.cluster.version", version=version)
        try:
            said = json.loads(self._submit(look, (), [address]).result(timeout=LOOK_SECONDS))
            if "why" in said:
                return message("why.cluster.not-ready", why=Message.from_json(said["why"]))
            identity = said["identity"]
        except RuntimeError:
            # What the scheduler says where it cannot read a task.
            return message("why.cluster.not-installed-there")
        except Exception as error:  # noqa: BLE001 - anything may come back from another computer
            return message("why.cluster.failed", error=type(error).__name__)
        return None if identity == self._settings.job.recipe.content.identity else message("why.cluster.other-engine")

    def _tell_size(self) -> None:
        with suppress(OSError):
            self._pipe.send_bytes(SIZE + max(1, sum(self._fit.values())).to_bytes(8, "big"))

    def leave(self, *, lost: bool) -> None:
        """Takes back what is not done, ends what was made ready on the workers."""
        self._lookers.shutdown(wait=False, cancel_futures=True)
        if self._dask is None:
            return
        if not lost:
            with suppress(Exception):
                self._dask.cancel([sent.future for sent in self._sent.values()], force=True)
                self._dask.run(let_go, self._settings.job.recipient, workers=list(self._fit), on_error="ignore")
        with suppress(Exception):
            self._dask.close(timeout=2)


def is_loopback(address: str) -> bool:
    """Whether an address is this computer by its spelling; no name is looked up."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error
