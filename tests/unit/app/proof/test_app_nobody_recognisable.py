"""With the whole dataset in hand nothing in a regulator's bundle leads to an item that is no hit, or to another bundle.

The attacker knows every file, row, name and digest of the data, how ids are made, and two bundles of two cases on the
same data, about the same person even. He computes what he can and looks for any of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyrage
import pytest

from dsr_desk.app.case import cases, deleting, drafts, review, searching
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage as models
from dsr_desk.app.proof import sealing
from dsr_desk.app.sample import Sample, Truth
from dsr_desk.core.canonical import canonical_json
from dsr_desk.core.catalogue import catalogue
from dsr_desk.core.findings import Verdict
from dsr_desk.core.items import ItemAddress
from dsr_desk.core.language import LANGUAGES
from dsr_desk.core.lineage import DispositionKind
from dsr_desk.core.requests import Right
from dsr_desk.datasets.registry import open_source
from dsr_desk.faces.decode import decode
from dsr_desk.faces.phash import perceptual_hash
from dsr_desk.jobs.progress import CancelToken, silent
from quick_keys import make_keys_quick
from unit.app.conftest import PASSPHRASE, Work

SHORTEST = 12
"""Hex digits of which nobody has the same by chance."""
FEW = 6
"""Items that share a text which still points to them."""
UNREAD, ALONE = "zelda-quimby.xyz", "quimby.csv"
"""A file that no reader understands, and a container of one record, both named after a person."""
ROW = "Zelda Quimby,zelda.quimby@example.net"

_HEX = re.compile(r"[0-9a-fA-F]{12,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_OURS = ("check_bundle.py", "predicate.schema.json", "VERIFY.txt")


@dataclass(frozen=True)
class Known:
    """What the data says of one item. `texts` are its names, paths and cells, `digests` (hex) what is computed."""

    id: str
    container: str
    digest: str
    texts: frozenset[str]
    digests: frozenset[str]


@dataclass(frozen=True)
class Opened:
    """A bundle as text: all its files, and what base64 hides in them, unpacked."""

    files: dict[str, str]
    digests: frozenset[str]
    """Of the files themselves: the manifests list them, and an empty list is the same in all bundles."""

    @property
    def text(self) -> str:
        return "\n".join(self.files.values())

    def hex(self) -> set[str]:
        """Every run of hex digits, and every piece of base64 as one."""
        found = {one.lower() for one in _HEX.findall(self.text)}
        return found | {piece.hex() for piece in _pieces(self.text)}


def _pieces(text: str) -> Iterator[bytes]:
    for one in _BASE64.findall(text):
        if not all(re.search(kind, one) for kind in ("[0-9]", "[A-Z]", "[a-z]")):
            continue  # words and paths
        plain = one.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield base64.b64decode(plain + "=" * (-len(plain) % 4))
        except binascii.Error:
            continue


def _unpacked(text: str) -> str:
    said = [piece.decode("utf-8", "ignore") for piece in _pieces(text) if len(piece) > 60]
    return "\n".join([text, *said])


def opened(folder: Path) -> Opened:
    """All files of a bundle but the verifier and its schema, which are the same in all bundles of the world."""
    found = {one.relative_to(folder).as_posix(): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}
    files = {
        name: data.decode("utf-8", "replace")
        for name, data in found.items()
        if not name.endswith((*_OURS, ".zip", ".p7s", ".pem"))
    }
    # what base64 hides is text too, but a journal's entries are read line by line
    hidden = {name: text if name.endswith(".jsonl") else _unpacked(text) for name, text in files.items()}
    return Opened(hidden, frozenset(hashlib.sha256(data).hexdigest() for data in found.values()))


def attack_of(address: ItemAddress, data: bytes, texts: Iterable[str], looks: bytes) -> Known:
    """Digests that who has the item can compute: of its bytes, names and ids, bare and as a leaf, by several hashes."""
    place = [address.dataset, address.container, address.member, address.digest, address.occurrence]
    names = {address.container, address.member, address.place, f"{address.container}/{address.member}", address.id}
    said = [data, canonical_json(place), *(one.encode() for one in names if one), bytes.fromhex(address.digest)]
    said += [address.digest.encode(), bytes.fromhex(address.id)]
    found = {hashlib.new(name, one).hexdigest() for name in ("sha256", "sha1", "md5", "sha512") for one in said}
    found |= {hashlib.sha256(b"\x00" + one).hexdigest() for one in said}
    found |= {address.id, address.digest} | ({looks.hex()} if len(looks) >= 6 else set())
    return Known(address.id, address.container, address.digest, frozenset(texts), frozenset(found))


def whole_dataset(work: Work) -> list[Known]:
    """Every item that lies in the data, read as the program reads it."""
    found = []
    for index in indexing.list_indexes(work.desk):
        dataset = index.dataset_version.rpartition("@")[0]
        for source in sorted(work.data.iterdir()):
            for container in open_source(source):
                found += list(_items(dataset, container))
    return found


def _containers(work: Work) -> frozenset[str]:
    files = {hashlib.sha256(one.read_bytes()).hexdigest() for one in work.data.rglob("*") if one.is_file()}
    return frozenset(files | {one.digest() for source in work.data.iterdir() for one in open_source(source)})


def _items(dataset: str, container: Any) -> Iterator[Known]:
    seen: Counter[tuple[str, str]] = Counter()
    for entry in container.entries():
        data = entry.read()
        digest = hashlib.sha256(data).hexdigest()
        address = ItemAddress(dataset, container.name, entry.member, digest, seen[entry.member, digest])
        seen[entry.member, digest] += 1
        cells = [str(value) for value in (entry.record or {}).values()]
        pixels = decode(data, entry.orientation).pixels if not cells else None
        names = [entry.member, Path(entry.member).name, Path(entry.member).stem, f"{container.name}/{entry.member}"]
        looks = perceptual_hash(pixels) if pixels is not None else b""
        yield attack_of(address, data, {one for one in (*names, *cells) if len(one) >= 5}, looks)


def regulators(work: Work, ref: str, folder: Path) -> Opened:
    identity = pyrage.x25519.Identity.generate()
    key = folder / "identity.txt"
    folder.mkdir()
    key.write_text(str(identity))
    (sealed,) = sealing.seal(work.desk, ref, folder / "out", requester=False, regulators=[str(identity.to_public())])
    sealing.open_bundle(sealed.path, folder / "opened", identities=[key])
    return opened(folder / "opened")


def decide(work: Work, ref: str) -> None:
    review.decide_many(work.desk, ref, [_id(one) for one in _open(work, ref, Verdict.SAME)], Verdict.SAME)
    review.decide_many(work.desk, ref, [_id(one) for one in _open(work, ref, Verdict.DIFFERENT)], Verdict.DIFFERENT)


def _open(work: Work, ref: str, verdict: Verdict) -> list[Any]:
    items = review.review_items(work.desk, ref)
    return [one for one in items if one.decision is None and work.truth.verdict(one.candidate) is verdict]


def _id(one: Any) -> str:
    return str(one.candidate.id)


@dataclass(frozen=True)
class Attack:
    """Two bundles, all items, and which of them (ids) each case found or erased."""

    items: list[Known]
    first: Opened
    second: Opened
    hers: frozenset[str]
    strangers: frozenset[str]
    datasets: frozenset[str]
    """What their datasets are called is no secret of an item."""
    containers: frozenset[str]
    """Digests of all containers before and after; that of a container of one item is the item's."""

    def telling(self, item: Known) -> set[str]:
        """Texts of an item that point to few items: neither what many share nor an ordinary word of reports."""
        return {one for one in item.texts if self._shared[one] <= FEW and one.lower() not in self._words}

    @cached_property
    def _shared(self) -> Counter[str]:
        return Counter(text for one in self.items for text in one.texts)

    @cached_property
    def _words(self) -> set[str]:
        said = json.dumps([list(catalogue(language).values()) for language in LANGUAGES], ensure_ascii=False)
        return set(re.findall(r"\w+", said.lower() + " ".join(self.datasets)))


