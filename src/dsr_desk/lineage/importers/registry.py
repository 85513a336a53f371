"""Which formats can be imported, and the one function that imports a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from dsr_desk.core import codec
from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.errors import DeskError
from dsr_desk.core.imported import Imported
from dsr_desk.core.message import Message, message, refused
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, stream
from dsr_desk.jobs.git import History
from dsr_desk.lineage.importers import (
    croissant,
    cyclonedx,
    dvc,
    hugging_face,
    ml_metadata,
    mlflow_files,
    mlflow_sqlite,
    openlineage,
    own_form,
    own_table,
    prov_json,
    sagemaker,
    spdx,
    training_folders,
    wandb_export,
    wandb_folder,
    weights_file,
)
from dsr_desk.lineage.importers.draft import WHOLE, ImportRefused, LineageDraft
from dsr_desk.lineage.importers.peek import NO_HISTORY, Peek, beside, sha256_of
from dsr_desk.lineage.importers.reading import LARGEST_DOCUMENT

SECONDS, BYTES_A_SECOND, BYTES_A_NAME, BYTES_HASHED_A_SECOND = 60, 500_000, 5_000, 50_000_000
MEMORY, MEMORY_A_BYTE = 2 << 30, 8
ANSWER, ANSWER_A_BYTE, LARGEST_ANSWER = 64 << 20, 8, 1 << 30
"""What reading a file may take and give: so much at least, more for a large one. A folder weighs by the names in it."""

A_PIECE = 20_000
"""Nodes, or edges, that cross from the cell at a time."""

MOST_THINGS = codec.MOST_VALUES // 10
"""Nodes and edges of one file."""

codec.prepare(Imported)


class LineageFormatUnknown(DeskError):
    code = "LINEAGE-FORMAT-UNKNOWN"
    happened = "{file} is in none of the lineage formats that are read here: {formats}."
    means = "Nothing was imported from it; models that only this file knows are missing from the graph."
    todo = "Export it from the producing system in one of these formats, or write it down in the CSV form."


class LineageFolderUnknown(DeskError):
    code = "LINEAGE-FOLDER-UNKNOWN"
    happened = (
        "{file} is a folder in which nothing is that is read here: a store of MLflow (mlruns), run folders of Weights "
        "& Biases, a repository of DVC, a model or dataset of Hugging Face with its card, or trainings as Ultralytics, "
        "Lightning, the Trainer of Hugging Face, Detectron2, timm or Hydra leave them, or weights."
    )
    means = "Nothing was imported from it; models that only this folder knows are missing from the graph."
    todo = "Name the folder that holds these themselves, export from the producing system, or write it down as CSV."


class LineageFileUnreadable(DeskError):
    code = "LINEAGE-FILE-UNREADABLE"
    happened = "{file} cannot be read: {why}."
    means = "Nothing was imported from it."
    todo = "Check the path and the permissions, or get the file anew, then import it again."


class Importer(Protocol):
    """One module per format."""

    FORMAT: str

    def sniff(self, peek: Peek) -> bool:
        """Whether the content is of this format. May raise ImportRefused where it is but is broken."""
        ...

    def read(self, peek: Peek, draft: LineageDraft) -> None:
        """Fills the draft, or raises ImportRefused."""
        ...

    def files(self, peek: Peek) -> list[Path]:
        """What `read` reads: the file itself, or the files of interest in a folder."""
        ...


IMPORTERS: tuple[Importer, ...] = (
    mlflow_sqlite,
    ml_metadata,
    mlflow_files,
    own_form,
    cyclonedx,
    spdx,
    croissant,
    openlineage,
    prov_json,
    wandb_export,
    dvc,
    wandb_folder,
    training_folders,
    weights_file,
    hugging_face,
    sagemaker,
    own_table,
)


def import_file(path: Path) -> Imported:
    """Reads a file (or a folder, for formats that are folders) of any known format, in a cell that sees nothing else.

    All or nothing: raises LineageFileDamaged with file, place and reason, LineageFormatUnknown or
    LineageFileUnreadable. The same bytes give the same result.
    """
    path = path.absolute()
    try:
        path.stat()  # a link to itself is refused by the system here, and by Python in other words later
        history = dvc.past(path)
        grants = Grants(read=(path, *beside(path), *hugging_face.stored(path)))
        imported = _joined(stream(Imported, read_pieces, path, history, grants=grants, limits=_limits(path, history)))
    except CellFailed as failed:
        raise LineageFileUnreadable(file=path.name, why=failed.why) from failed
    except OSError as error:
        raise LineageFileUnreadable(file=path.name, why=refused(error)) from error
    if imported is None or not _holds_together(imported, path):
        raise LineageFileUnreadable(file=path.name, why=message("why.cell.unfit"))
    return imported


def read_pieces(path: Path, history: History = NO_HISTORY) -> Iterator[Imported]:
    """What runs in the cell: what a file says, a part of its nodes or edges at a time."""
    yield from cut(read_file(path, history))


def cut(whole: Imported) -> Iterator[Imported]:
    """The same in pieces that name the same source; the first says all but edges and further nodes."""
    bare = replace(whole, nodes=(), edges=(), warnings=())
    yield replace(whole, nodes=whole.nodes[:A_PIECE], edges=())
    for start in range(A_PIECE, len(whole.nodes), A_PIECE):
        yield replace(bare, nodes=whole.nodes[start : start + A_PIECE])
    for start in range(0, len(whole.edges), A_PIECE):
        yield replace(bare, edges=whole.edges[start : start + A_PIECE])


def _joined(pieces: Iterator[Imported]) -> Imported | None:
    """None where they are not pieces of one source."""
    first = next(pieces, None)
    if first is None:
        return None
    bare = replace(first, nodes=(), edges=(), warnings=())
    nodes, edges = list(first.nodes), list(first.edges)
    for piece in pieces:
        nodes += piece.nodes
        edges += piece.edges
        if replace(piece, nodes=(), edges=()) != bare or len(nodes) + len(edges) > MOST_THINGS:
            return None
    return replace(first, nodes=tuple(nodes), edges=tuple(edges))


def read_file(path: Path, history: History = NO_HISTORY) -> Imported:
    """All that a file says, or a repository with its history. Nothing in it is executed."""
    peek = Peek(path, history)
    draft = LineageDraft()
    try:
        importer = next((importer for importer in IMPORTERS if importer.sniff(peek)), None)
        if importer is None:
            raise _unknown(peek)
        digest = digest_of(importer.files(peek), path, peek.sha256_of)
        importer.read(peek, draft)
        if digest_of(importer.files(peek), path) != digest:
            raise ImportRefused(WHOLE, "damage.changed")
        if peek.is_folder and (others := _also(importer, peek)):
            draft.warn("note.lineage.also", formats=others)
        if history.revisions:
            digest = sha256_hex(f"{digest} {history.digest}".encode())
        _check_text(draft)
    except RecursionError as error:
        raise ImportRefused(WHOLE, "damage.nested").damage(path.name) from error
    except ImportRefused as error:
        raise error.damage(path.name) from error
    except OSError as error:
        raise LineageFileUnreadable(file=path.name, why=_refused(error, path)) from error
    if not draft.nodes:
        draft.warn("note.lineage.nothing")
    return Imported(
        file=path.name,
        format=importer.FORMAT,
        digest=digest,
        nodes=tuple(draft.nodes.values()),
        edges=draft.all_edges(digest),
        warnings=draft.warnings,
        newest=draft.newest,
    )


def _also(importer: Importer, peek: Peek) -> tuple[str, ...]:
    """What else a folder is: only one format of it is read."""
    found = []
    for one in IMPORTERS:
        with suppress(ImportRefused, OSError):
            found += [one.FORMAT] if one is not importer and one.sniff(peek) else []
    return tuple(found)


def _unknown(peek: Peek) -> DeskError:
    if peek.is_folder:
        return LineageFolderUnknown(file=peek.path.name)
    return LineageFormatUnknown(file=peek.path.name, formats=tuple(one.FORMAT for one in IMPORTERS))


def _limits(path: Path, history: History) -> Limits:
    listed = [Path(folder) / name for folder, _, names in os.walk(path) for name in names]
    size = len(listed) * BYTES_A_NAME if path.is_dir() else path.stat().st_size
    size += sum(map(len, history.contents.values()))
    hashed = sum(one.stat().st_size for one in listed if not one.is_symlink())
    whole = min(size, LARGEST_DOCUMENT)
    answer = min(ANSWER + ANSWER_A_BYTE * whole, LARGEST_ANSWER)
    seconds = SECONDS + size / BYTES_A_SECOND + hashed / BYTES_HASHED_A_SECOND
    return Limits(seconds, MEMORY + MEMORY_A_BYTE * whole, answer)


def _holds_together(imported: Imported, path: Path) -> bool:
    """Whether what came out of the cell is what it may say: of this file, and edges between nodes that are there."""
    known = {node.id for node in imported.nodes}
    return (
        imported.file == path.name
        and imported.format in {one.FORMAT for one in IMPORTERS}
        and len(known) == len(imported.nodes)
        and all(
            edge.origin in known and edge.target in known and edge.source == imported.digest for edge in imported.edges
        )
    )


def _refused(error: OSError, root: Path) -> Message:
    """Why the system refused. A link that leads out of what was named is one that the cell does not follow."""
    named = Path(os.fsdecode(error.filename or root))
    leads_out = named.is_relative_to(root) and not named.resolve().is_relative_to(root.resolve())
    if isinstance(error, PermissionError) and leads_out:
        return message("why.lineage.link", name=named.relative_to(root).as_posix())
    return refused(error)


def _check_text(draft: LineageDraft) -> None:
    """Half characters (lone surrogates) can stand in JSON and in no database."""
    for node in draft.nodes.values():
        try:
            "".join((node.id, node.name, *node.aliases, *node.digests, *node.attributes.values())).encode()
        except UnicodeEncodeError as error:
            raise ImportRefused(message("place.name"), "damage.half-character") from error


def digest_of(files: Iterable[Path], root: Path, sha256: Callable[[Path], str] = sha256_of) -> str:
    """SHA-256 (hex) of one file; over relative names and digests where a source consists of several."""
    listed = list(files)
    if listed == [root]:
        return sha256(root)
    whole = hashlib.sha256()
    for file in listed:
        name = file.relative_to(root).as_posix() if root.is_dir() else file.name
        whole.update(f"{len(name.encode())}:{name}".encode() + bytes.fromhex(sha256(file)))
    return whole.hexdigest()
