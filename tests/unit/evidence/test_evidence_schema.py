"""The published schema says what statements hold, and the documentation prints it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from evidence_sample import look, told

from dsr_desk.core.actions import Seen
from dsr_desk.core.message import quoted
from dsr_desk.evidence.contents.content import (
    EarlierBundle,
    Edition,
    EvidenceContent,
    Relation,
)
from dsr_desk.evidence.seal import sign
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.signed.statement import PREDICATE_TYPE
from resealing import predicate_of

TEXT = files("dsr_desk.evidence.contents").joinpath("predicate.schema.json").read_text("utf-8")
SCHEMA = json.loads(TEXT)
TYPES = {"object": dict, "array": list, "string": str, "integer": int}


def problems(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """The part of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if not isinstance(value, TYPES[schema["type"]]):
        return [f"{place} is no {schema['type']}"]
    found = [f"{place} is {value!r}"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, list):
        inside = [problems(inner, schema["items"], f"{place}/{number}") for number, inner in enumerate(value)]
        found += [one for several in inside for one in several]
    if isinstance(value, dict):
        known, more = schema.get("properties", {}), schema["additionalProperties"]
        found += [f"{place}/{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in value.items():
            if name not in known and more is False:
                found.append(f"{place}/{name} is not in the schema")
            elif name in known or more is not True:
                found += problems(inner, known.get(name, more), f"{place}/{name}")
    return found


@pytest.mark.parametrize("edition", list(Edition))
def test_a_statement_holds_what_the_schema_says_and_nothing_else(
    content: EvidenceContent, signer: Signer, edition: Edition
) -> None:
    doubt = look("all shards", "near-duplicates", Seen.STILL_THERE, "2026-03-11T10:00:00Z", "Ben Okafor")
    doubt = replace(doubt, says=(quoted("one is there"),))
    earlier = EarlierBundle("ab" * 32, "2026-03-12T16:00:00Z", Relation.CORRECTS, quoted("a wrong date"))
    full = told(replace(content, read_backs=(*content.read_backs, doubt), earlier=(earlier,)))
    said = predicate_of(sign(full, edition, signer, "de").in_memory)
    assert [one["seen"] for one in said["doubts"]] == ["still there"]
    assert said["earlier"]
    assert problems(said, SCHEMA) == []
    assert problems({**said, "more": 1}, SCHEMA) == ["/more is not in the schema"]
    assert SCHEMA["$id"] == PREDICATE_TYPE


def test_the_documentation_prints_the_schema_word_for_word() -> None:
    documentation = Path(__file__).parents[3] / "docs" / "bundle-format.md"
    assert TEXT in documentation.read_text("utf-8")
