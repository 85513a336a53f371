"""What shall become of an affected model, and, another day, what was seen to have become of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import observe_disposition, plan_disposition
from dsr_desk.core.changes import Change
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.ui import words
from dsr_desk.ui.dialogs import Dialog
from dsr_desk.ui.fields import ChoiceField, DayField, FileField, Tick
from dsr_desk.ui.lineage_words import name_of, path_sentence, seen_name
from dsr_desk.ui.models.affected import AffectedRow
from dsr_desk.ui.words import term, tr


class DispositionDialog(Dialog):
    """One decision for one model or several. Holding, infeasible and not affected need a reason; the button waits."""

    def __init__(self, chosen: Sequence[AffectedRow], parent: QWidget) -> None:
        title = tr("What becomes of {name}").format(name=_name(chosen))
        super().__init__(title, parent, says=_about(chosen), act=tr("Record"), width=520)
        self._disposition = self.line(ChoiceField(tr("Disposition"), [(term(one), one) for one in DispositionKind]))
        self._reason = self.text(tr("Reason"))
        self._responsible = self.text(tr("Responsible"))
        self._dated = self.line(Tick(tr("Due by")), "")
        self._day = self.line(DayField(tr("Due by"), date.today() + timedelta(days=30)), "")
        self._day.setEnabled(False)
        self._dated.toggled.connect(self._day.setEnabled)
        self._take(chosen[0])
        self._disposition.activated.connect(self.allow)
        self._reason.textChanged.connect(self.allow)
        self.allow()

    def plan(self, desk: Desk, ref: str) -> Callable[[str], Change]:
        """Records what was decided, of the model with this id."""
        return partial(
            plan_disposition,
            desk,
            ref,
            disposition=self._disposition.value,
            reason=self._reason.text().strip(),
            responsible=self._responsible.text().strip(),
            deadline=self._day.day.isoformat() if self._dated.isChecked() else "",
        )

    @property
    def ready(self) -> bool:
        return bool(self._reason.text().strip()) or not self._disposition.value.needs_a_reason

    def _take(self, chosen: AffectedRow) -> None:
        planned = chosen.disposition.planned if chosen.disposition else None
        if planned is None:
            return
        self._disposition.choose(planned.disposition)
        self._reason.setText(planned.reason)
        self._responsible.setText(planned.responsible)
        if planned.deadline:
            self._dated.setChecked(True)
            self._day.day = date.fromisoformat(planned.deadline)


class ObservationDialog(Dialog):
    """What was seen, on which day, by whom, and how they know. The button waits for how."""

    def __init__(self, chosen: Sequence[AffectedRow], officer: str, parent: QWidget) -> None:
        says = tr("This stands beside the decision and does not change it. Record only what somebody looked at.")
        title = tr("What was seen of {name}").format(name=_name(chosen))
        super().__init__(title, parent, says=says, act=tr("Record"), width=520)
        self._disposition = self.line(
            ChoiceField(tr("What was seen"), [(seen_name(one), one) for one in DispositionKind])
        )
        self._day = self.line(DayField(tr("Seen on"), date.today()))
        self._day.setMaximumDate(self._day.date())
        self._by = self.text(tr("Seen by"), officer)
        self._how = self.text(tr("How it is known"), example=tr("the weights were gone from the store"))
        self._file = self.line(FileField(tr("A file of it, to be looked at")))
        self._instead = self.text(tr("The model that took its place"), example="face-embedder@3")
        self.need(self._how)
        planned = chosen[0].disposition.planned if chosen[0].disposition else None
        if planned is not None:
            self._disposition.choose(planned.disposition)
        self._disposition.activated.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """What can be looked at depends on what was seen."""
        kind = self._disposition.value
        self.set_line_visible(self._file, visible=kind is DispositionKind.DESTROYED)
        self.set_line_visible(self._instead, visible=kind is DispositionKind.RETRAINED)

    def observe(self, desk: Desk, ref: str) -> Callable[[str], Change]:
        """Records what was seen, of the model with this id."""
        kind, how, by = self._disposition.value, self._how.text().strip(), self._by.text().strip()
        seen = self._day.day.isoformat()
        more: dict[str, Any] = {}
        if kind is DispositionKind.DESTROYED and self._file.path is not None:
            more["places"] = [self._file.path]
        if kind is DispositionKind.RETRAINED:
            more["instead"] = self._instead.text().strip()
        return partial(observe_disposition, desk, ref, disposition=kind, how=how, seen=seen, by=by, **more)


def _name(chosen: Sequence[AffectedRow]) -> str:
    if len(chosen) == 1:
        return name_of(chosen[0].model.node)
    return words.counted(len(chosen), "1 model", "%Ln models")


def _about(chosen: Sequence[AffectedRow]) -> str:
    if len(chosen) == 1:
        return path_sentence(chosen[0].model.shortest_path)
    return ", ".join(name_of(one.model.node) for one in chosen)
