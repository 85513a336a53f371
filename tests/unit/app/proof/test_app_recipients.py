"""Recipients of evidence: kept with their keys, compared by voice, sealed for by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyrage
import pytest
from click.testing import CliRunner

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.recipients import (
    RecipientKeyUnusable,
    RecipientKnown,
    RecipientMissing,
    add_recipient,
    list_recipients,
    recipient_named,
)
from dsr_desk.cli.main import main
from unit.app.conftest import PASSPHRASE


def test_a_recipient_is_kept_compared_and_removed_by_command(desk: Desk, tmp_path: Path) -> None:
    folder, secret = desk.vault.folder, tmp_path / "secret"
    secret.write_text(PASSPHRASE)
    desk.close()
    key = str(pyrage.x25519.Identity.generate().to_public())

    def says(*words: str) -> Any:
        vault = ("--vault", str(folder), "--passphrase-file", str(secret), "--json")
        done = CliRunner().invoke(main, ["bundle", "recipient", *words, *vault])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    spoken = says("add", "Authority", key)["spoken"]
    (kept,) = says("list")
    assert (kept["age_key"], kept["spoken"], kept["compared"]) == (key, spoken, None)
    says("compared", "Authority")
    assert says("list")[0]["compared"]
    says("remove", "Authority")
    assert says("list") == []


def test_a_key_that_is_none_or_known_is_refused(desk: Desk) -> None:
    identity = pyrage.x25519.Identity.generate()
    with pytest.raises(RecipientKeyUnusable):
        add_recipient(desk, "Authority", str(identity))
    add_recipient(desk, "Authority", str(identity.to_public()))
    with pytest.raises(RecipientKnown):
        add_recipient(desk, "Another", str(identity.to_public()))
    with pytest.raises(RecipientMissing):
        recipient_named(desk, "Another")
    assert [one.name for one in list_recipients(desk)] == ["Authority"]
