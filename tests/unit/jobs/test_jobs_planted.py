"""Whatever kind of input it comes with, code that somebody planted finds nothing: each kind with its own grants."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from dsr_desk.core.errors import DeskError
from dsr_desk.datasets import registry as datasets
from dsr_desk.datasets.celled import CelledContainer, ContainerPlace
from dsr_desk.datasets.container import Doomed
from dsr_desk.datasets.registration import facts_beside, read_facts
from dsr_desk.deletion import mask
from dsr_desk.evidence.signed import timestamp
from dsr_desk.evidence.signed.notes import read_note
from dsr_desk.evidence.verifying.verify import verify
from dsr_desk.evidence.wrappers import cms
from dsr_desk.faces import outside
from dsr_desk.faces.facts import engine_facts
from dsr_desk.intake import registry as intake
from dsr_desk.intake.deletion_list import read_list
from dsr_desk.jobs import cell as cells
from dsr_desk.jobs.confine import enforced
from dsr_desk.jobs.pool import WorkerPool
from dsr_desk.jobs.progress import CancelToken
from dsr_desk.jobs.workers import Recipe, Task
from dsr_desk.lineage.importers import registry as lineage

pytestmark = pytest.mark.skipif(not (enforced().calls and enforced().files), reason="the kernel confines no cells here")
PLANT = Path(__file__).with_name("plant")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an attacker would like to have: a vault, a home, and somebody who listens."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "vault").mkdir()
    (folder / "vault" / "keys.json").write_text("{}")
    (folder / "home").mkdir()
    (folder / "home" / "letter.txt").write_text("Dear Sir")
    return folder


@pytest.fixture(scope="module", autouse=True)
def planted(house: Path) -> Iterator[None]:
    """A nursery of its own whose cells attack, whatever they are asked."""
    with pytest.MonkeyPatch.context() as patch, socket.socket(socket.AF_UNIX) as local, socket.socket() as listening:
        local.bind(f"\0dsr-planted-{os.getpid()}")
        local.listen()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        patch.setenv("PYTHONPATH", str(PLANT))
        patch.setenv("PLANT_VAULT", str(house / "vault"))
        patch.setenv("PLANT_HOME", str(house / "home"))
        patch.setenv("PLANT_ABSTRACT", f"dsr-planted-{os.getpid()}")
        patch.setenv("PLANT_PORT", str(listening.getsockname()[1]))
        patch.setattr(cells._kept, "nursery", None)
        cells.load()
        yield


def made(folder: Path, name: str, data: bytes = b"{}") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def bundle(folder: Path) -> Path:
    for name in ("evidence.zip.p7s", "certificate.pem"):
        made(folder, name)
    return made(folder, "evidence.zip", b"PK\3\4")


def own_model(folder: Path) -> Path:
    made(folder, "engine.json", b'{"model": "model.onnx"}')
    made(folder, "model.onnx")
    return folder


def a_task_of_many() -> object:
    pool = WorkerPool(1, Recipe(len, ((),), str, ""))
    try:
        return list(pool.in_order(len, [Task(1, ((),))], CancelToken()))
    finally:
        pool.close(at_once=True)


INPUTS: dict[str, Callable[[Path], object]] = {
    "a letter": lambda _: intake.read_bytes(b"From: a@example.org\n\nx", "letter.eml"),
    "a letter as PDF": lambda _: intake.read_bytes(b"%PDF-1.7\n", "letter.pdf"),
    "a list of deletions": lambda folder: read_list(made(folder, "list.csv", b"email\nx\n")),
    "a photo": lambda _: outside.shown(b"\xff\xd8\xff", 64),
    "a photo with faces": lambda _: outside.look_at("standard", b"\xff\xd8\xff"),
    "a photo with faces to mask": lambda _: mask.mask(b"\xff\xd8\xff", []),
    "a dataset": lambda folder: datasets.survey(made(folder, "data.csv", b"a,b\n1,2\n")),
    "a database with files beside it": lambda folder: datasets.survey(
        made(folder, "data.sqlite", b"SQLite format 3\0")
    ),
    "entries of a dataset": lambda folder: list(place(folder).entries()),
    "an item of a dataset": lambda folder: place(folder).read("1", "0" * 64),
    "what is erased from a dataset": lambda folder: place(folder).erase([Doomed("1", "0" * 64)]),
    "facts of a dataset": lambda folder: read_facts(made(folder, "croissant.json")),
    "facts beside a dataset": lambda folder: facts_beside(made(folder, "croissant.json")),
    "lineage": lambda folder: lineage.import_file(made(folder, "lineage.json")),
    "a database of lineage": lambda folder: lineage.import_file(made(folder, "mlflow.db", b"SQLite format 3\0")),
    "an own model": lambda folder: engine_facts(str(own_model(folder)), lambda: None),  # type: ignore[arg-type, return-value]
    "a time stamp": lambda _: timestamp.require_stamp(b"x", b"x", b"x", b"x"),
    "certificates of authorities": lambda _: timestamp.certificates_of(b"x"),
    "a certificate of a recipient": lambda _: cms.recipient_name(b"x", 1),
    "a bundle": lambda folder: verify(bundle(folder)),
    "a printed page": lambda folder: read_note(made(folder, "page.pdf", b"%PDF-1.7\n")),
    "a task of many": lambda _: a_task_of_many(),
}


def place(folder: Path) -> CelledContainer:
    return CelledContainer(ContainerPlace("csv", made(folder, "data.csv", b"a,b\n1,2\n"), "data.csv"))


@pytest.mark.parametrize("name", INPUTS)
def test_planted_code_reaches_nothing_beside_its_own_input(
    name: str, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which lies where a person keeps everything else too."""
    told: list[str] = []

    class Told(cells.CellFailed):
        code = ""

        def __init__(self, **details: object) -> None:
            told.append(str(details["why"]))
            super().__init__(**details)

    home = house / "home"
    monkeypatch.setattr(cells, "CellFailed", Told)
    with suppress(DeskError):
        INPUTS[name](home)
    assert told
    assert {re.search(r"Held|Broke_\w+|$", one)[0] for one in told} == {"Held"}  # type: ignore[index]
    assert (house / "vault" / "keys.json").read_text() == "{}"
    assert (home / "letter.txt").read_text() == "Dear Sir"
    assert not [path for path in house.rglob("*") if path.name in ("planted", "linked")]
