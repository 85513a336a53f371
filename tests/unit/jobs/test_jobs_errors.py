"""An error of ours crosses from a worker to its owner whole: from a cell, from a pool, from a cluster."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from importlib import import_module
from string import Formatter
from typing import Any

import jobs_work
import pyrage
import pytest

import dsr_desk
from dask_cluster import DaskCluster
from dsr_desk.core.errors import WORKING_ROOMS, DeskError
from dsr_desk.core.message import Value, message
from dsr_desk.jobs import cluster_client
from dsr_desk.jobs.cell import CellFailed, CellProcess
from dsr_desk.jobs.cluster import Cluster, ClusterLost, ClusterWorkers
from dsr_desk.jobs.cluster_worker import CRASH, ERROR
from dsr_desk.jobs.progress import Cancelled
from dsr_desk.jobs.start import start_workers
from dsr_desk.jobs.workers import Crash, Recipe
from dsr_desk.search.index.build import SourcesAlike

Caller = Callable[[Callable[..., Any], tuple[Any, ...]], Any]

BUILD = SourcesAlike.__module__
RECIPE = Recipe(jobs_work.prepare, ("settings", 3), jobs_work.identity, "one engine")
VALUES: tuple[Value, ...] = ("a file", 3, 2.5, ("a", "ü"), message("quoted", text="why"), None, True)


@contextmanager
def a_cell(_: pytest.FixtureRequest) -> Iterator[Caller]:
    with CellProcess((jobs_work.__name__,)) as cell:
        yield lambda function, args: cell.call(Any, function, args)


@contextmanager
def a_pool(_: pytest.FixtureRequest) -> Iterator[Caller]:
    with start_workers(1, RECIPE) as workers:
        yield workers.run


@contextmanager
def a_cluster(request: pytest.FixtureRequest) -> Iterator[Caller]:
    dask: DaskCluster = request.getfixturevalue("dask")
    with start_workers(dask.cluster, RECIPE) as workers:
        yield workers.run


@pytest.fixture(params=[a_cell, a_pool, pytest.param(a_cluster, marks=pytest.mark.slow)], scope="module")
def call(request: pytest.FixtureRequest) -> Iterator[Caller]:
    with request.param(request) as caller:
        yield caller


def modules_of_workers() -> list[str]:
    """Whose errors workers raise; one of them loads an engine, and no error."""
    names = [one.name for one in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk.")]
    return [name for name in names if name.startswith(WORKING_ROOMS) and name != "dsr_desk.faces.ready"]


def every_error() -> list[type[DeskError]]:
    for name in modules_of_workers():
        import_module(name)
    return [kind for kind in DeskError.registry.values() if kind.__module__.startswith(WORKING_ROOMS)]


def filled(kind: type[DeskError], at: int) -> dict[str, Value]:
    """A value for each blank of its sentences."""
    said = f"{kind.happened} {kind.means} {kind.todo}"
    names = sorted({name for _, name, _, _ in Formatter().parse(said) if name})
    return {name: VALUES[(at + i) % len(VALUES)] for i, name in enumerate(names)}


@pytest.mark.parametrize("one_of", [7, pytest.param(1, marks=pytest.mark.long)])
def test_every_error_of_this_program_crosses_with_its_class_code_and_values(call: Caller, one_of: int) -> None:
    kinds = every_error()
    assert len(kinds) > 100

    def crossed(at: int, kind: type[DeskError]) -> None:
        values = filled(kind, at)
        with pytest.raises(DeskError) as arrived:
            call(jobs_work.raise_error, (kind.__module__, kind.code, values))
        assert type(arrived.value) is kind
        assert arrived.value.details == values
        assert arrived.value.say("de") == kind(**values).say("de")

    for at, kind in enumerate(kinds[::one_of]):
        crossed(at, kind)


def test_an_error_crosses_whose_class_was_never_loaded_here(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("dsr_desk.faces.weights")
    code = module.WeightsUnknown.code
    monkeypatch.delitem(sys.modules, module.__name__)
    monkeypatch.delitem(DeskError.registry, code)
    with pytest.raises(DeskError) as arrived:
        call(jobs_work.raise_error, (module.__name__, code, {"name": "x.dat"}))
    assert arrived.value.code == code


def test_of_a_fault_come_its_class_and_place_alone(call: Caller) -> None:
    try:
        result = call(jobs_work.refuse, (41,))
    except CellFailed as failed:
        why = failed.why
    else:
        assert isinstance(result, Crash)
        why = result.why
    assert why.code == "why.cell.fault"
    assert str(why.values["kind"]).startswith("ValueError")
    assert "41" not in why.say()


class Pipe:
    """What a client would send."""

    def __init__(self, *sent: bytes) -> None:
        self.sent = list(sent)

    def recv_bytes(self) -> bytes:
        if not self.sent:
            raise EOFError
        return self.sent.pop(0)


def outcome(answer: bytes) -> Future[Any]:
    """What becomes of a task that a worker of a cluster answers so."""
    owner = object.__new__(ClusterWorkers)
    identity = pyrage.x25519.Identity.generate()
    begun: Future[Any] = Future()
    sealed = pyrage.encrypt(answer, [identity.to_public()])
    owner.__dict__ |= {
        "_identity": identity,
        "_waiting": {7: begun},
        "_ready": Future(),
        "_lock": ThreadLock(),
        "_cluster": Cluster("tcp://127.0.0.1:1"),
        "_pipe": Pipe(cluster_client.RESULT + (7).to_bytes(8, "big") + sealed),
    }
    owner._read()
    return begun


class ThreadLock:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def said(module: str, code: str, **values: object) -> bytes:
    return ERROR + json.dumps([module, {"code": code, "values": values, "says": "x"}]).encode()


@pytest.mark.parametrize(
    "answer",
    [
        said(BUILD, "NO-SUCH-CODE"),
        said(BUILD, SourcesAlike.code, self="x"),
        said(BUILD, SourcesAlike.code, name={"no": "message"}),
        said(BUILD, Cancelled.code),
        said("dsr_desk.jobs.progress", Cancelled.code),
        said("dsr_desk.storage.keys", "VAULT-WRONG-PASSPHRASE"),
        said("dsr_desk.search.no_such_module", "NO-SUCH-CODE"),
        ERROR + b"ValueError",
        ERROR + b"\xff",
        ERROR + b"[" * 200_000,
        b"X",
        b"",
    ],
)
def test_what_is_no_error_of_this_program_costs_its_task_alone(answer: bytes) -> None:
    assert outcome(answer).result(0) == Crash(message("why.cell.unfit"))


@pytest.mark.parametrize("answer", [CRASH + b"[" * 200_000, CRASH + b"{}", CRASH + b"\xff"])
def test_an_answer_that_is_none_ends_the_job_and_leaves_nobody_waiting(answer: bytes) -> None:
    assert isinstance(outcome(answer).exception(0), ClusterLost)


@pytest.mark.parametrize("module", ["dsr_desk.faces.ready", "dsr_desk.ui.main", "dsr_desk.__main__", "antigravity"])
def test_no_module_is_loaded_because_a_worker_names_it_where_that_would_do_something(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, module, raising=False)
    outcome(said(module, "NO-SUCH-CODE"))
    assert module not in sys.modules


def test_loading_any_module_of_workers_starts_no_face_network_and_no_window() -> None:
    loads = f"import sys, importlib\nfor name in {modules_of_workers()}: importlib.import_module(name)\n"
    asks = "print([name for name in ('onnxruntime', 'dlib', 'PySide6') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", loads + asks], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_an_error_of_another_computer_is_shown_without_its_control_characters() -> None:
    error = outcome(said(BUILD, SourcesAlike.code, name="a\x1b[31mb\nc")).exception(0)
    assert isinstance(error, SourcesAlike)
    assert error.details == {"name": "a [31mb c"}
