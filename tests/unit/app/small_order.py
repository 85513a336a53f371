"""A small order on real storage and data: two shards of one supplier and a table of another's, listed and hashed."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyrage
from PIL import Image

from dsr_desk.app.case import deleting, orders, scope
from dsr_desk.app.case.orders import Met
from dsr_desk.app.data import indexing
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof import sealing
from dsr_desk.app.vault import officers
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.orders import typed
from dsr_desk.core.requests import Law
from dsr_desk.core.selectors import parse
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose
from required_fields import state_all_generally

ADA, BEA = "ada's own long words", "bea's own long words"
SERVED = date(2026, 11, 2)
OBLIGATIONS = ("data=30", "embeddings=90", "recipients=30", "statement=10:sworn", "report=5:every=10")
COVERS = 'supplier = "Bright" and (container = "data/shard-0.tar" or prefix = "0004")'


@dataclass
class SmallOrder:
    """The order, opened by Ada; Bea is an officer too."""

    desk: Desk
    ref: str
    folder: Path
    sealed: int = 0

    @property
    def whole(self) -> Path:
        return self.folder / "data" / "shard-0.tar"

    def scoped(self) -> SmallOrder:
        """Found authentic, resolved, and looked at by sample: one shard as a whole, one photo of the other."""
        indexing.refresh_index(self.desk, "shards", silent, CancelToken(), workers=1)  # a copy is another file
        orders.record_authenticity(self.desk, self.ref, "called the authority back")
        scope.resolve_scope(self.desk, self.ref, parse(COVERS))
        for of, fits in (("scope", "belongs"), ("rest", "not")):
            scope.draw(self.desk, self.ref, of, 5)
            places = [one.place for one in scope.drawn_items(self.desk, self.ref) if one.of == of]
            scope.mark(self.desk, self.ref, dict.fromkeys(places, fits), of)
        return self

    def run(self) -> SmallOrder:
        """Planned, approved, run and read back."""
        deleting.make_plan(self.desk, self.ref)
        deleting.approve(self.desk, self.ref)
        return self.again()

    def again(self) -> SmallOrder:
        deleting.run(self.desk, self.ref)
        deleting.read_back(self.desk, self.ref)
        return self

    def say(self, obligation: str, how: Met = Met.DECLARED) -> None:
        orders.declare(self.desk, self.ref, obligation, how, f"done, says {obligation}")

    def seal(self, language: str = "en") -> Path:
        """A bundle for the authority, opened."""
        self.sealed += 1
        identity = pyrage.x25519.Identity.generate()
        key, to = self.folder / "identity.txt", self.folder / f"opened-{self.sealed}"
        key.write_text(str(identity))
        (made,) = sealing.seal(
            self.desk, self.ref, self.folder / "sealed", requester=False, regulators=[str(identity.to_public())],
            language=language,
        )  # fmt: skip
        sealing.open_bundle(made.path, to, identities=[key])
        return to


def make(folder: Path) -> str:
    """A vault with two officers, two indexes and an open order. Returns the case's reference."""
    for name in ("data", "other"):
        (folder / name).mkdir(parents=True)
    _write_shard(folder / "data" / "shard-0.tar", range(4))
    _write_shard(folder / "data" / "shard-1.tar", range(4, 7))
    (folder / "other" / "people.csv").write_text("account,name\nA-1,Wilma\n", encoding="utf-8")
    (folder / "order.txt").write_text("In the matter of Org. Delete what Bright delivered.\n", encoding="utf-8")
    desk, _ = Desk.create(folder / "vault", "Org", "Ada", ADA)
    with desk:
        officers.add_officer(desk, "Bea", BEA)
        state_all_generally(desk, Law.ORDER)
        for name, sources, version in (
            ("shards", folder / "data", DatasetVersion("shards", "1", supplier="Bright", **_TOLD)),
            ("people", folder / "other", DatasetVersion("people", "1", supplier="Else", **_TOLD)),
        ):
            indexing.build_index(
                desk, [sources], folder / name, version, register=IndexPurpose(), engine=indexing.INVENTORY,
                workers=1, report=silent, cancel=CancelToken(),
            )  # fmt: skip
        obligations = tuple(typed(one, SERVED, place) for place, one in enumerate(OBLIGATIONS, start=1))
        content = orders.OrderContent("The Authority", "D-1", SERVED, obligations)
        view, _ = orders.open_order(desk, content, orders.read_letter(folder / "order.txt"))
        return view.ref


_TOLD = {"other_places": "none", "data_recipients": "Example Ltd; Sample AG"}


@contextmanager
def at(live: Path, template: Path, ref: str) -> Iterator[SmallOrder]:
    """Paths in a vault are absolute: each test works in the place where it was made, on a copy."""
    shutil.copytree(template, live)
    try:
        with Desk.open(live / "vault", ADA) as desk:
            yield SmallOrder(desk, ref, live)
    finally:
        shutil.rmtree(live)


def _write_shard(path: Path, numbers: range) -> None:
    with tarfile.open(path, "w") as out:
        for number in numbers:
            data = io.BytesIO()
            Image.new("RGB", (8, 8), (number, number, number)).save(data, "PNG")
            info = tarfile.TarInfo(f"{number:04d}.png")
            info.size = len(data.getvalue())
            out.addfile(info, io.BytesIO(data.getvalue()))
