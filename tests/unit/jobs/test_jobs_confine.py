"""What the kernel refuses: each try is made for real, by `attempts.py`, also where nothing is refused."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attempts
import pytest

from dsr_desk.core.message import message
from dsr_desk.jobs import confine

HERE = confine.enforced()
NOBODY = 65534
ORDINARY = ["an ordinary user"] if os.geteuid() == 0 else []

_needs_calls = pytest.mark.skipif(not HERE.calls, reason=f"not enforced by the kernel here: {HERE.why}")
_needs_files = pytest.mark.skipif(not HERE.files, reason=f"not enforced by the kernel here: {HERE.why}")

INTERNET = {
    "an internet socket": "EAFNOSUPPORT",
    "a datagram socket": "EAFNOSUPPORT",
    "an internet socket of version 6": "EAFNOSUPPORT",
    "a netlink socket": "EAFNOSUPPORT",
    "a packet socket": "EAFNOSUPPORT",
    "a socket to a host of virtual machines": "EAFNOSUPPORT",
    "a family with more bits": "EAFNOSUPPORT",
    "connecting": "EAFNOSUPPORT",
    "a socket in a child": "EAFNOSUPPORT",
    "a socket of 32 bits": "ENOSYS",
    "a ring": "ENOSYS",
    "entering a ring": "ENOSYS",
    "registering a ring": "ENOSYS",
}
LOCAL = ("a local socket", "a name that others find", "a local service")
CALLS = {
    **dict.fromkeys((*LOCAL, *INTERNET, "a pair of internet sockets"), "EPERM"),
    **{name: "ENOSYS" for name, error in INTERNET.items() if error == "ENOSYS"},
    "other permissions": "EPERM",
    "other permissions of what is open": "EPERM",
    "another owner": "EPERM",
    "another time": "ENOSYS",
    "a process": "EPERM",
    "a process that shares memory": "EPERM",
    "a process by a bare call": "EPERM",
    "a process by a newer call": "ENOSYS",
    "a process of 32 bits": "ENOSYS",
    "a program": "EPERM",
    "a program by its descriptor": "EPERM",
    "a signal": "EPERM",
    "a signal to a thread": "EPERM",
    "a signal to a thread alone": "EPERM",
    "a signal in a queue": "EPERM",
    "a descriptor of the parent": "EPERM",
    "an owner of signals": "ENOSYS",
    "tracing": "EPERM",
    "reading memory of the parent": "EPERM",
    "settings of a terminal": "ENOSYS",
    "asking a device": "ENOSYS",
    "a file without a name": "ENOSYS",
    "shared memory without a file": "ENOSYS",
    "a stack that grows": "ENOSYS",
    "a longer pipe": "ENOSYS",
    "processors of the parent": "ENOSYS",
    "shared memory of the system": "ENOSYS",
    "higher limits": "ENOSYS",
    "being seen again": "ENOSYS",
    "other name spaces": "ENOSYS",
    "a name space of another": "ENOSYS",
    "keys of the session": "ENOSYS",
    "faults of memory": "ENOSYS",
    "counting what happens": "ENOSYS",
    "shortening by name": "ENOSYS",
    "a link": "ENOSYS",
    "a pipe with a name": "ENOSYS",
}
CHANGING = (
    *("writing what may be read", "writing a new file", "emptying a file", "writing beside", "removing"),
    *("removing beside", "moving out", "making a folder", "making a folder beside"),
)
BESIDE = ("writing what may be read", "writing beside", "removing beside", "moving out", "making a folder beside")
WITHIN = ("writing a new file", "emptying a file", "removing", "making a folder", "writing to what is open")
FILES = ("reading another file", "listing another folder", "reading accounts", "reading of the parent")
LIMITS = {"more memory": "MemoryError", "more files": "EMFILE"}
ALWAYS = ("reading what is granted", "a program's file", "a thread", "a pair of sockets", "own processors")

ONLY_ROOT = ("a packet socket", "a name space of another", "a program's file", "a socket in a child")
"""What an ordinary user may not do anyhow, or not with an interpreter that lies where only root reads."""
NOT_FREE = {"entering a ring": "EBADF", "registering a ring": "EINVAL", "a pair of internet sockets": "ENOTSUP"}


@functools.cache
def became(how: str, user: str = "") -> Mapping[str, str]:
    """What became of every try."""
    who = {"ATTEMPTS_AS": str(NOBODY)} if user else {}
    command = [sys.executable, attempts.__file__, how]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **who})
    assert done.returncode == 0, done.stderr
    answers: dict[str, str] = json.loads(done.stdout)
    return answers


def test_every_try_has_an_expectation() -> None:
    expected = {*INTERNET, *LOCAL, *CALLS, *CHANGING, *WITHIN, *FILES, *LIMITS, *ALWAYS}
    assert expected == {*attempts.TRIES}


@pytest.mark.parametrize("user", ["", *ORDINARY])
def test_where_nothing_is_refused_everything_works(user: str) -> None:
    """So a refusal elsewhere is the kernel's doing."""
    free = {name: said for name, said in became("free", user).items() if not (user and name in ONLY_ROOT)}
    assert free == {name: NOT_FREE.get(name, "done") for name in free}


