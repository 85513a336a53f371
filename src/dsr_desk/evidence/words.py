"""The words of the report, English and German, for readers without training. Sentences stand in words.json."""

from __future__ import annotations

import json
import re
from datetime import date

from dsr_desk.core.lineage import Fate
from dsr_desk.core.requests import Law, Right
from dsr_desk.evidence.content import Language, Seen
from dsr_desk.evidence.facts import WORDS, Fact, Saying, fill, recognise

_RIGHTS: dict[Right, tuple[str, str]] = {
    Right.ERASURE: ("delete your data", "Ihre Daten zu löschen"),
    Right.ACCESS: ("tell you which data of yours we hold", "Ihnen zu sagen, welche Daten von Ihnen wir haben"),
    Right.OBJECTION: ("stop using your data", "Ihre Daten nicht weiter zu verwenden"),
    Right.RESTRICTION: ("restrict the use of your data", "die Verwendung Ihrer Daten einzuschränken"),
    Right.RECTIFICATION: ("correct your data", "Ihre Daten zu berichtigen"),
    Right.PORTABILITY: ("hand your data over to you", "Ihnen Ihre Daten zu übergeben"),
    Right.WITHDRAWAL: ("act on the withdrawal of your consent", "dem Widerruf Ihrer Einwilligung zu folgen"),
    Right.OPT_OUT: ("act on your opt-out", "Ihrem Widerspruch zu folgen"),
    Right.UNKNOWN: ("deal with your request", "Ihre Anfrage zu bearbeiten"),
}

_RIGHT_NAMES: dict[Right, tuple[str, str]] = {
    Right.ERASURE: ("erasure", "Löschung"),
    Right.ACCESS: ("access", "Auskunft"),
    Right.OBJECTION: ("objection", "Widerspruch"),
    Right.RESTRICTION: ("restriction", "Einschränkung"),
    Right.RECTIFICATION: ("rectification", "Berichtigung"),
    Right.PORTABILITY: ("portability", "Datenübertragung"),
    Right.WITHDRAWAL: ("withdrawal of consent", "Widerruf der Einwilligung"),
    Right.OPT_OUT: ("opt-out", "Opt-out"),
    Right.UNKNOWN: ("not yet named", "noch nicht benannt"),
}

_LAWS: dict[Law, tuple[str, str]] = {
    Law.EU_GDPR: ("the EU General Data Protection Regulation (GDPR)", "Datenschutz-Grundverordnung der EU (DSGVO)"),
    Law.UK_GDPR: ("the UK GDPR", "UK GDPR"),
    Law.CCPA: ("the California Consumer Privacy Act (CCPA)", "California Consumer Privacy Act (CCPA)"),
    Law.DROP: ("the California Delete Act (DROP)", "California Delete Act (DROP)"),
    Law.VIRGINIA: ("the Virginia Consumer Data Protection Act", "Virginia Consumer Data Protection Act"),
    Law.TEXAS: ("the Texas Data Privacy and Security Act", "Texas Data Privacy and Security Act"),
    Law.COLORADO: ("the Colorado Privacy Act", "Colorado Privacy Act"),
    Law.LGPD: ("the Brazilian data protection law (LGPD)", "brasilianisches Datenschutzgesetz (LGPD)"),
    Law.PIPEDA: ("the Canadian PIPEDA", "kanadisches PIPEDA"),
    Law.QUEBEC: ("the Quebec private sector act", "Datenschutzgesetz von Québec"),
    Law.KOREA: ("the Korean Personal Information Protection Act", "koreanisches Datenschutzgesetz"),
    Law.BIPA: ("the Illinois Biometric Information Privacy Act", "Illinois Biometric Information Privacy Act"),
    Law.ORDER: ("a regulator's order", "Anordnung einer Behörde"),
    Law.UNKNOWN: ("a law not yet named", "noch nicht benannt"),
}

_FATES: dict[Fate, tuple[str, str]] = {
    Fate.DESTROYED: ("destroyed", "zerstört"),
    Fate.RETRAINED: ("retrained without these data", "ohne diese Daten neu trainiert"),
    Fate.WITHDRAWN: ("withdrawn from use", "aus dem Betrieb genommen"),
    Fate.HELD: ("kept for now", "vorerst behalten"),
    Fate.INFEASIBLE: ("not feasible", "nicht machbar"),
    Fate.NOT_AFFECTED: ("not affected", "nicht betroffen"),
}

