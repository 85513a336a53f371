"""Where nodes stand by their ids and names: sorted digests of keys, a few bytes for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

_BYTES = 8

Digests = NDArray[np.uint64]


@dataclass(frozen=True)
class KeyTable:
    """Positions by the digests of keys, in order of the digests. Two keys may have one digest: whoever finds a
    position compares the key with what stands there."""

    digests: Digests
    seats: NDArray[np.int32]

    @classmethod
    def of(cls, keys: Iterable[str], seats: Iterable[int]) -> KeyTable:
        """`keys` and `seats` belong together one by one; a key may have several seats."""
        digests = cls.digests_of(keys)
        return cls.in_order(digests, np.fromiter(seats, dtype=np.int64, count=len(digests)))

    @classmethod
    def in_order(cls, digests: Digests, seats: NDArray[np.int64]) -> KeyTable:
        """As `of`, from digests."""
        order = np.lexsort((seats, digests))
        digests, seats = digests[order], seats[order]
        fresh = np.ones(len(digests), dtype=bool)
        fresh[1:] = (digests[1:] != digests[:-1]) | (seats[1:] != seats[:-1])
        return cls(digests[fresh], seats[fresh].astype(np.int32))

    @staticmethod
    def digests_of(keys: Iterable[str]) -> Digests:
        return np.frombuffer(b"".join(map(_digest, keys)), dtype="<u8").astype(np.uint64)

    def seats_of(self, key: str) -> list[int]:
        """Where what has this key may stand, in ascending order."""
        wanted = self.digests_of((key,))[0]
        first, last = (int(np.searchsorted(self.digests, wanted, side)) for side in ("left", "right"))
        found: list[int] = self.seats[first:last].tolist()
        return found


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
