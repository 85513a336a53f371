"""How a case comes about: what each kind of act changes in it. Only `core.rules.after` calls this, having asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dsr_desk.core import strays
from dsr_desk.core.actions import ActionKind
from dsr_desk.core.acts import Entry, Kind
from dsr_desk.core.case import PERSON, Case, Rows, left_of, new_round, settled_of
from dsr_desk.core.findings import Verdict
from dsr_desk.core.orders import Met


def apply(case: Case, entry: Entry, rows: Rows) -> None:
    """Takes an entry that the rules allow."""
    case.place(entry)
    if entry.act.kind not in _SAYS_NOTHING_NEW:
        case.changed = entry.seq
    _APPLY.get(entry.act.kind, _nothing)(case, entry, rows)


_SAYS_NOTHING_NEW = frozenset(
    {
        Kind.SCORE_SHOWN, Kind.PACKET, Kind.SWORN, Kind.SEALING, Kind.SEALED, Kind.TIME_ASKED, Kind.TIME_ATTESTED,
        Kind.LINEAGE_EXPORTED, Kind.ANSWERED, Kind.CLOSED, Kind.REOPENED, Kind.FORGOTTEN,
    }
)  # fmt: skip
"""Acts after which sealed evidence still says all that there is to say."""


def _nothing(case: Case, entry: Entry, rows: Rows) -> None:
    """Acts that the log keeps and no state follows from."""


def _signed(entry: Entry, **more: Any) -> dict[str, Any]:
    act = entry.act
    return {"act": act.digest, "seq": entry.seq, "officer": act.officer, "time": act.time, **more}


def _count(case: Case, key: str, item: list[Any]) -> None:
    """Keeps the counts of what is open in step with one item."""
    case.undecided.discard(key)
    case.unsure.discard(key)
    if item[2] != case.number:
        return
    if not item[3]:
        case.undecided.add(key)
    elif item[3][-1][0] == Verdict.UNSURE.value:
        case.unsure.add(key)


def _say(case: Case, entry: Entry, rows: Rows, at: int, *, settled: bool = False) -> None:
    act = entry.act
    for row in rows():
        item = case.items[row.item]
        word = [row.word, act.officer, act.digest, entry.seq]
        item[at].append([*word, True] if settled else word)
        _count(case, row.item, item)
        case.note(act.digest, row.item)
    case.words += 1
    case.undoable.append([act.digest, act.kind.value, entry.seq, act.officer])


def _received(case: Case, entry: Entry, rows: Rows) -> None:
    case.ref, case.faces = entry.act.open["ref"], bool(entry.act.open.get("faces"))
    case.about = entry.act.open.get("about", PERSON)
    case.opened, case.channel = [entry.act.time, entry.act.officer, entry.seq], entry.act.open["channel"]


def _facts(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    names = ("right", "law", "received", "due", "identifiers", "place", "extended", "stops")
    kept = {name: said[name] for name in names if name in said}
    case.facts.append(_signed(entry, kind=entry.act.kind.value, **kept))


def _identity(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    case.identities.append(_signed(entry, result=said["result"], photo=bool(said["photo"])))


def _reference(case: Case, entry: Entry, rows: Rows) -> None:
    case.references.append(_signed(entry, n=entry.act.open["reference"], face=entry.act.open["face"], destroyed=""))
    case.faces = True


def _searched(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    if said["purpose"] == "search" and case.begun:
        case.rounds.append(new_round(case.number + 1))
        case.undecided, case.unsure, case.proposed = set(), set(), 0
    kept = {name: said[name] for name in ("purpose", "complete", "facts", "references", "indexes", "expected")}
    case.searches.append(_signed(entry, round=case.number, count=said.get("count", 0), **kept))
    if said["purpose"] != "search":
        return
    case.round["searches"].append(entry.seq)
    for position, row in enumerate(rows()):
        item = case.items.setdefault(row.item, [0, 0, 0, [], [], ""])
        item[0], item[1], item[5] = entry.seq, position, ""
        case.proposed += item[2] != case.number
        item[2] = case.number
        _count(case, row.item, item)


def _undone(case: Case, entry: Entry, rows: Rows) -> None:
    act = entry.act.open["act"]
    for key, item in case.said_in(act):
        seq = next((word[3] for word in (*item[3], *item[4]) if word[2] == act), None)
        if seq is not None:
            item[3] = [word for word in item[3] if word[2] != act and not _settles_after(word, seq)]
            item[4] = [word for word in item[4] if word[2] != act]
            _count(case, key, item)
    for model in case.dispositions.values():
        for name in ("planned", "observed"):
            model[name] = [one for one in model[name] if one["act"] != act]
    case.cannot_undo(act)
    case.words += 1


def _settles_after(word: list[Any], seq: int) -> bool:
    """Whether a third officer's word came after this place: it settled what is taken back, and falls with it."""
    return len(word) > 4 and word[3] > seq


