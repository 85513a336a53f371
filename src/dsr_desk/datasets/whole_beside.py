"""Files that go along with a whole and that no reader lists: told by names, and of the rest by their first bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dsr_desk.core.message import message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.names import suffix_of, without_suffix
from dsr_desk.datasets.sidecars import SIDECARS, Sidecars
from dsr_desk.datasets.whole_places import WholePlace
from dsr_desk.datasets.whole_tree import ToldPlaces

BESIDE = message("why.whole.beside")
_COMMON = (".jpg", ".png", ".jpeg", ".webp", ".JPG", ".JPEG", ".PNG")


class Beside:
    """Is told of each file of a set, and counts those that are neither photos, nor their records, nor containers."""

    def __init__(self, place: WholePlace) -> None:
        self.told = ToldPlaces()
        self._parent, self._root = place.parent, place.root
        self._listed = {place.parent / one.path.relative_to(place.whole.root.parent) for one in place.whole.containers}
        self._folder = ""
        self._sidecars: Sidecars | None = None
        self._photos: dict[str, bool] = {}

    def look(self, inner: str, state: os.stat_result) -> None:
        name = inner.rpartition("/")[2]
        if sniff.named_like_photo(name) and stat.S_ISREG(state.st_mode):
            return
        path = self._parent / inner
        if path in self._listed or (stat.S_ISREG(state.st_mode) and (self._describes(path) or _is_photo(path))):
            return
        self.told.add(BESIDE, inner)

    def _describes(self, path: Path) -> bool:
        """Whether it is the record of a photo; the usual names are asked for before a folder is listed for it."""
        if suffix_of(path.name) not in SIDECARS:
            return False
        stem = str(path.parent / without_suffix(path.name))
        if os.path.lexists(stem) and sniff.named_like_photo(stem):
            return True
        if any(os.path.lexists(stem + suffix) for suffix in _COMMON):
            return True
        folder = str(path.parent)
        if self._sidecars is None or self._folder != folder:
            self._folder = folder
            photos = {name: True for name in os.listdir(folder) if sniff.named_like_photo(name)}  # noqa: PTH208
            self._sidecars = Sidecars(self._root, folder, photos)
        return self._sidecars.described_by(path.name) is not None


def _is_photo(path: Path) -> bool:
    try:
        return bool(sniff.photo_kind(sniff.head_of(path, sniff.TELLING_BYTES)))
    except OSError:
        return False
