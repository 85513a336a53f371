"""Follows the entries of a bundle by the rules of the program itself, as a vault does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import BinaryIO

from dsr_desk.core.acts import Act, Entry, Row
from dsr_desk.core.case import Case
from dsr_desk.core.roster import Roster
from dsr_desk.core.rules import after
from dsr_desk.evidence.verifying.check_bundle import LEAVES, ROWS, Finding, Members, Refused, Said, finding, row_of

RULES = "rules"
"""The name of the check."""


def check_rules(archive: BinaryIO) -> Finding:
    """Whether each act was allowed when it was done. What signed it and where it stands was looked at before."""
    return finding(RULES, lambda: _follow(Members(archive)))


def _follow(members: Members) -> Said:
    roster, case = Roster(), Case("")
    with members.open(f"data/{LEAVES}") as lines, members.open(f"data/{ROWS}") as rows:
        for line in map(json.loads, lines):
            if "act" not in line:
                continue
            entry = _entry(line["act"], json.loads(line["envelope"]))
            if not entry.case:
                refused = roster.after(entry)
            else:
                case.id = entry.case
                said = entry.act.open
                its = list(islice(rows, int(said["count"]))) if "root" in said else []
                refused = after(case, entry, roster, partial(_rows, its))
            if refused is not None:
                raise Refused("rules.forbidden", number=entry.seq, why=refused)
    return Said("rules.hold", count=case.entries)


def _rows(lines: Iterable[bytes]) -> Iterator[Row]:
    return (Row(*row_of(line)) for line in lines)


def _entry(act: str, envelope: dict[str, object]) -> Entry:
    return Entry(
        seq=int(str(envelope["seq"])),
        epoch=int(str(envelope["epoch"])),
        act=Act.parse(act),
        case_before=str(envelope["case_before"]),
        vault_before=str(envelope["vault_before"]),
        writer=str(envelope["writer"]),
        signatures={key: str(one) for key, one in dict(envelope["signatures"]).items()},  # type: ignore[call-overload]
    )
