"""A reference face seen in several crops: its template is the mean of theirs.

References are few, so looking at them five times costs nothing that anybody would notice; a gallery's faces are
embedded as they are. Both are unit vectors of one network, so their cosine means what it meant: an index stays valid.
What this finds more is in docs/benchmarks.md, with the views that were tried and not taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.faces.engine import Chips, Engine
from dsr_desk.faces.runtime import of_length_one

VIEWS = ((1.0, 0.0), (0.92, 0.0), (1.15, 0.0), (1.0, -0.027), (1.0, 0.027))
"""How many times a chip is enlarged about its middle, and by which part of its side it is moved down."""


def reference_templates(engine: Engine, chips: Chips) -> NDArray[np.float32]:
    """Templates of faces that are searched for, shape (n, dimension), each row of length 1."""
    by_view = [engine.embed(seen(chips, zoom, down)) for zoom, down in VIEWS]
    return of_length_one(np.sum(by_view, axis=0))


def seen(chips: Chips, zoom: float, down: float) -> Chips:
    """The chips enlarged and moved; what comes in from outside repeats the border."""
    if (zoom, down) == (1.0, 0.0):
        return chips
    side = chips.shape[1]
    edge = side // 5
    middle, half = edge + side / 2, side / 2 / zoom
    box = (middle - half, middle - half - down * side, middle + half, middle + half - down * side)
    padded = np.pad(chips, ((0, 0), (edge, edge), (edge, edge), (0, 0)), mode="edge")
    views = [Image.fromarray(chip).resize((side, side), Image.Resampling.BILINEAR, box=box) for chip in padded]
    return np.stack([np.asarray(view) for view in views]) if views else chips
