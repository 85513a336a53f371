"""dlib's two networks as ONNX graphs: the same numbers, run by ONNX Runtime.

The normalisation of the pixels is folded into the first convolution, which is exact because neither network pads there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from dsr_desk.faces.weights import Convolution, DetectorWeights, EmbedderWeights

OPSET = 18
BLOCK = 16
MEAN_COLOUR = np.array([122.782, 117.001, 104.298], np.float64)
COLOUR_RANGE = 256.0

LARGEST_ACTIVATIONS = (6.5, 7.5, 4.2, 4.2, 7.5, 13.5)
"""What the layers of the detector reach on photos; larger values are cut off where it calculates in integers."""

LARGEST_WEIGHT = 63
"""Weights keep 7 bits: with 8, processors without their own instruction for it overflow."""


@dataclass
class _Graph:
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def constant(self, values: Any, name: str = "") -> str:
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def convolution(self, x: str, layer: Convolution) -> str:
        size = layer.kernel.shape[2]
        return self.add(
            "Conv",
            x,
            self.constant(layer.kernel),
            self.constant(layer.bias),
            kernel_shape=[size, size],
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )

    def serialized(self, shape: list[int | str], out: str, out_shape: list[int | str]) -> bytes:
        self.nodes[-1].output[0] = out
        graph = helper.make_graph(
            self.nodes,
            "network",
            [helper.make_tensor_value_info("photo", TensorProto.UINT8, shape)],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, out_shape)],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def with_raw_pixels(layer: Convolution) -> Convolution:
    """The same layer for pixels from 0 to 255 instead of normalised ones."""
    kernel = layer.kernel.astype(np.float64) / COLOUR_RANGE
    bias = layer.bias - np.einsum("fcij,c->f", kernel, MEAN_COLOUR)
    return Convolution(kernel.astype(np.float32), bias.astype(np.float32), layer.stride, layer.padding)


def on_doubled_pixels(layer: Convolution) -> Convolution:
    """What a 5x5 layer of stride 2 gives on a photo doubled bilinearly, as a 4x4 layer of stride 1 on the photo itself.

    Its first answer is the second of the original, whose first needs the pixel before the photo.
    """
    doubling = np.array([[1, 3, 0, 0], [0, 3, 1, 0], [0, 1, 3, 0], [0, 0, 3, 1], [0, 0, 1, 3]]) / 4
    kernel = np.einsum("fcij,ip,jq->fcpq", layer.kernel.astype(np.float64), doubling, doubling)
    return Convolution(kernel.astype(np.float32), layer.bias, 1, 0)


def detector_graph(weights: DetectorWeights, *, doubled: bool = False, rounded: bool = False) -> bytes:
    """photo: uint8 (n, rows, columns, 3) -> scores: float32 (n, 1, cells down, cells across); over 0 is a face.

    With `doubled` the scores are those of the photo at twice its size, without ever making it that large. With
    `rounded` the layers in the middle calculate in 8-bit integers: faster, and a few hundredths off.
    """
    graph = _Graph()
    x = graph.add("Cast", "photo", to=TensorProto.FLOAT)
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    layers = [with_raw_pixels(weights.convolutions[0]), *weights.convolutions[1:]]
    if doubled:
        layers[0] = on_doubled_pixels(layers[0])
    blocks = []
    channels = 3
    for layer in layers[:-1]:
        blocks.append(_in_blocks(layer, channels))
        channels = blocks[-1].kernel.shape[0]
    x = graph.add("Relu", graph.convolution(x, blocks[0]))
    if rounded:
        x = _in_bytes(graph, x, blocks[1:])
    else:
        for layer in blocks[1:]:
            x = graph.add("Relu", graph.convolution(x, layer))
    _row_by_row(graph, x, _in_blocks(layers[-1], channels, 1))
    return graph.serialized(["n", "rows", "columns", 3], "scores", ["n", 1, "down", "across"])


def _in_blocks(layer: Convolution, channels: int, block: int = BLOCK) -> Convolution:
    """The same layer with channels that are zero, so that their number is a multiple of what fast kernels work on."""
    filters = layer.kernel.shape[0]
    more = -filters % block
    kernel = np.pad(layer.kernel, ((0, more), (0, channels - layer.kernel.shape[1]), (0, 0), (0, 0)))
    return Convolution(kernel, np.pad(layer.bias, (0, more)), layer.stride, layer.padding)


def _in_bytes(graph: _Graph, x: str, layers: list[Convolution]) -> str:
    """Convolutions with ReLU, in 8-bit integers. What is below zero rounds to zero, which is the ReLU."""
    zero = graph.constant(np.array(0, np.uint8))
    scale = LARGEST_ACTIVATIONS[0] / 255
    scale_name = graph.constant(np.array(scale, np.float32))
    x = graph.add("QuantizeLinear", x, scale_name, zero)
    for layer, largest in zip(layers, LARGEST_ACTIVATIONS[1:], strict=True):
        peaks = np.abs(layer.kernel).max(axis=(1, 2, 3)).astype(np.float64)
        steps = np.where(peaks > 0, peaks, 1.0) / LARGEST_WEIGHT
        kernel = np.rint(layer.kernel / steps[:, None, None, None]).astype(np.int8)
        bias = np.rint(layer.bias / (steps * scale)).astype(np.int32)
        next_scale_name = graph.constant(np.array(largest / 255, np.float32))
        size = layer.kernel.shape[2]
        x = graph.add(
            "QLinearConv",
            *(x, scale_name, zero),
            *(graph.constant(kernel), graph.constant(steps.astype(np.float32))),
            graph.constant(np.zeros(len(steps), np.int8)),
            *(next_scale_name, zero),
            graph.constant(bias),
            kernel_shape=[size, size],
            strides=[layer.stride] * 2,
            pads=[layer.padding] * 4,
        )
        scale, scale_name = largest / 255, next_scale_name
    return graph.add("DequantizeLinear", x, scale_name, zero)


def _row_by_row(graph: _Graph, x: str, layer: Convolution) -> None:
    """A convolution with one filter as one filter for each of its rows, then their sum, each row at its height.

    Fast kernels make 16 filters at once whether they are asked for 1 or 9.
    """
    _, channels, rows, columns = layer.kernel.shape
    by_row = layer.kernel[0].transpose(1, 0, 2).reshape(rows, channels, 1, columns)
    by_row = np.pad(by_row, ((0, -rows % BLOCK), (0, 0), (0, 0), (0, 0)))
    x = graph.add(
        "Conv",
        x,
        graph.constant(by_row),
        kernel_shape=[1, columns],
        pads=[0, layer.padding, 0, layer.padding],
    )
    heights = np.zeros((1, by_row.shape[0], rows, 1), np.float32)
    heights[0, np.arange(rows), np.arange(rows), 0] = 1.0
    graph.add(
        "Conv",
        x,
        graph.constant(heights),
        graph.constant(layer.bias),
        kernel_shape=[rows, 1],
        pads=[layer.padding, 0, layer.padding, 0],
    )


def embedder_graph(weights: EmbedderWeights) -> bytes:
    """photo: uint8 (n, 150, 150, 3) -> embeddings: float32 (n, 128), as dlib gives them (not of length 1)."""
    graph = _Graph()
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
    return graph.serialized(["n", 150, 150, 3], "embeddings", ["n", 128])


def _narrowed(graph: _Graph, x: str, inner: str, side: int, shape: tuple[int, ...]) -> tuple[str, str, int]:
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
