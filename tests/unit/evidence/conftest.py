"""Fixtures over the invented case."""

from __future__ import annotations

from datetime import UTC, datetime

import evidence_sample
import pytest

from dsr_desk.evidence.contents.content import EvidenceContent
from dsr_desk.evidence.signed.signing import Signer


@pytest.fixture(autouse=True)
def _quick_cells(quick_cells: None) -> None:
    """Bundles that hold what ends or fools a reader have tests of their own."""


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def rsa_signer() -> Signer:
    return evidence_sample.rsa_signer()


@pytest.fixture(scope="session")
def sample_content() -> EvidenceContent:
    """For what is sealed once and changed by many tests."""
    return evidence_sample.found()


@pytest.fixture
def few_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rounds of key derivation, so that thousands of changed pages can be tried."""
    monkeypatch.setattr("dsr_desk.evidence.wrappers.html.ITERATIONS", 10)


@pytest.fixture
def content() -> EvidenceContent:
    return evidence_sample.found()


@pytest.fixture
def nothing_found(content: EvidenceContent) -> EvidenceContent:
    return evidence_sample.nothing_found(content)
