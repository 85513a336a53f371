"""What a case keeps of a file in which several people make requests: only what is of its person."""

from __future__ import annotations

import json

FORM = "dsr-desk/letter-extract/1"


def extract_of(text: str, name: str, digest: str, person: int, people: int) -> bytes:
    """JSON that says of which file it is an extract: its name, its SHA-256 (hex), which of its people, from 1.

    `text` is all that the file holds of her: her row under its header, her entry. The same file gives the same bytes.
    """
    said = {
        "form": FORM,
        "extract_of": {"name": name, "sha256": digest},
        "person": person,
        "people": people,
        "text": text,
    }
    return json.dumps(said, indent=1, ensure_ascii=False).encode()
