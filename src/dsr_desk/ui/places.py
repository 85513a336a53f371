"""Where the window can go: the six steps of a case and the general places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dsr_desk.app.case.steps import Stage, steps
from dsr_desk.ui.findings import finding_said
from dsr_desk.ui.language import say
from dsr_desk.ui.navigation import Destination, StepLook
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.case.cases import CasesPage
from dsr_desk.ui.views.case.deletion import DeletionPage
from dsr_desk.ui.views.case.new_case import NewCasePage
from dsr_desk.ui.views.case.request import RequestPage
from dsr_desk.ui.views.case.review import ReviewPage
from dsr_desk.ui.views.case.search import SearchPage
from dsr_desk.ui.views.data.indexes import IndexesPage
from dsr_desk.ui.views.data.recipients import RecipientsPage
from dsr_desk.ui.views.models.lineage import LineagePage
from dsr_desk.ui.views.models.models import ModelsPage
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.journal import JournalPage
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.words import tr

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

PAGES: dict[str, Callable[[Session], Page]] = {
    "request": RequestPage,
    "search": SearchPage,
    "review": ReviewPage,
    "models": ModelsPage,
    "deletion": DeletionPage,
    "evidence": EvidencePage,
    "cases": CasesPage,
    "indexes": IndexesPage,
    "lineage": LineagePage,
    "recipients": RecipientsPage,
    "journal": JournalPage,
    "settings": SettingsPage,
    "new": NewCasePage,
}
STATES = {Stage.OPEN: StepLook.OPEN, Stage.BEGUN: StepLook.BEGUN, Stage.DONE: StepLook.DONE}


def step_places() -> list[Destination]:
    titles = {
        "request": tr("Request"),
        "search": tr("Search"),
        "review": tr("Review"),
        "models": tr("Models"),
        "deletion": tr("Deletion"),
        "evidence": tr("Evidence"),
    }
    return [
        Destination(key, title, "open", f"Ctrl+{number}") for number, (key, title) in enumerate(titles.items(), start=1)
    ]


def general_places() -> list[Destination]:
    titles = {
        "cases": tr("Cases"),
        "indexes": tr("Indexes"),
        "lineage": tr("Lineage"),
        "recipients": tr("Recipients"),
        "journal": tr("Journal"),
        "settings": tr("Settings"),
    }
    return [Destination(key, title, key) for key, title in titles.items()]


def step_states(desk: Desk, case: str) -> dict[str, tuple[StepLook, str, str]]:
    """Icon, line and finding of each step of a case."""
    return {one.step.value: (STATES[one.stage], say(one.says), finding_said(one.finding)) for one in steps(desk, case)}
