"""dsr-desk bundle: seal, open, verify."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsr_desk.app.case import deleting, steps
from dsr_desk.app.proof import authorities, readiness, recipients, sealing, signing_keys, time_stamps
from dsr_desk.app.proof import required as app_required
from dsr_desk.app.vault import checkpointing
from dsr_desk.cli.common import (
    FILE,
    FOLDER,
    NEW_FILE,
    emit,
    json_option,
    passphrase_options,
    read_passphrase,
    with_case,
    with_desk,
)
from dsr_desk.cli.ending import CANNOT
from dsr_desk.cli.required import required, state_in_case
from dsr_desk.cli.swearing import summary, swear
from dsr_desk.core import codec
from dsr_desk.core.required import Document

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

R = TypeVar("R")


def opening_options(function: Callable[..., R]) -> Callable[..., R]:
    """What opens FILE: age identities, an S/MIME certificate with its key, or a passphrase, asked for where it is one.

    The command gets them as one `opens`, and takes --json.
    """

    @json_option
    @click.argument("file", type=NEW_FILE)
    @passphrase_options
    @click.option("--identity", "identities", multiple=True, type=FILE, help="age identity file.")
    @click.option(
        "--smime",
        "envelope",
        type=(FILE, FILE),
        metavar="CERTIFICATE KEY",
        help="Your S/MIME certificate and key, PEM.",
    )
    @functools.wraps(function)
    def wrapped(file: Path, passphrase_file: Path | None, passphrase_fd: int | None, **rest: Any) -> R:
        given = passphrase_file is not None or passphrase_fd is not None or sealing.needs_passphrase(file)
        passphrase = read_passphrase(passphrase_file, passphrase_fd) if given else ""
        opens = {"passphrase": passphrase, "identities": rest.pop("identities"), "envelope": rest.pop("envelope")}
        return function(file, opens=opens, **rest)

    return wrapped


@click.group()
def bundle() -> None:
    """The evidence that leaves the house."""


for command in (required, state_in_case, summary, swear):
    bundle.add_command(command)


@bundle.command()
@with_desk
@click.option("--to", required=True, type=NEW_FILE, help="File to write (PEM).")
def certificate(desk: Desk, to: Path) -> None:
    """Write the certificate that bundles are signed with, to hand out before the first one."""
    signing_keys.write_certificate(desk, to)
    fingerprint = signing_keys.certificate_fingerprint(desk)
    emit({"file": str(to), "fingerprint": fingerprint}, f"Written to {to}.", f"Fingerprint: {fingerprint}")


@bundle.group()
def key() -> None:
    """The keys that bundles are signed with."""


@key.command("list")
@with_desk
def key_list(desk: Desk) -> None:
    """All keys, the newest first, with their fingerprints."""
    keys = signing_keys.signing_keys(desk)
    lines = []
    for one in keys:
        lines.append(f"{'in use' if one.retired is None else f'retired {one.retired}'}: {one.holder}")
        lines.append(f"  Fingerprint: {one.spoken}")
        lines.append(f"  Made {one.made}, valid until {one.valid_until}")
        if one.follows:
            lines.append(f"  Follows {one.follows[:16]}…, which vouches for it")
    emit(keys, *(lines or ["There is no key yet; one is made with the first bundle."]))


@key.command("renew")
@with_desk
@click.option("--own", type=FILE, help="Your own key with its certificate (.p12, .pfx), not a new one made here.")
@click.option("--own-passphrase-file", type=FILE, help="Read that file's passphrase from the first line of this one.")
@click.option("--stolen", is_flag=True, help="The old key was stolen: it does not vouch for the new one.")
def key_renew(desk: Desk, own: Path | None, own_passphrase_file: Path | None, stolen: bool) -> None:
    """Sign with another key from now on. Bundles signed before still verify."""
    if own is None:
        signing_keys.renew_signing_key(desk, stolen=stolen)
    else:
        passphrase = read_passphrase(own_passphrase_file, None, f"Passphrase of {own.name}")
        signing_keys.bring_signing_key(desk, own.read_bytes(), passphrase, stolen=stolen)
    current = signing_keys.signing_keys(desk)[0]
    vouched = "The key before vouches for it." if current.follows else "No earlier key vouches for it."
    emit(current, f"Fingerprint: {current.spoken}", f"{vouched} Hand its certificate out anew.")


@bundle.group()
def recipient() -> None:
    """To whom evidence goes: names and age keys, kept in the vault."""


@recipient.command("list")
@with_desk
def recipient_list(desk: Desk) -> None:
    """All recipients, with the fingerprint to compare by voice."""
    found = recipients.list_recipients(desk)
    compared = {one.id: f"compared {one.compared}" if one.compared else "not compared" for one in found}
    lines = [f"{one.name}: {one.spoken} ({compared[one.id]})" for one in found]
    emit([{**codec.plain(one), "spoken": one.spoken} for one in found], *(lines or ["There is none yet."]))


@recipient.command("add")
@with_desk
@click.argument("name")
@click.argument("age_key")
def recipient_add(desk: Desk, name: str, age_key: str) -> None:
    """Keep a recipient's AGE_KEY (the line that begins with age1)."""
    recipients.add_recipient(desk, name, age_key)
    spoken = recipients.recipient_named(desk, name).spoken
    emit({"name": name, "spoken": spoken}, f"Compare by voice, then record it: {spoken}")


