"""What may be done about one affected model now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsr_desk.app.allowed import refusal
from dsr_desk.core.acts import Kind
from dsr_desk.core.refusals import Refusal

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@dataclass(frozen=True)
class ModelActs:
    """The refusal of each act, None where it is allowed. Taking back is of the newest word, where there is one."""

    decide: Refusal | None = None
    observe: Refusal | None = None
    take_back: Refusal | None = None
    unsee: Refusal | None = None


def model_acts(desk: Desk, ref: str, model: str) -> ModelActs:
    with desk.reading(ref) as case:
        said = case.dispositions.get(desk.name(ref, model), {})
        planned, observed = ([one["act"] for one in said.get(name, ())][-1:] for name in ("planned", "observed"))
        undone = [refusal(desk, ref, Kind.UNDONE, act=acts[0]) if acts else None for acts in (planned, observed)]
        return ModelActs(refusal(desk, ref, Kind.DISPOSITION), refusal(desk, ref, Kind.OBSERVED), *undone)
