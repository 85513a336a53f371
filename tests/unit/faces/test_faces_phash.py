"""Perceptual hashes find the same photo again and tell different photos apart."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from dsr_desk.faces.decode import decode
from dsr_desk.faces.phash import bits_apart, perceptual_hash


@pytest.fixture(scope="module")
def landscape() -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 256, (9, 12, 3), np.uint8)
    return Image.fromarray(noise).resize((480, 360), Image.Resampling.BICUBIC)


def hash_of(image: Image.Image) -> bytes:
    return perceptual_hash(np.asarray(image))


@pytest.mark.parametrize("quality", [30, 60, 90])
def test_encoding_again_changes_few_bits(quality, landscape, encoded):
    again = decode(encoded(landscape, quality=quality)).pixels
    assert bits_apart(hash_of(landscape), perceptual_hash(again)) <= 4


@pytest.mark.parametrize("size", [(120, 90), (333, 250), (1200, 900)])
def test_resizing_changes_few_bits(size, landscape):
    assert bits_apart(hash_of(landscape), hash_of(landscape.resize(size))) <= 4


@pytest.mark.parametrize("factor", [0.7, 1.2])
def test_light_changes_few_bits(factor, landscape):
    brighter = ImageEnhance.Brightness(landscape).enhance(factor)
    assert bits_apart(hash_of(landscape), hash_of(brighter)) <= 6


def test_different_photos_are_far_apart(landscape, face_photo):
    assert bits_apart(hash_of(landscape), hash_of(face_photo)) > 16
    assert bits_apart(hash_of(landscape), hash_of(landscape.transpose(Image.Transpose.ROTATE_90))) > 16


def test_a_flat_photo_has_no_hash_and_is_like_nothing():
    flat = perceptual_hash(np.full((50, 80, 3), 130, np.uint8))
    assert flat == b""
    assert bits_apart(flat, flat) == 64


def test_a_hash_has_eight_bytes(landscape):
    assert len(hash_of(landscape)) == 8
