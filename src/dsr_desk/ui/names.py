"""The words of the trade as screens write them."""

from __future__ import annotations

from dsr_desk.app.registering import ColumnKind
from dsr_desk.core.findings import Verdict
from dsr_desk.core.requests import CaseState, Channel, FoundKind, Law, Right
from dsr_desk.ui.theme import Tone
from dsr_desk.ui.words import tr


def right_name(right: Right) -> str:
    return {
        Right.ERASURE: tr("Erasure"),
        Right.ACCESS: tr("Access"),
        Right.OBJECTION: tr("Objection"),
        Right.RESTRICTION: tr("Restriction"),
        Right.RECTIFICATION: tr("Rectification"),
        Right.PORTABILITY: tr("Portability"),
        Right.WITHDRAWAL: tr("Withdrawal of consent"),
        Right.OPT_OUT: tr("Opt-out"),
        Right.UNKNOWN: tr("unknown"),
    }[right]


def law_name(law: Law) -> str:
    return {
        Law.EU_GDPR: tr("EU GDPR"),
        Law.UK_GDPR: tr("UK GDPR"),
        Law.CCPA: tr("California, CCPA"),
        Law.DROP: tr("California, DROP"),
        Law.VIRGINIA: tr("Virginia"),
        Law.TEXAS: tr("Texas"),
        Law.COLORADO: tr("Colorado"),
        Law.LGPD: tr("Brazil, LGPD"),
        Law.PIPEDA: tr("Canada, PIPEDA"),
        Law.QUEBEC: tr("Quebec"),
        Law.KOREA: tr("Korea"),
        Law.BIPA: tr("Illinois, BIPA"),
        Law.ORDER: tr("Regulator’s order"),
        Law.UNKNOWN: tr("unknown"),
    }[law]


def channel_name(channel: Channel) -> str:
    return {
        Channel.EMAIL: tr("by e-mail"),
        Channel.PDF: tr("by letter"),
        Channel.TEXT: tr("as a text"),
        Channel.FORM: tr("entered here"),
        Channel.OPENDSR: tr("by OpenDSR"),
        Channel.DRP: tr("by the Data Rights Protocol"),
        Channel.DROP: tr("from the DROP register"),
        Channel.TABLE: tr("from a table"),
    }[channel]


def found_name(kind: FoundKind) -> str:
    return {
        FoundKind.NAME: tr("Name"),
        FoundKind.EMAIL: tr("E-mail"),
        FoundKind.PHONE: tr("Phone"),
        FoundKind.USER_NAME: tr("User name"),
        FoundKind.ACCOUNT_ID: tr("Account"),
        FoundKind.DATE_OF_BIRTH: tr("Date of birth"),
        FoundKind.ADDRESS: tr("Address"),
        FoundKind.HASH: tr("Hash"),
        FoundKind.REFERENCE: tr("Their reference"),
        FoundKind.RECEIVED: tr("Received"),
        FoundKind.RIGHT: tr("Right"),
        FoundKind.LAW: tr("Law"),
    }[kind]


def state_name(state: CaseState) -> str:
    return {
        CaseState.NEW: tr("Identity pending"),
        CaseState.IDENTIFIED: tr("Ready to search"),
        CaseState.SEARCHED: tr("In review"),
        CaseState.REVIEWED: tr("Reviewed"),
        CaseState.PLANNED: tr("Deletion planned"),
        CaseState.APPROVED: tr("Deletion approved"),
        CaseState.DELETED: tr("Deleted, not read back"),
        CaseState.READ_BACK: tr("Read back"),
        CaseState.CLOSED: tr("Closed"),
        CaseState.PARTLY_GRANTED: tr("Partly granted"),
        CaseState.REFUSED: tr("Refused"),
        CaseState.WITHDRAWN: tr("Withdrawn"),
        CaseState.DUPLICATE: tr("Duplicate"),
    }[state]


def next_step(state: CaseState) -> tuple[str, str]:
    """What to do next, in words, and the step where that is done."""
    return {
        CaseState.NEW: (tr("Record identity check"), "request"),
        CaseState.IDENTIFIED: (tr("Search"), "search"),
        CaseState.SEARCHED: (tr("Go on with review"), "review"),
        CaseState.REVIEWED: (tr("Plan the deletion"), "deletion"),
        CaseState.PLANNED: (tr("Approve the plan"), "deletion"),
        CaseState.APPROVED: (tr("Run the deletion"), "deletion"),
        CaseState.DELETED: (tr("Read back now"), "deletion"),
        CaseState.READ_BACK: (tr("Seal the evidence"), "evidence"),
    }.get(state, (tr("Open evidence"), "evidence"))


def verdict_name(verdict: Verdict) -> str:
    return {
        Verdict.SAME: tr("Same person"),
        Verdict.DIFFERENT: tr("Different"),
        Verdict.UNSURE: tr("Unsure"),
    }[verdict]


def column_kind(kind: ColumnKind) -> str:
    return {
        ColumnKind.NAME: tr("Name"),
        ColumnKind.EMAIL: tr("E-mail"),
        ColumnKind.PHONE: tr("Phone"),
        ColumnKind.USER_NAME: tr("User name"),
        ColumnKind.ACCOUNT_ID: tr("Account"),
        ColumnKind.ADDRESS: tr("Address"),
        ColumnKind.DATE_OF_BIRTH: tr("Date of birth"),
        ColumnKind.FREE_TEXT: tr("Free text"),
        ColumnKind.PHOTO_REFERENCE: tr("Name of a photo"),
        ColumnKind.OTHER: tr("Nothing of these"),
    }[kind]


def part_name(part: str) -> str:
    """What a plan rests on, by the code of the part."""
    return {
        "right": tr("the right"),
        "scope": tr("the scope"),
        "identity": tr("the identity check"),
        "identifiers": tr("the identifiers"),
        "decisions": tr("the decisions"),
        "links": tr("the refused links"),
        "treatments": tr("what is masked or kept"),
        "policy": tr("the policy"),
        "indexes": tr("an index"),
        "dispositions": tr("what becomes of a model"),
        "plan": tr("the plan itself"),
    }.get(part, part)


def fact_name(field: str) -> str:
    """What is known of a dataset, by the name of its field."""
    return {
        "name": tr("Name of the dataset"),
        "version": tr("Version"),
        "source": tr("Where the data came from"),
        "collected": tr("When it was collected"),
        "supplier": tr("Supplied by"),
        "legal_basis": tr("Consent wording or legal basis"),
        "purposes": tr("Permitted purposes"),
        "retention": tr("May be kept until"),
        "data_recipients": tr("Passed on to"),
        "responsible": tr("Responsible"),
        "other_places": tr("Other places where it lies"),
    }[field]


def urgency(days_left: int) -> Tone:
    """How a due date is marked: late or within 3 days, within a fortnight, later."""
    if days_left <= 3:
        return Tone.DANGER
    return Tone.WARN if days_left <= 14 else Tone.OK
