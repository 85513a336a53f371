"""From search to sealed evidence on a small sample: gates hold, and what is reported is what happened."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyrage
import pytest

from dsr_desk.app.case import cases, deleting, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import sealing
from dsr_desk.app.proof.signing_keys import certificate_fingerprint
from dsr_desk.core.actions import OutcomeState, Seen
from dsr_desk.core.findings import ReasonKind, Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.message import message
from dsr_desk.core.refusals import (
    NotApproved,
    NothingToSeal,
    NothingToUndo,
    NotReadBack,
    PlanMissing,
    ReviewClosed,
    ReviewOpen,
)
from dsr_desk.core.requests import CaseState
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from unit.app.conftest import Work


def test_a_search_finds_face_record_and_what_is_linked(work: Work) -> None:
    result = work.search()

    kinds = {reason.kind for candidate in result.candidates for reason in candidate.reasons}
    assert {ReasonKind.FACE, ReasonKind.RECORD, ReasonKind.LINK} <= kinds
    comparison = work.truth.compare(candidate.address for candidate in result.candidates)
    assert comparison.records_found == comparison.records
    assert all(missed.hard for missed in comparison.missed)


def test_a_search_names_what_it_was_told_to_leave_out(work: Work) -> None:
    names = [index.name for index in indexing.list_indexes(work.desk)]
    result = searching.search_case(work.desk, work.ref, names[:1])

    assert message("gap.index", name=names[1]) in [gap.what for gap in result.gaps]


def test_a_damaged_index_is_named_beside_what_the_others_hold(work: Work) -> None:
    broken, whole = indexing.list_indexes(work.desk)
    work.desk.release(broken.name)
    file = broken.path / "index.db"
    data = bytearray(file.read_bytes())
    data[: len(data) // 2] = bytes(len(data) // 2)
    file.write_bytes(data)

    result = work.search()

    assert result.candidates
    assert (message("gap.index.whole", name=broken.name), "INDEX-DAMAGED") in [
        (gap.what, gap.why.code) for gap in result.gaps
    ]
    assert {candidate.index for candidate in result.candidates} == {whole.name}


def test_decisions_survive_another_search_and_can_be_undone(work: Work) -> None:
    work.search()
    first = review.review_items(work.desk, work.ref)[0].candidate.id
    review.decide(work.desk, work.ref, first, Verdict.UNSURE)
    review.decide(work.desk, work.ref, first, Verdict.DIFFERENT)
    work.search()

    assert [one.verdict for one in review.decisions(work.desk, work.ref)] == [Verdict.DIFFERENT]
    review.undo_last(work.desk, work.ref)
    assert [one.verdict for one in review.decisions(work.desk, work.ref)] == [Verdict.UNSURE]
    review.undo_last(work.desk, work.ref)
    assert review.decisions(work.desk, work.ref) == []
    with pytest.raises(NothingToUndo):
        review.undo_last(work.desk, work.ref)


def test_confirmed_hits_become_references_of_the_next_search(work: Work) -> None:
    before = work.search()
    work.decide_all()
    after = work.search()

    assert after.pile.count >= before.pile.count


def test_a_refused_link_proposes_nothing_any_more(work: Work) -> None:
    result = work.search()
    linked = next(
        (candidate, reason)
        for candidate in result.candidates
        for reason in candidate.reasons
        if reason.kind is ReasonKind.LINK
    )
    review.refuse_link(work.desk, work.ref, linked[0].id, str(linked[1].linked_item))

    again = {candidate.id: candidate for candidate in work.search().candidates}.get(linked[0].id)
    said = [reason.linked_item for reason in again.reasons] if again else []
    assert linked[1].linked_item not in said


def test_candidates_come_in_bands_whose_order_does_not_follow_the_score(work: Work) -> None:
    work.search()
    items = review.review_items(work.desk, work.ref)

    assert [item.number for item in items] == list(range(1, len(items) + 1))
    assert items == review.review_items(work.desk, work.ref)


def test_an_undecided_candidate_keeps_the_plan_away(work: Work) -> None:
    work.search()
    with pytest.raises(ReviewOpen):
        deleting.make_plan(work.desk, work.ref)


def test_nothing_is_deleted_without_an_approval(work: Work) -> None:
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    before = digest_of_folder(work.data)
    with pytest.raises(NotApproved):
        deleting.run(work.desk, work.ref)

    assert digest_of_folder(work.data) == before


def test_a_dry_run_counts_and_touches_nothing(work: Work) -> None:
    work.search()
    work.decide_all()
    before = digest_of_folder(work.data)
    deleting.make_plan(work.desk, work.ref)
    rehearsed = deleting.dry_run(work.desk, work.ref)

    assert rehearsed.erase >= len(review.hits(work.desk, work.ref))
    assert digest_of_folder(work.data) == before


def test_an_approved_plan_closes_the_review_until_it_is_withdrawn(work: Work) -> None:
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    item = review.review_items(work.desk, work.ref)[0].candidate.id
    with pytest.raises(ReviewClosed):
        review.decide(work.desk, work.ref, item, Verdict.DIFFERENT)

    deleting.withdraw_plan(work.desk, work.ref)
    review.decide(work.desk, work.ref, item, Verdict.DIFFERENT)
    with pytest.raises(PlanMissing):
        deleting.run(work.desk, work.ref)
    deleting.make_plan(work.desk, work.ref)
    with pytest.raises(NotApproved):
        deleting.run(work.desk, work.ref)


def test_affected_models_carry_role_and_path(work: Work) -> None:
    work.search()
    work.decide_all()
    impact = models.affected_by_case(work.desk, work.ref)

    assert len(impact.models) >= 5
    assert all(model.paths for model in impact.models)
    assert impact.without_lineage
    assert [model for model in impact.models if not model.in_weights]


def test_the_whole_job_leaves_nothing_and_proves_it(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    doomed = {hit.address.digest for hit in review.hits(work.desk, work.ref)}
    subject = cases.show_case(work.desk, work.ref).identifiers.emails[0].encode()
    with pytest.raises(PlanMissing):
        deleting.run(work.desk, work.ref)
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)

    outcomes = deleting.run(work.desk, work.ref)
    assert {outcome.state for outcome in outcomes} <= {OutcomeState.DONE, OutcomeState.WAITING}
    with pytest.raises(NotReadBack):
        sealing.seal(work.desk, work.ref, tmp_path / "early")

    found = deleting.read_back(work.desk, work.ref)
    assert {one.seen for one in found.items} == {Seen.GONE}
    assert found.seen is Seen.GONE_WHERE_READ, [(check.says, check.not_looked) for check in found.checks]
    assert cases.show_case(work.desk, work.ref).state is CaseState.READ_BACK
    stored = [path for path in work.data.rglob("*") if path.is_file()]
    assert not doomed & {hashlib.sha256(path.read_bytes()).hexdigest() for path in stored}
    assert not any(subject in path.read_bytes() for path in stored)
    derived = [version for version, _ in indexing.dataset_versions(work.desk) if version.derived_from]
    assert derived

    identity = pyrage.x25519.Identity.generate()
    key = tmp_path / "key.txt"
    key.write_text(f"{identity}\n")
    sealed = sealing.seal(work.desk, work.ref, tmp_path / "out", regulators=[str(identity.to_public())])
    for bundle in sealed:
        checked = sealing.verify(
            bundle.path,
            passphrase=bundle.passphrase,
            identities=[] if bundle.passphrase else [key],
            certificate=certificate_fingerprint(work.desk),
        )
        assert checked.ok, checked
    report = sealing.open_bundle(sealed[1].path, tmp_path / "opened", identities=[key])
    assert report.is_file()
    told = b"".join(path.read_bytes() for path in (tmp_path / "opened").rglob("*") if path.is_file())
    assert subject not in told
    assert work.desk.vault.problems() == []


def test_data_that_lies_elsewhere_leaves_a_gap_only_where_something_of_it_is_removed(
    work: Work, tmp_path: Path
) -> None:
    table = tmp_path / "visitors.csv"
    table.write_text("name,e-mail\nWanda Example,wanda@example.net\n")
    indexing.build_index(
        work.desk,
        [table],
        tmp_path / "visitors",
        DatasetVersion("visitors", "1"),
        register=IndexPurpose(),
        workers=1,
        report=silent,
        cancel=CancelToken(),
    )
    table.rename(tmp_path / "taken-away.csv")
    work.search()
    work.decide_all()
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)

    again = next(one for one in deleting.read_back(work.desk, work.ref).checks if one.name == message("check.again"))

    assert again.seen is Seen.GONE_WHERE_READ
    assert all(gap.kind is not None for gap in again.not_looked), "parts of photos alone"
    assert (again.says.code, again.says.values["count"]) == ("check.again.as-indexed", 1)


def test_a_case_without_a_hit_is_sealed_as_nothing_found(work: Work, tmp_path: Path) -> None:
    with pytest.raises(NothingToSeal):
        sealing.seal(work.desk, work.ref, tmp_path / "out")
    work.search()
    for item in review.review_items(work.desk, work.ref):
        review.decide(work.desk, work.ref, item.candidate.id, Verdict.DIFFERENT)

    sealed = sealing.seal(work.desk, work.ref, tmp_path / "out")

    told = certificate_fingerprint(work.desk)
    assert sealing.verify(sealed[0].path, passphrase=sealed[0].passphrase, certificate=told).ok
    assert not sealing.verify(sealed[0].path, passphrase="wrong-wrong-wrong").ok
    pdf = sealing.seal(work.desk, work.ref, tmp_path / "out", as_pdf=True)[0]
    assert pdf.path.read_bytes().startswith(b"%PDF-")
    assert sealing.verify(pdf.path, passphrase=pdf.passphrase, certificate=told).ok


def test_an_index_check_names_what_changed(work: Work) -> None:
    known = next(index for index in indexing.list_indexes(work.desk) if index.name.startswith("member"))
    photo = next(path for path in sorted(work.data.rglob("*.jpg")))
    photo.unlink()

    from dsr_desk.jobs.progress import CancelToken, silent

    result = indexing.check_index(work.desk, known.name, silent, CancelToken())

    assert not result.ok
    assert any(photo.name in str(place) for place in result.changed.removed)


def digest_of_folder(folder: Path) -> str:
    listing = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return hashlib.sha256(json.dumps(listing).encode()).hexdigest()
