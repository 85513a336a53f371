"""Whether what earlier sweeps found is gone: only where something was looked at, and is another thing or not there."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence

from dsr_desk.core.strays import StrayBy
from dsr_desk.deletion.stray_found import Stray, StraySweep
from dsr_desk.deletion.stray_walk import is_below
from dsr_desk.deletion.wanted import Wanted

_OF_MODELS: Collection[StrayBy] = (
    StrayBy.MODEL, StrayBy.MODEL_INSIDE, StrayBy.SAME_TENSORS, StrayBy.SAME_SHAPES, StrayBy.UNKNOWN_MODEL,
)  # fmt: skip


class Watch:
    """Watches the places of earlier findings during a sweep."""

    def __init__(self, earlier: Sequence[Stray]) -> None:
        self._earlier = earlier
        self._places = {one.place for one in earlier}
        self._read: dict[str, str] = {}
        self._as_models: set[str] = set()
        self._not_read: list[str] = []

    def read(self, place: str, digest: str, *, as_model: bool = False) -> None:
        """A place was read to its end. `digest` is that of the file; of a folder, of what was looked for.

        `as_model`: as files of models are, and not as a container of items.
        """
        if place in self._places:
            self._read[place] = digest
            if as_model:
                self._as_models.add(place)

    def not_read(self, place: str) -> None:
        """Something at a place or below it was not entered or read; below "/" lies everything."""
        self._not_read.append(place)

    def gone(self, done: StraySweep, wanted: Wanted) -> list[Stray]:
        found = {one.key for one in done.found}
        return [one for one in self._earlier if one.key not in found and self._is_gone(one, done.roots, wanted)]

    def _is_gone(self, one: Stray, roots: Sequence[str], wanted: Wanted) -> bool:
        """Nothing lies there on the same file system, or other content does, and it was read to its end."""
        if not any(is_below(one.place, root) for root in roots):
            return False
        try:
            os.lstat(one.place)
        except (FileNotFoundError, NotADirectoryError):
            return device_around(one.place) == one.device
        except OSError:
            return False
        as_item = wanted.for_items and one.place not in self._as_models
        covers = wanted.for_models if one.how in _OF_MODELS else as_item
        now = self._read.get(one.place)
        touched = any(is_below(place, one.place) or place == "/" for place in self._not_read)
        if now is None or not covers or touched:
            return False
        return now != one.file if one.file else now == one.sought


def device_around(path: str) -> int:
    """The number of the file system on which the path would lie; -1 where nobody knows."""
    folder = os.path.dirname(path)  # noqa: PTH120 - a text as the walk has it
    while folder:
        try:
            return os.lstat(folder).st_dev
        except (FileNotFoundError, NotADirectoryError):
            if folder == os.path.dirname(folder):  # noqa: PTH120
                return -1
            folder = os.path.dirname(folder)  # noqa: PTH120
        except OSError:
            return -1
    return -1
