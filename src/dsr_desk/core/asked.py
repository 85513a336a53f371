"""What may be asked for by its name: of another officer, of an export."""

from __future__ import annotations

from enum import StrEnum


class For(StrEnum):
    """What a packet asks for."""

    REVIEW = "review"
    APPROVAL = "approval"


class ExportForm(StrEnum):
    """What lineage is written in for other programs."""

    OPENLINEAGE = "openlineage"
    PROV_JSON = "prov-json"
