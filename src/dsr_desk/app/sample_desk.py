"""The sample organisation for the windows: made once, opened from then on, its decisions left to the officer."""

from __future__ import annotations

from pathlib import Path

from dsr_desk.app.case.cases import list_cases
from dsr_desk.app.demo import PASSPHRASE, prepare_sample
from dsr_desk.app.desk import Desk
from dsr_desk.jobs.progress import CancelToken, Report


def open_sample(folder: Path, *, report: Report, cancel: CancelToken) -> tuple[Desk, str]:
    """The open sample desk and its case. What an interrupted making left is made anew.

    Raises DemoFolderInUse where the folder holds something else, Cancelled.
    """
    vault = folder / "vault"
    if vault.is_dir():
        desk = Desk.open(vault, PASSPHRASE)
        cases = list_cases(desk)
        if cases:
            return desk, cases[0].ref
        desk.close()
    prepared = prepare_sample(folder, decide=False, report=report, cancel=cancel)
    return prepared.desk, prepared.case