@recipient.command("compared")
@with_desk
@click.argument("name")
def recipient_compared(desk: Desk, name: str) -> None:
    """Record that the fingerprint was compared with the recipient by voice."""
    recipients.mark_compared(desk, recipients.recipient_named(desk, name).id)
    emit({"name": name, "compared": True}, f"The key of {name} counts as compared.")


@recipient.command("remove")
@with_desk
@click.argument("name")
def recipient_remove(desk: Desk, name: str) -> None:
    """Forget a recipient. What was sealed before still opens for it."""
    recipients.remove_recipient(desk, recipients.recipient_named(desk, name).id)
    emit({"removed": name}, f"{name} is no recipient any more.")


@bundle.group()
def authority() -> None:
    """Authorities whose time stamps the organisation trusts: stamps of others prove no time."""


@authority.command("list")
@with_desk
def authority_list(desk: Desk) -> None:
    """All authorities on the list, with their fingerprints."""
    found = authorities.list_authorities(desk)
    lines = [f"{one.name} (valid until {one.valid_until}): {one.spoken}" for one in found]
    emit([{**codec.plain(one), "spoken": one.spoken} for one in found], *(lines or ["There is none yet."]))


@authority.command("add")
@with_desk
@click.argument("file", type=FILE)
def authority_add(desk: Desk, file: Path) -> None:
    """Trust the certificates in FILE (PEM): an authority's own, or the root that it rests on."""
    added = authorities.add_authorities(desk, file.read_bytes())
    lines = [f"{one.name}: compare this with what the authority publishes: {one.spoken}" for one in added]
    emit([{**codec.plain(one), "spoken": one.spoken} for one in added], *lines)


@authority.command("remove")
@with_desk
@click.argument("fingerprint")
def authority_remove(desk: Desk, fingerprint: str) -> None:
    """Trust no more the authority whose FINGERPRINT is or begins like this."""
    authorities.remove_authority(desk, fingerprint)
    emit({"removed": fingerprint}, "It is on the list no more; stamps that rest on it prove no time now.")


@bundle.command()
@with_case
def confirm(desk: Desk, ref: str) -> None:
    """Confirm what was read back, as an officer who ran nothing of the deletion."""
    deleting.confirm_outcome(desk, ref)
    by = deleting.confirmed_by(desk, ref)
    emit({"case": ref, "confirmed_by": by}, f"{by} confirms the outcome of case {ref}.")


@bundle.command()
@with_case
def ready(desk: Desk, ref: str) -> None:
    """What a bundle would say now: what is ready, what it will state as a gap, how strongly it claims what."""
    checked, claimed = readiness.checklist(desk, ref), readiness.claims(desk, ref)
    lines = [f"{'✓' if one.ok else '!'} {one.says}{_who(one.finding)}" for one in checked]
    lines += [f"{one.standing}: {one.says}. {one.by}{_who(readiness.rests_on(one))}" for one in claimed]
    empty = app_required.missing(desk, ref, (Document.REQUESTER, Document.REGULATOR))
    if empty is not None:
        lines.insert(0, f"✗ {empty.what_happened} {empty.what_to_do}")
    emit({"ready": checked, "claims": claimed, "empty": empty.message if empty else None}, *lines)


def _who(found: steps.Finding | None) -> str:
    return f" ({found.officer}, {found.time}, entry {found.entry})" if found is not None else ""


def _stamped(one: time_stamps.TimeStamp) -> str:
    if one.doubt is not None:
        return f"! {one.doubt}"
    return f"existed at {one.time}, says {one.authority}, whose authority is on your list."


@bundle.command("timestamp-query")
@with_case
@click.option("--to", required=True, type=FOLDER, help="Folder for the queries.")
def timestamp_query(desk: Desk, ref: str, to: Path) -> None:
    """Write a query for a time stamp authority (RFC 3161) for the case's latest bundles."""
    files = time_stamps.write_time_queries(desk, ref, to)
    lines = [f"Written: {file}" for file in files]
    lines.append("Carry them to a connected machine, have them answered, bring the answers (.tsr) back.")
    emit({"queries": [str(file) for file in files]}, *lines)


@bundle.command("timestamp-attach")
@with_case
@click.argument("answer", type=FILE)
def timestamp_attach(desk: Desk, ref: str, answer: Path) -> None:
    """Check an authority's ANSWER and put it beside the bundle that it is of."""
    files = time_stamps.attach_time_stamp(desk, ref, answer.read_bytes())
    stamps = [one for one in time_stamps.time_stamps(desk, ref) if one.time]
    lines = [f"{one.edition}: {_stamped(one)}" for one in stamps]
    lines += [f"Hand out with its bundle: {file}" for file in files]
    emit({"files": [str(file) for file in files], "stamps": stamps}, *lines)


