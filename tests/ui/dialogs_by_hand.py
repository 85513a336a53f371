"""Dialogs that no button on the way opens, about things with names as long as people give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QDialog, QWidget

from dsr_desk.app.case.chasing import TeamTask
from dsr_desk.app.case.ending import CaseHeld, DueCase
from dsr_desk.app.case.handing_over import Approver, HandedOver
from dsr_desk.app.case.orders import OrderUnreadable
from dsr_desk.app.case.plans import show_plan
from dsr_desk.app.case.references import ReferenceFace, ReferencePhoto, Shown
from dsr_desk.app.case.review import WholePhoto
from dsr_desk.app.case.sweeping import StrayFinding
from dsr_desk.app.models.view import datasets_told
from dsr_desk.app.proof.obligations import obligations
from dsr_desk.app.vault.retention import Kept
from dsr_desk.core.actions import Action, ActionKind, PlacedContainer, PlannedItem
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import Box
from dsr_desk.core.message import message, quoted
from dsr_desk.core.strays import StrayBy
from dsr_desk.deletion.stray_found import Stray
from dsr_desk.ui.about import AboutDialog
from dsr_desk.ui.acting import SwitchDialog
from dsr_desk.ui.dialogs import ErrorDialog, ReasonDialog
from dsr_desk.ui.models.affected import AffectedRow
from dsr_desk.ui.views.case.add_photos import AddPhotosDialog
from dsr_desk.ui.views.case.deletion_parts import ActionRow, TreatmentDialog
from dsr_desk.ui.views.case.end_case import ReopenDialog
from dsr_desk.ui.views.case.facts_versions import FactsVersionsDialog
from dsr_desk.ui.views.case.reference_strip import shown_photo
from dsr_desk.ui.views.case.review_parts import KeysDialog, WholePhotoDialog
from dsr_desk.ui.views.case.strays import ExplainDialog, StraysDialog
from dsr_desk.ui.views.case.tasks import (
    AskDialog,
    DeclareDialog,
    HandedOverDialog,
    HandOutDialog,
    LetterDialog,
    TasksDialog,
)
from dsr_desk.ui.views.case.what_is_it import Picture, WhatIsItDialog
from dsr_desk.ui.views.case.which_person import WhichPersonDialog
from dsr_desk.ui.views.models.disposition import ObservationDialog
from dsr_desk.ui.views.models.lacks import WhichDatasetDialog
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.order.containers import ContainersDialog
from dsr_desk.ui.views.order.draft import DraftDialog
from dsr_desk.ui.views.order.duties import DeclareDutyDialog
from dsr_desk.ui.views.order.selector_box import ColumnDialog
from dsr_desk.ui.views.proof.bundles import BundlesDialog, BundleShown, TimeStampDialog
from dsr_desk.ui.views.proof.swear import SwearDialog
from dsr_desk.ui.views.vault.officers_card import RecoveryCodeDialog
from dsr_desk.ui.views.vault.retention_card import DueDialog
from ui.conftest import Visitor

NAME = "The archive of the members and former members, second floor"
PLACE = Path("/media/archive of the northern region/portraits of members 2019/second half of the year")
WHEN = date(2026, 11, 30)
Make = Callable[[QWidget], QDialog]


def of_the_case(visitor: Visitor) -> Iterator[Make]:
    """While the person's case is open."""
    session, ref = visitor.session, visitor.office.case
    actions = show_plan(visitor.desk, ref).plan.actions
    items = next(one for one in actions if one.items)
    elsewhere = TeamTask(_elsewhere(items.items), None)
    page = visitor.workspace.page("models")
    assert isinstance(page, ModelsPage)
    affected: list[AffectedRow] = page.lists.affected.rows
    face = ReferenceFace(1, Box(40, 40, 90, 100), (), True, bytes(64))
    photo = ReferencePhoto("a portrait from the membership card.jpg", b"", "a" * 64, (face,), 1)
    strip = shown_photo("1", photo.name, b"", (face,), 1, "it cannot be shown here")
    found = Stray(str(PLACE / "copy of a portrait.jpg"), StrayBy.LOOK_INSIDE, "b" * 64, inside=("a/b.jpg",))
    finding = StrayFinding("1", StrayBy.LOOK_INSIDE, found, "2026-11-05T10:00:00Z", True, False)
    picture = Shown(40, 30, bytes(3600), (4000, 3000))
    yield lambda on: AboutDialog(on)
    yield lambda on: SwitchDialog(session, lambda _change: None, on)
    yield lambda on: ErrorDialog(CaseHeld(case=ref, why=message("due.held", count=2)), on)
    yield lambda on: ReasonDialog(NAME, f"{NAME}. {NAME}.", NAME[:20], on)
    yield lambda on: AddPhotosDialog(session, ref, [photo, photo, photo], on)
    yield lambda on: ReopenDialog(ref, on)
    yield lambda on: FactsVersionsDialog(visitor.desk, ref, on)
    yield lambda on: WholePhotoDialog(NAME, WholePhoto(picture, Box(400, 400, 900, 900), 2), f"{PLACE}/{PLACE}", on)
    yield lambda on: KeysDialog(dict(zip(Verdict, "123", strict=False)), on)
    yield lambda on: StraysDialog(session, ref, on)
    yield lambda on: ExplainDialog(session, ref, finding, on)
    yield lambda on: WhatIsItDialog(
        [Picture(PLACE / f"scan {number}.jpg", strip, number == 1) for number in range(4)], on
    )
    yield lambda on: WhichPersonDialog([NAME, "b@example.org"], on)
    yield lambda on: TasksDialog(session, ref, on)
    yield lambda on: AskDialog(session, ref, elsewhere, on)
    yield lambda on: HandOutDialog(session, ref, elsewhere, on)
    yield lambda on: DeclareDialog(session, ref, elsewhere, on)
    yield lambda on: HandedOverDialog(
        HandedOver(PLACE / "plan.age", "f" * 64, "one two three four", (Approver("c" * 64, "Ada"),) * 3, ("a", "b")), on
    )
    yield lambda on: LetterDialog(elsewhere.action, on)
    yield lambda on: TreatmentDialog(ActionRow(items, None, None), on, editable=True)
    yield lambda on: ObservationDialog(affected[:1], "Ada", on)
    yield lambda on: WhichDatasetDialog(NAME, datasets_told(visitor.desk), on)
    yield lambda on: BundlesDialog(
        [BundleShown("requester", PLACE / "r.age", "one two three", True, ((True, quoted(NAME)), (None, quoted(NAME))))]
        * 3,
        on,
    )
    yield lambda on: TimeStampDialog(session, ref, on)
    yield lambda on: RecoveryCodeDialog(session, "-".join(["1234"] * 8), on)
    yield lambda on: DueDialog(
        session,
        [
            DueCase(ref, Kept(6, NAME, 1, WHEN), (message("due.held", count=2),)),
            DueCase("2026-002", Kept(6, NAME, 1, WHEN), ()),
        ],
        on,
    )


def of_the_order(visitor: Visitor, order: str) -> Iterator[Make]:
    """While the order is open."""
    duty = obligations(visitor.desk, order)[0]
    container = PlacedContainer("members@2019", NAME, "folder", str(PLACE), 1200, 40_000_000)
    action = Action(
        "1",
        ActionKind.REMOVE,
        NAME,
        containers=(container,) * 4,
        root=str(PLACE),
        changes=(quoted(f"{NAME}. {NAME}"),) * 3,
    )
    yield lambda on: ContainersDialog(action, on)
    yield lambda on: DeclareDutyDialog(visitor.session, order, duty, None, on)
    yield lambda on: DraftDialog(visitor.session, order, duty, on)
    yield lambda on: SwearDialog(visitor.session, order, on)
    yield lambda on: ColumnDialog(OrderUnreadable(name="list.csv", why=quoted(NAME), most=20), on)


def _elsewhere(items: tuple[PlannedItem, ...]) -> Action:
    task = Action("9", ActionKind.TASK, NAME, items=items, instruction=(quoted(f"{NAME}. {NAME}."),))
    return replace(task, responsible=NAME)
