"""The first three steps of an order: what it says, what of the data it covers, what samples of that showed."""

from __future__ import annotations

from dataclasses import replace

from dsr_desk.app.case.step_lines import Line, Stage
from dsr_desk.core.case import Case
from dsr_desk.core.message import Message, message

NOT_INSIDE = ("not-known", "not-searched")


def order_line(case: Case) -> Line:
    if case.order is None:
        return Line(Stage.OPEN, message("step.order.open"))
    check = case.identity
    if check is None:
        return Line(Stage.BEGUN, message("step.order.unchecked"))
    if check["result"] != "verified":
        return Line(Stage.BEGUN, message("step.order.failed"))
    return Line(Stage.DONE, message("step.order.done", count=len(case.order["obligations"])), check["seq"])


def scope_line(case: Case) -> Line:
    """Done where nothing is left of which it is not known whether it is covered."""
    scope = case.scope
    if scope is None:
        return Line(Stage.OPEN, message("step.scope.open" if case.identified else "step.scope.waits"))
    if not case.searched:
        return Line(Stage.BEGUN, message("step.scope.again"))
    unknown = sum(1 for one in case.parts.values() if one["how"] in NOT_INSIDE or one["not_known"])
    if unknown:
        return Line(Stage.BEGUN, message("step.scope.unknown", items=scope["items"], count=unknown), nothing_to_do=True)
    if not scope["items"]:
        return Line(Stage.BEGUN, message("step.scope.nothing"))
    return Line(Stage.DONE, message("step.scope.done", count=scope["items"]), scope["seq"])


def sample_line(case: Case, newest: int | None) -> Line:
    """Done where samples of the scope in force, and of what stays beside it, were looked at and all fitted.

    `newest` is the entry of the newest look at one.
    """
    scope = case.scope
    if scope is None or not case.searched:
        return Line(Stage.OPEN, message("step.sample.waits"))
    own = [one for one in case.samples if one["scope"] == scope["act"]]
    if not own:
        return Line(Stage.OPEN, message("step.sample.open"), nothing_to_do=not scope["items"])
    words = [(one["of"], word) for one in own for word in one["words"].values()]
    unsure = sum(1 for _, word in words if word == "unsure")
    wrong = sum(1 for of, word in words if word == _WRONG[of])
    looked, drawn = len(words), sum(one["n"] for one in own)
    if wrong:
        return Line(Stage.BEGUN, message("step.sample.wrong", count=wrong))
    if unsure:
        return Line(Stage.BEGUN, message("step.sample.unsure", looked=looked, count=drawn, unsure=unsure))
    if looked < drawn:
        return Line(Stage.BEGUN, message("step.sample.begun", looked=looked, count=drawn))
    if not case.sampled:
        return Line(Stage.BEGUN, message("step.sample.rest"))
    return Line(Stage.DONE, message("step.sample.done", count=looked), newest)


_WRONG = {"scope": "not", "rest": "belongs"}
"""The word on a drawn item that shows that the scope takes too much, or too little."""


def order_said(line: Line) -> Line:
    """A line of a later step where it speaks of a review or of hits: an order has samples and its scope."""
    code, values = line.says.code, line.says.values
    return replace(line, says=Message(f"{code}.order", values)) if code in _OF_HITS else line


_OF_HITS = (
    "step.models.waits",
    "step.models.unknown",
    "step.deletion.waits",
    "step.deletion.open",
    "step.deletion.nothing",
    "step.deletion.more",
)
