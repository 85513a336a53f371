"""An order on what a supplier delivered, by commands on the sample organisation: from paper to sealed bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
from typed import typed

from dsr_desk.app.sample import copy_sample
from dsr_desk.deletion import check_items
from quick_keys import make_keys_quick

pytestmark = pytest.mark.slow

SUPPLIER, RECIPIENT = "Brightwater Pictures", "Vista Labs"
SERVED = date.today() - timedelta(days=3)
OBLIGATIONS = ("data=30", "embeddings=60", "models=60", "recipients=30", "statement=10:sworn")
MODEL = b"weights of a model that learned from what was delivered" * 40
VERSION = "street-events@2023.2"


@dataclass
class Office:
    """A vault, the data and models of the organisation, a disk with backups; `order` is the case's reference."""

    folder: Path
    order: str = ""
    afterwards: list[Callable[[], object]] = field(default_factory=list)

    def says(self, *words: object, code: int = 0, vault: bool = True) -> Any:
        secret = ("--passphrase-file", self.folder / "passphrase.txt") if vault else ()
        done = typed((*words, *secret, "--json"), self.folder, {"DSR_DESK_VAULT": str(self.folder / "vault")})
        assert done.exit_code == code, done.stdout[:2500] + done.stderr
        return json.loads(done.stdout)

    @property
    def shards(self) -> list[Path]:
        return sorted((self.folder / "datasets" / "street-events").glob("*.tar"))

    @property
    def model(self) -> Path:
        return self.folder / "models" / "crowd-finder" / "model.bin"

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def affected(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.says("lineage", "affected", "--dataset", VERSION)["models"]
        return found

    def scoped(self) -> dict[str, Any]:
        """Found authentic, resolved and looked at by sample."""
        self.says("order", "authentic", self.order, "--method", "called the authority back")
        found: dict[str, Any] = self.says("order", "scope", self.order)
        self.says("order", "sample", self.order, "--draw", "--size", 8, "--all-belong")
        return found

    def planned(self) -> None:
        """What shall become of each model decided on, and the plan approved."""
        for one in self.affected():
            told = ("--becomes", "destroyed", "--responsible", "the ML team")
            self.says("case", "dispose", self.order, one["id"], *told)
        self.says("delete", "plan", self.order)
        self.says("case", "approve", self.order)

    def run(self, code: int = 0) -> None:
        self.says("delete", "run", self.order, "--yes", code=code)

    def told(self) -> Path:
        """The recipient is handed the list; returns it."""
        said = self.says("delete", "recipients", self.order, "--out", "told")
        ((told,), (written,)) = said["recipients"], said["written"].values()
        assert told["recipient"] == RECIPIENT
        assert (written["items"], written["left_out"]) == (106, 0), "records beside photos are listed too"
        return self.folder / "told" / str(told["action"]) / "items.csv"

    def answered(self, listed: Path) -> None:
        """The recipient ran the checker over their disk and signed."""
        theirs = self.folder / "theirs"
        theirs.mkdir()
        (theirs / "notes").write_text("nothing of it")
        assert check_items.main([str(theirs), "--name", "Bo", "--list", str(listed)]) == 0
        answer = listed.with_name("answer.json")
        self.says("delete", "declare", self.order, listed.parent.name, "--how", "their answer", "--proof", answer)

    def teams_done(self) -> None:
        """The teams' words on models and on what these made; places are looked at."""
        for one in self.affected():
            place = ("--file", self.model.parent) if one["name"] == "crowd-finder" else ()
            self.says("case", "observed", self.order, one["id"], "--becomes", "destroyed", "--how", "looked", *place)
        for one in self.says("delete", "show", self.order)["actions"]:
            if one["kind"] == "purge-outputs":
                self.says("delete", "declare", self.order, one["id"], "--how", "the ML team wrote so")

    def read_back(self, code: int = 0) -> Any:
        """With a sweep of the disk of backups and of where models lay."""
        places = ("--sweep", self.disk, "--sweep", self.model.parent.parent)
        return self.says("delete", "read-back", self.order, *places, code=code)

    def sworn(self) -> None:
        self.says("order", "declare", self.order, "o05", "--as", "declared", "--text", "as said in the statement")
        told = ("--name", "Ann Lee", "--capacity", "Chief Privacy Officer", "--outside-us", "--yes")
        self.says("bundle", "swear", self.order, *told)

    @property
    def headline(self) -> str:
        """What would stand first in a bundle that is sealed now."""
        found: str = self.says("order", "show", self.order)["headline"]["says"]
        return found

    def seal(self) -> Path:
        """What the authority gets, decrypted by the authority."""
        identity = pyrage.x25519.Identity.generate()
        key, to = self.folder / "identity.txt", self.folder / "opened"
        key.write_text(f"{identity}\n")
        shutil.rmtree(to, ignore_errors=True)
        shutil.rmtree(self.folder / "sealed", ignore_errors=True)
        (made,) = self.says(
            "bundle", "seal", self.order, "--to", "sealed", "--regulator", identity.to_public(), "--no-requester"
        )["bundles"]
        with zipfile.ZipFile(_decrypted(self.folder / made["path"], identity, self.folder)) as both:
            both.extractall(to)
        return to


def _decrypted(sealed: Path, identity: pyrage.x25519.Identity, folder: Path) -> Path:
    plain = folder / "bundle.zip"
    plain.write_bytes(pyrage.decrypt(sealed.read_bytes(), [identity]))
    return plain


@pytest.fixture(scope="module", autouse=True)
def _quick_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        make_keys_quick(patch)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Both datasets listed, lineage imported, the order opened; nothing is done yet."""
    live = tmp_path_factory.mktemp("orders") / "live"
    live.mkdir()
    office = Office(live)
    (live / "passphrase.txt").write_text("seven words that nobody would ever guess\n")
    sample = copy_sample(live / "sample")
    (live / "sample" / "datasets").rename(live / "datasets")
    office.says("vault", "create", "--organisation", "Larkfield", "--officer", "Ann Lee", "--country", "GB")
    office.says("vault", "organisation", "--contact", "privacy@larkfield.example")
    office.says("vault", "retention", "--months", 24, "--rule", "our policy")
    told = ("--supplier", SUPPLIER, "--collected", "2023-05 to 2023-09", "--other-places", "none")
    _listed(office, "street-events", "2023.2", *told, "--passed-on-to", RECIPIENT)
    _listed(office, "member-portraits", "2024.1", "--supplier", "Larkfield Friends", "--passed-on-to", "none")
    office.model.parent.mkdir(parents=True)
    office.model.write_bytes(MODEL)
    (live / "own.json").write_text(json.dumps(_lineage()))
    office.says("lineage", "import", "own.json", *sample.lineage)
    while questions := office.says("lineage", "show")["questions"]:
        office.says("lineage", "answer", questions[0]["first"], questions[0]["second"], "--yes")
    office.disk.mkdir()
    shutil.copy(live / "datasets" / "member-portraits" / "profiles.csv", office.disk)
    (live / "order.txt").write_text(f"In the matter of Larkfield. Destroy what {SUPPLIER} delivered.\n")
    asked = [word for one in OBLIGATIONS for word in ("--obligation", one)]
    opened = office.says(
        "case", "new", "--order", "order.txt", "--supplier", SUPPLIER, "--authority", "The Commission",
        "--docket", "C-9999", "--served", SERVED.isoformat(), *asked,
    )  # fmt: skip
    template = live.with_name("template")
    live.rename(template)
    return live, template, opened["case"]


def _listed(office: Office, name: str, version: str, *told: str) -> None:
    names = ("--dataset", name, "--version", version, *told)
    office.says("index", "build", "--inventory", "--to", f"indexes/{name}", *names, office.folder / "datasets" / name)


def _lineage() -> dict[str, Any]:
    data = {"kind": "dataset", "name": "street-events", "version": "2023.2", "namespace": "registered"}
    model = {
        "kind": "model", "name": "crowd-finder", "version": "1",
        "digests": [f"sha256:{hashlib.sha256(MODEL).hexdigest()}"], "attributes": {"passed-on-to": "none"},
    }  # fmt: skip
    return {"dsr-desk-lineage": 1, "edges": [{"from": data, "to": model, "role": "train"}]}


@pytest.fixture
def office(made: tuple[Path, Path, str]) -> Iterator[Office]:
    """Paths in a vault are absolute: each test works in the place where it was made, on a copy."""
    live, template, ref = made
    shutil.copytree(template, live)
    office = Office(live, ref)
    try:
        office.says("index", "update", "street-events")  # a copy is another file
        yield office
    finally:
        for release in office.afterwards:
            release()
        shutil.rmtree(live)


def contents(folder: Path) -> set[str]:
    """SHA-256 of every file below a folder, and of every file in its shards and zips: a look of our own."""
    found = set()
    for path in (one for one in folder.rglob("*") if one.is_file()):
        found.add(hashlib.sha256(path.read_bytes()).hexdigest())
        if path.suffix == ".tar":
            with tarfile.open(path) as tar:
                found |= {hashlib.sha256(tar.extractfile(one).read()).hexdigest() for one in tar if one.isreg()}  # type: ignore[union-attr]
    return found


def title(opened: Path) -> str:
    """Of the page, with its headline."""
    with zipfile.ZipFile(opened / "evidence.zip") as archive:
        blocks = json.loads(archive.read("data/report.json"))["blocks"]
    return "\n".join(" ".join(run["text"] for run in one["runs"]) for one in blocks[:2])


def openssl_alone(opened: Path) -> None:
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl is not installed")
    done = subprocess.run(
        [tool, "cms", "-verify", "-binary", "-inform", "DER", "-in", "evidence.zip.p7s", "-content", "evidence.zip",
         "-CAfile", "certificate.pem", "-partial_chain", "-out", "checked.zip"],
        cwd=opened, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (opened / "checked.zip").read_bytes() == (opened / "evidence.zip").read_bytes()


def read_only(office: Office) -> None:
    """A shard that the system refuses to remove."""
    shard = office.shards[1]
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", shard], check=False).returncode:
        pytest.skip("no file can be made immutable here")
    office.afterwards.append(lambda: subprocess.run(["chattr", "-i", shard], check=True))


def stray_copy(office: Office) -> None:
    """A shard in a zip among the backups."""
    (office.disk / "old").mkdir(exist_ok=True)
    with zipfile.ZipFile(office.disk / "old" / "backup-2024.zip", "w") as archive:
        archive.write(office.shards[1], "street-events/events-000001.tar")


def renamed_model(office: Office) -> None:
    """A model's file under another name, elsewhere."""
    (office.disk / "old").mkdir(exist_ok=True)
    office.model.rename(office.disk / "old" / "gate-2019")


def silent(office: Office) -> None:
    """The recipient never answers."""


def test_an_order_is_carried_out_and_its_title_is_right_at_each_stage(office: Office) -> None:
    before = contents(office.folder / "datasets" / "street-events")
    assert title(office.seal()).startswith("Order: not fulfilled\nNot fulfilled: Destroy the data (which data")
    found = {one["container"]: (one["dataset_version"], one["how"]) for one in office.scoped()["containers"]}
    names = ("street-events/events-000000.tar", "street-events/events-000001.tar")
    assert found == dict.fromkeys(names, (VERSION, "whole"))
    affected = office.affected()
    assert {"crowd-finder", "event-search", "face-embedder", "badge-gate"} < {one["name"] for one in affected}
    stray_copy(office)
    renamed_model(office)
    office.planned()
    assert "nothing was run" in office.headline
    office.run()
    office.teams_done()
    decided = {one["id"]: one["code"] for one in office.says("lineage", "standing", office.order)["models"]}
    assert decided.keys() == {one["id"] for one in affected}
    assert "none" not in decided.values()

    listed = office.told()
    assert {line.partition(",")[0] for line in listed.read_text().splitlines()[1:]} <= before
    office.read_back(code=1)
    said = title(office.seal())
    assert said.startswith("Order: fulfilled but for what is named here\nFulfilled but for: Destroy the data (1 stray")
    for one in ("1 file of models found and not explained", "1 of 1 silent since", "1 word of a named officer missing"):
        assert one in said

    for one in office.disk.glob("*/*"):
        one.unlink()
    office.answered(listed)
    assert office.read_back()["seen"] == "gone"
    assert not before & contents(office.folder / "datasets"), "by a look of our own"
    office.says("order", "change", office.order, "--drop", "o03")  # registries go on listing models of the sample
    office.says("order", "draft", office.order, "--to", "draft.txt")
    draft = (office.folder / "draft.txt").read_text(encoding="utf-8")
    assert f"{date.today():%-d %B %Y}" in draft
    assert "106" in draft
    assert "Order: fulfilled but for" in title(office.seal()), "nobody swore yet"
    office.sworn()
    opened = office.seal()
    assert title(opened) == "Order: fulfilled\nFulfilled: all 4 obligations are met."
    openssl_alone(opened)


@pytest.mark.long
@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        (read_only, "52 of 106 items still there, in 1 of 2 containers: street-events/events-000001.tar"),
        (stray_copy, "Destroy the data (1 stray copy found and not explained"),
        (renamed_model, "1 file of models found and not explained"),
        (silent, "1 of 1 silent since"),
    ],
)
def test_each_hindrance_by_itself_is_in_the_headline(
    office: Office, hindrance: Callable[[Office], None], said: str
) -> None:
    office.scoped()
    hindrance(office)
    if hindrance is not renamed_model:
        office.model.unlink()
    office.planned()
    office.run(code=int(hindrance is read_only))
    listed = office.told()
    if hindrance is not silent:
        office.answered(listed)
    office.read_back(code=int(hindrance is not silent))
    page = title(office.seal())
    assert page.startswith("Order: fulfilled but for what is named here")
    assert said in page
    others = {"52 of 106 items", "stray copy", "of models found", "silent since"}
    assert sum(one in page for one in others) == 1