@pytest.fixture(scope="module")
def attack(
    _prepared: tuple[Path, Path, str], sample: Sample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attack]:
    live, template, ref = _prepared
    shutil.copytree(template, live)
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        with Desk.open(live / "vault", PASSPHRASE) as desk:
            work = Work(desk, ref, live / "data", Truth.load(sample.truth), sample)
            yield _attacked(work, tmp_path_factory.mktemp("attack"))
    shutil.rmtree(live)


def _attacked(work: Work, folder: Path) -> Attack:
    """One person asks for access, then for erasure; strangers were proposed and rejected both times."""
    desk = work.desk
    portraits = next(one for one in sorted(work.data.iterdir()) if one.is_dir())
    (portraits / UNREAD).write_text("nothing that anybody reads")
    (portraits / ALONE).write_text(f"name,mail\n{ROW}\n")
    for index in indexing.list_indexes(desk):
        indexing.refresh_index(desk, index.name, silent, CancelToken(), workers=1)
    items, containers = whole_dataset(work), _containers(work)
    erasure, asked = work.ref, cases.show_case(desk, work.ref)
    access, _ = cases.open_case(desk, drafts.understand(work.sample.letter, []), confirmed=True)
    cases.record_identity(desk, access.ref, method="video call", photo_shows_requester="seen in the call")
    known = asked.identifiers
    cases.edit_request(desk, access.ref, right=Right.ACCESS, law=asked.law, received=asked.received, identifiers=known)
    bundles = []
    for ref in (access.ref, erasure):
        searching.search_case(desk, ref)
        decide(work, ref)
        if ref == erasure:
            for model in models.affected_by_case(desk, ref).models:
                models.plan_disposition(
                    desk, ref, model.node.label, DispositionKind.RETRAINED, responsible="ML platform"
                )
            deleting.make_plan(desk, ref)
            deleting.approve(desk, ref)
            deleting.run(desk, ref)
            deleting.read_back(desk, ref)
        bundles.append(regulators(work, ref, folder / ref))
    containers |= _containers(work)
    hers = {hit.address.id for ref in (access.ref, erasure) for hit in review.hits(desk, ref)}
    ran = [action for plan in deleting.rounds_that_ran(desk, erasure) for action in plan.plan.actions]
    hers |= {item.address.id for action in ran for item in action.items}
    rejected = {
        one.address.id
        for ref in (access.ref, erasure)
        for one in review.decisions(desk, ref)
        if one.verdict is Verdict.DIFFERENT
    }
    return Attack(items, *bundles, frozenset(hers), frozenset(rejected - hers), _datasets(desk), containers)


