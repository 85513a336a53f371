"""What an attacker would try: every change is refused, and with a reason."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from evidence_sample import ORIGIN, Book, journal, quiet, written

from dsr_desk.core.acts import Kind
from dsr_desk.core.merkle import leaf_hash
from dsr_desk.core.message import message
from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Evidence, seal, sign
from dsr_desk.evidence.signed.bag import bag, stored_zip
from dsr_desk.evidence.signed.log import JournalContradicted, excerpt
from dsr_desk.evidence.signed.members import Held, joined
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import (
    CERTIFICATE,
    EVIDENCE,
    SIGNATURE,
    SUCCESSION,
    TEXT,
    TIME_STAMP,
    Members,
    Refused,
    check_all,
    main,
    members_of,
    zip_head,
)
from dsr_desk.evidence.verifying.open import BundleRefused, open_bundle
from dsr_desk.evidence.verifying.verify import Verification, verify
from dsr_desk.evidence.verifying.verify_text import verify_text

SIGNED = datetime(2026, 3, 12, 16, tzinfo=UTC)


@pytest.fixture
def evidence(content: EvidenceContent, signer: Signer) -> Evidence:
    return sign(content, Edition.REGULATOR, signer, "en")


def failures(evidence: Evidence, held: str | None = None, **changed: bytes) -> dict[str, str]:
    """Names and sentences of the checks that fail."""
    names = {"archive": EVIDENCE, "signature": SIGNATURE, "certificate": CERTIFICATE, "stamp": TIME_STAMP}
    findings, _ = check_all({**evidence.in_memory, **{names[part]: data for part, data in changed.items()}}, None, held)
    return {finding.name: str(finding.says) for finding in findings if finding.ok is False}


def verified(path: Path, data: bytes, **opening: object) -> Verification:
    path.write_bytes(data)
    return verify(path, **opening)  # type: ignore[arg-type]


def resigned(members: dict[str, bytes], signer: Signer) -> dict[str, bytes]:
    archive = stored_zip(members)
    return {"archive": archive, "signature": signer.sign_detached(sha256(archive).digest(), SIGNED)}


def test_what_was_not_touched_holds(evidence: Evidence) -> None:
    assert failures(evidence) == {}


@pytest.mark.usefixtures("few_iterations")
def test_a_page_that_would_send_the_passphrase_away_is_named(
    content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    sealed = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    page = sealed.path.read_bytes().replace(b"default-src 'none'", b"default-src *")
    result = verified(tmp_path / "changed.html", page, passphrase=sealed.passphrase)
    assert "page around" in result.checks[0].says.say()


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
@pytest.mark.usefixtures("few_iterations")
def test_truncated_bundles_are_refused(kept: float, content: EvidenceContent, signer: Signer, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    age = seal(content, Edition.REGULATOR, signer, tmp_path / "b.age", recipients=[str(identity.to_public())])
    html = seal(content, Edition.REQUESTER, signer, tmp_path / "open-me.html")
    for sealed in (age, html):
        data = sealed.path.read_bytes()
        cut = tmp_path / f"cut{sealed.path.suffix}"
        result = verified(cut, data[: int(len(data) * kept)], passphrase=html.passphrase, identities=[str(identity)])
        assert not result.ok
    archive = age.evidence.in_memory[EVIDENCE]
    assert {"signature", "archive"} <= set(failures(age.evidence, archive=archive[: int(len(archive) * kept)]))


def test_swapped_members_are_noticed_even_when_the_archive_is_signed_anew(evidence: Evidence, signer: Signer) -> None:
    members = members_of(evidence.in_memory[EVIDENCE])
    members["data/hits.jsonl"], members["data/scope.json"] = members["data/scope.json"], members["data/hits.jsonl"]
    assert set(failures(evidence, **resigned(members, signer))) == {"files", "statement"}


def test_a_member_added_is_noticed_even_when_the_archive_is_signed_anew(evidence: Evidence, signer: Signer) -> None:
    members = {**members_of(evidence.in_memory[EVIDENCE]), "data/more.json": b"[]"}
    assert "data/more.json" in failures(evidence, **resigned(members, signer))["files"]


def test_a_new_bag_around_changed_files_does_not_fit_the_statement(evidence: Evidence, signer: Signer) -> None:
    members = members_of(evidence.in_memory[EVIDENCE])
    payload = {name[5:]: Held(data) for name, data in members.items() if name.startswith("data/")}
    payload["hits.jsonl"] = Held(b"")
    changed = {name: joined(member) for name, member in bag(payload, {}).items()}
    found = failures(evidence, **resigned(changed, signer))
    assert found == {"statement": "data/hits.jsonl is not the file that the statement speaks of."}


def test_another_key_cannot_sign_for_the_organisation(evidence: Evidence, signer: Signer) -> None:
    forger = Signer.new("Lumen Vision GmbH", datetime(2026, 1, 1, tzinfo=UTC))
    forged = forger.sign_detached(evidence.members[EVIDENCE].sha256, SIGNED)
    assert "signature" in failures(evidence, signature=forged)
    forged_bundle = {**evidence.in_memory, SIGNATURE: forged, CERTIFICATE: forger.certificate_pem}
    findings, _ = check_all(forged_bundle, signer.fingerprint)
    told = {finding.name: str(finding.says) for finding in findings if finding.ok is False}
    assert {"signer", "statement"} <= told.keys()
    assert "fingerprint that you gave: different" in told["signer"]


def test_a_signature_of_which_one_bit_is_another_does_not_hold(evidence: Evidence) -> None:
    signature = evidence.in_memory[SIGNATURE]
    changed = signature[:-1] + bytes([signature[-1] ^ 1])
    assert failures(evidence, signature=changed)["signature"] == "The signature does not hold."


def test_a_file_that_the_bag_lists_and_the_statement_does_not_name_is_refused(
    evidence: Evidence, signer: Signer
) -> None:
    members = members_of(evidence.in_memory[EVIDENCE])
    payload = {name[5:]: Held(data) for name, data in members.items() if name.startswith("data/")}
    payload["more.json"] = Held(b"[]")
    more = {name: joined(member) for name, member in bag(payload, {}).items()}
    found = failures(evidence, **resigned(more, signer))
    assert found == {"statement": "The statement names other files than the bundle holds."}


def test_two_bundles_spliced_are_refused(content: EvidenceContent, signer: Signer) -> None:
    one = sign(content, Edition.REGULATOR, signer, "en")
    other = sign(replace(content, sealed="2026-03-13T16:00:00Z"), Edition.REGULATOR, signer, "en")
    assert "not what was signed" in failures(one, archive=other.in_memory[EVIDENCE])["signature"]
    mixed = {**members_of(one.in_memory[EVIDENCE]), "data/statement.dsse.json": b""}
    mixed["data/statement.dsse.json"] = members_of(other.in_memory[EVIDENCE])["data/statement.dsse.json"]
    assert {"files", "statement"} <= set(failures(one, **resigned(mixed, signer)))


def test_a_removed_journal_entry_shows_against_a_checkpoint_that_somebody_holds(
    content: EvidenceContent, signer: Signer
) -> None:
    held = sign(replace(quiet(content), journal=journal(11)), Edition.REQUESTER, signer, "en").checkpoint
    rebuilt = replace(quiet(content), journal=without_unlocking().excerpt())
    bundle = sign(rebuilt, Edition.REGULATOR, signer, "en")
    assert "journal" not in failures(bundle)
    assert "no proof" in failures(bundle, held=held)["journal"]


def without_unlocking() -> Book:
    """The chain of a whole log, built anew as if nobody had unlocked the vault."""
    book = Book().begin()
    while len(book.hashes) < 20:
        book.sealing()
    return book


def test_a_bundle_is_not_made_from_a_journal_that_contradicts_an_earlier_checkpoint(
    content: EvidenceContent, signer: Signer
) -> None:
    held = sign(replace(quiet(content), journal=journal(11)), Edition.REQUESTER, signer, "en").checkpoint
    hashes = [leaf_hash(b"%d" % number) for number in range(20)]
    with pytest.raises(JournalContradicted):
        excerpt(ORIGIN, hashes, (), 0, [held])


def test_a_bundle_is_not_made_from_a_journal_that_is_shorter_than_an_earlier_checkpoint(
    content: EvidenceContent, signer: Signer
) -> None:
    held = sign(replace(quiet(content), journal=journal(17)), Edition.REQUESTER, signer, "en").checkpoint
    with pytest.raises(JournalContradicted):
        journal(11, (held,))


def test_an_old_checkpoint_handed_out_again_is_noticed(content: EvidenceContent, signer: Signer) -> None:
    newer = sign(replace(quiet(content), journal=journal(17)), Edition.REQUESTER, signer, "en").checkpoint
    replayed = sign(replace(quiet(content), journal=journal(11)), Edition.REGULATOR, signer, "en")
    assert "older state" in failures(replayed, held=newer)["journal"]


def test_an_honest_restore_is_said_beside_the_contradiction(content: EvidenceContent, signer: Signer) -> None:
    newer = sign(replace(quiet(content), journal=journal(17)), Edition.REQUESTER, signer, "en").checkpoint
    book = written(8)
    book.epoch = 2
    book.add(Kind.EPOCH)
    restored = replace(quiet(content), journal=book.sealing().excerpt())
    says = failures(sign(restored, Edition.REGULATOR, signer, "en"), held=newer)["journal"]
    assert "older state" in says
    assert "restored the journal from a backup (epoch 2)" in says


def test_a_journal_that_grew_continues_the_checkpoint_that_is_held(content: EvidenceContent, signer: Signer) -> None:
    held = sign(replace(quiet(content), journal=journal(11)), Edition.REQUESTER, signer, "en").checkpoint
    grown = sign(replace(quiet(content), journal=journal(29, (held,))), Edition.REGULATOR, signer, "en")
    assert "journal" not in failures(grown, held=held)


def test_a_checkpoint_of_another_journal_or_without_a_proof_is_not_taken_for_one(
    content: EvidenceContent, signer: Signer
) -> None:
    held = sign(replace(quiet(content), journal=journal(11)), Edition.REQUESTER, signer, "en").checkpoint
    bundle = sign(replace(quiet(content), journal=journal(14)), Edition.REGULATOR, signer, "en")
    assert "no proof" in failures(bundle, held=held)["journal"]
    assert "another journal" in failures(bundle, held=held.replace(ORIGIN, "elsewhere"))["journal"]


def zip_of(*members: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            archive.writestr(entry, data, compression)
    return buffer.getvalue()


def test_a_zip_as_bundles_are_is_read_whoever_wrote_it() -> None:
    assert members_of(zip_of(("a", b"1"), ("b/c.txt", b""))) == {"a": b"1", "b/c.txt": b""}


def test_each_bit_of_an_archive_is_bound() -> None:
    data = zip_of(("a", b"1234"), ("b", b""))
    for place in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            with pytest.raises(Refused):
                members_of(bytes(changed))


def test_members_in_another_order_are_refused() -> None:
    with pytest.raises(Refused, match="byte for byte"):
        members_of(zip_of(("b", b"1"), ("a", b"2")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("extra", b"\xfe\xca\x04\x00more"), ("comment", b"more"), ("date_time", (2026, 3, 12, 0, 0, 0)),
     ("external_attr", 0o100755 << 16), ("internal_attr", 1), ("create_system", 0), ("create_version", 63)],
)  # fmt: skip
def test_an_archive_says_nothing_but_its_members(field: str, value: object) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("a")
        entry.external_attr, entry.create_system = 0o100644 << 16, 3
        setattr(entry, field, value)
        archive.writestr(entry, b"1")
    with pytest.raises(Refused, match="byte for byte"):
        members_of(buffer.getvalue())


def test_a_member_that_ends_beyond_the_archive_is_refused_wherever_it_lies(tmp_path: Path) -> None:
    """Of zip64 too: a place that no file system has."""
    head = zip_head("a", (1 << 64) - 1, 0)
    path = tmp_path / "far.zip"
    path.write_bytes(head + bytes(500))
    with path.open("rb") as file, pytest.raises(Refused, match="damaged"):
        Members(file)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_zip_with_two_members_of_one_name_is_refused() -> None:
    with pytest.raises(Refused, match="two members with the name a"):
        members_of(zip_of(("a", b"1"), ("a", b"2")))


def test_a_zip_bomb_is_refused_before_it_swells() -> None:
    with pytest.raises(Refused, match="compressed"):
        members_of(zip_of(("a", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED))


def test_a_member_that_claims_to_be_larger_than_the_archive_is_refused() -> None:
    data = bytearray(zip_of(("a", b"1234")))
    at = data.index(b"PK\x01\x02")
    for place in (at + 20, at + 24):
        data[place : place + 4] = (1 << 31).to_bytes(4, "little")
    with pytest.raises(Refused):
        members_of(bytes(data))


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "C:\\x", ".hidden", "a//b", "a/"])
def test_a_path_that_climbs_out_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        members_of(zip_of((name, b"1")))


@pytest.mark.parametrize("place", ["front", "behind", "comment"])
def test_bytes_that_belong_to_no_member_are_refused(place: str) -> None:
    data = zip_of(("a", b"1"))
    assert members_of(data) == {"a": b"1"}
    hidden = {"front": b"#!/bin/sh\n" + data, "behind": data + b"more", "comment": data[:-2] + b"\x04\x00more"}
    with pytest.raises(Refused):
        members_of(hidden[place])


def test_a_link_or_password_protected_member_is_refused() -> None:
    data = bytearray(zip_of(("a", b"1234")))
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(marker) + offset] |= 1
    with pytest.raises(Refused):
        members_of(bytes(data))


@pytest.mark.parametrize("name", ["README.exe", "check_bundle.py", "page.sha256"])
def test_a_bundle_with_a_file_too_many_is_refused(name: str, evidence: Evidence, tmp_path: Path) -> None:
    result = verified(tmp_path / "bundle.zip", stored_zip({**evidence.in_memory, name: b"MZ"}))
    assert result.checks[0].says == message("bundle.opening.stray", name=name)


def test_no_program_lies_outside_the_signed_archive(content: EvidenceContent, signer: Signer) -> None:
    for edition in Edition:
        loose = sign(content, edition, signer, "en").in_memory.keys() - {EVIDENCE, SIGNATURE, CERTIFICATE}
        assert loose == {TEXT}


def test_what_to_do_that_was_not_signed_is_refused_in_a_bundle_and_in_a_folder(
    evidence: Evidence, tmp_path: Path
) -> None:
    changed = {**evidence.in_memory, TEXT: evidence.in_memory[TEXT] + b"Then run ./more.sh\n"}
    in_bundle = verified(tmp_path / "bundle.zip", stored_zip(changed))
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in changed.items():
        (folder / name).write_bytes(data)
    for result in (in_bundle, verify(folder)):
        assert [check.says for check in result.checks if check.ok is False] == [
            message("bundle.beside.changed", name=TEXT)
        ]


@pytest.mark.parametrize("gone", [TEXT, SUCCESSION])
def test_a_bundle_without_a_file_that_was_in_it_is_refused(
    gone: str, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    bundle = sign(content, Edition.REGULATOR, replace(signer, successions=(b"{}",)), "en").in_memory
    result = verified(tmp_path / "bundle.zip", stored_zip({n: data for n, data in bundle.items() if n != gone}))
    assert [check.says for check in result.checks] == [message("bundle.opening.lacks", names=(gone,))]


def test_a_wrong_sum_of_the_archive_is_refused_even_where_nothing_else_is_wrong(
    evidence: Evidence, tmp_path: Path
) -> None:
    bundle = stored_zip(evidence.in_memory)
    summed = evidence.members[EVIDENCE].crc32.to_bytes(4, "little")
    assert bundle.count(summed) == 2
    result = verified(tmp_path / "bundle.zip", bundle.replace(summed, bytes(4)))
    assert result.checks[0].says == message("bundle.archive.sum", name=EVIDENCE)


def test_what_to_do_that_was_not_signed_is_not_written_on_the_disk(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(stored_zip({**evidence.in_memory, TEXT: b"Run ./more.sh\n"}))
    with pytest.raises(BundleRefused, match="not the copy that was signed"):
        open_bundle(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_member_whose_sum_is_wrong_is_not_written_on_the_disk(evidence: Evidence, tmp_path: Path) -> None:
    archive = bytearray(evidence.in_memory[EVIDENCE])
    archive[archive.index(b"BagIt-Version: 1.0")] ^= 1
    path = tmp_path / "bundle.zip"
    path.write_bytes(stored_zip({**evidence.in_memory, EVIDENCE: bytes(archive)}))
    with pytest.raises(BundleRefused, match=r"the sum of bagit\.txt is wrong"):
        open_bundle(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_succession_that_was_not_signed_is_refused(evidence: Evidence) -> None:
    findings, _ = check_all({**evidence.in_memory, SUCCESSION: b""})
    assert [str(one.says) for one in findings if one.ok is False] == [
        "succession.jsonl lies beside the archive and is not the copy that was signed; do nothing that it says."
    ]


def test_successions_are_signed_too(content: EvidenceContent, signer: Signer) -> None:
    later = replace(signer, successions=(b"{}",))
    bundle = sign(content, Edition.REGULATOR, later, "en").in_memory
    assert bundle[SUCCESSION] == members_of(bundle[EVIDENCE])[f"data/{SUCCESSION}"] == b"{}\n"


def test_what_was_not_looked_at_in_a_folder_is_named_by_both_verifiers(
    evidence: Evidence, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, data in evidence.in_memory.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "setup.exe").write_bytes(b"MZ")
    said = next(check.says.say() for check in verify(tmp_path).checks if check.name == "opening")
    assert "1 other files in this folder were not looked at: setup.exe." in said
    main([str(tmp_path)])
    assert "not looked at: setup.exe" in capsys.readouterr().out
    (tmp_path / "setup.exe").unlink()
    main([str(tmp_path)])
    assert "not looked at" not in capsys.readouterr().out


def test_the_text_sends_nobody_to_a_program_in_the_bundle(signer: Signer) -> None:
    said = verify_text(signer).decode()
    assert "never out of the bundle" in " ".join(said.split())
    assert "python3 check_bundle.py" not in said


def test_nothing_is_written_when_a_bundle_is_refused(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(stored_zip({**evidence.in_memory, EVIDENCE: zip_of(("../climbs", b"1"))}))
    with pytest.raises(BundleRefused):
        open_bundle(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "climbs").exists()


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"PK", lambda: bytes(100), lambda: b"<!DOCTYPE html>"])
def test_what_is_no_bundle_at_all_is_said_to_be_none(make: Callable[[], bytes], tmp_path: Path) -> None:
    result = verified(tmp_path / "x", make(), passphrase="bafogi")
    assert not result.ok
    assert len(result.checks) == 1


def test_random_bytes_as_a_signature_never_crash_the_verifier(evidence: Evidence) -> None:
    chance = random.Random(3)
    for length in range(0, 400, 7):
        assert "signature" in failures(evidence, signature=chance.randbytes(length))
        assert "signature" in failures(evidence, signature=b"\x30\x82\x01\x00" + chance.randbytes(length))


@pytest.mark.parametrize("start", range(0, 900, 37))
def test_a_zip_with_a_piece_cut_out_of_its_middle_is_refused_and_ends_in_no_traceback(
    start: int, tmp_path: Path
) -> None:
    data = zip_of(*((f"data/{number}.txt", bytes(150)) for number in range(4)))

    for length in (1, 30, 300):
        path = tmp_path / "cut.zip"  # a file, as it lies on a disk, refuses a place before its beginning otherwise
        path.write_bytes(data[:start] + data[start + length :])
        with path.open("rb") as file, pytest.raises(Refused):
            Members(file)
