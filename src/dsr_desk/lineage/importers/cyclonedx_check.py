"""Whether a CycloneDX document is what its specification says, as far as a reader of lineage must rely on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.lineage.importers.draft import ImportRefused
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, objects, some_text, utc

RELATIVES = ("ancestors", "descendants", "variants")
VERSIONS = ("1.4", "1.5", "1.6", "1.7")
COMPONENT_TYPES = {
    "application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
    "firmware", "file", "machine-learning-model", "data", "cryptographic-asset",
}  # fmt: skip

_SERIAL = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_LICENCE = re.compile(r"[A-Za-z0-9.+-]+")
# Families whose ids always end in a version of two numbers; the whole list has some 700 and grows.
_HALF_LICENCE = re.compile(r"(Apache|MPL|EPL|A?GPL|LGPL|CDDL|EUPL|OSL|AFL|Artistic|CC-BY(-(NC|ND|SA))*)-\d+")
_ALGORITHMS = {
    "MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512", "SHA3-256", "SHA3-384", "SHA3-512", "BLAKE2b-256", "BLAKE2b-384",
    "BLAKE2b-512", "BLAKE3", "Streebog-256", "Streebog-512",
}  # fmt: skip
_ONE_OF = {
    "scope": {"required", "optional", "excluded"},
    "flow": {"inbound", "outbound", "bi-directional", "unknown"},
    "encoding": {"base64"},
}
_PATCHES = {"unofficial", "monkey", "backport", "cherry-pick"}
_ISSUES = {"defect", "enhancement", "security"}
_TLP = {"CLEAR", "GREEN", "AMBER", "AMBER_AND_STRICT", "RED"}


def check(document: Mapping[str, Any]) -> None:
    """Raises ImportRefused at the first thing that is not CycloneDX."""
    if document.get("bomFormat") != "CycloneDX":
        raise ImportRefused("bomFormat", "damage.cyclonedx")
    if maybe_text(document.get("specVersion"), "specVersion") not in VERSIONS:
        raise ImportRefused("specVersion", "damage.one-of", words=VERSIONS)
    serial = document.get("serialNumber")
    if serial is not None and not (isinstance(serial, str) and _SERIAL.fullmatch(serial)):
        raise ImportRefused("serialNumber", "damage.uuid")
    metadata = mapping(document.get("metadata", {}), "metadata")
    utc(metadata.get("timestamp"), "metadata.timestamp")
    _word(mapping(metadata.get("distributionConstraints", {}), "metadata"), "tlp", _TLP, "metadata")
    _word(metadata, "distribution", _TLP, "metadata")
    mixed = document["specVersion"] == VERSIONS[-1]
    _licenses(metadata, "metadata", mixed)
    _properties(metadata, "metadata")
    if "component" in metadata:
        main = mapping(metadata["component"], "metadata.component")
        if main.get("isExternal") or main.get("isExtraneous"):
            raise ImportRefused("metadata.component.isExternal", "damage.external")
    for place, component in all_components(document):
        _component(component, place, mixed)
    for place, service in _services(document):
        _service(service, place, mixed)
    for place, dependency in objects(document, "dependencies"):
        some_text(dependency.get("ref"), f"{place}.ref")
        for way in ("dependsOn", "provides"):
            for ref in listing(dependency.get(way), f"{place}.{way}"):
                some_text(ref, f"{place}.{way}")
    for place, citation in objects(document, "citations"):
        _citation(citation, place)


def all_components(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every component with its place: the main one first, nested ones and those of its pedigree after the one that
    holds them."""
    main = mapping(document.get("metadata", {}), "metadata").get("component")
    if main is not None:
        yield from _component_and_inner("metadata.component", mapping(main, "metadata.component"))
    yield from _components(document, "components")
    for place, formula in objects(document, "formulation"):
        yield from _components(formula, "components", place)


