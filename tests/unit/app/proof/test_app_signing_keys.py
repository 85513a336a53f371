"""The organisation's key: made here, brought, renewed, handed out; and time stamps that are carried by hand."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from dsr_desk.app.case import review
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import authorities, sealing, time_stamps
from dsr_desk.app.proof.signing_keys import (
    bring_signing_key,
    certificate_fingerprint,
    organisation_signer,
    renew_signing_key,
    signing_keys,
    write_certificate,
)
from dsr_desk.core.acts import Kind
from dsr_desk.core.findings import Verdict
from dsr_desk.evidence.signed.signing import CertificateNotValid, KeyFileUnusable, Signer
from dsr_desk.evidence.signed.timestamp import TimeStampRefused
from dsr_desk.storage.files import FileThere
from stamping import Party, answer_of_openssl, below, party, root, stamper
from unit.app.conftest import PASSPHRASE, Work


def certificate_of(key: ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(hours=1)
    builder = x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(start).not_valid_after(start + timedelta(days=30)).sign(key, hashes.SHA256())


def key_file(passphrase: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    locked = BestAvailableEncryption(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"own", key, certificate_of(key, "Own authority"), None, locked)


def answered(query: Path, by: Party) -> bytes:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    return answer_of_openssl(openssl, query.read_bytes(), by, query.parent / "authority")


@pytest.fixture
def nothing_found(work: Work) -> Work:
    work.search()
    for item in review.review_items(work.desk, work.ref):
        review.decide(work.desk, work.ref, item.candidate.id, Verdict.DIFFERENT)
    return work


def test_a_key_is_made_once_and_comes_back_when_the_vault_is_opened_again(desk: Desk) -> None:
    assert signing_keys(desk) == []
    first = certificate_fingerprint(desk)
    folder = desk.vault.folder
    desk.close()
    with Desk.open(folder, PASSPHRASE) as again:
        assert certificate_fingerprint(again) == first
        (only,) = signing_keys(again)
        assert (only.spoken, only.retired, only.follows) == (first, None, "")
        assert "Test organisation" in only.holder


def test_each_key_vouches_for_the_next_and_the_chain_is_kept_in_the_vault(desk: Desk) -> None:
    fingerprints = [organisation_signer(desk).fingerprint]
    for _ in range(2):
        renew_signing_key(desk)
        fingerprints.append(organisation_signer(desk).fingerprint)
    newest, middle, oldest = signing_keys(desk)
    assert [oldest.fingerprint, middle.fingerprint, newest.fingerprint] == fingerprints
    assert (newest.follows, middle.follows, oldest.follows) == (middle.fingerprint, oldest.fingerprint, "")
    assert newest.retired is None
    assert middle.retired
    assert len(organisation_signer(desk).successions) == 2
    said = [entry.act.open["event"] for entry in desk.vault.log.entries("") if entry.kind is Kind.ORGANISATION_KEY]
    assert said == ["made", "replaced", "replaced"]
    assert desk.vault.problems() == []


def test_a_stolen_key_vouches_for_nobody(desk: Desk) -> None:
    organisation_signer(desk)
    renew_signing_key(desk, stolen=True)
    assert signing_keys(desk)[0].follows == ""
    assert organisation_signer(desk).successions == ()


def test_a_key_of_their_own_takes_the_place_of_the_one_made_here(desk: Desk) -> None:
    before = organisation_signer(desk).fingerprint
    data = key_file("correct horse")
    with pytest.raises(KeyFileUnusable, match="passphrase"):
        bring_signing_key(desk, data, "wrong")
    assert organisation_signer(desk).fingerprint == before
    bring_signing_key(desk, data, "correct horse")
    assert (signing_keys(desk)[0].holder, signing_keys(desk)[0].follows) == ("CN=Own authority", before)
    with pytest.raises(KeyFileUnusable, match="in use already"):
        bring_signing_key(desk, data, "correct horse")


def test_a_certificate_is_written_to_a_new_file_alone(desk: Desk, tmp_path: Path) -> None:
    write_certificate(desk, tmp_path / "to" / "certificate.pem")
    written = (tmp_path / "to" / "certificate.pem").read_bytes()
    assert x509.load_pem_x509_certificate(written) == organisation_signer(desk).certificate
    with pytest.raises(FileThere):
        write_certificate(desk, tmp_path / "to" / "certificate.pem")


def test_bundles_of_every_key_verify_for_who_knows_the_first_fingerprint(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    known = certificate_fingerprint(desk)
    (before,) = sealing.seal(desk, ref, tmp_path)
    renew_signing_key(desk)
    (after,) = sealing.seal(desk, ref, tmp_path)
    for sealed in (before, after):
        assert sealing.verify(sealed.path, passphrase=sealed.passphrase, certificate=known).ok
    says = {
        c.name: str(c.says) for c in sealing.verify(after.path, passphrase=after.passphrase, certificate=known).checks
    }
    assert "names this one as its successor" in says["signer"]
    renew_signing_key(desk, stolen=True)
    (unknown,) = sealing.seal(desk, ref, tmp_path)
    assert not sealing.verify(unknown.path, passphrase=unknown.passphrase, certificate=known).ok


def test_a_later_bundle_gets_a_number_and_names_the_one_before(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    (first,) = sealing.seal(desk, ref, tmp_path)
    with pytest.raises(sealing.WhyMissing):
        sealing.seal(desk, ref, tmp_path, relation=sealing.Relation.CORRECTS)
    why = "the address was missing"
    (second,) = sealing.seal(desk, ref, tmp_path, relation=sealing.Relation.CORRECTS, why=why)
    assert [one.path.name for one in (first, second)] == [f"{ref}-open-me.html", f"{ref}-open-me-2.html"]
    report = sealing.open_bundle(second.path, tmp_path / "opened", passphrase=second.passphrase).read_text()
    assert "This corrects what we sealed on" in report
    assert why in report
    assert first.evidence_digest in report


def test_a_time_stamp_is_carried_by_hand_and_lies_beside_the_bundle(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    authority = stamper(root())
    with pytest.raises(time_stamps.NothingToStamp):
        time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    (sealed,) = sealing.seal(desk, ref, tmp_path / "out", as_pdf=True)
    told = {"passphrase": sealed.passphrase, "certificate": certificate_fingerprint(desk)}
    bare = sealing.verify(sealed.path, **told)
    assert any("Clock not attested" in str(said) for said in bare.declared)
    (stale,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    (query,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    assert query.name == f"{ref}-requester-2.tsq"
    with pytest.raises(TimeStampRefused, match="nonce"):
        time_stamps.attach_time_stamp(desk, ref, answered(stale, authority))
    with pytest.raises(TimeStampRefused):
        time_stamps.attach_time_stamp(desk, ref, b"no answer")
    assert not list((tmp_path / "out").glob("*.tsr"))

    (beside,) = time_stamps.attach_time_stamp(desk, ref, answered(query, authority))
    assert beside == sealed.path.with_name(f"{sealed.path.name}.tsr")
    result = sealing.verify(sealed.path, **told, authorities=authority.above[0].pem)
    assert result.ok
    assert not any("Clock not attested" in str(said) for said in result.declared)
    assert any(check.name == "time" and "Local clock" in str(check.says) for check in result.checks)
    assert time_stamps.write_time_queries(desk, ref, tmp_path / "again"), "another authority may prove the time"
    authorities.add_authorities(desk, authority.pem)
    with pytest.raises(time_stamps.NothingToStamp):
        time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    assert desk.vault.problems() == []


def test_a_time_is_called_proved_only_while_its_authority_is_on_the_list(nothing_found: Work, tmp_path: Path) -> None:
    """Whoever makes themselves an authority proves nothing, and the list says at every time who is one."""
    desk, ref = nothing_found.desk, nothing_found.ref
    authority = stamper(root())
    sealing.seal(desk, ref, tmp_path / "out")

    def said() -> tuple[bool, set[str], list[str]]:
        (stamp,) = time_stamps.time_stamps(desk, ref)
        ready = {one.says.code for one in sealing.checklist(desk, ref) if one.says.code.startswith("ready.clock")}
        claimed = [one.says.code for one in sealing.claims(desk, ref) if one.says.code in ("claim.time", "claim.clock")]
        return stamp.proves, ready, claimed

    assert said() == (False, {"ready.clock.none"}, ["claim.clock"])
    (query,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    time_stamps.attach_time_stamp(desk, ref, answered(query, authority))
    assert said() == (False, {"ready.clock.untrusted"}, ["claim.clock"])
    (stamp,) = time_stamps.time_stamps(desk, ref)
    assert stamp.doubt is not None
    assert "not trusted, and no proof of time" in str(stamp.doubt)
    authorities.add_authorities(desk, root("Another").pem)
    assert said() == (False, {"ready.clock.untrusted"}, ["claim.clock"])
    (listed,) = authorities.add_authorities(desk, authority.above[0].pem)
    assert said() == (True, {"ready.clock"}, ["claim.time"])
    authorities.remove_authority(desk, listed.fingerprint)
    assert said() == (False, {"ready.clock.untrusted"}, ["claim.clock"])


def test_a_stamp_whose_chain_breaks_on_the_way_to_the_list_is_not_taken(nothing_found: Work, tmp_path: Path) -> None:
    desk, ref = nothing_found.desk, nothing_found.ref
    top = root()
    authorities.add_authorities(desk, top.pem)
    sealing.seal(desk, ref, tmp_path / "out")
    (query,) = time_stamps.write_time_queries(desk, ref, tmp_path / "queries")
    with pytest.raises(TimeStampRefused, match="may not issue certificates"):
        time_stamps.attach_time_stamp(desk, ref, answered(query, stamper(below(top, ca=False))))
    assert not list((tmp_path / "out").glob("*.tsr"))
    assert [one.time for one in time_stamps.time_stamps(desk, ref)] == [""]


@pytest.mark.parametrize(
    ("begins", "ends", "seals", "doubt"),
    [
        (-400, -1, False, "ready.certificate.invalid"),
        (1, 400, False, "ready.certificate.invalid"),
        (-400, 20, True, "ready.certificate.soon"),
        (-400, 100, True, None),
    ],
)
def test_nothing_is_sealed_with_a_certificate_that_is_not_valid_now(
    begins: int, ends: int, seals: bool, doubt: str | None, nothing_found: Work, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    desk, ref = nothing_found.desk, nothing_found.ref
    moment, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    valid = (moment + timedelta(days=begins), moment + timedelta(days=ends))
    own = party("Own authority", key=key, valid=valid)
    data = pkcs12.serialize_key_and_certificates(b"own", key, own.certificate, None, BestAvailableEncryption(b"x" * 9))
    if not seals:
        with pytest.raises(CertificateNotValid):
            bring_signing_key(desk, data, "x" * 9)
        monkeypatch.setattr(Signer, "require_valid", lambda *_: None)
    bring_signing_key(desk, data, "x" * 9)
    monkeypatch.undo()
    lines = [one.says.code for one in sealing.checklist(desk, ref) if one.says.code.startswith("ready.certificate")]
    assert lines == ([doubt] if doubt else [])
    before = desk.vault.log.size
    if seals:
        assert sealing.seal(desk, ref, tmp_path / "out")
        return
    with pytest.raises(CertificateNotValid, match="not valid now"):
        sealing.seal(desk, ref, tmp_path / "out")
    assert desk.vault.log.size == before, "no act says that it was sealed"
    assert not list(tmp_path.glob("out/*"))
