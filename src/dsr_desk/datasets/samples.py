"""What ties the members of an archive to its photos: their names, up to one of their dots.

WebDataset ends a key at the first dot of the base name, so that `0001.left.jpg`, `0001.right.jpg` and `0001.json` are
one sample. Where keys have dots themselves (`2020.05.01_anna.jpg`, `2020.05.02_w.jpg`), that rule makes one sample of
different people. So a member belongs to the photos with which it shares the longest beginning, in whole parts between
dots, that it shares with any photo of its folder; or, where there is none, of a folder of photos that runs beside a
folder of annotations, as `JPEGImages/1.jpg` beside `Annotations/1.xml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from dsr_desk.datasets.names import suffix_of, without_suffix
from dsr_desk.datasets.sidecars import ABOUT_PHOTOS, OF_PHOTOS, SIDECARS


def stems(name: str) -> Iterator[str]:
    """The beginnings of a name that end at a dot of its base name, the longest first, the name itself before them."""
    folder, slash, base = name.rpartition("/")
    while base:
        yield folder + slash + base
        base = base.rpartition(".")[0]


class Samples:
    """Of one archive. Holds the names of its members, some hundred bytes each."""

    def __init__(self, photos: Iterable[str], others: Iterable[str]) -> None:
        """`others` are the files that are no photos."""
        photos = list(photos)
        self._of_photos = Counter(stem for name in photos for stem in stems(name))
        self._beside = _folders_beside({name.rpartition("/")[0] for name in photos})
        self._tied: set[str] = {stem for name in others if (stem := self.tie(name))}

    def tie(self, name: str) -> str:
        """What a member that is no photo shares with photos; "" where it belongs to none."""
        return next((stem for stem in (*stems(name), *self._across(name)) if stem in self._of_photos), "")

    def _across(self, name: str) -> Iterator[str]:
        """The same beginnings in folders of photos that run beside the folder of a file that may describe one."""
        folder, _, base = name.rpartition("/")
        if suffix_of(name) not in SIDECARS:
            return
        parts = folder.split("/")
        for at in range(len(parts) - 1, -1, -1):
            if parts[at].lower() in ABOUT_PHOTOS:
                for beside in self._beside.get((*parts[:at], "", *parts[at + 1 :]), ()):
                    yield from stems(f"{beside}/{base}")

    def group(self, photo: str) -> str:
        """What a photo shares with the closest members that belong to it; its own name where none does."""
        return next((stem for stem in stems(photo) if stem in self._tied), without_suffix(photo))

    def lost(self, gone: Iterable[str]) -> tuple[set[str], set[str]]:
        """Of the ties to photos that go, those of which no photo stays, and those of which one does."""
        ties = Counter(stem for name in gone for stem in stems(name))
        lost = {stem for stem, count in ties.items() if count == self._of_photos[stem]}
        return lost, ties.keys() - lost

    def __bool__(self) -> bool:
        """Whether any member belongs to a photo."""
        return bool(self._tied)


def _folders_beside(folders: Collection[str]) -> dict[tuple[str, ...], list[str]]:
    """Folders by their parts, with nothing in place of the one that says that photos are in it."""
    found: dict[tuple[str, ...], list[str]] = {}
    for folder in sorted(folders):
        parts = folder.split("/")
        for at, part in enumerate(parts):
            if part.lower() in OF_PHOTOS:
                found.setdefault((*parts[:at], "", *parts[at + 1 :]), []).append(folder)
    return found
