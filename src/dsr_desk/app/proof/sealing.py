"""Sealing a case's evidence, and verifying and opening bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.content import gather, sealed_by
from dsr_desk.app.proof.readiness import Checked, checklist, claims, rests_on
from dsr_desk.app.proof.required import sealing_refusal
from dsr_desk.app.proof.signing_keys import valid_signer
from dsr_desk.app.vault.checkpointing import checkpoint_if_set, pages_held, require_continued_if_set
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message, quoted
from dsr_desk.evidence.contents.content import EarlierBundle, Edition, Relation
from dsr_desk.evidence.contents.editions import registers, sealing_field
from dsr_desk.evidence.contents.standing import Claim, Strength
from dsr_desk.evidence.seal import Evidence, Sealed, require_holds, sign, wrap_age, wrap_cms, wrap_html, wrap_pdf
from dsr_desk.evidence.signed.members import Spool
from dsr_desk.evidence.signed.notes import read_note
from dsr_desk.evidence.verifying.open import open_bundle as unpack
from dsr_desk.evidence.verifying.open import write_verifier
from dsr_desk.evidence.verifying.verify import Secrets, Verification
from dsr_desk.evidence.verifying.verify import verify as verify_file
from dsr_desk.evidence.wrappers.cms import EnvelopeKey, recipient_name
from dsr_desk.storage.clock import now
from dsr_desk.storage.files import disk_errors, free_name
from dsr_desk.storage.rows import BundleRow

__all__ = [
    "BundleRow", "Checked", "Claim", "Relation", "Strength", "Verification", "checklist", "claims", "rests_on",
    "write_verifier",
]  # fmt: skip


class NoRecipient(DeskError):
    code = "BUNDLE-NO-RECIPIENT"
    happened = "Nobody was named to seal for."
    means = "No bundle was made."
    todo = "Seal for the requester, for a regulator's age key, or for both."


class OrderForAuthority(DeskError):
    code = "BUNDLE-ORDER-FOR-AUTHORITY"
    happened = "Case {case} is about an order, and an edition for a person was asked for."
    means = "Nobody made a request that it could answer. No bundle was made."
    todo = "Seal for the authority alone, with its age key or its certificate."


class IdentityUnreadable(DeskError):
    code = "BUNDLE-IDENTITY-UNREADABLE"
    happened = "{file} holds no age identity."
    means = "The bundle was not opened."
    todo = "Give the file with the line that begins with AGE-SECRET-KEY-1."


class WhyMissing(DeskError):
    code = "BUNDLE-WHY-MISSING"
    happened = "It was not said what the bundle corrects."
    means = "Whoever has the earlier one must learn what was wrong in it. No bundle was made."
    todo = "Say in a sentence what is corrected, without anybody's name."


@dataclass(frozen=True)
class SealedBundle:
    """A bundle on disk. `passphrase` goes by another channel and is shown once; "" where a key opens it."""

    edition: str
    path: Path
    digest: str
    evidence_digest: str
    passphrase: str
    recipients: tuple[str, ...]


def seal(
    desk: Desk,
    ref: str,
    folder: Path,
    *,
    requester: bool = True,
    as_pdf: bool = False,
    regulators: Sequence[str] = (),
    certificates: Sequence[Path] = (),
    language: str = "en",
    relation: Relation | None = None,
    why: str = "",
) -> list[SealedBundle]:
    """Writes one bundle for each edition into `folder`; the requester's as a page, or as a PDF. Names are numbered.

    `regulators` are age keys, `certificates` files with a regulator's S/MIME certificate (PEM). A bundle names the
    last one of its edition: `relation` says whether it corrects or completes that, `why` what (needed to correct).
    Passphrases are in the result and nowhere else. Every signature of the case is verified first. Raises NothingToSeal,
    NotReadBack, SecondReviewOpen, EditionDeniedByIdentity, RequiredEmpty, LogDamaged, NoRecipient, WhyMissing,
    OrderForAuthority, RecipientCertificateWrong, RecipientKeyWrong, CertificateNotValid.
    """
    desk.vault.require_registers()
    desk.require(ref, Draft(Kind.SEALING, {"requester": requester}))
    if requester and desk.case(ref).is_order:
        raise OrderForAuthority(case=ref)
    if not requester and not regulators and not certificates:
        raise NoRecipient()
    if relation is Relation.CORRECTS and not why.strip():
        raise WhyMissing()
    pems = [file.read_bytes() for file in certificates]
    for number, pem in enumerate(pems, start=1):
        recipient_name(pem, number)
    said = {"requester": requester, "regulators": len(regulators) + len(pems)}
    refused = sealing_refusal(desk, ref, requester=requester, regulators=said["regulators"])
    if refused is not None:
        raise refused
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    signer = valid_signer(desk)
    require_continued_if_set(desk)
    editions = [Edition.REQUESTER] * requester + [Edition.REGULATOR] * bool(regulators or pems)
    with desk.reading(ref):
        before = gather(desk, ref, handed_out(desk, ref))
        contents = {
            one: replace(before, earlier=_earlier(desk, ref, one, relation or Relation.COMPLETES, why))
            for one in editions
        }
        fields = {sealing_field(one): registers(content, one, language) for one, content in contents.items()}
        sealing = desk.act(Draft(Kind.SEALING, said, fields), ref)
        contents = {one: sealed_by(desk, ref, content, sealing.entry) for one, content in contents.items()}
    made: list[SealedBundle] = []

    def signed(edition: Edition, spool: Spool) -> Evidence:
        evidence = sign(contents[edition], edition, signer, language, spool)
        require_holds(evidence, signer, spool)
        return evidence

    def keep(sealed: Sealed) -> None:
        made.append(_keep(desk, ref, sealed, sealing.entry + 1))

    if requester:
        with Spool(folder) as spool:
            evidence = signed(Edition.REQUESTER, spool)
            wrap, name = (wrap_pdf, "answer.pdf") if as_pdf else (wrap_html, "open-me.html")
            keep(wrap(evidence, free_name(folder / f"{ref}-{name}")))
    if regulators or pems:
        with Spool(folder) as spool:
            evidence = signed(Edition.REGULATOR, spool)
            if regulators:
                keep(wrap_age(evidence, free_name(folder / f"{ref}-regulator.age"), list(regulators)))
            if pems:
                keep(wrap_cms(evidence, free_name(folder / f"{ref}-regulator.p7m"), pems))
    checkpoint_if_set(desk)
    return made


def verify(
    file: Path,
    *,
    passphrase: str = "",
    identities: Sequence[Path] = (),
    envelope: tuple[Path, Path] | None = None,
    certificate: str = "",
    held_checkpoint: Path | None = None,
    time_stamp: Path | None = None,
    authorities: bytes | None = None,
) -> Verification:
    """Checks a bundle without a vault.

    `envelope` is an S/MIME recipient's certificate and private key (PEM files), `certificate` the fingerprint that
    the recipient was told, `held_checkpoint` the file log/checkpoint of an earlier bundle of the same organisation, or
    a page of it,
    `time_stamp` an authority's answer (.tsr) that does not lie beside the bundle, `authorities` certificates (PEM) of
    those whose time stamps are trusted.
    """
    held = _note_text(held_checkpoint) if held_checkpoint else None
    told, key = certificate.strip() or None, _envelope_key(envelope)
    return verify_file(file, passphrase or None, _identities(identities), told, held, key, time_stamp, authorities)


def open_bundle(
    file: Path,
    folder: Path,
    *,
    passphrase: str = "",
    identities: Sequence[Path] = (),
    envelope: tuple[Path, Path] | None = None,
) -> Path:
    """Unpacks a bundle into an empty folder and returns the report's path. `envelope` as in `verify`."""
    return unpack(file, folder, passphrase or None, _identities(identities), _envelope_key(envelope))[0]


