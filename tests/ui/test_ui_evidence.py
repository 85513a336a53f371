from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from PySide6.QtWidgets import QLabel

from dsr_desk.app.case import deleting, review
from dsr_desk.app.proof import sealing, signing_keys, time_stamps
from dsr_desk.app.proof.authorities import add_authorities, list_authorities
from dsr_desk.app.vault.keeping import organisation_details
from dsr_desk.ui.dialogs import QuestionDialog
from dsr_desk.ui.views.proof.bundles import BundlesDialog, CheckDialog, TimeStampDialog
from dsr_desk.ui.views.proof.certificate_card import NewKeyDialog, OwnKeyDialog
from dsr_desk.ui.views.proof.evidence import EvidencePage
from dsr_desk.ui.views.vault.settings import SettingsPage
from dsr_desk.ui.widgets import Chip, Notice
from stamping import answer_of_openssl, root, stamper
from ui.conftest import Visitor


@pytest.fixture
def page(visitor: Visitor) -> EvidencePage:
    """The evidence of a case in which nothing was found to be the person: the shortest way to a bundle."""
    visitor.identify()
    visitor.search()
    shown = visitor.open_case("evidence")
    assert isinstance(shown, EvidencePage)
    return shown


@pytest.fixture
def deleted(visitor: Visitor) -> None:
    visitor.identify()
    visitor.search()
    visitor.decide_all()
    visitor.delete()


def seal(visitor: Visitor, page: EvidencePage, folder: Path) -> BundlesDialog:
    page.sign_and_seal(folder)
    visitor.sign()
    assert visitor.errors == []
    return visitor.dialog(BundlesDialog)


def passphrase(dialog: BundlesDialog) -> str:
    return next(one.text() for one in dialog.findChildren(QLabel) if one.property("role") == "mono")


def said(widget: CheckDialog | TimeStampDialog) -> str:
    return "\n".join(one.text for one in widget.findChildren(Notice) if one.isVisible())


def test_the_requester_gets_a_pdf_unless_a_page_is_chosen_each_with_its_reason(
    visitor: Visitor, page: EvidencePage, tmp_path: Path
) -> None:
    assert "phone" in page.recipients._reason.text()
    seal(visitor, page, tmp_path).accept()
    assert (tmp_path / "2026-001-answer.pdf").is_file()
    page.recipients.form.choose(False)
    page.recipients.form.activated.emit(1)
    assert "screen reader" in page.recipients._reason.text()
    seal(visitor, page, tmp_path).accept()
    assert (tmp_path / "2026-001-open-me.html").is_file()


def test_a_later_bundle_says_whether_it_completes_or_corrects(
    visitor: Visitor, page: EvidencePage, tmp_path: Path
) -> None:
    assert not page.recipients.relation.isVisible()
    seal(visitor, page, tmp_path).accept()
    assert page.recipients.relation.isVisible()
    assert page.go.isEnabled()
    page.recipients.relation.choose(sealing.Relation.CORRECTS)
    page.recipients.relation.activated.emit(1)
    assert not page.go.isEnabled()
    page.recipients.why.setText("the number of photos was wrong")
    assert page.go.isEnabled()
    seal(visitor, page, tmp_path).accept()
    assert (tmp_path / "2026-001-answer-2.pdf").is_file()
    assert len(sealing.bundles(visitor.desk, "2026-001")) == 2


def test_a_certificate_can_be_sealed_for_and_left_out_again(
    visitor: Visitor, page: EvidencePage, tmp_path: Path
) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(certificate(rsa.generate_private_key(65537, 2048)).public_bytes(Encoding.PEM))
    page.recipients.add_certificates([file])
    assert page.go.text() == "Seal for 2 recipients …"
    page.recipients._leave_out(file)
    assert page.go.text() == "Seal for 1 recipient …"
    page.recipients.add_certificates([file])
    page.recipients.requester.setChecked(False)
    dialog = seal(visitor, page, tmp_path / "out")
    assert [chip for chip in dialog.findChildren(Chip) if chip.text == "opens for its recipients only"]
    dialog.accept()
    assert (tmp_path / "out" / "2026-001-regulator.p7m").is_file()


