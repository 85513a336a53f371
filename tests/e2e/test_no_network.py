"""The program and every process that it starts run under an audit hook that notices the use of a network.

One exception: a Dask cluster that the user named. One process talks to it, and to nothing else.

The hook stands in `sitecustomize`, which Python imports first in each process, spawned workers included.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dask_cluster import DaskCluster

HOOK = """
import os
import sys

REPORT = os.environ["NETWORK_REPORT"]
LOOKUPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
ADDRESSED = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")


ALLOWED = os.environ.get("NETWORK_ALLOWED", "")


def notice(event, arguments):
    if ALLOWED and target_of(event, arguments) in (ALLOWED, ALLOWED.partition(":")[0]):
        with open(REPORT + ".allowed", "a") as report:
            print(os.getpid(), file=report)
    elif event in ADDRESSED and arguments[0].family.name in ("AF_INET", "AF_INET6"):
        refuse(event, arguments[1])
    elif event in LOOKUPS or event.startswith(("http.client.", "urllib.", "ftplib.", "smtplib.", "webbrowser.")):
        refuse(event, arguments[0])


def target_of(event, arguments):
    # What may be allowed: HOST:PORT of a connection, the host of a look-up.
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        return "{}:{}".format(*arguments[1])
    return arguments[0] if event == "socket.getaddrinfo" else None


def refuse(event, target):
    with open(REPORT, "a") as report:
        print(event, target, "in", sys.argv[:2], file=report)
    raise RuntimeError(f"no network: {event}")


with open(REPORT + ".processes", "a") as seen:
    print(os.getpid(), file=seen)
sys.addaudithook(notice)
"""

SPAWNS_A_WORKER_THAT = """
import multiprocessing
import socket

def look_up():
    socket.getaddrinfo("localhost", 80)

def connect():
    with socket.socket() as one:
        one.connect(("127.0.0.1", 9))

def talk_to_a_neighbour():
    left, right = socket.socketpair()
    left.sendall(b"x")
    right.recv(1)
    left.close()
    right.close()

if __name__ == "__main__":
    import sys
    worker = multiprocessing.get_context("spawn").Process(target=globals()[sys.argv[1]])
    worker.start()
    worker.join()
"""

BUILDS_ON_A_CLUSTER = """
import os
import sys
from pathlib import Path

import pyrage
import search_fakes
from dsr_desk.jobs.cluster import Cluster

if __name__ == "__main__":
    address, photos, to = sys.argv[1:]
    addressed = search_fakes.addressed_to(pyrage.x25519.Identity.generate())
    report = search_fakes.build_fake([Path(photos)], Path(to), addressed=addressed, workers=Cluster(address))
    print(os.getpid(), report.faces)
"""

IMPORTS_EVERYTHING = """
import importlib, pkgutil, dsr_desk
for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
    importlib.import_module(module.name)
"""


class Watched:
    """Runs programs under the hook."""

    def __init__(self, folder: Path) -> None:
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(HOOK)
        self._report = folder / "network"
        self._env = {**os.environ, "PYTHONPATH": str(folder / "hook"), "NETWORK_REPORT": str(self._report)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, check=False)

    def allow(self, address: str) -> None:
        """Connections to HOST:PORT are noted, and not refused."""
        self._env["NETWORK_ALLOWED"] = address

    @property
    def allowed(self) -> set[str]:
        """Processes that used what was allowed."""
        return set(Path(f"{self._report}.allowed").read_text().split())

    @property
    def uses(self) -> list[str]:
        return self._report.read_text().splitlines() if self._report.exists() else []

    @property
    def processes(self) -> int:
        return len(set(Path(f"{self._report}.processes").read_text().split()))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.mark.parametrize(("act", "event"), [("look_up", "socket.getaddrinfo"), ("connect", "socket.connect")])
def test_the_hook_sees_what_a_spawned_worker_does(watched: Watched, tmp_path: Path, act: str, event: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(SPAWNS_A_WORKER_THAT)
    watched.run(str(program), act)
    assert [use.split()[0] for use in watched.uses] == [event]
    assert watched.processes >= 2


def test_the_hook_leaves_pipes_between_processes_alone(watched: Watched, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(SPAWNS_A_WORKER_THAT)
    done = watched.run(str(program), "talk_to_a_neighbour")
    assert (done.returncode, watched.uses) == (0, [])


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_the_hook_sees_a_port_being_opened(watched: Watched, family: str) -> None:
    watched.run("-c", f"import socket; socket.socket(socket.{family}).bind(('', 0))")
    assert [use.split()[0] for use in watched.uses] == ["socket.bind"]


def test_no_module_reaches_for_a_network_when_it_is_imported(watched: Watched) -> None:
    done = watched.run("-c", IMPORTS_EVERYTHING)
    assert done.returncode == 0, done.stderr
    assert watched.uses == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_whole_job_touches_no_network(watched: Watched, tmp_path: Path) -> None:
    done = watched.run("-m", "dsr_desk", "demo", "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert watched.uses == []
    assert watched.processes > 1


@pytest.mark.slow
def test_only_the_client_of_a_cluster_talks_and_only_to_the_address_that_was_given(
    watched: Watched, tmp_path: Path
) -> None:
    fakes = Path(__file__).parents[1] / "unit" / "search"
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        (photos / name).write_bytes(png_of_a_fake_face(number))
    program = tmp_path / "program.py"
    program.write_text(f"import sys\nsys.path.append({str(fakes)!r})\n{BUILDS_ON_A_CLUSTER}")
    with DaskCluster(tmp_path / "dask", 1) as dask:
        address = dask.cluster.address
        watched.allow(address.removeprefix("tcp://"))
        done = watched.run(str(program), address, str(photos), str(tmp_path / "i.dsrindex"))
    assert done.returncode == 0, done.stderr
    owner, faces = done.stdout.split()
    assert faces == "2"
    assert watched.uses == []
    assert len(watched.allowed) == 1
    assert owner not in watched.allowed


def png_of_a_fake_face(person: int) -> bytes:
    pixels = np.full((80, 80, 3), 90, np.uint8)
    pixels[0, 0], pixels[1, 0] = (1, 0, 0), (0, person, 0)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
