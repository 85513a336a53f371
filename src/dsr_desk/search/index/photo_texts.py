"""What a photo is found by beside its faces: what is written in its file, what its container says of it, its path.

Stored as a record's fields are, in columns whose kinds are known from the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from dsr_desk.datasets.names import INSIDE
from dsr_desk.faces.texts import NAME_FIELDS
from dsr_desk.search.records.columns import ColumnKind

PATH = "path"
_FOLDER, _FILE = "folder", "file name"
_NUMBER = re.compile(r" \d+$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_HUMP = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])")
_ENDINGS = re.compile(r"\.[^.\n/]*$", re.MULTILINE)
_MOST_WORDS = 5
_GENERIC = frozenset(
    """image images img imgs photo photos picture pictures pic pics foto fotos bild bilder data dataset datasets train
    training test tests val valid validation dev eval part parts shard shards split face faces frame frames crop crops
    cropped aligned sample samples file files raw original originals dsc dscn dscf dcim wp pxl jpg jpeg png webp gif
    bmp tif tiff heic avif left right front back copy neu new old class classes label labels output input out in full
    small large thumb thumbs thumbnail thumbnails page scan batch set subset camera screenshot video parquet tar zip
    gz csv db sqlite arrow rec tfrecord""".split()  # noqa: SIM905
)
"""Words of paths that name nobody, and stand in so many that an index of them would be large and useless."""


def texts_of(container: str, member: str, inside: Mapping[str, str], beside: Mapping[str, str]) -> dict[str, str]:
    """Values by column: `beside` is what the container says of the photo, `inside` what is written in its file."""
    return {**beside, **inside, **_of_path(container, member)}


def say_nothing(container: str, members: str) -> bool:
    """Whether nothing is found by the paths of photos, each on a line: where all are called by numbers."""
    if "@" in members or INSIDE in members or _WORD.search(_ENDINGS.sub("", members)):
        return False
    above = {member[: member.rfind("/") + 1] for member in members.split("\n")} if "/" in members else {""}
    return not any(words or tells for words, tells in (_of_folders(container, one) for one in above))


def kind_of(column: str, beside: Mapping[str, str]) -> ColumnKind | None:
    """What a column of `texts_of` holds; None for one of the container's own, which is guessed as in tables."""
    if column in beside:
        return None
    name = _NUMBER.sub("", column)
    return ColumnKind.NAME if name in NAME_FIELDS or name in (_FOLDER, _FILE) else ColumnKind.FREE_TEXT


def _of_path(container: str, member: str) -> dict[str, str]:
    """Names of people as folders and files bear them, and the path where it may hold anything but numbers.

    The first part of the container's name is that of the whole source, which all paths share.
    """
    folder, between, file = member.rpartition("/")
    if INSIDE in file:
        folder, between, file = member.rpartition(INSIDE)
    words, tells = _of_folders(container, f"{folder}{between}")
    found = dict(words)
    if own := _words(_without_ending(file)):
        found[_FILE] = own
    if found or tells or "@" in member:
        found[PATH] = member
    return found


@lru_cache(maxsize=1024)
def _of_folders(container: str, above: str) -> tuple[dict[str, str], bool]:
    """The words of the folders that lead to a file, and whether one of them may be called after an account."""
    inside = [part for step in above.split(INSIDE) for part in step.split("/")][:-1]
    found: dict[str, str] = {}
    for folder in (*map(_without_ending, container.split("/")[1:]), *inside):
        if words := _words(folder):
            found[_FOLDER if not found else f"{_FOLDER} {len(found) + 1}"] = words
    return found, any(map(_numbered, inside))


def _without_ending(name: str) -> str:
    return name.rsplit(".", 1)[0]


def _words(part: str) -> str:
    if _WORD.search(part) is None:
        return ""
    words = [word for word in _WORD.findall(_HUMP.sub(" ", part)) if word.casefold() not in _GENERIC]
    return " ".join(words) if len(words) <= _MOST_WORDS else ""


def _numbered(folder: str) -> bool:
    """Whether a folder may be called after an account."""
    return sum(map(str.isdigit, folder)) > _MOST_WORDS
