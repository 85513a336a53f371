"""ONNX Runtime: sessions on one thread, and chips through them in batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsr_desk.faces.engine import Chips

BATCH = 16

Embedder = Callable[[Chips], NDArray[np.float32]]
"""Chips, shape (n, side, side, 3), to embeddings, shape (n, dimension)."""


def session(graph: bytes, threads: int = 1) -> Any:
    """A graph ready to run, on CUDA or DirectML where the user installed one, else on the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A pattern is kept for each shape of photo, and photos have all shapes: memory would grow and nothing be gained.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(graph, options, providers=_providers())


def has_accelerator() -> bool:
    """Whether graphs run elsewhere than on the processor; integers are faster on the processor alone."""
    return len(_providers()) > 1


def _providers() -> list[str]:
    import onnxruntime

    there = onnxruntime.get_available_providers()
    wanted = ("CUDAExecutionProvider", "DmlExecutionProvider", "CPUExecutionProvider")
    return [name for name in wanted if name in there]


def in_batches(embedder: Embedder, chips: Chips, dimension: int) -> NDArray[np.float32]:
    """Shape (n, dimension), also for no chips at all."""
    parts = [embedder(np.ascontiguousarray(chips[i : i + BATCH])) for i in range(0, len(chips), BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, dimension), np.float32)


def both_ways(embedder: Embedder, chips: Chips) -> NDArray[np.float32]:
    """Templates: the mean of the embeddings of each chip and of its mirror image, of length 1."""
    raw = embedder(np.concatenate([chips, chips[:, :, ::-1]]))
    templates = raw[: len(chips)] + raw[len(chips) :]
    return of_length_one(templates)


def of_length_one(raw: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    return np.asarray(raw / np.maximum(lengths, 1e-9), np.float32)
