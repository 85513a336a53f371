"""What an e-mail carries: its messages, the outermost first, with their texts; attached photos, letters, pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as Mail

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.intake import pdf
from dsr_desk.intake.contents import ContentUnreadable, Document
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.mail_fields import MALFORMED, header
from dsr_desk.intake.markup import charset_of_html, text_of_html
from dsr_desk.intake.model import AttachedPhoto, Page, Voice
from dsr_desk.intake.photos import bare_name, looks_like_picture, refuse_photo
from dsr_desk.intake.voices import LETTER

LARGEST_ATTACHMENT = 50 * 1024 * 1024
DEEPEST = 20

_DOCUMENTS = (pdf.DOCUMENT,)
_SILENT_TYPES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SEALED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


@dataclass
class Carried:
    """One message of the file with its own texts (place, text): the outermost (depth 0), or one that it carries."""

    mail: Mail
    depth: int
    texts: list[tuple[Message, str]] = field(default_factory=list)


@dataclass
class Gathered:
    """What the parts of an e-mail hold, in their order; `messages` holds at least the outermost."""

    messages: list[Carried] = field(default_factory=list)
    photos: list[AttachedPhoto] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.photos or self.pages or self.warnings) and not any(
            text.strip() for one in self.messages for _, text in one.texts
        )


def gather(mail: Mail) -> Gathered:
    """Everything that a message carries. Raises RecursionError for parts in parts without end."""
    gathered = Gathered()
    _open(mail, 0, gathered)
    return gathered


def _open(mail: Mail, depth: int, gathered: Gathered) -> None:
    carried = Carried(mail, depth)
    gathered.messages.append(carried)
    if subject := header(mail, "Subject"):
        carried.texts.append((message("where.subject"), subject))
    for part in _leaves(mail, depth, gathered):
        if part.get_content_type() == "message/rfc822":
            for child in _children(part):
                _open(child, depth + 1, gathered)
        else:
            _take(part, carried, gathered)


def _leaves(part: Mail, depth: int, gathered: Gathered) -> Iterator[Mail]:
    """Parts without parts and whole messages; one of several alternatives is chosen."""
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        gathered.warnings.append(message("note.mail.encrypted"))
    elif not part.is_multipart() or (kind == "message/rfc822" and depth < DEEPEST):
        yield part
    elif depth >= DEEPEST:
        gathered.warnings.append(message("note.mail.nested", levels=DEEPEST))
    else:
        children = _children(part)
        for child in _best_alternatives(children) if kind == "multipart/alternative" else children:
            yield from _leaves(child, depth + 1, gathered)


def _children(part: Mail) -> list[Mail]:
    inner = part.get_payload()
    return [child for child in inner if isinstance(child, Mail)] if isinstance(inner, list) else []


def _best_alternatives(children: list[Mail]) -> list[Mail]:
    """Plain text where there is some, else HTML; other things (calendars, pictures beside HTML) stay."""
    plain = [child for child in children if child.get_content_type() == "text/plain" and _bytes(child).strip()]
    return [child for child in children if child.get_content_type() != "text/html"] if plain else children


def _bytes(part: Mail) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except MALFORMED:
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _take(part: Mail, carried: Carried, gathered: Gathered) -> None:
    kind = part.get_content_type()
    name = _file_name(part, f"attachment {len(gathered.photos) + 1}")
    data = _bytes(part)
    if len(data) > LARGEST_ATTACHMENT:
        gathered.warnings.append(message("note.attached.large", name=name, most=LARGEST_ATTACHMENT))
    elif kind in _SEALED_TYPES:
        gathered.warnings.append(message("note.attached.encrypted", name=name))
    elif kind in _SILENT_TYPES or not data:
        return
    elif looks_like_picture(data) or kind.startswith("image/"):
        _take_photo(name, data, gathered)
    elif document := next((one for one in _DOCUMENTS if one.recognises(name, data)), None):
        _take_document(document, name, data, carried, gathered)
    elif kind.startswith("text/") and kind not in ("text/calendar", "text/x-vcard", "text/vcard"):
        text = decode(data, _charset(part) or (charset_of_html(data) if kind == "text/html" else ""))
        attached = part.get_content_disposition() == "attachment"
        inside = message("where.forwarded") if carried.depth else LETTER
        where = quoted(name) if attached else inside
        carried.texts.append((where, text_of_html(text) if kind == "text/html" else text))
    else:
        gathered.warnings.append(message("note.attached.foreign", name=name))


def _take_photo(name: str, data: bytes, gathered: Gathered) -> None:
    why = refuse_photo(data)
    if why:
        gathered.warnings.append(message("note.attached.no-reference", name=name, why=why))
    elif all(data != photo.data for photo in gathered.photos):
        gathered.photos.append(AttachedPhoto(name, data))


def _take_document(document: Document, name: str, data: bytes, carried: Carried, gathered: Gathered) -> None:
    try:
        held = document.read(data, name)
    except ContentUnreadable as problem:
        gathered.warnings.append(message("note.attached.unread", name=name, why=problem.why))
        return
    for one in held.passages:
        if one.voice is not Voice.HOUSE:
            carried.texts.append((message("where.file.place", file=name, place=one.where), one.text))
    gathered.photos += held.photos
    gathered.pages += held.pages
    gathered.warnings += held.warnings


def _charset(part: Mail) -> str:
    try:
        return part.get_content_charset() or ""
    except MALFORMED:
        return ""


def _file_name(part: Mail, otherwise: str) -> str:
    try:
        return bare_name(part.get_filename() or "", otherwise)
    except MALFORMED:
        return otherwise
