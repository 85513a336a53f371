"""Where the window can go: the six steps of a case and the general places."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dsr_desk.app.steps import Stage, steps
from dsr_desk.ui.findings import finding_said
from dsr_desk.ui.language import say
from dsr_desk.ui.navigation import Place, StepState
from dsr_desk.ui.session import Session
from dsr_desk.ui.views.cases import CasesPage
from dsr_desk.ui.views.deletion import DeletionPage
from dsr_desk.ui.views.evidence import EvidencePage
from dsr_desk.ui.views.indexes import IndexesPage
from dsr_desk.ui.views.journal import JournalPage
from dsr_desk.ui.views.lineage import LineagePage
from dsr_desk.ui.views.models import ModelsPage
from dsr_desk.ui.views.new_case import NewCasePage
from dsr_desk.ui.views.page import Page
from dsr_desk.ui.views.recipients import RecipientsPage
from dsr_desk.ui.views.request import RequestPage
from dsr_desk.ui.views.review import ReviewPage
from dsr_desk.ui.views.search import SearchPage
from dsr_desk.ui.views.settings import SettingsPage
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
STATES = {Stage.OPEN: StepState.OPEN, Stage.BEGUN: StepState.BEGUN, Stage.DONE: StepState.DONE}


def step_places() -> list[Place]:
    titles = {
        "request": tr("Request"),
        "search": tr("Search"),
        "review": tr("Review"),
        "models": tr("Models"),
        "deletion": tr("Deletion"),
        "evidence": tr("Evidence"),
    }
    return [Place(key, title, "open", f"Ctrl+{number}") for number, (key, title) in enumerate(titles.items(), start=1)]


def general_places() -> list[Place]:
    titles = {
        "cases": tr("Cases"),
        "indexes": tr("Indexes"),
        "lineage": tr("Lineage"),
        "recipients": tr("Recipients"),
        "journal": tr("Journal"),
        "settings": tr("Settings"),
    }
    return [Place(key, title, key) for key, title in titles.items()]


def step_states(desk: Desk, case: str) -> dict[str, tuple[StepState, str, str]]:
    """Icon, line and finding of each step of a case."""
    return {one.step.value: (STATES[one.stage], say(one.says), finding_said(one.finding)) for one in steps(desk, case)}
