"""Unpacks a bundle into a folder, after everything in it was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.check_bundle import EVIDENCE, Refused, members_of
from dsr_desk.evidence.cms_wrapper import EnvelopeKey
from dsr_desk.evidence.verify import open_parcel
from dsr_desk.storage.files import disk_errors, write_whole


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
    """Writes the parcel's files and, below `evidence/`, the bag. Returns the paths, the report's first.

    Opening is not verifying: call `verify` too. Raises FolderInUse, BundleRefused, BundleMissing, SecretNeeded.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FolderInUse(folder=folder)
    try:
        parcel = open_parcel(path, passphrase, identities, envelope_key)
        bag = members_of(parcel[EVIDENCE])
    except Refused as refused:
        raise BundleRefused(why=refused) from refused
    targets = {folder / name: data for name, data in parcel.items()}
    targets |= {folder / "evidence" / name: data for name, data in bag.items()}
    for target, data in targets.items():
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)
    report = folder / "evidence" / "data" / "report.html"
    return tuple(sorted(targets, key=lambda target: (target != report, target)))
