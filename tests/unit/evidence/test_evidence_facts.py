"""Whatever this program says of a case can be said in German too: sentences are found in the source and tried."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from dsr_desk.core.actions import ActionKind, OutcomeState
from dsr_desk.core.deadlines import Duty, Place, Stop, StopReason, deadlines
from dsr_desk.core.findings import ReasonKind
from dsr_desk.core.items import LedgerClass
from dsr_desk.core.lineage import Certainty, Role
from dsr_desk.core.requests import Law
from dsr_desk.evidence.content import Language
from dsr_desk.evidence.facts import WORDS, fact, fill, recognise, recognised, sentences
from dsr_desk.evidence.verify import BundleMissing
from dsr_desk.evidence.words import Words

SOURCE = Path(str(files("dsr_desk")))
GERMAN = Words(Language.GERMAN)
ELSEWHERE = ("dry_run.py", "deletion_lists.py", "verify.py")
"""What is said before a deletion, of a register's lists and by the verifier stands in no bundle."""


def calls(name: str) -> Iterator[ast.Call]:
    for path in SOURCE.rglob("*.py"):
        if path.name in ELSEWHERE or "ui" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def reasons() -> list[str]:
    """Texts that are given the name `why` on their way into a search's gaps."""
    found = []
    for node in ast.walk(ast.parse((SOURCE / "search" / "search.py").read_text("utf-8"))):
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == ["why"]:
            found.append(spelled(node.value) or "")
    return [one for one in found if one]


def spelled(node: ast.expr) -> str | None:
    """A text as it stands in the source, with 3 for what is filled in; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in node.values)
    return None


def texts(name: str, place: int) -> list[str]:
    found = [spelled(node.args[place]) for node in calls(name) if len(node.args) > place]
    return sorted({one for one in found if one})


def of_ledger(places: slice) -> list[str]:
    from dsr_desk.search.scope import _CONTAINERS, _LEDGER

    said = [f"3: {what}" if number == 0 else what for pair in _LEDGER.values() for number, what in enumerate(pair)]
    return [*said[places], *_CONTAINERS.values()]


@pytest.mark.parametrize("why", [*texts("NotSearched", 1), *reasons(), *of_ledger(slice(None))])
def test_a_reason_for_a_gap_is_known_in_german(why: str) -> None:
    assert recognise(why) is not None, f"add fact.why… to words.json: {why}"


@pytest.mark.parametrize("what", [one for one in texts("NotSearched", 0) if re.search(r"[a-z]{3}", one)])
def test_a_part_of_the_scope_is_known_in_german(what: str) -> None:
    assert recognise(what) is not None, f"add fact.part… to words.json: {what}"


@pytest.mark.parametrize("name", texts("Check", 0))
def test_a_look_at_the_data_has_a_german_name(name: str) -> None:
    assert recognise(name) is not None, f"add fact.look… to words.json: {name}"


@pytest.mark.parametrize("noun", texts("_check", 4))
def test_what_reading_back_counts_has_a_german_name(noun: str) -> None:
    assert recognise(noun) is not None, f"add fact.noun… to words.json: {noun}"
    for end in (" among 1200.", " among 5, but not everything could be read."):
        assert noun not in GERMAN.say(recognised(f"No {noun}{end}"))
    assert noun not in GERMAN.say(recognised(f"2 {noun} found among 1200."))


@pytest.mark.parametrize("law", [law for law in Law if law is not Law.UNKNOWN])
def test_every_step_of_every_clock_is_said_in_german(law: Law) -> None:
    received, german = date(2026, 1, 31), Place("DE", "BE")
    clarified = Stop(StopReason.CLARIFICATION, date(2026, 2, 2), date(2026, 2, 9))
    stops = (clarified, Stop(StopReason.IDENTITY, date(2026, 2, 3)))
    variants = [
        deadlines(law, received, german),
        deadlines(law, received, Place()),
        deadlines(law, received, german, extension_notified=date(2026, 2, 5)),
        deadlines(law, received, german, stops=stops),
        deadlines(law, received, german, stops=(Stop(StopReason.IDENTITY, date(2026, 2, 3), date(2026, 2, 6)),)),
        deadlines(law, received, german, appeal_received=date(2026, 3, 1), purpose_met=date(2026, 3, 2)),
    ]
    for step in (step for variant in variants for due in variant for step in due.steps):
        found = recognise(step)
        assert found is not None, f"add fact.clock… to words.json: {step}"
        said = GERMAN.say(found)
        assert not re.search(r"\b(the|and|day|days|January|Saturday|is)\b", said), said


def test_codes_of_the_trade_have_words_in_both_languages() -> None:
    kinds = [*Role, *Certainty, *ActionKind, *LedgerClass, *ReasonKind, *Duty]
    assert {f"code.{one.value}" for one in kinds} <= set(WORDS)
    assert {f"fact.result.{state.value}" for state in OutcomeState} <= set(WORDS)


def test_each_fact_is_recognised_by_its_own_wording() -> None:
    for key, both in WORDS.items():
        if not key.startswith("fact.") or key in ("fact.foreign", "fact.error"):
            continue
        blanks = dict.fromkeys(re.findall(r"\{(\w+)\}", both["en"]), "7")
        values = {name: "Tuesday 3 March 2026" if name.startswith("day") else "7" for name in blanks}
        found = recognise(fill(both["en"], values))
        assert found is not None, key
        assert fill(WORDS[f"fact.{found.code}"]["en"], dict(found.values)) == fill(both["en"], values), key


def test_numbers_days_and_plurals_follow_the_language() -> None:
    found = "That is every face that was found in the photos, which need not be every face that is in them."
    said = recognised(f"1 reference photo was compared with all 3,120 indexed faces of 2 indexes. {found}")
    assert "1 Referenzfoto wurde mit allen 3.120 erfassten Gesichtern aus 2 Verzeichnissen" in GERMAN.say(said)
    due = GERMAN.say(recognised("Last day: Friday 27 March 2026, until midnight."))
    assert due == "Letzter Tag: Freitag, 27. März 2026, bis Mitternacht."


def test_an_error_is_said_by_its_code_and_other_words_are_quoted_as_they_are() -> None:
    happened = BundleMissing(path="x").what_happened
    for sentence in (happened, f"{happened} [BUNDLE-MISSING]"):
        assert GERMAN.say(recognised(sentence)) == "ein Fehler des Programms (BUNDLE-MISSING)"
    assert GERMAN.say(recognised("permission denied")) == "„permission denied“ (auf Englisch festgehalten)"
    assert Words(Language.ENGLISH).say(recognised("permission denied")) == "permission denied"


def test_a_text_is_taken_apart_into_its_sentences() -> None:
    text = "No index was searched. Something unheard of. Nothing in the indexed scope was left out."
    first, *others = sentences(text)
    assert first == fact("search.none") or first.code == "search.none"
    assert " ".join(one.english for one in (first, *others)) == text