@bundle.command()
@with_case
@click.option("--to", required=True, type=FOLDER, help="Folder for the files.")
@click.option("--requester/--no-requester", default=None, help="A file for the person; an order's case has none.")
@click.option(
    "--form",
    type=click.Choice(["pdf", "page"]),
    default="pdf",
    show_default=True,
    help="The person's file: a PDF, which opens everywhere, or open-me.html, which shows more.",
)
@click.option("--regulator", "regulators", multiple=True, help="A regulator's age key; repeatable.")
@click.option(
    "--regulator-certificate", "certificates", multiple=True, type=FILE, help="A regulator's S/MIME certificate (PEM)."
)
@click.option("--recipient", "names", multiple=True, help="A recipient kept in the vault, by name; repeatable.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--completes", default="", metavar="WHY", help="What this adds to the last bundle of the case.")
@click.option("--corrects", default="", metavar="WHY", help="What was wrong in the last bundle of the case.")
def seal(
    desk: Desk,
    ref: str,
    to: Path,
    requester: bool | None,
    form: str,
    regulators: tuple[str, ...],
    certificates: tuple[Path, ...],
    names: tuple[str, ...],
    language: str,
    completes: str,
    corrects: str,
) -> None:
    """Seal the case's evidence: one file for the requester, one for regulators."""
    if completes and corrects:
        raise click.UsageError("give --completes or --corrects")
    relation = sealing.Relation.CORRECTS if corrects else sealing.Relation.COMPLETES if completes else None
    kept = [recipients.recipient_named(desk, name) for name in names]
    keys = [*regulators, *(one.age_key for one in kept)]
    hers = requester if requester is not None else not desk.case(ref).is_order
    sealed = sealing.seal(
        desk, ref, to,
        requester=hers, as_pdf=form == "pdf", regulators=keys, certificates=certificates, language=language,
        relation=relation, why=corrects or completes,
    )  # fmt: skip
    lines = []
    for one in sealed:
        lines.append(f"{one.edition}: {one.path}")
        if one.passphrase:
            lines.append(f"  Passphrase, to be sent by another channel: {one.passphrase}")
    lines += [f"! The key of {one.name} was never compared by voice." for one in kept if one.compared is None]
    doubt, fingerprint = signing_keys.certificate_doubt(desk), signing_keys.certificate_fingerprint(desk)
    lines += [f"! {doubt}"] if doubt is not None else []
    if checkpointing.checkpoint_away(desk):
        lines.append("! No checkpoint was written on the other drive: it is not there.")
    lines.append(f"Certificate: {fingerprint}")
    emit({"bundles": sealed, "certificate": fingerprint}, *lines)


@bundle.command()
@opening_options
@click.option("--certificate", default="", help="Fingerprint of the certificate that you were told.")
@click.option("--held-checkpoint", type=FILE, help="log/checkpoint of a bundle that you got earlier.")
@click.option("--time-stamp", type=FILE, help="The bundle's time stamp, where it does not lie beside it as FILE.tsr.")
@click.option("--authorities", "trusted", type=FILE, help="Time stamp authorities that you trust, a PEM file.")
def verify(
    file: Path,
    opens: dict[str, Any],
    certificate: str,
    held_checkpoint: Path | None,
    time_stamp: Path | None,
    trusted: Path | None,
) -> None:
    """Say in sentences whose signature it is, what holds, what does not, and what is only declared.

    Ends with 0 if all holds, 1 if something does not, 3 if something could not be checked, as the signer without
    --certificate.
    """
    found = sealing.verify(
        file,
        certificate=certificate,
        held_checkpoint=held_checkpoint,
        time_stamp=time_stamp,
        authorities=trusted.read_bytes() if trusted is not None else None,
        **opens,
    )
    words = {True: "holds", False: "DOES NOT HOLD", None: "not checked"}
    lines = [f"{words[check.ok]}: {check.says}" for check in found.checks]
    lines += [f"only declared: {sentence}" for sentence in found.declared]
    emit(found.as_json(), *lines, problem=found.ok is False)
    if found.ok is None:
        click.get_current_context().exit(CANNOT)


@bundle.command()
@json_option
@click.option("--to", required=True, type=NEW_FILE, help="File to write, as check_bundle.py.")
def verifier(to: Path) -> None:
    """Write the verifier that checks bundles without this program, one Python file, for whoever trusts you with it."""
    digest = sealing.write_verifier(to)
    emit({"file": str(to), "sha256": digest}, f"Written to {to}.", f"SHA-256, as the release names it: {digest}")


@bundle.command("open")
@opening_options
@click.option("--to", required=True, type=FOLDER, help="Empty folder for the content.")
def open_(file: Path, opens: dict[str, Any], to: Path) -> None:
    """Decrypt a bundle into a folder: report, data, signature."""
    report = sealing.open_bundle(file, to, **opens)
    emit({"folder": str(to), "report": str(report)}, f"Opened into {to}. Read {report} first.")
