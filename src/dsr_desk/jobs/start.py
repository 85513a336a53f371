"""Where work is done: by processes of this computer, or by a cluster. Who uses workers need not know which."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from dsr_desk.jobs.cluster import Cluster, ClusterWorkers
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.workers import Recipe, Workers


@dataclass(frozen=True)
class Lent:
    """Workers that were made ready by this recipe, for several jobs one after the other: who lends them closes them."""

    workers: Workers
    recipe: Recipe


Where = int | Cluster | Lent
"""So many processes, a cluster, or what is there already."""


def start_workers(where: Where, recipe: Recipe) -> AbstractContextManager[Workers]:
    """Raises what `ClusterWorkers` raises, and ValueError for lent workers that were made ready by another recipe."""
    if isinstance(where, Lent):
        if where.recipe != recipe:
            raise ValueError("these workers were made ready for another job")
        return nullcontext(where.workers)
    if isinstance(where, Cluster):
        return ClusterWorkers(where, recipe)
    return WorkerPool(where, recipe)
