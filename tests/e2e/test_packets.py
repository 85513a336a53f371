"""A second officer at another computer, by commands: a packet there and an answer back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typed import typed

from quick_keys import make_keys_quick

pytestmark = pytest.mark.slow

ANN, BEN = "seven words that only Ann knows", "seven words that only Ben knows"
PEOPLE = """account,name,mail,user_name
A-1,Wilma Quastenfloss,wilma@example.com,wquast
A-2,Anna Novotna,anna@example.org,anovo
A-3,Vera Winter,vera@example.net,verawi
A-4,Wilma Quastenfloss,wilma@example.com,wquast2
"""
LETTER = """My name is Wilma Quastenfloss. Under Article 17 GDPR delete my data.
E-mail: wilma@example.com
User name: wquast
"""


class Place:
    """A computer: a folder, an officer's passphrase, and a vault or none."""

    def __init__(self, folder: Path, passphrase: str, vault: Path | None) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.vault = folder, vault
        self.secret = folder / f"{passphrase[-8:-6]}.txt"
        self.secret.write_text(passphrase + "\n")

    def raw(self, *words: object, code: int = 0) -> Any:
        vault = str(self.vault or self.folder / "none")
        done = typed((*words, "--json"), self.folder, {"DSR_DESK_VAULT": vault})
        assert done.exit_code == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def says(self, *words: object, code: int = 0) -> Any:
        return self.raw(*words, "--passphrase-file", self.secret, code=code)


@pytest.fixture(scope="module", autouse=True)
def _quick_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        yield


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Place, str]:
    """Ann's computer with the vault, Ben's without one, and a case on which Ann has decided."""
    folder = tmp_path_factory.mktemp("office")
    ann, ben = Place(folder / "ann", ANN, folder / "vault"), Place(folder / "ben", BEN, None)
    (ann.folder / "data").mkdir()
    (ann.folder / "data" / "people.csv").write_text(PEOPLE, encoding="utf-8")
    (ann.folder / "letter.txt").write_text(LETTER, encoding="utf-8")
    ann.says("vault", "create", "--organisation", "Org", "--officer", "Ann", "--country", "DE", "--region", "BE")
    ann.says("vault", "officer", "add", "Ben", "--new-passphrase-file", ben.secret)
    ann.says("index", "build", "data", "--to", "i.dsrindex", "--dataset", "people", "--version", "1", "--workers", "1")
    case = ann.says(
        "case", "new", "--request", "letter.txt", "--law", "eu-gdpr", "--right", "erasure",
        "--received", "2026-11-03", "--without-photo",
    )["case"]  # fmt: skip
    ann.says("case", "identify", case, "--method", "video call")
    ann.says("case", "search", case)
    while items := [one["id"] for one in ann.says("case", "candidates", case) if not one["decision"]]:
        ann.says("case", "decide", case, *items, "--verdict", "same")
        ann.says("case", "search", case)
    return ann, ben, case


def test_a_second_officer_reviews_and_approves_without_a_vault(office: tuple[Place, Place, str]) -> None:
    ann, ben, case = office
    packet = ben.folder / "review.packet"
    handed = ann.says("case", "hand-over", case, "--officer", "Ben", "--for", "review", "--to", packet)
    assert ann.says("packet", "show", packet, code=3)["error"]["code"] == "PACKET-PASSPHRASE"
    shown = ben.says("packet", "show", packet)
    assert len(shown["items"]) == handed["items"] >= 2
    assert any(one["fields"].get("mail") == "wilma@example.com" for one in shown["items"])
    first, *rest = [one["id"] for one in shown["items"]]
    assert ben.says("packet", "decide", packet, first, "--verdict", "same", "--reason", "her address")["open"] > 0
    table = ben.folder / "words.csv"
    table.write_text("item,verdict\n" + "".join(f"{item},same\n" for item in rest), encoding="utf-8")
    said = ben.says("packet", "decide", packet, "--all-from", table, "--to", "review.answer")
    assert said["open"] == 0
    answer = ben.folder / "review.answer"
    taken = ann.says("case", "take-in", case, answer)["taken"]
    assert taken == [{"act": "second-review", "officer": "Ben", "items": handed["items"]}]
    assert ann.says("case", "take-in", case, answer, code=3)["error"]["code"] == "ACT-TAKEN-TWICE"

    ann.says("delete", "plan", case)
    ann.says("case", "hand-over", case, "--officer", "Ben", "--for", "approval", "--to", ben.folder / "plan.packet")
    assert ben.says("packet", "show", "plan.packet")["plan"]["actions"]
    ben.says("packet", "approve", "plan.packet", "--to", "plan.answer")
    taken = ann.says("case", "take-in", case, ben.folder / "plan.answer")["taken"]
    assert taken == [{"act": "approved", "officer": "Ben", "items": 0}]
    assert ann.says("case", "show", case)["state"] == "approved"
    ann.says("vault", "check")
