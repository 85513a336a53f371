"""Programs under strace: what they and all that they start asked of the network, and what they changed on the disk.

Looked at from outside, so that native libraries are seen too, and calls that the kernel refuses.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

_SOCKETS = "socket,io_uring_setup"
_NETWORK = f"{_SOCKETS},connect,bind"
_RIGHTS = "umask,chmod,fchmod,fchmodat"
_CHANGES = (
    "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "unlink,unlinkat,rmdir,truncate"
)
_STARTS = "clone,clone3,fork,vfork"
_WRITING = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\w+|\?)(?:<.*)?(?: ([A-Z]\w*) \(.*)?$")
_FAMILY = re.compile(r"AF_(?!UNIX)\w+")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"')


@cache
def why_not() -> str:
    """Why programs cannot be traced here, "" where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run([*as_root(), "strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not look into programs here"


def as_root(*more: str) -> list[str]:
    """What begins a command that must look into any process, or have `more` of its own (options of unshare)."""
    user = () if os.getuid() == 0 else ("--user", "--map-root-user")
    return ["unshare", *user, *more] if (*user, *more) else []


@dataclass(frozen=True)
class Call:
    """One call of the kernel by a process, with the places that it came from where they were asked for."""

    process: int
    name: str
    arguments: str
    result: str
    error: str
    places: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        named = [Path(folder, path) for folder, path in _PATH.findall(self.arguments)]
        return named[-1:] if "link" in self.name else named

    @property
    def rights(self) -> int:
        return int(self.arguments.rpartition(" ")[2], 8)


@dataclass
class Traced:
    """`places` has each socket that is asked for tell through which libraries, and nothing else is followed.

    `unconfined` is for programs that have the kernel refuse them nothing, and makes them many times faster: they stop
    at these calls alone. Of a call that the kernel was told to refuse this would see nothing.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    places: bool = False
    unconfined: bool = False

    def run(
        self, *command: str | Path, begin: tuple[str | Path, ...] = (), at: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`begin` is a command that starts the traced one. Where nothing can be traced, it runs all the same."""
        self.folder.mkdir()
        calls = _SOCKETS if self.places else f"{_NETWORK},{_STARTS},{_CHANGES},{_RIGHTS}"
        # A file for each thread, so that no call is split between lines.
        strace = ["strace", "-ff", "-y", "-qq", "-o", self.folder / "calls"]
        strace += [*(["-k"] if self.places else []), *(["--seccomp-bpf"] if self.unconfined else [])]
        looking = [] if why_not() else [*(begin or as_root()), *strace, "-e", f"trace={calls}"]
        return subprocess.run(
            [*looking, *command],
            cwd=at,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @cached_property
    def calls(self) -> list[Call]:
        """By process, each process's in their order."""
        lines = {int(one.suffix[1:]): one.read_text(errors="replace") for one in self.folder.glob("calls.*")}
        calls = {thread: list(_calls(thread, lines[thread].splitlines())) for thread in sorted(lines)}
        starter = {
            int(call.result): thread
            for thread, made in calls.items()
            for call in made
            if "CLONE_THREAD" in call.arguments and call.result.isdecimal()
        }

        def process(thread: int) -> int:
            return process(starter[thread]) if thread in starter else thread

        return [replace(call, process=process(thread)) for thread, made in calls.items() for call in made]

    @property
    def processes(self) -> set[int]:
        return {call.process for call in self.calls}

    @property
    def network(self) -> list[Call]:
        """What asked for anything but a socket between processes of this computer, granted or refused."""
        asked = [call for call in self.calls if call.name in _NETWORK.split(",")]
        return [call for call in asked if call.name == "io_uring_setup" or _FAMILY.search(call.arguments)]

    @property
    def changed(self) -> set[Path]:
        """What was made, moved, removed or opened for writing."""
        done = [call for call in self.calls if call.name in _CHANGES.split(",") and not call.error]
        return {path for call in done if _writes(call) for path in call.paths}

    @property
    def readable_by_others(self) -> list[Call]:
        """Each mask and each right by which another user of this computer could read what was made.

        The first process takes rights away before it makes anything, and all others have them from it.
        """
        first = [call for call in self.calls if call.process == self.calls[0].process]
        begun = first[: next((at for at, call in enumerate(first) if call.name == "umask"), len(first))]
        given = [call for call in self.calls if call.name == "umask" and call.rights & 0o077 != 0o077]
        given += [call for call in self.calls if "chmod" in call.name and not call.error and call.rights & 0o077]
        return [call for call in begun if call.name in _CHANGES.split(",") and _writes(call)] + given


def _writes(call: Call) -> bool:
    return not call.name.startswith("open") or any(flag in call.arguments for flag in _WRITING)


def _calls(thread: int, lines: list[str]) -> Iterator[Call]:
    called, places = "", list[str]()
    for line in [*lines, ""]:
        if line.startswith(" > "):
            places.append(line.removeprefix(" > "))
            continue
        if match := _CALL.match(called):
            name, arguments, result, error = match.groups()
            yield Call(thread, name, arguments, result, error or "", tuple(places))
        elif called and not called.startswith(("---", "+++")):
            raise AssertionError(f"not understood: {called}")
        called, places = line.removesuffix(" <unfinished ...>"), []
