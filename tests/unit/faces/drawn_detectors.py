"""Detectors that find red: networks of four families that answer where a cell of their input is all red alone.

So it is known to the pixel where they see a face, and its five points.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDE, TALL = 48.0, 64.0
"""Of the box that SCRFD, YuNet and CenterFace answer with, in pixels of the input; RetinaFace's is a prior of 16."""

FIVE = ((-10.0, -12.0), (10.0, -12.0), (0.0, 0.0), (-8.0, 14.0), (8.0, 14.0))
"""Points, counted from the middle of the box."""


class _Graph:
    def __init__(self, red: int, scale: float, shift: float) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.held: list[onnx.TensorProto] = []
        self.outputs: list[tuple[str, int]] = []
        self._add("Gather", ["x", self.const(np.array([red]))], "red", axis=1)
        self._add("Mul", ["red", self.const(np.float32([scale]))], "scaled")
        self._add("Add", ["scaled", self.const(np.float32([shift]))], "redness")

    def const(self, value: np.ndarray) -> str:
        name = f"c{len(self.held)}"
        self.held.append(numpy_helper.from_array(value, name))
        return name

    def _add(self, kind: str, inputs: list[str], to: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [to], **attributes))
        return to

    def map(self, stride: int) -> str:
        """(1, 1, h, w): how red each cell is."""
        sides = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        return self._add("AveragePool", ["redness"], f"map{stride}", **sides)

    def everywhere(self, of: str, values: np.ndarray, to: str) -> str:
        """The values in every cell, broadcast against what they stand beside."""
        zero = self._add("Mul", [of, self.const(np.zeros_like(values, np.float32))], f"{to}zero")
        return self._add("Add", [zero, self.const(np.asarray(values, np.float32))], to)

    def column(self, stride: int) -> str:
        """(h * w, 1)."""
        return self.shaped(self.map(stride), (-1, 1), f"column{stride}")

    def shaped(self, of: str, shape: tuple[int, ...], to: str) -> str:
        return self._add("Reshape", [of, self.const(np.array(shape))], to)

    def beside(self, parts: list[str], to: str, axis: int = 1) -> str:
        return self._add("Concat", parts, to, axis=axis)

    def model(self, outputs: list[str], size: tuple[int, int] | None) -> bytes:
        sides = ["h", "w"] if size is None else [size[1], size[0]]
        graph = helper.make_graph(
            self.nodes,
            "red",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, *sides])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            self.held,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        return bytes(model.SerializeToString())


def scrfd(size: tuple[int, int] | None = None, points: bool = True) -> bytes:
    """Two anchors a cell, the second of which sees nothing; a box lies about the corner of its cell."""
    graph = _Graph(0, 0.5, 0.5)
    scores, boxes, fives = [], [], []
    for stride in (8, 16, 32):
        one = graph.column(stride)
        none = graph.everywhere(one, np.zeros((1, 1)), f"none{stride}")
        scores.append(graph.shaped(graph.beside([one, none], f"two{stride}"), (-1, 1), f"score{stride}"))
        sides = np.array([[WIDE / 2, TALL / 2, WIDE / 2, TALL / 2]]) / stride
        box = graph.everywhere(one, sides, f"sides{stride}")
        boxes.append(graph.shaped(graph.beside([box, box], f"boxes{stride}"), (-1, 4), f"bbox{stride}"))
        five = graph.everywhere(one, np.array(FIVE).reshape(1, 10) / stride, f"five{stride}")
        fives.append(graph.shaped(graph.beside([five, five], f"fives{stride}"), (-1, 10), f"kps{stride}"))
    return graph.model([*scores, *boxes, *(fives if points else [])], size)


def yunet(size: tuple[int, int] | None = None) -> bytes:
    """One box a cell, about its corner."""
    graph = _Graph(2, 1 / 255, 0.0)
    parts: dict[str, list[str]] = {"cls": [], "obj": [], "bbox": [], "kps": []}
    for stride in (8, 16, 32):
        one = graph.column(stride)
        shift = np.array([[0, 0, np.log(WIDE / stride), np.log(TALL / stride)]])
        sure = graph.everywhere(one, np.ones((1, 1)), f"sure{stride}")
        box = graph.everywhere(one, shift, f"shift{stride}")
        five = graph.everywhere(one, np.array(FIVE).reshape(1, 10) / stride, f"five{stride}")
        for name, value, last in (("cls", one, 1), ("obj", sure, 1), ("bbox", box, 4), ("kps", five, 10)):
            parts[name].append(graph.shaped(value, (1, -1, last), f"{name}_{stride}"))
    return graph.model([name for names in parts.values() for name in names], size)


def centerface(size: tuple[int, int] | None = None) -> bytes:
    """A heat map of cells of four pixels; a box lies about the middle of its cell."""
    graph = _Graph(0, 1 / 255, 0.0)
    heat = graph.map(4)
    sizes = graph.everywhere(heat, np.log(np.array([TALL, WIDE]) / 4).reshape(1, 2, 1, 1), "sizes")
    offsets = graph.everywhere(heat, np.zeros((1, 2, 1, 1)), "offsets")
    parts = [part for x, y in FIVE for part in (y / TALL + 0.5, x / WIDE + 0.5)]
    points = graph.everywhere(heat, np.array(parts).reshape(1, 10, 1, 1), "points")
    return graph.model([heat, sizes, offsets, points], size)


def retinaface(size: tuple[int, int] | None = None, softmax: bool = True) -> bytes:
    """The first prior of the finest cells, of 16 pixels, about their middles; the others see nothing."""
    graph = _Graph(2, 1 / 255, 123 / 255)
    locs, confs, fives = [], [], []
    for stride, first in ((8, 16), (16, 64), (32, 256)):
        one = graph.column(stride)
        none = graph.everywhere(one, np.zeros((1, 1)), f"none{stride}")
        loc = graph.everywhere(one, np.zeros((1, 4)), f"loc{stride}")
        five = graph.everywhere(one, np.array(FIVE).reshape(1, 10) / 0.1 / first / 3, f"five{stride}")
        locs.append(graph.shaped(graph.beside([loc, loc], f"locs{stride}"), (-1, 4), f"l{stride}"))
        fives.append(graph.shaped(graph.beside([five, five], f"fives{stride}"), (-1, 10), f"p{stride}"))
        score = one if stride == 8 else none
        if softmax:
            rest = graph._add("Sub", [graph.const(np.float32([[1]])), score], f"rest{stride}")
            nothing = graph.everywhere(one, np.ones((1, 1)), f"nothing{stride}")
        else:
            score = graph._add("Mul", [score, graph.const(np.float32([[20]]))], f"raised{stride}")
            rest = graph.everywhere(one, np.full((1, 1), 10.0), f"rest{stride}")
            nothing = graph.everywhere(one, np.full((1, 1), 30.0), f"nothing{stride}")
        pairs = graph.beside([rest, score, nothing, none], f"pairs{stride}")
        confs.append(graph.shaped(pairs, (-1, 2), f"s{stride}"))
    named = [graph.beside(parts, name, axis=0) for name, parts in (("loc", locs), ("conf", confs), ("landms", fives))]
    return graph.model(
        [graph.shaped(one, (1, -1, last), f"{one}_") for one, last in zip(named, (4, 2, 10), strict=True)], size
    )
