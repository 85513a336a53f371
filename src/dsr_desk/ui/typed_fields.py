"""Fields as a form whose text can be kept: what is in each, whether it is text, a tick, a choice or a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from dsr_desk.ui.fields import ChoiceField, DayField


class TypedFields(QObject):
    """`edited` is emitted when a person changes one; with `every`, also when the program does."""

    edited = Signal()

    def __init__(self, parent: QWidget, fields: Mapping[str, QWidget], *, every: bool = False) -> None:
        super().__init__(parent)
        self._fields = dict(fields)
        for field in self._fields.values():
            _signal(field, every=every).connect(self.edited)

    def typed(self) -> dict[str, Any]:
        return {name: value(field) for name, field in self._fields.items()}

    def retype(self, values: Mapping[str, Any]) -> None:
        for name, said in values.items():
            if name in self._fields:
                put(self._fields[name], said)


def fields_in(parent: QWidget) -> Sequence[QWidget]:
    """Fields that a person fills in, in the order in which they were made; no secret is among them."""
    kinds = (QLineEdit, QPlainTextEdit, QCheckBox, ChoiceField, DayField)
    return [field for field in parent.findChildren(QWidget) if isinstance(field, kinds) and _is_typed_into(field)]


def _is_typed_into(field: QWidget) -> bool:
    if isinstance(field, QLineEdit):
        part_of_another = isinstance(field.parent(), QAbstractSpinBox | QComboBox)
        return field.echoMode() == QLineEdit.EchoMode.Normal and not field.isReadOnly() and not part_of_another
    return not (isinstance(field, QPlainTextEdit) and field.isReadOnly())


def value(field: QWidget) -> Any:
    """What is in a field, as JSON has it."""
    match field:
        case QLineEdit():
            return field.text()
        case QPlainTextEdit():
            return field.toPlainText()
        case QCheckBox():
            return field.isChecked()
        case DayField():
            return field.day.isoformat()
        case ChoiceField():
            return _spelled(field.value, field.currentText())
    raise TypeError(type(field))


def put(field: QWidget, said: Any) -> None:
    """As a person would: whoever listens to the field hears of it."""
    if said == value(field):
        return
    match field:
        case QLineEdit():
            field.setText(said)
            field.textEdited.emit(said)
        case QPlainTextEdit():
            field.setPlainText(said)
        case QCheckBox():
            field.setChecked(said)
        case DayField():
            field.day = date.fromisoformat(said)
        case ChoiceField():
            offered = [_spelled(one, field.itemText(at)) for at, one in enumerate(field.values)]
            if said in offered:
                field.setCurrentIndex(offered.index(said))
                field.activated.emit(field.currentIndex())


def _spelled(chosen: object, text: str) -> str:
    """A word of a choice in no language, where it has one."""
    return str(chosen) if isinstance(chosen, str | int) else text


def _signal(field: QWidget, *, every: bool) -> Any:
    match field:
        case QLineEdit():
            return field.textChanged if every else field.textEdited
        case QPlainTextEdit():
            return field.textChanged
        case QCheckBox():
            return field.toggled if every else field.clicked
        case DayField():
            return field.dateChanged if every else field.userDateChanged
        case ChoiceField():
            return field.currentIndexChanged if every else field.activated
    raise TypeError(type(field))
