"""The whole job on a sample organisation of drawn people, with its result compared with the truth."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from dsr_desk.app.case import case_lines, cases, deleting, drafts, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import sealing, signing_keys
from dsr_desk.app.proof.required import state_field, state_generally
from dsr_desk.app.sample import Comparison, Sample, Truth, copy_sample
from dsr_desk.app.sample_answers import answer_sample_questions
from dsr_desk.app.vault.keeping import Details, set_organisation_details, write_private
from dsr_desk.app.vault.retention import set_period
from dsr_desk.core.actions import Seen
from dsr_desk.core.deadlines import Place
from dsr_desk.core.errors import DeskError
from dsr_desk.core.lineage import AffectedModel, DispositionKind, Impact, Learned
from dsr_desk.core.message import Message, term
from dsr_desk.core.requests import Law
from dsr_desk.core.required import FieldState
from dsr_desk.jobs.progress import CancelToken, Report, silent
from dsr_desk.search.index.about import IndexPurpose

PASSPHRASE = "sample passphrase for drawn people"
"""Opens the sample's vault: it holds nobody's data."""

MARK = "dsr-desk-demo"
ROUNDS = 4


class DemoFolderInUse(DeskError):
    code = "DEMO-FOLDER-IN-USE"
    happened = "{folder} holds something that no demo has made."
    means = "A demo replaces what an earlier one left, so it was not run there. Nothing was changed."
    todo = "Choose an empty or a new folder with --out."


@dataclass
class Stopwatch:
    """Seconds by step, in the order of the steps."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)


@dataclass(frozen=True)
class DemoFound:
    """What a search proposed, against the truth. `rounds` counts searches until nothing new came."""

    candidates: int
    hits: int
    rounds: int
    gaps: int
    statement: tuple[Message, ...]
    comparison: Comparison


@dataclass(frozen=True)
class Prepared:
    """A desk with the sample's case searched and decided on."""

    desk: Desk
    sample: Sample
    case: str
    due: str
    found: DemoFound
    answers: tuple[Message, ...]


@dataclass(frozen=True)
class Verified:
    """A bundle with where it lies, what opens it and whether it verifies."""

    edition: str
    path: Path
    opens_with: str
    ok: bool
    checks: int


@dataclass(frozen=True)
class AffectedLine:
    """A model that the person's data reached, with its shortest path."""

    model: str
    roles: tuple[str, ...]
    learned: Learned
    path: tuple[str, ...]
    deployments: tuple[str, ...]


@dataclass(frozen=True)
class DemoResult:
    """All that the demo did and found; `ok` where everything that ought to be gone is and every bundle verifies."""

    ok: bool
    folder: Path
    vault: Path
    passphrase: str
    people: int
    photos: int
    records: int
    case: str
    due: str
    found: DemoFound
    models: tuple[AffectedLine, ...]
    without_lineage: tuple[str, ...]
    partly_recorded: tuple[str, ...]
    answers: tuple[Message, ...]
    excluded: dict[str, Message]
    erased: int
    read_back: tuple[Message, ...]
    bundles: tuple[Verified, ...]
    certificate: str
    seconds: dict[str, float]


def prepare_sample(
    out: Path, *, decide: bool = True, watch: Stopwatch | None = None, report: Report = silent, cancel: CancelToken
) -> Prepared:
    """Copies the sample organisation, makes its vault and indexes, opens and searches its case; decides by the truth.

    With `decide` off the candidates are left to the officer. Raises DemoFolderInUse, SampleMissing, Cancelled.
    """
    watch = watch or Stopwatch()
    _clear(out)
    sample = copy_sample(out / "organisation")
    desk = _indexed(out, sample, watch, report, cancel)
    try:
        models.import_lineage(desk, sample.lineage)
        answers = answer_sample_questions(desk) if decide else []
        with watch.step("search and decide"):
            draft = drafts.understand(sample.letter, [])
            view, _ = cases.open_case(desk, draft, confirmed=True)
            cases.record_identity(
                desk,
                view.ref,
                method="signed in to the account and confirmed a code sent to the known e-mail address",
                photo_shows_requester="compared with the person in a video call",
            )
            found = _search(desk, view.ref, Truth.load(sample.truth), decide, report, cancel)
    except BaseException:
        desk.close()
        raise
    return Prepared(desk, sample, view.ref, view.due.isoformat(), found, tuple(one.says for one in answers))


_GENERALLY = {
    "officer": "Ines Sample, dpo@larkfield.example",
    "court": "the courts of the country in which you live, or of Ireland, where we are",
    "categories": "photos with faces, and the records of the account",
    "rights": "rectification, erasure, restriction of and objection to the processing",
    "automated": "nothing is decided about you by a program alone",
    "transfers": "none to countries outside the European Economic Area",
}
"""What the sample's officer states once for every case under the EU GDPR."""


