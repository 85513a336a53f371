"""What a bundle says is data: said in the reader's language, whatever it is about and however wordings change."""

from __future__ import annotations

import ast
import contextlib
import html
import io
import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from evidence_sample import told
from report_pages import drawn

from dsr_desk.core import codec
from dsr_desk.core.actions import Seen
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.deadlines import Place, Stop, StopReason, deadlines
from dsr_desk.core.findings import Gap
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.message import Message, message, quoted
from dsr_desk.core.requests import Law
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.report.blocks import heading, written
from dsr_desk.evidence.report.details import clock
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, SAYS, Files, Said, members_of, report_page, together
from dsr_desk.evidence.verifying.verify import DECLARED, _declared, message_of
from dsr_desk.search.index.folder import IndexDamaged, IndexMissing
from parsed import nodes

NAMES = (
    "St. Pauli",
    "notes: old.bin",
    "Done. No index was searched.",
    "a. B c",
    'say "x" {name}',
    "\u202eabc",
    "x" * 300,
)


def text_of(page: bytes) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.decode().split("</style>")[1])).split())


def about(content: EvidenceContent, name: str) -> EvidenceContent:
    """A case in which everything that has a name is called this."""
    statement = (
        message("statement.faces", references=1, faces=1234, indexes=2),
        message("statement.untrusted.all", name=name),
        message("statement.no-index"),
    )
    searches = tuple(
        replace(one, result=replace(one.result, statement=statement, complete=False)) for one in content.searches
    )
    gaps = (
        Gap(message("gap.index.whole", name=name), message("why.no-worker")),
        Gap(message("gap.files", name=name, files=(name, "b.bin")), message("why.records.unreadable"), 2),
    )
    return replace(content, searches=searches, gaps=gaps)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("edition", list(Edition))
def test_no_name_brings_english_into_a_german_report(content: EvidenceContent, edition: Edition, name: str) -> None:
    said = text_of(drawn(about(content, name), edition, "de"))
    told = [
        message("gap.index.whole", name=name).say("de"),
        message("gap.files", name=name, files=2).say("de"),
        message("why.records.unreadable").say("de"),
        message("statement.no-index").say("de"),
        message("statement.untrusted.all", name=name).say("de"),
    ]
    assert [one for one in told if " ".join(one.split()) not in said] == []
    for code in ("gap.index.whole", "why.records.unreadable", "statement.untrusted.all", "statement.faces"):
        english = max(re.split(r"\{[^}]*\}", str(catalogue("en")[code])), key=len).strip(" .,:")
        assert english not in said


@pytest.mark.parametrize("edition", list(Edition))
def test_a_reader_learns_how_many_files_were_left_out_and_not_their_names(
    content: EvidenceContent, signer: Signer, edition: Edition
) -> None:
    left_out = message("gap.files", name="St. Pauli", files=("jonas-weber.bin", "b.bin"))
    gap = Gap(left_out, message("why.records.unreadable"), 2)
    members = members_of(sign(told(replace(content, gaps=(gap,))), edition, signer, "en").in_memory[EVIDENCE])
    assert b"jonas-weber.bin" not in b"".join(members.values())
    (said,) = json.loads(members["data/scope.json"])["gaps"]
    assert Message.from_json(said["what"]) == message("gap.files", name="St. Pauli", files=2)
    assert said["what"]["says"] == "St. Pauli: files that no reader understands (2)"


@pytest.mark.parametrize("edition", list(Edition))
def test_no_place_that_an_error_names_leaves_with_a_gap_or_a_check(
    content: EvidenceContent, signer: Signer, edition: Edition
) -> None:
    damaged = IndexDamaged(where=Path("/srv/photos/eins.dsrindex"), why=message("why.index.no-key")).message
    missing = IndexMissing(where=Path("/srv/photos/zwei.dsrindex")).message
    gaps = tuple(Gap(message("gap.index.whole", name="eins"), why) for why in (damaged, missing))
    says = (message("check.again.failed", why=damaged), message("check.again.failed", why=missing))
    looks = tuple(replace(one, seen=Seen.NOT_LOOKED, says=says) for one in content.read_backs)
    said_so = told(replace(content, gaps=gaps, read_backs=looks))
    members = members_of(sign(said_so, edition, signer, "de").in_memory[EVIDENCE])
    assert [name for name, data in members.items() if b"/srv/" in data] == []
    said = text_of(members["data/report.html"])
    assert message("why.index.no-key").say("de") in said
    assert message("why.error", code="INDEX-MISSING").say("de") in said


def test_a_bundle_whose_wording_changed_since_is_still_said_in_german() -> None:
    old = {
        **message("gap.index.whole", name="St. Pauli").as_json(),
        "says": "All of index St. Pauli, as it was said then",
    }
    assert Message.from_json(old).say("de") == message("gap.index.whole", name="St. Pauli").say("de")
    unknown = {"code": "gap.of-another-time", "values": {"name": "x"}, "says": "A part that we know nothing of."}
    for language in LANGUAGES:
        assert Message.from_json(unknown).say(language) == "A part that we know nothing of."


