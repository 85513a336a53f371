"""What a CycloneDX document is made of, and what in it is not as its specification has it: a warning each.

It is refused where it is another format, of a version that may mean other things by the same words, or where one
reference names two things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import KEPT, NOTHING, entries, part, plain_text, trifle

RELATIVES = ("ancestors", "descendants", "variants")
COMPONENT_TYPES = {
    "application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
    "firmware", "file", "machine-learning-model", "data", "cryptographic-asset",
}  # fmt: skip

_NEWEST = 7
_SERIAL = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NOBODYS = ("00000000-0000-0000-0000-000000000000", "3e671687-395b-41f5-a30f-a58921a69b79")
"""Serial numbers of no document: none at all, and that of the examples in the specification, which people copy."""
_VERSION = re.compile(r"v?1\.(\d{1,2})(?:\.\d+)?", re.IGNORECASE)
_LICENCE = re.compile(r"[A-Za-z0-9.+-]+")
# Families whose ids always end in a version of two numbers; the whole list has some 700 and grows.
_HALF_LICENCE = re.compile(r"(Apache|MPL|EPL|A?GPL|LGPL|CDDL|EUPL|OSL|AFL|Artistic|CC-BY(-(NC|ND|SA))*)-\d+")
_LENGTHS = {
    "md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128, "sha3-256": 64, "sha3-384": 96, "sha3-512": 128,
    "blake2b-256": 64, "blake2b-384": 96, "blake2b-512": 128, "blake3": 64, "streebog-256": 64, "streebog-512": 128,
}  # fmt: skip
_TLP = {"CLEAR", "GREEN", "AMBER", "AMBER_AND_STRICT", "RED"}
_FLOWS = {"inbound", "outbound", "bi-directional", "unknown"}
_SCOPES = {"required", "optional", "excluded"}

Placed = Iterator[tuple[str, Mapping[str, Any]]]


def check(document: Mapping[str, Any], draft: LineageDraft) -> None:
    """Raises ImportRefused for what is not CycloneDX, and warns of what nothing hangs on."""
    form = document.get("bomFormat") or "CycloneDX"
    if str(form).casefold() != "cyclonedx":
        raise ImportRefused("bomFormat", "damage.cyclonedx")
    _check_version(document.get("specVersion"), draft)
    metadata = part(document, "metadata", "", draft)
    draft.saw(when(metadata.get("timestamp"), "metadata.timestamp", draft))
    _word(part(metadata, "distributionConstraints", "metadata", draft), "tlp", _TLP, "metadata", draft)
    _word(metadata, "distribution", _TLP, "metadata", draft)
    for place, component in all_components(document, draft):
        _word(component, "scope", _SCOPES, place, draft)
    for place, service in all_services(document, draft):
        for where, data in entries(service, "data", place, draft):
            _word(data, "flow", _FLOWS, where, draft)


def _check_version(version: object, draft: LineageDraft) -> None:
    text = str(version or "").strip()
    known = _VERSION.fullmatch(text)
    if text and known is None:
        raise ImportRefused("specVersion", "damage.cyclonedx-version")
    if known is None or int(known[1]) > _NEWEST:
        trifle(draft, "specVersion", text, "damage.cyclonedx-newer", "became.as-newest", newest=f"1.{_NEWEST}")
    elif int(known[1]) <= 4:
        draft.warn("note.lineage.old-cyclonedx", version=text)


def serial_of(document: Mapping[str, Any], draft: LineageDraft) -> str:
    """The document's serial number, "" where it has none that names it alone."""
    serial = plain_text(document.get("serialNumber"), "serialNumber", draft)
    known = _SERIAL.fullmatch(serial.casefold())
    if known and known[1] not in _NOBODYS:
        return known[1]
    if serial:
        trifle(draft, "serialNumber", serial, "damage.serial" if known else "damage.uuid")
    return ""


