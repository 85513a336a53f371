"""What nobody foresaw: told as an error, and kept in a report that holds classes and places of the program alone."""

from __future__ import annotations

import errno
import os
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from dsr_desk import __version__
from dsr_desk.core.errors import DeskError, ProgramFault, SystemRefused, kind_of, place_of, places_of
from dsr_desk.core.message import Message, message, refused

KEPT = 20
"""Reports; the oldest goes when there is one more."""
_CAUSES, _PLACES = 10, 20
"""At most so many faults of a chain, and so many places at either end of each."""

_written: dict[str, Path] = {}


def folder() -> Path:
    """Where reports lie."""
    return user_state_path("dsr-desk") / "faults"


def error_for(fault: BaseException, name: str) -> DeskError:
    """What a person is told of a fault; `name` is what the program was busy with. An error of ours stays itself."""
    if isinstance(fault, DeskError):
        return fault
    report = _report(fault)
    if isinstance(fault, OSError) and fault.errno in errno.errorcode:
        return SystemRefused(why=refused(fault), name=name, report=report)
    return ProgramFault(kind=place_of(fault), name=name, report=report)


def watch(tell: Callable[[BaseException], object]) -> Callable[[], None]:
    """From now on nothing that nobody caught, in any thread, is printed by Python. Gives what ends that.

    `tell` gets what ended a call or a thread. What ended nothing, as a fault while an object was freed, is only
    written down.
    """
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def told(kind: type[BaseException], fault: BaseException | None) -> None:
        if issubclass(kind, SystemExit | KeyboardInterrupt):
            return
        try:
            tell(fault if fault is not None else kind())
        except Exception:  # noqa: BLE001 - a fault while a fault is told: the code is all that is left to say
            last_word()

    def freed(unraised: Any) -> None:
        if unraised.exc_value is not None:
            _report(unraised.exc_value)

    sys.excepthook = lambda kind, fault, _trace: told(kind, fault)
    threading.excepthook = lambda thread: told(thread.exc_type, thread.exc_value)
    sys.unraisablehook = freed

    def end() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    return end


def last_word() -> None:
    """The code alone, where nothing else can be said any more."""
    try:
        sys.stderr.write(f"[{ProgramFault.code}]\n")
    except (AttributeError, OSError, ValueError):
        return  # there is no standard error


def _report(fault: BaseException) -> Message:
    try:
        kind = place_of(fault)
        if kind not in _written:
            _written[kind] = _write("\n".join(_lines(fault)) + "\n")
        return message("fault.report", where=str(_written[kind]))
    except Exception:  # noqa: BLE001 - no home, a full disk, no memory: the fault itself still is told
        return message("fault.no-report")


def _lines(fault: BaseException) -> Iterator[str]:
    yield f"DSR Desk {__version__}"
    yield f"Python {platform.python_version()}, {platform.system()} {platform.release()} {platform.machine()}"
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    for one in _chain(fault):
        places = places_of(one)
        left_out = len(places) - 2 * _PLACES
        if left_out > 0:
            places[_PLACES:-_PLACES] = [f"... {left_out} more ..."]
        yield from ("", kind_of(one), *(f"  {place}" for place in places))


def _chain(fault: BaseException) -> list[BaseException]:
    """The fault, what caused it, and the members of groups; each once."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [fault]
    while waiting and len(found) < _CAUSES:
        one = waiting.pop(0)
        if one is None or any(one is other for other in found):
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]
    return found


def _write(text: str) -> Path:
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}.txt"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", errors="replace") as file:
        file.write(text)
    for old in sorted(place.glob("*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path
