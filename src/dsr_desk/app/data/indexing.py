"""Indexes: building, registering, checking, handing over and destroying them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dsr_desk.app.desk import Desk
from dsr_desk.core import codec
from dsr_desk.core.acts import Draft, Kind, pseudonym
from dsr_desk.core.canonical import digest_of
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import DatasetVersion
from dsr_desk.faces.facts import INVENTORY, engine_facts, engine_grants
from dsr_desk.faces.registry import loader
from dsr_desk.jobs.cluster import Cluster
from dsr_desk.jobs.progress import CancelToken, Report
from dsr_desk.jobs.start import Lent, Where
from dsr_desk.search.index import carry
from dsr_desk.search.index.about import ABOUT, About, IndexPurpose, IndexSigner, read_about
from dsr_desk.search.index.folder import SUFFIX, Index
from dsr_desk.search.index.keyfile import Secret
from dsr_desk.storage.clock import now
from dsr_desk.storage.registers import Touch
from dsr_desk.storage.rows import DatasetRow, IndexRow

if TYPE_CHECKING:
    from dsr_desk.search.index.build import BuildReport
    from dsr_desk.search.index.check import CheckReport

__all__ = ["INVENTORY", "SUFFIX", "BuildReport", "CheckReport", "Cluster", "IndexPurpose"]


class IndexUnknown(DeskError):
    code = "INDEX-UNKNOWN"
    happened = "No index called {name} is registered in this vault, and there is none at that path."
    means = "It was not searched."
    todo = "List the indexes with `index info`, build it, or claim the file that was sent to you."


class IndexNameTaken(DeskError):
    code = "INDEX-NAME-TAKEN"
    happened = "Another index is registered under the name {name}."
    means = "Two of one name could not be told apart in evidence. Nothing was registered."
    todo = "Give the folder another name."


class IndexDestroyed(DeskError):
    code = "INDEX-DESTROYED"
    happened = "The index {name} was destroyed."
    means = "It can no longer be searched."
    todo = "Build it again from the data if there is still a purpose and a legal basis for it."


class SourcesElsewhere(DeskError):
    code = "INDEX-SOURCES-ELSEWHERE"
    happened = "The data of the index {name} does not lie where this computer can read it."
    means = "The index could not be compared with the data as it is now."
    todo = "Bring the index up to date on the machine that holds the data, export it to this vault and claim it."


@dataclass(frozen=True)
class RegisteredIndex:
    """An index as the vault knows it. `about` is what it said of itself when it was last opened here.

    `places` are the containers' paths, `sources` the paths that it was built from (none where it was built elsewhere).
    """

    id: str
    name: str
    path: Path
    dataset_version: str
    about: About
    registered: str
    destroyed: str | None
    places: tuple[Path, ...]
    sources: tuple[Path, ...]

    @property
    def present(self) -> bool:
        return self.destroyed is None and self.path.is_dir()


@contextmanager
def lent_workers(engine: str = "standard", *, thumbnails: bool = True) -> Iterator[Lent]:
    """Processes, one a core, for several indexes that are built one after the other."""
    from dsr_desk.jobs.pool import WorkerPool
    from dsr_desk.search.index.work import recipe_for

    load = loader(engine)
    digest = engine_facts(engine, load).digest
    recipe = recipe_for(load, digest, engine_grants(engine), thumbnails=thumbnails)
    with WorkerPool(os.cpu_count() or 1, recipe) as workers:
        workers.start()
        yield Lent(workers, recipe)


def build_index(
    desk: Desk,
    sources: Sequence[Path],
    to: Path,
    version: DatasetVersion,
    *,
    register: IndexPurpose,
    engine: str = "standard",
    country: str = "",
    recipients: Sequence[str] = (),
    thumbnails: bool = True,
    workers: Where | None = None,
    report: Report,
    cancel: CancelToken,
) -> tuple[BuildReport, Change]:
    """Builds or continues an index addressed to this vault (and `recipients`), then registers it.

    `workers` are so many processes (one a core if None), a Dask cluster, or lent.
    """
    from dsr_desk.search.index.build import Addressed, build  # which loads every container format

    folder = index_folder(to)
    desk.release(folder.name.removesuffix(SUFFIX))
    result = build(
        sources,
        folder,
        version=version,
        addressed=Addressed((desk.vault.public_key, *recipients), secret_of(desk)),
        register=register,
        signer=signer_of(desk),
        engine_name=engine,
        country=country or desk.place.country,
        thumbnails=thumbnails,
        workers=workers or os.cpu_count() or 1,
        report=report,
        cancel=cancel,
    )
    return result, register_index(desk, folder, sources)


def secret_of(desk: Desk) -> Secret:
    """What opens indexes that are addressed to this vault."""
    return Secret(identity=desk.vault.identity)


def refresh_index(
    desk: Desk, name: str, report: Report, cancel: CancelToken, *, workers: Where | None = None
) -> BuildReport:
    """Brings an index up to date with what it was built from. Raises SourcesElsewhere, and what `build` raises."""
    from dsr_desk.search.index.build import Addressed, build

    known = resolve_index(desk, name)
    if not known.sources or not all(source.exists() for source in known.sources):
        raise SourcesElsewhere(name=known.name)
    index = opened(desk, known.name)
    version, thumbnails = index.version, index.has_thumbnails
    desk.release(known.name)
    result = build(
        known.sources,
        known.path,
        version=version,
        addressed=Addressed((desk.vault.public_key,), secret_of(desk)),
        signer=signer_of(desk),
        engine_name=known.about.engine,
        thumbnails=thumbnails,
        workers=workers or os.cpu_count() or 1,
        report=report,
        cancel=cancel,
    )
    register_index(desk, known.path)
    return result


def signer_of(desk: Desk) -> IndexSigner:
    return IndexSigner(desk.vault.officer_key, desk.vault.sign)


def register_index(desk: Desk, path: Path, sources: Sequence[Path] = ()) -> Change:
    """Makes a finished index known to the vault; `sources` are what it was built from, where that is known.

    One act of its own, which names the dataset version too where that is new. Raises what opening the index raises,
    and IndexNameTaken.
    """
    folder = index_folder(path)
    name = folder.name.removesuffix(SUFFIX)
    desk.release(name)
    index = desk.hold(name, Index.open(folder, secret_of(desk)))
    with desk.vault.transaction():
        touches = keep_index(desk, folder, index, sources)
        about = index.about
        said = {
            "index": about.index,
            "event": "registered",
            "generation": about.generation,
            "items": about.items,
            "inventory": about.inventory,
        }
        return desk.act(Draft(Kind.INDEX, said), touches=touches, subject=name)


def keep_index(desk: Desk, folder: Path, index: Index, sources: Sequence[Path] = ()) -> list[Touch]:
    """Writes the rows of an open index, inside a transaction; returns what the caller's act touches.

    Raises IndexNameTaken.
    """
    name = folder.name.removesuffix(SUFFIX)
    about, places = index.about, sorted({str(container.path) for container in index.containers()})
    rows = desk.vault.indexes
    if any(one.id != about.index for one in rows.all(name=name)):
        raise IndexNameTaken(name=name)
    touches = register_version(desk, index.version)
    before = rows.get(about.index)
    kept = [str(source.absolute()) for source in sources] or (json.loads(before.about)["sources"] if before else [])
    said = json.dumps({"about": codec.plain(about), "places": places, "sources": kept})
    row = IndexRow(about.index, name, str(folder.absolute()), index.version.id, said, now())
    return [*touches, rows.put(row)]


def register_version(desk: Desk, version: DatasetVersion) -> list[Touch]:
    """Keeps a dataset version's facts, inside a transaction; what is registered already stays as it is.

    Writes no act: returns what the caller's act touches, nothing where the version was registered before.
    """
    rows, facts = desk.vault.datasets, codec.to_text(version)
    if rows.get(version.id) is not None:
        return []
    return [rows.add(DatasetRow(version.id, version.name, version.version, facts, now(), version.derived_from))]


def version_code(version_id: str) -> str:
    """What an act calls a dataset version: its name is free text. The same in every vault."""
    return digest_of(version_id)[:32]


def generations(desk: Desk, ref: str) -> dict[str, int]:
    """Generation of each registered index as its own about.json says it now, by the index's pseudonym in the case.

    -1 where it cannot be read, or lies there no longer. Destroyed ones are left out. Raises CaseMissing.
    """
    key = desk.key(ref)
    present = desk.vault.indexes.all("id", destroyed=None)
    return {pseudonym(key, one.id): _generation(one.id, Path(one.path)) for one in present}


def _generation(index: str, folder: Path) -> int:
    try:
        about = read_about((folder / ABOUT).read_bytes())
    except (OSError, ValueError):
        return -1
    return about.generation if about.index == index else -1


def dataset_versions(desk: Desk) -> list[tuple[DatasetVersion, str]]:
    """Registered dataset versions with the UTC time of their registration, oldest first."""
    rows = desk.vault.datasets.all("registered, id")
    return [(codec.from_text(row.facts, DatasetVersion), row.registered) for row in rows]


def ancestors(desk: Desk, version_id: str) -> list[str]:
    """Ids of the versions that a dataset version was derived from, nearest first."""
    before = {row.id: row.derived_from for row in desk.vault.datasets.all()}
    line: list[str] = []
    while (version_id := before.get(version_id, "")) and version_id not in line:
        line.append(version_id)
    return line


def list_indexes(desk: Desk) -> list[RegisteredIndex]:
    """All registered indexes, destroyed ones too, by name."""
    return [_registered(row) for row in desk.vault.indexes.all("name")]


def resolve_index(desk: Desk, name: str) -> RegisteredIndex:
    """By name, id or path; an index folder that is not registered yet is registered. Raises IndexUnknown."""
    for index in list_indexes(desk):
        if name in (index.name, index.id, f"{index.name}{SUFFIX}"):
            return index
    path = Path(name)
    folder = path if path.is_dir() else index_folder(path)
    if not folder.is_dir():
        raise IndexUnknown(name=name)
    same = [index for index in list_indexes(desk) if index.path == folder.absolute()]
    if not same:
        register_index(desk, folder)
        same = [index for index in list_indexes(desk) if index.path == folder.absolute()]
    return same[0]


def opened(desk: Desk, name: str) -> Index:
    """The open index of this registered name; kept open until the desk is locked."""
    index = desk.held(name)
    if index is not None:
        return index
    known = resolve_index(desk, name)
    if known.destroyed is not None:
        raise IndexDestroyed(name=name)
    return desk.hold(known.name, Index.open(known.path, secret_of(desk)))


def check_index(desk: Desk, name: str, report: Report, cancel: CancelToken) -> CheckReport:
    """Compares the containers with the index and proves the index by finding some of its own faces again."""
    from dsr_desk.search.index.check import check

    return check(opened(desk, resolve_index(desk, name).name), report=report, cancel=cancel)


def export_index(desk: Desk, name: str, to: Path, recipients: Sequence[str]) -> Change:
    """One file that other vaults claim. The vault remembers that a copy is out."""
    known = resolve_index(desk, name)
    desk.release(known.name)
    exported = carry.export_index(known.path, secret_of(desk), to, recipients)
    said = {"index": known.id, "event": "exported", "file": exported.digest, "recipients": len(recipients)}
    return desk.act(Draft(Kind.INDEX, said), subject=known.name)


def claim_index(desk: Desk, file: Path, folder: Path) -> Change:
    """Unpacks an exported index into the index folder `folder` and registers it."""
    to = index_folder(folder)
    carry.claim_index(file, to, secret_of(desk), [desk.vault.public_key])
    return register_index(desk, to)


def destroy_index(desk: Desk, name: str) -> Change:
    """Destroys the index's key and removes its files; says so in the log."""
    known = resolve_index(desk, name)
    desk.release(known.name)
    carry.destroy_index(known.path)
    with desk.vault.transaction():
        touches = [desk.vault.indexes.change(known.id, destroyed=now())]
        said = {"index": known.id, "event": "destroyed"}
        return desk.act(Draft(Kind.INDEX, said), touches=touches, subject=known.name)


def index_folder(path: Path) -> Path:
    return path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)


def _registered(row: IndexRow) -> RegisteredIndex:
    stored = json.loads(row.about)
    return RegisteredIndex(
        id=row.id,
        name=row.name,
        path=Path(row.path),
        dataset_version=row.dataset_version,
        about=codec.restore(stored["about"], About),
        registered=row.registered,
        destroyed=row.destroyed,
        places=tuple(Path(place) for place in stored["places"]),
        sources=tuple(Path(source) for source in stored["sources"]),
    )
