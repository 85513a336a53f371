"""evidence.zip: a BagIt 1.0 bag as a zip whose bytes follow from its content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from dsr_desk.core.canonical import sha256_hex

_EPOCH = (1980, 1, 1, 0, 0, 0)


def bag(payload: Mapping[str, bytes], info: Mapping[str, str]) -> dict[str, bytes]:
    """All files of a bag: the payload below `data/` with manifest, tag files and tag manifest.

    `payload` maps names without `data/` to bytes, `info` holds labels of bag-info.txt. Both manifests are in the
    form that `sha256sum -c` reads.
    """
    members = {f"data/{name}": data for name, data in payload.items()}
    total = sum(len(data) for data in members.values())
    manifest = _manifest(members)
    labels = {**info, "Payload-Oxum": f"{total}.{len(members)}"}
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{label}: {_one_line(labels[label])}\n" for label in sorted(labels)).encode(),
        "manifest-sha256.txt": manifest,
    }
    return {**members, **tags, "tagmanifest-sha256.txt": _manifest(tags)}


def stored_zip(members: Mapping[str, bytes]) -> bytes:
    """A zip with sorted, uncompressed members and fixed dates: same members, same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, members[name])
    return buffer.getvalue()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{sha256_hex(files[name])}  {name}\n" for name in sorted(files)).encode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
