"""Building an index on a Dask cluster: the same index, whatever becomes of its workers, and no key outside."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest

import search_fakes
from dask_cluster import DaskCluster, certificates
from dsr_desk.jobs.cluster import ClusterLost
from dsr_desk.jobs.progress import Progress
from dsr_desk.search.index import build as build_module
from dsr_desk.search.index.build import Addressed
from dsr_desk.search.index.folder import Index, IndexUnfinished, read_index_key
from search_fakes import build_fake, contents, photo

pytestmark = pytest.mark.slow

PHOTOS = 240


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "photos"
    folder.mkdir()
    for number in range(PHOTOS):
        (folder / f"{number:03}.png").write_bytes(photo((number, 0), (number // 3, 1)))
    (folder / "100_crash.png").write_bytes(search_fakes.crashing_photo())
    (folder / "none.png").write_bytes(photo())
    (folder / "broken.png").write_bytes(b"no photo at all")
    (folder / "007.json").write_text('{"email": "a@x.org"}')
    return folder


@pytest.fixture(scope="module")
def without_cluster(photos: Path, tmp_path_factory: pytest.TempPathFactory, addressed: Addressed) -> dict[str, object]:
    to = tmp_path_factory.mktemp("local") / "i.dsrindex"
    build_fake([photos], to, addressed=addressed, thumbnails=True)
    return contents(to, addressed)


@pytest.mark.parametrize(
    "encrypted",
    [pytest.param(False, id="tcp on this computer", marks=pytest.mark.long), pytest.param(True, id="mutual TLS")],
)
def test_a_cluster_that_loses_a_worker_gives_the_same_index(
    encrypted: bool,
    photos: Path,
    without_cluster: dict[str, object],
    tmp_path: Path,
    addressed: Addressed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(build_module, "REPORT_SECONDS", 0)
    to = tmp_path / "i.dsrindex"
    tls = certificates(tmp_path / "tls") if encrypted else None
    with DaskCluster(tmp_path / "dask", 2, tls=tls) as dask:
        killed = []

        def kill_one(moment: Progress) -> None:
            if moment.done >= 40 and not killed:
                killed.append(moment.done)
                dask.workers[0].kill()

        report = build_fake([photos], to, addressed=addressed, thumbnails=True, workers=dask.cluster, report=kill_one)
        assert dask.workers[0].wait() != 0
        assert dask.workers[1].poll() is None
    assert 40 <= killed[0] < PHOTOS
    assert report.ledger["crashed"] == 1
    assert contents(to, addressed) == without_cluster


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
            if moment.done >= 100:
                dask.scheduler.kill()

        with pytest.raises(ClusterLost):
            build_fake([photos], to, addressed=addressed, thumbnails=True, workers=dask.cluster, report=kill)
    with pytest.raises(IndexUnfinished):
        Index.open(to, addressed.secret)
    build_fake([photos], to, addressed=addressed, thumbnails=True)
    assert contents(to, addressed) == without_cluster


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another process is read from /proc")
def test_no_process_beside_this_one_holds_a_key(
    photos: Path, tmp_path: Path, addressed: Addressed, monkeypatch
) -> None:
    monkeypatch.setattr(build_module, "REPORT_SECONDS", 0)
    to = tmp_path / "i.dsrindex"
    seen: dict[int, bytes] = {}
    with DaskCluster(tmp_path / "dask", 1) as dask:

        def look(moment: Progress) -> None:
            if moment.done >= 20 and not seen:
                client = next(one for one in multiprocessing.active_children() if one.pid)
                for process in (client.pid, dask.scheduler.pid, dask.workers[0].pid):
                    assert process is not None
                    seen[process] = memory_of(process)

        build_fake([photos], to, addressed=addressed, workers=dask.cluster, report=look)
    key = read_index_key(to, addressed.secret)
    assert len(seen) == 3
    for content in seen.values():
        assert b"dsr_desk" in content
        assert key not in content
        assert key.hex().encode() not in content.lower()
        assert addressed.secret.identity.encode() not in content


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