_SEEN: dict[Seen, tuple[str, str]] = {
    Seen.GONE: ("✓ gone", "✓ gelöscht"),
    Seen.MASKED: ("● face masked", "● Gesicht unkenntlich"),
    Seen.HELD: ("○ kept, see why", "○ behalten, siehe warum"),
    Seen.STILL_THERE: ("■ still there", "■ noch da"),
    Seen.NOT_LOOKED: ("▲ nobody looked", "▲ nicht nachgesehen"),
}

_UNITS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "photo": (("photo", "photos"), ("Foto", "Fotos")),
    "record": (("record", "records"), ("Datensatz", "Datensätze")),
    "dataset": (("dataset version", "dataset versions"), ("Datenstand", "Datenstände")),
}

_MONTHS = (
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"),
    ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
     "Dezember"),
)  # fmt: skip


_WEEKDAYS = (
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
)
_SPELLED_DAY = re.compile(r"\w+ (\d{1,2}) (\w+) (\d{4})")


class Words:
    """The report's words in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._column = list(Language).index(language)

    def __call__(self, key: str, **values: object) -> str:
        return WORDS[key][self.language.value].format(**values)

    @staticmethod
    def everything_said() -> str:
        """All sentences in small letters."""
        return json.dumps(WORDS, ensure_ascii=False).lower()

    def say(self, said: Saying | tuple[Fact, ...]) -> str:
        """A fact in this language; what a person typed stays as it is."""
        if isinstance(said, str):
            return said
        if isinstance(said, tuple):
            return " ".join(map(self.say, said))
        if self.language is Language.ENGLISH:
            return said.english
        return fill(WORDS[f"fact.{said.code}"][self.language.value], {n: self._value(n, v) for n, v in said.values})

    def _value(self, name: str, value: str) -> str:
        """A fact's value as its reader writes it, by what kind of blank it fills."""
        kind = name.partition("_")[0]
        if kind == "day":
            return self._spelled_day(value)
        if kind == "iso":
            return self.day(value)
        if kind == "n":
            return value.translate(str.maketrans(",.", ".,"))
        nested = recognise(value) if kind == "noun" else None
        return self.say(nested) if nested else value

    def _spelled_day(self, said: str) -> str:
        """A day as clocks spell it ("Tuesday 3 March 2026") in the words of the language."""
        found = _SPELLED_DAY.fullmatch(said)
        if found is None or found[2] not in _MONTHS[0]:
            return said
        day = date(int(found[3]), _MONTHS[0].index(found[2]) + 1, int(found[1]))
        return f"{_WEEKDAYS[self._column][day.weekday()]}, {self.day(day.isoformat())}"

    def code(self, value: str) -> str:
        """A word of the trade ("train", "unreadable"); what is none stays as it is."""
        known = WORDS.get(f"code.{value}")
        return known[self.language.value] if known else value

    def right(self, right: Right) -> str:
        """As a thing that was asked for: "delete your data"."""
        return _RIGHTS[right][self._column]

    def right_name(self, right: Right) -> str:
        return _RIGHT_NAMES[right][self._column]

    def law(self, law: Law) -> str:
        return _LAWS[law][self._column]

    def fate(self, fate: Fate) -> str:
        return _FATES[fate][self._column]

    def seen(self, seen: Seen) -> str:
        return _SEEN[seen][self._column]

    def number(self, value: int) -> str:
        grouped = f"{value:,}"
        return grouped.replace(",", ".") if self.language is Language.GERMAN else grouped

    def count(self, value: int, unit: str) -> str:
        """A number with its unit: photo, record or dataset."""
        one, many = _UNITS[unit][self._column]
        return f"{self.number(value)} {one if value == 1 else many}"

    def both(self, photos: int, records: int) -> str:
        """Photos and records, leaving out what there is none of."""
        parts = [self.count(photos, "photo")] if photos or not records else []
        parts += [self.count(records, "record")] if records else []
        return (" und " if self.language is Language.GERMAN else " and ").join(parts)

    def moment(self, stamp: str) -> str:
        """A UTC timestamp as "2026-03-02 09:00:00 UTC"; an empty one as unknown."""
        return stamp.replace("T", " ").replace("Z", " UTC") if stamp else self("unknown")

    def day(self, stamp: str) -> str:
        """A date or timestamp as a day in words; what is no date is returned as it is."""
        try:
            year, month, day = int(stamp[:4]), int(stamp[5:7]), int(stamp[8:10])
            name = _MONTHS[self._column][month - 1]
        except (ValueError, IndexError):
            return stamp or self("unknown")
        return f"{day}. {name} {year}" if self.language is Language.GERMAN else f"{day} {name} {year}"
