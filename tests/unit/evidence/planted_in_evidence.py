"""What a hostile bundle, stamp or certificate could make a library do. Each stands for what runs in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deeds import crash
from dsr_desk.app.case.copies import FoundCopies
from dsr_desk.evidence.verifying.verify import Presented, Verification
from dsr_desk.evidence.wrappers.pdf import Opened


def fault(*_said: Any) -> Any:
    raise KeyError("Jane Roe, 1 High Street")


def lie(*_said: Any) -> Any:
    return {"ok": "yes", "checks": "all of them"}


def read_beside(bundle: Presented, *_said: Any) -> Verification:
    """What lies beside the bundle, and is no part of it."""
    assert bundle.archive.path is not None
    bundle.archive.path.with_name("secret").read_bytes()
    return Verification(True, ())


def write_outside(_bundle: Presented, folder: Path) -> int:
    (folder.parent / "outside").write_bytes(b"outside")
    return 1


def write_and_crash(_bundle: Presented, folder: Path) -> int:
    (folder / "half").write_bytes(b"half")
    crash()
    return 1


def hand_out_another_bundle(_data: bytes, _passphrase: str) -> Opened:
    return Opened(b"PK another bundle")


def crash_at_what_is_hostile(_photos: Any, _least: int, contents: Sequence[bytes]) -> FoundCopies:
    if b"hostile" in contents:
        crash()
    return FoundCopies(tuple((0,) for _ in contents), 0)


def find_nothing(*_said: Any) -> FoundCopies:
    return FoundCopies((), 0)


def say_nothing(*_said: Any) -> list[Any]:
    return []
