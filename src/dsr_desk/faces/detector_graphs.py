"""dlib's CNN face detector as two ONNX graphs: pixels to features, a strip at a time, and features to scores.

Cut where a photo has become an eighth as wide: what goes over the cut is small, so parts of a photo need not overlap by
all that one answer depends on, and what the first layers hold at a time stays in the processor's cache.

Each graph comes in float32, which gives dlib's numbers, and rounded to 8-bit integers: four times as fast, and a few
hundredths off.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from dsr_desk.faces.cnn import COLUMNS
from dsr_desk.faces.graphs import MICROSOFT, NetworkGraph, ValueInfo, padding, with_raw_pixels
from dsr_desk.faces.weights import Convolution, DetectorWeights

CUT = 3
"""Layers before the cut. The first halves the photo (or, where it doubles it, keeps its size), two halve it again."""

BLOCK = 16
FEATURES = 32

LARGEST_ACTIVATIONS = (6.5, 7.5, 4.2, 4.2, 7.5, 13.5)
"""What the layers reach on photos; larger values are cut off where they are rounded."""

LOWEST_ROW, HIGHEST_ROW = -0.8, 0.6
"""Between these lies what a row of the last layer adds to a score where there is a face or nearly one."""

LARGEST_WEIGHT = 63
"""Weights keep 7 bits: with 8, processors without their own instruction for it overflow."""


def front_graph(weights: DetectorWeights, *, doubled: bool = False, rounded: bool = False) -> bytes:
    """photo: uint8 (n, rows, columns / 4, 12) -> features (n, down, across, 32), float32 or, rounded, uint8.

    The photo is (n, rows, columns, 3) with a multiple of 4 columns, shaped anew. With `doubled` the features are those
    of the photo at twice its size, without ever making it that large.
    """
    layers = [with_raw_pixels(weights.convolutions[0]), *weights.convolutions[1:CUT]]
    if doubled:
        layers[0] = on_doubled_pixels(layers[0])
    layers = _in_blocks(layers, 3)
    graph = NetworkGraph()
    photo: ValueInfo = ("photo", TensorProto.UINT8, ["n", "rows", "blocks", 3 * COLUMNS])
    if rounded:
        _rounded_layers(graph, "photo", 1.0, layers, LARGEST_ACTIVATIONS[:CUT], pixels=True)
        return graph.serialized(photo, _features(rounded))
    x = graph.add("Reshape", "photo", graph.constant(np.array([0, 0, -1, 3])))
    x = graph.add("Transpose", graph.add("Cast", x, to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    for layer in layers:
        x = graph.add("Relu", graph.convolution(x, layer))
    graph.add("Transpose", x, perm=[0, 2, 3, 1])
    return graph.serialized(photo, _features(rounded))


def back_graph(weights: DetectorWeights, *, rounded: bool = False) -> bytes:
    """features (n, down, across, 32) -> scores: float32 (n, 1, down, across); over 0 is a face."""
    layers = _in_blocks(weights.convolutions[CUT:-1], FEATURES)
    last = _in_blocks(weights.convolutions[-1:], layers[-1].kernel.shape[0], block=1)[0]
    rows, heights = _by_row(last)
    graph = NetworkGraph()
    if rounded:
        scale = LARGEST_ACTIVATIONS[CUT - 1] / 255
        x = _rounded_layers(graph, "features", scale, layers, LARGEST_ACTIVATIONS[CUT:])
        x = _rounded_rows(graph, x, LARGEST_ACTIVATIONS[-1] / 255, rows)
    else:
        x = graph.add("Transpose", "features", perm=[0, 3, 1, 2])
        for layer in layers:
            x = graph.add("Relu", graph.convolution(x, layer))
        x = graph.convolution(x, rows)
    graph.convolution(x, heights)
    return graph.serialized(_features(rounded), ("scores", TensorProto.FLOAT, ["n", 1, "down", "across"]))


def centerface_graph(data: bytes) -> bytes:
    """photo: uint8 (n, rows, columns, 3), multiples of 32 -> heat, sizes, offsets, points of `decoders.centerface`.

    `data` is the installed network, which is saved for one size. Of the heat what is no peak among its neighbours is
    taken away. Raises what ONNX raises where it is another network.
    """
    model = ModelProto.FromString(data)  # of a package that is installed with the program, and not from outside
    network = model.graph
    takes, heat = next(one.name for one in network.input if one.name not in _constants(network)), network.output[0].name
    nodes = [
        helper.make_node("Cast", ["photo"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["numbers"], [takes], perm=[0, 3, 1, 2]),
        *network.node,
        helper.make_node("MaxPool", [heat], ["around"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[1, 1]),
        helper.make_node("Less", [heat, "around"], ["lower"]),
        helper.make_node("Where", ["lower", "nothing", heat], ["peaks"]),
    ]
    nothing = numpy_helper.from_array(np.zeros(1, np.float32), "nothing")
    photo = helper.make_tensor_value_info("photo", TensorProto.UINT8, ["n", "rows", "columns", 3])
    names = ("peaks", *(output.name for output in network.output[1:]))
    gives = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "down", "across"])
        for name, channels in zip(names, (1, 2, 2, 10), strict=True)
    ]
    graph = helper.make_graph(nodes, "centerface", [photo], gives, [*network.initializer, nothing])
    made = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(made)
    return bytes(made.SerializeToString())


def _constants(network: Any) -> set[str]:
    return {tensor.name for tensor in network.initializer}


def _features(rounded: bool) -> ValueInfo:
    return ("features", TensorProto.UINT8 if rounded else TensorProto.FLOAT, ["n", "down", "across", FEATURES])


def on_doubled_pixels(layer: Convolution) -> Convolution:
    """What a 5x5 layer of stride 2 gives on a photo doubled bilinearly, as a 4x4 layer of stride 1 on the photo itself.

    Its first answer is the second of the original, whose first needs the pixel before the photo.
    """
    doubling = np.array([[1, 3, 0, 0], [0, 3, 1, 0], [0, 1, 3, 0], [0, 0, 3, 1], [0, 0, 1, 3]]) / 4
    kernel = np.einsum("fcij,ip,jq->fcpq", layer.kernel.astype(np.float64), doubling, doubling)
    return Convolution(kernel.astype(np.float32), layer.bias, 1, 0)


def rounded_evenly(kernel: NDArray[np.float64]) -> NDArray[np.int8]:
    """Whole numbers whose sum over rows and columns stays what it was, to half of one: each rounding is made up for
    by the next. Neighbouring pixels are alike, so the sum is what counts: half the error of rounding each alone.

    Shape (filters, channels, rows, columns).
    """
    rows, columns = kernel.shape[2:]
    whole = np.zeros(kernel.shape)
    owed = np.zeros(kernel.shape[:2])
    for row in range(rows):
        for column in range(columns) if row % 2 == 0 else reversed(range(columns)):
            wanted = kernel[:, :, row, column] + owed
            whole[:, :, row, column] = np.clip(np.rint(wanted), -LARGEST_WEIGHT, LARGEST_WEIGHT)
            owed = wanted - whole[:, :, row, column]
    return whole.astype(np.int8)


def _rounded_layers(
    graph: NetworkGraph,
    x: str,
    scale: float,
    layers: list[Convolution],
    largest: tuple[float, ...],
    *,
    pixels: bool = False,
) -> str:
    """Convolutions with ReLU, channels last. What is below zero rounds to zero, which is the ReLU."""
    for layer, reach in zip(layers, largest, strict=True):
        x = _rounded_layer(graph, x, scale, layer, reach / 255, pixels=pixels)
        scale, pixels = reach / 255, False
    return x


def _rounded_layer(
    graph: NetworkGraph,
    x: str,
    scale: float,
    layer: Convolution,
    out_scale: float,
    *,
    zero: int = 0,
    pixels: bool = False,
) -> str:
    """`zero` is the byte that stands for nothing in what comes out; `pixels` says that x is a photo in blocks."""
    peaks = np.abs(layer.kernel).max(axis=(1, 2, 3)).astype(np.float64)
    steps = np.where(peaks > 0, peaks, 1.0) / LARGEST_WEIGHT
    kernel = rounded_evenly(layer.kernel / steps[:, None, None, None])
    bias = np.rint(layer.bias / (steps * scale)).astype(np.int32)
    strides, beside = [layer.stride, layer.stride], 1
    if pixels:
        beside = COLUMNS // layer.stride
        kernel, steps, bias = _on_blocks(kernel, layer.stride), np.tile(steps, beside), np.tile(bias, beside)
        strides = [layer.stride, 1]
    filters = kernel.shape[0]
    nothing = graph.constant(np.array(0, np.uint8))
    x = graph.add(
        "QLinearConv",
        *(x, graph.constant(np.array(scale, np.float32)), nothing),
        *(graph.constant(kernel), graph.constant(steps.astype(np.float32))),
        graph.constant(np.zeros(filters, np.int8)),
        *(graph.constant(np.array(out_scale, np.float32)), graph.constant(np.array(zero, np.uint8))),
        graph.constant(bias),
        domain=MICROSOFT,
        channels_last=1,
        kernel_shape=list(kernel.shape[2:]),
        strides=strides,
        pads=padding(layer),
    )
    return graph.add("Reshape", x, graph.constant(np.array([0, 0, -1, filters // beside]))) if beside > 1 else x


def _on_blocks(kernel: NDArray[np.int8], stride: int) -> NDArray[np.int8]:
    """For a photo with COLUMNS pixels in one: as many filters for each as answers begin in a block."""
    filters, channels, rows, columns = kernel.shape
    beside = COLUMNS // stride
    on_blocks = np.zeros((beside, filters, COLUMNS * channels, rows, 2), np.int8)
    for answer in range(beside):
        for column in range(columns):
            block, place = divmod(answer * stride + column, COLUMNS)
            on_blocks[answer, :, place * channels : (place + 1) * channels, :, block] = kernel[:, :, :, column]
    return on_blocks.reshape(beside * filters, COLUMNS * channels, rows, 2)


def _rounded_rows(graph: NetworkGraph, x: str, scale: float, rows: Convolution) -> str:
    out_scale = (HIGHEST_ROW - LOWEST_ROW) / 255
    zero = round(-LOWEST_ROW / out_scale)
    x = _rounded_layer(graph, x, scale, rows, out_scale, zero=zero)
    x = graph.add("Transpose", x, perm=[0, 3, 1, 2])
    byte, step = graph.constant(np.array(zero, np.uint8)), graph.constant(np.array(out_scale, np.float32))
    return graph.add("DequantizeLinear", x, step, byte)


def _by_row(layer: Convolution) -> tuple[Convolution, Convolution]:
    """A layer with one filter as one filter for each of its rows, and then their sum, each row at its height.

    Fast kernels make 16 filters at once whether they are asked for 1 or 9.
    """
    _, channels, rows, columns = layer.kernel.shape
    by_row = layer.kernel[0].transpose(1, 0, 2).reshape(rows, channels, 1, columns)
    by_row = np.pad(by_row, ((0, -rows % BLOCK), (0, 0), (0, 0), (0, 0)))
    heights = np.zeros((1, by_row.shape[0], rows, 1), np.float32)
    heights[0, np.arange(rows), np.arange(rows), 0] = 1.0
    nothing = np.zeros(by_row.shape[0], np.float32)
    return Convolution(by_row, nothing, 1, layer.padding), Convolution(heights, layer.bias, 1, layer.padding)


def _in_blocks(layers: Any, channels: int, block: int = BLOCK) -> list[Convolution]:
    """The same layers with channels that are zero, so that their number is a multiple of what fast kernels work on."""
    blocks = []
    for layer in layers:
        more = -layer.kernel.shape[0] % block
        kernel = np.pad(layer.kernel, ((0, more), (0, channels - layer.kernel.shape[1]), (0, 0), (0, 0)))
        blocks.append(Convolution(kernel, np.pad(layer.bias, (0, more)), layer.stride, layer.padding))
        channels = kernel.shape[0]
    return blocks
