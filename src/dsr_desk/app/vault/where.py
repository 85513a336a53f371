"""Where vaults lie on this computer: windows and commands open the same one. Paths are kept, and nothing of a vault."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from dsr_desk.core.errors import DeskError
from dsr_desk.storage.files import write_whole
from dsr_desk.storage.vault_folder import KEYS

VARIABLE = "DSR_DESK_VAULT"
MOST = 8
"""So many vaults are remembered."""


def usual_vault(environment: Mapping[str, str] = os.environ) -> Path:
    """The one that is meant where none is named: the environment's, the one opened last, the first one."""
    named = environment.get(VARIABLE)
    return Path(named) if named else next(iter(recent_vaults()), first_vault())


def first_vault() -> Path:
    """Where the first vault is proposed to lie."""
    return user_data_path("dsr-desk") / "vault"


def recent_vaults() -> list[Path]:
    """Those that were opened in the window, the last one first, whether they are there now or not."""
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
        return [Path(one) for one in kept if isinstance(one, str)][:MOST] if isinstance(kept, list) else []
    except (OSError, ValueError):
        return []


def remember_vault(folder: Path) -> None:
    """It is offered first from now on. Where this cannot be written, nothing is remembered."""
    folder = folder.absolute()
    kept = [folder, *(one for one in recent_vaults() if one != folder)][:MOST]
    try:
        _file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(_file(), json.dumps([str(one) for one in kept], indent=1).encode())
    except (OSError, DeskError):
        return


def backup_taken(folder: Path) -> str | None:
    """UTC time at which the vault in this folder was copied, None where it is no backup that was never opened.

    Read before anything is unlocked, so it is only a hint: what counts is what opening declares.
    """
    try:
        taken = json.loads((folder / KEYS).read_bytes()).get("backup")
    except (OSError, ValueError, AttributeError):
        return None
    return taken if isinstance(taken, str) and taken else None


def _file() -> Path:
    return user_config_path("dsr-desk") / "vaults.json"
