"""The hook notices each use of a network; of a cluster the client alone talks. The demo is watched in its own test."""

from __future__ import annotations

from pathlib import Path

import pytest
from network_watch import Watched

import search_fakes
from dask_cluster import DaskCluster

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


@pytest.mark.usefixtures("qt")
def test_no_module_reaches_for_a_network_when_it_is_imported(watched: Watched) -> None:
    done = watched.run("-c", IMPORTS_EVERYTHING)
    assert done.returncode == 0, done.stderr
    assert watched.uses == []


@pytest.mark.slow
def test_only_the_client_of_a_cluster_talks_and_only_to_the_address_that_was_given(
    watched: Watched, tmp_path: Path
) -> None:
    fakes = Path(search_fakes.__file__).parent
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        (photos / name).write_bytes(search_fakes.photo((number, 1)))
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
