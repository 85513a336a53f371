"""What erasing from a tar archive costs beside copying the same file to the disk with `cp`."""

from __future__ import annotations

import hashlib
import io
import math
import os
import subprocess
import tarfile
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.search import BenchRow
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.registry import reopen
from dsr_desk.datasets.tar import TarArchive

ERASED = 3
PHOTO = 100_000
"""Bytes of a photo."""
TIMES_COPY = 1 / 2.2
"""Erasing is to take at most 2.2 times as long as a copy that is on the disk."""


def archives_rows(megabytes: int, folder: Path | None = None) -> list[BenchRow]:
    """An archive of photos of so many megabytes in `folder`, which needs room for three; three photos are erased."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "photos.tar"
        doomed = _write(path, megabytes * 1_000_000 // PHOTO)
        start = time.perf_counter()
        copy = path.with_name("copy.tar")
        subprocess.run(["cp", path, copy], check=True)
        _to_disk(copy)
        copied = time.perf_counter() - start
        copy.unlink()
        container = reopen("tar", path, path.name)
        next(iter(container.entries()))  # what cells are forked from has begun
        start = time.perf_counter()
        done = container.erase(doomed)
        erased = time.perf_counter() - start
        assert len(done.erased) == ERASED
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            memory = pool.submit(_memory, path).result()
        what = f"erase {ERASED} of {done.kept + ERASED:,} photos in a tar of {megabytes:,} MB, verified"
        return [
            BenchRow(what, "cp and fsync of the file", round(erased, 2), round(copied, 2), "s", TIMES_COPY),
            BenchRow("most memory while listing it, beyond what the program begins with", "", memory, math.nan, "MB"),
        ]


def _write(path: Path, photos: int) -> list[Doomed]:
    """Returns a photo from the beginning, the middle and the end."""
    chosen = {photos // 10, photos // 2, photos - 2}
    doomed = []
    with tarfile.open(path, "w") as archive:
        for number in range(photos):
            data = b"\xff\xd8\xff\xe0" + os.urandom(PHOTO - 4)
            info = tarfile.TarInfo(f"photos/{number:08d}.jpg")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
            if number in chosen:
                doomed.append(Doomed(info.name, hashlib.sha256(data).hexdigest()))
    _to_disk(path)
    return doomed


def _memory(path: Path) -> float:
    before = _peak()
    for _ in TarArchive(path, path.name).listing():
        pass
    return round((_peak() - before) / 1024, 1)


def _peak() -> int:
    """Kilobytes that this process ever had since it began; `getrusage` counts its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
