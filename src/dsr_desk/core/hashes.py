"""Hashes of identifiers, as lists and tables hold them."""

from __future__ import annotations

import base64
import re

_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_HEX = re.compile(r"[0-9a-f]+", re.IGNORECASE)
_PREFIX = re.compile(r"(?:\{(?:md5|sha-?\d*)\}|(?:md5|sha-?\d+)[:=$ ]|0x)", re.IGNORECASE)
_LONG = (56, 96, 128)
_IN_BASE64 = {24: 16, 28: 20, 43: 32, 44: 32, 64: 48, 86: 64, 88: 64}
"""Length of a hash in base64 and its bytes; one of 24, 28 or 64 signs counts only with the name of the hash before."""

_NAMED_ONLY = (24, 28, 64)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")


def hash_in(value: str) -> str:
    """An MD5, SHA-1 or SHA-256 as small hexadecimal digits; "" for what is none. Base64 is understood for SHA-256."""
    text = _PREFIX.sub("", value.strip(), count=1).strip() if _PREFIX.match(value.strip()) else value.strip()
    if len(text) in (32, 40, 64) and _HEXADECIMAL.fullmatch(text):
        return text.lower()
    if len(text) == 44 and _BASE64.fullmatch(text):
        return base64.b64decode(text).hex()
    return ""


def held_hash(value: str) -> str:
    """What `hash_in` gives, and SHA-224, SHA-384, SHA-512 and base64 forms, which a dataset may hold too."""
    if found := hash_in(value):
        return found
    text = value.strip()
    bare = _PREFIX.sub("", text, count=1).strip() if (named := _PREFIX.match(text)) else text
    if len(bare) in _LONG and _HEX.fullmatch(bare):
        return bare.lower()
    size = _IN_BASE64.get(len(bare))
    if size is None or (len(bare) in _NAMED_ONLY and not named):
        return ""
    try:
        data = base64.b64decode(bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4), validate=True)
    except ValueError:
        return ""
    return data.hex() if len(data) == size else ""
