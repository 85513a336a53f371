"""Whether a request is genuine is said first: by the house's own mail server, by addresses, by a pinned key."""

from __future__ import annotations

import base64
import json
from email.message import EmailMessage

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dsr_desk.core.requests import Right
from dsr_desk.intake.model import NO_HOUSE, House, Intake
from dsr_desk.intake.registry import parse

HOUSE = House(domains=("aurora.example",))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PINNED = House(agents={"AGENT-1": KEY.public_key().public_bytes_raw().hex()})


def mail(**headers: str) -> Intake:
    made = EmailMessage()
    made["From"] = headers.pop("sender", "Mara Keller <mara@example.org>")
    made["To"] = "privacy@aurora.example"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("Please delete my photos under the GDPR.")
    (intake,) = parse(made.as_bytes(), "letter.eml", HOUSE)
    return intake


def checks(intake: Intake) -> list[tuple[str, bool | None]]:
    return [(one.says.code, one.holds) for one in intake.request.checks]


def test_what_the_houses_own_server_found_is_a_check() -> None:
    failed = "mx.aurora.example; dkim=fail; spf=fail; dmarc=fail (p=reject) header.from=example.org"
    assert checks(mail(Authentication_Results=failed)) == [("check.mail.failed", False)]
    passed = "mx.aurora.example; dkim=pass; spf=pass; dmarc=pass header.from=example.org"
    assert checks(mail(Authentication_Results=passed)) == [("check.mail.passed", True)]


def test_a_line_of_another_server_proves_nothing() -> None:
    forged = "mx.evil.example; dkim=pass; spf=pass; dmarc=pass header.from=example.org"
    assert checks(mail(Authentication_Results=forged)) == [("check.mail.foreign", None)]


def test_an_answer_that_would_go_elsewhere_is_said() -> None:
    assert checks(mail(Reply_To="other@evil.example")) == [("check.mail.reply", False)]
    assert checks(mail(Reply_To="mara@example.org")) == []


def test_an_address_in_the_senders_name_that_is_not_hers_is_said() -> None:
    assert checks(mail(sender='"mara@example.org" <mallory@evil.example>')) == [("check.mail.display", False)]


def envelope(exercise: object, *, broken: bool = False) -> bytes:
    body = {
        "agent-id": "AGENT-1",
        "exercise": exercise,
        "regime": "ccpa",
        "name": "Mara Keller",
        "email": "m@example.org",
    }
    payload = json.dumps(body).encode()
    signature = bytearray(KEY.sign(payload))
    signature[0] ^= broken
    return base64.b64encode(bytes(signature) + payload)


@pytest.mark.parametrize(
    ("house", "broken", "check"),
    [
        (PINNED, False, ("check.drp.holds", True)),
        (PINNED, True, ("check.drp.fails", False)),
        (NO_HOUSE, False, ("check.drp.no-key", None)),
        (NO_HOUSE, True, ("check.drp.no-key", None)),
        (House(agents={"OTHER": PINNED.agents["AGENT-1"]}), False, ("check.drp.no-key", None)),
    ],
)
def test_a_signature_is_checked_against_the_agents_pinned_key_alone(
    house: House, broken: bool, check: tuple[str, bool | None]
) -> None:
    (intake,) = parse(envelope("deletion", broken=broken), "request.drp", house)
    assert checks(intake) == [check]


@pytest.mark.parametrize(
    ("exercise", "asked"),
    [
        ("deletion", (Right.ERASURE,)),
        ("sale:opt-out", (Right.OPT_OUT,)),
        ("sale:opt_out", (Right.OPT_OUT,)),
        ("sale:opt-in", ()),
        ("sale", ()),
        (["sale:opt-out", "deletion", "access:specific"], (Right.ACCESS, Right.ERASURE, Right.OPT_OUT)),
    ],
)
def test_all_that_an_agent_exercises_is_read_and_an_opt_in_never_as_an_opt_out(
    exercise: object, asked: tuple[Right, ...]
) -> None:
    (intake,) = parse(envelope(exercise), "request.drp", NO_HOUSE)
    assert intake.request.asked == asked
    assert intake.request.right is (asked[0] if asked else Right.UNKNOWN)
