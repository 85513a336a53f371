"""dlib's embedder as an ONNX graph, and what making graphs takes: the same numbers, run by ONNX Runtime.

The normalisation of the pixels is folded into the first convolution, which is exact because neither network pads there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from dsr_desk.faces.weights import Convolution, EmbedderWeights

OPSET = 18

ValueInfo = tuple[str, Any, list[Any]]
"""Name, type of ONNX and shape of what a graph takes or gives; lengths that vary have names."""

MEAN_COLOUR = np.array([122.782, 117.001, 104.298], np.float64)
COLOUR_RANGE = 256.0


MICROSOFT = "com.microsoft"
"""Operators of ONNX Runtime's own, among them convolutions of integers whose channels come last."""


@dataclass
class NetworkGraph:
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, values: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def convolution(self, x: str, layer: Convolution) -> str:
        rows, columns = layer.kernel.shape[2:]
        return self.add(
            "Conv",
            x,
            self.constant(layer.kernel),
            self.constant(layer.bias),
            kernel_shape=[rows, columns],
            strides=[layer.stride] * 2,
            pads=padding(layer),
        )

    def serialized(self, takes: ValueInfo | Sequence[ValueInfo], gives: ValueInfo) -> bytes:
        """The graph whose last node gives the answer."""
        self.nodes[-1].output[0] = gives[0]
        inputs = [helper.make_tensor_value_info(*value) for value in ([takes] if isinstance(takes, tuple) else takes)]
        outputs = [helper.make_tensor_value_info(*gives)]
        graph = helper.make_graph(self.nodes, "network", inputs, outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def padding(layer: Convolution) -> list[int]:
    """Rows and columns around what the layer reads, before and behind: none along a side of one."""
    pads = [layer.padding if side > 1 else 0 for side in layer.kernel.shape[2:]]
    return pads * 2


def with_raw_pixels(layer: Convolution) -> Convolution:
    """The same layer for pixels from 0 to 255 instead of normalised ones."""
    kernel = layer.kernel.astype(np.float64) / COLOUR_RANGE
    bias = layer.bias - np.einsum("fcij,c->f", kernel, MEAN_COLOUR)
    return Convolution(kernel.astype(np.float32), bias.astype(np.float32), layer.stride, layer.padding)


def resize_graph() -> bytes:
    """photo: uint8 (1, rows, columns, 3) and size: int64 (2), rows and columns -> the photo in that size, bilinear."""
    graph = NetworkGraph()
    to = graph.add("Concat", graph.constant(np.array([1])), "size", graph.constant(np.array([3])), axis=0)
    graph.add("Resize", "photo", "", "", to, mode="linear", coordinate_transformation_mode="half_pixel")
    photo: ValueInfo = ("photo", TensorProto.UINT8, [1, "rows", "columns", 3])
    size: ValueInfo = ("size", TensorProto.INT64, [2])
    return graph.serialized([photo, size], ("resized", TensorProto.UINT8, [1, "down", "across", 3]))


def embedder_graph(weights: EmbedderWeights) -> bytes:
    """photo: uint8 (n, 150, 150, 3) -> embeddings: float32 (n, 128), as dlib gives them (not of length 1)."""
    graph = NetworkGraph()
    x = graph.add("Cast", "photo", to=TensorProto.FLOAT)
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    layers = list(weights.convolutions)
    x = graph.add("Relu", graph.convolution(x, with_raw_pixels(layers[0])))
    x = graph.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])
    side = 35
    for first, second in zip(layers[1::2], layers[2::2], strict=True):
        inner = graph.add("Relu", graph.convolution(x, first))
        inner = graph.convolution(inner, second)
        if first.stride == 2:
            x, inner, side = _narrowed(graph, x, inner, side, first.kernel.shape)
        x = graph.add("Relu", graph.add("Add", inner, x))
    x = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    graph.add("MatMul", x, graph.constant(weights.matrix))
    photo = ("photo", TensorProto.UINT8, ["n", 150, 150, 3])
    return graph.serialized(photo, ("embeddings", TensorProto.FLOAT, ["n", 128]))


def _narrowed(graph: NetworkGraph, x: str, inner: str, side: int, shape: tuple[int, ...]) -> tuple[str, str, int]:
    """Side path and inner path of a block that halves the size, each padded with zeros at the end to the other."""
    filters, channels = shape[:2]
    pooled, convolved = side // 2, (side - 3) // 2 + 1
    x = graph.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    if filters > channels:
        x = graph.add("Pad", x, graph.constant(np.array([0, 0, 0, 0, 0, filters - channels, 0, 0], np.int64)))
    if pooled > convolved:
        more = pooled - convolved
        inner = graph.add("Pad", inner, graph.constant(np.array([0, 0, 0, 0, 0, 0, more, more], np.int64)))
    return x, inner, pooled
