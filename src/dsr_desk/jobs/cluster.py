"""Workers of a Dask cluster that the user named.

Three kinds of process: this one, which may hold keys; a client without keys (`jobs.cluster_client`), the only process
of this program that uses a network; and the cluster's workers (`jobs.cluster_worker`). Dask unpickles what workers
send, so it is the client that it could do harm to. The client hands on bytes, and nothing here unpickles them. Workers
seal their results for a key pair that lives as long as the job, so a worker that runs short of memory and writes
results to its disk writes nothing that can be read there.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyrage

import dsr_desk
from dsr_desk.core.errors import DeskError, error_from
from dsr_desk.core.message import Message, Value, message
from dsr_desk.jobs import cluster_client
from dsr_desk.jobs.cluster_client import is_loopback
from dsr_desk.jobs.cluster_worker import CRASH, VALUE, HeldEngine, Job
from dsr_desk.jobs.confine import enforced
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Crash, Recipe, Workers, wait

PATIENCE_SECONDS = 10.0
"""For a scheduler to answer, and for its first worker to be there."""

GOODBYE_SECONDS = 15.0
MOST_WORDS = 200
_CLIENT_ENDED = message("why.cluster.client-ended")


class ClusterNotInstalled(DeskError):
    code = "CLUSTER-NOT-INSTALLED"
    happened = "What is needed to talk to a Dask cluster is not installed."
    means = "Nothing was read, and no connection was made."
    todo = "Install DSR Desk with its extra `cluster` (dsr-desk[cluster]), or index without --cluster."


class ClusterAddressUnusable(DeskError):
    code = "CLUSTER-ADDRESS"
    happened = "{address} is not the address of a Dask scheduler."
    means = "Nothing was read, and no connection was made."
    todo = "Give it as tls://HOST:PORT, or tcp://127.0.0.1:PORT for a cluster on this computer."


class ClusterNotEncrypted(DeskError):
    code = "CLUSTER-NOT-ENCRYPTED"
    happened = "{address} is not on this computer, or is to be encrypted, and mutual TLS is not set up for it."
    means = "No photo was sent: anybody on the way could have read it, or taken the part of the cluster."
    todo = (
        "Run the scheduler and all workers with TLS, and give a tls:// address with --cluster-ca, "
        "--cluster-certificate and --cluster-key."
    )


class ClusterUnreachable(DeskError):
    code = "CLUSTER-UNREACHABLE"
    happened = "The Dask scheduler at {address} could not be reached: {why}."
    means = "Nothing was indexed."
    todo = "Check that it runs, its address, and that both sides' certificates are of the same authority."


class ClusterWithoutWorkers(DeskError):
    code = "CLUSTER-NO-WORKERS"
    happened = "The Dask scheduler at {address} has no workers."
    means = "Nothing was indexed."
    todo = "Start workers, or index without --cluster."


class ClusterWorkerUnfit(DeskError):
    code = "CLUSTER-WORKER-UNFIT"
    happened = "The worker {worker} cannot do this work: {why}."
    means = "Nothing was sent to it. Other versions find other faces, and their scores do not compare."
    todo = "Install DSR Desk {version} with the same face engine on every worker, then start again."


class ClusterClientMissing(DeskError):
    code = "CLUSTER-NO-CLIENT"
    happened = "The process that talks to a cluster was not started, and this one gets no connection from the kernel."
    means = "Nothing was read, and no connection was made."
    todo = "Name the cluster on the command line with --cluster; each command talks to one cluster, once."


class ClusterLost(DeskError):
    code = "CLUSTER-LOST"
    happened = "The Dask cluster at {address} is gone: {why}."
    means = "What was indexed until then is kept; the index is not finished."
    todo = "Start the same command again, with or without --cluster: it goes on where it stopped."


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address (tls://HOST:PORT or tcp://HOST:PORT) and the three PEM files of mutual TLS."""

    address: str
    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def checked(self) -> Cluster:
        """With the scheme spelled out. Raises ClusterAddressUnusable, ClusterNotEncrypted."""
        spelled = self.address if "://" in self.address else f"{'tls' if self.authority else 'tcp'}://{self.address}"
        try:
            parts = urlsplit(spelled)
            usable = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and parts.port is not None
        except ValueError:
            usable = False
        if not usable:
            raise ClusterAddressUnusable(address=self.address)
        files = [self.authority, self.certificate, self.key]
        mutual = parts.scheme == "tls" and all(file is not None and file.is_file() for file in files)
        if not mutual and (parts.scheme == "tls" or not is_loopback(spelled)):
            raise ClusterNotEncrypted(address=spelled)
        return Cluster(spelled, *files)


class _Client:
    """The process that will talk to a cluster. It holds no key, since it begins with an empty memory, and gets none."""

    def __init__(self) -> None:
        """Raises ClusterClientMissing where a process that starts now gets no network either."""
        if enforced().network:
            raise ClusterClientMissing()
        spawn = multiprocessing.get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        self.process = spawn.Process(target=cluster_client.main, args=(os.getpid(), theirs), daemon=True)
        self.process.start()
        theirs.close()


_clients: list[_Client] = []


def start_client() -> None:
    """Has a client wait for the first cluster, while a process may still be started that gets a network."""
    _clients.append(_Client())


