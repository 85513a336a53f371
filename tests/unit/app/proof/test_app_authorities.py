"""The organisation's list of time stamp authorities: by command, in the log, and what is not taken into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import deeds
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import authorities
from dsr_desk.app.proof.authorities import (
    AuthorityMissing,
    AuthorityUnusable,
    add_authorities,
    list_authorities,
    remove_authority,
    trusted_authorities,
)
from dsr_desk.cli.main import main
from dsr_desk.core.acts import Kind
from dsr_desk.evidence.signed import timestamp
from dsr_desk.evidence.verifying.check_bundle import authorities_of
from stamping import party, root, stamper
from unit.app.conftest import PASSPHRASE


def test_an_authority_is_put_on_the_list_and_taken_off_by_command(desk: Desk, tmp_path: Path) -> None:
    folder, secret, file = desk.vault.folder, tmp_path / "secret", tmp_path / "roots.pem"
    secret.write_text(PASSPHRASE)
    desk.close()
    file.write_bytes(b"our roots\n" + root("First").pem + root("Second").pem)

    def says(*words: str) -> Any:
        vault = ("--vault", str(folder), "--passphrase-file", str(secret), "--json")
        done = CliRunner().invoke(main, ["bundle", "authority", *words, *vault])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert says("list") == []
    added = says("add", str(file))
    assert [one["name"] for one in added] == ["CN=First", "CN=Second"]
    assert says("list") == added
    assert added[0]["spoken"].replace(" ", "") == added[0]["fingerprint"]
    says("remove", added[0]["spoken"][:9])
    assert [one["name"] for one in says("list")] == ["CN=Second"]


def test_each_change_of_the_list_is_an_act_of_the_vault(desk: Desk) -> None:
    one, other = stamper(), root()
    add_authorities(desk, one.pem + other.pem)
    assert set(authorities_of(trusted_authorities(desk))) == {one.certificate, other.certificate}
    listed = list_authorities(desk)
    remove_authority(desk, listed[0].fingerprint)
    said = [entry.act.open for entry in desk.vault.log.entries("") if entry.kind is Kind.AUTHORITY]
    assert [act["event"] for act in said] == ["added", "added", "removed"]
    assert said[-1]["certificate"] == listed[0].fingerprint
    assert desk.vault.problems() == []


def test_what_cannot_vouch_for_a_time_is_not_taken_into_the_list(desk: Desk) -> None:
    known = root()
    add_authorities(desk, known.pem)
    for wrong, says in (
        (b"", "no certificate in PEM form"),
        (known.pem[:300], "no certificate in PEM form"),
        (party("Somebody").pem, "may neither issue certificates nor stamp times"),
        (known.pem, "is on it already"),
        (root("New").pem + known.pem, "is on it already"),
    ):
        with pytest.raises(AuthorityUnusable, match=says):
            add_authorities(desk, wrong)
    assert [one.name for one in list_authorities(desk)] == ["CN=Root"], "a file is taken as a whole or not at all"


def test_only_the_one_authority_that_is_named_is_taken_off(desk: Desk) -> None:
    add_authorities(desk, root("First").pem + root("Second").pem)
    (fingerprint, _) = (one.fingerprint for one in list_authorities(desk))
    for wrong in ("", fingerprint[:7], "00" * 32):
        with pytest.raises(AuthorityMissing):
            remove_authority(desk, wrong)
    assert len(list_authorities(desk)) == 2


@pytest.mark.usefixtures("real_cells")
def test_a_file_that_is_too_large_or_ends_its_cell_is_not_taken_into_the_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(authorities, "_LARGEST", 100)
        with pytest.raises(AuthorityUnusable, match="larger than 100"):
            add_authorities(desk, root("Large").pem)
    monkeypatch.setattr(timestamp, "certificates_in", deeds.crash)
    with pytest.raises(AuthorityUnusable, match="ended the process"):
        add_authorities(desk, root("Hostile").pem)
    assert list_authorities(desk) == []
