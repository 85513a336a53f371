"""Pictures of every screen on the sample organisation: light, dark, and light at 200 %.

    python -m bench.screenshots OUT [LANGUAGE]

Walks through the sample's case as an officer would, so that a picture shows what is really there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from bench.order_screens import take_order
from bench.sample.large import write_large_lineage
from dsr_desk.app.case.review import decide, get_candidate, undo_last
from dsr_desk.app.demo import PASSPHRASE, Prepared, prepare_sample
from dsr_desk.app.sample import Sample, Truth
from dsr_desk.app.vault.officers import add_officer
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import ItemKind
from dsr_desk.core.required import FieldState
from dsr_desk.jobs.confine import refuse_network
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.ui import language, settings, theme
from dsr_desk.ui.acting import SignDialog, SwitchDialog
from dsr_desk.ui.graph_panel import GRAPH, TREE
from dsr_desk.ui.main import dress, make_window
from dsr_desk.ui.shell import Window
from dsr_desk.ui.theme import Tokens
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.register import RegisterDialog
from dsr_desk.ui.views.models.disposition import DispositionDialog
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.proof.required import StateDialog
from dsr_desk.ui.views.vault.recovery import RecoveryCard
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.workspace import Workspace

VARIANTS: tuple[tuple[str, Tokens, int], ...] = (
    ("light", theme.LIGHT, 1),
    ("dark", theme.DARK, 1),
    ("200", theme.LIGHT, 2),
)

SECOND, SECOND_PASSPHRASE = "Grace Sample", "another sample passphrase"

SHOWN_AFTER = 5
"""Decisions before the picture of the review is taken."""


class Camera:
    """Takes each picture once per variant; files are numbered in the order of the walk."""

    def __init__(self, app: QApplication, window: Window, out: Path) -> None:
        self._app, self._window, self._out = app, window, out
        self._number = 0
        self.taken: list[Path] = []

    def settle(self) -> None:
        """Let jobs end and the screen be painted."""
        quiet = 0
        while quiet < 12:
            self._app.processEvents()
            quiet = 0 if self._window.bridge.running else quiet + 1
            time.sleep(0.01)

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.settle()
        self._number += 1
        for variant, palette, scale in VARIANTS:
            theme.use(palette)
            self.settle()
            shown = widget or self._window
            image = QImage(shown.size() * scale, QImage.Format.Format_RGB32)
            image.setDevicePixelRatio(scale)
            shown.render(image, QPoint())
            folder = self._out / variant
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{self._number:02d}-{name}.png"
            image.save(str(path))
            self.taken.append(path)
        theme.use(theme.LIGHT)


def take_all(out: Path, spoken: str = "en") -> list[Path]:
    """All pictures in one language; returns their paths."""
    app = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(app, QApplication):
        raise RuntimeError("there is another kind of Qt application in this process")
    dress(app)
    language.speak(app, spoken)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
        settings.remember_idle_minutes(settings.NEVER)  # nobody touches anything, and the walk takes its time
        theme.use(theme.LIGHT)
        window = make_window()
        window.show()
        camera = Camera(app, window, out)
        _before_a_vault(camera)
        prepared = prepare_sample(folder / "sample", decide=False, report=silent, cancel=CancelToken())
        window.enter(prepared.desk)
        _walk(camera, window, prepared, folder)
        camera.settle()
        window.close()
    return camera.taken


def _before_a_vault(camera: Camera) -> None:
    camera.take("first-run")
    shown = "0000-1111-2222-3333-4444-5555-6666-7777"
    card = RecoveryCard("Larkfield Friends", Path("DSR Desk vault"), shown, lambda _first: None)
    card.setFixedWidth(560)
    card.adjustSize()
    camera.take("recovery-code", card)


def _walk(camera: Camera, window: Window, prepared: Prepared, folder: Path) -> None:
    case, truth = prepared.case, Truth.load(prepared.sample.truth)
    session, workspace = window.session, window.workspace
    if session is None or workspace is None:
        raise RuntimeError("the window has no vault open")
    camera.take("cases")
    session.open_case(case, "request")
    camera.take("request")
    _added_photos(camera, workspace, prepared.sample)
    workspace.show_place("search")
    camera.take("search")
    _review(camera, workspace, truth)
    _models(camera, workspace)
    _deletion(camera, window, workspace, case, truth)
    _evidence(camera, window, workspace, folder / "bundles")
    for place in ("indexes", "lineage", "recipients", "journal", "settings"):
        workspace.show_place(place)
        camera.take(place)
    _registration(camera, workspace, prepared.sample, folder / "new data")
    _settings(camera, workspace)
    _second_officer(camera, workspace, prepared)
    _large_organisation(camera, window, workspace, folder)
    workspace.drop([prepared.sample.letter_german])
    camera.take("new-case")
    page = workspace.page("new")
    if isinstance(page, NewCasePage):
        page.begin_again()
    camera.take("new-case-empty")
    take_order(camera, session, workspace, folder / "order")


def _review(camera: Camera, workspace: Workspace, truth: Truth) -> None:
    workspace.show_place("review")
    camera.settle()
    page = workspace.page("review")
    if not isinstance(page, ReviewPage):
        raise RuntimeError("the review is another screen")
    decided = 0
    while (card := page.current()) is not None and card.is_open:
        if decided >= SHOWN_AFTER and card.lines[0].kind is ItemKind.PHOTO:
            camera.take("review")
            decided = -len(page.model.deck)
        page.decide(_verdict(truth, page))
        camera.settle()
        decided += 1
    camera.take("review-decided")


def _verdict(truth: Truth, page: ReviewPage) -> Verdict:
    """Of what is shown first on the card."""
    shown = page.content.parts[0][0] if page.content is not None else None
    if not isinstance(shown, Candidate):
        raise TypeError("the first review shows whole candidates")
    return truth.verdict(shown)


def _open_dialog(camera: Camera, page: QWidget) -> QDialog:
    camera.settle()
    return next(one for one in page.findChildren(QDialog) if one.isVisible())


def _added_photos(camera: Camera, workspace: Workspace, sample: Sample) -> None:
    """One photo that can serve, as it would be added to an open case."""
    page = workspace.page("request")
    if not isinstance(page, RequestPage):
        raise RuntimeError("the request is another screen")
    page.take(sorted(sample.datasets[0].sources[0].rglob("*.jpg"))[:1])
    dialog = _open_dialog(camera, page)
    camera.take("dialog-add-photos", dialog)
    dialog.reject()


def _registration(camera: Camera, workspace: Workspace, sample: Sample, folder: Path) -> None:
    """All pages of a registration, then what is corrected later."""
    folder.mkdir()
    shutil.copy(next(sample.datasets[0].sources[0].rglob("*.csv")), folder / "members.csv")
    (folder / "README.md").write_text("---\npretty_name: Members\n---\n- **Curated by:** Archive\n", encoding="utf-8")
    (folder / "weights.bin").write_bytes(bytes(64))
    workspace.show_place("indexes")
    page = workspace.page("indexes")
    if not isinstance(page, IndexesPage):
        raise RuntimeError("the indexes are another screen")
    page.take([folder])
    dialog = _open_dialog(camera, page)
    if not isinstance(dialog, RegisterDialog):
        raise RuntimeError("the registration is another dialog")
    camera.take("register-source", dialog)
    dialog.next.click()
    camera.take("register-facts", dialog)
    dialog.facts.fields["version"].setText("1")
    dialog.facts.edited.emit()
    for name in ("register-columns", "register-index"):
        dialog.next.click()
        camera.take(name, dialog)
    dialog.reject()
    for button, name in ((page.correct, "dialog-facts"), (page.kinds, "dialog-columns")):
        button.click()
        opened = _open_dialog(camera, page)
        camera.take(name, opened)
        opened.reject()


def _settings(camera: Camera, workspace: Workspace) -> None:
    page = workspace.page("settings")
    if not isinstance(page, SettingsPage):
        raise RuntimeError("the settings are another screen")
    workspace.show_place("settings")
    buttons = (page.officers.add, "officer"), (page.policy.change, "policy"), (page.certificate.bring, "own-key")
    for button, name in buttons:
        button.click()
        dialog = _open_dialog(camera, page)
        camera.take(f"dialog-{name}", dialog)
        dialog.reject()


def _second_officer(camera: Camera, workspace: Workspace, prepared: Prepared) -> None:
    """A plan that is void, since a decision changed; then somebody else reviews a second time."""
    desk, case = prepared.desk, prepared.case
    add_officer(desk, SECOND, SECOND_PASSPHRASE)
    workspace.session.tell()
    workspace.show_place("review")
    page = workspace.page("review")
    camera.settle()
    page.hand.click()  # type: ignore[attr-defined]
    opened = _open_dialog(camera, page)
    camera.take("dialog-hand-over", opened)
    opened.reject()
    workspace.switch.click()
    dialog = next(one for one in workspace.findChildren(SwitchDialog) if one.isVisible())
    camera.take("dialog-switch", dialog)
    dialog.secret.setText(SECOND_PASSPHRASE)
    dialog.act.click()
    camera.take("review-second")
    workspace.show_place("deletion")
    camera.take("deletion-second-officer")
    desk.switch_officer(PASSPHRASE)
    workspace.session.open_case(case)
    workspace.session.tell()


def _models(camera: Camera, workspace: Workspace) -> None:
    workspace.show_place("models")
    camera.take("models")
    page = workspace.page("models")
    if not isinstance(page, ModelsPage):
        raise RuntimeError("the models are another screen")
    page.more.click()
    page.details.all_paths.emit()
    camera.take("models-details")
    page.details.closed.emit()
    page.panel.switch.setCurrentIndex(TREE)
    camera.take("models-tree")
    page.panel.switch.setCurrentIndex(GRAPH)
    page.decide.click()
    camera.settle()
    for dialog in page.findChildren(DispositionDialog):
        if dialog.isVisible():
            camera.take("dialog-disposition", dialog)
            dialog.reject()


def _large_organisation(camera: Camera, window: Window, workspace: Workspace, folder: Path) -> None:
    """Some 300 models: whether a large lineage is legible shows in a large window."""
    write_large_lineage(folder / "large.json")
    page = workspace.page("lineage")
    if not isinstance(page, LineagePage):
        raise RuntimeError("the lineage is another screen")
    size = window.size()
    workspace.show_place("lineage")
    page.switch.setCurrentIndex(2)
    camera.take("lineage-missing")
    page.switch.setCurrentIndex(0)
    page.take([folder / "large.json"])
    window.resize(1600, 1000)
    camera.take("lineage-300-models")
    workspace.show_place("models")
    camera.take("models-300-models")
    window.resize(size)


def _deletion(camera: Camera, window: Window, workspace: Workspace, case: str, truth: Truth) -> None:
    workspace.show_place("deletion")
    page = workspace.page("deletion")
    if not isinstance(page, DeletionPage):
        raise RuntimeError("the deletion is another screen")
    camera.settle()
    page.plan.click()
    camera.take("deletion-dry-run")
    _changed_plan(camera, workspace, case, truth)
    page.approve.click()
    _confirm(camera, window, case, "approve")
    camera.settle()
    page.run.click()
    _confirm(camera, window, case, "run")
    camera.take("deletion-read-back")


def _changed_plan(camera: Camera, workspace: Workspace, case: str, truth: Truth) -> None:
    """What a decision that is taken back does to a plan, and that the same word again makes it whole."""
    desk, session = workspace.session.desk, workspace.session
    change = session.do(lambda: undo_last(desk, case))
    camera.take("deletion-changed")
    if change is not None:
        verdict = truth.verdict(get_candidate(desk, case, change.subject))
        session.do(lambda: decide(desk, case, change.subject, verdict))
    camera.settle()


def _confirm(camera: Camera, window: Window, case: str, name: str) -> None:
    for dialog in window.findChildren(SignDialog):
        if dialog.isVisible():
            dialog.secret.setText(PASSPHRASE)
            if dialog.field is not None:
                dialog.field.setText(case)
            camera.take(f"dialog-{name}", dialog)
            dialog.act.click()


def _evidence(camera: Camera, window: Window, workspace: Workspace, folder: Path) -> None:
    workspace.show_place("evidence")
    camera.take("evidence")
    page = workspace.page("evidence")
    if isinstance(page, EvidencePage):
        page.states[0].click()
        dialog = _open_dialog(camera, page)
        if not isinstance(dialog, StateDialog):
            raise RuntimeError("a field is stated in another dialog")
        dialog.state.choose(FieldState.NOT_YET_KNOWN)
        dialog.words.setText("the owner of the dataset was asked who received it")
        camera.take("dialog-state", dialog)
        dialog.act.click()
        camera.settle()
        page.sign_and_seal(folder)
    camera.settle()
    _confirm(camera, window, "", "seal")
    camera.settle()
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            camera.take("dialog-sealed", dialog)
            dialog.accept()
    camera.take("evidence-sealed")
    if isinstance(page, EvidencePage):
        for button, name in ((page.made.stamp, "time-stamp"), (page.made.check, "check-bundle")):
            button.click()
            opened = _open_dialog(camera, page)
            camera.take(f"dialog-{name}", opened)
            opened.reject()


def main(argv: list[str], say: Callable[[str], object] = print) -> int:
    if not 1 <= len(argv) <= 2:
        say("usage: python -m bench.screenshots OUT [LANGUAGE]")
        return 2
    taken = take_all(Path(argv[0]), *argv[1:])
    say(f"{len(taken)} pictures in {argv[0]}")
    return 0


if __name__ == "__main__":
    refuse_network(unix=True)  # the badge says what holds, as in the program
    sys.exit(main(sys.argv[1:]))