def test_a_bundle_is_checked_as_its_recipient_would_check_it(
    visitor: Visitor, page: EvidencePage, tmp_path: Path
) -> None:
    dialog = seal(visitor, page, tmp_path)
    secret = passphrase(dialog)
    dialog.accept()
    page.made.check.click()
    check = visitor.dialog(CheckDialog)
    assert not check.act.isEnabled()
    check.file.field.setText(str(tmp_path / "2026-001-answer.pdf"))
    check.secret.setText("wrong wrong wrong")
    check.act.click()
    visitor.settle()
    assert "It holds." not in said(check)
    check.secret.setText(secret)
    check.act.click()
    visitor.settle()
    first, headline, *_ = said(check).splitlines()
    assert "anybody can make a certificate with this name" in first
    assert headline == "Nothing fails, and not everything could be checked."
    check.told.setText(signing_keys.certificate_fingerprint(visitor.desk))
    check.act.click()
    visitor.settle()
    assert "compared with the fingerprint that you gave: equal" in said(check).splitlines()[0]
    assert "It holds." in said(check)
    assert "Only declared" in said(check)
    check.reject()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is the authority of this test")
def test_a_time_stamp_goes_out_and_comes_back(visitor: Visitor, page: EvidencePage, tmp_path: Path) -> None:
    seal(visitor, page, tmp_path).accept()
    assert any("not attested" in str(claim.by) for claim in sealing.claims(visitor.desk, "2026-001"))
    page.made.stamp.click()
    dialog = visitor.dialog(TimeStampDialog)
    assert not dialog.take.isEnabled()
    dialog.save_into(tmp_path / "out")
    query = tmp_path / "out" / "2026-001-requester.tsq"
    assert query.is_file()
    visitor.settle()
    assert "waits for the answer" in said(dialog)
    wrong = tmp_path / "wrong.tsr"
    wrong.write_bytes(b"no answer")
    dialog.take_in(wrong)
    assert dialog.problem.isVisible()
    answer, by = tmp_path / "answer.tsr", stamper(root())
    answer.write_bytes(answer_of_openssl("openssl", query.read_bytes(), by, tmp_path / "authority"))
    dialog.take_in(answer)
    assert not dialog.problem.isVisible()
    visitor.settle()
    assert "not trusted, and no proof of time" in said(dialog)
    assert "attested by" not in said(dialog)
    visitor.settle()
    assert [chip.text for chip in page.made.findChildren(Chip)] == ["time stamp not trusted"]
    add_authorities(visitor.desk, by.above[0].pem)
    dialog.reload()
    visitor.settle()
    assert "attested by" in said(dialog)
    dialog.reject()
    page.reload()
    assert [one.proves for one in time_stamps.time_stamps(visitor.desk, "2026-001")] == [True]
    assert any(chip.text.startswith("attested") for chip in page.made.findChildren(Chip))


def test_authorities_are_put_on_the_list_and_taken_off_in_the_settings(visitor: Visitor, tmp_path: Path) -> None:
    settings = visitor.show("settings")
    assert isinstance(settings, SettingsPage)
    card = settings.authorities
    shown = lambda: " ".join(one.text() for one in card.findChildren(QLabel))  # noqa: E731
    assert "no time stamp counts" in shown()
    (tmp_path / "root.pem").write_bytes(root("Clocks").pem)
    card.take_in(tmp_path / "root.pem")
    visitor.settle()
    (listed,) = list_authorities(visitor.desk)
    assert listed.spoken in shown()
    card.take_in(tmp_path / "root.pem")
    assert [error.code for error in visitor.errors] == ["AUTHORITY-UNUSABLE"]
    visitor.errors.clear()
    card.ask_off(listed)
    visitor.dialog(QuestionDialog).act.click()
    visitor.settle()
    assert list_authorities(visitor.desk) == []
    assert listed.spoken not in shown()
    assert "no time stamp counts" in shown()


@pytest.mark.usefixtures("deleted")
def test_a_second_officer_confirms_what_another_carried_out(visitor: Visitor) -> None:
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    assert not page.confirm.isEnabled()
    assert "carried out a part of the deletion" in page.confirm.toolTip()
    visitor.add_officer()
    visitor.switch()
    assert page.confirm.isEnabled()
    page.confirm.click()
    visitor.dialog(QuestionDialog).act.click()
    visitor.settle()
    assert visitor.errors == []
    assert deleting.confirmed_by(visitor.desk, "2026-001") == "Grace"
    assert not page.confirm.isVisible()


