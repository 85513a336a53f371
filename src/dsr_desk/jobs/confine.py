"""What the kernel refuses this program: internet sockets to all of it, and nearly everything to a cell.

Seccomp says which calls a process may make, Landlock which files it may touch; what was refused stays refused, to the
process and to all that it starts. Only Linux has both. Where the kernel offers one of them not, `enforced` says so.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import signal
import site
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EAFNOSUPPORT, ENOSYS, EPERM
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from dsr_desk.core.message import Message, message
from dsr_desk.jobs import scratch

if sys.platform != "win32":
    import fcntl
    import resource

_AF_UNIX = 1
_CLONE_THREAD = 0x10000
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_GROWSDOWN = 0x01, 0x20, 0x100
_CHANGING_FLAGS = (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC)
_PR_SET_DUMPABLE, _PR_GET_SECCOMP, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 21, 22, 38
_OPEN_FILES = 256
_STACK = 64 << 20

_TASKS = Path("/proc/self/task")
"""A folder for each thread: its links are two and one for each."""

_RING = range(425, 428)
"""Calls of io_uring, by number since old libraries have no names for them: a ring makes calls that no filter sees."""

_USUAL = """
read readv pread64 preadv write writev pwrite64 pwritev lseek close close_range dup dup2 dup3 pipe pipe2 fadvise64
readahead copy_file_range sendfile ftruncate
fsync fdatasync sync_file_range flock poll ppoll select pselect6 epoll_create1
epoll_ctl epoll_wait epoll_pwait eventfd2
stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat getdents getdents64 getcwd chdir
fchdir statfs fstatfs umask
munmap mprotect mremap madvise brk msync mincore membarrier
futex set_robust_list rseq set_tid_address exit exit_group sched_yield sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu getpriority
getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getresuid getresgid getgroups getrlimit
getrusage sysinfo uname times time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep getrandom
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack restart_syscall pause
wait4 waitid
"""
"""All that a cell may call, beside what `_cell_filter` allows with certain arguments."""

_CHANGING = """
rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir link linkat fallocate
"""
"""What a cell may call that has a place to write to. Landlock says where."""

_REFUSED = """
socket connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
fork vfork execve execveat kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd
pidfd_send_signal ptrace process_vm_readv process_vm_writev chmod fchmod fchmodat chown fchown lchown fchownat
"""
"""Told as not permitted; all others as not there, so that a library falls back to what an older kernel has."""

_FCNTL = (
    *((0xFFFFFFF8, 0),),  # 0 to 7: duplicates, flags and locks; F_SETOWN (8) would send signals
    *((0xFFFFFFFF, command) for command in (36, 37, 38, 1030)),
)
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""Is this a terminal, how wide, how much is there to read, blocking, close on exec."""
_PRCTL = (15, 16)
"""The name of a thread."""


@dataclass(frozen=True)
class Enforced:
    """What the kernel sees to: no internet sockets for this process, few calls and few files for cells; else `why`."""

    network: bool
    calls: bool
    files: bool
    why: Message | None


_network: Message | None = message("why.kernel.not-asked")


def unseen() -> None:
    """No other process of this user may read this one's memory; its end leaves no core; its files are its user's."""
    if sys.platform == "win32":
        return
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)


def refuse_network(*, unix: bool) -> None:
    """From here on no thread of this process and nothing that it starts gets a socket, or with `unix` a local one only.

    What the kernel cannot refuse is told by `enforced`.
    """
    global _network
    unseen()
    _network = _without_seccomp()
    if _network is not None:
        return
    seccomp = _seccomp()
    refuse = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(ENOSYS))
    refuse.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    only = (seccomp.Arg(0, seccomp.NE, _AF_UNIX),) if unix else ()
    refuse.add_rule(seccomp.ERRNO(EAFNOSUPPORT), "socket", *only)
    for call in _RING:
        refuse.add_rule(seccomp.ERRNO(ENOSYS), call)
    try:
        refuse.load()
    except OSError:
        _network = message("why.kernel.no-seccomp")


