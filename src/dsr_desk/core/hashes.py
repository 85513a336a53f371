"""Hashes of identifiers, as lists and tables hold them."""

from __future__ import annotations

import base64
import re

_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=")


def hash_in(value: str) -> str:
    """An MD5, SHA-1 or SHA-256 as small hexadecimal digits; "" for what is none. Base64 is understood for SHA-256."""
    text = value.strip()
    if len(text) in (32, 40, 64) and _HEXADECIMAL.fullmatch(text):
        return text.lower()
    if len(text) == 44 and _BASE64.fullmatch(text):
        return base64.b64decode(text).hex()
    return ""
