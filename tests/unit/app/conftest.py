"""A small sample organisation, and a desk with its case opened on copies of its data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsr_desk.app.case import cases, drafts, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.sample import Sample, Truth
from dsr_desk.app.sample_answers import answer_sample_questions
from dsr_desk.core.findings import SearchResult
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from quick_keys import make_keys_quick
from required_fields import state_all_generally
from small_sample import small_sample
from unit.app import small_case

PASSPHRASE = "a passphrase for tests"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return small_sample(tmp_path_factory.mktemp("sample") / "organisation")


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    make_keys_quick(monkeypatch)


@pytest.fixture(autouse=True)
def _no_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not ask for the sample is about rules: it loads no face engine."""
    if "sample" not in request.fixturenames:
        monkeypatch.setitem(sys.modules, "onnxruntime", None)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made, _ = Desk.create(tmp_path / "vault", "Test organisation", "Ada", PASSPHRASE)
    yield made
    made.close()


@dataclass(frozen=True)
class Work:
    """A desk with the sample's case, and the folder that its data was copied to."""

    desk: Desk
    ref: str
    data: Path
    truth: Truth
    sample: Sample

    def search(self) -> SearchResult:
        return searching.search_case(self.desk, self.ref)

    def decide_all(self) -> None:
        for item in review.review_items(self.desk, self.ref):
            review.decide(self.desk, self.ref, item.candidate.id, self.truth.verdict(item.candidate))


@pytest.fixture(scope="session")
def _prepared(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Indexes, vault and case, made once: where they were made, a copy to begin each test from, the case."""
    folder = tmp_path_factory.mktemp("case")
    live, template = folder / "live", folder / "template"
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        desk, _ = Desk.create(live / "vault", "Test organisation", "Ada", PASSPHRASE)
        with desk:
            state_all_generally(desk)
            ref = _open_sample_case(desk, sample, live)
    live.rename(template)
    return live, template, ref


@pytest.fixture
def work(_prepared: tuple[Path, Path, str], sample: Sample) -> Iterator[Work]:
    """The sample's case, not searched yet. Paths in vault and indexes are absolute, so each test works in one place."""
    live, template, ref = _prepared
    shutil.copytree(template, live)
    try:
        with Desk.open(live / "vault", PASSPHRASE) as desk:
            yield Work(desk, ref, live / "data", Truth.load(sample.truth), sample)
    finally:
        shutil.rmtree(live)


def _open_sample_case(desk: Desk, sample: Sample, folder: Path) -> str:
    for dataset in sample.datasets:
        sources = []
        for source in dataset.sources:
            shutil.copytree(source, folder / "data" / source.name)
            sources.append(folder / "data" / source.name)
        to = folder / "indexes" / dataset.version.name
        indexing.build_index(
            desk, sources, to, dataset.version, register=IndexPurpose(), workers=1, report=silent, cancel=CancelToken()
        )
    models.import_lineage(desk, sample.lineage)
    answer_sample_questions(desk)
    view, _ = cases.open_case(desk, drafts.understand(sample.letter, []), confirmed=True)
    cases.record_identity(desk, view.ref, method="video call", photo_shows_requester="seen in the call")
    return view.ref


@pytest.fixture(scope="session")
def _small_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    folder = tmp_path_factory.mktemp("small")
    live, template = folder / "live", folder / "template"
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        ref = small_case.make(live)
    live.rename(template)
    return live, template, ref


@pytest.fixture
def small(_small_made: tuple[Path, Path, str]) -> Iterator[small_case.Small]:
    """A small case on a table, opened and not searched yet: no photos, so that it is quick."""
    with small_case.at(*_small_made) as made:
        yield made
