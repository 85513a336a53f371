"""Workers of a Dask cluster: who gets work, who does not, and what is said where it fails."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jobs_work
import pytest

from dask_cluster import Certificates, DaskCluster, certificates
from dsr_desk.core.message import message, quoted
from dsr_desk.jobs.cluster import (
    Cluster,
    ClusterAddressUnusable,
    ClusterLost,
    ClusterNotEncrypted,
    ClusterNotInstalled,
    ClusterUnreachable,
    ClusterWorkers,
    ClusterWorkerUnfit,
    told,
)
from dsr_desk.jobs.confine import enforced
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.progress import Cancelled, CancelToken
from dsr_desk.jobs.start import Lent, start_workers
from dsr_desk.jobs.workers import Crash, Recipe, Task, Workers

RECIPE = Recipe(jobs_work.prepare, ("settings", 3), jobs_work.identity, "one engine")


@pytest.fixture(scope="module")
def workers(dask: DaskCluster) -> Iterator[Workers]:
    with start_workers(dask.cluster, RECIPE) as started:
        yield started


def run(workers: Workers, function: object, *tasks: Task[object], seconds: float = 60.0) -> list[tuple[object, object]]:
    return list(workers.in_order(function, tasks, CancelToken(), seconds))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "address",
    ["", "here", "127.0.0.1", "http://127.0.0.1:8786", "tcp://:8786", "tcp://127.0.0.1:port", "ucx://127.0.0.1:8786"],
)
def test_what_is_no_address_of_a_scheduler_is_refused(address: str) -> None:
    with pytest.raises(ClusterAddressUnusable):
        Cluster(address).checked()


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.5:8786", "10.0.0.5:8786", "cluster.example:8786", "tcp://[fe80::1]:8786", "tls://10.0.0.5:8786"],
)
def test_another_computer_is_refused_without_mutual_tls(address: str) -> None:
    with pytest.raises(ClusterNotEncrypted):
        ClusterWorkers(Cluster(address), RECIPE)


def test_mutual_tls_needs_all_three_files(tmp_path: Path) -> None:
    made = certificates(tmp_path / "tls")
    whole = Cluster("10.0.0.5:8786", made.authority, made.certificate, made.key)
    assert whole.checked().address == "tls://10.0.0.5:8786"
    for files in (
        (made.authority, None, None),
        (made.authority, made.certificate, None),
        (made.authority, made.certificate, tmp_path / "none.pem"),
    ):
        with pytest.raises(ClusterNotEncrypted):
            Cluster("tls://10.0.0.5:8786", *files).checked()


def test_certificates_do_not_make_an_unencrypted_address_safe(tmp_path: Path) -> None:
    made = certificates(tmp_path / "tls")
    with pytest.raises(ClusterNotEncrypted):
        Cluster("tcp://10.0.0.5:8786", made.authority, made.certificate, made.key).checked()


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "tcp://localhost:8786", "tcp://[::1]:8786"])
def test_this_computer_needs_no_tls(address: str) -> None:
    assert Cluster(address).checked().address.startswith("tcp://")


def test_a_reason_from_another_computer_is_shown_without_its_control_characters() -> None:
    inner = quoted("a\x1b[31mb" + "x" * 500)
    why = told(message("why.cluster.not-ready", why=inner, names=("c\nd", 4)).as_json())
    assert why.values["names"] == ("c d", 4)
    assert why.say().isprintable()
    assert len(why.say()) < 300
    for what in ("", {}, {"code": 7, "values": {}}, {"code": "a", "values": {"b": object()}}):
        with pytest.raises(ValueError, match="no message"):
            told(what)


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ClusterNotInstalled):
        ClusterWorkers(Cluster("127.0.0.1:8786"), RECIPE)


OFFLINE = """
from dsr_desk.jobs import cluster, confine
import jobs_work
from dsr_desk.jobs.workers import Recipe
if START:
    cluster.start_client()
confine.refuse_network(unix=False)
recipe = Recipe(jobs_work.prepare, ("settings", 3), jobs_work.identity, "one engine")
for _ in range(2):
    try:
        cluster.ClusterWorkers(cluster.Cluster("tcp://127.0.0.1:9"), recipe, patience=1)
    except cluster.DeskError as error:
        print(error.code)
