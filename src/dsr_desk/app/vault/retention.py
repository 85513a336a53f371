"""How long a closed case is kept, and under which rule: the organisation's period, and another one for a case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.deadlines import add_months
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message

MONTHS, RULE = "retention_months", "retention_rule"


class RuleMissing(DeskError):
    code = "VAULT-RETENTION-RULE"
    happened = "How long closed cases are kept was given without the rule that says so."
    means = "A period without a rule explains nothing to the person. Nothing was changed."
    todo = "Give the rule in words, such as the law or the policy that the period follows from."


@dataclass(frozen=True)
class Kept:
    """So many months after its end a case is forgotten. `until` is that day, None while the case is open.

    `own` says that it was set for this case, `entry` where in the log that stands.
    """

    months: int
    rule: str
    entry: int
    until: date | None = None
    own: bool = False

    @property
    def says(self) -> Message:
        if self.until is None:
            return message("retention.after-end", months=self.months, rule=self.rule)
        return message("retention.until", months=self.months, rule=self.rule, until=self.until.isoformat())


def period(desk: Desk) -> Kept | None:
    """What holds for every case that has no period of its own; None where nobody set one."""
    months, entry = desk.vault.setting(MONTHS), desk.vault.log.newest(Kind.RETENTION, case="")
    return Kept(int(months), desk.vault.setting(RULE) or "", entry) if months and entry is not None else None


def set_period(desk: Desk, months: int, rule: str) -> Change:
    """Holds for cases that are closed already, too. Raises RuleMissing."""
    rule = _rule(rule)
    with desk.vault.transaction():
        touches = desk.vault.put_settings({MONTHS: str(months), RULE: rule})
        return desk.act(Draft(Kind.RETENTION, {"months": months}), touches=touches)


def kept(desk: Desk, ref: str) -> Kept | None:
    """How long this case is kept after its end; None where no period is set. Raises CaseMissing."""
    with desk.reading(ref) as case:
        newest = desk.vault.log.newest(Kind.KEPT, case=case.id)
        if newest is None:
            found = period(desk)
        else:
            said, values = desk.vault.log.entry(newest).act.open, desk.values(newest)
            found = Kept(int(said["months"]), str(values.get("rule", "")), newest, own=True)
        if found is None or case.ended is None:
            return found
        ended = datetime.fromisoformat(case.ended["time"]).date()
        return replace(found, until=add_months(ended, found.months))


def keep_case(desk: Desk, ref: str, months: int, rule: str) -> Change:
    """Another period for one case, counted from its end as the others are. Raises RuleMissing, CaseMissing."""
    return desk.act(Draft(Kind.KEPT, {"months": months}, {"rule": _rule(rule)}), ref)


def _rule(words: str) -> str:
    rule = " ".join(words.split())
    if not rule:
        raise RuleMissing()
    return rule
