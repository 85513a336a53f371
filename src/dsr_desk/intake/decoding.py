"""Text from bytes, in whatever encoding it came, without what nobody sees."""

from __future__ import annotations

import codecs
import re
import unicodedata

from dsr_desk.intake.charsets import known, likeliest, naturalness, strictly

_BYTE_ORDER = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHIFTED = (
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b(?:\$[@AB]|\$\([CD]|\([IJ])"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b(?:\$[@AB]|\$\([CDOPQ]|\([IJ]|\.[AF])"), "iso2022_jp_2"),
)
_BENEFIT = 0.3
"""How much less natural a declared reading may look than the best one and is still believed."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]+[0-~]|[@-Z\\^_])?")
_LINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = "\u3164\uffa0\u2800\u115f\u1160"
_UNSEEN = "\u034f\u180b\u180c\u180d\u180e\u180f\u17b4\u17b5"
_JOINERS = "\u200c\u200d"
_SEEN_FORMATS = re.compile("[\u0600-\u0605\u06dd\u070f\u08e2\U000110bd]")
_JOINED = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0e00-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufefc]")
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes, cleaned: byte order mark, what was declared where that is plausible, UTF-8, then a judgement.

    A declaration that the bytes contradict (UTF-8 called Latin-1, Latin-1 called UTF-8) does not count. Never fails:
    what cannot be read becomes a replacement character.
    """
    return cleaned(decoded(data, declared))


def decoded(data: bytes, declared: str = "") -> str:
    """As `decode`, with all that nobody sees."""
    declared = known(declared) if declared else ""
    for mark, encoding in _BYTE_ORDER:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if wide := _without_mark(data):
        return wide
    if data.isascii():
        return _shifted(data, declared) or data.decode("ascii")
    unicode = strictly(data, "utf-8")
    said = strictly(data, declared) if declared and declared != "utf-8" else None
    judged = unicode or (data.decode("utf-8", errors="replace") if _nearly_utf8(data) else likeliest(data))
    if said is None or said == judged:
        return judged
    plausible = naturalness(said, declared) - naturalness(judged)
    return said if plausible > (0 if unicode else -_BENEFIT) else judged


def _shifted(data: bytes, declared: str) -> str:
    """Encodings in seven bits, by their escapes or as declared; "" where it is plain ASCII."""
    for escape, encoding in _SHIFTED:
        if escape.search(data) and (text := strictly(data, encoding)) is not None:
            return text
    seven = declared.startswith("utf-7") or declared in ("hz", "iso2022_kr")
    return (strictly(data, declared) or "") if seven else ""


def _without_mark(data: bytes) -> str:
    """UTF-16 without its mark, known by the zero bytes of its blanks and line ends; "" where it is not."""
    head = data[:2_000]
    if len(data) % 2 or head.count(0) * 4 < len(head):
        return ""
    encoding = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    text = strictly(data, encoding)
    return text if text and "\0" not in text else ""


def _nearly_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 with a sign or two broken, as where a file was cut."""
    text = data.decode("utf-8", errors="replace")
    high = sum(ord(sign) > 127 for sign in text)
    return text.count("\ufffd") * 10 <= high


WIDEST = 40
"""Blanks in a row that are kept: they part columns, and more of them cost readers time and say nothing."""

_WIDE = re.compile(rf"[^\S\n]{{{WIDEST + 1},}}")


def cleaned(text: str) -> str:
    """Text without invisible signs: no soft hyphens, zero-width blanks, direction marks, escape sequences.

    Joiners stay inside words of scripts that need them. Every blank is a space, line ends are newlines; composed as NFC
    has it.
    """
    text = _WIDE.sub(" " * WIDEST, text)
    if text.isascii() and text.isprintable():
        return text
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    text = _LINES.sub("\n", text)
    signs = [_kept(sign, text[place - 1] if place else "", text[place + 1 : place + 2])
             for place, sign in enumerate(text)]  # fmt: skip
    return unicodedata.normalize("NFC", "".join(signs))


def _kept(sign: str, before: str, after: str) -> str:
    if " " <= sign <= "~" or sign in "\n\t":
        return sign
    if sign in _JOINERS:
        joins = (_JOINED.match(before) and _JOINED.match(after)) or (_EMOJI.match(before) and _EMOJI.match(after))
        return sign if joins else ""
    if sign in _UNSEEN:
        return ""
    kind = unicodedata.category(sign)
    if kind == "Zs" or sign in _BLANKS:
        return " "
    if kind == "Cs":
        return "\ufffd"
    if kind == "Cc" or (kind == "Cf" and not _SEEN_FORMATS.match(sign)):
        return ""
    return sign


def valued(text: str) -> str:
    """The same text, sign for sign, with digits of every script as 0 to 9 and full-width signs as ASCII.

    To read numbers, addresses and days from; what is shown stays as it was written. Of the same length as `text`.
    """
    return text if text.isascii() else "".join(map(_value, text))


def _value(sign: str) -> str:
    if sign < "\x80":
        return sign
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    return str(unicodedata.decimal(sign, sign))
