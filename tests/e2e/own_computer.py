"""A home, a folder for passing things and nothing of this user's: what a program writes there is all that it wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "places.md"


@dataclass(frozen=True)
class OwnComputer:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        for name in ("home", "tmp", "run"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        usual = {"CONFIG": ".config", "CACHE": ".cache", "STATE": ".local/state", "DATA": ".local/share"}
        return {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            **{f"XDG_{name}_HOME": str(self.folder / "home" / path) for name, path in usual.items()},
            "DSR_DESK_CACHE": "",
            # An installed program is compiled already.
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def undeclared(self, changed: set[Path], named: Path) -> list[Path]:
        """What lies in no place of docs/places.md; `named` is the folder that the program was told."""
        places = [
            row.replace("FOLDER", str(named), 1).replace("$TMPDIR", str(self.folder / "tmp"), 1)
            for row in re.findall(r"^\| `(.*?)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
        ]
        places = [re.sub("^~", str(self.folder / "home"), place) for place in places]
        on_the_way = {parent for place in places for parent in Path(place).parents} | {named}
        return sorted(path for path in changed - on_the_way if not any(fnmatch(str(path), place) for place in places))
