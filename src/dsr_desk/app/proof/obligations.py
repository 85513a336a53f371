"""How far the obligations of an order are met, by the log as it is now: what a bundle sealed today would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dsr_desk.app.desk import Desk
from dsr_desk.app.models.lineage import affected_by_case, lineage_sources
from dsr_desk.app.models.standing import ModelStanding, standings
from dsr_desk.core.acts import Kind
from dsr_desk.core.case import Case
from dsr_desk.core.lineage import Impact
from dsr_desk.core.message import Message, message
from dsr_desk.core.order_refusals import OrderMissing
from dsr_desk.core.strays import is_open
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.storage.clock import now


@dataclass(frozen=True)
class ObligationState:
    """An obligation and where it stands: "met-read", "met-declared", "partly" or "open". `due` is "" for no day."""

    id: str
    about: str
    due: str
    every: int
    sworn: bool
    state: str
    why: tuple[Message, ...]

    @property
    def met(self) -> bool:
        return self.state in check_bundle.MET

    @property
    def name(self) -> Message:
        return message(f"obligation.{self.about}")

    @property
    def says(self) -> Message:
        """The state in words."""
        return message(f"report.obligation-state.{self.state}")

    def as_said(self) -> dict[str, Any]:
        """As a bundle's order.json holds it, without texts and words."""
        names = ("id", "about", "due", "every", "sworn", "state")
        why = [{"code": one.code, "values": one.as_json()["values"]} for one in self.why]
        return {**{name: getattr(self, name) for name in names}, "why": why}


def obligations(desk: Desk, ref: str, *, day: str = "") -> tuple[ObligationState, ...]:
    """Each obligation of an order as it stands on a day (ISO), today where none is given. Raises OrderMissing."""
    with desk.reading(ref) as case:
        if case.order is None:
            raise OrderMissing(case=ref)
        impact = affected_by_case(desk, ref)
        facts = order_facts(desk, case, impact, standings(desk, ref, impact), day or now()[:10])
        return tuple(
            ObligationState(**{**one, "why": tuple(message(code, **_values(values)) for code, values in one["why"])})
            for one in check_bundle.obligations_of(facts)
        )


def headline(desk: Desk, ref: str) -> Message:
    """What would stand first on the page of a bundle that is sealed now. Raises OrderMissing."""
    said = [one.as_said() for one in obligations(desk, ref)]
    return Message.from_json(check_bundle.headline_of({"obligations": said}))


def order_facts(
    desk: Desk, case: Case, impact: Impact, standing: Mapping[str, ModelStanding], day: str
) -> dict[str, Any]:
    """What `obligations_of` computes from, taken from the log as the verifier takes it from a bundle."""
    newest = case.read_back
    sworn = desk.vault.log.newest(Kind.SWORN, case=case.id)
    forbidden = {one[0] for one in case.forbidden}
    rounds = [one for one in case.rounds if one["plan"] and (one["actions"] or one is case.round)]
    plans = [
        (desk.values(one["plan"]["seq"])["told"], {name: each["state"] for name, each in one["actions"].items()})
        for one in rounds
    ]
    asked = {action: one["asked"] for action, one in case.asked.items()}
    return {
        "day": day,
        "obligations": case.order["obligations"] if case.order is not None else [],
        "words": case.met,
        "sworn": sworn is not None and sworn not in forbidden and sworn > (newest["seq"] if newest is not None else -1),
        "scope": case.scope is not None,
        "ran": case.last_run is not None,
        "read": newest is not None and not case.unread,
        "containers": check_bundle.container_facts(_named(desk, case.scopes), case.parts),
        **check_bundle.stray_facts(one["how"] for one in case.strays.values() if is_open(one)),
        "checks": desk.values(newest["seq"])["told"]["checks"] if newest is not None else [],
        **check_bundle.plan_facts(plans, asked),
        **lineage_of(desk, impact, standing),
    }


def lineage_of(desk: Desk, impact: Impact, standing: Mapping[str, ModelStanding]) -> dict[str, Any]:
    """Models that the data reached, how the word on each stands, and what lineage does not know."""
    models = [
        {"learned": model.learned.value, "standing": {"code": standing[model.id].code.value}} for model in impact.models
    ]
    said = {
        "models": models,
        "sources": lineage_sources(desk),
        "not_in_lineage": impact.not_in_lineage,
        "without_lineage": impact.without_lineage,
        "in_part": impact.partly_recorded,
        "runs": len(impact.runs),
        "questions": len(impact.questions),
    }
    return check_bundle.lineage_facts(said)


def order_said(desk: Desk, case: Case, day: str) -> dict[str, Any]:
    """What the page for the public and a sworn statement say of an order: as order.json of a bundle has it."""
    found = [one.as_said() for one in obligations(desk, case.ref, day=day)]
    strays = Counter(is_open(one) for one in case.strays.values())
    known = list(case.parts.values())
    scope = case.scope
    return {
        "obligations": found,
        "title": check_bundle.title_of(found),
        "left": sum(map(check_bundle.left_of, known)),
        "gone": sum(map(check_bundle.gone_of, known)),
        "strays": strays[True],
        "scope": None
        if scope is None
        else {
            "items": scope["items"],
            "bytes": scope["size"],
            "containers": len(known),
            "not_known": sum(not check_bundle.is_known(one) for one in known),
        },
    }


def _named(desk: Desk, scopes: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Where each container lies, by pseudonym; the newest scope that has it says so."""
    return {one["key"]: one for scope in scopes for one in desk.values(scope["seq"])["told"]["parts"]}


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values as a sentence holds them."""
    return Message.from_json({"code": "", "values": dict(values)}).values  # type: ignore[return-value]