@_needs_calls
@pytest.mark.parametrize("user", ["", *ORDINARY])
@pytest.mark.parametrize("how", ["offline", "window"])
def test_a_program_without_a_network_has_no_internet_socket(how: str, user: str) -> None:
    there = became(how, user)
    expected = {name: error for name, error in INTERNET.items() if not (user and name == "a socket in a child")}
    assert {name: there[name] for name in expected} == expected


@_needs_calls
def test_a_command_has_no_local_socket_either_and_a_window_has() -> None:
    assert {became("offline")[name] for name in LOCAL} == {"EAFNOSUPPORT"}
    assert {became("window")[name] for name in LOCAL} == {"done"}
    assert became("offline")["a pair of sockets"] == "done"


@_needs_calls
@pytest.mark.parametrize("user", ["", *ORDINARY])
@pytest.mark.parametrize("how", ["cell", "writing", "calls"])
def test_a_cell_makes_no_other_calls(how: str, user: str) -> None:
    there = became(how, user)
    assert {name: there[name] for name in CALLS} == CALLS


@_needs_calls
@pytest.mark.parametrize("how", ["cell", "calls"])
def test_a_cell_without_a_place_to_write_changes_nothing(how: str) -> None:
    assert {became(how)[name] for name in CHANGING} == {"EPERM"}
    assert became(how)["writing to what is open"] == "EBADF"


@_needs_files
@pytest.mark.parametrize("user", ["", *ORDINARY])
@pytest.mark.parametrize("how", ["cell", "writing", "files"])
def test_a_cell_reads_no_other_file(how: str, user: str) -> None:
    assert {name: became(how, user)[name] for name in FILES} == dict.fromkeys(FILES, "EACCES")


@_needs_files
@_needs_calls
@pytest.mark.parametrize("user", ["", *ORDINARY])
def test_a_cell_with_a_place_to_write_changes_nothing_beside_it(user: str) -> None:
    there = became("writing", user)
    assert {name: there[name] for name in BESIDE} == dict.fromkeys(BESIDE, "EACCES")
    assert {name: there[name] for name in WITHIN} == dict.fromkeys(WITHIN, "done")


@_needs_files
def test_landlock_alone_keeps_a_cell_from_networks_services_and_processes() -> None:
    there = became("files")
    assert {there[name] for name in (*CHANGING, "shortening by name", "a link", "a pipe with a name")} == {"EACCES"}
    assert {there[name] for name in ("connecting", "a program", "asking a device")} == {"EACCES"}
    assert {there[name] for name in ("a local service", "a signal", "tracing")} == {"EPERM"}


@pytest.mark.parametrize("how", ["cell", "writing", "calls", "files"])
def test_a_cell_has_bounds_and_can_do_its_work(how: str) -> None:
    assert {name: became(how)[name] for name in LIMITS} == LIMITS
    assert {became(how)[name] for name in ALWAYS} == {"done"}


def _run(code: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload, no-any-return]


@_needs_calls
def test_threads_that_were_there_before_are_bound_too() -> None:
    done = _run(
        "import socket, threading\n"
        "from dsr_desk.jobs.confine import refuse_network\n"
        "go, said = threading.Event(), []\n"
        "def late():\n"
        "    go.wait()\n"
        "    try: socket.socket()\n"
        "    except OSError as error: said.append(error.errno)\n"
        "thread = threading.Thread(target=late); thread.start()\n"
        "refuse_network(unix=False); go.set(); thread.join(); print(said)\n"
    )
    assert done.stdout == "[97]\n", done.stderr


