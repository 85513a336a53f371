"""What an e-mail carries: its messages, the outermost first, with their texts; attached photos, letters, pages."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message as Mail
from pathlib import PurePath

from dsr_desk.core.message import Message, message, quoted
from dsr_desk.intake import docx, msg, pdf, rtf, smime, tnef
from dsr_desk.intake.contents import ContentUnreadable, DocumentKind
from dsr_desk.intake.decoding import decode
from dsr_desk.intake.mail_fields import MALFORMED, header
from dsr_desk.intake.markup import charset_of_html, text_of_html
from dsr_desk.intake.model import AttachedPhoto, LetterPage, Voice
from dsr_desk.intake.outlook import OutlookItem
from dsr_desk.intake.photos import bare_name, looks_like_picture, refuse_photo
from dsr_desk.intake.voices import LETTER

LARGEST_ATTACHMENT = 50 * 1024 * 1024
DEEPEST = 20
MOST_MESSAGES = 200
"""Messages in messages that are opened, in whatever form they lie there."""

_DOCUMENTS = (pdf.DOCUMENT, docx.DOCUMENT, rtf.DOCUMENT)
_SILENT_TYPES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SEALED_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_NO_LETTERS = ("text/calendar", "text/x-vcard", "text/vcard", "text/directory")
_TEXT_ENDS = (".txt", ".text", ".md", ".htm", ".html")


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
    pages: list[LetterPage] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    layers: int = 0
    """Signed layers that were taken off."""

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


def gather_item(item: OutlookItem) -> Gathered:
    """As `gather`, for a message as Outlook keeps it."""
    gathered = Gathered()
    _open_item(item, 0, gathered)
    return gathered


def _begin(mail: Mail, depth: int, gathered: Gathered) -> Carried | None:
    """The message to which parts are added; None where too many have been opened already."""
    if depth > DEEPEST or len(gathered.messages) >= MOST_MESSAGES:
        gathered.warnings.append(message("note.mail.nested", levels=DEEPEST))
        return None
    carried = Carried(mail, depth)
    gathered.messages.append(carried)
    if subject := header(mail, "Subject"):
        carried.texts.append((message("where.subject"), subject))
    return carried


def _open(mail: Mail, depth: int, gathered: Gathered) -> None:
    if carried := _begin(mail, depth, gathered):
        _walk(mail, depth, carried, gathered)


def _walk(mail: Mail, depth: int, carried: Carried, gathered: Gathered) -> None:
    for part in _leaves(mail, depth, gathered):
        if part.get_content_type() == "message/rfc822":
            for child in _children(part):
                _open(child, depth + 1, gathered)
        else:
            _take(part, carried, gathered)


def _open_item(item: OutlookItem, depth: int, gathered: Gathered) -> None:
    if carried := _begin(item.mail, depth, gathered):
        if item.text.strip():
            carried.texts.append((_body(carried), item.text))
        _take_item(item, carried, gathered)


def _take_item(item: OutlookItem, carried: Carried, gathered: Gathered) -> None:
    """What is attached to a message of Outlook's."""
    for name, data in item.files:
        _take_file(bare_name(name, f"attachment {len(gathered.photos) + 1}"), "", data, carried, gathered)
    for inner in item.items:
        _open_item(inner, carried.depth + 1, gathered)
    if not item.is_whole:
        gathered.warnings.append(message("note.mail.torn"))


def _body(carried: Carried) -> Message:
    return message("where.forwarded") if carried.depth else LETTER


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
    attached = part.get_content_disposition() == "attachment"
    if not data or kind in _SILENT_TYPES:
        return
    if kind.startswith("text/") and kind not in _NO_LETTERS and len(data) <= LARGEST_ATTACHMENT:
        place = quoted(name) if attached else _body(carried)
        carried.texts.append((place, _text(data, _charset(part), is_html=kind == "text/html")))
    else:
        _take_file(name, kind, data, carried, gathered)