def enter_cell(read: Sequence[Path], write: Sequence[Path], memory: int) -> None:
    """This process keeps what it holds open and its own memory, `memory` bytes more, its scratch and the files named.

    For a process with one thread that was forked for this. Raises RuntimeError where there are more.
    """
    if sys.platform != "linux":
        return
    if _TASKS.stat().st_nlink > 2 + 1:
        raise RuntimeError("a cell is entered before threads are started")
    calls = prepared_filter(writing=bool(write)) if _without_seccomp() is None else None
    unseen()
    if not write:
        _close_files()
    scratch.prepare()
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _limit(memory, writing=bool(write))
    if _landlock_abi() > 0:
        _refuse_files(read, write)
    if calls is not None:
        _prctl(_PR_SET_SECCOMP, 2, calls)


def enforced() -> Enforced:
    """What holds for this process now."""
    calls = _without_seccomp()
    files = None if _landlock_abi() > 0 else message("why.kernel.no-landlock")
    return Enforced(_network is None, calls is None, files is None, calls or _network or files)


@cache
def prepared_filter(*, writing: bool) -> Any:
    """The filter of a cell, as the kernel takes it. Who will fork cells asks for it beforehand, since it takes long."""
    seccomp = _seccomp()
    cell = seccomp.SyscallFilter(seccomp.ERRNO(ENOSYS))
    cell.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.ERRNO(ENOSYS))

    def masked(position: int, mask: int, value: int) -> Any:
        return seccomp.Arg(position, seccomp.MASKED_EQ, mask, value)

    for call in _USUAL.split():
        cell.add_rule(seccomp.ALLOW, call)
    for call in _REFUSED.split():
        cell.add_rule(seccomp.ERRNO(EPERM), call)
    # Two ends of one connection in this process: runtimes of libraries in Rust wake themselves so, and reach nobody.
    cell.add_rule(seccomp.ALLOW, "socketpair", seccomp.Arg(0, seccomp.EQ, _AF_UNIX))
    cell.add_rule(seccomp.ERRNO(EPERM), "socketpair", seccomp.Arg(0, seccomp.NE, _AF_UNIX))
    cell.add_rule(seccomp.ALLOW, "clone", masked(0, _CLONE_THREAD, _CLONE_THREAD))
    cell.add_rule(seccomp.ERRNO(EPERM), "clone", masked(0, _CLONE_THREAD, 0))
    # Neither shared memory without a file nor a stack that grows counts towards the limit on data.
    cell.add_rule(seccomp.ALLOW, "mmap", masked(3, _MAP_ANONYMOUS, 0))
    cell.add_rule(seccomp.ALLOW, "mmap", masked(3, _MAP_ANONYMOUS | _MAP_GROWSDOWN | _MAP_SHARED, _MAP_ANONYMOUS))
    cell.add_rule(seccomp.ALLOW, "prlimit64", seccomp.Arg(2, seccomp.EQ, 0))
    cell.add_rule(seccomp.ALLOW, "sched_setaffinity", seccomp.Arg(0, seccomp.EQ, 0))
    for mask, command in _FCNTL:
        cell.add_rule(seccomp.ALLOW, "fcntl", masked(1, mask, command))
    for command in _IOCTL:
        cell.add_rule(seccomp.ALLOW, "ioctl", masked(1, 0xFFFFFFFF, command))
    for command in _PRCTL:
        cell.add_rule(seccomp.ALLOW, "prctl", masked(0, 0xFFFFFFFF, command))
    for call in _CHANGING.split():
        cell.add_rule(seccomp.ALLOW if writing else seccomp.ERRNO(EPERM), call)
    for call, position in (("open", 1), ("openat", 2)):
        for flag in () if writing else _CHANGING_FLAGS:
            cell.add_rule(seccomp.ERRNO(EPERM), call, masked(position, flag, flag))
        cell.add_rule(seccomp.ALLOW, call, *(() if writing else (masked(position, sum(_CHANGING_FLAGS), 0),)))
    with os.fdopen(os.memfd_create("filter"), "r+b") as file:
        cell.export_bpf(file)
        file.seek(0)
        rules = file.read()
    return ctypes.byref(_Program(len(rules) // 8, rules))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("rules", ctypes.c_char_p))


def _limit(memory: int, *, writing: bool) -> None:
    status = Path("/proc/self/status").read_text()
    held = 1024 * int(status.partition("VmData:")[2].split()[0])
    limits = {
        resource.RLIMIT_DATA: held + memory,
        resource.RLIMIT_STACK: _STACK,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
    }
    if not writing:
        limits[resource.RLIMIT_FSIZE] = scratch.MOST_BYTES
    for what, most in limits.items():
        allowed = resource.getrlimit(what)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _close_files() -> None:
    """Of the files that this process was left with, none stays open for writing; what asks for one reads nothing."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    for number in [int(one.name) for one in Path("/proc/self/fd").iterdir()]:
        with suppress(OSError):
            writable = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
            if writable and stat.S_ISREG(os.fstat(number).st_mode):
                os.dup2(nowhere, number)
    os.close(nowhere)


# Rights of Landlock, by the version of the kernel's interface that first had them.
_READ_FILE, _READ_DIR, _FILE_RIGHTS = 1 << 2, 1 << 3, 0b1100_0000_0000_0111
_WRITE_RIGHTS = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
"""Write, remove folders and files, make folders and plain files, move, shorten; no devices, sockets or links."""


_PUBLIC = """
/usr /lib /lib64 /lib32 /proc/self /proc/cpuinfo /proc/meminfo /proc/sys/vm/overcommit_memory
/sys/devices/system/cpu /sys/devices/system/node /sys/fs/cgroup /dev/null /dev/zero /dev/random /dev/urandom
/etc/ld.so.cache /etc/localtime /etc/mime.types /etc/ssl/openssl.cnf /etc/fonts
"""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def _refuse_files(read: Sequence[Path], write: Sequence[Path]) -> None:
    abi = _landlock_abi()
    handled = (1 << 13) - 1 | (1 << 13 if abi >= 2 else 0) | (1 << 14 if abi >= 3 else 0) | (1 << 15 if abi >= 5 else 0)
    rules = _Ruleset(handled, 0b11 if abi >= 4 else 0, 0b11 if abi >= 6 else 0)
    ruleset = _call(444, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    try:
        for path in (*_own_places(), *read):
            _allow(ruleset, path, handled & (_READ_FILE | _READ_DIR))
        for path in write:
            _allow(ruleset, path, handled & (_READ_FILE | _READ_DIR | _WRITE_RIGHTS))
        _call(446, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    """What is not there, or not this user's to read, is not allowed."""
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        if not stat.S_ISDIR(os.fstat(opened).st_mode):
            rights &= _FILE_RIGHTS
        _call(445, ruleset, 1, ctypes.byref(_Beneath(rights, opened)), 0)
    finally:
        os.close(opened)


@cache
def _own_places() -> tuple[Path, ...]:
    """What a library may want to read at any time, and nothing that anybody keeps there. Not `sys.path`."""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    # A packaged program has its modules in its own file.
    places = (sys.prefix, sys.base_prefix, sys.executable, str(Path(__file__).parents[1]), *user, *_PUBLIC.split())
    return tuple(map(Path, places))


@cache
def _landlock_abi() -> int:
    """The version of the kernel's interface, 0 without."""
    if sys.platform != "linux":
        return 0
    with suppress(OSError):
        return _call(444, None, 0, 1)
    return 0


@cache
def _without_seccomp() -> Message | None:
    if sys.platform != "linux":
        return message("why.kernel.other-system")
    try:
        _seccomp()
    except (OSError, RuntimeError):
        return message("why.kernel.no-libseccomp")
    try:
        _prctl(_PR_GET_SECCOMP)
    except OSError:
        return message("why.kernel.no-seccomp")
    return None


@cache
def _seccomp() -> ModuleType:
    # `find_library` would start other programs, compilers too, to look for what the loader finds by name.
    found, by_name = ctypes.util.find_library, {"c": "libc.so.6", "seccomp": "libseccomp.so.2"}
    ctypes.util.find_library = lambda name: by_name.get(name)
    try:
        import pyseccomp
    finally:
        ctypes.util.find_library = found
    loaded: ModuleType = pyseccomp
    return loaded


def _prctl(what: int, *values: Any) -> int:
    return _checked(_libc().prctl(what, *_whole((*values, 0, 0, 0)[:4])))


def _call(number: int, *args: Any) -> int:
    """Landlock's calls have the same number everywhere; the C library has no names for them."""
    return _checked(_libc().syscall(*_whole((number, *args))))


def _whole(args: Sequence[Any]) -> Sequence[Any]:
    """Numbers as wide as the kernel reads them."""
    return [ctypes.c_long(one) if isinstance(one, int) else one for one in args]


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(result)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
