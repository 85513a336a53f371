"""The built-in networks, ready to run: read from installed weights, made into graphs once and kept.

The package that writes graphs is slow to import, and only a cold cache needs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from dsr_desk.core.canonical import digest_of
from dsr_desk.core.message import message
from dsr_desk.faces.centerface import CenterFace
from dsr_desk.faces.cnn import CnnDetector, Networks
from dsr_desk.faces.dlib_detectors import DlibDetectors
from dsr_desk.faces.model_cache import cached
from dsr_desk.faces.presets import DlibSettings
from dsr_desk.faces.runtime import has_accelerator, session
from dsr_desk.faces.weights import (
    CENTERFACE_FILE,
    DETECTOR_FILE,
    DetectorWeights,
    WeightsUnknown,
    read_detector,
    read_embedder,
    weight_file,
)

GRAPH_VERSION = 2
"""To be raised with every change of `graphs` and `detector_graphs`: cached graphs are made again."""


def centerface(threads: int = 1) -> CenterFace:
    """Raises WeightsMissing, WeightsUnknown."""
    data = weight_file(CENTERFACE_FILE).read_bytes()

    def graph() -> bytes:
        from dsr_desk.faces.detector_graphs import centerface_graph

        try:
            return centerface_graph(data)
        except Exception as error:  # ONNX raises what has no common base
            raise WeightsUnknown(file=CENTERFACE_FILE, why=message("why.weights.no-detector")) from error

    return CenterFace(session(_kept("centerface", _digest(data), graph), threads), _resize(threads))


def dlib_detectors(settings: DlibSettings, threads: int = 1) -> DlibDetectors:
    """Raises WeightsMissing, WeightsUnknown."""
    data = weight_file(DETECTOR_FILE).read_bytes()
    weights = read_detector(data)
    networks = _of_detector(weights, _digest(data), rounded=settings.rounded, threads=threads)
    return DlibDetectors(CnnDetector(networks, weights.window, weights.overlap), settings)


def embedder(data: bytes, threads: int = 1) -> Any:
    """`data` is the weights' file. Raises WeightsUnknown."""

    def graph() -> bytes:
        from dsr_desk.faces.graphs import embedder_graph

        return embedder_graph(read_embedder(data))

    return session(_kept("embedder", _digest(data), graph), threads)


def _of_detector(weights: DetectorWeights, digest: str, *, rounded: bool, threads: int) -> Networks:
    rounded = rounded and not has_accelerator()

    def front(doubled: bool) -> Callable[[], bytes]:
        def graph() -> bytes:
            from dsr_desk.faces.detector_graphs import front_graph

            return front_graph(weights, doubled=doubled, rounded=rounded)

        return graph

    def back() -> bytes:
        from dsr_desk.faces.detector_graphs import back_graph

        return back_graph(weights, rounded=rounded)

    kind = "-rounded" * rounded
    return Networks(
        front=session(_kept(f"detector-front{kind}", digest, front(False)), threads),
        doubled=session(_kept(f"detector-doubled{kind}", digest, front(True)), threads),
        back=session(_kept(f"detector-back{kind}", digest, back), threads),
        resize=_resize(threads),
    )


def _resize(threads: int) -> Any:
    def graph() -> bytes:
        from dsr_desk.faces.graphs import resize_graph

        return resize_graph()

    return session(_kept("resize", "", graph), threads)


def _kept(name: str, weights_digest: str, make: Callable[[], bytes]) -> bytes:
    return cached(name, digest_of([name, GRAPH_VERSION, weights_digest]), make)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
