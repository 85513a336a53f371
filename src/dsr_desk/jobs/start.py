"""Where work is done: by processes of this computer, or by a cluster. Who uses workers need not know which."""

from __future__ import annotations

from dsr_desk.jobs.cluster import Cluster, ClusterWorkers
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.workers import Recipe, Workers

Where = int | Cluster
"""So many processes, or a cluster."""


def start_workers(where: Where, recipe: Recipe) -> Workers:
    """Raises what `ClusterWorkers` raises."""
    if isinstance(where, Cluster):
        return ClusterWorkers(where, recipe)
    return WorkerPool(where, recipe.prepare, recipe.args)
