"""Building an index on a Dask cluster: the same index, whatever becomes of its workers, and no key outside."""

from __future__ import annotations

import multiprocessing
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import search_fakes
from dask_cluster import DaskCluster, certificates
from dsr_desk.jobs.cluster import ClusterLost
from dsr_desk.jobs.progress import Progress
from dsr_desk.search.index import build as build_module
from dsr_desk.search.index.build import Addressed, BuildReport
from dsr_desk.search.index.folder import Index, IndexUnfinished, read_index_key
from search_fakes import build_fake, contents, photo

pytestmark = pytest.mark.slow

PHOTOS = 60


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "photos"
    folder.mkdir()
    for number in range(PHOTOS):
        (folder / f"{number:03}.png").write_bytes(photo((number, 0), (number // 3, 1)))
    (folder / "030_crash.png").write_bytes(search_fakes.crashing_photo())
    (folder / "none.png").write_bytes(photo())
    (folder / "broken.png").write_bytes(b"no photo at all")
    (folder / "007.json").write_text('{"email": "a@x.org"}')
    return folder


@pytest.fixture(scope="module")
def without_cluster(photos: Path, tmp_path_factory: pytest.TempPathFactory, addressed: Addressed) -> dict[str, object]:
    to = tmp_path_factory.mktemp("local") / "i.dsrindex"
    build_fake([photos], to, addressed=addressed, thumbnails=True)
    return contents(to, addressed)


@dataclass(frozen=True)
class Built:
    """An index that was made on two workers, one of which was killed; what processes beside this one held meanwhile."""

    to: Path
    report: BuildReport
    killed_at: int
    held: dict[int, bytes]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(False, id="tcp on this computer", marks=pytest.mark.long),
        pytest.param(True, id="mutual TLS"),
    ],
)
def built(
    request: pytest.FixtureRequest, photos: Path, addressed: Addressed, tmp_path_factory: pytest.TempPathFactory
) -> Built:
    folder = tmp_path_factory.mktemp("built")
    tls = certificates(folder / "tls") if request.param else None
    held: dict[int, bytes] = {}
    killed: list[int] = []
    with pytest.MonkeyPatch.context() as patch, DaskCluster(folder / "dask", 2, tls=tls) as dask:
        patch.setattr(build_module, "REPORT_SECONDS", 0)

        def look_and_kill(moment: Progress) -> None:
            if moment.done >= 5 and not held and sys.platform == "linux":
                client = next(one for one in multiprocessing.active_children() if one.pid)
                for process in (client.pid, dask.scheduler.pid, *(one.pid for one in dask.workers)):
                    assert process is not None
                    held[process] = memory_of(process)
            if moment.done >= 15 and not killed:
                killed.append(moment.done)
                dask.workers[0].kill()

        report = build_fake(
            [photos], folder / "i.dsrindex", addressed=addressed, thumbnails=True, workers=dask.cluster,
            report=look_and_kill,
        )  # fmt: skip
        assert dask.workers[0].wait() != 0
        assert dask.workers[1].poll() is None
    return Built(folder / "i.dsrindex", report, killed[0], held)


def test_a_cluster_that_loses_a_worker_gives_the_same_index(
    built: Built, without_cluster: dict[str, object], addressed: Addressed
) -> None:
    assert 15 <= built.killed_at < PHOTOS
    assert built.report.ledger["crashed"] == 1
    assert contents(built.to, addressed) == without_cluster


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another process is read from /proc")
def test_no_process_beside_this_one_holds_a_key(built: Built, addressed: Addressed) -> None:
    key = read_index_key(built.to, addressed.secret)
    assert len(built.held) == 4
    for content in built.held.values():
        assert b"dsr_desk" in content
        assert key not in content
        assert key.hex().encode() not in content.lower()
        assert addressed.secret.identity.encode() not in content


def test_an_index_goes_on_without_a_cluster_that_was_lost(
    photos: Path,
    without_cluster: dict[str, object],
    tmp_path: Path,
    addressed: Addressed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build_module, "REPORT_SECONDS", 0)
    to = tmp_path / "i.dsrindex"
    with DaskCluster(tmp_path / "dask", 1) as dask:

        def kill(moment: Progress) -> None:
            if moment.done >= 25:
                dask.scheduler.kill()

        with pytest.raises(ClusterLost):
            build_fake([photos], to, addressed=addressed, thumbnails=True, workers=dask.cluster, report=kill)
    with pytest.raises(IndexUnfinished):
        Index.open(to, addressed.secret)
    build_fake([photos], to, addressed=addressed, thumbnails=True)
    assert contents(to, addressed) == without_cluster


def memory_of(process: int) -> bytes:
    """All that a process can write to."""
    parts = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            where, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(one, 16) for one in where.split("-"))
            memory.seek(start)
            try:
                parts.append(memory.read(end - start))
            except OSError:
                continue
    return b"".join(parts)