def all_services(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every service with its place, those that a formula used too."""
    yield from _services(document)
    for place, formula in objects(document, "formulation"):
        yield from _services(formula, place)


def _components(thing: Mapping[str, Any], field: str, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for where, component in objects(thing, field, place):
        yield from _component_and_inner(where, component)


def _component_and_inner(place: str, component: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield place, component
    yield from _components(component, "components", place)
    pedigree = mapping(component.get("pedigree", {}), f"{place}.pedigree")
    for way in RELATIVES:
        yield from _components(pedigree, way, f"{place}.pedigree")


def _services(thing: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for where, service in objects(thing, "services", place):
        yield where, service
        yield from _services(service, where)


def _component(component: Mapping[str, Any], place: str, mixed: bool) -> None:
    _word(component, "type", COMPONENT_TYPES, place, "damage.component-type")
    some_text(component.get("name"), f"{place}.name")
    _reference(component, place)
    _word(component, "scope", _ONE_OF["scope"], place)
    if "versionRange" in component:
        if "version" in component:
            raise ImportRefused(f"{place}.versionRange", "damage.version-range")
        if component.get("isExternal") is not True and component.get("isExtraneous") is not True:
            raise ImportRefused(f"{place}.versionRange", "damage.external-only")
    for where, digest in objects(component, "hashes", place):
        _word(digest, "alg", _ALGORITHMS, where, "damage.algorithm")
        if not _HASH.fullmatch(some_text(digest.get("content"), f"{where}.content")):
            raise ImportRefused(f"{where}.content", "damage.digest")
    if "swid" in component:
        swid = mapping(component["swid"], f"{place}.swid")
        for field in ("tagId", "name"):
            some_text(swid.get(field), f"{place}.swid.{field}")
    _licenses(component, place, mixed)
    _properties(component, place)
    _patches(mapping(component.get("pedigree", {}), f"{place}.pedigree"), f"{place}.pedigree")


def _patches(pedigree: Mapping[str, Any], place: str) -> None:
    for where, patch in objects(pedigree, "patches", place):
        _word(patch, "type", _PATCHES, where, "damage.patch-type")
        for inside, issue in objects(patch, "resolves", where):
            _word(issue, "type", _ISSUES, inside, "damage.issue-type")


def _service(service: Mapping[str, Any], place: str, mixed: bool) -> None:
    some_text(service.get("name"), f"{place}.name")
    _reference(service, place)
    _licenses(service, place, mixed)
    _properties(service, place)
    for where, data in objects(service, "data", place):
        some_text(data.get("classification"), f"{where}.classification")
        _word(data, "flow", _ONE_OF["flow"], where, "damage.word")


def _citation(citation: Mapping[str, Any], place: str) -> None:
    if not {"attributedTo", "process"} & citation.keys():
        raise ImportRefused(place, "damage.citation")
    if ("pointers" in citation) == ("expressions" in citation):
        raise ImportRefused(place, "damage.citation-ways")


def _reference(thing: Mapping[str, Any], place: str) -> None:
    if "bom-ref" in thing:
        some_text(thing["bom-ref"], f"{place}.bom-ref")


def _licenses(thing: Mapping[str, Any], place: str, mixed: bool) -> None:
    """Expressions beside other licences are `mixed`, which came with 1.7."""
    listed = listing(thing.get("licenses"), f"{place}.licenses")
    if not mixed and len(listed) > 1 and any(isinstance(item, dict) and "expression" in item for item in listed):
        raise ImportRefused(f"{place}.licenses", "damage.expression-alone")
    for where, choice in objects(thing, "licenses", place):
        if ("license" in choice) == ("expression" in choice):
            raise ImportRefused(where, "damage.licence-or-expression")
        if "license" in choice:
            licence = mapping(choice["license"], where)
            if ("id" in licence) == ("name" in licence):
                raise ImportRefused(where, "damage.licence-id-or-name")
            if "id" in licence:
                ident = some_text(licence["id"], f"{where}.license.id")
                if not _LICENCE.fullmatch(ident) or _HALF_LICENCE.fullmatch(ident):
                    raise ImportRefused(f"{where}.license.id", "damage.licence-id")
            _word(mapping(licence.get("text", {}), where), "encoding", _ONE_OF["encoding"], f"{where}.license.text")
            _properties(licence, f"{where}.license")


def _properties(thing: Mapping[str, Any], place: str) -> None:
    for where, entry in objects(thing, "properties", place):
        if not isinstance(entry.get("name"), str) or entry.keys() - {"name", "value"}:
            raise ImportRefused(where, "damage.name-and-value")
        if "value" in entry and not isinstance(entry["value"], str):
            raise ImportRefused(f"{where}.value", "damage.text")


def _word(thing: Mapping[str, Any], field: str, words: set[str], place: str, refusal: str = "") -> None:
    """A field that may be left out where no `refusal` is given."""
    if (field in thing or refusal) and maybe_text(thing.get(field), f"{place}.{field}") not in words:
        raise ImportRefused(f"{place}.{field}", refusal or "damage.word")