class ClusterWorkers(Workers):
    """Workers of a cluster, made ready by a recipe; only those that hold the same program and identity get work.

    Raises ClusterNotInstalled, ClusterAddressUnusable, ClusterNotEncrypted, ClusterUnreachable,
    ClusterWithoutWorkers, ClusterWorkerUnfit, ClusterClientMissing; ClusterLost later on.
    """

    def __init__(self, cluster: Cluster, recipe: Recipe, *, patience: float = PATIENCE_SECONDS) -> None:
        self._cluster = cluster.checked()
        if importlib.util.find_spec("distributed") is None:
            raise ClusterNotInstalled()
        self._identity = pyrage.x25519.Identity.generate()
        self._waiting: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._next = 0
        self._size = 1
        self._problem: DeskError | None = None
        self._ready: Future[None] = Future()
        client = _clients.pop() if _clients else _Client()
        self._pipe, self._process = client.pipe, client.process
        with suppress(OSError):  # the reader says that it is gone
            self._pipe.send(self._settings(recipe, patience))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._ready.result()
        except BaseException:
            self.close(at_once=True)
            raise

    @property
    def size(self) -> int:
        return self._size

    def close(self, *, at_once: bool) -> None:  # noqa: ARG002 - what is still wanted was waited for before
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(GOODBYE_SECONDS)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()
        self._reader.join()
        self._pipe.close()

    def _settings(self, recipe: Recipe, patience: float) -> cluster_client.ClusterSettings:
        files = (self._cluster.authority, self._cluster.certificate, self._cluster.key)
        return cluster_client.ClusterSettings(
            address=self._cluster.address,
            authority=str(files[0] or ""),
            certificate=str(files[1] or ""),
            key=str(files[2] or ""),
            patience=patience,
            job=Job(HeldEngine(recipe), str(self._identity.to_public())),
        )

    def _begin(self, function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]:
        begun: Future[Any] = Future()
        with self._lock:
            if self._problem is not None:
                raise self._problem
            number, self._next = self._next, self._next + 1
            self._waiting[number] = begun
        try:
            self._pipe.send((number, HeldEngine((function, args, seconds))))
        except OSError as error:
            self._reader.join()
            raise self._problem or self._lost(_CLIENT_ENDED) from error
        return begun

    def _outcome(
        self,
        begun: Future[Any],
        function: Callable[..., Any],  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
        cancel: CancelToken,
    ) -> Any:
        return wait(begun, cancel)

    def _read(self) -> None:
        """In a thread of its own: takes bytes from the client until it ends. Never unpickles them."""
        problem: DeskError | None = None
        try:
            while problem is None:
                problem = self._take(self._pipe.recv_bytes())
        except (OSError, EOFError):
            pass
        except Exception:  # noqa: BLE001 - anything may come back from another computer
            problem = self._lost(message("why.cluster.no-result"))
        with self._lock:
            self._problem = problem or self._lost(_CLIENT_ENDED)
            unanswered = [self._ready, *self._waiting.values()]
        for one in unanswered:
            if not one.done():
                one.set_exception(self._problem)

    def _take(self, sent: bytes) -> DeskError | None:
        kind, body = sent[:1], sent[1:]
        if kind == cluster_client.SIZE:
            self._size = max(1, int.from_bytes(body, "big"))
            if not self._ready.done():
                self._ready.set_result(None)
        elif kind == cluster_client.RESULT:
            number = int.from_bytes(body[:8], "big")
            self._settle(self._waiting[number], body[8:])
            with self._lock:
                del self._waiting[number]
        else:
            return self._problem_of(json.loads(body))
        return None

    def _settle(self, begun: Future[Any], sealed: bytes) -> None:
        opened = bytes(pyrage.decrypt(sealed, [self._identity]))
        how, value = opened[:1], opened[1:]
        if how == VALUE:
            begun.set_result(value)
        elif how == CRASH:
            begun.set_result(Crash(told(json.loads(value))))
        elif (error := _error_told(value)) is not None:
            begun.set_exception(error)
        else:
            begun.set_result(Crash(message("why.cell.unfit")))

    def _problem_of(self, said: dict[str, Any]) -> DeskError:
        address, why = self._cluster.address, told(said["why"]) if said["why"] else _CLIENT_ENDED
        worker = _plain(str(said.get("worker", "")))
        match str(said["problem"]):
            case "unreachable":
                return ClusterUnreachable(address=address, why=why)
            case "no-workers":
                return ClusterWithoutWorkers(address=address)
            case "not-encrypted":
                return ClusterNotEncrypted(address=worker)
            case "unfit":
                return ClusterWorkerUnfit(worker=worker, why=why, version=dsr_desk.__version__)
            case _:
                return self._lost(why)

    def _lost(self, why: Message) -> DeskError:
        return ClusterLost(address=self._cluster.address, why=why)


def _error_told(value: bytes) -> DeskError | None:
    """The error that a worker ended a task with; None for what is none."""
    try:
        module, said = json.loads(value)
        return error_from(told(said), str(module))
    except Exception:  # noqa: BLE001 - anything may come back from another computer
        return None


def told(said: Any) -> Message:
    """A reason from another computer, whose words are shown as `_plain` has them. Raises ValueError."""
    why = Message.from_json(said)
    return Message(
        _plain(why.code), {_plain(name): _told(value) for name, value in why.values.items()}, _plain(why.english)
    )


def _told(value: Value) -> Value:
    if isinstance(value, Message):
        return told(value.as_json())
    if isinstance(value, tuple):
        return tuple(map(_told, value))
    return _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> str:
    """Words of another computer as they may stand on a terminal."""
    return "".join(one if one.isprintable() else " " for one in text)[:MOST_WORDS]
