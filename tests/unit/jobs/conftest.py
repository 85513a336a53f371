"""One cluster for all tests of this folder that do no harm to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dask_cluster import DaskCluster


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A worker below a process that watches it, as clusters have them; it does two tasks at a time."""
    with DaskCluster(tmp_path_factory.mktemp("dask"), 1, threads=2, nanny=True) as started:
        yield started
