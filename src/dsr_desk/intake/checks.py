"""Whether an e-mail comes from whom it names: what the house's own mail server found, and other addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message as Mail

from dsr_desk.core.message import message
from dsr_desk.core.requests import OriginCheck
from dsr_desk.intake.arrival import is_own, own_domains
from dsr_desk.intake.mail_fields import header, headers, people
from dsr_desk.intake.mail_parts import Carried
from dsr_desk.intake.model import House

_METHOD = re.compile(r"(?:^|[;\s])(dmarc|dkim|spf|arc)\s*=\s*([a-z]+)", re.IGNORECASE)
_SERVER = re.compile(r"\s*([^\s;]+)")
_FAILED = ("fail", "softfail", "permerror")


def mail_checks(messages: Sequence[Carried], house: House) -> list[OriginCheck]:
    """Checks of the message that came from outside, the failed ones first."""
    domains = own_domains(messages, house)
    written = [
        one for one in messages if not any(is_own(sender, domains, house) for _, sender in people(one.mail, "From"))
    ]
    mail = (written[-1] if written else messages[0]).mail
    found = [*_server(headers(mail, "Authentication-Results"), domains), *_addresses(mail, domains, house)]
    return sorted(found, key=lambda check: (False, None, True).index(check.holds))


def _from_house(mail: Mail, domains: frozenset[str], house: House) -> bool:
    return any(is_own(sender, domains, house) for _, sender in people(mail, "From"))


def _server(lines: Sequence[str], domains: frozenset[str]) -> list[OriginCheck]:
    """What the house's own server says; a line with another's name may have been written by the sender."""
    foreign = []
    for line in lines:
        match = _SERVER.match(line)
        name = match[1].lower() if match else ""
        if not any(name == one or name.endswith(f".{one}") for one in domains):
            foreign.append(name)
            continue
        results = {method.lower(): result.lower() for method, result in _METHOD.findall(line)}
        failed = tuple(method.upper() for method in ("dmarc", "dkim", "spf") if results.get(method) in _FAILED)
        if results.get("dmarc") == "pass":
            return [OriginCheck(message("check.mail.passed", server=name), True)]
        if failed:
            return [OriginCheck(message("check.mail.failed", server=name, methods=", ".join(failed)), False)]
        if results:
            said = ", ".join(f"{method.upper()} {result}" for method, result in results.items())
            return [OriginCheck(message("check.mail.open", server=name, results=said))]
    if foreign:
        return [OriginCheck(message("check.mail.foreign", server=foreign[0]))]
    return []


def _addresses(mail: Mail, domains: frozenset[str], house: House) -> list[OriginCheck]:
    senders = [address for _, address in people(mail, "From")]
    if not senders or _from_house(mail, domains, house):
        return []
    replies = [address for _, address in people(mail, "Reply-To")]
    checks = []
    others = [one for one in replies if one.lower() not in {sender.lower() for sender in senders}]
    if others:
        checks.append(OriginCheck(message("check.mail.reply", address=others[0], sender=senders[0]), False))
    display = header(mail, "From").rpartition("<")[0]
    shown = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", display)
    if shown and shown[0].lower() != senders[0].lower():
        checks.append(OriginCheck(message("check.mail.display", shown=shown[0], sender=senders[0]), False))
    return checks
