"""A vault whose datasets an order may be about: copies, crops, unknown facts, near names, and lineage between them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import search_fakes
from dsr_desk.app.data import columns, indexing, registering
from dsr_desk.app.desk import Desk
from dsr_desk.app.models import lineage
from dsr_desk.core.items import DatasetVersion
from dsr_desk.jobs.progress import CancelToken, silent
from dsr_desk.search.index.about import IndexPurpose

PASSPHRASE = "long words for a scope"
PHOTOS = [search_fakes.photo(salt=number) for number in range(12)]
TABLE = """account,supplier
A-1,Brightwater Pictures
A-2, brightwater PICTURES
A-3,Brightwater Pictures Ltd
A-4,Somebody Else
"""
HEAD = (
    "from_namespace,from_kind,from_name,from_version,role,to_namespace,to_kind,to_name,to_version,certainty,to_created,"
    "to_ended\n"
)
LINEAGE = HEAD + "".join(
    f"{line}\n"
    for line in (
        "registered,dataset,alpha,1,train,,model,trained,1,recorded,,",
        "registered,dataset,alpha,1,evaluate,,model,measured,1,recorded,,",
        "registered,dataset,beta,1,train,,model,measured,1,recorded,,",
        "registered,dataset,beta,1,train,,model,perhaps,1,unknown,,",
        "registered,dataset,gamma,1,train,,model,perhaps,1,recorded,,",
        ",model,silent,1,serve,,deployment,somewhere,,recorded,2024-01-01,",
        "registered,dataset,alpha,1,derive,registered,dataset,gamma,1,recorded,,",
        "registered,dataset,alpha,1,derive,,dataset,crops elsewhere,1,recorded,,",
    )
)
ALPHA = DatasetVersion("alpha", "1", supplier="Brightwater Pictures", collected="2015 to 2016", source="a street")
BETA = DatasetVersion("beta", "1")
GAMMA = DatasetVersion("gamma", "1", supplier="Brightwater Pictures Ltd", collected="2020-03-01")
DELTA = DatasetVersion("delta", "1", supplier="Brightwater Pictures", collected="2015 to 2021")


def tar(path: Path, members: Mapping[str, bytes]) -> None:
    with tarfile.open(path, "w") as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))


def build(desk: Desk, source: Path, to: Path, version: DatasetVersion) -> None:
    """An inventory: it finds what it lists by digest, and needs no engine."""
    to.parent.mkdir(exist_ok=True)
    indexing.build_index(
        desk, [source], to, version,
        register=IndexPurpose(), engine=indexing.INVENTORY, workers=1, report=silent, cancel=CancelToken(),
    )  # fmt: skip


def make(folder: Path) -> Desk:
    """The vault, open. Photos 0 and 1 of alpha lie in beta too; `alpha/s1.tar` holds what no reader takes."""
    alpha, beta, gamma = (folder / name for name in ("alpha", "beta", "gamma"))
    alpha.mkdir(parents=True)
    tar(alpha / "s0.tar", {f"x/{number}.png": PHOTOS[number] for number in range(3)})
    tar(
        alpha / "s1.tar", {**{f"y/{number}.png": PHOTOS[number] for number in range(3, 6)}, "y/odd.bin": b"\0\1\2" * 50}
    )
    for place, number in (("in", 0), ("in", 1), ("In", 6), ("other", 7)):
        (beta / "photos" / place).mkdir(parents=True, exist_ok=True)
        (beta / "photos" / place / f"{number}.png").write_bytes(PHOTOS[number])
    (beta / "people.csv").write_text(TABLE, encoding="utf-8")
    gamma.mkdir()
    for number in (8, 9):
        (gamma / f"{number}.png").write_bytes(PHOTOS[number])
    desk, _ = Desk.create(folder / "vault", "Org", "Ada", PASSPHRASE)
    for version in (ALPHA, BETA, GAMMA):
        build(desk, folder / version.name, folder / "indexes" / version.name, version)
    registering.register_dataset(desk, DELTA)
    columns.confirm_columns(desk, "beta")
    (folder / "lineage.csv").write_text(LINEAGE, encoding="utf-8")
    lineage.import_lineage(desk, [folder / "lineage.csv"])
    return desk
