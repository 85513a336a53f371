"""What code in a cell does to its owner: its input is lost, and the owner goes on."""

from __future__ import annotations

import resource
import threading
from typing import Any

import hostile
import planted
import pytest

from dsr_desk.jobs import scratch
from dsr_desk.jobs.cell import CellFailed, Limits, ask, stream
from dsr_desk.jobs.confine import enforced

calls_kept = pytest.mark.skipif(not enforced().calls, reason="the kernel does not keep calls from cells here")


def why(does: Any, *args: Any, kind: Any = Any, **limits: Any) -> CellFailed:
    with pytest.raises(CellFailed) as failed:
        ask(kind, does, *args, limits=Limits(**limits))
    assert ask(str, planted.echo, "next") == "next"
    return failed.value


@pytest.mark.parametrize("what", hostile.RAISED)
def test_whatever_is_raised_is_a_fault_of_that_input_and_says_nothing_of_its_own(what: str) -> None:
    failed = why(hostile.raised, what)
    assert failed.why.code == "why.cell.fault"
    for language in ("en", "de"):
        said = " ".join(failed.say(language))
        assert "Jane Roe" not in said
        assert said.isprintable()


@pytest.mark.parametrize("what", hostile.ANSWERS)
def test_what_is_no_plain_value_is_no_answer(what: str) -> None:
    assert why(hostile.answered, what).why.code in ("why.cell.fault", "why.cell.unfit")


def test_numbers_that_are_none_cross_as_they_are_and_fit_no_whole_number() -> None:
    assert [str(one) for one in ask(list[float], hostile.odd_numbers)] == ["nan", "inf", "-0.0"]
    assert why(hostile.odd_numbers, kind=list[int]).why.code == "why.cell.unfit"


def test_an_answer_that_comes_in_drips_is_given_up_in_time() -> None:
    assert why(hostile.drip, seconds=0.6).why.code == "why.cell.slow"


def test_a_flood_of_pieces_waits_for_its_reader_and_ends_with_it() -> None:
    """Pieces are bounded by the channel, not by the owner's memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pieces = stream(bytes, hostile.flood, limits=Limits(seconds=5))
    assert [next(pieces) for _ in range(2000)] == [b""] * 2000
    pieces.close()  # type: ignore[attr-defined]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
    assert ask(str, planted.echo, "next") == "next"


def test_threads_end_with_the_memory_of_their_cell_and_the_owner_still_starts_its_own() -> None:
    assert 0 < ask(int, hostile.many_threads, limits=Limits(memory=64 << 20)) < 70
    ran = threading.Event()
    threading.Thread(target=ran.set).start()
    assert ran.wait(10)


def test_a_cell_has_bounds_that_it_cannot_raise() -> None:
    small, large = (ask(dict[str, int], hostile.limits, limits=Limits(memory=size << 20)) for size in (64, 128))
    assert large["RLIMIT_DATA"] - small["RLIMIT_DATA"] == 64 << 20
    assert small["RLIMIT_CORE"] == 0
    assert small["RLIMIT_FSIZE"] == scratch.MOST_BYTES
    assert small["RLIMIT_NOFILE"] <= 256
    assert 0 < small["RLIMIT_STACK"] <= 64 << 20
