"""What an order on very many small photos costs, step by step, each beside its peer where there is one: time, memory.

All photos are of one supplier. First all of them go, whole containers beside `rm -rf`; then, of another copy, a tenth
goes out of every container (see `bench.orders_mixed`).
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pyrage

from bench.alone import alone
from bench.evidence import tools_of
from bench.orders_case import SUPPLIER, Step, measured, opened_order, scoped
from bench.orders_data import FORMS, write_photos
from bench.orders_mixed import LIBRARIES, STEPS, mixed_steps
from bench.search import BenchRow
from dsr_desk.app.case import deleting
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import sealing
from dsr_desk.app.proof.signing_keys import valid_signer
from dsr_desk.core.actions import Seen
from dsr_desk.evidence.verifying.open import open_bundle
from dsr_desk.evidence.verifying.verify import verify

WHOLE_STEPS = ("scope", "plan", "dry run", "approve", "run", "read back")

TIMES_RM = 1.5
"""Removing whole containers is to take at most so many times what rm -rf takes."""

MOST_MEMORY = 500
"""Megabytes, at any size."""

_BESIDE = {"seal": "zip, sha256sum, age, bare loop", "verify": "age -d, unzip, sha256sum -c, bare loop"}
_OF_MIXED = {"read back": "one read of what is left", "sweep": "sha256sum of what is left"}


def order_rows(
    counts: Sequence[int], folder: Path | None, report: Callable[[str], None], forms: Sequence[str] = FORMS
) -> list[BenchRow]:
    """So many photos in each form: every step of an order on all of them, and of one on a tenth of each container."""
    rows: list[BenchRow] = []
    for form in forms:
        totals: list[tuple[int, float]] = []
        for count in counts:
            with tempfile.TemporaryDirectory(dir=folder) as name:
                place = Path(name)
                report(f"{form} {count:,}")
                photos = write_photos(place / form, form, count)
                shutil.copytree(photos, place / "copy")
                shutil.copytree(photos, place / "mixed" / form)
                os.sync()
                theirs = _removed(place / "copy")
                steps, tools = alone(_ordered, photos, place, count)
                mixed: dict[str, tuple[Step, float]] = alone(
                    mixed_steps, form, place / "mixed" / form, place / "mixed", count
                )
            what = f"order on {count:,} photos in {form}"
            rows += _whole(what, steps, theirs, tools)
            rows += _mixed(f"order on a tenth of {count:,} photos in {form}", mixed, LIBRARIES[form])
            most = max(one.memory for one in (*steps.values(), *(step for step, _ in mixed.values())))
            rows.append(BenchRow(f"{what}: most memory, all processes", "", round(most), math.nan, "MB"))
            totals.append((count, sum(steps[name].seconds for name in WHOLE_STEPS)))
        for (fewer, short), (more, long) in pairwise(totals):
            what = f"time a photo of an order in {form}, {more:,} of them"
            rows.append(BenchRow(what, f"{fewer:,}", round(1e6 * long / more, 1), round(1e6 * short / fewer, 1), "µs"))
    return rows


def _whole(what: str, steps: dict[str, Step], rm: float, tools: dict[str, float]) -> list[BenchRow]:
    rows = []
    for name in WHOLE_STEPS:
        peer = ("rm -rf", rm, 1 / TIMES_RM) if name == "run" else ("", math.nan, None)
        rows.append(
            BenchRow(f"{what}: {name}", peer[0], round(steps[name].seconds, 2), round(peer[1], 2), "s", peer[2])
        )
    for name, against in _BESIDE.items():
        theirs = round(tools[name], 2) if name in tools else math.nan
        rows.append(BenchRow(f"{what}: {name}, processor", against, round(steps[name].processor, 2), theirs, "s"))
    return rows


def _mixed(what: str, steps: dict[str, tuple[Step, float]], library: str) -> list[BenchRow]:
    against = {"run": library, **_OF_MIXED}
    return [
        BenchRow(f"{what}: {name}", against[name], round(ours.seconds, 2), round(theirs, 2), "s")
        for name, (ours, theirs) in ((name, steps[name]) for name in STEPS)
    ]


def _removed(folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    subprocess.run(["sync"], check=True)
    return time.perf_counter() - start


def _ordered(photos: Path, place: Path, count: int) -> tuple[dict[str, Step], dict[str, float]]:
    """All steps of an order, in a process that begins with nothing, and what tools take of the bundle's files."""
    with opened_order(photos, place) as (desk, ref):
        found = {"scope": scoped(desk, ref, f'supplier = "{SUPPLIER}"', count)}
        found["plan"] = measured(lambda: deleting.make_plan(desk, ref))
        found["dry run"] = measured(lambda: deleting.dry_run(desk, ref))
        found["approve"] = measured(lambda: deleting.approve(desk, ref))
        found["run"] = measured(lambda: deleting.run(desk, ref))
        found["read back"] = measured(lambda: deleting.read_back(desk, ref))
        back = deleting.show_plan(desk, ref).read_back
        if desk.case(ref).left or back is None or back.seen is not Seen.GONE:
            raise RuntimeError("not all of it is gone")
        proved, tools = _proved(desk, ref, place)
    return found | proved, tools


def _proved(desk: Desk, ref: str, place: Path) -> tuple[dict[str, Step], dict[str, float]]:
    """Sealing for an authority, and verifying what was sealed."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    made: list[sealing.SealedBundle] = []
    work = place / "proof"
    seal = measured(lambda: made.extend(sealing.seal(desk, ref, work, requester=False, regulators=[recipient])))
    (bundle,), fingerprint = made, valid_signer(desk).fingerprint
    verified: list[bool | None] = []
    check = measured(
        lambda: verified.append(verify(bundle.path, identities=[str(identity)], expected_certificate=fingerprint).ok)
    )
    if verified != [True]:
        raise RuntimeError("the bundle does not verify")
    open_bundle(bundle.path, work / "open", identities=[str(identity)])
    tools = tools_of(work, recipient, identity)
    theirs = {"seal": tools["write"], "verify": tools["read"]} if tools else {}
    return {"seal": seal, "verify": check}, theirs