def test_the_claims_are_those_of_the_case_that_is_open(visitor: Visitor, page: EvidencePage, tmp_path: Path) -> None:
    assert "hands out the first" in " ".join(one.text() for one in page.claims.findChildren(QLabel))
    seal(visitor, page, tmp_path).accept()
    visitor.settle()
    shown = [one.text() for one in page.claims.findChildren(QLabel) if one.isVisible()]
    assert "hands out the first" not in " ".join(shown)


def test_before_the_deletion_ran_the_preview_says_how_far_it_has_come_and_not_that_anything_is_gone(
    visitor: Visitor,
) -> None:
    def shown() -> str:
        visitor.settle()
        return " ".join(one.text() for one in page.claims.findChildren(QLabel) if one.isVisible())

    visitor.identify()
    visitor.search()
    visitor.decide_all()
    page = visitor.open_case("evidence")
    assert isinstance(page, EvidencePage)
    hits = len(review.hits(visitor.desk, visitor.office.case))
    assert f"As the case stands: Not planned yet: {hits} hits" in shown()
    visitor.plan()
    visitor.approve()
    page.forget()
    assert "As the case stands: Approved, not run yet" in shown()
    assert " is gone " not in shown()
    deleting.run(visitor.desk, visitor.office.case)
    page.forget()
    assert "As the case stands: Run, not read back yet" in shown()
    assert " is gone " not in shown()
    deleting.read_back(visitor.desk, visitor.office.case)
    page.forget()
    assert "As the case stands: Read back: gone" in shown()
    assert "What was found is gone" in shown()


def test_another_key_signs_from_now_on_and_old_bundles_keep_theirs(
    visitor: Visitor, page: EvidencePage, tmp_path: Path
) -> None:
    dialog = seal(visitor, page, tmp_path)
    secret = passphrase(dialog)
    dialog.accept()
    settings = visitor.show("settings")
    assert isinstance(settings, SettingsPage)
    before = settings.certificate.fingerprint.text()
    settings.certificate.renew.click()
    new = visitor.dialog(NewKeyDialog)
    assert "names the new one" in new.notice.text
    new.stolen.setChecked(True)
    assert "does not vouch" in new.notice.text
    new.stolen.setChecked(False)
    new.act.click()
    visitor.settle()
    assert visitor.errors == []
    assert settings.certificate.fingerprint.text() != before
    assert [one.retired is None for one in signing_keys.signing_keys(visitor.desk)] == [True, False]
    assert sealing.verify(tmp_path / "2026-001-answer.pdf", passphrase=secret).ok is not False


def test_the_own_key_of_the_organisation_is_brought_from_a_file(visitor: Visitor, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / "own.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"own", key, certificate(key), None, BestAvailableEncryption(b"secret"))
    )
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    page.certificate.bring.click()
    dialog = visitor.dialog(OwnKeyDialog)
    assert not dialog.act.isEnabled()
    dialog.file.field.setText(str(file))
    dialog.secret.setText("wrong")
    dialog.act.click()
    assert dialog.isVisible()
    assert "KEY" in dialog.problem.text
    dialog.secret.setText("secret")
    dialog.act.click()
    visitor.settle()
    assert not dialog.isVisible()
    assert "Lakeside" in signing_keys.signing_keys(visitor.desk)[0].holder


def test_the_certificate_is_saved_and_never_written_over(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    page.certificate.save_to(tmp_path / "certificate.pem")
    assert (tmp_path / "certificate.pem").read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    page.certificate.save_to(tmp_path / "certificate.pem")
    assert [error.code for error in visitor.errors] == ["STORAGE-FILE-THERE"]


def test_what_certificates_say_of_the_organisation_is_kept(visitor: Visitor) -> None:
    page = visitor.show("settings")
    assert isinstance(page, SettingsPage)
    assert not page.organisation.save.isEnabled()
    page.organisation.fields["contact"].setText("privacy@example.org")
    page.organisation.fields["contact"].textEdited.emit("")
    page.organisation.save.click()
    visitor.settle()
    assert organisation_details(visitor.desk).contact == "privacy@example.org"
    assert not page.organisation.save.isEnabled()


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lakeside")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
