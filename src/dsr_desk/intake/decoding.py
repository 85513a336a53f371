"""Text from bytes, in whatever encoding it came."""

from __future__ import annotations

import codecs

_LETTERS = frozenset("äöüÄÖÜßéèêëàâçîïôûùñáíóúåøæąćęłńóśźżĄĆĘŁŃÓŚŹŻčďěňřšťůýžČŘŠŽőűăâșțĂÂȘȚ„“”’–—€§©«»…")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes: byte order mark, then UTF-8, then what was declared, then the best of the usual code pages.

    UTF-8 goes before the declaration since wrong declarations are common and text in another encoding is hardly
    ever valid UTF-8. Never fails: what cannot be read becomes a replacement character.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in ("utf-8", declared):
        try:
            if encoding and (encoding == "utf-8" or not data.isascii()):
                return data.decode(encoding)
        except (LookupError, UnicodeError, ValueError):
            continue
    readings = [data.decode(page, errors="replace") for page in ("cp1252", "iso-8859-2", "cp1250")]
    return max(readings, key=_plausibility)


def _plausibility(text: str) -> int:
    high = [sign for sign in text if ord(sign) > 127]
    return sum(1 if sign in _LETTERS else -2 for sign in high)