def _take_file(name: str, kind: str, data: bytes, carried: Carried, gathered: Gathered) -> None:
    """A file that came along, by what it is."""
    ends = PurePath(name).suffix.lower()
    if len(data) > LARGEST_ATTACHMENT:
        gathered.warnings.append(message("note.attached.large", name=name, most=LARGEST_ATTACHMENT))
    elif looks_like_picture(data) or kind.startswith("image/"):
        _take_photo(name, data, gathered)
    elif document := next((one for one in _DOCUMENTS if one.recognises(name, data)), None):
        _take_document(document, name, data, carried, gathered)
    elif data.startswith(tnef.SIGNATURE) or kind in _TNEF_TYPES:
        _take_tnef(name, data, carried, gathered)
    elif msg.is_compound(data) or kind in _SEALED_TYPES or smime.looks_sealed(data) or ends == ".eml":
        _take_message(name, data, carried, gathered)
    elif ends in _TEXT_ENDS and b"\0" not in data[:10_000]:
        carried.texts.append((quoted(name), _text(data, "", is_html=ends.startswith(".htm"))))
    elif kind == "application/pgp-encrypted":
        gathered.warnings.append(message("note.attached.encrypted", name=name))
    else:
        gathered.warnings.append(message("note.attached.foreign", name=name))


def _text(data: bytes, charset: str, *, is_html: bool) -> str:
    text = decode(data, charset or (charset_of_html(data) if is_html else ""))
    return text_of_html(text) if is_html else text


def _take_tnef(name: str, data: bytes, carried: Carried, gathered: Gathered) -> None:
    """Part of the message that carries it: its text is taken where the message does not say the same already."""
    gathered.layers += 1
    if gathered.layers > DEEPEST:
        gathered.warnings.append(message("note.mail.nested", levels=DEEPEST))
        return
    try:
        item = tnef.read_tnef(data)
    except ContentUnreadable as problem:
        gathered.warnings.append(message("note.attached.letter-lost", name=name, why=problem.why))
        return
    said = "".join("".join(text.split()) for _, text in carried.texts)
    if item.text.strip() and "".join(item.text.split()) not in said:
        carried.texts.append((_body(carried), item.text))
    if item.is_whole:
        _take_item(item, carried, gathered)
    else:
        _take_item(replace(item, is_whole=True), carried, gathered)
        gathered.warnings.append(message("note.attached.letter-torn", name=name))


def _take_message(name: str, data: bytes, carried: Carried, gathered: Gathered) -> None:
    """A message as a file, or under a signature, which is then not checked."""
    try:
        if msg.is_compound(data):
            _open_item(msg.read_msg(data), carried.depth + 1, gathered)
        elif smime.looks_sealed(data):
            inner = email.message_from_bytes(smime.content_of(data), policy=email.policy.default)
            gathered.warnings.append(message("note.attached.signed", name=name))
            gathered.layers += 1
            if gathered.layers > DEEPEST:
                gathered.warnings.append(message("note.mail.nested", levels=DEEPEST))
            else:
                _walk(inner, carried.depth, carried, gathered)
        elif PurePath(name).suffix.lower() == ".eml":
            _open(email.message_from_bytes(data, policy=email.policy.default), carried.depth + 1, gathered)
        else:
            raise ContentUnreadable("why.smime.damaged")
    except ContentUnreadable as problem:
        gathered.warnings.append(message("note.attached.letter-lost", name=name, why=problem.why))
    except MALFORMED:
        gathered.warnings.append(message("note.attached.letter-lost", name=name, why=message("why.mail.malformed")))


def _take_photo(name: str, data: bytes, gathered: Gathered) -> None:
    why = refuse_photo(data)
    if why:
        gathered.warnings.append(message("note.attached.no-reference", name=name, why=why))
    elif all(data != photo.data for photo in gathered.photos):
        gathered.photos.append(AttachedPhoto(name, data))


def _take_document(document: DocumentKind, name: str, data: bytes, carried: Carried, gathered: Gathered) -> None:
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
