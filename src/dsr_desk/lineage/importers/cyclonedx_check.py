"""Whether a CycloneDX document is what its specification says, as far as a reader of lineage must rely on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dsr_desk.lineage.importers.draft import Refused
from dsr_desk.lineage.importers.reading import listing, mapping, maybe_text, some_text, utc

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
    """Raises Refused at the first thing that is not CycloneDX."""
    if document.get("bomFormat") != "CycloneDX":
        raise Refused("bomFormat", "“CycloneDX” is expected")
    if maybe_text(document.get("specVersion"), "specVersion") not in VERSIONS:
        raise Refused("specVersion", f"one of {', '.join(VERSIONS)} is expected")
    serial = document.get("serialNumber")
    if serial is not None and not (isinstance(serial, str) and _SERIAL.fullmatch(serial)):
        raise Refused("serialNumber", "it is no urn:uuid")
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
            raise Refused("metadata.component.isExternal", "the component that the file is about cannot be external")
    for place, component in all_components(document):
        _component(component, place, mixed)
    for place, service in _services(listing(document.get("services"), "services"), "services"):
        _service(service, place, mixed)
    for i, item in enumerate(listing(document.get("dependencies"), "dependencies")):
        place = f"dependencies[{i}]"
        dependency = mapping(item, place)
        some_text(dependency.get("ref"), f"{place}.ref")
        for way in ("dependsOn", "provides"):
            for ref in listing(dependency.get(way), f"{place}.{way}"):
                some_text(ref, f"{place}.{way}")
    for i, item in enumerate(listing(document.get("citations"), "citations")):
        _citation(mapping(item, f"citations[{i}]"), f"citations[{i}]")


def all_components(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every component with its place: the main one first, nested ones and those of its pedigree after the one that
    holds them."""
    main = mapping(document.get("metadata", {}), "metadata").get("component")
    if main is not None:
        yield from _components([main], "metadata.component", "")
    yield from _components(listing(document.get("components"), "components"), "components")
    for i, formula in enumerate(listing(document.get("formulation"), "formulation")):
        place = f"formulation[{i}].components"
        yield from _components(listing(mapping(formula, place).get("components"), place), place)


