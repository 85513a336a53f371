"""The weight files are read as what they are, and refused with a reason where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from dsr_desk.faces.weights import (
    DETECTOR_FILE,
    EMBEDDER_FILE,
    WeightsMissing,
    WeightsUnknown,
    read_detector,
    read_embedder,
    weight_file,
)


def test_the_detector_has_seven_layers_and_a_window_of_80_pixels():
    weights = read_detector(weight_file(DETECTOR_FILE).read_bytes())
    assert [layer.kernel.shape for layer in weights.convolutions] == [
        *[(16, 3, 5, 5), (32, 16, 5, 5), (32, 32, 5, 5), (45, 32, 5, 5)],
        *[(45, 45, 5, 5), (45, 45, 5, 5), (1, 45, 9, 9)],
    ]
    assert [layer.stride for layer in weights.convolutions] == [2, 2, 2, 1, 1, 1, 1]
    assert weights.window == 80
    assert weights.overlap == pytest.approx(0.33828, abs=1e-5)


def test_the_embedder_has_29_layers_and_a_matrix():
    weights = read_embedder(weight_file(EMBEDDER_FILE).read_bytes())
    assert len(weights.convolutions) == 29
    assert weights.matrix.shape == (256, 128)
    assert all(np.isfinite(layer.kernel).all() for layer in weights.convolutions)


def test_a_missing_file_says_which():
    with pytest.raises(WeightsMissing) as caught:
        weight_file("absent.dat")
    assert "absent.dat" in caught.value.what_happened


@pytest.mark.parametrize("part", [0, 1, 50, 1000, 300_000])
def test_a_damaged_file_is_refused_and_not_half_read(part):
    with pytest.raises(WeightsUnknown):
        read_detector(weight_file(DETECTOR_FILE).read_bytes()[:part])
    with pytest.raises(WeightsUnknown):
        read_embedder(weight_file(EMBEDDER_FILE).read_bytes()[:part])


def test_one_network_is_not_taken_for_the_other():
    with pytest.raises(WeightsUnknown):
        read_detector(weight_file(EMBEDDER_FILE).read_bytes())
