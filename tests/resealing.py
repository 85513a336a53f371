"""What a holder of the organisation's key can do with a bundle: change files, and sign everything around them anew."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from dsr_desk.evidence.signed.bag import bag
from dsr_desk.evidence.signed.members import Archive, Held, joined
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import envelope, statement
from dsr_desk.evidence.verifying.check_bundle import EVIDENCE, SIGNATURE, check_signature, members_of

Bundle = dict[str, bytes]
STATEMENT = "data/statement.dsse.json"


def files_of(bundle: Bundle) -> dict[str, bytes]:
    """The files below data/ but the statement."""
    members = members_of(bundle[EVIDENCE])
    return {name[5:]: data for name, data in members.items() if name.startswith("data/") and name != STATEMENT}


def predicate_of(bundle: Bundle) -> dict[str, Any]:
    payload = json.loads(members_of(bundle[EVIDENCE])[STATEMENT])["payload"]
    found: dict[str, Any] = json.loads(base64.b64decode(payload))["predicate"]
    return found


def resealed(
    honest: Bundle,
    signer: Signer,
    changed: Mapping[str, bytes | None],
    said: Callable[[dict[str, Any]], dict[str, Any]] = lambda said: said,
) -> Bundle:
    """The bundle with these files (None: without) and this predicate, everything around them made and signed anew."""
    whole = {name: data for name, data in {**files_of(honest), **changed}.items() if data is not None}
    payload = {name: Held(data) for name, data in whole.items()}
    signed = envelope(statement(payload, said(predicate_of(honest))), signer)
    lines = members_of(honest[EVIDENCE])["bag-info.txt"].decode().splitlines()
    info = dict(line.split(": ", 1) for line in lines if not line.startswith("Payload-Oxum"))
    archive = joined(Archive(bag({**payload, STATEMENT[5:]: Held(signed)}, info)))
    time = check_signature(honest[EVIDENCE], honest[SIGNATURE]).time
    signature = signer.sign_detached(hashlib.sha256(archive).digest(), time)
    return {**honest, EVIDENCE: archive, SIGNATURE: signature}