"""


@pytest.mark.skipif(not enforced().calls, reason=f"not enforced by the kernel here: {enforced().why}")
@pytest.mark.parametrize(
    ("before", "first"), [(True, "CLUSTER-UNREACHABLE"), (False, "CLUSTER-NO-CLIENT")], ids=["before", "too late"]
)
def test_the_client_is_started_before_the_kernel_refuses_the_network_or_not_at_all(before: bool, first: str) -> None:
    """It reaches out itself, so it finds nobody; without it nothing is tried."""
    command = [sys.executable, "-c", OFFLINE.replace("START", str(before))]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [first, "CLUSTER-NO-CLIENT"], done.stderr


def test_a_number_of_workers_means_this_computer() -> None:
    with start_workers(1, RECIPE) as started:
        assert isinstance(started, WorkerPool)


def test_lent_workers_stay_open_and_do_only_what_they_were_made_ready_for() -> None:
    with start_workers(1, RECIPE) as lender:
        for _ in range(2):
            with start_workers(Lent(lender, RECIPE), RECIPE) as started:
                assert started is lender
        assert lender.run(RECIPE.identify, ()) == RECIPE.identity
        with pytest.raises(ValueError, match="another job"):
            start_workers(Lent(lender, RECIPE), replace(RECIPE, identity="of another engine"))


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_an_error() -> None:
    with pytest.raises(ClusterUnreachable) as raised:
        ClusterWorkers(Cluster("tcp://127.0.0.1:9"), RECIPE, patience=1)
    assert raised.value.code == "CLUSTER-UNREACHABLE"


@pytest.mark.slow
def test_results_of_a_cluster_come_in_the_order_of_the_tasks(workers: Workers) -> None:
    tasks: list[Task[object]] = [Task(n, (str(n).encode(),) if n % 3 else None) for n in range(60)]
    expected = [(n, str(n).encode()[::-1] if n % 3 else None) for n in range(60)]
    assert run(workers, jobs_work.backwards, *tasks) == expected
    assert workers.size == 2


@pytest.mark.slow
def test_a_task_that_ends_its_process_costs_the_cluster_no_worker(dask: DaskCluster, workers: Workers) -> None:
    outcomes = run(workers, jobs_work.die_on, *(Task(word, (word,)) for word in (b"a", b"bomb", b"b")))
    assert [outcomes[0], outcomes[2]] == [(b"a", b"a"), (b"b", b"b")]
    crash = outcomes[1][1]
    assert isinstance(crash, Crash)
    assert crash.why == message("why.cell.ended", exit_code=7)
    assert all(process.poll() is None for process in dask.workers)


@pytest.mark.slow
def test_work_is_done_below_the_workers_of_the_cluster(dask: DaskCluster, workers: Workers) -> None:
    ((_, answer),) = run(workers, jobs_work.process, Task(0, ()))
    assert isinstance(answer, bytes)
    ancestors, process = set(), int(answer)
    while process > 1:
        ancestors.add(process)
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    assert ancestors & {process.pid for process in dask.workers}


@pytest.mark.slow
def test_what_a_task_raises_on_a_cluster_is_told_without_its_words(workers: Workers) -> None:
    ((_, crash),) = run(workers, jobs_work.refuse, Task(0, (41,)))
    assert isinstance(crash, Crash)
    assert "ValueError" in crash.why.say()
    assert "41" not in crash.why.say()


@pytest.mark.slow
def test_cancelling_stops_the_work_of_a_cluster(dask: DaskCluster) -> None:
    token = CancelToken()
    with start_workers(dask.cluster, RECIPE) as started:
        results = started.in_order(jobs_work.backwards, [Task(n, (b"x",)) for n in range(500)], token)
        next(results)
        token.cancel()
        with pytest.raises(Cancelled):
            list(results)


@pytest.mark.slow
def test_a_worker_with_another_engine_ends_the_job_before_it_begins(dask: DaskCluster) -> None:
    other = Recipe(jobs_work.prepare, (), jobs_work.identity, "another engine")
    with pytest.raises(ClusterWorkerUnfit) as raised:
        start_workers(dask.cluster, other)
    assert "another face engine" in raised.value.what_happened


@pytest.mark.slow
@pytest.mark.parametrize("where", ["worker", pytest.param("scheduler", marks=pytest.mark.long)])
def test_a_computer_without_this_program_ends_the_job_before_it_begins(where: str, tmp_path: Path) -> None:
    with (
        DaskCluster(tmp_path / "dask", 1, without_program=where) as dask,
        pytest.raises(ClusterWorkerUnfit) as raised,
    ):
        start_workers(dask.cluster, RECIPE)
    assert "not installed" in raised.value.what_happened
    assert ("scheduler" in raised.value.what_happened) == (where == "scheduler")
    assert "settings" not in (tmp_path / "dask" / "worker.log").read_text()


@pytest.mark.long
def test_a_cluster_that_goes_away_is_an_error_and_not_a_result(tmp_path: Path) -> None:
    with DaskCluster(tmp_path / "dask", 1) as dask, start_workers(dask.cluster, RECIPE) as started:
        results = started.in_order(jobs_work.backwards, [Task(n, (b"x",)) for n in range(500)], CancelToken())
        next(results)
        dask.scheduler.kill()
        with pytest.raises(ClusterLost):
            list(results)


@pytest.mark.slow
def test_certificates_of_another_authority_do_not_reach_a_cluster(tmp_path: Path) -> None:
    own, other = certificates(tmp_path / "own"), certificates(tmp_path / "other")
    with DaskCluster(tmp_path / "dask", 1, tls=own) as dask:
        address = dask.cluster.address
        assert address.startswith("tls://")
        for strange in (
            Certificates(other.authority, other.certificate, other.key),
            Certificates(own.authority, other.certificate, other.key),
        ):
            with pytest.raises(ClusterUnreachable):
                ClusterWorkers(
                    Cluster(address, strange.authority, strange.certificate, strange.key), RECIPE, patience=2
                )
        with start_workers(dask.cluster, RECIPE) as started:
            assert run(started, jobs_work.backwards, Task(0, (b"ab",))) == [(0, b"ba")]
