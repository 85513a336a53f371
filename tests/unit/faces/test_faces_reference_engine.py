"""The peer that benchmarks compare with."""

from __future__ import annotations

from pathlib import Path

import face_recognition_models
import pytest

from dsr_desk.faces.reference_engine import PeerMissing, ReferenceEngine


def test_without_the_model_that_packages_leave_out_the_peer_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "landmarks.dat")
    monkeypatch.setattr(face_recognition_models, "pose_predictor_model_location", lambda: place)
    with pytest.raises(PeerMissing, match=r"landmarks\.dat"):
        ReferenceEngine()
