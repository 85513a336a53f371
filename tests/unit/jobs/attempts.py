"""What code that somebody planted might try, each try in a process of its own. Run as a program: prints what became.

    attempts.py HOW NAME...

HOW is `free`, `offline` (a command), `window`, `cell`, `writing` (a cell with a place to write to), `calls` or `files`
(a cell whose kernel has only seccomp, or only Landlock).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dsr_desk.core.message import message
from dsr_desk.jobs import confine

LIBC = ctypes.CDLL(None, use_errno=True)
if "ATTEMPTS_AS" in os.environ:
    confine.enforced()  # the interpreter may lie where only its owner reads
    os.setgroups([])
    os.setgid(int(os.environ["ATTEMPTS_AS"]))
    os.setuid(int(os.environ["ATTEMPTS_AS"]))
    LIBC.prctl(4, 1)  # as an ordinary user's own processes are

PLACE = Path(tempfile.mkdtemp())
GRANTED, OTHER, DESK = PLACE / "granted", PLACE / "other", PLACE / "desk"
DESK.mkdir()
for file in (GRANTED, OTHER, DESK / "there", DESK / "stays", PLACE / "victim", PLACE / "long"):
    file.write_text("x")
PARENT = os.getpid()
MEMORY = 256 << 20
INHERITED = os.open(PLACE / "inherited", os.O_RDWR | os.O_CREAT)
os.write(INHERITED, b"x")
TERMINAL = os.openpty()[1]
ADDRESS = ctypes.create_string_buffer(b"secret")


def call(number: int, *args: object) -> int:
    whole = [ctypes.c_long(one) if isinstance(one, int) else one for one in (number, *args)]
    result = int(LIBC.syscall(*whole))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def machine_code(code: bytes) -> int:
    """A call of the 32-bit interface, which a filter for 64 bits does not describe."""
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
    page.write(code)
    held = ctypes.c_char.from_buffer(page)
    result = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(held))()
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return int(result)


def socket_of_32_bits() -> None:
    machine_code(b"\x53\xb8\x67\x01\0\0\xbb\2\0\0\0\xb9\1\0\0\0\x31\xd2\xcd\x80\x5b\xc3")


def fork_of_32_bits() -> None:
    if machine_code(b"\x53\xb8\2\0\0\0\xcd\x80\x5b\xc3") == 0:
        os._exit(0)


def made(family: int, kind: int = socket.SOCK_STREAM) -> Callable[[], object]:
    return lambda: socket.socket(family, kind)


def in_a_child() -> None:
    code = "import socket, sys\ntry: socket.socket()\nexcept OSError as error: sys.exit(error.errno)"
    ended = subprocess.run([sys.executable, "-S", "-c", code], check=False)
    if ended.returncode:
        raise OSError(ended.returncode, "refused")


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def vfork() -> None:
    if call(58) == 0:
        os._exit(0)


def bare_clone() -> None:
    if call(56, signal.SIGCHLD, 0, 0, 0, 0) == 0:
        os._exit(0)


def clone_in_struct() -> None:
    args = struct.pack("=11Q", 0, 0, 0, 0, signal.SIGCHLD, *[0] * 6)
    if call(435, args, len(args)) == 0:
        os._exit(0)


def program_by_descriptor() -> None:
    true = os.open("/bin/true", os.O_RDONLY)
    call(322, true, b"", None, None, 0x1000)


def memory_of_the_parent() -> None:
    here = ctypes.create_string_buffer(6)
    vector = struct.pack("=QQ", ctypes.addressof(here), 6)
    there = struct.pack("=QQ", ctypes.addressof(ADDRESS), 6)
    call(310, PARENT, vector, 1, there, 1, 0)


def many_files() -> None:
    for _ in range(300):
        os.open(GRANTED, os.O_RDONLY)


def thread() -> None:
    done = threading.Event()
    threading.Thread(target=done.set).start()
    done.wait()


def abstract_socket() -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"\0dsr-{os.getpid()}")


def connect() -> None:
    made = socket.socket()
    with suppress(ConnectionRefusedError):
        made.connect(("127.0.0.1", 9))


def local_listener() -> str:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(f"\0dsr-{PARENT}")
    listening.listen()
    KEPT.append(listening)
    return f"\0dsr-{PARENT}"


KEPT: list[socket.socket] = []
LISTENER = local_listener()

TRIES: dict[str, Callable[[], object]] = {
    "an internet socket": made(socket.AF_INET),
    "a datagram socket": made(socket.AF_INET, socket.SOCK_DGRAM),
    "an internet socket of version 6": made(socket.AF_INET6),
    "a netlink socket": made(socket.AF_NETLINK, socket.SOCK_RAW),
    "a packet socket": made(socket.AF_PACKET, socket.SOCK_RAW),
    "a socket to a host of virtual machines": made(socket.AF_VSOCK),
    "a local socket": made(socket.AF_UNIX),
    "a family with more bits": lambda: call(41, 2 | 1 << 32, 1, 0),
    "a pair of sockets": socket.socketpair,
    "a pair of internet sockets": lambda: socket.socketpair(socket.AF_INET),
    "a socket of 32 bits": socket_of_32_bits,
    "a socket in a child": in_a_child,
    "a ring": lambda: call(425, 1, ctypes.create_string_buffer(120)),
    "entering a ring": lambda: call(426, -1, 0, 0, 0, 0, 0),
    "registering a ring": lambda: call(427, -1, 0, 0, 0),
    "connecting": connect,
    "a name that others find": abstract_socket,
    "a local service": lambda: socket.socket(socket.AF_UNIX).connect(LISTENER),
    "reading what is granted": lambda: GRANTED.read_text(),
    "reading another file": lambda: OTHER.read_text(),
    "listing another folder": lambda: list(PLACE.iterdir()),
    "reading accounts": lambda: Path("/etc/passwd").read_text(),
    "reading of the parent": lambda: Path(f"/proc/{PARENT}/maps").read_text(),
    "a program's file": lambda: Path(os.__file__).read_text(),
    "writing what may be read": lambda: GRANTED.open("r+"),
    "writing a new file": lambda: (DESK / "new").write_text("y"),
    "emptying a file": lambda: os.open(DESK / "there", os.O_RDONLY | os.O_TRUNC),
    "writing beside": lambda: (PLACE / "new").write_text("y"),
    "removing": lambda: (DESK / "there").unlink(),
    "removing beside": lambda: (PLACE / "victim").unlink(),
    "moving out": lambda: (DESK / "stays").rename(PLACE / "moved"),
    "making a folder": lambda: (DESK / "folder").mkdir(),
    "making a folder beside": lambda: (PLACE / "folder").mkdir(),
    "shortening by name": lambda: os.truncate(PLACE / "long", 0),
    "writing to what is open": lambda: os.write(INHERITED, b"x"),
    "a link": lambda: (DESK / "link").symlink_to("/etc"),
    "a pipe with a name": lambda: os.mkfifo(DESK / "pipe"),
    "other permissions": lambda: GRANTED.chmod(0o777),
    "other permissions of what is open": lambda: os.fchmod(INHERITED, 0o777),
    "another owner": lambda: os.chown(GRANTED, os.getuid(), os.getgid()),
    "another time": lambda: os.utime(GRANTED),
    "a process": fork,
    "a process that shares memory": vfork,
    "a process by a bare call": bare_clone,
    "a process by a newer call": clone_in_struct,
    "a process of 32 bits": fork_of_32_bits,
    "a program": lambda: os.execv("/bin/true", ["true"]),
    "a program by its descriptor": program_by_descriptor,
    "a thread": thread,
    "a signal": lambda: os.kill(PARENT, 0),
    "a signal to a thread": lambda: call(234, PARENT, PARENT, 0),
    "a signal to a thread alone": lambda: call(200, PARENT, 0),
    "a signal in a queue": lambda: call(129, PARENT, 0, struct.pack("=iiiiQ", 0, 0, -1, 0, 0) + bytes(104)),
    "a descriptor of the parent": lambda: os.pidfd_open(PARENT),
    "an owner of signals": lambda: fcntl.fcntl(INHERITED, fcntl.F_SETOWN, PARENT),
    "tracing": lambda: call(101, 0x4206, PARENT, 0, 0),
    "reading memory of the parent": memory_of_the_parent,
    "settings of a terminal": lambda: termios.tcsetattr(TERMINAL, termios.TCSANOW, termios.tcgetattr(TERMINAL)),
    "asking a device": lambda: fcntl.ioctl(os.open("/dev/urandom", os.O_RDONLY), 0x80045200, bytes(4)),
    "a file without a name": lambda: os.memfd_create("x"),
    "shared memory without a file": lambda: mmap.mmap(-1, 4096),
    "a stack that grows": lambda: mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x100),
    "a longer pipe": lambda: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20),
    "processors of the parent": lambda: os.sched_setaffinity(PARENT, os.sched_getaffinity(0)),
    "own processors": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "shared memory of the system": lambda: call(29, 0, 4096, 0o1600),
    "more memory": lambda: bytearray(MEMORY + (8 << 20)),
    "more files": many_files,
    "higher limits": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256)),
    "being seen again": lambda: confine._prctl(4, 1),
    "other name spaces": lambda: call(272, 0x10000000),
    "a name space of another": lambda: call(308, os.open("/proc/self/ns/uts", os.O_RDONLY), 0),
    "keys of the session": lambda: call(250, 0, -3, 0),
    "faults of memory": lambda: call(323, 1),
    "counting what happens": lambda: call(
        298, struct.pack("=IIQQQQQ", 1, 64, 1, 0, 0, 0, 0x21) + bytes(16), 0, -1, -1, 0
    ),
}


def enter(how: str) -> None:
    if how in ("offline", "window"):
        confine.refuse_network(unix=how == "window")
    elif how != "free":
        confine.enter_cell((GRANTED,), (DESK,) if how == "writing" else (), MEMORY)


def outcome(name: str, how: str) -> str:
    """In a child: "done", or the name of the error."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter(how)
            TRIES[name]()
            said = "done"
        except OSError as error:
            said = errno.errorcode[error.errno or 0]
        except termios.error as error:
            said = errno.errorcode[error.args[0]]
        except Exception as fault:  # noqa: BLE001 - each is told
            said = type(fault).__name__
        finally:
            os.write(theirs, said.encode())
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said or "done"  # another program runs in its place


def main(how: str, *names: str) -> None:
    if how == "calls":
        confine._landlock_abi.cache_clear()
        confine._landlock_abi = lambda: 0  # type: ignore[assignment]
    if how == "files":
        confine._without_seccomp = lambda: message("why.kernel.no-seccomp")  # type: ignore[assignment]
    for writing in (False, True):
        confine.prepared_filter(writing=writing)  # once for all children
    print(json.dumps({name: outcome(name, how) for name in names or TRIES}))


if __name__ == "__main__":
    main(*sys.argv[1:])
