"""Keys from passphrases without the work that slows guessing; real vaults and files open with them all the same."""

from __future__ import annotations

import base64
import os

import pyrage
import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dsr_desk.storage import keys

CHUNK = 64 * 1024


def make_keys_quick(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keys, "MEMORY_KIB", 64)
    patch.setattr(keys, "ITERATIONS", 1)
    patch.setattr(pyrage.passphrase, "encrypt", age_encrypted)


def age_encrypted(data: bytes, passphrase: str) -> bytes:
    """An age file for a passphrase with the least work that the format allows, which age itself never takes."""
    file_key, salt, nonce, work = os.urandom(16), os.urandom(16), os.urandom(16), 1
    wrapping = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 2**work, 8, 1).derive(passphrase.encode())
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    header = b"age-encryption.org/v1\n-> scrypt %b %d\n%b\n---" % (_base64(salt), work, _base64(wrapped))
    mac = hmac.HMAC(_derived(file_key, b"", b"header"), hashes.SHA256())
    mac.update(header)
    payload = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
    starts = range(0, max(1, len(data)), CHUNK)
    chunks = [
        payload.encrypt(number.to_bytes(11, "big") + bytes([start == starts[-1]]), data[start : start + CHUNK], None)
        for number, start in enumerate(starts)
    ]
    return header + b" %b\n" % _base64(mac.finalize()) + nonce + b"".join(chunks)


def _derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
