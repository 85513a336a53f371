"""A sworn statement: what the case says, in a named person's words, under two signatures that strangers can check."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyrage
import pytest
from click.testing import CliRunner
from cryptography import x509
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from dsr_desk.app.case import deleting
from dsr_desk.app.proof import readiness, sealing, swearing
from dsr_desk.app.proof.signing_keys import certificate_fingerprint, organisation_signer
from dsr_desk.app.proof.swearing import Form, SwornIncomplete, SwornOutdated
from dsr_desk.cli.main import main
from dsr_desk.core import case_fold
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.core.refusals import NothingToSeal, NotReadBack
from dsr_desk.evidence.contents.sworn import SwornEntry
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import SWORN_PAYLOAD, Members, Refused, check_sworn, to_sign
from unit.app.small_case import ADA, BEA, Small

WITHIN = "I declare under penalty of perjury that the foregoing is true and correct. Executed on "
OUTSIDE = (
    "I declare under penalty of perjury under the laws of the United States of America that the foregoing is true and "
    "correct. Executed on "
)


class Loose(dict[str, bytes]):
    """Members of an archive that lie loose, to be changed one by one."""

    def read(self, name: str) -> bytes:
        return self[name]

    def text(self, name: str) -> str:
        return self[name].decode()

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self[name])


def swear(small: Small, form: Form = Form.WITHIN_US, **said: Any) -> swearing.Wording:
    given = {"name": "Ada M. Quill", "capacity": "Chief Privacy Officer", **said}
    wording = swearing.word_statement(small.desk, small.ref, form, **given)
    swearing.swear(small.desk, small.ref, wording)
    return wording


def sealed(small: Small, folder: Path, language: str = "en") -> tuple[sealing.Verification, Loose]:
    """What a regulator finds in the bundle, and its files."""
    identity = pyrage.x25519.Identity.generate()
    folder.mkdir()
    key = folder / "identity.txt"
    key.write_text(str(identity))
    (made,) = sealing.seal(
        small.desk, small.ref, folder / "out",
        requester=False, regulators=[str(identity.to_public())], language=language,
    )  # fmt: skip
    found = sealing.verify(made.path, identities=[key], certificate=certificate_fingerprint(small.desk))
    sealing.open_bundle(made.path, folder / "open", identities=[key])
    data = folder / "open" / "evidence"
    return found, Loose(
        {one.relative_to(data).as_posix(): one.read_bytes() for one in data.rglob("*") if one.is_file()}
    )


def check(small: Small, files: Loose) -> str:
    """The code of what the verifier says."""
    certificate = organisation_signer(small.desk).certificate
    try:
        return check_sworn(cast("Members", files), certificate, small.ref).code
    except Refused as refused:
        return refused.said.code


def test_both_forms_hold_the_words_of_the_statute_and_what_was_done(small: Small) -> None:
    small.deleted()
    deleting.read_back(small.desk, small.ref)
    for form, words, place in ((Form.WITHIN_US, WITHIN, ""), (Form.OUTSIDE_US, OUTSIDE, " at Berlin")):
        said = {"name": " Ada M. Quill ", "capacity": "CPO", "place": place[4:]}
        text = swearing.word_statement(small.desk, small.ref, form, also=["I looked myself."], **said).sworn.text
        assert words in text
        assert text.endswith(f"{place}.\n\nAda M. Quill")
        assert text.startswith(f"1. I am Ada M. Quill, CPO of Org. This statement is about its case {small.ref}.")
        assert "Found: 0 photos and 2 records." in text
        assert "looked again afterwards and found none of them" in text
        assert ". I looked myself." in text
        assert "Quastenfloss" not in text


def test_a_regulator_gets_it_and_the_verifier_says_who_swore(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    wording = swear(small)
    (line,) = [one for one in readiness.checklist(small.desk, small.ref) if one.says.code == "ready.sworn"]
    assert line.finding is not None
    assert line.finding.officer == "Ada"
    found, files = sealed(small, tmp_path / "one")
    assert found.ok, found
    (said,) = [str(one.says) for one in found.checks if one.name == "sworn"]
    assert said.startswith("Sworn by Ada M. Quill, Chief Privacy Officer, on ")
    assert f"(entry {line.finding.entry})" in said
    report = files.text("data/report.html")
    assert all(part in report for part in ("Sworn statement", "penalty of perjury", "Ada M. Quill"))
    assert json.loads(files.text("data/sworn.json"))["text"] == wording.sworn.text


def test_a_verifier_of_others_accepts_both_signatures_and_neither_over_other_words(
    small: Small, tmp_path: Path
) -> None:
    small.reviewed()
    swear(small)
    _, files = sealed(small, tmp_path / "one")
    envelope = Envelope.from_dict(json.loads(files.text("data/sworn.dsse.json")))
    said = json.loads(envelope.payload)
    certificate = organisation_signer(small.desk).certificate
    ours = SSlibKey.from_crypto(certificate.public_key(), certificate_fingerprint(small.desk).replace(" ", ""))
    hers = SSlibKey(said["officer"], "ed25519", "ed25519", {"public": said["officer"]})
    assert set(envelope.verify([ours, hers], 2)) == {ours.keyid, hers.keyid}
    changed = Envelope(envelope.payload.replace(b"Quill", b"Quell"), envelope.payload_type, envelope.signatures)
    for key in (ours, hers):
        with pytest.raises(VerificationError):
            changed.verify([key], 1)


def test_what_was_sworn_before_something_changed_is_not_handed_out(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    swear(small)
    small.decide(Verdict.DIFFERENT, small.items()["A-3"])
    assert "ready.sworn.old" in [one.says.code for one in readiness.checklist(small.desk, small.ref) if not one.ok]
    found, files = sealed(small, tmp_path / "one")
    assert found.ok, found
    assert not {"data/sworn.json", "data/sworn.dsse.json"} & files.keys()
    assert "sworn" not in [one.name for one in found.checks]


def test_nothing_is_sworn_that_was_not_shown_or_by_nobody_or_too_early(small: Small) -> None:
    with pytest.raises(NothingToSeal):
        swear(small)
    small.reviewed()
    for missing in ("name", "capacity"):
        with pytest.raises(SwornIncomplete):
            swear(small, **{missing: "  "})
    wording = swearing.word_statement(small.desk, small.ref, Form.WITHIN_US, name="Ada", capacity="CPO")
    small.decide(Verdict.DIFFERENT, small.items()["A-3"])
    with pytest.raises(SwornOutdated):
        swearing.swear(small.desk, small.ref, wording)
    deleting.make_plan(small.desk, small.ref)
    deleting.approve(small.desk, small.ref)
    deleting.run(small.desk, small.ref)
    with pytest.raises(NotReadBack):
        swear(small)
    assert small.desk.vault.log.newest(Kind.SWORN) is None


def forged(
    small: Small, files: Loose, change: dict[str, str], *, signs: Callable[[bytes], bytes] | None = None
) -> Loose:
    """The statement with other words, signed anew by the organisation and by whoever works at the desk."""
    said = {**json.loads(files.text("data/sworn.json")), **change}
    payload = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    signature = (signs or small.desk.vault.sign)(to_sign(SWORN_PAYLOAD, payload))
    envelope = SwornEntry(payload, said["officer"], signature.hex()).envelope(organisation_signer(small.desk))
    return Loose({**files, "data/sworn.json": payload, "data/sworn.dsse.json": envelope})


def test_no_other_words_name_key_or_case_pass_for_what_was_sworn(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    swear(small)
    _, files = sealed(small, tmp_path / "one")
    assert check(small, files) == "sworn.holds"
    for change, code in (
        ({"text": "Nothing was found."}, "sworn.differs"),
        ({"name": "Somebody Else"}, "sworn.differs"),
        ({"capacity": "Director"}, "sworn.differs"),
        ({"place": "Paris"}, "sworn.differs"),
        ({"form": "outside-us"}, "sworn.officer"),
        ({"case": "2026-999"}, "sworn.kind"),
        ({"type": "urn:dsr-desk:sworn:v9"}, "sworn.kind"),
        ({"more": "words"}, "sworn.kind"),
    ):
        assert check(small, forged(small, files, change)) == code, change
    assert check(small, forged(small, files, {}, signs=lambda data: small.desk.vault.sign(data + b"x"))) == (
        "sworn.signature"
    )
    beside = Loose({**files, "data/sworn.json": files["data/sworn.json"].replace(b"Quill", b"Quell")})
    assert check(small, beside) == "sworn.differs"
    small.desk.switch_officer(BEA)
    assert check(small, forged(small, files, {"officer": small.desk.vault.officer_key})) == "sworn.officer"


def test_an_old_oath_does_not_pass_for_one_of_now(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    swear(small)
    _, before = sealed(small, tmp_path / "one")
    small.decide(Verdict.DIFFERENT, small.items()["A-3"])
    _, now = sealed(small, tmp_path / "two")
    oath = {name: file for name, file in before.items() if name.startswith("data/sworn.")}
    assert check(small, Loose({**now, **oath})) == "sworn.outdated"
    assert {kind.value for kind in case_fold._SAYS_NOTHING_NEW} == check_bundle._SAYS_NOTHING_NEW


def test_each_of_both_keys_must_have_signed(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    swear(small)
    _, files = sealed(small, tmp_path / "one")
    whole = json.loads(files.text("data/sworn.dsse.json"))
    ours, hers = whole["signatures"]
    zeros = base64.b64encode(bytes(64)).decode()
    for signatures, code in (
        ([ours], "sworn.keys"),
        ([hers], "sworn.keys"),
        ([ours, ours], "sworn.keys"),
        ([ours, {**hers, "sig": zeros}], "sworn.signature"),
        ([{**ours, "sig": hers["sig"]}, hers], "sworn.signature"),
    ):
        changed = json.dumps({**whole, "signatures": signatures}).encode()
        assert check(small, Loose({**files, "data/sworn.dsse.json": changed})) == code
    other = json.dumps({**whole, "payloadType": "text/plain"}).encode()
    assert check(small, Loose({**files, "data/sworn.dsse.json": other})) == "sworn.kind"


def test_the_command_shows_the_text_and_asks(small: Small, tmp_path: Path) -> None:
    small.reviewed()
    vault, secret = small.desk.vault.folder, tmp_path / "secret.txt"
    size = small.desk.vault.log.size
    small.desk.close()
    secret.write_text(ADA)
    words = (
        "bundle", "swear", small.ref, "--vault", str(vault), "--passphrase-file", str(secret),
        "--name", "Ada M. Quill", "--capacity", "CPO",
    )  # fmt: skip
    assert CliRunner().invoke(main, words).exit_code == 2
    refused = CliRunner().invoke(main, [*words, "--within-us"], input="n\n")
    assert refused.exit_code != 0
    assert WITHIN in refused.stdout
    done = CliRunner().invoke(main, [*words, "--outside-us", "--place", "Berlin"], input="y\n")
    assert done.exit_code == 0, done.output
    assert OUTSIDE in done.stdout
    assert f"Sworn: journal entry {size + 3}." in done.stdout


def test_a_statement_differs_by_who_signs(small: Small) -> None:
    small.reviewed()
    wording = swear(small)
    own = wording.sworn.payload(small.ref, small.desk.vault.officer_key)
    assert own != wording.sworn.payload(small.ref, "00" * 32)
    assert own != replace(wording.sworn, place="Paris").payload(small.ref, small.desk.vault.officer_key)
    assert x509.load_pem_x509_certificate(organisation_signer(small.desk).certificate_pem)