def _link(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    pair = [said["item"], said["linked"]]
    case.links = [one for one in case.links if one != pair]
    if said["refused"]:
        case.links.append(pair)


def _treated(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    case.treatments.pop(said["item"], None)
    if said["as"] != "erase":
        case.treatments[said["item"]] = _signed(entry, **{"as": said["as"]})


def _disposition(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    model = case.dispositions.setdefault(said["model"], {"planned": [], "observed": []})
    name = "planned" if entry.act.kind is Kind.DISPOSITION else "observed"
    more = {key: said[key] for key in ("disposition", "deadline", "seen") if key in said}
    model[name].append(_signed(entry, approved=0, **more))


def _planned(case: Case, entry: Entry, rows: Rows) -> None:
    said, round_ = entry.act.open, case.round
    if round_["plan"] is not None:
        round_["former"].append({**round_["plan"], "end": "replaced"})
        _no_longer_approved(case)
    kept = {name: said[name] for name in ("plan", "parts", "actions", "count")}
    round_["plan"] = _signed(entry, basis=entry.act.basis, indexes=dict(said["indexes"]), **kept)
    round_["approvals"] = []


def _approved(case: Case, entry: Entry, rows: Rows) -> None:
    case.round["approvals"].append(_signed(entry))
    in_plan = (case.plan or {"parts": {"dispositions": {}}})["parts"]["dispositions"]
    for key, model in case.dispositions.items():
        for one in model["planned"]:
            if one["act"] == in_plan.get(key):
                one["approved"] = one["approved"] or case.number


def _no_longer_approved(case: Case) -> None:
    """A plan that ended before it was run leaves its dispositions as if nobody had approved them."""
    if case.begun:
        return
    for model in case.dispositions.values():
        for one in model["planned"]:
            if one["approved"] == case.number:
                one["approved"] = 0


def _plan_withdrawn(case: Case, entry: Entry, rows: Rows) -> None:
    round_ = case.round
    if round_["plan"] is not None:
        round_["former"].append({**round_["plan"], "end": "withdrawn"})
        _no_longer_approved(case)
    round_["plan"], round_["approvals"] = None, []


def _begun(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    known = case.round["actions"].get(said["action"])
    case.round["actions"][said["action"]] = {
        **_signed(entry, kind=said["kind"], state="started", ended="", last=entry.seq, outcome=None, by="", seen={}),
        "operator": entry.act.officer,
        "operators": sorted({*(known["operators"] if known else ()), entry.act.officer}),
        "before": entry.seq,
        "started": known["started"] if known else entry.act.time,
    }


def _outcome(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    round_ = case.round_of(said["plan"]) or case.round
    known = round_["actions"].get(said["action"]) or {
        **_signed(entry, kind=said["kind"], operator="", operators=[]), "before": entry.seq, "started": entry.act.time,
    }  # fmt: skip
    round_["actions"][said["action"]] = {
        **known,
        "officer": entry.act.officer,
        "state": said["state"],
        "by": said["by"],
        "ended": entry.act.time,
        "outcome": entry.seq,
        "last": entry.seq,
        "seen": said.get("seen", {}),
    }
    if said["kind"] != ActionKind.ERASE_INDEX.value:  # an item may lie elsewhere when its entry is gone
        _saw(case, rows)
    _saw_parts(case, said)
    _moved(case, said)


def _saw_parts(case: Case, said: Any) -> None:
    """What is left of containers, as an outcome or a reading back counts it."""
    for name, counts in said.get("parts", {}).items():
        for parts in (case.parts, {} if case.begun else case.round["parts"]):
            if name in parts:
                parts[name]["seen"] = dict(counts)


def _saw(case: Case, rows: Rows) -> None:
    for row in rows():
        item = case.items.get(row.item)
        if item is not None:
            item[5] = row.word.partition(" ")[0]


def _moved(case: Case, said: Any) -> None:
    """Index generations that this plan's own work brought about are no change of what it rests on.

    What is still done or seen of an earlier plan, or before this one has begun, is somebody else's work. That an index
    cannot be read (-1) is no generation of it.
    """
    plan = case.round["plan"]
    if plan is not None and case.begun and said["plan"] == plan["plan"]:
        moved = {key: now for key, now in said.get("indexes", {}).items() if key in plan["indexes"] and now != -1}
        plan["indexes"].update(moved)


def _derived(case: Case, entry: Entry, rows: Rows) -> None:
    _moved(case, entry.act.open)


def _handed_over(case: Case, entry: Entry, rows: Rows) -> None:
    case.handed_over.append(_signed(entry, plan=entry.act.open["plan"], key=entry.act.open["key"], round=case.number))


def _asked(case: Case, entry: Entry, rows: Rows) -> None:
    for action in entry.act.open["actions"]:
        known = case.asked.get(action)
        case.asked[action] = {
            "asked": known["asked"] if known else entry.act.time,
            "again": entry.act.open["again"],
            "reminders": known["reminders"] + 1 if known else 0,
        }


def _read_back(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    round_ = case.last_run or case.round
    round_["read_backs"].append(_signed(entry, seen=said["seen"], items=said["items"], plan=said["plan"]))
    _saw(case, rows)
    _saw_parts(case, said)
    _moved(case, said)


def _validated(case: Case, entry: Entry, rows: Rows) -> None:
    round_ = next(one for one in reversed(case.rounds) if one["read_backs"])
    round_["validated"].append(_signed(entry, read_back=entry.act.open["read_back"]))


def _stated(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    case.stated[f"{said['law']} {said['field']}"] = _signed(entry, state=said["state"])


def _sealed(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    case.sealed.append(_signed(entry, edition=said["edition"], bundle=said["bundle"], evidence=said["evidence"]))


def _closed(case: Case, entry: Entry, rows: Rows) -> None:
    state = entry.act.open["state"] if entry.act.kind is Kind.CLOSED else ""
    case.ends.append(_signed(entry, state=state))


def _answered(case: Case, entry: Entry, rows: Rows) -> None:
    case.answered = entry.act.open["day"]


def _forgotten(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    case.forgotten.append(_signed(entry, what=said["what"], count=said["count"], scanned=said.get("scanned")))
    if said["what"] == "references":
        for one in case.references:
            one["destroyed"] = one["destroyed"] or entry.act.time


def _order(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    before = case.order["obligations"] if case.order is not None else []
    case.orders.append(_signed(entry, served=said["served"], obligations=[dict(one) for one in said["obligations"]]))
    same = {one["id"] for one in said["obligations"] if one in before}
    case.met = {key: word for key, word in case.met.items() if key in same}


def _scope(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    if case.begun:
        case.rounds.append({**new_round(case.number + 1), "parts": case.parts})
    kept = {name: said[name] for name in ("items", "size", "rest", "indexes")}
    case.scopes.append(_signed(entry, round=case.number, **kept))
    case.round["searches"].append(entry.seq)
    earlier = case.round["parts"]
    case.parts = {name: dict(one) for name, one in earlier.items()}
    for name, how, items, size, of, unread, not_known in said["parts"]:
        known = earlier.get(name)
        before, gone = (left_of(known), known["gone"] + settled_of(known)) if known is not None else (0, 0)
        sizes = {"items": items, "size": size, "of": of, "unread": unread, "not_known": not_known}
        sizes |= {"before": before, "gone": gone}
        case.parts[name] = {"how": how, **sizes, "seen": {}, "round": case.number}


def _sample(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    kept = {name: said[name] for name in ("scope", "of", "seed", "n", "population")}
    case.samples.append(_signed(entry, words={}, by=[], **kept))


def _sampled(case: Case, entry: Entry, rows: Rows) -> None:
    sample = next(one for one in case.samples if one["act"] == entry.act.open["sample"])
    for row in rows():
        word, _, position = row.word.partition(" ")
        sample["words"][position] = word
    sample["by"] = sorted({*sample["by"], entry.act.officer})


def _met(case: Case, entry: Entry, rows: Rows) -> None:
    said = entry.act.open
    before = case.met.get(said["obligation"], {"times": []})["times"]
    times = [] if said["how"] == Met.TAKEN_BACK.value else before
    if said["how"] == Met.DECLARED.value:
        times = [*times, entry.act.time]
    case.met[said["obligation"]] = _signed(entry, how=said["how"], proof=said["proof"], times=times)


_APPLY: dict[Kind, Callable[[Case, Entry, Rows], None]] = {
    Kind.RECEIVED: _received,
    Kind.PROPOSED: _facts,
    Kind.CONFIRMED: _facts,
    Kind.IDENTITY: _identity,
    Kind.REFERENCE: _reference,
    Kind.SEARCHED: _searched,
    Kind.DECIDED: partial(_say, at=3),
    Kind.SECOND_REVIEW: partial(_say, at=4),
    Kind.SETTLED: partial(_say, at=3, settled=True),
    Kind.UNDONE: _undone,
    Kind.LINK: _link,
    Kind.TREATED: _treated,
    Kind.DISPOSITION: _disposition,
    Kind.OBSERVED: _disposition,
    Kind.PLANNED: _planned,
    Kind.APPROVED: _approved,
    Kind.PLAN_WITHDRAWN: _plan_withdrawn,
    Kind.BEGUN: _begun,
    Kind.OUTCOME: _outcome,
    Kind.DERIVED: _derived,
    Kind.HANDED_OVER: _handed_over,
    Kind.ASKED: _asked,
    Kind.READ_BACK: _read_back,
    Kind.VALIDATED: _validated,
    Kind.STATED: _stated,
    Kind.SEALED: _sealed,
    Kind.SWEPT: strays.sweep,
    Kind.EXPLAINED: strays.explain,
    Kind.ANSWERED: _answered,
    Kind.CLOSED: _closed,
    Kind.REOPENED: _closed,
    Kind.FORGOTTEN: _forgotten,
    Kind.ORDER: _order,
    Kind.SCOPE: _scope,
    Kind.SAMPLE: _sample,
    Kind.SAMPLED: _sampled,
    Kind.MET: _met,
}
