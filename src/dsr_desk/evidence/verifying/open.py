"""Unpacks a bundle into a folder, after everything in it was looked at."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.signed.members import PIECE
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Members, Refused, check_beside
from dsr_desk.evidence.verifying.verify import Secrets, message_of, opening
from dsr_desk.evidence.wrappers.cms import EnvelopeKey
from dsr_desk.storage.files import disk_errors, write_whole, writing_whole


class FolderInUse(DeskError):
    code = "BUNDLE-FOLDER-IN-USE"
    happened = "{folder} exists and is not empty."
    means = "Nothing was unpacked: files of two bundles would be mixed."
    todo = "Name a new folder."


class BundleRefused(DeskError):
    code = "BUNDLE-REFUSED"
    happened = "The bundle was not opened. {why}"
    means = "Nothing was written. What it says must not be relied on."
    todo = "Compare the passphrase or the key, and ask the sender for the bundle again if they are right."


def open_bundle(
    path: Path,
    folder: Path,
    passphrase: str | None = None,
    identities: Sequence[str] = (),
    envelope_key: EnvelopeKey | None = None,
) -> tuple[Path, ...]:
    """Writes the files of the bundle and, below `evidence/`, the bag. Returns the paths, the report's first.

    Opening is not verifying: call `verify` too. Raises FolderInUse, BundleRefused, BundleMissing, SecretNeeded.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(folder=folder)
    written: list[Path] = []
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key)) as bundle:
            bag = Members(bundle.archive)
            check_beside(bag, bundle.beside)
            for name in bag:
                bag.sha256(name)
            bundle.archive.seek(0)
            written += [_write(folder / name, io.BytesIO(data)) for name, data in bundle.beside.items()]
            written.append(_write(folder / EVIDENCE, bundle.archive))
            written += [_write(folder / "evidence" / name, bag.open(name)) for name in bag]
    except Refused as refused:
        raise BundleRefused(why=message_of(refused.said)) from refused
    report = folder / "evidence" / "data" / "report.html"
    return tuple(sorted(written, key=lambda target: (target != report, target)))


def write_verifier(target: Path) -> str:
    """Writes the verifier that needs nothing of this program. Returns its SHA-256, which each release names."""
    data = files("dsr_desk.evidence.verifying").joinpath("check_bundle.py").read_bytes()
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, data)
    return sha256_hex(data)


def _write(target: Path, data: BinaryIO) -> Path:
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with writing_whole(target) as file:
        shutil.copyfileobj(data, file, PIECE)
    return target
