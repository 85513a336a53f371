"""Collects the licences of everything that a package contains: `python packaging/licences.py FOLDER`."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import sys
from pathlib import Path

from packaging.requirements import Requirement

LICENCE = re.compile(r"(^|/)(licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)


def needed(name: str, found: dict[str, importlib.metadata.Distribution]) -> None:
    """Adds a package and all that it needs here to `found`."""
    try:
        package = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return
    key = package.metadata["Name"].lower()
    if key in found:
        return
    found[key] = package
    for line in package.requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed(requirement.name, found)


def main(folder: Path) -> None:
    packages: dict[str, importlib.metadata.Distribution] = {}
    needed("dsr-desk", packages)
    for name, package in sorted(packages.items()):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        told = package.metadata.get("License-Expression") or package.metadata.get("License") or "see the files beside"
        (place / "package.txt").write_text(f"{name} {package.version}\n{told}\n", encoding="utf-8")
        for file in package.files or []:
            source = Path(str(package.locate_file(file)))
            if LICENCE.search(str(file)) and ".dist-info" in str(file) and source.is_file():
                shutil.copyfile(source, place / file.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
