"""The files of a BagIt 1.0 bag. Both manifests are in the form that `sha256sum -c` reads."""

from __future__ import annotations

from collections.abc import Mapping

from dsr_desk.evidence.signed.members import Archive, Held, Member, joined


def bag(payload: Mapping[str, Member], info: Mapping[str, str]) -> dict[str, Member]:
    """All files of a bag: the payload below `data/` with manifest, tag files and tag manifest.

    `payload` maps names without `data/` to members, `info` holds labels of bag-info.txt.
    """
    members = {f"data/{name}": one for name, one in payload.items()}
    total = sum(one.size for one in members.values())
    labels = {**info, "Payload-Oxum": f"{total}.{len(members)}"}
    tags: dict[str, Member] = {
        "bagit.txt": Held(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
        "bag-info.txt": Held("".join(f"{label}: {_one_line(labels[label])}\n" for label in sorted(labels)).encode()),
        "manifest-sha256.txt": _manifest(members),
    }
    return {**members, **tags, "tagmanifest-sha256.txt": _manifest(tags)}


def stored_zip(members: Mapping[str, bytes]) -> bytes:
    """A zip with sorted, uncompressed members and fixed dates: same members, same bytes."""
    return joined(Archive({name: Held(data) for name, data in members.items()}))


def _manifest(files: Mapping[str, Member]) -> Held:
    return Held("".join(f"{files[name].sha256.hex()}  {name}\n" for name in sorted(files)).encode())


def _one_line(value: str) -> str:
    return " ".join(value.split())
