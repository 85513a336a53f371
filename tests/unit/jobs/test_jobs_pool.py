"""Workers in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jobs_work
import pytest

from dsr_desk.core.message import message
from dsr_desk.datasets.container import ItemGone
from dsr_desk.jobs import workers as workers_module
from dsr_desk.jobs.cell import Grants
from dsr_desk.jobs.confine import enforced
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.progress import Cancelled, CancelToken
from dsr_desk.jobs.workers import Crash, Recipe, Task

RECIPE = Recipe(jobs_work.prepare, (), jobs_work.identity, "one engine")


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1, replace(RECIPE, args=("settings", 3))) as pool:
        yield pool


@pytest.fixture
def fragile() -> Iterator[WorkerPool]:
    """A pool of its own for tests that end its workers or leave work in it."""
    with WorkerPool(1, RECIPE) as pool:
        yield pool


def run(pool: WorkerPool, function: Callable[..., Any], *tasks: Task[Any], seconds: float = 60.0) -> list[Any]:
    return list(pool.in_order(function, tasks, CancelToken(), seconds))


def test_no_worker_starts_before_there_is_a_task_or_it_is_told_to() -> None:
    with WorkerPool(1, RECIPE) as pool:
        assert not pool.started
        pool.start()
        assert pool.run(jobs_work.double, (2,)) == 4
        assert pool.started == 1


def test_results_come_in_the_order_of_the_tasks(pool: WorkerPool) -> None:
    tasks = [Task(f"item {number}", (number,)) for number in range(20)]
    assert run(pool, jobs_work.double, *tasks) == [(f"item {number}", 2 * number) for number in range(20)]


def test_a_task_that_needs_no_worker_keeps_its_place(pool: WorkerPool) -> None:
    tasks = [Task("a", (1,)), Task("b", None), Task("c", (3,))]
    assert run(pool, jobs_work.double, *tasks) == [("a", 2), ("b", None), ("c", 6)]


def test_each_worker_is_prepared_with_what_it_was_given(pool: WorkerPool) -> None:
    assert run(pool, jobs_work.prepared, Task("a", ())) == [("a", ("settings", 3))]


def test_work_is_done_in_another_process(pool: WorkerPool) -> None:
    ((_, (worker, _)),) = run(pool, jobs_work.processes, Task("a", ()))
    assert worker != os.getpid()


def test_an_error_of_ours_is_raised_to_the_caller_and_a_fault_costs_its_task(pool: WorkerPool) -> None:
    with pytest.raises(ItemGone) as refused:
        run(pool, jobs_work.refuse_by_code, Task("a", ()))
    assert refused.value.details == {"name": "a.zip"}
    ((_, crash),) = run(pool, jobs_work.refuse, Task("a", (41,)))
    assert isinstance(crash, Crash)
    assert crash.why.code == "why.cell.fault"
    assert "41" not in crash.why.say()
    assert pool.run(jobs_work.double, (1,)) == 2


def test_an_error_of_ours_while_workers_are_made_ready_is_raised_to_the_caller() -> None:
    with WorkerPool(1, replace(RECIPE, prepare=jobs_work.refuse_by_code)) as pool, pytest.raises(ItemGone):
        run(pool, jobs_work.double, Task("a", (1,)))


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
    assert result.why == message("why.cell.ended", exit_code=7)
    assert run(fragile, jobs_work.double, Task("after", (4,))) == [("after", 8)]


def test_a_task_whose_worker_died_is_tried_once_more(tmp_path: Path) -> None:
    with WorkerPool(1, replace(RECIPE, grants=Grants(write=(tmp_path,)))) as fragile:
        assert run(fragile, jobs_work.die_the_first_time, Task("a", (str(tmp_path / "mark"),))) == [("a", "done")]


def test_workers_read_what_their_recipe_grants_and_nothing_else(tmp_path: Path) -> None:
    for name in ("granted", "other"):
        (tmp_path / name).write_text(name)
    with WorkerPool(1, replace(RECIPE, grants=Grants(read=(tmp_path / "granted",)))) as pool:
        assert pool.run(jobs_work.read, (str(tmp_path / "granted"),)) == b"granted"
        assert isinstance(pool.run(jobs_work.read, (str(tmp_path / "other"),)), Crash) == enforced().files


def test_a_task_that_does_not_end_is_given_up(fragile: WorkerPool) -> None:
    ((_, result),) = run(fragile, jobs_work.never_end, Task("a", ()), seconds=0.5)
    assert isinstance(result, Crash)
    assert result.why.code == "why.cell.slow"


def test_cancelling_stops_the_work(pool: WorkerPool) -> None:
    token = CancelToken()
    results = pool.in_order(jobs_work.double, [Task(number, (number,)) for number in range(50)], token)
    next(results)
    token.cancel()
    with pytest.raises(Cancelled):
        list(results)
