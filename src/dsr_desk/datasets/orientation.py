"""How a photo was held, from the text that a crawler kept when it threw the photo's own metadata away."""

from __future__ import annotations

import json

TAG = "Image Orientation"
SAMPLE_FIELDS = frozenset({"key", "status"})
"""What img2dataset writes of every sample."""

_WORDS = {
    "horizontal (normal)": 1,
    "mirrored horizontal": 2,
    "rotated 180": 3,
    "mirrored vertical": 4,
    "mirrored horizontal then rotated 90 ccw": 5,
    "rotated 90 cw": 6,
    "mirrored horizontal then rotated 90 cw": 7,
    "rotated 90 ccw": 8,
}


def orientation_in(exif: str | None) -> int | None:
    """EXIF orientation (1 to 8) from a JSON object of tag names and texts; None where it says nothing."""
    if not exif or TAG not in exif:
        return None
    try:
        text = str(json.loads(exif).get(TAG, "")).strip().lower()
    except (ValueError, AttributeError):
        return None
    if text.isdigit() and 1 <= int(text) <= 8:
        return int(text)
    return _WORDS.get(text)


def orientation_beside(sidecar: bytes) -> int | None:
    """From the JSON that img2dataset writes beside a photo; None where it is another's, or the photo was upright."""
    if TAG.encode() not in sidecar:
        return None
    try:
        document = json.loads(sidecar)
    except ValueError:
        return None
    if not isinstance(document, dict) or not document.keys() >= SAMPLE_FIELDS:
        return None
    exif = document.get("exif")
    turn = orientation_in(exif if isinstance(exif, str) else json.dumps(exif))
    return turn if turn != 1 else None
