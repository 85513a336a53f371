"""Pictures of an order: its paper, what it covers, a sample of that, and where its obligations stand."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from dsr_desk.ui.session import Session
from dsr_desk.ui.views.order.new_order import NewOrderPage
from dsr_desk.ui.views.order.order import OrderPage
from dsr_desk.ui.views.order.sample import SamplePage
from dsr_desk.ui.views.order.sample_parts import DrawDialog
from dsr_desk.ui.views.order.scope import ScopePage
from dsr_desk.ui.workspace import Workspace

PAPER = """Federal Authority for Data Protection
In the matter of Larkfield Friends, docket 2026-114

1. Within 30 days, delete or destroy all photos received from Brightwater Pictures.
2. Within 90 days, delete or destroy all face embeddings, and all models developed in whole or in part from them.
3. A sworn statement on each deletion.
"""


class Photographer(Protocol):
    """What takes pictures once everything has come to rest."""

    def settle(self) -> None: ...

    def take(self, name: str, widget: QWidget | None = None) -> None: ...


def take_order(camera: Photographer, session: Session, workspace: Workspace, folder: Path) -> None:
    """From the paper to the obligations. Nothing is deleted; the paper is written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paper = folder / "order.txt"
    paper.write_text(PAPER, encoding="utf-8")
    workspace.show_place("new-order")
    page = workspace.page("new-order")
    if isinstance(page, NewOrderPage):
        page.take([paper])
        camera.settle()
        page.form.authority.setText("Federal Authority for Data Protection")
        page.form.docket.setText("2026-114")
        page.form.obligations.profile.choose("face-data")
        page.form.obligations.profile.activated.emit(0)
        page.form.covers.name.setCurrentText("Brightwater Pictures")
        page.form.covers.add.click()
        camera.take("new-order")
        page.go.click()
    camera.settle()
    order = workspace.page_of("request")
    if isinstance(order, OrderPage):
        camera.take("order")
        order.check.method.setText("called the authority back")
        order.check.button.click()
    workspace.show_place("search")
    camera.settle()
    scope = workspace.page_of("search")
    if isinstance(scope, ScopePage):
        scope.look_up.click()
        camera.take("order-scope")
        scope.sign.click()
        camera.settle()
    workspace.show_place("review")
    camera.settle()
    sample = workspace.page_of("review")
    if isinstance(sample, SamplePage):
        sample.draw.click()
        dialog = next(one for one in sample.findChildren(DrawDialog) if one.isVisible())
        camera.take("dialog-draw", dialog)
        dialog.act.click()
        camera.settle()
        sample.card.buttons["belongs"].click()
        camera.take("order-sample")
    workspace.show_place("evidence")
    camera.take("order-evidence")
    session.go.emit("cases")
