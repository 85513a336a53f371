"""What keeps this program offline here, and files from outside away from it: told as it is, not as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.message import Message, message
from dsr_desk.jobs.confine import enforced


@dataclass(frozen=True)
class Protection:
    """What the kernel sees to (see `jobs.confine.Enforced`), in words too."""

    network: bool
    calls: bool
    files: bool
    says: tuple[Message, ...]

    @property
    def kernel(self) -> dict[str, bool]:
        return {"network": self.network, "calls": self.calls, "files": self.files}


def protection() -> Protection:
    """Of this process, now."""
    there = enforced()
    network, cells = message("protection.network"), message("protection.cells")
    if not there.network:
        network = message("protection.network-not", why=there.why)
    if not (there.calls and there.files):
        cells = message("protection.cells-not", why=there.why)
    return Protection(there.network, there.calls, there.files, (network, cells))