def all_services(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every service with its place, those that a formula used too."""
    yield from _services(listing(document.get("services"), "services"), "services")
    for i, formula in enumerate(listing(document.get("formulation"), "formulation")):
        place = f"formulation[{i}].services"
        yield from _services(listing(mapping(formula, place).get("services"), place), place)


def _components(items: list[Any], place: str, number: str = "[{}]") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for i, item in enumerate(items):
        where = place + number.format(i)
        component = mapping(item, where)
        yield where, component
        yield from _components(listing(component.get("components"), where), f"{where}.components")
        pedigree = mapping(component.get("pedigree", {}), f"{where}.pedigree")
        for way in RELATIVES:
            yield from _components(listing(pedigree.get(way), f"{where}.pedigree.{way}"), f"{where}.pedigree.{way}")


def _services(items: list[Any], place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for i, item in enumerate(items):
        where = f"{place}[{i}]"
        service = mapping(item, where)
        yield where, service
        yield from _services(listing(service.get("services"), where), f"{where}.services")


def _component(component: Mapping[str, Any], place: str, mixed: bool) -> None:
    if maybe_text(component.get("type"), f"{place}.type") not in COMPONENT_TYPES:
        raise Refused(f"{place}.type", "this type of component is unknown to CycloneDX")
    some_text(component.get("name"), f"{place}.name")
    _reference(component, place)
    _word(component, "scope", _ONE_OF["scope"], place)
    if "versionRange" in component:
        if "version" in component:
            raise Refused(f"{place}.versionRange", "it cannot stand beside a version")
        if component.get("isExternal") is not True and component.get("isExtraneous") is not True:
            raise Refused(f"{place}.versionRange", "it is for external components alone")
    for i, item in enumerate(listing(component.get("hashes"), f"{place}.hashes")):
        digest = mapping(item, f"{place}.hashes[{i}]")
        if maybe_text(digest.get("alg"), f"{place}.hashes[{i}].alg") not in _ALGORITHMS:
            raise Refused(f"{place}.hashes[{i}].alg", "the algorithm is unknown to CycloneDX")
        if not _HASH.fullmatch(some_text(digest.get("content"), f"{place}.hashes[{i}].content")):
            raise Refused(f"{place}.hashes[{i}].content", "it is no digest")
    if "swid" in component:
        swid = mapping(component["swid"], f"{place}.swid")
        for field in ("tagId", "name"):
            some_text(swid.get(field), f"{place}.swid.{field}")
    _licenses(component, place, mixed)
    _properties(component, place)
    _patches(mapping(component.get("pedigree", {}), f"{place}.pedigree"), f"{place}.pedigree")


def _patches(pedigree: Mapping[str, Any], place: str) -> None:
    for i, item in enumerate(listing(pedigree.get("patches"), f"{place}.patches")):
        where = f"{place}.patches[{i}]"
        patch = mapping(item, where)
        if maybe_text(patch.get("type"), f"{where}.type") not in _PATCHES:
            raise Refused(f"{where}.type", "this type of patch is unknown to CycloneDX")
        for k, issue in enumerate(listing(patch.get("resolves"), f"{where}.resolves")):
            if maybe_text(mapping(issue, where).get("type"), f"{where}.resolves[{k}].type") not in _ISSUES:
                raise Refused(f"{where}.resolves[{k}].type", "this type of issue is unknown to CycloneDX")


def _service(service: Mapping[str, Any], place: str, mixed: bool) -> None:
    some_text(service.get("name"), f"{place}.name")
    _reference(service, place)
    _licenses(service, place, mixed)
    _properties(service, place)
    for i, item in enumerate(listing(service.get("data"), f"{place}.data")):
        where = f"{place}.data[{i}]"
        data = mapping(item, where)
        some_text(data.get("classification"), f"{where}.classification")
        _word(data, "flow", _ONE_OF["flow"], where, needed=True)


def _citation(citation: Mapping[str, Any], place: str) -> None:
    if not {"attributedTo", "process"} & citation.keys():
        raise Refused(place, "it names neither a person nor a process")
    if ("pointers" in citation) == ("expressions" in citation):
        raise Refused(place, "either pointers or expressions are expected")


def _reference(thing: Mapping[str, Any], place: str) -> None:
    if "bom-ref" in thing:
        some_text(thing["bom-ref"], f"{place}.bom-ref")


def _licenses(thing: Mapping[str, Any], place: str, mixed: bool) -> None:
    """Expressions beside other licences are `mixed`, which came with 1.7."""
    listed = listing(thing.get("licenses"), f"{place}.licenses")
    if not mixed and len(listed) > 1 and any(isinstance(item, dict) and "expression" in item for item in listed):
        raise Refused(f"{place}.licenses", "an expression stands alone before CycloneDX 1.7")
    for i, item in enumerate(listed):
        where = f"{place}.licenses[{i}]"
        choice = mapping(item, where)
        if ("license" in choice) == ("expression" in choice):
            raise Refused(where, "either a licence or an expression is expected")
        if "license" in choice:
            licence = mapping(choice["license"], where)
            if ("id" in licence) == ("name" in licence):
                raise Refused(where, "a licence has either an id or a name")
            if "id" in licence:
                ident = some_text(licence["id"], f"{where}.license.id")
                if not _LICENCE.fullmatch(ident) or _HALF_LICENCE.fullmatch(ident):
                    raise Refused(f"{where}.license.id", "it is no id of the SPDX list of licences")
            _word(mapping(licence.get("text", {}), where), "encoding", _ONE_OF["encoding"], f"{where}.license.text")
            _properties(licence, f"{where}.license")


def _properties(thing: Mapping[str, Any], place: str) -> None:
    for i, item in enumerate(listing(thing.get("properties"), f"{place}.properties")):
        where = f"{place}.properties[{i}]"
        entry = mapping(item, where)
        if not isinstance(entry.get("name"), str) or entry.keys() - {"name", "value"}:
            raise Refused(where, "a name and a value are expected")
        if "value" in entry and not isinstance(entry["value"], str):
            raise Refused(f"{where}.value", "a text is expected")


def _word(thing: Mapping[str, Any], field: str, words: set[str], place: str, *, needed: bool = False) -> None:
    if field not in thing and not needed:
        return
    if maybe_text(thing.get(field), f"{place}.{field}") not in words:
        raise Refused(f"{place}.{field}", "the word is unknown to CycloneDX")