def _state_generally(desk: Desk) -> None:
    """What every answer of the sample organisation says: whom to ask, where to complain, how long files are kept."""
    set_organisation_details(
        desk,
        Details(
            address="1 Sample Quay, Dublin",
            contact="privacy@larkfield.example",
            authority="the Data Protection Commission, Dublin",
        ),
    )
    set_period(desk, 36, "our retention plan: three years for the defence of legal claims, then destroyed")
    for name, says in _GENERALLY.items():
        state_generally(desk, Law.EU_GDPR, name, FieldState.STATED, says)


def _indexed(out: Path, sample: Sample, watch: Stopwatch, report: Report, cancel: CancelToken) -> Desk:
    """The sample's vault with both indexes; workers get ready while the vault is made."""
    with indexing.lent_workers() as workers:
        desk, code = Desk.create(out / "vault", "Larkfield Friends (sample)", "Robin Sample", PASSPHRASE, Place("IE"))
        try:
            write_private(out / "recovery-code.txt", code)
            _state_generally(desk)
            with watch.step("index"):
                for dataset in sample.datasets:
                    to = out / "indexes" / dataset.version.name
                    indexing.build_index(
                        desk,
                        dataset.sources,
                        to,
                        dataset.version,
                        register=IndexPurpose("answering requests of data subjects", "GDPR Article 6(1)(c)"),
                        workers=workers,
                        report=report,
                        cancel=cancel,
                    )
                    cancel.check()
        except BaseException:
            desk.close()
            raise
    return desk


def run_demo(out: Path, *, report: Report = silent, cancel: CancelToken | None = None) -> DemoResult:
    """The whole job, from the sample's files to verified bundles."""
    out, cancel = out.absolute(), cancel or CancelToken()
    watch = Stopwatch()
    prepared = prepare_sample(out, watch=watch, report=report, cancel=cancel)
    with prepared.desk as desk:
        ref = prepared.case
        impact = models.affected_by_case(desk, ref)
        _dispose(desk, ref, impact)
        with watch.step("delete"):
            deleting.make_plan(desk, ref)
            rehearsed = deleting.dry_run(desk, ref)
            deleting.approve(desk, ref)
            deleting.run(desk, ref, report=report, cancel=cancel)
        with watch.step("read back"):
            found = deleting.read_back(desk, ref, report=report, cancel=cancel)
        asked = "the register does not say who received one of the datasets; its owner was asked"
        state_field(desk, ref, "recipients", FieldState.NOT_YET_KNOWN, asked)
        with watch.step("seal and verify"):
            bundles, certificate = _seal(desk, ref, out)
    gone = found.seen.erased or found.seen is Seen.HELD
    return DemoResult(
        ok=gone and all(bundle.ok for bundle in bundles),
        folder=out,
        vault=out / "vault",
        passphrase=PASSPHRASE,
        people=prepared.sample.contents.people,
        photos=prepared.sample.contents.photos,
        records=prepared.sample.contents.records,
        case=ref,
        due=prepared.due,
        found=prepared.found,
        models=tuple(_line(model) for model in impact.models),
        without_lineage=tuple(node.label for node in impact.without_lineage),
        partly_recorded=tuple(node.label for node in impact.partly_recorded),
        answers=prepared.answers,
        excluded={one.node.label: one.reason for one in impact.excluded},
        erased=rehearsed.erase,
        read_back=found.headline,
        bundles=bundles,
        certificate=certificate,
        seconds=watch.seconds,
    )


def demo_lines(result: DemoResult) -> list[str]:
    """The short report for people."""
    comparison = result.found.comparison
    lines = [
        f"Sample organisation: {result.people} drawn people, {result.photos} photos, {result.records} records.",
        "",
        f"Case {result.case}, erasure under the EU GDPR, due {result.due}.",
        f"Search: {result.found.candidates} candidates in {result.found.rounds} rounds, {result.found.hits} decided to "
        f"be the person; {result.found.gaps} parts of the scope were not searched and are listed in the case.",
        f"Against the sample's truth: {comparison.statement}",
        *(f"  missed: {one.place}{f' ({one.hard})' if one.hard else ''}" for one in comparison.missed),
        "",
        f"Questions about lineage, answered by the sample's officer: {len(result.answers)}.",
        *(f"  {answer}" for answer in result.answers),
        "",
        f"Models that the data reached: {len(result.models)}.",
    ]
    for model in result.models:
        how = f"{', '.join(model.roles)}; {term(model.learned)}"
        lines.append(f"  {model.model}: {how}{'; deployed' if model.deployments else ''}")
        lines.append(f"    {' → '.join(model.path)}")
    lines += [f"  {name}: no recorded training data, so nothing can be said of it" for name in result.without_lineage]
    lines += [f"  {name}: not all that it learned from is recorded" for name in result.partly_recorded]
    lines += [f"  {name}: not affected. {reason}" for name, reason in result.excluded.items()]
    lines += ["", f"Deletion: {result.erased} items erased. Read back: {' '.join(map(str, result.read_back))}", ""]
    for bundle in result.bundles:
        verdict = f"verified, {bundle.checks} checks hold" if bundle.ok else "DOES NOT VERIFY"
        lines += [f"For the {bundle.edition}: {bundle.path}  ({verdict})", f"  {bundle.opens_with}"]
    lines += [
        "",
        f"Certificate: {result.certificate}",
        f"Vault: {result.vault}  (passphrase: {result.passphrase})",
        "Look at it in the desktop app: open that vault.",
        f"{sum(result.seconds.values()):.0f} s: "
        + ", ".join(f"{name} {took} s" for name, took in result.seconds.items()),
    ]
    return lines


