"""What a sweep of disks looks for: digests and looks of items, digests and tensors of models, by the million."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dsr_desk.datasets.model_files import ModelFile
from dsr_desk.faces.phash import HASH_BYTES

_DIGEST = 32


class Digests:
    """SHA-256 digests (hex) as one sorted array of 32 bytes each: three million take 96 MB."""

    def __init__(self, digests: Iterable[str] = ()) -> None:
        """Raises ValueError for what is no such digest."""
        whole = bytearray()
        for one in digests:
            value = bytes.fromhex(one)
            if len(value) != _DIGEST:
                raise ValueError("no SHA-256")
            whole += value
        in_place = np.frombuffer(whole, f"S{_DIGEST}")
        in_place.sort()
        again = in_place[1:] == in_place[:-1]
        self._sorted: NDArray[np.bytes_] = in_place[~np.append(False, again)] if again.any() else in_place
        self._rows = self._sorted.view(np.uint8).reshape(-1, _DIGEST)
        """The same as numbers: numpy drops zeros at the end of a text."""

    def __len__(self) -> int:
        return len(self._sorted)

    @property
    def data(self) -> bytes:
        """All of them in order."""
        return self._sorted.tobytes()

    def __contains__(self, digest: str) -> bool:
        value = bytes.fromhex(digest)
        at = int(np.searchsorted(self._sorted, np.bytes_(value)))
        return at < len(self._sorted) and self._rows[at].tobytes() == value


class Looks:
    """Perceptual hashes, 8 bytes each; those of a file with several pictures one after the other."""

    def __init__(self, looks: Iterable[bytes] = ()) -> None:
        whole = b"".join(look for look in looks if len(look) % HASH_BYTES == 0)
        self._hashes = np.unique(np.frombuffer(whole, ">u8").astype(np.uint64))

    def __len__(self) -> int:
        return len(self._hashes)

    @property
    def data(self) -> bytes:
        """All of them in order."""
        return self._hashes.tobytes()

    def near(self, look: bytes, bits: int) -> bool:
        """Whether one of the file's pictures differs from one of these in no more bits."""
        if not len(self._hashes) or len(look) % HASH_BYTES:
            return False
        own = np.frombuffer(look, ">u8").astype(np.uint64)
        return any(bool((np.bitwise_count(self._hashes ^ one) <= bits).any()) for one in own)


@dataclass(frozen=True)
class KnownModel:
    """A model that is looked for, as people call it, and what is known of the tensors in its files."""

    name: str
    file: ModelFile


@dataclass(frozen=True)
class Wanted:
    """`models` are models (as people call them) by the digest of a file ("sha256:…", "md5:…").

    `known_models` are digests of files of models that are not looked for. `tensors` are those of files that are known
    to be of a model that is. With `all_models` each file of a model is found that none of these explains.
    `rows`: among the items are rows of tables, which may be lines of any text.
    """

    items: Digests = field(default_factory=Digests)
    looks: Looks = field(default_factory=Looks)
    models: Mapping[str, str] = field(default_factory=dict)
    known_models: frozenset[str] = frozenset()
    tensors: Sequence[KnownModel] = ()
    all_models: bool = False
    rows: bool = False

    @property
    def for_items(self) -> bool:
        return bool(len(self.items) or len(self.looks))

    @property
    def for_models(self) -> bool:
        return bool(self.models or self.tensors or self.all_models)

    @cached_property
    def fingerprint(self) -> str:
        """A digest over the items and looks that are looked for."""
        digest = hashlib.sha256(self.items.data)
        digest.update(self.looks.data)
        return digest.hexdigest()

    @property
    def counts(self) -> dict[str, int]:
        """How much is looked for, as an act says it."""
        return {"items": len(self.items), "looks": len(self.looks), "models": len(set(self.models.values()))}

    def model_of(self, sha256: str, md5: str) -> str:
        """The model that a file with these digests is of; "" where none that is looked for."""
        return self.models.get(f"sha256:{sha256}", "") or self.models.get(f"md5:{md5}", "")

    def explains(self, sha256: str, md5: str) -> bool:
        """Whether the file is of a model that is known and not looked for."""
        return not self.known_models.isdisjoint((f"sha256:{sha256}", f"md5:{md5}"))
