"""Officers and the policy: who opens the vault, what is asked of them, and changes that wait for approvals.

Adding an officer, a looser policy and a new recovery code need as many officers as the policy says. Whoever asks for
such a change proposes it, or stands behind the proposal that waits already; with enough officers behind it, asking
once more carries it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import error_of
from dsr_desk.core.message import Message, message
from dsr_desk.core.policy import Policy
from dsr_desk.core.refusals import ChangeNotApproved, ChangeUnknown
from dsr_desk.core.roster import OFFICER, POLICY, RECOVERY, Proposal
from dsr_desk.storage.vault import OfficerExists

SHORT = 8
"""Digits by which a change that waits may be named, if no other one begins with them."""


@dataclass(frozen=True)
class Officer:
    """Somebody who opens the vault, or once did. Times are UTC timestamps; `removed` is None while access lasts.

    `recovered` is True for whom the recovery code added, and no officer.
    """

    name: str
    added: str
    removed: str | None
    is_you: bool
    recovered: bool = False


@dataclass(frozen=True)
class Waiting:
    """A change that waits. `name` is the new officer's, `policy` the new one; `behind` are names of present officers.

    `time` is the UTC timestamp of the proposal, `yours` whether you stand behind it already.
    """

    digest: str
    what: str
    name: str
    policy: Policy | None
    time: str
    behind: tuple[str, ...]
    needed: int
    yours: bool

    @property
    def enough(self) -> bool:
        return len(self.behind) >= self.needed

    @property
    def says(self) -> list[Message]:
        """What is to change, and how many more officers it waits for."""
        about = message(f"change.{self.what}", **({"name": self.name} if self.what == OFFICER else {}))
        missing = self.needed - len(self.behind)
        waits = message("change.waits", count=missing) if missing > 0 else message("change.ready")
        return [about, *(policy_says(self.policy) if self.policy else ()), waits]


def officers(desk: Desk) -> list[Officer]:
    """Those with access first, then former ones, each by the time when they came."""
    with desk.vault.turn():
        names, log, you = desk.vault.officer_names(), desk.vault.log, desk.vault.officer_key
        found = [
            Officer(
                names[term.key],
                log.entry(term.added).act.time,
                None if term.removed is None else log.entry(term.removed).act.time,
                term.key == you,
                term.recovered,
            )
            for term in desk.vault.roster.officers.values()
        ]
    return sorted(found, key=lambda one: (one.removed is not None, one.added, one.name))


def policy(desk: Desk) -> Policy:
    """The policy in force."""
    return desk.vault.policy


def policy_says(of: Policy) -> list[Message]:
    """What a policy asks for, a sentence for each part of it."""
    said = of.as_open()
    asked = [message("policy.approvals", count=said.pop("approvals"))]
    return [*asked, *(message(f"policy.{name}.{'yes' if value else 'no'}") for name, value in said.items())]


def proposals(desk: Desk) -> list[Waiting]:
    """Changes that wait, oldest first; those that enough officers approved wait to be asked for once more."""
    with desk.vault.turn():
        return [_waiting(desk, one) for one in desk.vault.roster.proposals.values() if not one.used]


def approve_change(desk: Desk, digest: str) -> Change:
    """You stand behind a change that somebody else proposed. `digest` may be shortened to its first digits.

    The subject of what is returned is the whole digest. Raises ChangeUnknown, also where several begin so; refusals.
    """
    found = [one for one in proposals(desk) if len(digest) >= SHORT and one.digest.startswith(digest)]
    if len(found) != 1:
        raise ChangeUnknown()
    return desk.act(Draft(Kind.CHANGE_APPROVED, {"proposal": found[0].digest}), subject=found[0].digest)


def set_policy(desk: Desk, new: Policy) -> None:
    """Another policy from now on. Raises ChangeNotApproved where it waits (see `propose_policy`), and refusals."""
    if new == desk.vault.policy:
        return
    proposal = _approved(propose_policy(desk, new), _proposed(desk, POLICY, policy=new))
    desk.act(Draft(Kind.POLICY, {"policy": new.as_open(), "proposal": proposal}))


def propose_policy(desk: Desk, new: Policy) -> Waiting | None:
    """Stands behind another policy where it needs approvals. None where nothing is missing. Raises refusals."""
    open_: dict[str, object] = {"policy": new.as_open()}
    draft = Draft(Kind.CHANGE_PROPOSED, {"what": POLICY, **open_})
    return _propose(desk, Kind.POLICY, open_, draft, lambda: _proposed(desk, POLICY, policy=new))


def add_officer(desk: Desk, name: str, passphrase: str) -> None:
    """A new officer with an own passphrase. Raises what `propose_officer` and the vault raise, and ChangeNotApproved
    where it waits."""
    waiting = propose_officer(desk, name)
    proposal = _approved(waiting, _proposed(desk, OFFICER, name=name) if desk.vault.officer_key else None)
    desk.vault.add_officer(name, passphrase, proposal=proposal)


def propose_officer(desk: Desk, name: str) -> Waiting | None:
    """Stands behind a new officer of this name where that needs approvals. None where nothing is missing.

    The recovery code needs none: whom it adds is marked. Raises OfficerExists and refusals.
    """
    if name in desk.vault.officer_names().values():
        raise OfficerExists()
    if not desk.vault.officer_key:
        return None
    draft = Draft(Kind.CHANGE_PROPOSED, {"what": OFFICER}, {"name": name})
    return _propose(desk, Kind.OFFICER_ADDED, {}, draft, lambda: _proposed(desk, OFFICER, name=name))


def remove_officer(desk: Desk, name: str) -> None:
    """Takes access away and changes the vault's key. Raises what `Vault.remove_officer` raises."""
    desk.vault.remove_officer(name)
    desk.list_anew()


