"""Who is an officer of a vault, since when and by whom, and which policy holds: a fold over the vault's own entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsr_desk.core import refusals
from dsr_desk.core.acts import Entry, Kind
from dsr_desk.core.message import Message, message, term
from dsr_desk.core.policy import Policy
from dsr_desk.core.shapes import is_known_form

OFFICER, POLICY, RECOVERY = "officer", "policy", "recovery"
"""What a change may be about: a new officer, a looser policy, a new recovery code, which can add officers."""


@dataclass
class Term:
    """One officer's time in the vault, by places in the log. `removed` is None while it lasts."""

    key: str
    added: int
    by: str
    recovered: bool
    removed: int | None = None


@dataclass
class Proposal:
    """A change that waits for approvals. `act` is the digest of the act that proposed it.

    `name` is the salted digest (hex) of the new officer's name: who is added under it must have the same digest.
    """

    act: str
    what: str
    by: str
    seq: int
    policy: Policy | None
    name: str = ""
    approved_by: list[str] = field(default_factory=list)
    used: bool = False

    @property
    def behind(self) -> list[str]:
        """Keys of the officers who stand behind it, who proposed it first; some may be officers no longer."""
        return [self.by, *self.approved_by]


class Roster:
    """Officers and policies by their place in the log. `before_case` leaves of other kinds change nothing here."""

    def __init__(self) -> None:
        self.officers: dict[str, Term] = {}
        self.recovery = ""
        """Public key (hex) of the recovery code in force."""
        self.policies: list[tuple[int, Policy]] = []
        self.proposals: dict[str, Proposal] = {}
        self.stated: dict[str, tuple[int, str, str]] = {}
        """What is stated for every case under a law, by law and field: place, state and time of the newest word."""
        self.findings: list[Message] = []
        self.head = -1
        self.leaf = ""
        self.unlocks = 0

    def active(self, key: str, seq: int | None = None) -> bool:
        """Whether this key was an officer's at that place (now, if none is named)."""
        term = self.officers.get(key)
        if term is None:
            return False
        if seq is None:
            return term.removed is None
        return term.added < seq and (term.removed is None or seq < term.removed)

    @property
    def keys(self) -> list[str]:
        """Public keys of the present officers, in the order in which they came."""
        return [term.key for term in self.officers.values() if term.removed is None]

    @property
    def policy(self) -> Policy:
        return self.policies[-1][1] if self.policies else Policy()

    def policy_at(self, seq: int) -> Policy:
        """The policy that held when the entry at this place was written."""
        found = Policy()
        for since, policy in self.policies:
            if since >= seq:
                break
            found = policy
        return found

    def stand_behind(self, proposal: Proposal) -> list[str]:
        """Keys of the present officers who stand behind a proposal."""
        return [key for key in proposal.behind if self.active(key)]

    def allowed(
        self, kind: Kind, officer: str, open_: Mapping[str, object], fields: Mapping[str, str] | None = None
    ) -> Message | None:
        """Why an act on the vault is not allowed now; None where it is. `fields` are its digests, once it has them."""
        if kind is Kind.OFFICER_ADDED:
            return self._may_add(officer, open_, fields)
        if kind is Kind.EPOCH and officer == self.recovery and officer:
            return None
        if not self.active(officer):
            return message(refusals.NotAnOfficer.code)
        match kind:
            case Kind.OFFICER_REMOVED:
                return self._may_remove(officer, str(open_.get("key", "")))
            case Kind.CHANGE_APPROVED:
                waiting = self.proposals.get(str(open_.get("proposal", "")))
                if waiting is None or waiting.used or officer in waiting.behind:
                    return message(refusals.ChangeUnknown.code)
            case Kind.POLICY:
                return self._may_set(open_)
            case Kind.RECOVERY_KEY:
                if open_.get("key") in self.officers:
                    return message(refusals.OfficerKnown.code)
                return self._enough(self._fitting(RECOVERY, open_))
        return None

    def after(self, entry: Entry) -> Message | None:
        """Takes an entry of the vault; what the rules forbid changes nothing and is returned."""
        self.head, self.leaf = entry.seq, entry.leaf.hex()
        act = entry.act
        refused = self._malformed(entry) or self.allowed(act.kind, act.officer, act.open, act.fields)
        if refused is None and act.kind is Kind.OFFICER_ADDED and not self._signed_by_new(entry):
            refused = message(refusals.NotAnOfficer.code)
        if refused is not None:
            self.findings.append(refusals.forbidden(entry.seq, act.kind, refused.code))
            return refused
        self._apply(entry)
        return None

    @staticmethod
    def _malformed(entry: Entry) -> Message | None:
        act = entry.act
        fits = is_known_form(act)
        proposed = act.kind is Kind.CHANGE_PROPOSED
        if fits and (act.kind is Kind.POLICY or (proposed and act.open["what"] == POLICY)):
            try:
                Policy.from_open(act.open["policy"])
            except (KeyError, ValueError, TypeError, AttributeError):
                fits = False
        return None if fits else message(refusals.ActMalformed.code, kind=term(act.kind))

    def _apply(self, entry: Entry) -> None:
        act, said = entry.act, entry.act.open
        match act.kind:
            case Kind.OFFICER_ADDED:
                recovered = act.officer == self.recovery
                key = str(said["key"])
                if not self.officers:
                    self.recovery = str(said.get("recovery", ""))
                self.officers[key] = Term(key, entry.seq, act.officer, recovered)
                self._use(said)
            case Kind.OFFICER_REMOVED:
                self.officers[str(said["key"])].removed = entry.seq
            case Kind.RECOVERY_KEY:
                self.recovery = str(said["key"])
                self._use(said)
            case Kind.CHANGE_PROPOSED:
                policy = Policy.from_open(said["policy"]) if said["what"] == POLICY else None
                name = act.fields.get("name", "") if said["what"] == OFFICER else ""
                what = str(said["what"])
                self.proposals[act.digest] = Proposal(act.digest, what, act.officer, entry.seq, policy, name)
            case Kind.CHANGE_APPROVED:
                self.proposals[str(said["proposal"])].approved_by.append(act.officer)
            case Kind.POLICY:
                self.policies.append((entry.seq, Policy.from_open(said["policy"])))
                self._use(said)
            case Kind.STATED_GENERALLY:
                self.stated[f"{said['law']} {said['field']}"] = (entry.seq, str(said["state"]), act.time)
            case Kind.UNLOCKED:
                self.unlocks += 1

    def _use(self, said: Mapping[str, object]) -> None:
        used = self.proposals.get(str(said.get("proposal", "")))
        if used is not None:
            used.used = True

    @staticmethod
    def _signed_by_new(entry: Entry) -> bool:
        key = entry.act.open.get("key")
        return key in (entry.writer, *entry.signatures)

    def _may_add(self, officer: str, open_: Mapping[str, object], fields: Mapping[str, str] | None) -> Message | None:
        key = open_.get("key")
        if not self.officers:
            return None if officer == key else message(refusals.NotAnOfficer.code)
        if key in self.officers or key == self.recovery:
            return message(refusals.OfficerKnown.code)
        if officer == self.recovery and officer:
            return None
        if not self.active(officer):
            return message(refusals.NotAnOfficer.code)
        proposal = self._fitting(OFFICER, open_)
        other = proposal is not None and fields is not None and fields.get("name") != proposal.name
        return self._enough(None if other else proposal)

    def _may_remove(self, officer: str, key: str) -> Message | None:
        if not self.active(key):
            return message(refusals.OfficerUnknown.code)
        if key == officer:
            return message(refusals.OwnAccess.code)
        if len(self.keys) <= max(self.policy.approvals, 1):
            return message(refusals.LastOfficer.code, needed=max(self.policy.approvals, 1))
        return None

    def _may_set(self, open_: Mapping[str, object]) -> Message | None:
        said = open_.get("policy")
        if not isinstance(said, Mapping):
            return None
        new = Policy.from_open(said)
        if new.approvals > len(self.keys):
            return message(refusals.PolicyImpossible.code, needed=new.approvals, have=len(self.keys))
        if not new.is_looser_than(self.policy):
            return None
        proposal = self._fitting(POLICY, open_)
        return self._enough(proposal if proposal is not None and proposal.policy == new else None)

    def _fitting(self, what: str, open_: Mapping[str, object]) -> Proposal | None:
        """The proposal that an act names, if it is of that kind and was not carried out."""
        proposal = self.proposals.get(str(open_.get("proposal", "")))
        return proposal if proposal is not None and proposal.what == what and not proposal.used else None

    def _enough(self, proposal: Proposal | None) -> Message | None:
        """Whether so many present officers as the policy asks for stand behind a change that fits what is done."""
        needed = self.policy.approvals
        have = 0 if proposal is None else len(self.stand_behind(proposal))
        if needed <= 1 or have >= needed:
            return None
        return message(refusals.ChangeNotApproved.code, have=have, needed=needed)
