"""How far the networks are from what this processor can do: the same multiply-adds as one large matrix product."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dsr_desk.faces.cnn import sizes
from dsr_desk.faces.runtime import session
from dsr_desk.faces.weights import Convolution, DetectorWeights, EmbedderWeights

SIDE = 512


def least_seconds(run: Callable[[], Any], turns: int = 30) -> float:
    """Of the processor, so that what else it does counts for little."""
    best = float("inf")
    for _ in range(turns):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    return best


def seconds_as_matrix_product(multiply_adds: float, *, rounded: bool, turns: int = 30) -> float:
    """`least_seconds` on one thread, in float32 or, `rounded`, in 8-bit integers."""
    product = session(_product(rounded))
    numbers = np.random.default_rng(0)
    one: Any = numbers.integers(0, 256, (SIDE, SIDE)).astype(np.uint8 if rounded else np.float32)
    other: Any = numbers.integers(-63, 64, (SIDE, SIDE)).astype(np.int8 if rounded else np.float32)
    return least_seconds(lambda: product.run(None, {"one": one, "other": other}), turns) * multiply_adds / SIDE**3


def of_detector(weights: DetectorWeights, width: int, height: int, step: float) -> float:
    """Multiply-adds to look at a photo in every size, as dlib defines the network: nothing padded, nothing twice."""
    total = 0.0
    for size in sizes(width, height, 1.0, step):
        total += _of(weights.convolutions, size.height * size.zoom, size.width * size.zoom)
    return total


def of_embedder(weights: EmbedderWeights, side: int = 150) -> float:
    """Multiply-adds for one chip."""
    first, *rest = weights.convolutions
    side = (side - first.kernel.shape[2]) // first.stride + 1
    total = float(first.kernel.size * side**2)
    side = (side - 3) // 2 + 1
    for layer in rest:
        # Layers that halve the side do not pad; all others keep it.
        side = (side - 3) // 2 + 1 if layer.stride == 2 else side
        total += layer.kernel.size * side**2
    return total + weights.matrix.size


def _of(layers: tuple[Convolution, ...], height: int, width: int) -> float:
    total = 0.0
    for layer in layers:
        beyond = layer.kernel.shape[2] - 2 * layer.padding
        height, width = ((length - beyond) // layer.stride + 1 for length in (height, width))
        if height < 1 or width < 1:
            return total
        total += layer.kernel.size * height * width
    return total


def _product(rounded: bool) -> bytes:
    # Slow to import, and whoever only asks the command for help should not wait for it.
    from onnx import TensorProto

    from dsr_desk.faces.graphs import NetworkGraph, ValueInfo

    graph = NetworkGraph()
    graph.add("MatMulInteger" if rounded else "MatMul", "one", "other")
    kinds = (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32) if rounded else (TensorProto.FLOAT,) * 3
    one, other, out = (
        (name, kind, [SIDE, SIDE]) for name, kind in zip(("one", "other", "product"), kinds, strict=True)
    )
    takes: list[ValueInfo] = [one, other]
    return graph.serialized(takes, out)