def secrets_of(passphrase: str, identities: Sequence[Path], envelope: tuple[Path, Path] | None) -> Secrets:
    """What opens a bundle, from what a person gives. Raises IdentityUnreadable."""
    return Secrets(passphrase or None, _identities(identities), _envelope_key(envelope))


def needs_passphrase(file: Path) -> bool:
    """Whether a file is sealed with a passphrase."""
    return file.suffix.lower() in (".html", ".htm", ".pdf")


def bundles(desk: Desk, ref: str) -> list[BundleRow]:
    """Bundles of a case, oldest first."""
    return desk.vault.bundles.all("id", case_ref=ref)


def handed_out(desk: Desk, ref: str) -> list[str]:
    """Checkpoints to continue from: of the last bundle of this case and of all, and of the newest pages."""
    rows = desk.vault.bundles.all("id")
    own = [one for one in rows if one.case_ref == ref]
    return [one.checkpoint for one in (*own[-1:], *rows[-1:])] + pages_held(desk)


def _earlier(desk: Desk, ref: str, edition: Edition, relation: Relation, why: str) -> tuple[EarlierBundle, ...]:
    """The last bundle of the edition, which this one comes after."""
    before = [one for one in bundles(desk, ref) if one.edition == edition.value]
    if not before:
        return ()
    said = quoted(why.strip()) if why.strip() else message("report.later")
    return (EarlierBundle(before[-1].evidence_digest, before[-1].sealed, relation, said),)


def _keep(desk: Desk, ref: str, sealed: Sealed, tree_size: int) -> SealedBundle:
    evidence, edition = sealed.evidence, sealed.evidence.edition.value
    row = BundleRow(
        id=0,
        case_ref=ref,
        edition=edition,
        path=str(sealed.path.absolute()),
        digest=sealed.digest,
        evidence_digest=evidence.digest,
        recipient=" ".join(sealed.recipients),
        sealed=now(),
        tree_size=tree_size,
        checkpoint=evidence.checkpoint,
        signature=evidence.signature,
    )
    with desk.vault.transaction():
        said = {"edition": edition, "bundle": sealed.digest, "evidence": evidence.digest}
        desk.act(Draft(Kind.SEALED, said), ref, touches=[desk.vault.bundles.add(row)])
    passphrase = sealed.passphrase or ""
    return SealedBundle(edition, sealed.path, sealed.digest, evidence.digest, passphrase, sealed.recipients)


def _note_text(file: Path) -> str:
    """What a held checkpoint says, also one on a printed page or in a typed line."""
    note = read_note(file)
    return note.whole if note is not None else file.read_text(encoding="utf-8", errors="replace")


def _envelope_key(files: tuple[Path, Path] | None) -> EnvelopeKey | None:
    return EnvelopeKey(files[0].read_bytes(), files[1].read_bytes()) if files else None


def _identities(files: Sequence[Path]) -> list[str]:
    found = []
    for file in files:
        lines = [line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines()]
        keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
        if not keys:
            raise IdentityUnreadable(file=file)
        found += keys
    return found
