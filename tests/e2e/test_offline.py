"""Nothing is sent, and nothing is tried: seen from outside, in a network of its own, with nothing that refuses it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import traced
from own_computer import OwnComputer
from traced import Traced

import search_fakes
from dask_cluster import DaskCluster
from dsr_desk.app.sample import copy_sample

HERE = Path(__file__).parent
CAN_TRACE = pytest.mark.skipif(bool(traced.why_not()), reason=traced.why_not())

REACHES_OUT = """
import socket, urllib.request
try:
    urllib.request.urlopen("https://telemetry.example/?device=1")
except OSError:
    pass
for address in ("192.0.2.1", "2001:db8::1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.socket(family, socket.SOCK_DGRAM).connect((address, 9))
    except OSError:
        pass
"""

WRITES = """
import os, subprocess, sys, tempfile, threading
from pathlib import Path
os.umask(0o077)
Path("masked").write_text("")
subprocess.run([sys.executable, "-c", "import os; os.symlink('masked', 'linked'); os.truncate('masked', 0)"])
worker = threading.Thread(target=lambda: (Path("masked").rename("moved"), Path("moved").chmod(0o640)))
worker.start()
worker.join()
"""

IMPORTS_EVERYTHING = """
import importlib, pkgutil, dsr_desk
for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
    importlib.import_module(module.name)
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


@cache
def why_no_network() -> str:
    """Why no program can have a network of its own here, "" where one can."""
    tried = subprocess.run([*traced.as_root("--net", "--mount"), "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "a network of one's own is not permitted here"


HAS_NETWORK = pytest.mark.skipif(bool(why_no_network()), reason=why_no_network())


@dataclass(frozen=True)
class Heard:
    """What came to the name server and to those who listen, and all that the kernel sent."""

    names: list[str]
    ports: list[int]
    sent: dict[str, int]


@dataclass
class OwnNetwork:
    report: Path

    @property
    def begin(self) -> tuple[str | Path, ...]:
        return (*traced.as_root("--net", "--mount"), sys.executable, HERE / "own_network.py", self.report)

    @property
    def heard(self) -> Heard:
        return Heard(**json.loads(self.report.read_text()))


@pytest.fixture
def network(tmp_path: Path) -> OwnNetwork:
    return OwnNetwork(tmp_path / "heard.json")


@CAN_TRACE
@HAS_NETWORK
@pytest.mark.parametrize("unconfined", [False, True])
def test_what_a_program_tries_is_noticed_in_its_calls_by_the_name_server_and_in_what_was_sent(
    tmp_path: Path, network: OwnNetwork, unconfined: bool
) -> None:
    seen = Traced(tmp_path / "trace", places=True, unconfined=unconfined)
    done = seen.run(sys.executable, "-c", REACHES_OUT, begin=network.begin)
    assert done.returncode == 0, done.stderr
    heard = network.heard
    assert "telemetry.example" in heard.names
    assert heard.ports == [443]
    assert {"Udp:OutDatagrams", "Tcp:ActiveOpens", "Ip:OutNoRoutes", "Ip6OutNoRoutes"} <= heard.sent.keys()
    by_python = [call for call in seen.network if any("_socket" in place for place in call.places)]
    assert {"AF_INET", "AF_INET6"} <= {word for call in by_python for word in call.arguments.split(", ")}


@CAN_TRACE
def test_what_a_program_writes_is_noticed_in_threads_and_children_with_the_rights_that_it_gives(
    tmp_path: Path,
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    seen = Traced(tmp_path / "trace")
    done = seen.run(sys.executable, "-B", "-c", WRITES, at=work)
    assert done.returncode == 0, done.stderr
    written = {path for path in seen.changed if path.is_relative_to(work) or not path.is_absolute()}
    assert {path.name for path in written} == {"masked", "linked", "moved"}
    assert [(call.name, oct(call.rights)) for call in seen.readable_by_others] == [("chmod", "0o640")]
    assert len(seen.processes) == 2


@CAN_TRACE
def test_a_program_that_writes_before_it_takes_rights_away_is_noticed(tmp_path: Path) -> None:
    seen = Traced(tmp_path / "trace")
    seen.run(sys.executable, "-B", "-c", "import os; open('first', 'w'); os.umask(0o77); os.umask(0o22)", at=tmp_path)
    assert [call.name for call in seen.readable_by_others] == ["openat", "umask"]


@CAN_TRACE
@HAS_NETWORK
@pytest.mark.usefixtures("qt")
def test_no_module_reaches_for_a_network_when_it_is_imported(tmp_path: Path, network: OwnNetwork) -> None:
    seen = Traced(tmp_path / "trace", OwnComputer(tmp_path).environment, places=True)
    done = seen.run(sys.executable, "-c", IMPORTS_EVERYTHING, begin=network.begin)
    assert done.returncode == 0, done.stderr
    assert seen.network == []
    assert network.heard == Heard([], [], {})


@pytest.mark.slow
@CAN_TRACE
@HAS_NETWORK
def test_with_nothing_that_refuses_it_a_command_that_reads_a_letter_tries_to_reach_nobody(
    tmp_path: Path, network: OwnNetwork
) -> None:
    letter = copy_sample(tmp_path / "sample").letter
    seen = Traced(
        tmp_path / "trace", OwnComputer(tmp_path).environment | {"VISIT_OPEN": "1"}, places=True, unconfined=True
    )
    done = seen.run(sys.executable, HERE / "visit.py", "case", "read", letter, "--json", begin=network.begin)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert network.heard == Heard([], [], {})
    assert seen.network == []


@pytest.mark.long
@CAN_TRACE
@HAS_NETWORK
@pytest.mark.usefixtures("qt")
def test_with_nothing_that_refuses_it_neither_the_demo_nor_the_windows_try_to_reach_anybody(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    visit = {"VISIT_OPEN": "1", "VISIT_VAULT": str(out / "vault"), "VISIT_OUT": str(out / "sealed")}
    environment = OwnComputer(tmp_path).environment | visit
    for command in (("demo", "--out", str(out)), ()):
        name = " ".join(command[:1]) or "windows"
        network = OwnNetwork(tmp_path / f"heard of {name}.json")
        seen = Traced(tmp_path / f"trace of {name}", environment, places=True, unconfined=True)
        done = seen.run(sys.executable, HERE / "visit.py", *command, begin=network.begin)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert network.heard == Heard([], [], {})
        assert seen.network == []
    assert list((out / "sealed").iterdir())


@pytest.mark.slow
@CAN_TRACE
def test_only_the_client_of_a_cluster_talks_and_only_to_the_address_that_was_given(tmp_path: Path) -> None:
    fakes = Path(search_fakes.__file__).parent
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        (photos / name).write_bytes(search_fakes.photo((number, 1)))
    program = tmp_path / "program.py"
    program.write_text(f"import sys\nsys.path.append({str(fakes)!r})\n{BUILDS_ON_A_CLUSTER}")
    seen = Traced(tmp_path / "trace")
    with DaskCluster(tmp_path / "dask", 1) as dask:
        address = dask.cluster.address
        done = seen.run(sys.executable, program, address, photos, tmp_path / "i.dsrindex")
    assert done.returncode == 0, done.stderr
    owner, faces = done.stdout.split()
    assert faces == "2"
    port = address.rpartition(":")[2]
    connected = [call for call in seen.network if call.name == "connect"]
    assert {call.process for call in seen.network} == {connected[0].process}
    assert connected[0].process != int(owner)
    assert all(f"htons({port})" in call.arguments and '"127.0.0.1"' in call.arguments for call in connected)
