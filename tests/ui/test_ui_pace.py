from __future__ import annotations

from dsr_desk.ui.activity import Pace


def test_no_time_is_promised_in_the_first_seconds() -> None:
    pace = Pace()
    assert pace.see(0, "faces", 0, 1000) is None
    assert pace.see(2, "faces", 20, 1000) is None


def test_a_steady_job_is_given_the_time_it_still_takes() -> None:
    pace = Pace()
    said = [pace.see(second, "faces", second * 10, 1000) for second in range(20)]
    assert said[-1] is not None
    assert abs(said[-1] - 81) < 1


def test_nothing_is_said_while_the_speed_still_changes() -> None:
    pace = Pace()
    for second in range(10):
        pace.see(second, "faces", second, 10_000)
    assert pace.see(11, "faces", 500, 10_000) is None


def test_a_new_phase_starts_afresh() -> None:
    pace = Pace()
    for second in range(20):
        pace.see(second, "faces", second * 10, 1000)
    assert pace.see(20, "writing", 1, 10) is None


def test_an_unknown_total_is_never_turned_into_a_time() -> None:
    pace = Pace()
    assert all(pace.see(second, "listing", second * 10, None) is None for second in range(20))