def all_components(document: Mapping[str, Any], draft: LineageDraft) -> Placed:
    """Every component with its place: the main one first, nested ones and those of its pedigree after the one that
    holds them."""
    main = part(part(document, "metadata", "", draft), "component", "metadata", draft)
    if main:
        yield from _component_and_inner("metadata.component", main, draft)
    yield from _components(document, "components", "", draft)
    for place, formula in entries(document, "formulation", "", draft):
        yield from _components(formula, "components", place, draft)


def all_services(document: Mapping[str, Any], draft: LineageDraft) -> Placed:
    """Every service with its place, those that a formula used too."""
    yield from _services(document, "", draft)
    for place, formula in entries(document, "formulation", "", draft):
        yield from _services(formula, place, draft)


def _components(thing: Mapping[str, Any], field: str, place: str, draft: LineageDraft) -> Placed:
    for where, component in entries(thing, field, place, draft):
        yield from _component_and_inner(where, component, draft)


def _component_and_inner(place: str, component: Mapping[str, Any], draft: LineageDraft) -> Placed:
    yield place, component
    yield from _components(component, "components", place, draft)
    pedigree = part(component, "pedigree", place, draft)
    for way in RELATIVES:
        yield from _components(pedigree, way, f"{place}.pedigree", draft)


def _services(thing: Mapping[str, Any], place: str, draft: LineageDraft) -> Placed:
    for where, service in entries(thing, "services", place, draft):
        yield where, service
        yield from _services(service, where, draft)


def digests_of(component: Mapping[str, Any], place: str, draft: LineageDraft) -> list[str]:
    """Content digests, `sha256:…`; what is none is left out."""
    found = []
    for where, digest in entries(component, "hashes", place, draft):
        said = plain_text(digest.get("alg"), f"{where}.alg", draft)
        content = plain_text(digest.get("content"), f"{where}.content", draft).casefold()
        algorithm = re.sub(r"^sha-?(?=[1-5]\d*$)", "sha", said.casefold().replace("_", "-"))
        if algorithm not in _LENGTHS:
            trifle(draft, f"{where}.alg", said, "damage.algorithm")
        elif not re.fullmatch(r"[0-9a-f]+", content) or len(content) != _LENGTHS[algorithm]:
            trifle(draft, f"{where}.content", content, "damage.digest")
        else:
            found.append(f"{algorithm}:{content}")
    return found


def licence_of(thing: Mapping[str, Any], place: str, draft: LineageDraft) -> str:
    """Ids, expressions or names of licences as they are written."""
    value = thing.get("licenses")
    found = []
    for i, choice in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
        where = f"{place}.licenses[{i}]"
        if isinstance(choice, str):
            trifle(draft, where, choice, "damage.object", KEPT)
            found.append(choice)
        elif isinstance(choice, dict):
            found.append(_licence(choice, where, draft))
        elif choice is not None:
            trifle(draft, where, choice, "damage.object")
    return ", ".join(filter(None, found))


def _licence(choice: Mapping[str, Any], place: str, draft: LineageDraft) -> str:
    inner = choice.get("license")
    licence: Mapping[str, Any] = inner if isinstance(inner, dict) else {"name": inner}
    ident = plain_text(licence.get("id"), f"{place}.license.id", draft)
    other = plain_text(choice.get("expression"), f"{place}.expression", draft)
    other = other or plain_text(licence.get("name"), f"{place}.license.name", draft)
    if ident and (not _LICENCE.fullmatch(ident) or _HALF_LICENCE.fullmatch(ident)):
        trifle(draft, f"{place}.license.id", ident, "damage.licence-id", KEPT)
    if not ident and not other:
        trifle(draft, place, choice, "damage.licence-or-expression")
    return ident or other


def _word(
    thing: Mapping[str, Any], field: str, words: set[str], place: str, draft: LineageDraft
) -> None:  # fmt: skip
    """Warns of a word that is none of the format's, in a field on which nothing here hangs."""
    value = thing.get(field)
    if value is not None and not (isinstance(value, str) and value in words):
        trifle(draft, f"{place}.{field}", value, "damage.word", NOTHING)
