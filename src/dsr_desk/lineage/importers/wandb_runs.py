"""What Weights & Biases knows of runs and artifacts, wherever it was read."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dsr_desk.lineage.importers.draft import LineageDraft, Place, said
from dsr_desk.lineage.importers.listing import digest_of_listing
from dsr_desk.lineage.importers.names import Likely, model_file

MOST_PARTS = 1_000
"""Files of one artifact that are entered by name: models, and containers of data."""
_CONTAINERS = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".zip",
    ".parquet",
    ".arrow",
    ".csv",
    ".tsv",
    ".jsonl",
    ".tfrecord",
    ".lmdb",
    ".h5",
)
_REFERENCE = re.compile(r"(?:wandb-artifact://)?(?:(?:([^/:]+)/)?([^/:]+)/)?([^/:]+):([^/:]+)")


RUN_FOLDER = re.compile(r"(?:offline-)?run-\d{8}_\d{6}-(.+)")
"""How the client calls the folder of a run; the group is the run's id."""


def is_run_folder(name: str, inside: Collection[str]) -> bool:
    """Whether a folder is one run, or the files of one, by its name and those in it."""
    return bool(RUN_FOLDER.fullmatch(name)) or any(
        one.endswith(".wandb") or one == "wandb-metadata.json" for one in inside
    )


class ManifestEntry(NamedTuple):
    """A file of an artifact. `digest` is an MD5 in base64, unless `other` names another algorithm or it is a `ref`."""

    path: str
    digest: str
    ref: str = ""
    other: str = ""


@dataclass(frozen=True)
class ArtifactContents:
    """`digests` prove all of an artifact, `parts` single files of it; `places` are where it lies, if elsewhere."""

    digests: tuple[str, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    model_file: str = ""


NO_CONTENTS = ArtifactContents()


@dataclass(frozen=True)
class Artifact:
    """A version of an artifact as far as it is known: `digest` is that of its manifest, `ident` the server's id.

    Without entity and project it is of its run's project. `used_as` is the key under which a run used it.
    """

    name: str
    type: str
    version: str = ""
    entity: str = ""
    project: str = ""
    digest: str = ""
    ident: str = ""
    aliases: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    created: str = ""
    metadata: Any = None
    deleted: bool = False
    used_as: str = ""
    contents: ArtifactContents = NO_CONTENTS


@dataclass
class WandbRun:
    """`config` is free; `arguments` are those of its program; `files` are paths that it kept beside its artifacts.

    `host`, `root` and `remote` tell projects apart where no entity is recorded, and are shown nowhere.
    """

    key: str
    entity: str = ""
    project: str = ""
    server: str = ""
    name: str = ""
    job_type: str = ""
    state: str = ""
    created: str = ""
    ended: str = ""
    host: str = ""
    root: str = ""
    remote: str = ""
    commit: str = ""
    forked_from: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    logged: list[Artifact] = field(default_factory=list)
    used: list[Artifact] = field(default_factory=list)


class Reference(NamedTuple):
    """`entity/project/name:tag`; the tag is a version (`v3`) or an alias."""

    entity: str
    project: str
    name: str
    tag: str


def reference_in(text: str) -> Reference | None:
    found = _REFERENCE.fullmatch(text.strip())
    return Reference(*(part or "" for part in found.groups())) if found else None


def version_said(tag: str) -> str:
    """A tag where it is a version, which means one thing for ever; aliases move."""
    return tag if re.fullmatch(r"v\d+", tag) else ""


def contents_of(entries: Iterable[ManifestEntry], draft: LineageDraft, place: Place) -> ArtifactContents:
    """What the list of an artifact's files proves: only MD5s of files that it holds itself."""
    held: list[tuple[str, str]] = []
    parts: list[tuple[str, str]] = []
    places: list[str] = []
    whole, left_out, weights = True, 0, ""
    for entry in entries:
        likely = model_file(entry.path)
        weights = weights or (entry.path if likely is Likely.YES else "")
        if entry.ref:
            places.append(entry.ref)
        md5 = "" if entry.ref or entry.other else _hex(entry.digest)
        whole = whole and bool(md5)
        if md5:
            held.append((entry.path, md5))
            if likely is Likely.YES or entry.path.casefold().endswith(_CONTAINERS):
                left_out += len(parts) >= MOST_PARTS
                parts += [(entry.path, f"md5:{md5}")] if len(parts) < MOST_PARTS else []
    if left_out:
        draft.warn("note.lineage.wandb-parts", place=said(place), count=left_out, most=MOST_PARTS)
    digests = [digest_of_listing(held)] if held and whole else []
    if len(held) == 1 and whole:
        digests.append(f"md5:{held[0][1]}")
        parts = []
    return ArtifactContents(tuple(digests), tuple(parts), _around(places), weights)


def _hex(digest: str) -> str:
    try:
        data = b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return data.hex() if len(data) == 16 else ""


def _around(places: list[str]) -> tuple[str, ...]:
    """The one place, or the folder in which all of them lie where they do not lie all over a store."""
    if len(places) < 2:
        return tuple(places)
    first, last = min(places).split("/"), max(places).split("/")
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    return ("/".join(first[:shared]),) if shared > 3 else ()
