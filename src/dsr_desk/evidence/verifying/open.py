"""Unpacks a bundle into a folder, after everything in it was looked at: in a cell that may write there alone."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.evidence.signed.members import PIECE, LentFile
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, Members, Refused, check_beside
from dsr_desk.evidence.verifying.verify import Presented, Secrets, in_cell, message_of, opened, opening
from dsr_desk.evidence.wrappers.cms import EnvelopeKey
from dsr_desk.jobs.cell import CellFailed
from dsr_desk.storage.files import disk_errors, write_whole, writing_whole

CHECKPOINT = "log/checkpoint"


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
    there = folder.exists()
    try:
        with opening(path, Secrets(passphrase, identities, envelope_key)) as bundle:
            with disk_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
            in_cell(int, unpack, bundle, folder.absolute(), write=(folder.absolute(),))
    except Refused as refused:
        raise BundleRefused(why=message_of(refused.said)) from refused
    except CellFailed as failed:
        raise BundleRefused(why=message("bundle.opening.failed", why=failed.why)) from failed
    finally:
        if not there:
            with suppress(OSError):
                folder.rmdir()  # which only an empty folder lets happen
    report = folder / "evidence" / "data" / "report.html"
    written = (one for one in folder.rglob("*") if one.is_file())
    return tuple(sorted(written, key=lambda target: (target != report, target)))


def unpack(bundle: Presented, folder: Path) -> int:
    """Inside a cell: so many files were written. Raises BundleRefused before the first one."""
    try:
        with opened(bundle) as found:
            bag = Members(found.archive)
            check_beside(bag, found.beside)
            for name in bag:
                bag.sha256(name)
            found.archive.seek(0)
            for name, data in found.beside.items():
                _write(folder / name, io.BytesIO(data))
            _write(folder / EVIDENCE, found.archive)
            for name in bag:
                _write(folder / "evidence" / name, bag.open(name))
            return len(found.beside) + 1 + len(bag)
    except Refused as refused:
        raise BundleRefused(why=message_of(refused.said)) from refused


def checkpoint_of(path: Path, secrets: Secrets) -> str:
    """The text of the checkpoint in a bundle, or in evidence.zip alone.

    Raises BundleRefused, BundleMissing, SecretNeeded.
    """
    try:
        if path.name == EVIDENCE:
            return in_cell(str, checkpoint_in, Presented(LentFile.of(path), {}))
        with opening(path, secrets) as bundle:
            return in_cell(str, checkpoint_in, bundle)
    except Refused as refused:
        raise BundleRefused(why=message_of(refused.said)) from refused
    except CellFailed as failed:
        raise BundleRefused(why=message("bundle.opening.failed", why=failed.why)) from failed


def checkpoint_in(bundle: Presented) -> str:
    """Inside a cell. Raises BundleRefused."""
    try:
        with opened(bundle) as found:
            return Members(found.archive).read(f"data/{CHECKPOINT}").decode(errors="replace")
    except Refused as refused:
        raise BundleRefused(why=message_of(refused.said)) from refused


def write_verifier(target: Path) -> str:
    """Writes the verifier that needs nothing of this program. Returns its SHA-256, which each release names."""
    data = files("dsr_desk.evidence.verifying").joinpath("check_bundle.py").read_bytes()
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, data)
    return sha256_hex(data)


def _write(target: Path, data: BinaryIO) -> None:
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with writing_whole(target) as file:
        shutil.copyfileobj(data, file, PIECE)
