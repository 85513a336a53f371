"""VERIFY.txt: the commands with which anyone checks a bundle, without this program."""

from __future__ import annotations

from dsr_desk.evidence.signed.signing import Signer, readable_fingerprint

_TEXT = """\
How to check this evidence without the program that made it
===========================================================

1. Who signed?
   The certificate's SHA-256 fingerprint must be the one that you got from the organisation by another way
   (on the telephone, on paper, from an earlier bundle):

       {fingerprint}

       openssl x509 -in certificate.pem -noout -fingerprint -sha256

2. Is the archive exactly what was signed?

       openssl cms -verify -binary -inform DER -in evidence.zip.p7s -content evidence.zip \\
           -CAfile certificate.pem -partial_chain -out evidence.checked.zip

   "CMS Verification successful" and no other answer is a yes. The certificate is valid until {until};
   after that day add -no_check_time.

3. Is every file what the archive lists?

       unzip evidence.zip -d unpacked
       (cd unpacked && sha256sum --check manifest-sha256.txt tagmanifest-sha256.txt)
       bagit.py --validate unpacked

4. Are the loose files the signed ones?

       cmp VERIFY.txt unpacked/data/VERIFY.txt
       cmp succession.jsonl unpacked/data/succession.jsonl       (only where a succession.jsonl came with the bundle)

   No answer is a yes. Nothing else may lie beside the archive, and nothing in this bundle is to be run.

5. Everything at once, journal and files compared with what officers signed (Python 3.9 or later and its package
   "cryptography", 38 or later):

   Take the verifier from a place that you trust, never out of the bundle that it is to check: whoever could change the
   bundle could change that copy too. Each release of DSR Desk has it as check_bundle.py, with its SHA-256 in
   check_bundle.py.sha256; compare the digest with "sha256sum --check check_bundle.py.sha256". Then:

       python3 YOUR-COPY-OF/check_bundle.py . --fingerprint {compact}

   With --checkpoint and a checkpoint from an earlier bundle (data/log/checkpoint in its evidence.zip) it also shows
   whether journal entries were removed since. With --authorities and a PEM file of the time stamp authorities that
   you trust it judges a time stamp.

6. Existed by a time?
   Only if a time stamp (RFC 3161) of evidence.zip.p7s came with the bundle, as a file with the bundle's name and .tsr.
   Put it here as evidence.zip.p7s.tsr:

       openssl ts -verify -data evidence.zip.p7s -in evidence.zip.p7s.tsr -CAfile AUTHORITY.pem

   AUTHORITY.pem holds authorities that you trust: anybody can make one, and whoever made this bundle too. Without such
   a stamp the clock is not attested: the times are the organisation's own word.

What this does not prove: that the list of datasets is complete, that no copy is left anywhere, and (without a time
stamp) that the clock was right. That is declared by the person named in data/report.html. The organisation holds its
key, its journal and its clock; keep data/log/checkpoint, so that a journal rebuilt later would show.
"""


def verify_text(signer: Signer) -> bytes:
    """The text for bundles of this signer."""
    return _TEXT.format(
        fingerprint=readable_fingerprint(signer.fingerprint),
        compact=signer.fingerprint,
        until=f"{signer.certificate.not_valid_after_utc:%Y-%m-%d}",
    ).encode()