def _datasets(desk: Desk) -> frozenset[str]:
    return frozenset(f" {one.dataset_version.lower()} " for one in indexing.list_indexes(desk))


def test_nothing_in_a_regulators_bundle_leads_to_an_item_that_is_no_hit(attack: Attack) -> None:
    others = [one for one in attack.items if one.id not in attack.hers]
    hers = {text for one in attack.items if one.id in attack.hers for text in one.texts}
    assert attack.strangers & {one.id for one in others}
    for bundle in (attack.first, attack.second):
        there = {one[:SHORTEST] for one in bundle.hex()}
        text = bundle.text.lower()
        found = {digest for one in others for digest in one.digests if digest[:SHORTEST] in there}
        said = {one for item in others for one in attack.telling(item) - hers if _stands_in(one, text)}
        said |= {one for one in _elsewhere(others, attack) if _stands_in(one, text)}
        found |= {digest for digest in attack.containers if digest[:SHORTEST] in there}
        assert (found, said) == (set(), set())
        assert UNREAD not in text
        assert ALONE not in text


def _elsewhere(others: list[Known], attack: Attack) -> set[str]:
    """Names of containers that hold none of hers."""
    return {one.container for one in others} - {one.container for one in attack.items if one.id in attack.hers}


def _stands_in(said: str, text: str) -> bool:
    said = said.lower()
    return said in text and re.search(rf"(?<!\w){re.escape(said)}(?!\w)", text) is not None


def test_nothing_that_a_bundle_opens_is_the_salt_of_an_item(attack: Attack) -> None:
    """Whatever stands in it may be tried as a key or a salt."""
    others = [one for one in attack.items if one.id in attack.strangers]
    assert others
    for bundle in (attack.first, attack.second):
        there = bundle.hex()
        keys = {bytes.fromhex(one[: len(one) // 2 * 2]) for one in there if len(one) >= 32}
        short = {one[:SHORTEST] for one in there}
        for key in keys:
            for one in others:
                for made in _keyed(key, one):
                    assert made[:SHORTEST] not in short


def _keyed(key: bytes, item: Known) -> Iterator[str]:
    digest = bytes.fromhex(item.digest)
    yield hashlib.sha256(key + digest).hexdigest()
    yield hashlib.sha256(digest + key).hexdigest()
    for said in (item.id.encode(), digest, f"salt {item.id}".encode()):
        yield hmac.digest(key, said, "sha256").hex()


def test_no_token_but_the_organisations_own_stands_in_the_bundles_of_two_cases(attack: Attack) -> None:
    both = attack.first.hex() & attack.second.hex()
    ours = "\n".join([*_constant(attack.first), *_constant(attack.second)])
    known = {one.lower() for one in _HEX.findall(ours)} | {piece.hex() for piece in _pieces(ours)}
    assert {one for one in both if not any(one in two or two in one for two in known)} == set()


def _constant(bundle: Opened) -> Iterator[str]:
    """What belongs to the organisation and no case: entries of the vault, nodes that stand for all others between them,
    heads of the journal, its key, the face engine, sources of lineage; and what is the same in any bundle."""
    for line in bundle.files["evidence/data/log/leaves.jsonl"].split("\n"):
        entry = json.loads(line) if line.startswith('{"') else {}
        if "others" in entry or ("envelope" in entry and not json.loads(entry["envelope"])["case_before"]):
            yield line
    for name in ("checkpoint", "earlier.json", "key.txt"):
        yield bundle.files[f"evidence/data/log/{name}"]
    yield from (one["engine"] for one in json.loads(bundle.files["evidence/data/scope.json"])["searched"])
    yield from (one["sha256"] for one in json.loads(bundle.files["evidence/data/lineage.json"])["sources"])
    yield from bundle.digests


def test_no_item_of_hers_has_a_token_in_the_bundles_of_two_cases(attack: Attack) -> None:
    hers = [one for one in attack.items if one.id in attack.hers]
    both = {one[:SHORTEST] for one in attack.first.hex() & attack.second.hex()}
    text = [attack.first.text.lower(), attack.second.text.lower()]
    assert hers
    assert {digest for one in hers for digest in one.digests if digest[:SHORTEST] in both} == set()
    told = {said for one in hers for said in attack.telling(one)}
    assert {said for said in told if all(_stands_in(said, where) for where in text)} == set()