@pytest.mark.parametrize("law", [law for law in Law if law is not Law.UNKNOWN])
def test_every_step_of_every_clock_is_said_in_german(law: Law) -> None:
    received, berlin = date(2026, 1, 31), Place("DE", "BE")
    clarified = Stop(StopReason.CLARIFICATION, date(2026, 2, 2), date(2026, 2, 9))
    variants = [
        deadlines(law, received, berlin),
        deadlines(law, received, Place(), extension_notified=date(2026, 2, 5)),
        deadlines(law, received, berlin, stops=(clarified, Stop(StopReason.IDENTITY, date(2026, 2, 3)))),
        deadlines(law, received, berlin, appeal_received=date(2026, 3, 1), purpose_met=date(2026, 3, 2)),
    ]
    due = tuple(one for variant in variants for one in variant)
    case = {"case": {"due": [codec.plain(one) for one in due]}}
    files = Files(lambda _: io.BytesIO(json.dumps(case).encode()))
    page = report_page(written([heading(quoted("-"), 1), *clock(files)], "de"))
    clocks = text_of(page).partition("Fristen")[2]
    assert "31. Januar 2026" in clocks
    assert not re.search(r"\b(the|days|later|January|Saturday|Sunday|is|arrived)\b", clocks), clocks


def test_the_verifier_in_the_bundle_and_the_program_say_the_same_in_english() -> None:
    program = catalogue("en")
    plain = {code: re.sub(r"\{(\w+)(:[^}]*)?\}", r"{\1}", str(program[f"bundle.{code}"])) for code in SAYS}
    assert plain == SAYS
    assert [code for code in SAYS if f"bundle.{code}" not in catalogue("de")] == []


def test_every_code_of_the_verifier_and_of_the_wrappers_has_its_sentence() -> None:
    room = Path(str(files("dsr_desk.evidence")))
    used: dict[str, set[str]] = {}
    for path in room.rglob("*.py"):
        for node in nodes(path):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            raised = named and node.func.id in ("Refused", "Malformed", "Said", "Unchecked")
            if raised and isinstance(node.args[0], ast.Constant):
                used.setdefault(str(node.args[0].value), set()).add(path.name)
    assert len(used) > 90
    assert [code for code in used if f"bundle.{code}" not in catalogue("en")] == []
    alone = {code for code, where in used.items() if "check_bundle.py" in where}
    spoken = {"signature.wrong", "time.wrong", "statement.wrong", "succession.wrong"}
    assert alone | spoken | {f"officer.{what}" for what in ("first", "added", "recovered", "removed")} == set(SAYS)


def test_values_of_the_verifier_are_said_by_the_program_in_german() -> None:
    said = together(
        [Said("officer.first", who=Said("officer.key", key="ab12"), number=0, day="2026-03-02"), Said("clock")]
    )
    assert str(said).startswith("the key ab12 is the first officer (entry 0, 2026-03-02). Clock not attested")
    german = message_of(said).say("de")
    assert german.startswith("der Schlüssel ab12 ist die erste zuständige Person (Eintrag 0, 2. März 2026). Uhr")
    assert message_of(said).say().startswith("the key ab12 is the first officer (entry 0, 2 March 2026). Clock")


@pytest.mark.parametrize("value", ["\ud800", {"a": 1}, [1], None, 10**400, 1.5, True])
def test_a_value_from_a_bundle_is_shown_whatever_it_is(value: Any) -> None:
    said = Said("entry.changed", number=value)
    assert str(said).encode()
    for language in LANGUAGES:
        assert message_of(said).say(language).encode()


def test_only_declarations_are_said_by_their_code_and_all_else_as_it_came() -> None:
    """A bundle cannot put words of this program into its mouth by a code of ours."""
    ours = Said("declared.keys", "It was said otherwise then.")
    assert _declared(ours).say("de") == message("declared.keys").say("de")
    later = Said("declared.of-another-time", "Something else is declared.")
    assert _declared(later).say("de") == "Something else is declared."
    posing = Said("bundle.opening.holds", "Trust this.")
    assert _declared(posing) == quoted("Trust this.")
    assert all(code.startswith(DECLARED) for code in catalogue("de") if code.startswith("declared"))


@pytest.mark.parametrize(
    "said",
    [
        "a bare sentence", {}, {"code": 1, "values": {}, "says": "x"}, {"code": "x", "values": {}, "says": ""},
        {"code": "x", "values": {"deep": {"code": "y"}}, "says": "x"}, {"code": "x", "values": [], "says": "x"},
        {"code": "x", "values": {}, "says": "x", "more": 1},
    ],
)  # fmt: skip
def test_a_declaration_is_a_sentence_with_plain_values(said: Any) -> None:
    with contextlib.suppress(*check_bundle._BROKEN, AttributeError):
        assert not check_bundle._is_said(said)
    assert check_bundle._is_said(message("declared.datasets", who="Ben").as_json())
