from __future__ import annotations

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message, quoted
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.ui.activity import ActivityStrip
from dsr_desk.ui.bridge import Bridge


def test_a_result_arrives_in_the_thread_of_the_windows(qtbot: QtBot) -> None:
    bridge, seen = Bridge(), []
    bridge.run(
        "counting",
        lambda _r, _t: threading.get_ident(),
        lambda who: seen.append((who, threading.get_ident())),
        context=bridge,
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, window = seen[0]
    assert window == threading.get_ident() != worker
    bridge.close()


def test_progress_comes_at_most_ten_times_a_second_and_the_latest_counts(qtbot: QtBot) -> None:
    bridge, shown = Bridge(), []
    reported, go_on = threading.Event(), threading.Event()

    def work(report: Report, _token: CancelToken) -> None:
        for number in range(10_000):
            report(Progress(quoted("counting"), number, 10_000))
        reported.set()
        go_on.wait(10)

    bridge.progressed.connect(lambda job: shown.append(job.progress.done if job.progress else None))
    bridge.run("counting", work, lambda _: None, context=bridge)
    assert reported.wait(10)
    with qtbot.waitSignal(bridge.progressed):
        pass
    assert shown[-1] == 9_999
    assert len(shown) < 20
    go_on.set()
    qtbot.waitUntil(lambda: not bridge.running)
    bridge.close()


def test_an_error_reaches_the_window_with_its_code(qtbot: QtBot) -> None:
    bridge = Bridge()

    def work(_report: Report, _token: CancelToken) -> None:
        raise DeskErrorForTests()

    with qtbot.waitSignal(bridge.failed) as caught:
        bridge.run("failing", work, lambda _: None, context=bridge)
    assert caught.args is not None
    assert caught.args[0].code == "TEST-ERROR"
    bridge.close()


def test_a_fault_of_the_program_becomes_an_error_that_can_be_shown(qtbot: QtBot) -> None:
    bridge = Bridge()
    with qtbot.waitSignal(bridge.failed) as caught:
        bridge.run("dividing", lambda _r, _t: 1 // 0, lambda _: None, context=bridge)
    assert caught.args is not None
    assert caught.args[0].code == "PROGRAM-FAULT"
    assert "ZeroDivisionError" in caught.args[0].what_happened
    bridge.close()


def test_cancelling_stops_the_job_without_an_error_dialog(qtbot: QtBot) -> None:
    bridge, errors = Bridge(), []
    bridge.failed.connect(errors.append)
    begun = threading.Event()

    def work(_report: Report, token: CancelToken) -> None:
        begun.set()
        while True:
            token.check()

    bridge.run("endless", work, lambda _: None, context=bridge)
    assert begun.wait(10)
    bridge.cancel_all()
    qtbot.waitUntil(lambda: not bridge.running)
    assert errors == []
    bridge.close()


def test_closing_joins_every_thread_and_calls_nobody(qtbot: QtBot) -> None:
    bridge, seen = Bridge(), []

    def work(_report: Report, token: CancelToken) -> str:
        while not token.cancelled:
            pass
        return "late"

    job = bridge.run("endless", work, seen.append, context=bridge)
    bridge.close()
    assert job.thread is not None
    assert not job.thread.is_alive()
    qtbot.wait(1)
    assert seen == []


def test_nothing_is_delivered_to_a_screen_that_is_gone(qtbot: QtBot) -> None:
    bridge, seen, screen = Bridge(), [], QObject()
    go_on = threading.Event()
    bridge.run("reading", lambda _r, _t: go_on.wait(10), seen.append, context=screen)
    screen.deleteLater()
    qtbot.wait(1)
    go_on.set()
    qtbot.waitUntil(lambda: not bridge.running)
    assert seen == []
    bridge.close()


def test_what_waits_for_idle_runs_after_the_last_job(qtbot: QtBot) -> None:
    bridge, order = Bridge(), []
    bridge.run("one", lambda _r, _t: None, lambda _: order.append("done"), context=bridge)
    bridge.when_done(bridge.owner, lambda: order.append("idle"))
    qtbot.waitUntil(lambda: len(order) == 2)
    assert order == ["done", "idle"]
    bridge.close()


def test_the_strip_shows_the_job_and_never_a_full_bar(qtbot: QtBot) -> None:
    bridge = Bridge()
    strip = ActivityStrip(bridge)
    qtbot.addWidget(strip)
    strip.show()
    reported, go_on = threading.Event(), threading.Event()

    def work(report: Report, _token: CancelToken) -> None:
        report(Progress(message("phase.faces"), 200, 200, {"unreadable": 3}))
        reported.set()
        go_on.wait(10)

    job = bridge.run("Building index", work, lambda _: None, context=strip)
    job.started -= 5
    assert reported.wait(10)
    with qtbot.waitSignal(bridge.progressed):
        pass
    assert strip._name.text() == "Building index"
    assert strip._count.text() == "200 / 200"
    assert strip._bar.value() < strip._bar.maximum()
    assert "3 skipped" in strip._note.text()
    go_on.set()
    qtbot.waitUntil(lambda: not bridge.running)
    assert strip._phase.text().startswith("Building index: ended after")
    bridge.close()


def test_the_end_of_a_short_job_needs_no_sentence(qtbot: QtBot) -> None:
    bridge = Bridge()
    strip = ActivityStrip(bridge)
    qtbot.addWidget(strip)
    bridge.run("Reading the photos", lambda _r, _t: None, lambda _: None, context=strip)
    qtbot.waitUntil(lambda: not bridge.running)
    assert strip._phase.text() == "No work running"
    bridge.close()


def test_the_strips_button_cancels_the_job(qtbot: QtBot) -> None:
    bridge = Bridge()
    strip = ActivityStrip(bridge)
    qtbot.addWidget(strip)
    strip.show()

    def work(_report: Report, token: CancelToken) -> None:
        while not token.cancelled:
            pass

    bridge.run("Searching", work, lambda _: None, context=strip)
    strip._cancel.click()
    qtbot.waitUntil(lambda: not bridge.running)
    assert "stopped" in strip._phase.text()
    bridge.close()


class DeskErrorForTests(DeskError):
    code = "TEST-ERROR"
    happened = "Something failed."
    means = "Nothing was changed."
    todo = "Try again."
