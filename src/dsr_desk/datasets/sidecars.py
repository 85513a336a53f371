"""Files that describe one photo: beside it, or in a folder of annotations that runs beside the folder of photos."""

from __future__ import annotations

import os
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from xml.parsers.expat import ExpatError

from dsr_desk.datasets import sniff
from dsr_desk.datasets.names import suffix_of, without_suffix
from dsr_desk.datasets.records import record_of
from dsr_desk.datasets.xlsx_parts import elements

SIDECARS = frozenset({".json", ".txt", ".xml", ".xmp", ".caption"})
ABOUT_PHOTOS = frozenset(
    {"annotations", "annotation", "anns", "labels", "label", "xml", "xmls", "captions", "caption", "texts", "text"}
    | {"json", "jsons", "meta", "metadata"}
)
OF_PHOTOS = frozenset({"jpegimages", "images", "image", "imgs", "img", "photos", "photo", "pictures", "frames"})


def stems_of(photos: Iterable[str]) -> dict[str, str]:
    """Photos by their names without the extension: what a sidecar may be called before its own."""
    return {without_suffix(name): name for name in photos}


class Sidecars:
    """What describes photos in one folder below `root`; `photos` are the names of its own photos."""

    def __init__(self, root: Path | str, folder: str, photos: Collection[str]) -> None:
        self._root, self._folder = str(root), folder
        self._photos = photos

    def described_by(self, name: str) -> str | None:
        """The photo that a file describes, by its path from the root; None where it describes none."""
        if suffix_of(name) not in SIDECARS:
            return None
        stem = without_suffix(name)
        if own := _photo_of(stem, self._photos, self._stems):
            return self._below(self._folder, own)
        for folder, photos in self._beside.items():
            if there := _photo_of(stem, photos.values(), photos):
                return self._below(folder, there)
        return None

    @cached_property
    def _beside(self) -> dict[str, dict[str, str]]:
        """Photos of the folders that run beside this one, by their stems."""
        return {
            folder: {without_suffix(name): name for name in sorted(os.listdir(folder)) if sniff.named_like_photo(name)}  # noqa: PTH208
            for folder in self._parallel()
        }

    @cached_property
    def _stems(self) -> dict[str, str]:
        return stems_of(self._photos)

    def _parallel(self) -> Iterator[str]:
        """`images/train` for `labels/train`, `JPEGImages` for `Annotations`."""
        parts = self._below(self._folder).split("/")
        for at in range(len(parts) - 1, -1, -1):
            if parts[at].lower() not in ABOUT_PHOTOS:
                continue
            above = os.path.join(self._root, *parts[:at])  # noqa: PTH118 - a string for each of millions of files
            for name in sorted(os.listdir(above)):  # noqa: PTH208
                folder = os.path.join(above, name, *parts[at + 1 :])  # noqa: PTH118
                if name.lower() in OF_PHOTOS and os.path.isdir(folder):  # noqa: PTH112
                    yield folder

    def _below(self, folder: str, name: str = "") -> str:
        path = folder[len(self._root) :].strip("/")
        return f"{path}/{name}" if path and name else path or name


def record_beside(name: str, data: bytes) -> dict[str, str]:
    """Fields of a file that describes a photo. XML gives a field for each name of an element."""
    if suffix_of(name) not in (".xml", ".xmp"):
        return record_of(name, data)
    try:
        found = elements(data)
    except ExpatError:
        return {"text": data.decode("utf-8-sig", "replace").strip()}
    texts: dict[str, list[str]] = {}
    done = 0
    for one in found:
        for key, value in one.attributes.items():
            texts.setdefault(f"{one.tag}.{key}", []).append(value)
        if one.start >= done:
            # An element's text holds those of the elements inside it, which came before.
            texts.setdefault(one.tag, []).append(one.text.strip())
            done = one.end
    return {tag: said for tag, some in texts.items() if (said := "\n".join(filter(None, dict.fromkeys(some))))}


def _photo_of(stem: str, photos: Container[str], stems: Mapping[str, str]) -> str | None:
    """`1` and `1.jpg` of `1.jpg`; and `1.jpg.supplemental-metadata`, as photos are taken out of an online album."""
    if stem in photos:
        return stem
    whole = without_suffix(stem)
    return stems.get(stem) or (whole if whole != stem and whole in photos else None)