def _clear(out: Path) -> None:
    """Takes away what an earlier demo left; anything else in the folder stays, and the demo is not run there."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).is_file():
            raise DemoFolderInUse(folder=out)
        for entry in out.iterdir():
            (shutil.rmtree if entry.is_dir() else Path.unlink)(entry)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).write_text("Made by dsr-desk demo, which replaces everything in this folder.\n", encoding="utf-8")


def _search(desk: Desk, ref: str, truth: Truth, decide: bool, report: Report, cancel: CancelToken) -> DemoFound:
    """Searches until confirmed hits bring nothing new."""
    rounds, before = 0, -1
    while True:
        rounds += 1
        result = searching.search_case(desk, ref, report=report, cancel=cancel)
        items = review.review_items(desk, ref)
        for item in items:
            if decide and item.decision is None:
                review.decide(desk, ref, item.candidate.id, truth.verdict(item.candidate))
        if not decide or len(items) == before or rounds == ROUNDS:
            break
        before = len(items)
    proposed = [item.candidate.address for item in review.review_items(desk, ref)]
    return DemoFound(
        candidates=len(proposed),
        hits=len(review.hits(desk, ref)),
        rounds=rounds,
        gaps=len(result.gaps),
        statement=result.statement,
        comparison=truth.compare(proposed),
    )


def _dispose(desk: Desk, ref: str, impact: Impact) -> None:
    """What the sample's officer decides: models that may have learned go, those only measured stay with the reason."""
    for model in impact.models:
        measured = model.learned is Learned.MEASURED
        disposition = DispositionKind.NOT_AFFECTED if measured else DispositionKind.RETRAINED
        reason = "" if not measured else "the data was only measured against; no weight was computed from it"
        who, by = "Head of machine learning", "2027-03-31"
        models.plan_disposition(desk, ref, model.id, disposition, reason=reason, responsible=who, deadline=by)


def _seal(desk: Desk, ref: str, out: Path) -> tuple[tuple[Verified, ...], str]:
    """Two editions; the regulator's key is made here, since the sample has no regulator."""
    identity = pyrage.x25519.Identity.generate()
    key_file = out / "regulator-key.txt"
    write_private(key_file, str(identity))
    sealed = sealing.seal(desk, ref, out / "bundles", regulators=[str(identity.to_public())])
    certificate = signing_keys.certificate_fingerprint(desk)
    found = []
    for bundle in sealed:
        identities = [] if bundle.passphrase else [key_file]
        checked = sealing.verify(
            bundle.path, passphrase=bundle.passphrase, identities=identities, certificate=certificate
        )
        opens = f"opens in a browser with the passphrase {bundle.passphrase}"
        if not bundle.passphrase:
            opens = f"opens with: age -d -i {key_file} {bundle.path} > bundle.zip"
        held = sum(1 for check in checked.checks if check.ok)
        found.append(Verified(bundle.edition, bundle.path, opens, checked.ok is True, held))
    return tuple(found), certificate


def _line(model: AffectedModel) -> AffectedLine:
    return AffectedLine(
        model.node.label,
        tuple(f"{role.value} ({certainty.value})" for role, certainty in model.certainties.items()),
        model.learned,
        tuple(step.node.title for step in model.shortest_path),
        tuple(node.label for node in model.deployments),
    )


def open_sample(folder: Path, *, report: Report, cancel: CancelToken) -> tuple[Desk, str]:
    """The open sample desk and its case. What an interrupted making left is made anew.

    Raises DemoFolderInUse where the folder holds something else, Cancelled.
    """
    vault = folder / "vault"
    if vault.is_dir():
        desk = Desk.open(vault, PASSPHRASE)
        found = case_lines.list_cases(desk)
        if found:
            return desk, found[0].ref
        desk.close()
    prepared = prepare_sample(folder, decide=False, report=report, cancel=cancel)
    return prepared.desk, prepared.case