def change_passphrase(desk: Desk, passphrase: str) -> None:
    """Changes your own passphrase. Raises RecoveryOnly, PassphraseWeak, PassphraseTaken."""
    desk.vault.change_passphrase(passphrase)


def renew_recovery_code(desk: Desk) -> str:
    """A new recovery code; the old one opens nothing any more. Shown once.

    Raises ChangeNotApproved where it waits: whoever holds the code can add an officer.
    """
    proposal = _approved(propose_recovery_code(desk), _proposed(desk, RECOVERY))
    return desk.vault.renew_recovery_code(proposal=proposal)


def propose_recovery_code(desk: Desk) -> Waiting | None:
    """Stands behind a new recovery code where that needs approvals. None where nothing is missing."""
    draft = Draft(Kind.CHANGE_PROPOSED, {"what": RECOVERY})
    return _propose(desk, Kind.RECOVERY_KEY, {}, draft, lambda: _proposed(desk, RECOVERY))


def _propose(
    desk: Desk, kind: Kind, open_: dict[str, object], draft: Draft, known: Callable[[], Waiting | None]
) -> Waiting | None:
    """Asks the rules; where approvals alone are missing, proposes or stands behind what waits."""
    officer = desk.vault.signer.public
    with desk.vault.transaction():

        def refused(proposal: str) -> Message | None:
            return desk.vault.roster.allowed(kind, officer, {**open_, "proposal": proposal})

        found = refused("")
        if found is None:
            return None
        if found.code != ChangeNotApproved.code:
            raise error_of(found)
        waiting = known()
        if waiting is None:
            desk.act(draft)
        elif not waiting.yours:
            desk.act(Draft(Kind.CHANGE_APPROVED, {"proposal": waiting.digest}))
        waiting = known()
        return waiting if waiting is None or refused(waiting.digest) is not None else None


def _approved(waiting: Waiting | None, proposed: Waiting | None) -> str:
    """The proposal (digest) with which a change is carried out, "" where none is needed. Raises ChangeNotApproved."""
    if waiting is not None:
        raise ChangeNotApproved(have=len(waiting.behind), needed=waiting.needed)
    return proposed.digest if proposed is not None else ""


def _proposed(desk: Desk, what: str, *, name: str = "", policy: Policy | None = None) -> Waiting | None:
    alike = (one for one in proposals(desk) if (one.what, one.name, one.policy) == (what, name, policy))
    return next(alike, None)


def _waiting(desk: Desk, proposal: Proposal) -> Waiting:
    names, roster = desk.vault.officer_names(), desk.vault.roster
    name, time = desk.values(proposal.seq).get("name", ""), desk.vault.log.entry(proposal.seq).act.time
    behind, yours = (
        tuple(names[key] for key in roster.stand_behind(proposal)),
        desk.vault.officer_key in proposal.behind,
    )
    return Waiting(proposal.act, proposal.what, name, proposal.policy, time, behind, roster.policy.approvals, yours)
