"""The program as a process: what the kernel refuses it, who may look into it, and where its secrets never are."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dsr_desk.jobs.confine import enforced

PASSPHRASE = "forty grey herons wade slowly upstream"
NOBODY = 65534
PROGRAM = [sys.executable, "-m", "dsr_desk"]

_needs_calls = pytest.mark.skipif(not enforced().calls, reason=f"not enforced by the kernel here: {enforced().why}")
_needs_proc = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system has no /proc")

LOOKING = """
import ctypes, json, os, sys
process, who = int(sys.argv[1]), int(sys.argv[2])
if os.geteuid() == 0 and who:
    os.setgroups([]); os.setgid(who); os.setuid(who)
said = {}
for name in ("mem", "environ", "maps"):
    try:
        with open(f"/proc/{process}/{name}", "rb") as file: file.read(0 if name == "mem" else 1)
        said[name] = "read"
    except PermissionError:
        said[name] = "refused"
said["trace"] = "refused" if ctypes.CDLL(None).ptrace(0x4206, process, 0, 0) < 0 else "traced"
print(json.dumps(said))
"""
"""What another process of the same user could try: memory, environment, tracing (PTRACE_SEIZE)."""

WAITING = """
import ctypes, os, sys
from dsr_desk.jobs.confine import enforced, refuse_network
enforced()
if os.geteuid() == 0 and int(sys.argv[1]):
    os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
ctypes.CDLL(None).prctl(4, 1)
if sys.argv[2] == "shut":
    refuse_network(unix=False)
print("waits", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    names = ["--organisation", "Lakeside", "--officer", "Ada", "--recovery-file", str(tmp_path / "code")]
    made = _program("vault", "create", "--vault", str(tmp_path / "vault"), "--passphrase-file", str(secret), *names)
    assert made.returncode == 0, made.stderr
    return tmp_path / "vault"


def _program(*args: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *args], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload, no-any-return]


@_needs_calls
def test_the_program_says_what_the_kernel_sees_to(vault: Path, tmp_path: Path) -> None:
    opens = ["--vault", str(vault), "--passphrase-file", str(tmp_path / "secret")]
    told = json.loads(_program("vault", "info", *opens, "--json").stdout)
    assert told["enforced_by_kernel"] == {"network": True, "calls": True, "files": enforced().files}
    assert "Offline: the kernel refuses this program" in _program("vault", "info", *opens).stdout


@_needs_calls
def test_every_way_to_start_the_program_is_without_a_network(tmp_path: Path) -> None:
    """Seen from a module that the program loads: `sitecustomize` puts it in before anything of ours runs."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, os, socket\n"
        "def tries():\n"
        "    said = []\n"
        "    for family in (socket.AF_INET, socket.AF_UNIX):\n"
        "        try: socket.socket(family).close(); said.append('there')\n"
        "        except OSError as error: said.append(str(error.errno))\n"
        "    os.write(2, ('sockets ' + ' '.join(said) + '\\n').encode())\n"
        "atexit.register(tries)\n"
    )
    places = [str(tmp_path), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    script = Path(sys.executable).with_name("dsr-desk")
    for command in ([*PROGRAM, "--version"], [str(script), "--version"]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "sockets 97 97" in done.stderr, (command, done.stderr)


@_needs_proc
@pytest.mark.parametrize("who", [NOBODY if os.geteuid() == 0 else os.geteuid()])
def test_no_other_process_of_the_same_user_looks_into_the_program(who: int) -> None:
    """Root may, so this is tried as an ordinary user."""
    seen: dict[str, dict[str, str]] = {}
    for how in ("open", "shut"):
        command = [sys.executable, "-c", WAITING, str(who), how]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as waiting:
            assert waiting.stdout is not None
            assert waiting.stdout.readline() == "waits\n"
            look = [sys.executable, "-c", LOOKING, str(waiting.pid), str(who)]
            seen[how] = json.loads(subprocess.run(look, capture_output=True, text=True, check=True).stdout)
            waiting.communicate("")
    assert seen["open"]["mem"] == "read"
    assert set(seen["shut"].values()) == {"refused"}


def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    """As an ordinary system is set up that keeps cores: the limit is high, the pattern names a file or a program."""
    code = (
        "import resource\n"
        "hard = resource.getrlimit(resource.RLIMIT_CORE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))\n"
        "if SHUT:\n    from dsr_desk.jobs.confine import refuse_network\n    refuse_network(unix=False)\n"
        "import os\nos.abort()\n"
    )
    cores = {}
    for shut in (False, True):
        command = [sys.executable, "-c", code.replace("SHUT", str(shut))]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
            _, status = os.waitpid(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == -signal.SIGABRT
        cores[shut] = os.WCOREDUMP(status)
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != 0:
        assert cores[False], "without our limit this system would have written one"
    assert not cores[True]


def _family(process: int) -> Iterator[int]:
    """A process and all that came from it, as they are at this moment."""
    yield process
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with suppress(OSError):
                for child in (task / "children").read_text().split():
                    yield from _family(int(child))


@_needs_proc
def test_no_process_of_a_command_has_a_secret_in_its_environment_or_on_its_command_line(
    vault: Path, tmp_path: Path
) -> None:
    """A command that reads a letter in a cell, looked at all the time that it runs."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Please delete all photos of me. Mara Lind, mara@example.org\n")
    read, write = os.pipe()
    os.write(write, f"{PASSPHRASE}\n".encode())
    os.close(write)
    opens = ["--vault", str(vault), "--passphrase-fd", str(read)]
    command = [*PROGRAM, "case", "new", *opens, "--request", str(letter), "--without-photo"]
    command += ["--law", "eu-gdpr", "--received", "2026-11-03"]
    processes, seen = set(), b""
    with subprocess.Popen(command, pass_fds=(read,), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        os.close(read)
        while running.poll() is None:
            for process in _family(running.pid):
                processes.add(process)
                for name in ("environ", "cmdline"):
                    with suppress(OSError):
                        seen += Path(f"/proc/{process}/{name}").read_bytes()
        assert running.stdout is not None
        assert running.returncode == 0, running.stdout.read()
    assert len(processes) > 2
    assert b"--passphrase-fd" in seen
    assert PASSPHRASE.encode() not in seen


@pytest.mark.long
@_needs_calls
@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra `cluster` is not installed")
def test_a_named_cluster_is_talked_to_by_a_process_of_its_own(vault: Path, tmp_path: Path) -> None:
    """Which alone gets far enough to find that nobody listens there."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/1.jpg").write_bytes(b"no photo")
    opens = ["--vault", str(vault), "--passphrase-file", str(tmp_path / "secret"), "--to", str(tmp_path / "a.dsrindex")]
    done = _program("index", "build", str(tmp_path / "photos"), *opens, "--cluster", "tcp://127.0.0.1:9")
    assert "[CLUSTER-UNREACHABLE]" in done.stderr, done.stderr
