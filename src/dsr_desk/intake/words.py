"""Words by which rights, laws, languages and labels are known in English, German and Polish letters."""

from __future__ import annotations

import re

from dsr_desk.core.requests import FoundKind, Law, Right


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


RIGHTS: dict[Right, re.Pattern[str]] = {
    Right.ERASURE: _any(
        r"\b(?:delet|eras)(?:e|ed|ing|ion|ure)\b",
        r"\bremove\b",
        r"\b(?:right )?to be forgotten\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?17\b",
        r"\b(?:ge)?lösch\w*",
        r"\busu(?:ń|nąć|nięci\w+|wa\w+)",
        r"\bzapomnian\w+",
    ),
    Right.ACCESS: _any(
        r"\baccess to\b",
        r"\bright of access\b",
        r"\ba copy of\b",
        r"\bsubject access\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?15\b",
        r"\bauskunft\w*",
        r"\beine kopie\b",
        r"\bdostęp\w*",
        r"\bkopi[ięa]\b",
    ),
    Right.OBJECTION: _any(
        r"\bi object\b",
        r"\bobjection\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?21\b",
        r"\bwiderspr(?:uch|eche)\b",
        r"\bsprzeciw\w*",
    ),
    Right.RESTRICTION: _any(
        r"\brestrict(?:ion)?\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?18\b",
        r"\beinschränk\w+",
        r"\bogranicz\w+",
    ),
    Right.RECTIFICATION: _any(
        r"\brectif\w+",
        r"\bplease correct\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?16\b",
        r"\bberichtig\w+",
        r"\bsprostow\w+",
    ),
    Right.PORTABILITY: _any(
        r"\b(?:data )?portability\b",
        r"\b(?:article|artikel|artykuł|art\.?) ?20\b",
        r"\bdatenübertragbarkeit\b",
        r"\bprzenieś\w+|\bprzeniesieni\w+",
    ),
    Right.WITHDRAWAL: _any(
        r"\b(?:withdraw|revoke)\b[^.\n]{0,30}\bconsent\b",
        r"\bwiderruf\w*",
        r"\b(?:wy)?cof(?:am|uję)\b[^.\n]{0,30}\bzgod\w+",
    ),
    Right.OPT_OUT: _any(r"\bdo not (?:sell|share)\b", r"\bopt(?:ing)?[ -]out\b"),
}

LAWS: dict[Law, re.Pattern[str]] = {
    Law.UK_GDPR: _any(r"\buk[ -]gdpr\b", r"\bdata protection act 2018\b"),
    Law.EU_GDPR: _any(
        r"(?<!uk[ -])\bgdpr\b",
        r"\bgeneral data protection regulation\b",
        r"\bds-?gvo\b",
        r"\bdatenschutz-?grundverordnung\b",
        r"\brodo\b",
        r"\brgpd\b",
        r"\b2016/679\b",
    ),
    Law.CCPA: _any(r"\bccpa\b", r"\bcpra\b", r"\bcalifornia (?:consumer )?privacy\b", r"\bcalifornia resident\b"),
    Law.VIRGINIA: _any(r"\bvcdpa\b", r"\bvirginia consumer data\b"),
    Law.TEXAS: _any(r"\btdpsa\b", r"\btexas data privacy\b"),
    Law.COLORADO: _any(r"\bcolorado privacy act\b"),
    Law.LGPD: _any(r"\blgpd\b"),
    Law.PIPEDA: _any(r"\bpipeda\b"),
    Law.QUEBEC: _any(r"\blaw 25\b", r"\bloi 25\b"),
    Law.KOREA: _any(r"\bpipa\b", r"\bpersonal information protection act\b"),
    Law.BIPA: _any(r"\bbipa\b", r"\bbiometric information privacy act\b"),
}

LANGUAGES: dict[str, re.Pattern[str]] = {
    "en": _any(r"\b(?:the|and|my|you|your|that|please|have|with|of)\b"),
    "de": _any(r"\b(?:ich|und|die|der|das|sie|bitte|mein\w*|ihre?\w*|nicht|mit|von|sehr)\b"),
    "pl": _any(r"\b(?:i|w|z|na|się|mnie|moj\w+|moich|proszę|jest|oraz|państw\w+|nie|do)\b"),
}

LABELS: dict[FoundKind, re.Pattern[str]] = {
    FoundKind.NAME: _any(
        r"(?:full |first |last |my )?name", r"vor- und nachname", r"nachname", r"imię i nazwisko", r"nazwisko"
    ),
    FoundKind.EMAIL: _any(r"e-?mail(?:[ -]?(?:address|adresse))?", r"adres e-?mail"),
    FoundKind.PHONE: _any(
        r"(?:tele)?(?:phone|fon)(?: ?number|nummer)?", r"tel\.?", r"mobile?(?: number)?", r"handy\w*", r"numer telefonu"
    ),
    FoundKind.USER_NAME: _any(
        r"user[ -]?name", r"login", r"nick(?:name)?", r"handle", r"benutzername", r"nutzername", r"nazwa użytkownika"
    ),
    FoundKind.ACCOUNT_ID: _any(
        r"(?:account|customer|member(?:ship)?|client|user|profile)[ -]?(?:id|no\.?|number)",
        r"(?:konto|kunden|mitglieds|profil)-?(?:nummer|nr\.?|id)",
        r"(?:numer|nr|id) (?:konta|klienta|profilu)",
    ),
    FoundKind.DATE_OF_BIRTH: _any(
        r"(?:date of birth|born(?: on)?|dob)",
        r"geburtsdatum|geboren am|geb\.(?: am)?",
        r"data urodzenia|urodzon[ya](?: dnia)?",
    ),
    FoundKind.ADDRESS: _any(r"(?:my |postal |home )?address", r"anschrift|adresse", r"adres(?: zamieszkania)?"),
}

INTRODUCTIONS = _any(
    r"\bmy (?:full )?name is",
    r"\bi,",
    r"\bi(?: a|['’])m",
    r"\bi am called",
    r"\bmein (?:voller )?name ist",
    r"\bich heiße",
    r"\bnazywam się",
    r"\bja, niżej podpisan[ya],?",
    r"\b(?:formerly|previously|also) known as",
    r"\bmaiden name(?: is| was)?",
    r"\bgeborene[rn]?\b",
)

CLOSINGS = _any(
    r"(?:with )?(?:kind|best|warm)(?:est)? (?:regards|wishes)",
    r"(?:yours|regards|sincerely|faithfully|thank you|thanks|best)\b.{0,12}",
    r"mit freundlichen? gr(?:ü|ue)(?:ß|ss)en?",
    r"(?:viele|beste|freundliche) gr(?:ü|ue)(?:ß|ss)e",
    r"(?:mfg|vg|lg|thx|cheers)\b.{0,3}",
    r"z (?:poważaniem|wyrazami szacunku)",
    r"pozdrawiam(?: serdecznie)?",
)

TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx", "hr", "fr", "ing", "dipl", "st", "mgr", "inż"})

PARTICLES = frozenset(
    {"von", "van", "de", "der", "den", "da", "di", "del", "la", "le", "al", "bin", "zu", "ten", "ter", "y", "e"}
)

REGION_OF_LANGUAGE = {"de": "DE", "pl": "PL"}
"""Where a phone number without country code is taken to be from, by the language of the letter."""
