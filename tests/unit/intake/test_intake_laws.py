"""The law of a letter is what it names; what is unclear is asked and never assumed."""

from __future__ import annotations

import pytest

from dsr_desk.core.message import message
from dsr_desk.core.requests import FoundKind, Law, Right, Whose
from dsr_desk.intake.laws import LawSaid, law_of_fields, laws_in, place_named
from dsr_desk.intake.model import NO_HOUSE, House
from dsr_desk.intake.registry import parse
from dsr_desk.intake.text import read_text
from dsr_desk.intake.voices import LETTER, voiced

CELL = message("where.field", field="law")


def said(text: str, house: House = NO_HOUSE) -> LawSaid:
    return laws_in(voiced(LETTER, text), house)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("Under the UK GDPR I ask you", Law.UK_GDPR),
        ("Under the UK GDPR (the GDPR as retained) I ask you", Law.UK_GDPR),
        ("under the Data Protection Act 2018", Law.UK_GDPR),
        ("under the GDPR and the Irish Data Protection Act 2018", Law.EU_GDPR),
        ("nach Art. 17 DSGVO", Law.EU_GDPR),
        ("GDPR第17条に基づく請求です", Law.EU_GDPR),
        ("请根据GDPR第17条删除", Law.EU_GDPR),
        ("conformément au RGPD", Law.EU_GDPR),
        ("ai sensi del Regolamento generale sulla protezione dei dati", Law.EU_GDPR),
        ("op grond van de AVG", Law.EU_GDPR),
        ("na podstawie RODO", Law.EU_GDPR),
        ("I am a California resident", Law.CCPA),
        ("I am a resident of Texas.", Law.TEXAS),
        ("Country/State: California, United States", Law.CCPA),
        ("com base na LGPD", Law.LGPD),
        ("nos termos da Lei Geral de Proteção de Dados", Law.LGPD),
        ("under PIPEDA", Law.PIPEDA),
        ("en vertu de la Loi 25", Law.QUEBEC),
        ("the Illinois Biometric Information Privacy Act", Law.BIPA),
        ("under Korea's Personal Information Protection Act", Law.KOREA),
        ("개인정보 보호법에 따라", Law.KOREA),
    ],
)
def test_each_law_is_known_by_its_name(text: str, law: Law) -> None:
    assert said(text).law is law


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("under the Personal Information Protection Act", "note.intake.law-of-several"),
        ("under Japan's Personal Information Protection Act", "note.intake.law-elsewhere"),
        ("個人情報保護法に基づき", "note.intake.law-elsewhere"),
        ("my rights under the CTDPA", "note.intake.law-elsewhere"),
        ("the Utah Consumer Privacy Act", "note.intake.law-elsewhere"),
        ("the Digital Personal Data Protection Act 2023 (DPDP)", "note.intake.law-elsewhere"),
        ("nach dem revDSG", "note.intake.law-elsewhere"),
        ("under POPIA", "note.intake.law-elsewhere"),
        ("KVKK uyarınca", "note.intake.law-elsewhere"),
        ("under the GDPR or the CCPA, whichever applies", "note.intake.law-several"),
        ("I live in the United Kingdom and write under the GDPR", "note.intake.law-uk-or-eu"),
        ("ich wohne in der Schweiz", "note.intake.law-place"),
    ],
)
def test_what_is_unclear_is_asked_and_says_why(text: str, code: str) -> None:
    read = said(text)
    assert read.law is Law.UNKNOWN
    assert code in {one.code for one in read.warnings}


def test_a_british_address_beside_the_gdpr_says_that_another_law_may_hold_too() -> None:
    read = said("Delete my data under the GDPR.\nAddress: 12 Kiln Lane, Leeds LS1 4AB")
    assert (read.law, [one.code for one in read.warnings]) == (Law.EU_GDPR, ["note.intake.law-uk-beside"])


def test_the_language_of_a_letter_is_no_law() -> None:
    assert said("Bitte löschen Sie meine Fotos.") == LawSaid(Law.UNKNOWN, ())


def test_a_british_house_asks_which_gdpr_is_meant() -> None:
    assert said("under the GDPR", House(country="GB")).law is Law.UNKNOWN


@pytest.mark.parametrize(
    ("value", "place", "law"),
    [
        ("gdpr", "", Law.EU_GDPR),
        ("GDPR", "GB", Law.UNKNOWN),
        ("uk_gdpr", "GB", Law.UK_GDPR),
        ("lgpd", "", Law.LGPD),
        ("vcdpa", "", Law.VIRGINIA),
        ("CCPA/CPRA", "", Law.CCPA),
        ("US-CA", "", Law.CCPA),
        ("US-CT", "", Law.UNKNOWN),
        ("pipeda", "", Law.PIPEDA),
        ("pipa", "", Law.UNKNOWN),
        ("appi", "", Law.UNKNOWN),
    ],
)
def test_fields_for_the_law_are_read_with_the_place(value: str, place: str, law: Law) -> None:
    assert law_of_fields(value, place, CELL).law is law


@pytest.mark.parametrize(("cell", "place"), [("US-CA", "US-CA"), ("United Kingdom", "GB"), ("UK", "GB"), ("", "")])
def test_places_are_named_in_codes(cell: str, place: str) -> None:
    assert place_named(cell) == place


ORDER = """DATA PROTECTION COMMISSION. Decision and Order of 2 March 2026. The respondent Example Imaging Ltd shall
within 30 days delete all photos received from the supplier Bright Pictures and submit a sworn statement."""


def test_an_order_about_data_is_no_persons_request() -> None:
    intake = read_text(ORDER)
    request = intake.request
    assert (request.law, request.right, request.received) == (Law.ORDER, Right.ERASURE, None)
    assert request.identifiers.is_empty()
    assert {"note.intake.decree", "note.intake.decree-day", "note.intake.no-day"} <= {
        one.code for one in intake.warnings
    }
    spoken = (FoundKind.RIGHT, FoundKind.LAW)
    assert all(one.whose is Whose.OTHER for one in request.found if one.kind not in spoken)


def test_a_person_who_speaks_of_an_authority_is_no_order() -> None:
    text = "The court must not order it: I ask you to delete my photos, or I go to the data protection commission."
    assert read_text(text).request.law is not Law.ORDER


@pytest.mark.parametrize(("state", "law"), [("California", Law.CCPA), ("Texas", Law.TEXAS), ("Utah", Law.UNKNOWN)])
def test_a_column_of_states_gives_the_law_of_a_state_that_has_a_clock_here(state: str, law: Law) -> None:
    table = f"Request Type,Full Name,Email,State,Submitted At\nDelete,Ann Lee,ann@example.com,{state},2026-11-03\n"
    (read,) = parse(table.encode(), "requests.csv")
    assert read.request.law is law
