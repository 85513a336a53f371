"""open-me.html: one encrypted file that any current browser opens, offline, with a passphrase.

PBKDF2-SHA-256 and AES-256-GCM through WebCrypto. The page may run its own script, named by digest, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
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
from dsr_desk.evidence.report.page import STYLE
from dsr_desk.evidence.report.words import Words
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.verifying.check_bundle import Refused, members_of
from dsr_desk.evidence.wrappers.passphrase import normal_passphrase

ITERATIONS = 600_000
PAGE_DIGEST = "page.sha256"
"""Member of the encrypted bundle: the digest of the page around it, so that a changed page shows."""

_ITERATIONS_ALLOWED = range(ITERATIONS, 10_000_001)
_HEAD = re.compile(rb'<script type="application/json" id="head">([^<]*)</script>')
_SEALED = re.compile(rb'<script type="application/octet-stream" id="sealed">([^<]*)</script>')


@dataclass(frozen=True)
class Cover:
    """What stands on the page before it is opened. No name of the person: who finds the file learns nothing of her."""

    case: str
    organisation: str
    language: str


def seal_html(bundle: Mapping[str, bytes], passphrase: str, cover: Cover) -> bytes:
    """The page with the bundle inside, encrypted."""
    salt, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    head = canonical_json(
        {
            "format": "dsr-desk-open-me-1",
            "kdf": "PBKDF2-SHA-256",
            "iterations": ITERATIONS,
            "salt": base64.b64encode(salt).decode(),
            "cipher": "AES-256-GCM",
            "nonce": base64.b64encode(nonce).decode(),
        }
    )
    before, after = _page(head, cover)
    shell = sha256_hex(before + after)
    plain = stored_zip({**bundle, PAGE_DIGEST: f"{shell}\n".encode()})
    sealed = AESGCM(_key(passphrase, salt, ITERATIONS)).encrypt(nonce, plain, head)
    return before + base64.b64encode(sealed) + after


def open_html(page: bytes, passphrase: str) -> bytes:
    """The bundle (a zip) out of a page. Raises Refused for a wrong passphrase or any change, page included."""
    head, sealed = _HEAD.findall(page), _SEALED.findall(page)
    if len(head) != 1 or len(sealed) != 1:
        raise Refused("page.kind")
    try:
        facts = json.loads(head[0])
        salt, nonce = (base64.b64decode(facts[name], validate=True) for name in ("salt", "nonce"))
        iterations, box = facts["iterations"], base64.b64decode(sealed[0], validate=True)
    except (ValueError, KeyError, TypeError) as bad:
        raise Refused("page.damaged") from bad
    if base64.b64encode(box) != sealed[0]:
        raise Refused("page.damaged")
    if not isinstance(iterations, int) or iterations not in _ITERATIONS_ALLOWED or len(nonce) != 12:
        raise Refused("page.settings")
    try:
        plain = AESGCM(_key(passphrase, salt, iterations)).decrypt(nonce, box, head[0])
    except InvalidTag as bad:
        raise Refused("page.passphrase") from bad
    shell = page.replace(sealed[0], b"", 1)
    if members_of(plain).get(PAGE_DIGEST, b"").decode().strip() != sha256_hex(shell):
        raise Refused("page.shell")
    return plain


def _key(passphrase: str, salt: bytes, iterations: int) -> bytes:
    derivation = PBKDF2HMAC(hashes.SHA256(), 32, salt, iterations)
    return derivation.derive(normal_passphrase(passphrase).encode())


def _page(head: bytes, cover: Cover) -> tuple[bytes, bytes]:
    """The page before and after the encrypted part."""
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
<script type="application/json" id="head">{head.decode()}</script>
<script type="application/octet-stream" id="sealed">"""
    after = f"</script>\n<script>{script}</script>\n</body>\n</html>\n"
    return before.encode(), after.encode()


def _source(inline: str) -> str:
    """How a content security policy names an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
