"""Faults that the kernel gives a step of an erasure: it is killed there, or told that no space is left.

They are put in from outside by strace, so whatever library writes, in whatever language, is met at every one of its
steps. Which steps there are is read from a run without a fault.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import re
import signal
import subprocess
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError

WRITES = "write,pwrite64,writev,pwritev,pwritev2,copy_file_range,sendfile,fallocate,ftruncate"
"""What takes room."""

STEPS = (
    f"{WRITES},fsync,fdatasync,sync_file_range,msync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,"
    "mkdirat,chmod,fchmod,fchmodat,chown,fchown,fchownat,utimensat,setxattr,fsetxattr"
)
"""What changes a disk, or makes a change last."""

_LINE = re.compile(r"(\d+) +(\w+)\((.*)")
_ANY_TRACER = 0x59616D61, ctypes.c_ulong(-1)  # PR_SET_PTRACER, PR_SET_PTRACER_ANY


@dataclass(frozen=True)
class Step:
    """The `number`th call of this name, counted from 1."""

    name: str
    number: int


@dataclass(frozen=True)
class Ended:
    """How a run ended: "done", "refused" (with an error of ours), "killed"; anything else is a fault of the program."""

    how: str
    steps: tuple[Step, ...]


def steps_of(work: Callable[[], object], folder: Path, log: Path) -> tuple[Step, ...]:
    """The steps at which `work` changes something in the folder."""
    ended = run(work, folder, log)
    assert ended.how == "done", ended.how
    return ended.steps


def run(work: Callable[[], object], folder: Path, log: Path, *, fault: str = "") -> Ended:
    """Runs `work` in a forked process; `fault` is strace's, as `write:signal=KILL:when=3`."""
    go, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _child(work, go, log)
    os.close(go)
    put_in = ["-e", f"inject={fault}"] if fault else []
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-y", "-s", "0", "-o", log, "-e", f"trace={STEPS}", *put_in, "-p", str(child)],
        stderr=subprocess.PIPE,
    )
    try:
        _await_tracer(child, tracer)
        os.close(told)  # which lets it begin
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        _, said = tracer.communicate()
    wrong = log.with_suffix(".wrong")
    how = {0: "done", 3: "refused"}.get(status) or (wrong.read_text() if wrong.exists() else said.decode())
    how = "killed" if status < 0 else how  # by the fault, or by a library that gives up: as its cell would be
    return Ended(how, tuple(_steps(log, folder)))


def _child(work: Callable[[], object], go: int, log: Path) -> None:
    code = 1
    try:
        faulthandler.disable()  # libraries may abort, and say so at length
        ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)
        os.read(go, 1)
        work()
        code = 0
    except DeskError:
        code = 3
    except BaseException:  # noqa: BLE001 - the test says what it was
        log.with_suffix(".wrong").write_text(traceback.format_exc())
    finally:
        os._exit(code)


def _await_tracer(child: int, tracer: subprocess.Popen[bytes]) -> None:
    while b"TracerPid:\t0\n" in Path(f"/proc/{child}/status").read_bytes():
        if tracer.poll() is not None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise RuntimeError("strace could not look into the run")
        time.sleep(0.001)


def _steps(log: Path, folder: Path) -> list[Step]:
    """Calls are counted for each thread, as strace does."""
    counts: Counter[tuple[str, str]] = Counter()
    found: dict[Step, None] = {}
    for line in log.read_text(errors="replace").splitlines():
        call = _LINE.match(line)
        if call is None:
            continue
        thread, name, arguments = call.groups()
        counts[thread, name] += 1
        if str(folder) in arguments:
            found[Step(name, counts[thread, name])] = None
    return list(found)
