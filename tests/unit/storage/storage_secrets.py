"""Passphrases of the officers in these tests, and the few steps that many of them take."""

from __future__ import annotations

from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.message import Message
from dsr_desk.storage.vault import Vault

ANN, BOB = "ann's long passphrase", "bob's long passphrase"


def put(vault: Vault, **values: str) -> None:
    """Writes settings, with the act that goes with them."""
    with vault.transaction():
        vault.record(Draft(Kind.ORGANISATION), touches=vault.put_settings(values))


def kinds(vault: Vault) -> list[str]:
    """What the log holds, in order."""
    return [entry.kind.value for entry in vault.log.entries()]


def codes(problems: list[Message]) -> list[str]:
    return [problem.code for problem in problems]
