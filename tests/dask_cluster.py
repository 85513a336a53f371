"""A Dask scheduler and its workers as processes on this computer, and certificates for them."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import subprocess
import sys
import sysconfig
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dsr_desk.jobs.cluster import Cluster

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Certificates:
    authority: Path
    certificate: Path
    key: Path

    @property
    def options(self) -> list[str]:
        return ["--tls-ca-file", str(self.authority), "--tls-cert", str(self.certificate), "--tls-key", str(self.key)]


def certificates(folder: Path) -> Certificates:
    """An authority of its own, and a certificate by it that all sides use."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.UTC)

    def certificate(name: str, public: ec.EllipticCurvePublicKey, issuer: str, ca: bool) -> x509.CertificateBuilder:
        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named(issuer))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
        )

    authority, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    made = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    for path, builder in (
        (made.authority, certificate("authority", authority.public_key(), "authority", ca=True)),
        (made.certificate, certificate("cluster", own.public_key(), "authority", ca=False)),
    ):
        path.write_bytes(builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


@dataclass
class DaskCluster:
    """`workers` are the processes, each with so many `threads`. On the side named by `without_program` this program is
    not installed.
    """

    folder: Path
    count: int = 2
    threads: int = 1
    tls: Certificates | None = None
    without_program: str = ""
    nanny: bool = False
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> DaskCluster:
        self.folder.mkdir(exist_ok=True)
        self._file = self.folder / "scheduler.json"
        protocol = "tls" if self.tls else "tcp"
        self.scheduler = self._start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--protocol",
            protocol,
            "--no-show",
            "--no-dashboard",
        )
        for _ in range(self.count):
            self.add_worker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def add_worker(self) -> subprocess.Popen[bytes]:
        nanny = "--nanny" if self.nanny else "--no-nanny"
        worker = self._start(
            "worker", "--nthreads", str(self.threads), nanny, "--no-dashboard", "--local-directory", str(self.folder)
        )
        self.workers.append(worker)
        return worker

    @property
    def cluster(self) -> Cluster:
        """Once the scheduler and all workers are there."""
        deadline = time.monotonic() + 60
        while not self._file.exists() or self._log("worker").count("Registered to") < self.count:
            assert self.scheduler.poll() is None, self._log("scheduler")
            assert time.monotonic() < deadline, self._log("worker")
            time.sleep(0.02)
        address = json.loads(self._file.read_text())["address"]
        if self.tls is None:
            return Cluster(address)
        return Cluster(address, self.tls.authority, self.tls.certificate, self.tls.key)

    def _log(self, what: str) -> str:
        path = self.folder / f"{what}.log"
        return path.read_text() if path.exists() else ""

    def _start(self, what: str, *options: str) -> subprocess.Popen[bytes]:
        bare = what == self.without_program
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(
                [str(self._other_packages())] if bare else [str(TESTS), str(TESTS / "unit" / "jobs")]
            ),
            "DASK_CONFIG": str(self.folder),
        }
        tls = self.tls.options if self.tls else []
        if what == "worker" and not bare:
            options += ("--preload", "ready_fakes")
        command = [sys.executable, *(["-S"] if bare else []), "-m", f"distributed.cli.dask_{what}", *options, *tls]
        with (self.folder / f"{what}.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--scheduler-file", str(self.folder / "scheduler.json")],
                env=environment,
                stdout=log,
                stderr=log,
            )

    def _other_packages(self) -> Path:
        """All that is installed but this program; for a Python that does not look for more (`-S`)."""
        folder = self.folder / "packages"
        if not folder.exists():
            folder.mkdir()
            for one in Path(sysconfig.get_path("purelib")).iterdir():
                if "dsr_desk" not in one.name:
                    (folder / one.name).symlink_to(one)
        return folder
