"""open-me.html: one encrypted file that any current browser opens, offline, with a passphrase.

PBKDF2-SHA-256 and AES-256-GCM through WebCrypto. The page may run its own script, named by digest, and nothing else.
The signed archive holds the digest of the page as it must be, without the settings and the encrypted part in it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.core.passphrases import without_marks
from dsr_desk.evidence.report.words import Words
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, STYLE, Members, Refused
from dsr_desk.jobs.cell import Limits, ask

ITERATIONS = 600_000
_LIMITS = Limits(seconds=300)
OPEN_ME = "open-me.sha256"
"""File of the signed archive: the digest of the page around the settings and the encrypted part."""

_HEAD = re.compile(rb'<script type="application/json" id="head">([^<]*)</script>')
_SEALED = re.compile(rb'<script type="application/octet-stream" id="sealed">([^<]*)</script>')
_DRAWN = re.compile(rb'.*"nonce":"([A-Za-z0-9+/=]+)","salt":"([A-Za-z0-9+/=]+)"}')


@dataclass(frozen=True)
class Cover:
    """What stands on the page before it is opened. No name of the person: who finds the file learns nothing of her."""

    case: str
    organisation: str
    language: str


def page_digest(cover: Cover) -> bytes:
    """What the signed archive holds of a page with this cover."""
    return _line(b"".join(_page(cover)))


def seal_html(bundle: Mapping[str, bytes], passphrase: str, cover: Cover) -> bytes:
    """The page with the bundle inside, encrypted."""
    salt, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    head = _head(base64.b64encode(salt), base64.b64encode(nonce))
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, stored_zip(bundle), head)
    before, between, after = _page(cover)
    return before + head + between + base64.b64encode(sealed) + after


def open_html(page: bytes, passphrase: str) -> bytes:
    """The bundle (a zip) out of a page. Raises Refused for a wrong passphrase or any change, page included."""
    heads, sealed = list(_HEAD.finditer(page)), list(_SEALED.finditer(page))
    if len(heads) != 1 or len(sealed) != 1:
        raise Refused("page.kind")
    (head, box), drawn = (heads[0], sealed[0]), _DRAWN.fullmatch(heads[0][1])
    if drawn is None or head[1] != _head(drawn[2], drawn[1]):
        raise Refused("page.settings")
    try:
        nonce, salt, data = (base64.b64decode(one, validate=True) for one in (drawn[1], drawn[2], box[1]))
        if [base64.b64encode(one) for one in (nonce, salt, data)] != [drawn[1], drawn[2], box[1]]:
            raise Refused("page.damaged")
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, data, head[1])
    except ValueError as bad:
        raise Refused("page.damaged") from bad
    except InvalidTag as bad:
        raise Refused("page.passphrase") from bad
    (start, end), (begin, last) = head.span(1), box.span(1)
    around = page[:start] + page[end:begin] + page[last:] if end < begin else b""
    if not ask(bool, is_signed_page, plain, _line(around), limits=_LIMITS):
        raise Refused("page.shell")
    return plain


def is_signed_page(bundle: bytes, digest: bytes) -> bool:
    """Inside a cell: whether this is the page for which the bundle was signed."""
    try:
        signed = Members(Members(bundle).read(EVIDENCE))
        return f"data/{OPEN_ME}" in signed and signed.read(f"data/{OPEN_ME}") == digest
    except Refused:
        return False


def _head(salt: bytes, nonce: bytes) -> bytes:
    """The settings of the encryption; salt and nonce are base64."""
    return canonical_json(
        {
            "format": "dsr-desk-open-me-2",
            "kdf": "PBKDF2-SHA-256",
            "iterations": ITERATIONS,
            "salt": salt.decode(),
            "cipher": "AES-256-GCM",
            "nonce": nonce.decode(),
        }
    )


def _line(around: bytes) -> bytes:
    return f"{sha256_hex(around)}\n".encode()


def _key(passphrase: str, salt: bytes) -> bytes:
    derivation = PBKDF2HMAC(hashes.SHA256(), 32, salt, ITERATIONS)
    return derivation.derive(without_marks(passphrase).encode())


def _page(cover: Cover) -> tuple[bytes, bytes, bytes]:
    """The page before the settings, between them and the encrypted part, and after it."""
    words = Words(cover.language)
    room = files("dsr_desk.evidence.wrappers")
    style = STYLE + room.joinpath("open_me.css").read_text("utf-8")
    script = room.joinpath("open_me.js").read_text("utf-8")
    policy = (
        f"default-src 'none'; script-src '{_source(script)}'; style-src '{_source(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )

    def say(key: str, **values: str) -> str:
        return html.escape(words(key, **values))

    title = say("wrap.title", case=cover.case)
    name = html.escape(f"evidence-{re.sub(r'[^A-Za-z0-9-]', '-', cover.case)}.zip")
    before = f"""<!DOCTYPE html>
<html lang="{cover.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div class="wrapper">
<h1>{title}</h1>
<p class="hint">{say("wrap.from", organisation=cover.organisation)}</p>
<noscript><p class="problem">{say("wrap.noscript")}</p></noscript>
<p class="problem" id="browser" role="alert" hidden>{say("wrap.browser")}</p>
<form id="form" autocomplete="off" hidden>
<p>{say("wrap.explain")}</p>
<label for="passphrase">{say("wrap.passphrase")}</label>
<input id="passphrase" type="text" required spellcheck="false" autocapitalize="none" autocorrect="off"
 autocomplete="off" aria-describedby="hint wrong">
<p class="hint" id="hint">{say("wrap.hint")}</p>
<p class="problem" id="wrong" role="alert" hidden>{say("wrap.wrong")}</p>
<button class="primary" id="open" type="submit">{say("wrap.open")}</button>
<p role="status" id="busy" hidden>{say("wrap.busy")}</p>
</form>
<div id="opened" hidden>
<p role="status">{say("wrap.opened")}</p>
<button id="save" type="button" data-name="{name}" aria-describedby="save-hint">{say("wrap.save")}</button>
<button id="print" type="button">{say("wrap.print")}</button>
<p class="hint" id="save-hint">{say("wrap.save-hint")}</p>
</div>
</div>
<script type="application/json" id="head">"""
    between = '</script>\n<script type="application/octet-stream" id="sealed">'
    after = f"</script>\n<script>{script}</script>\n</body>\n</html>\n"
    return before.encode(), between.encode(), after.encode()


def _source(inline: str) -> str:
    """How a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
