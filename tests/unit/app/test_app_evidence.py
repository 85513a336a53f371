"""What a case's bundles hold: one deletion on the sample organisation, sealed for both readers."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyrage
import pytest

from dsr_desk.app.case import cases, chasing, deleting, handing_over, review
from dsr_desk.app.case.review_content import decided_faces
from dsr_desk.app.data.indexing import dataset_versions
from dsr_desk.app.data.registering import FACTS, correct_dataset, register_dataset
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import sealing
from dsr_desk.app.sample import Sample, Truth
from dsr_desk.app.vault.keeping import Details, set_organisation_details
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.refusals import NothingToConfirm, OwnWork
from dsr_desk.core.requests import Right
from dsr_desk.faces.photo import examine
from dsr_desk.faces.registry import load_engine
from dsr_desk.storage.log_reading import LogDamaged
from quick_keys import make_keys_quick
from unit.app.conftest import PASSPHRASE, Work

SECOND = "a second officer's passphrase"


@dataclass(frozen=True)
class Sealed:
    """Both editions of the case, opened: files by name below `data/`."""

    work: Work
    requester: dict[str, bytes]
    regulator: dict[str, bytes]
    secrets: list[bytes]

    def predicate(self) -> dict[str, object]:
        payload = json.loads(self.regulator["statement.dsse.json"])["payload"]
        found: dict[str, object] = json.loads(base64.b64decode(payload))["predicate"]
        return found


def deleted(work: Work) -> Work:
    """The whole deletion, read back, with the disposition of each model decided."""
    work.search()
    work.decide_all()
    for model in models.affected_by_case(work.desk, work.ref).models:
        models.plan_disposition(
            work.desk,
            work.ref,
            model.node.label,
            DispositionKind.RETRAINED,
            responsible="ML platform",
            deadline="2027-03-31",
        )
    deleting.make_plan(work.desk, work.ref)
    deleting.approve(work.desk, work.ref)
    deleting.run(work.desk, work.ref)
    deleting.read_back(work.desk, work.ref)
    return work


@pytest.fixture(scope="module")
def _deleted_made(
    _prepared: tuple[Path, Path, str], sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, str]:
    """The case after its deletion, made once: where it was made, a copy to begin each test from, the case."""
    live, template, ref = _prepared
    shutil.copytree(template, live)
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        with Desk.open(live / "vault", PASSPHRASE) as desk:
            deleted(Work(desk, ref, live / "data", Truth.load(sample.truth), sample))
    return live, live.rename(tmp_path_factory.mktemp("deleted") / "template"), ref


@pytest.fixture
def gone(_deleted_made: tuple[Path, Path, str], sample: Sample) -> Iterator[Work]:
    """The case, deleted and read back."""
    live, template, ref = _deleted_made
    shutil.copytree(template, live)
    try:
        with Desk.open(live / "vault", PASSPHRASE) as desk:
            yield Work(desk, ref, live / "data", Truth.load(sample.truth), sample)
    finally:
        shutil.rmtree(live)


def sealed(work: Work, folder: Path, language: str = "en") -> Sealed:
    desk, ref = work.desk, work.ref
    identity = pyrage.x25519.Identity.generate()
    key = folder / "identity.txt"
    key.write_text(str(identity))
    secrets = everything_secret(work)
    hers, theirs = sealing.seal(desk, ref, folder / "out", regulators=[str(identity.to_public())], language=language)
    sealing.open_bundle(hers.path, folder / "hers", passphrase=hers.passphrase)
    sealing.open_bundle(theirs.path, folder / "theirs", identities=[key])
    return Sealed(work, files_below(folder / "hers"), files_below(folder / "theirs"), secrets)


def files_below(folder: Path) -> dict[str, bytes]:
    data = folder / "evidence" / "data"
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in data.rglob("*") if path.is_file()}


def everything_secret(work: Work) -> list[bytes]:
    """Reference photos, templates of faces, content digests of hits, and identifiers of everybody in the sample."""
    view = cases.show_case(work.desk, work.ref)
    photos = [cases.reference_bytes(work.desk, work.ref, photo.id) for photo in view.photos]
    found = [photo for photo in photos if photo is not None]
    found += [crop for _, crop in decided_faces(work.desk, work.ref, work.desk.case(work.ref).to_review_again())]
    assert len(found) > len(photos)
    engine = load_engine()
    found += [face.template.tobytes() for photo in found[:1] for face in examine(engine, photo).faces]
    for hit in review.hits(work.desk, work.ref):
        found += [bytes.fromhex(hit.address.digest), hit.address.member.encode()]
    table = next(work.data.rglob("profiles.csv")).read_text("utf-8").splitlines()
    for line in table[1:]:
        found += [cell.encode() for cell in line.split(",") if "@" in cell or re.fullmatch(r"\+?[\d ]{8,}", cell)]
    known = view.identifiers
    values = (*known.names, *known.emails, *known.phones, *known.user_names, *known.account_ids)
    found += [value.encode() for value in values if len(value) >= 5]
    return [one for one in found if len(one) >= 5]


def forms(secret: bytes) -> list[bytes]:
    """How bytes may be spelled; of long ones a piece from the middle, which no wrapping hides."""
    piece = secret if len(secret) < 96 else secret[len(secret) // 2 : len(secret) // 2 + 48]
    shifted = [base64.b64encode(piece[shift:])[4:-4] for shift in range(3)] if len(piece) > 30 else []
    return [piece, piece.hex().encode(), piece.hex().upper().encode(), *shifted]


def inflated(data: bytes) -> bytes:
    """The bytes and those of any zip among them: nothing hides in a compressed member."""
    found = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [inflated(archive.read(name)) for name in archive.namelist()]
    return b"".join(found)


def text_of(page: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode().split("</style>")[1])).split())


def test_no_byte_of_the_regulator_edition_tells_of_a_person(gone: Work, tmp_path: Path) -> None:
    bundle = sealed(gone, tmp_path)
    (archive,) = (tmp_path / "theirs").glob("evidence.zip")
    searched = inflated(archive.read_bytes()) + b"".join(bundle.regulator.values())
    assert len(bundle.secrets) > 40
    for secret in bundle.secrets:
        for form in forms(secret):
            assert form not in searched
            assert form.lower() not in searched.lower() or len(form) < 12
    for picture in (b"\xff\xd8\xff", b"\x89PNG", b"RIFF"):
        assert picture not in searched
    told = b"".join(data for name, data in bundle.regulator.items() if name != "check_bundle.py")
    assert b"data:image" not in told
    assert b'"image"' not in told


def test_every_picture_of_the_requester_is_a_face_of_hers_with_its_origin(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    view = cases.show_case(work.desk, work.ref)
    cases.edit_request(
        work.desk, work.ref, right=Right.ACCESS, law=view.law, received=view.received, identifiers=view.identifiers
    )
    bundle = sealed(work, tmp_path)
    page = bundle.requester["report.html"].decode()
    pictures = re.findall(r'<img src="data:image/jpeg;base64,([^"]+)" alt="[^"]*(item-\d+)"', page)
    assert pictures
    assert len(pictures) == page.count("<img")
    items = {line["item"]: line for line in [json.loads(line) for line in bundle.requester["hits.jsonl"].splitlines()]}
    engine = load_engine()
    for encoded, ref in pictures:
        assert items[ref]["kind"] == "photo"
        assert items[ref]["salted_hash"]
        assert len(examine(engine, base64.b64decode(encoded)).faces) <= 1
    assert b"<img" not in bundle.regulator["report.html"]
    assert b'"image"' not in bundle.regulator["report.json"]


def test_a_german_report_holds_no_english_sentence(work: Work, tmp_path: Path) -> None:
    cases.record_identity(work.desk, work.ref, method="Videoanruf", photo_shows_requester="im Anruf gesehen")
    typed = ("source", "collected", "supplier", "legal_basis", "purposes", "retention", "responsible")
    for version, _ in dataset_versions(work.desk):
        correct_dataset(work.desk, version.id, dict.fromkeys(typed, "laut Vertrag"))
    bundle = sealed(deleted(work), tmp_path, "de")
    for edition in (bundle.requester, bundle.regulator):
        said = text_of(edition["report.html"])
        assert "Kurz gesagt" in said
        assert english_sentences(said) == []
        assert not re.search(r"\b(the|and|with|found|read back|gone|were|of the)\b", said)


def english_sentences(said: str) -> list[str]:
    """Codes of those that stand in a German text."""
    found = []
    english, german = catalogue("en"), catalogue("de")
    for code in german.keys() & english.keys():
        for part in re.split(r"\{[^}]*\}", str(english[code])):
            words = part.strip(" .,:;()")
            if words.count(" ") >= 2 and words not in str(german[code]) and words in said:
                found.append(code)
    return found


def test_before_a_deletion_there_is_nothing_to_confirm(work: Work) -> None:
    with pytest.raises(NothingToConfirm):
        deleting.confirm_outcome(work.desk, work.ref)


def test_the_outcome_is_confirmed_by_an_officer_who_ran_nothing(gone: Work, tmp_path: Path) -> None:
    with pytest.raises(OwnWork):
        deleting.confirm_outcome(gone.desk, gone.ref)
    assert "Nobody other than the operator" in text_of(sealed(gone, fresh(tmp_path, "a")).regulator["report.html"])
    folder = gone.desk.vault.folder
    gone.desk.vault.add_officer("Ben", SECOND)
    gone.desk.close()
    with Desk.open(folder, SECOND) as second:
        deleting.confirm_outcome(second, gone.ref)
    with Desk.open(folder, PASSPHRASE) as desk:
        again = Work(desk, gone.ref, gone.data, gone.truth, gone.sample)
        bundle = sealed(again, fresh(tmp_path, "b"))
        assert "Outcome confirmed by Ben" in text_of(bundle.regulator["report.html"])
        assert bundle.predicate()["declarant"]["validator"] == "Ben"  # type: ignore[index]
        deleting.read_back(desk, gone.ref)
        assert deleting.confirmed_by(desk, gone.ref) == ""


def fresh(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def test_who_acts_for_the_person_and_the_organisation_are_on_the_certificate(work: Work, tmp_path: Path) -> None:
    desk, ref = work.desk, work.ref
    cases.record_identity(
        desk, ref, method="video call", photo_shows_requester="seen", acting_for="lawyer with a power of attorney"
    )
    set_organisation_details(desk, Details("1 Quay", "privacy@x.example", "The Authority", "data protection officer"))
    work.search()
    work.decide_all()
    said = text_of(sealed(work, tmp_path).requester["report.html"])
    for part in ("lawyer with a power of attorney", "1 Quay", "privacy@x.example", "The Authority", "officer"):
        assert part in said


def test_a_second_reviewer_is_named_with_how_the_first_word_was_hidden(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    alone = sealed(work, fresh(tmp_path, "alone"))
    assert "The vault has one officer: nobody else looked" in text_of(alone.requester["report.html"])
    work.desk.vault.add_officer("Ben", SECOND)
    unseen = sealed(work, fresh(tmp_path, "unseen"))
    assert "No second officer looked at what was decided" in text_of(unseen.requester["report.html"])
    work.desk.switch_officer(SECOND)
    item = next(iter(review.hits(work.desk, work.ref))).address.id
    review.review_again(work.desk, work.ref, [item], Verdict.SAME)
    work.desk.switch_officer(PASSPHRASE)
    bundle = sealed(work, fresh(tmp_path, "reviewed"))
    said = json.loads(bundle.regulator["scope.json"])["review"]
    assert (said["deciders"], said["second_reviewers"]) == (["Ada"], ["Ben"])
    assert (said["second_in_program"], said["second_by_packet"], said["one_officer"]) == (1, 0, False)
    assert "the program hid the first decision" in text_of(bundle.requester["report.html"])
    assert not re.search(r"\bBen\b", text_of(bundle.requester["report.html"]))


def test_a_correction_of_ones_own_decisions_is_no_second_review(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    first = review.review_items(work.desk, work.ref)[0].candidate
    review.decide(work.desk, work.ref, first.id, Verdict.DIFFERENT)
    bundle = sealed(work, tmp_path)
    assert json.loads(bundle.regulator["scope.json"])["review"]["second_reviewers"] == []


def test_an_identity_that_was_withdrawn_identifies_nobody(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    cases.record_identity(work.desk, work.ref, method="call", photo_shows_requester="", verified=False)
    regulator = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(str(regulator))
    (bundle,) = sealing.seal(
        work.desk, work.ref, tmp_path / "out", requester=False, regulators=[str(regulator.to_public())]
    )
    sealing.open_bundle(bundle.path, tmp_path / "theirs", identities=[tmp_path / "identity.txt"])
    case = json.loads(files_below(tmp_path / "theirs")["case.json"])
    assert case["case"]["identity"] is None


def test_a_regulator_follows_the_log_from_the_first_officer_to_the_sealing(gone: Work, tmp_path: Path) -> None:
    gone.desk.vault.add_officer("Ben", SECOND)
    bundle = sealed(gone, tmp_path)
    lines = [json.loads(line) for line in bundle.regulator["log/leaves.jsonl"].splitlines()]
    acts = [json.loads(line["act"]) for line in lines if "act" in line]
    assert [act["kind"] for act in acts if act["kind"] == "officer-added"] == ["officer-added"] * 2
    assert acts[-1]["kind"] == "sealing"
    entries = list(gone.desk.vault.log.entries(gone.desk.case(gone.ref).id))
    sealing = next(entry.seq for entry in entries if entry.kind.value == "sealing")
    own = [act for act in acts if act["case"]]
    assert len(own) == sum(entry.seq <= sealing for entry in entries)
    hers = [json.loads(line) for line in bundle.requester["log/leaves.jsonl"].splitlines()]
    assert not {"inside", "theirs", "responsible"} & {name for line in hers for name in line.get("opened", {})}


def test_nothing_is_sealed_from_a_log_that_was_changed(work: Work, tmp_path: Path) -> None:
    work.search()
    work.decide_all()
    folder = work.desk.vault.folder
    with work.desk.vault.transaction() as db:
        db.conn.execute("UPDATE act_rows SET word = 'different' WHERE word = 'same'")
    work.desk.close()
    with Desk.open(folder, PASSPHRASE) as desk, pytest.raises(LogDamaged):
        sealing.seal(desk, work.ref, tmp_path / "out")
    assert not list(tmp_path.glob("out/*.html"))


def test_whom_the_data_was_passed_on_to_is_named_with_date_and_answer(work: Work, tmp_path: Path) -> None:
    for version, _ in dataset_versions(work.desk):
        correct_dataset(work.desk, version.id, {"data_recipients": "Northbridge Labs"})
    deleted(work)
    plan = deleting.show_plan(work.desk, work.ref).plan
    (told, *_) = [one for one in plan.actions if one.kind is ActionKind.TELL_RECIPIENT]
    before = text_of(sealed(work, fresh(tmp_path, "a")).requester["report.html"])
    assert "Northbridge Labs: no telling recorded" in before
    chasing.chase(work.desk, work.ref, [told.id], date(2027, 1, 4))
    handing_over.declare(work.desk, work.ref, told.id, "deleted, says their letter")
    deleting.read_back(work.desk, work.ref)
    after = text_of(sealed(work, fresh(tmp_path, "b")).requester["report.html"])
    assert re.search(r"Northbridge Labs: told on [^;]+; answered on [^:]+: deleted, says their letter", after)


def test_a_bundle_says_what_is_registered_of_each_dataset_and_what_nobody_registered(
    work: Work, tmp_path: Path
) -> None:
    portraits, events = (version.id for version, _ in dataset_versions(work.desk))
    correct_dataset(
        work.desk, events, {"source": "/mnt/fern/events", "retention": " ", "other_places": "bucket fern-2"}
    )
    register_dataset(work.desk, DatasetVersion("street-cameras", "4", supplier="Fernhill"))
    bundle = sealed(deleted(work), tmp_path)
    theirs = {one["dataset_version"]: one for one in json.loads(bundle.regulator["scope.json"])["datasets"]}
    registered = {version.id: version for version, _ in dataset_versions(work.desk)}
    assert set(theirs) == set(registered) >= {portraits, events, "street-cameras@4"}
    assert len(theirs) == 5
    for known, version in registered.items():
        assert {name: theirs[known][name] for name in FACTS} == {name: getattr(version, name) for name in FACTS}
        assert theirs[known]["derived_from"] == version.derived_from
    assert theirs[events]["retention"] == "unknown"
    hers = {one["dataset_version"]: one for one in json.loads(bundle.requester["scope.json"])["datasets"]}
    assert set(hers) == {portraits, events}
    assert (hers[events]["source"], hers[events]["supplier"]) == ("withheld", theirs[events]["supplier"])
    for inside in (b"fern-2", b"/mnt/fern", b"Fernhill"):
        assert all(inside not in data for data in bundle.requester.values())
    for page in (bundle.requester["report.html"], bundle.regulator["report.html"]):
        assert "How long it may be kept ▲ unknown – nobody recorded it" in text_of(page)
    unknown = {one["dataset_version"]: one["unknown"] for one in bundle.predicate()["datasets"]}  # type: ignore[attr-defined]
    assert "retention" in unknown[events]
    assert "supplier" not in unknown["street-cameras@4"]


def test_a_bundle_says_who_saw_a_model_beside_the_officer_who_wrote_it_down(gone: Work, tmp_path: Path) -> None:
    first, second, *_ = models.affected_by_case(gone.desk, gone.ref).models
    models.observe_disposition(gone.desk, gone.ref, first.id, DispositionKind.DESTROYED, "file absent", by="Tove Berg")
    models.observe_disposition(gone.desk, gone.ref, second.id, DispositionKind.DESTROYED, "file absent")
    bundle = sealed(gone, tmp_path)
    said = {(one["name"], one["version"]): one for one in json.loads(bundle.regulator["lineage.json"])["models"]}
    observed = [said[one.name, one.version]["observed"] for one in (first, second)]
    assert [(one["by"], one["officer"]) for one in observed] == [("Tove Berg", "Ada"), ("", "Ada")]
    assert all(one["recorded"] for one in observed)
    shown = text_of(bundle.regulator["report.html"])
    assert "seen by Tove Berg; written down by Ada," in shown
    assert "seen and written down by Ada," in shown
    assert all(b"Tove Berg" not in data for data in bundle.requester.values())
