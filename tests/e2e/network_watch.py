"""Programs run under an audit hook that notices the use of a network, in them and in every process that they start.

The hook stands in `sitecustomize`, which Python imports first in each process, spawned workers included. One exception:
a Dask cluster that the user named. One process talks to it, and to nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
