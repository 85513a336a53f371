"""A perceptual hash: photos that look alike get hashes that differ in few bits.

The signs of the 64 lowest frequencies of the photo shrunk to 32 by 32 greys, so that encoding again, resizing and
small changes of light leave it nearly as it was. Turning, mirroring and cropping change it.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dsr_desk.faces.engine import Pixels

HASH_BYTES = 8
SIDE = 32
LOW = 8
ENOUGH = 512
"""Of larger photos only every n-th pixel is looked at, so that about this many are left on the shorter side."""

FLAT = 2.0
"""Standard deviation, in grey levels, below which a photo shows nothing and gets no hash."""


def _cosines() -> NDArray[np.float64]:
    """Rows 0 to LOW of the discrete cosine transform of length SIDE."""
    k = np.arange(LOW + 1)[:, None]
    n = np.arange(SIDE)[None, :]
    return np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE))


_COSINES = _cosines()


def perceptual_hash(pixels: Pixels) -> bytes:
    """8 bytes; b"" for a photo without content (one flat colour), which would look like every other such photo."""
    step = max(1, min(pixels.shape[:2]) // ENOUGH)
    grey = (
        Image.fromarray(pixels[::step, ::step])
        .resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
        .convert("L")
    )
    greys = np.asarray(grey, np.float64)
    if greys.std() < FLAT:
        return b""
    waves = _COSINES @ greys @ _COSINES.T
    # The mean grey (0, 0) says nothing about content; (8, 8) takes its place among the 64.
    low = np.append(waves[:LOW, :LOW].ravel()[1:], waves[LOW, LOW])
    return np.packbits(low > np.median(low)).tobytes()


def bits_apart(one: bytes, other: bytes) -> int:
    """Number of differing bits, 0 to 64; 64 where one of them has no hash.

    A file with several pictures has their hashes one after the other: the two that are most alike count.
    """
    pairs = product(_hashes(one), _hashes(other))
    return min(((mine ^ its).bit_count() for mine, its in pairs), default=8 * HASH_BYTES)


def _hashes(looks: bytes) -> list[int]:
    if len(looks) % HASH_BYTES:
        return []
    return [int.from_bytes(looks[at : at + HASH_BYTES]) for at in range(0, len(looks), HASH_BYTES)]
