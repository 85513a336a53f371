"""Progress and cancelling."""

from __future__ import annotations

import threading

import pytest

from dsr_desk.core.message import message
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, silent


def test_work_goes_on_until_it_is_cancelled() -> None:
    token = CancelToken()
    token.check()
    assert not token.cancelled
    token.cancel()
    assert token.cancelled
    with pytest.raises(Cancelled) as raised:
        token.check()
    assert raised.value.code == "JOB-CANCELLED"


def test_another_thread_may_cancel() -> None:
    token = CancelToken()
    thread = threading.Thread(target=token.cancel)
    thread.start()
    thread.join()
    assert token.cancelled


def test_a_caller_who_shows_nothing_reports_nothing() -> None:
    assert silent(Progress(message("phase.reading"), 1, 2, {"faces": 1})) is None  # type: ignore[func-returns-value]
