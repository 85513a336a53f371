"""A page for the public: what the newest bundle for a regulator says, without anybody's name."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs7

from dsr_desk.app.desk import Desk
from dsr_desk.core.errors import DeskError
from dsr_desk.evidence.contents.content import Edition
from dsr_desk.evidence.report.pdf import drawn_pages
from dsr_desk.evidence.report.summary import beside
from dsr_desk.evidence.verifying.check_bundle import report_page
from dsr_desk.storage.files import disk_errors, require_free, write_whole


class NothingToPublish(DeskError):
    code = "SUMMARY-NO-BUNDLE"
    happened = "No bundle of case {case} was sealed for a regulator."
    means = "A page for the public says what such a bundle says and no more. Nothing was written."
    todo = "Seal the case for a regulator first."


def write_summary(desk: Desk, ref: str, to: Path) -> Path:
    """Writes the page as HTML, or as PDF where the name ends so. It is taken from the act by which the bundle was
    sealed, so it says nothing that the bundle does not. Raises NothingToPublish, FileThere."""
    require_free(to)
    rows = desk.vault.bundles.all("id", case_ref=ref, edition=Edition.REGULATOR.value)
    if not rows:
        raise NothingToPublish(case=ref)
    row = rows[-1]
    said = desk.values(row.tree_size - 1)["theirs"]["summary"]
    (certificate,) = pkcs7.load_der_pkcs7_certificates(row.signature)
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    how = beside(row.sealed, row.evidence_digest, row.checkpoint, fingerprint, said["language"])
    page = {**said, "blocks": said["blocks"] + how}
    data = drawn_pages(page)[0] if to.suffix.lower() == ".pdf" else report_page(page)
    with disk_errors(to):
        to.parent.mkdir(parents=True, exist_ok=True)
    write_whole(to, data, mode=0o644)
    return to
