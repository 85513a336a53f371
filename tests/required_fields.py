"""What documents must hold, stated so that a case of the tests can be sealed."""

from __future__ import annotations

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.required import filled_fields, general_fields, state_field, state_generally
from dsr_desk.core.requests import Law
from dsr_desk.core.required import Document, FieldState

WHY = "nobody has said it yet"


def state_all_generally(desk: Desk, law: Law = Law.EU_GDPR) -> None:
    """Once for a vault: no field of any document under the law is empty any more."""
    for one in general_fields(desk, law):
        state_generally(desk, law, one.field, FieldState.NOT_YET_KNOWN, WHY)


def state_all(desk: Desk, ref: str) -> None:
    """In one case: what is empty in its two editions."""
    for document in (Document.REQUESTER, Document.REGULATOR):
        for one in filled_fields(desk, ref, document):
            if one.state is FieldState.EMPTY:
                state_field(desk, ref, one.field, FieldState.NOT_YET_KNOWN, WHY)
