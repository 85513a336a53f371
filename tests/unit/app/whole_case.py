"""The small case taken to its end by three officers: everything that a bundle can tell of has something to tell."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyrage
import pytest

from dsr_desk.app.case import chasing, deleting, handing_over
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import sealing
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.evidence.contents.content import Edition, EvidenceContent, JournalExcerpt
from dsr_desk.evidence.contents.many import Stream
from dsr_desk.evidence.signed.signing import Signer
from unit.app.small_case import ADA, BEA, CEM, Small

LINEAGE = """from_kind,from_name,from_version,role,to_kind,to_name,to_version,certainty
dataset,people,1,train,model,gate,3,recorded
model,gate,3,fine-tune-base,model,door,1,recorded
dataset,people,1,evaluate,model,scale,2,recorded
model,gate,3,serve,deployment,front door,,recorded
model,orphan,1,,,,,
"""
IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
"""A regulator."""

MEANWHILE = "A-7,Wilma Quastenfloss,wilma@example.com"


@dataclass(frozen=True)
class Told:
    """What the program sealed of a case, and with which key."""

    content: EvidenceContent
    signer: Signer


def to_its_end(small: Small) -> Small:
    """Two rounds, a hold, models decided on and one seen, a data recipient told and answered; not sealed."""
    desk, ref = small.desk, small.ref
    (small.folder / "lineage.csv").write_text(LINEAGE, encoding="utf-8")
    models.import_lineage(desk, [small.folder / "lineage.csv"])
    small.reviewed()
    _dispose(small)
    deleting.make_plan(desk, ref)
    deleting.treat(
        desk, ref, small.items()["A-3"], deleting.WantedTreatment.HOLD, reason="a pending claim", until="2027-06-30"
    )
    _carry_out(small)
    small.write([*small.rows, MEANWHILE])
    desk.switch_officer(ADA)
    small.search()
    small.decide_open()
    deleting.make_plan(desk, ref)
    _carry_out(small)
    desk.switch_officer(CEM)
    deleting.confirm_outcome(desk, ref)
    return small


def _dispose(small: Small) -> None:
    desk, ref = small.desk, small.ref
    for model in models.affected_by_case(desk, ref).models:
        wanted = DispositionKind.RETRAINED if model.in_weights else DispositionKind.NOT_AFFECTED
        reason = "" if model.in_weights else "measured against only"
        models.plan_disposition(
            desk, ref, model.id, wanted, reason=reason, responsible="Model team", deadline="2027-03-31"
        )
        if model.name == "door":
            models.observe_disposition(
                desk, ref, model.id, DispositionKind.DESTROYED, "the store is empty", by="Model team"
            )


def _carry_out(small: Small) -> None:
    """Bea approves and runs what Ada planned, and whoever once got the data answers; Ada looks at it afterwards."""
    desk, ref = small.desk, small.ref
    desk.switch_officer(BEA)
    deleting.approve(desk, ref)
    deleting.run(desk, ref)
    for task in [one for one in chasing.tasks(desk, ref) if one.waits]:
        if task.action.kind is ActionKind.TELL_RECIPIENT:
            chasing.chase(desk, ref, [task.action.id], date(2026, 12, 1))
            handing_over.declare(desk, ref, task.action.id, "their letter says deleted")
    desk.switch_officer(ADA)
    deleting.read_back(desk, ref)


def what_was_sealed(
    small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch, edition: Edition = Edition.REGULATOR
) -> Told:
    """Seals both editions, and tells what of one; streams are held, so that it outlives the desk."""
    told: dict[Edition, Told] = {}
    real = sealing.sign

    def noting(content: EvidenceContent, of: Edition, signer: Signer, *rest: object) -> object:
        told[of] = Told(held(content), signer)
        return real(content, of, signer, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "sign", noting)
        sealing.seal(small.desk, small.ref, folder, regulators=[RECIPIENT])
    return told[edition]


class HeldRows(dict[int, tuple[bytes, ...]]):
    """The rows of entries as a journal gives them."""

    def __call__(self, number: int) -> tuple[bytes, ...]:
        return self[number]


def held(content: EvidenceContent) -> EvidenceContent:
    """The same content without anything that is read from a vault."""
    journal = replace(content.journal, **_streams(content.journal))
    rows = HeldRows({leaf.index: tuple(journal.rows_of(leaf.index)) for leaf in journal.leaves if leaf.rows})
    return replace(content, **_streams(content), journal=replace(journal, rows_of=rows))


def _streams(value: EvidenceContent | JournalExcerpt) -> dict[str, Any]:
    return {
        field.name: tuple(many) for field in fields(value) if isinstance(many := getattr(value, field.name), Stream)
    }
