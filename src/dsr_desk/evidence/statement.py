"""An in-toto Statement v1 over the files of a bag, in a DSSE envelope."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from dsr_desk.core.canonical import canonical_json, sha256_hex
from dsr_desk.evidence.signing import Signer

PREDICATE_TYPE = "urn:dsr-desk:evidence:v1"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def statement(files: Mapping[str, bytes], predicate: Mapping[str, Any]) -> dict[str, Any]:
    """The statement: each file by its name in the bag (with `data/`) and SHA-256, and what is said of them."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": f"data/{name}", "digest": {"sha256": sha256_hex(files[name])}} for name in sorted(files)],
        "predicateType": PREDICATE_TYPE,
        "predicate": dict(predicate),
    }


def envelope(value: Mapping[str, Any], signer: Signer) -> bytes:
    """DSSE envelope (JSON) over the canonical JSON of a statement; the key id is the certificate's fingerprint."""
    payload = canonical_json(dict(value))
    signature = signer.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return json.dumps(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [{"keyid": signer.fingerprint, "sig": base64.b64encode(signature).decode()}],
        },
        indent=1,
    ).encode()


def pre_authentication_encoding(kind: str, payload: bytes) -> bytes:
    """What DSSE signs."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
