"""Whether a record still mentions the subject, by what stands for one person alone. Names do not: they are shared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dsr_desk.core.findings import Identifiers
from dsr_desk.core.requests import FoundKind

SHORTEST = 4
"""A shorter user name or account id stands in too many columns for other things."""

PHONE_DIGITS = 9
"""The last digits of a phone number are the same with and without its country's code."""

Mentions = Callable[[Mapping[str, str]], FoundKind | None]
"""For a record's fields: which kind of identifier it mentions."""

_NO_DIGIT = re.compile(r"\D+")


def mentions_of(identifiers: Identifiers) -> Mentions | None:
    """None where nothing is known that stands for this person alone."""
    emails = tuple(one.strip().casefold() for one in identifiers.emails if "@" in one)
    numbers = [_NO_DIGIT.sub("", one)[-PHONE_DIGITS:] for one in identifiers.phones]
    phones = tuple(one for one in numbers if len(one) >= PHONE_DIGITS - 2)
    exact = {
        one.strip().casefold(): kind
        for kind, keys in (
            (FoundKind.ACCOUNT_ID, identifiers.account_ids),
            (FoundKind.USER_NAME, identifiers.user_names),
        )
        for one in keys
        if len(one.strip()) >= SHORTEST
    }
    if not (emails or phones or exact):
        return None

    def mentions(record: Mapping[str, str]) -> FoundKind | None:
        for value in record.values():
            folded = value.strip().casefold()
            if any(email in folded for email in emails):
                return FoundKind.EMAIL
            if folded in exact:
                return exact[folded]
            digits = _NO_DIGIT.sub("", value) if phones else ""
            if digits and any(phone in digits for phone in phones):
                return FoundKind.PHONE
        return None

    return mentions
