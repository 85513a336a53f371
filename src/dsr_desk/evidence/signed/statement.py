"""An in-toto Statement v1 over the files of a bag, in a DSSE envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dsr_desk.evidence.signed.members import Member
from dsr_desk.evidence.signed.signing import Signer

PREDICATE_TYPE = "urn:dsr-desk:evidence:v2"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def statement(files: Mapping[str, Member], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """The statement: each file by its name in the bag (with `data/`) and SHA-256, and what is said of them."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": f"data/{name}", "digest": {"sha256": files[name].sha256.hex()}} for name in sorted(files)],
        "predicateType": PREDICATE_TYPE,
        "predicate": dict(predicate),
    }


def envelope(value: Mapping[str, Any], signer: Signer) -> bytes:
    """The statement in its DSSE envelope, as JSON."""
    return json.dumps(signer.envelope(PAYLOAD_TYPE, value), indent=1).encode()
