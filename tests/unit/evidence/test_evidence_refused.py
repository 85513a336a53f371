"""Each kind of attack against each verifier: this program, the verifier inside the bundle, and the standard tools."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
from test_evidence_attacks import SIGNED, zip_of
from test_evidence_tools import openssl_verifies, tool

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.seal import Evidence, sign
from dsr_desk.evidence.signed.bag import stored_zip
from dsr_desk.evidence.signed.notes import sign_note
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying import check_bundle
from dsr_desk.evidence.verifying.check_bundle import CERTIFICATE, EVIDENCE, SIGNATURE, members_of
from dsr_desk.evidence.verifying.verify import verify

Files = dict[str, bytes]


@dataclass(frozen=True)
class Case:
    """An organisation, its bundle, and another one of the same case."""

    content: EvidenceContent
    signer: Signer

    def bundle(self, **changed: object) -> Evidence:
        content = replace(self.content, **changed)  # type: ignore[arg-type]
        return sign(content, Edition.REGULATOR, self.signer, "en")

    @property
    def in_memory(self) -> Files:
        return self.bundle().in_memory

    @property
    def members(self) -> dict[str, bytes]:
        return members_of(self.in_memory[EVIDENCE])

    def signed_anew(self, archive: bytes) -> Files:
        """By somebody inside who has the key."""
        signature = self.signer.sign_detached(sha256(archive).digest(), SIGNED)
        return {**self.in_memory, EVIDENCE: archive, SIGNATURE: signature}

    def held(self, more: int) -> str:
        """A checkpoint of a log with so many entries more, as it was before the attack, that a recipient holds."""
        journal = self.content.journal
        return sign_note(journal.origin, journal.size + more, bytes(32), 1, self.signer.log_key).whole


def sees_openssl(folder: Path) -> bool:
    return not openssl_verifies(folder)


def sees_sha256sum(folder: Path) -> bool:
    unpack(folder)
    command = (tool("sha256sum"), "--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt")
    return subprocess.run(command, cwd=folder / "bag", capture_output=True, check=False).returncode != 0


def sees_bagit(folder: Path) -> bool:
    unpack(folder)
    try:
        bagit.Bag(str(folder / "bag")).validate()
    except bagit.BagError:
        return True
    return False


def sees_unzip(folder: Path) -> bool:
    return b'skipped "../" path' in unpack(folder) and not (folder.parent / "outside").exists()


def unpack(folder: Path) -> bytes:
    """What unzip warns of."""
    command = (tool("unzip"), "-n", "evidence.zip", "-d", "bag")
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, input=b"")
    return done.stdout + done.stderr


def truncated(case: Case) -> Files:
    return {**case.in_memory, EVIDENCE: case.in_memory[EVIDENCE][:-200]}


def spliced(case: Case) -> Files:
    """The archive of one bundle with the signature of another."""
    return {**case.in_memory, EVIDENCE: case.bundle(sealed="2026-03-13T16:00:00Z").in_memory[EVIDENCE]}


def spliced_inside(case: Case) -> Files:
    other = members_of(case.bundle(sealed="2026-03-13T16:00:00Z").in_memory[EVIDENCE])
    return case.signed_anew(stored_zip({**case.members, "data/report.html": other["data/report.html"]}))


def of_another_key(case: Case) -> Files:
    forged = Case(case.content, Signer.new("Lumen Vision GmbH")).in_memory
    return {**forged, CERTIFICATE: case.in_memory[CERTIFICATE]}


def swapped(case: Case) -> Files:
    members = case.members
    members["data/hits.jsonl"], members["data/readback.json"] = (
        members["data/readback.json"],
        members["data/hits.jsonl"],
    )
    return case.signed_anew(stored_zip(members))


def added(case: Case) -> Files:
    return case.signed_anew(stored_zip({**case.members, "data/more.json": b"[]"}))


def removed(case: Case) -> Files:
    return case.signed_anew(stored_zip({n: data for n, data in case.members.items() if n != "data/custody.jsonl"}))


def doubled(case: Case) -> Files:
    members = [*case.members.items(), ("data/hits.jsonl", b"[]")]
    return case.signed_anew(zip_of(*members))


def swelling(case: Case) -> Files:
    import zipfile

    members = [*case.members.items(), ("data/more.json", bytes(20_000_000))]
    return case.signed_anew(zip_of(*members, compression=zipfile.ZIP_DEFLATED))


def climbing(case: Case) -> Files:
    return case.signed_anew(zip_of(*case.members.items(), ("../../outside", b"1")))


def as_it_is(case: Case) -> Files:
    """A chain that was built and signed anew, or handed out again: shows to who holds a checkpoint, to nobody else."""
    return case.in_memory


Attack = tuple[Callable[[Case], Files], str, Callable[[Path], bool] | None]

REBUILT = "an entry removed and the chain rebuilt"
ATTACKS: dict[str, Attack] = {
    "truncated": (truncated, "not what was signed", sees_openssl),
    "two bundles spliced": (spliced, "not what was signed", sees_openssl),
    "two bundles spliced inside": (spliced_inside, "does not have the digest", sees_sha256sum),
    "signed with another key": (of_another_key, "not made with certificate.pem", sees_openssl),
    "members swapped": (swapped, "does not have the digest", sees_sha256sum),
    "a member added": (added, "differ: data/more.json", sees_bagit),
    "a member removed": (removed, "differ: data/custody.jsonl", sees_sha256sum),
    "two members of one name": (doubled, "two members with the name data/hits.jsonl", None),
    "a zip bomb": (swelling, "so that none can swell", None),
    "a path that climbs out": (climbing, "leads outside", sees_unzip),
    REBUILT: (as_it_is, "no proof from your checkpoint", None),
    "an old checkpoint replayed": (as_it_is, "an older state was handed out again", None),
}


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_with_the_reason_by_every_verifier_that_can_see_it(
    attack: str, content: EvidenceContent, signer: Signer, tmp_path: Path
) -> None:
    make, reason, standard_tool_sees = ATTACKS[attack]
    case = Case(content, signer)
    for name, data in make(case).items():
        (tmp_path / name).write_bytes(data)
    held = case.held(-1 if attack == REBUILT else 3)
    (tmp_path / "held").write_text(held)

    result = verify(tmp_path, expected_certificate=signer.fingerprint, held_checkpoint=held)
    assert not result.ok
    assert reason in " ".join(check.says.say() for check in result.checks if check.ok is False)

    verifier = check_bundle.__file__
    command = (sys.executable, "-I", verifier, ".", "--fingerprint", signer.fingerprint, "--checkpoint", "held")
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert alone.returncode == 1, alone.stderr
    assert any(line.startswith("FAILS") and reason in line for line in alone.stdout.splitlines())

    if standard_tool_sees is not None:
        assert standard_tool_sees(tmp_path)


def test_what_nobody_touched_is_refused_by_no_tool(content: EvidenceContent, signer: Signer, tmp_path: Path) -> None:
    for name, data in Case(content, signer).in_memory.items():
        (tmp_path / name).write_bytes(data)
    assert verify(tmp_path, expected_certificate=signer.fingerprint).ok
    assert not any(sees(tmp_path) for sees in (sees_openssl, sees_sha256sum, sees_bagit))
