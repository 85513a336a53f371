"""What tests of layouts have in common: a table with the person in the middle, finding her, erasing her."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from dsr_desk.datasets.celled import CelledContainer
from dsr_desk.datasets.container import Doomed, Erased
from dsr_desk.datasets.registry import survey

TABLE = pa.table({"name": ["Ada", "Wilma", "Zoe"], "mail": ["a@x.org", "w@x.org", "z@x.org"]})


def photo(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (24, 24), (shade % 256, 40, 90)).save(out, "JPEG")
    return out.getvalue()


def laid_out(root: Path, part: str, others: list[str]) -> Path:
    """A table at `part`, and files around it that say nothing that would be understood."""
    for name in (*others, part):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    for name in others:
        (root / name).write_text('{"name": "Wilma"}')
    pq.write_table(TABLE, root / part)
    return root / part


def doomed_in(container: CelledContainer, word: str = "Wilma") -> list[Doomed]:
    """Every item of the rows, samples or photos that name somebody in their record or their member."""
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Doomed] = []
    rows: set[int | str | None] = set()
    for entries in (list(container.entries()),) * 2:
        seen.clear()
        for entry in entries:
            key = entry.member, hashlib.sha256(entry.read()).hexdigest()
            one = Doomed(*key, seen[key])
            seen[key] += 1
            named = word in str(entry.record) or word in entry.member
            row = entry.hint if container.tabular else entry.group or entry.member
            if (named or row in rows) and one not in found:
                found.append(one)
                rows.add(row)
    return found


def erased_everywhere(root: Path, word: str = "Wilma") -> list[Erased]:
    """Erases somebody from all containers below a folder, as a plan does: one after the other."""
    done = []
    for container in survey(root).containers:
        if doomed := doomed_in(container, word):
            done.append(container.erase(doomed))
    return done


def stored(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def left_over(place: Path) -> list[Path]:
    return [file for file in place.rglob("*") if file.name.endswith(".dsr-new")]


def finished_before_kill(work: Callable[[], object], step: int) -> bool:
    """Run `work` in a forked process that dies at its n-th change of the disk; whether it got to its end."""
    child = os.fork()
    if child == 0:
        left = step
        changing = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.utime"}

        def hook(event: str, args: tuple[object, ...]) -> None:
            nonlocal left
            writes = event == "open" and isinstance(args[1], str) and args[1][:1] in ("x", "w")
            if writes or event in changing or (event == "ctypes.dlsym" and "renameat2" in args):
                left -= 1
                if left == 0:
                    os._exit(9)

        result = 1
        try:
            sys.addaudithook(hook)
            work()
            result = 0
        finally:
            os._exit(result)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9)
    return code == 0
