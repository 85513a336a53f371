"""Measures what is waited for before anything happens: help, a usage error, the numbers of a vault, the first paint.

Each beside a program that loads just what is needed for it, taking turns, each in a process of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from bench.search import BenchRow
from dsr_desk.app.desk import Desk
from dsr_desk.storage.keys import KeyRing
from dsr_desk.storage.vault_folder import DATABASE, KEYS

_SECRET = "a passphrase for measuring"
_TURNS = 5
_BARE_OPTIONS = "import click, rich"
_BARE_WINDOW = """
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QMainWindow, QTableWidget

class Until(QObject):
    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            app.exit()
        return False

app = QApplication([])
window, table, until = QMainWindow(), QTableWidget(20, 5), Until()
window.setCentralWidget(table)
table.viewport().installEventFilter(until)
window.show()
app.exec()
"""
_OUR_WINDOW = """
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from dsr_desk.ui import main

class Until(QObject):
    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            QApplication.instance().exit()
        return False

class Shown(main.Window):
    def show(self):
        self.until = Until()
        QApplication.instance().installEventFilter(self.until)
        super().show()

main.Window = Shown
main.run([])
"""
_BARE_VAULT = """
import sqlcipher3.dbapi2, sqlite_utils
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

Argon2id(salt=bytes(16), length=32, iterations={iterations}, lanes={lanes}, memory_cost={memory}).derive(b"{secret}")
connection = sqlcipher3.dbapi2.connect({file!r})
connection.execute("PRAGMA key = \\"x'{key}'\\"")
print(connection.execute("SELECT count(*) FROM entries").fetchone())
"""


def start_rows(report: Callable[[str], object] = lambda _: None) -> list[BenchRow]:
    """Milliseconds from the call to its end, or to the first paint; the median of some turns."""
    rows = []
    ours = [sys.executable, "-m", "dsr_desk"]
    with tempfile.TemporaryDirectory() as made:
        report("vault")
        vault, secret = Path(made) / "vault", Path(made) / "passphrase"
        desk, _ = Desk.create(vault, "Measured Ltd", "Ann", _SECRET)
        desk.close()
        bare = _opening(vault)
        secret.write_text(_SECRET + "\n", encoding="utf-8")
        place = ("--vault", str(vault), "--passphrase-file", str(secret))
        for what, line, program, against, reach in (
            ("help", (*ours, "--help"), _BARE_OPTIONS, "importing click and rich", 1 / 3),
            ("a usage error", (*ours, "case", "show"), _BARE_OPTIONS, "importing click and rich", 1 / 3),
            ("vault info", (*ours, "vault", "info", *place), bare, "opening its database alone", 1 / 4),
            ("first paint", (sys.executable, "-c", _OUR_WINDOW), _BARE_WINDOW, "a bare window with a table", 1 / 3),
        ):
            report(what)
            rows.append(_row(what, against, line, (sys.executable, "-c", program), reach, Path(made)))
    return rows


def _opening(vault: Path) -> str:
    """A program that derives a key as strong, opens the vault's database with its own, and counts its entries."""
    key = KeyRing.unlock(vault / KEYS, _SECRET)[0].data_keys[0]
    slots = json.loads((vault / KEYS).read_text(encoding="utf-8"))["slots"]
    memory, iterations, lanes = re.findall(r"\d+", next(iter(slots.values()))["kdf"])[-3:]
    return _BARE_VAULT.format(
        iterations=iterations, lanes=lanes, memory=memory, secret=_SECRET, file=str(vault / DATABASE), key=key.hex()
    )


def _row(what: str, against: str, ours: Sequence[str], theirs: Sequence[str], reach: float, home: Path) -> BenchRow:
    took: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(_TURNS):
        took["ours"].append(_time(ours, home))
        took["theirs"].append(_time(theirs, home))
    return BenchRow(what, against, median(took["ours"]), median(took["theirs"]), "ms", reach)


def _time(line: Sequence[str], home: Path) -> float:
    """Settings lie below `home`, so that nobody's own are touched."""
    environment = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home),
    }  # fmt: skip
    begin = time.perf_counter()
    done = subprocess.run(line, env=environment, capture_output=True, check=False, text=True)
    took = (time.perf_counter() - begin) * 1_000
    if "Traceback" in done.stderr or "PROGRAM-FAULT" in done.stderr:
        raise RuntimeError(done.stderr)
    return took
