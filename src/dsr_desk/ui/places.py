"""The steps and places of the side: what they are called, and how a step of the open case stands."""

from __future__ import annotations

from collections.abc import Sequence

from dsr_desk.app.case.steps import Stage, StepState
from dsr_desk.ui.findings import finding_said
from dsr_desk.ui.language import say
from dsr_desk.ui.navigation import Destination, StepLook
from dsr_desk.ui.words import tr

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


def order_titles() -> dict[str, str]:
    """What the first steps of an order are called."""
    return {"request": tr("Order"), "search": tr("Scope"), "review": tr("Sample")}


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


def step_states(found: Sequence[StepState]) -> dict[str, tuple[StepLook, str, str]]:
    """Icon, line and finding of each step of a case."""
    return {one.step.value: (STATES[one.stage], say(one.says), finding_said(one.finding)) for one in found}