def test_a_cell_is_not_entered_with_threads_since_these_would_stay_outside() -> None:
    done = _run(
        "import threading\n"
        "from dsr_desk.jobs.confine import enter_cell\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "try: enter_cell((), (), 1)\n"
        "except RuntimeError: print('refused')\n"
    )
    assert done.stdout == "refused\n", done.stderr


def test_whatever_a_cell_began_with_its_files_and_its_stack_are_bounded() -> None:
    done = _run(
        "import os, resource\n"
        "from dsr_desk.jobs.confine import enter_cell\n"
        "os.umask(0)\n"
        "hard = resource.getrlimit(resource.RLIMIT_STACK)[1]\n"
        "resource.setrlimit(resource.RLIMIT_STACK, (hard, hard))\n"
        "enter_cell((), (), 1 << 28)\n"
        "print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_STACK), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    assert done.stdout == f"0o77 {(64 << 20, 64 << 20)} (0, 0)\n", done.stderr


def test_what_is_named_and_not_there_is_no_obstacle() -> None:
    done = _run(
        "import sys\n"
        "from pathlib import Path\n"
        "from dsr_desk.jobs.confine import enter_cell\n"
        "enter_cell((Path(sys.argv[0]) / 'none', Path('/none')), (), 1 << 28)\n"
        "sys.stdout.write('in')\n"
    )
    assert done.stdout == "in", done.stderr


def test_what_is_enforced_is_told_as_it_is() -> None:
    code = (
        "from dsr_desk.jobs.confine import enforced, refuse_network\n"
        "before = enforced()\nrefuse_network(unix=False)\nafter = enforced()\n"
        "print(before.network, before.why and before.why.code, after.network, after.why and after.why.code)\n"
    )
    if HERE.calls and HERE.files:
        assert _run(code).stdout == "False why.kernel.not-asked True None\n"
    assert not HERE.network


@pytest.mark.parametrize("missing", ["libseccomp.so.2", "PR_GET_SECCOMP", "load"])
def test_where_the_kernel_or_its_library_refuses_the_program_goes_on_and_says_so(missing: str) -> None:
    breaks = {
        "libseccomp.so.2": "import ctypes\nload = ctypes.CDLL.__init__\n"
        "def without(self, name, *a, **k):\n"
        "    if name == 'libseccomp.so.2': raise OSError('cannot open shared object file')\n"
        "    load(self, name, *a, **k)\n"
        "ctypes.CDLL.__init__ = without\n",
        "PR_GET_SECCOMP": "from dsr_desk.jobs import confine\nprctl = confine._prctl\n"
        "def without(what, *values):\n"
        "    if what == 21: raise OSError(22, 'Invalid argument')\n"
        "    return prctl(what, *values)\n"
        "confine._prctl = without\n",
        "load": "from dsr_desk.jobs import confine\n"
        "def load(self): raise OSError(1, 'Operation not permitted')\n"
        "confine._seccomp().SyscallFilter.load = load\n",
    }
    done = _run(
        breaks[missing] + "import socket\nfrom dsr_desk.jobs.confine import enforced, refuse_network\n"
        "refuse_network(unix=False)\nsocket.socket().close()\nprint(enforced().network, enforced().why.code)\n"
    )
    expected = "no-libseccomp" if missing == "libseccomp.so.2" else "no-seccomp"
    assert done.stdout == f"False why.kernel.{expected}\n", done.stderr


def test_a_process_is_seen_by_no_other_and_leaves_no_core_and_no_file_for_others(tmp_path: Path) -> None:
    done = _run(
        "import ctypes, os, resource, sys\n"
        "from dsr_desk.jobs.confine import unseen\n"
        "unseen()\n"
        "open('made', 'w').close()\n"
        "print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE), oct(os.stat('made').st_mode))\n",
        cwd=tmp_path,
    )
    assert done.stdout == "0 (0, 0) 0o100600\n", done.stderr


@pytest.mark.parametrize("code", ["not-asked", "no-libseccomp", "no-seccomp", "no-landlock", "other-system"])
def test_every_reason_has_its_words(code: str) -> None:
    assert message(f"why.kernel.{code}").say("de") != message(f"why.kernel.{code}").say("en")
