"""Digests of a registered dataset's files, by which lineage from other systems finds it under any name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dsr_desk.app.data.indexing import SourcesElsewhere, list_indexes, opened, version_code
from dsr_desk.app.desk import Desk
from dsr_desk.core.acts import Draft, Kind
from dsr_desk.core.changes import Change
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.registry import reopen
from dsr_desk.jobs.progress import CancelToken, Progress, Report
from dsr_desk.lineage.content import Content, digest_of_folder, digests_of_file, keep
from dsr_desk.storage.registers import touch


class DatasetNotIndexed(DeskError):
    code = "LINEAGE-DATASET-NOT-INDEXED"
    happened = "No index in this vault describes {dataset}."
    means = "Which files belong to it is not known, so none was read."
    todo = "Give a version that `index info` lists; what an erasure changed is described as the version after it."


@dataclass(frozen=True)
class ContentNoted:
    """How many digests of a dataset version are known now, and why files were left out, by name."""

    dataset_version: str
    digests: int
    left_out: tuple[tuple[str, Message], ...]


def note_content(desk: Desk, version: str, *, report: Report, cancel: CancelToken) -> tuple[ContentNoted, Change]:
    """Reads the files of a dataset version (name@version) where they lie and keeps the digests that other systems
    state: SHA-256 and MD5 of files, and what DVC computes of a folder.

    Files that are not as they were indexed are left out: they may be another version. Raises DatasetNotIndexed,
    SourcesElsewhere, Cancelled.
    """
    indexes = [one for one in list_indexes(desk) if one.dataset_version == version and one.destroyed is None]
    if not indexes:
        raise DatasetNotIndexed(dataset=version)
    if not any(source.exists() for index in indexes for source in index.sources):
        raise SourcesElsewhere(name=indexes[0].name)
    left_out: dict[str, Message] = {}
    whole: set[str] = set()
    files: dict[Path, str] = {}
    for index in indexes:
        for container in opened(desk, index.name).containers():
            if not container.path.exists():
                left_out[container.name] = message("why.out-of-reach")
            elif reopen(container.format, container.path, container.name).fingerprint() != container.fingerprint:
                left_out[container.name] = message("why.not-as-indexed.container")
            elif container.path.is_file():
                files[container.path.absolute()] = container.name
    digests: dict[Path, tuple[str, str]] = {}

    def looked(path: Path, found: tuple[str, str]) -> None:
        cancel.check()
        digests[path.absolute()] = found
        report(Progress(message("phase.reading-files"), len(digests)))

    sources = list(dict.fromkeys(source for index in indexes for source in index.sources if source.exists()))
    for source in sources:
        if source.is_dir() and not left_out:
            found = digest_of_folder(source, looked)
            whole.update([found] if len(sources) == 1 else [])
    for path in files:
        if path not in digests:
            looked(path, digests_of_file(path))
    if len(sources) == 1 and sources[0].absolute() in digests:
        whole.update(digests[sources[0].absolute()])
    content = Content(tuple(sorted(whole)), tuple((name, digests[path]) for path, name in sorted(files.items())))
    with desk.vault.transaction() as db:
        keep(db, version, content)
        said = {
            "event": "content-noted",
            "dataset": version_code(version),
            "files": len(content.parts),
            "whole": len(content.whole),
        }
        change = desk.act(Draft(Kind.LINEAGE, said), touches=[touch("lineage_digests", version)])
    known = len(content.whole) + sum(len(listed) for _, listed in content.parts)
    return ContentNoted(version, known, tuple(sorted(left_out.items()))), change
