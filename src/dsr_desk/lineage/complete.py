"""Of which models the record says everything that they learned from: stated by sources, all the way up.

Only of such a model can it be said that it was measured against something and did not learn from it. What was trained
on data that nobody can identify, began from weights of which nothing is recorded, or may be the same as something else
has no complete record, nor has what was made from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dsr_desk.core.lineage import Certainty, NodeKind, Role
from dsr_desk.lineage.edges import CERTAINTY_CODE, Mask
from dsr_desk.lineage.importers.draft import KIND_WHY, UNIDENTIFIED
from dsr_desk.lineage.prepared import KINDS

if TYPE_CHECKING:
    from dsr_desk.lineage.graph import Graph

_AS_IT_WAS = (Role.COPY, Role.QUANTISE, Role.MERGE, Role.CONTAIN)
"""Roles by which a model is made from another without further data."""
_HANDS_ON = (Role.SERVE, Role.PASS_ON, Role.ERASE, Role.VALIDATE, Role.EVALUATE)
"""Roles by which nothing enters what stands at the end."""


def completely_recorded(graph: Graph) -> Mask:
    """Which places are models with a complete record."""
    kind = graph.kind[graph.original]
    data, run, model = (kind == KINDS.index(one) for one in (NodeKind.DATASET, NodeKind.RUN, NodeKind.MODEL))
    origin, target = graph.original[graph.origin], graph.original[graph.target]
    enters = ~graph.with_role(*_HANDS_ON)
    # A name for all versions of which nothing is recorded has nothing to hand to any of them.
    contains = graph.with_role(Role.CONTAIN)
    says_something = graph.mask(target[enters & ~contains])
    enters &= ~contains | says_something[origin] | data[origin]
    recorded = enters & (graph.certainty == CERTAINTY_CODE[Certainty.RECORDED])
    taught = graph.mask(target[recorded & graph.with_role(Role.TRAIN) & data[origin]])
    as_it_was = graph.with_role(*_AS_IT_WAS)
    by_run = graph.mask(target[recorded & graph.with_role(Role.PRODUCE) & run[origin] & model[target]])
    copied = graph.mask(target[recorded & as_it_was & model[origin]])
    trains_more = graph.mask(target[enters & ~as_it_was & model[origin] & (model | run)[target]])

    lacking = model & ~taught & ~by_run & (~copied | trains_more)
    makes = graph.mask(origin[enters & run[origin] & model[target]])
    lacking |= run & makes & ~taught & (~copied | trains_more)
    lacking |= graph.mask(target[enters & ~recorded & (model | run)[target]])
    lacking |= graph.marked(UNIDENTIFIED) | graph.marked(KIND_WHY)
    return np.asarray(model & ~graph.folded(graph.walk(np.flatnonzero(lacking).tolist(), enters).reached))
