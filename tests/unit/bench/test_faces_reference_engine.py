"""The peer that benchmarks compare with."""

from __future__ import annotations

import pytest

from bench import reference_engine
from bench.reference_engine import PeerMissing, ReferenceEngine


def test_without_the_model_that_packages_leave_out_the_peer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_engine, "PEER_FILE", "landmarks.dat")
    with pytest.raises(PeerMissing, match=r"landmarks\.dat"):
        ReferenceEngine()
