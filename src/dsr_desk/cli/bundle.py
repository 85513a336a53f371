"""dsr-desk bundle: seal, open, verify."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from dsr_desk.app import sealing
from dsr_desk.app.desk import Desk
from dsr_desk.cli.common import emit, json_option, passphrase_options, read_passphrase, with_desk
from dsr_desk.cli.errors import PROBLEM
from dsr_desk.core import codec

P = ParamSpec("P")
R = TypeVar("R")

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


def opening_options(function: Callable[P, R]) -> Callable[P, R]:
    """What opens a bundle: a passphrase, age identities, or an S/MIME certificate with its key."""
    function = click.option(
        "--smime",
        "envelope",
        type=(_FILE, _FILE),
        metavar="CERTIFICATE KEY",
        help="Your S/MIME certificate and key, PEM.",
    )(function)
    function = click.option("--identity", "identities", multiple=True, type=_FILE, help="age identity file.")(function)
    return passphrase_options(function)


@click.group()
def bundle() -> None:
    """The evidence that leaves the house."""


@bundle.command()
@with_desk
@click.option("--to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write (PEM).")
@json_option
def certificate(desk: Desk, to: Path, as_json: bool) -> None:
    """Write the certificate that bundles are signed with, to hand out before the first one."""
    sealing.write_certificate(desk, to)
    fingerprint = sealing.certificate_fingerprint(desk)
    emit(as_json, {"file": str(to), "fingerprint": fingerprint}, f"Written to {to}.", f"Fingerprint: {fingerprint}")


@bundle.command()
@with_desk
@click.argument("ref")
@click.option("--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the files.")
@click.option("--requester/--no-requester", default=True, help="A file for the person.")
@click.option("--as-pdf", is_flag=True, help="The person's file as a PDF with a passphrase, not as open-me.html.")
@click.option("--regulator", "regulators", multiple=True, help="A regulator's age key; repeatable.")
@click.option(
    "--regulator-certificate", "certificates", multiple=True, type=_FILE, help="A regulator's S/MIME certificate (PEM)."
)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@json_option
def seal(
    desk: Desk,
    ref: str,
    to: Path,
    requester: bool,
    as_pdf: bool,
    regulators: tuple[str, ...],
    certificates: tuple[Path, ...],
    language: str,
    as_json: bool,
) -> None:
    """Seal the case's evidence: one file for the requester, one for regulators."""
    sealed = sealing.seal(
        desk, ref, to,
        requester=requester, as_pdf=as_pdf, regulators=regulators, certificates=certificates, language=language,
    )  # fmt: skip
    lines = []
    for one in sealed:
        lines.append(f"{one.edition}: {one.path}")
        if one.passphrase:
            lines.append(f"  Passphrase, to be sent by another channel: {one.passphrase}")
    lines.append(f"Certificate: {sealing.certificate_fingerprint(desk)}")
    result = {"bundles": [codec.plain(one) for one in sealed], "certificate": sealing.certificate_fingerprint(desk)}
    emit(as_json, result, *lines)


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@opening_options
@click.option("--certificate", default="", help="Fingerprint of the certificate that you were told.")
@click.option("--held-checkpoint", type=_FILE, help="log/checkpoint of a bundle that you got earlier.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    identities: tuple[Path, ...],
    envelope: tuple[Path, Path] | None,
    certificate: str,
    held_checkpoint: Path | None,
    as_json: bool,
) -> None:
    """Say in sentences what holds, what does not, and what is only declared."""
    passphrase = _passphrase_for(file, passphrase_file, passphrase_fd)
    found = sealing.verify(
        file,
        passphrase=passphrase,
        identities=identities,
        envelope=envelope,
        certificate=certificate,
        held_checkpoint=held_checkpoint,
    )
    lines = [f"{'holds' if check.ok else 'DOES NOT HOLD'}: {check.says}" for check in found.checks]
    lines += [f"only declared: {sentence}" for sentence in found.declared]
    emit(as_json, found.as_json(), *lines)
    if not found.ok:
        ctx.exit(PROBLEM)


@bundle.command("open")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, file_okay=False), help="Empty folder for the content."
)
@opening_options
@json_option
def open_(
    file: Path,
    to: Path,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    identities: tuple[Path, ...],
    envelope: tuple[Path, Path] | None,
    as_json: bool,
) -> None:
    """Decrypt a bundle into a folder: report, data, signature."""
    passphrase = _passphrase_for(file, passphrase_file, passphrase_fd)
    report = sealing.open_bundle(file, to, passphrase=passphrase, identities=identities, envelope=envelope)
    emit(as_json, {"folder": str(to), "report": str(report)}, f"Opened into {to}. Read {report} first.")


def _passphrase_for(file: Path, passphrase_file: Path | None, passphrase_fd: int | None) -> str:
    """Asked for only where the file is sealed with one."""
    if passphrase_file is None and passphrase_fd is None and not sealing.needs_passphrase(file):
        return ""
    return read_passphrase(passphrase_file, passphrase_fd)
