"""Loaded by Python itself where it is found: in the nursery, whatever a cell is asked for becomes an attack.

The attack ends in an exception whose class says what went through: `Held`, or `Broke_` with the names. So does a
decoder that runs somebody's code: it has all that the cell has, with the grants of that very input.
"""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

OWNER, NURSERY = os.getppid(), os.getpid()
TARGETS = {name: os.environ.get(f"PLANT_{name}", "") for name in ("VAULT", "HOME", "ABSTRACT", "PORT")}
LIBC = ctypes.CDLL(None, use_errno=True)


def call(number: int, *args: Any) -> int:
    result = int(LIBC.syscall(*(ctypes.c_long(one) if isinstance(one, int) else one for one in (number, *args))))
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def read(*names: str | int | Path) -> Callable[[], object]:
    return lambda: Path(*map(str, names)).read_bytes()[:1]


def listed(*names: str | int | Path) -> Callable[[], object]:
    return lambda: list(Path(*map(str, names)).iterdir())


def connected() -> None:
    with socket.socket(socket.AF_INET) as made:
        made.connect(("127.0.0.1", int(TARGETS["PORT"])))


def forked() -> None:
    if os.fork() == 0:
        os._exit(0)


def kept_secret() -> None:
    if not any("PLANT" in one for one in os.environ):
        raise PermissionError


def leaked_files() -> None:
    """What is open but the channel and the streams to nowhere."""
    open_files = [str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if int(one.name) > 2]
    if not [one for one in open_files if not one.startswith("socket:") and one != f"/proc/{os.getpid()}/fd"]:
        raise PermissionError


def attempts() -> dict[str, Callable[[], object]]:
    vault, home = Path(TARGETS["VAULT"]), Path(TARGETS["HOME"])
    return {
        "keys": read(vault, "keys.json"),
        "keys_by_the_folder": listed(vault),
        "keys_by_another_name": read("/proc/self/root", vault.relative_to("/"), "keys.json"),
        "home": read(home, "letter.txt"),
        "home_listed": listed(home),
        "accounts": read("/etc/passwd"),
        "environment_of_the_owner": read("/proc", OWNER, "environ"),
        "maps_of_the_owner": read("/proc", OWNER, "maps"),
        "memory_of_the_owner": read("/proc", OWNER, "mem"),
        "files_of_the_owner": listed("/proc", OWNER, "fd"),
        "environment_of_the_nursery": read("/proc", NURSERY, "environ"),
        "memory_of_the_nursery": read("/proc", NURSERY, "mem"),
        "other_cells": listed("/proc"),
        "a_secret_of_the_environment": kept_secret,
        "files_left_open": leaked_files,
        "writing_to_the_vault": lambda: (vault / "planted").write_bytes(b"x"),
        "writing_to_home": lambda: (home / "planted").write_bytes(b"x"),
        "writing_to_temporary_files": lambda: Path(f"/tmp/planted-{OWNER}").write_bytes(b"x"),
        "moving_the_keys": lambda: (vault / "keys.json").rename(home / "keys.json"),
        "linking_the_keys": lambda: os.link(vault / "keys.json", home / "linked"),
        "removing_the_keys": lambda: (vault / "keys.json").unlink(),
        "emptying_the_keys": lambda: os.truncate(vault / "keys.json", 0),
        "making_the_keys_readable": lambda: (vault / "keys.json").chmod(0o666),
        "a_connection": connected,
        "a_datagram": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        "a_local_socket": lambda: socket.socket(socket.AF_UNIX).connect("\0" + TARGETS["ABSTRACT"]),
        "a_pair_of_internet_sockets": lambda: socket.socketpair(socket.AF_INET),
        "a_process": forked,
        "a_program": lambda: os.execv("/bin/true", ["true"]),
        "a_signal_to_the_owner": lambda: os.kill(OWNER, 0),
        "a_signal_to_the_nursery": lambda: os.kill(NURSERY, 0),
        "tracing_the_owner": lambda: call(101, 16, OWNER, 0, 0),
        "tracing_the_nursery": lambda: call(101, 16, NURSERY, 0, 0),
        "a_ring": lambda: call(425, 1, ctypes.create_string_buffer(120)),
        "a_processor_of_the_owner": lambda: os.sched_setaffinity(OWNER, {0}),
        "the_priority_of_the_owner": lambda: os.setpriority(os.PRIO_PROCESS, OWNER, 10),
        "limits_of_the_owner": lambda: call(302, OWNER, 7, (ctypes.c_uint64 * 2)(0, 0), None),
    }


def attack(*_args: object) -> NoReturn:
    broke = []
    for name, attempt in attempts().items():
        with suppress(OSError):
            attempt()
            broke.append(name)
    raise type("Broke_" + "_and_".join(broke) if broke else "Held", (BaseException,), {})


if any("multiprocessing.spawn" in one for one in sys.orig_argv) and TARGETS["VAULT"]:
    from dsr_desk.jobs import inside

    inside._unpickled = lambda _asked: (attack, ())
