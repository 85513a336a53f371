"""Letters that are no person's request but a regulator's or a court's order about data."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from dsr_desk.core.message import Message, message
from dsr_desk.core.requests import Found, FoundKind, Whose
from dsr_desk.intake.dates import days_in
from dsr_desk.intake.model import Passage

_AUTHORITY = re.compile(
    r"\bfederal trade commission\b|\b(?:attorney general|data protection (?:commission|authority|board))\b"
    r"|\binformation commissioner|\bprivacy (?:commissioner|protection agency)\b|\b(?:district|high"
    r"|superior|supreme) court\b"
    r"|\bautorité (?:de protection|belge)|\bcommission nationale de l['’]informatique|\bCNIL\b|\btribunal\b"
    r"|\bagencia española de protección|\bgarante per la protezione|\bautoriteit persoonsgegevens\b"
    r"|\b(?:landes|bundes)?beauftragte\w* für (?:den )?datenschutz|\bdatenschutz(?:behörde|aufsicht)\w*"
    r"|\b\w*gericht\b"
    r"|\burz(?:ąd|ędu) ochrony danych|\bprezes\w* uodo\b|\bautoridade nacional de proteção"
    r"|\bcomissão nacional de proteção"
    r"|\bkişisel verileri koruma kurulu\b|個人情報保護委員会|\bуповноважен\w+ верховної ради",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:decision and|consent|cease and desist|final|enforcement) order\b|\benforcement notice\b"
    r"|\bit is (?:hereby )?ordered\b"
    r"|\border(?:s|ed)?\b|\binjunction\b|\bassurance of discontinuance\b|\banordnung\b|\bbescheid\b"
    r"|\bordnet an\b|\bverfügung\b"
    r"|\bbeschluss\b|\bmise en demeure\b|\bdélibération\b|\benjoint\b|\binjonction\b|\bresolución\b"
    r"|\bordena\b|\brequerimiento\b"
    r"|\bprovvedimento\b|\bordina\b|\bingiunge\b|\bbesluit\b|\blast onder dwangsom\b|\bgelast\b"
    r"|\bdecyzj\w+|\bnakazuje\b"
    r"|\bdeliberação\b|\bdetermina\b|\bkarar\w*|命令|\bприпис\w*|\bрішення\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"\b(?:must|shall|is (?:hereby )?(?:ordered|required|directed))\b|\brespondents?\b|\baffected work product\b"
    r"|\b(?:hat|haben|wird verpflichtet|ist verpflichtet)\b.{0,80}\b(?:zu löschen|löschen|vernichten)\b"
    r"|\bdoit\b|\bdeberá\b|\bdebe\b"
    r"|\bdeve\b|\bdient te\b|\bmoet\b|\bnakazuje\b|\bzobowiąz\w+|\bzorundadır\b|しなければならない|\bзобов['’]яз\w+",
    re.IGNORECASE | re.DOTALL,
)
_DATA = re.compile(
    r"\b(?:photos?|images?|data ?sets?|models?|algorithms?|data|fotos?|bilder|bilddaten|datenbestand"
    r"|daten|modelle?|images|"
    r"données|datos|dati|dados|gegevens|danych|zdję\w+|veri\w*|дан\w+)\b|写真|データ",
    re.IGNORECASE,
)
_SPEAKS_OF_HERSELF = re.compile(
    r"\b(?:i|my|me|mine|ich|mein\w*|mir|mich|je|mes|mon|yo|mis|mi|io|mio|miei|mie|meu|meus|minha\w*|eu|ik"
    r"|mijn|moje|moich|mnie"
    r"|benim|bana|я|мої\w*|мене|мене)\b|私",
    re.IGNORECASE,
)


def is_decree(passages: Collection[Passage]) -> bool:
    """Whether an authority orders somebody to do something with data, and nobody speaks of herself."""
    text = "\n".join(one.text for one in passages)
    return (
        all(pattern.search(text) for pattern in (_AUTHORITY, _ORDER, _DUTY, _DATA))
        and _SPEAKS_OF_HERSELF.search(text) is None
    )


def decreed(passages: Collection[Passage], found: Collection[Found]) -> tuple[list[Found], list[Message]]:
    """Findings of an order, none of them a subject's, and what is to be said of it."""
    text = "\n".join(one.text for one in passages)
    days = [day.isoformat() for _, _, readings in days_in(text) if len(readings) == 1 for day in readings]
    said = [message("note.intake.decree")]
    said += [message("note.intake.decree-day", day=one) for one in days[:1]]
    nobody = (FoundKind.RIGHT, FoundKind.LAW)
    return [one if one.kind in nobody else replace(one, whose=Whose.OTHER) for one in found], said
