"""Workers in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jobs_work
import pytest

from dsr_desk.core.message import message
from dsr_desk.jobs import workers as workers_module
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.progress import Cancelled, CancelToken
from dsr_desk.jobs.workers import Crash, Task


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1, jobs_work.prepare, ("settings", 3)) as pool:
        yield pool


@pytest.fixture
def fragile() -> Iterator[WorkerPool]:
    """A pool of its own for tests that end its workers or leave work in it."""
    with WorkerPool(1, jobs_work.prepare) as pool:
        yield pool


def run(pool: WorkerPool, function: Callable[..., Any], *tasks: Task[Any], seconds: float = 60.0) -> list[Any]:
    return list(pool.in_order(function, tasks, CancelToken(), seconds))


def test_no_worker_starts_before_there_is_a_task_or_it_is_told_to() -> None:
    there = set(multiprocessing.active_children())
    with WorkerPool(1, jobs_work.prepare) as pool:
        assert set(multiprocessing.active_children()) == there
        pool.start()
        assert len(set(multiprocessing.active_children()) - there) == 1


def test_results_come_in_the_order_of_the_tasks(pool: WorkerPool) -> None:
    tasks = [Task(f"item {number}", (number,)) for number in range(20)]
    assert run(pool, jobs_work.double, *tasks) == [(f"item {number}", 2 * number) for number in range(20)]


def test_a_task_that_needs_no_worker_keeps_its_place(pool: WorkerPool) -> None:
    tasks = [Task("a", (1,)), Task("b", None), Task("c", (3,))]
    assert run(pool, jobs_work.double, *tasks) == [("a", 2), ("b", None), ("c", 6)]


def test_each_worker_is_prepared_with_what_it_was_given(pool: WorkerPool) -> None:
    assert run(pool, jobs_work.prepared, Task("a", ())) == [("a", ["settings", 3])]


def test_work_is_done_in_another_process(pool: WorkerPool) -> None:
    ((_, (worker, parent)),) = run(pool, jobs_work.processes, Task("a", ()))
    assert worker != os.getpid() == parent


def test_what_a_task_raises_is_raised_to_the_caller(pool: WorkerPool) -> None:
    with pytest.raises(ValueError, match="no 1"):
        run(pool, jobs_work.refuse, Task("a", (1,)))


def test_tasks_are_drawn_no_faster_than_memory_allows(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "IN_FLIGHT_BYTES", 100)
    drawn = 0

    def tasks() -> Iterator[Task[int]]:
        nonlocal drawn
        for number in range(10):
            drawn += 1
            yield Task(number, (number,), size=60)

    results = pool.in_order(jobs_work.double, tasks(), CancelToken())
    for count in range(10):
        next(results)
        assert drawn <= count + 2


def test_a_worker_that_dies_costs_only_the_task_it_ran(fragile: WorkerPool) -> None:
    ((given, result),) = run(fragile, jobs_work.die, Task("bomb", ()))
    assert given == "bomb"
    assert isinstance(result, Crash)
    assert result.why == message("why.worker.ended", exit_code=7)
    assert run(fragile, jobs_work.double, Task("after", (4,))) == [("after", 8)]


def test_a_task_whose_worker_died_is_tried_once_more(fragile: WorkerPool, tmp_path: Path) -> None:
    assert run(fragile, jobs_work.die_the_first_time, Task("a", (str(tmp_path / "mark"),))) == [("a", "done")]


def test_a_task_that_does_not_end_is_given_up(fragile: WorkerPool) -> None:
    ((_, result),) = run(fragile, jobs_work.never_end, Task("a", ()), seconds=0.5)
    assert isinstance(result, Crash)
    assert result.why.code == "why.worker.slow"


def test_cancelling_stops_the_work(pool: WorkerPool) -> None:
    token = CancelToken()
    results = pool.in_order(jobs_work.double, [Task(number, (number,)) for number in range(50)], token)
    next(results)
    token.cancel()
    with pytest.raises(Cancelled):
        list(results)
