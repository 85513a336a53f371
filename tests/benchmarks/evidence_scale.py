"""Seals and verifies a bundle of many items, beside zip, sha256sum and age on the same bytes.

    python tests/benchmarks/evidence_scale.py [ITEMS]

Prints seconds and the peak of memory. Items are invented; one line of custody and one look back for each.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyrage

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "evidence"))
from evidence_sample import found, hit

from dsr_desk.evidence.content import Edition, EvidenceContent, Language
from dsr_desk.evidence.open import open_bundle
from dsr_desk.evidence.seal import sign, wrap_age
from dsr_desk.evidence.signing import Signer
from dsr_desk.evidence.verify import verify

T = TypeVar("T")


def many(items: int) -> EvidenceContent:
    """The invented case with this many hits."""
    base = found()
    hits = tuple(hit(number) for number in range(items))
    refs = tuple(one.ref for one in hits)
    custody = tuple(replace(base.custody[0], item=ref) for ref in refs)
    return replace(base, hits=hits, custody=custody, read_backs=(replace(base.read_backs[0], items=refs),), retained=())


def timed(name: str, work: Callable[[], T]) -> T:
    begun = time.perf_counter()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<28} {time.perf_counter() - begun:8.2f} s   peak {peak} MB")
    return result


def main(items: int) -> None:
    identity, signer = pyrage.x25519.Identity.generate(), Signer.new("Lumen Vision GmbH")
    content = timed(f"{items} items in memory", lambda: many(items))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evidence = timed("sign", lambda: sign(content, Edition.REGULATOR, signer, Language.ENGLISH))
        sealed = timed("wrap for an age key", lambda: wrap_age(evidence, folder / "b.age", [str(identity.to_public())]))
        result = timed("verify", lambda: verify(sealed.path, identities=[str(identity)]))
        print(f"{'':<28} {sealed.path.stat().st_size >> 20} MB, {'holds' if result.ok else 'FAILS'}")
        open_bundle(sealed.path, folder / "open", identities=[str(identity)])
        for command in (
            ["zip", "-q", "-0", "-r", "peer.zip", "open"],
            ["sha256sum", "peer.zip"],
            ["age", "-r", str(identity.to_public()), "-o", "peer.age", "peer.zip"],
        ):
            timed(f"peer: {command[0]}", partial(subprocess.run, command, cwd=folder, check=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
