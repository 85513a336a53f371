"""DVC: `dvc.lock`, `dvc.yaml` and `.dvc` files, one by one or as a repository with its history."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from dsr_desk.core.lineage import NodeKind, Role
from dsr_desk.core.message import message
from dsr_desk.jobs.git import History, Revision, history
from dsr_desk.lineage.importers.draft import DOCUMENT, ImportRefused, LineageDraft, Place, said, system_of
from dsr_desk.lineage.importers.dvc_stages import Data, PathKinds, PipelineStage, Writer
from dsr_desk.lineage.importers.peek import NO_HISTORY, Peek
from dsr_desk.lineage.importers.reading import items, listing, mapping, maybe_text, some_text, text_of, yaml_document

FORMAT = "DVC"
LOCK, PIPELINE = "dvc.lock", "dvc.yaml"
REGISTERED = "ds://"

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)", re.IGNORECASE)
_SHORT_ADDRESS = re.compile(r"(?:[^@/\\]+@)?([^/\\:]{2,}):(?!\\)(.+)")


def sniff(peek: Peek) -> bool:
    if peek.is_folder:
        return (peek.path / ".dvc").is_dir() or any(True for _ in _found(peek.path))
    return _is_dvc_name(peek.path.name) or peek.text_head.startswith(("schema: '2.0'", 'schema: "2.0"'))


def files(peek: Peek) -> list[Path]:
    return sorted(_found(peek.path)) if peek.is_folder else [peek.path]


def past(path: Path) -> History:
    """What git has of the files of a repository at all its commits. It starts git, so it is asked outside of a cell."""
    if not path.is_dir() or not sniff(Peek(path)):
        return NO_HISTORY
    return history(path, (LOCK, PIPELINE, "*.dvc"), {LOCK: PIPELINE, PIPELINE: LOCK})


def read(peek: Peek, draft: LineageDraft) -> None:
    reader = _Reader(draft)
    prefix = peek.history.prefix
    here: dict[str, tuple[Place, Mapping[str, Any]]] = {}
    for file in files(peek):
        inside = file.relative_to(peek.path).as_posix() if peek.is_folder else ""
        here[f"{prefix}/{inside}" if prefix else inside or file.name] = (inside, _document(file, inside))
    for revision in peek.history.revisions:
        if ".dvc" not in PurePosixPath(revision.path).parts[:-1]:
            reader.revision(revision, peek.history.contents)
    for path, (place, document) in here.items():
        name = PurePosixPath(path).name
        if name == PIPELINE:
            reader.pipeline(document, path, place)
        elif "stages" in document or name.endswith(LOCK):
            reader.lock(document, here.get(_sibling(path), ("", {}))[1], path, place)
        else:
            reader.single(document, path, place)
    reader.write(_system(peek))
    if peek.is_folder:
        for why in peek.history.missing:
            draft.warn("note.lineage.past", why=why)
    else:
        draft.warn("note.lineage.past", why=message("git.one-file"))


def _system(peek: Peek) -> str:
    """By its remote, else its first commit, else by what it holds."""
    if peek.history.origin and (remote := normalised(peek.history.origin)):
        return system_of("dvc", "remote", remote)
    if peek.history.root:
        return system_of("dvc", "root", peek.history.root)
    return system_of("dvc", *(peek.sha256_of(path) for path in files(peek)))


def normalised(remote: str) -> str:
    """`host/path` of a repository's address, however it is reached; "" for a folder of one computer."""
    text = remote.strip()
    if text.casefold().startswith("file:"):
        return ""
    found = _ADDRESS.fullmatch(text) or _SHORT_ADDRESS.fullmatch(text)
    if found is None:
        return ""
    host, path = found[1], found[2]
    path = path.strip("/").removesuffix(".git").strip("/")
    return f"{host.casefold()}/{path}"


@dataclass(frozen=True)
class _Tracked:
    """Data of a `.dvc` file, and what it was imported from."""

    origins: tuple[Data, ...]
    outs: tuple[Data, ...]
    time: str


class _Reader:
    """Collects stages and single files of all commits, and writes them once it is known which paths hold models."""

    def __init__(self, draft: LineageDraft) -> None:
        self.draft = draft
        self.declared: dict[str, NodeKind] = {}
        self.names: dict[str, str] = {}
        self.steps: list[tuple[str, PipelineStage | _Tracked]] = []
        self.locked: set[str] = set()
        self.planned: list[PipelineStage] = []
        self.parsed: dict[str, Mapping[str, Any] | None] = {}
        self.seen: set[tuple[str, str, str]] = set()
        self.stages: set[str] = set()

    def revision(self, one: Revision, contents: Mapping[str, bytes]) -> None:
        """What one commit made of a file; what cannot be read costs that version alone."""
        name = PurePosixPath(one.path).name
        lock, pipeline = (one.beside, one.content) if name == PIPELINE else (one.content, one.beside)
        if name == PIPELINE and not lock:
            return
        path = _sibling(one.path) if name == PIPELINE else one.path
        if (path, lock, pipeline) in self.seen:
            return
        self.seen.add((path, lock, pipeline))
        document = self._parse(lock, contents)
        beside = self._parse(pipeline, contents) if pipeline else {}
        try:
            if document is None or beside is None:
                raise ImportRefused(one.path, "damage.not-yaml")
            if "stages" in document or path.endswith(LOCK):
                self.lock(document, beside, path, one.path, one)
            else:
                self.single(document, path, one.path, one)
        except ImportRefused as error:
            self.draft.warn("note.lineage.commit-unread", commit=one.commit[:12], path=one.path, why=error.why)

    def _parse(self, content: str, contents: Mapping[str, bytes]) -> Mapping[str, Any] | None:
        if content not in self.parsed:
            try:
                self.parsed[content] = mapping(yaml_document(contents[content].decode("utf-8-sig")), DOCUMENT)
            except (ImportRefused, KeyError, UnicodeDecodeError):
                self.parsed[content] = None
        return self.parsed[content]

    def lock(
        self, document: Mapping[str, Any], pipeline: Mapping[str, Any], path: str, place: Place,
        revision: Revision | None = None,
    ) -> None:  # fmt: skip
        schema = maybe_text(document.get("schema"), (place, "schema"))
        if document and not document.keys() & {"schema", "stages"} and all(map(_is_stage, document.values())):
            schema, document = "1.0", {"stages": document}
        stages = mapping(document.get("stages") or {}, (place, "stages"))
        if not schema:
            raise ImportRefused((place, "schema"), "damage.missing")
        if not schema.startswith(("1.", "2.")):
            raise ImportRefused((place, "schema"), "damage.lock-version")
        self._artifacts(pipeline, path, place)
        written = mapping(pipeline.get("stages") or {}, (place, "stages"))
        found = []
        for number, (name, value) in enumerate(stages.items(), 1):
            where = (place, message("place.stage", number=number))
            about = written.get(str(name).split("@", 1)[0])
            about = about if isinstance(about, dict) else {}
            # Most stages of a lock are as they were at the commit before.
            told = json.dumps((path, name, value, about), default=str)
            if told in self.stages:
                continue
            self.stages.add(told)
            found.append(self._stage(str(name), mapping(value, where), about, path, where, revision))
        self.steps += ((revision.commit if revision else "", stage) for stage in found)
        self.locked.update(stage.name.split("@", 1)[0] for stage in found)

    def pipeline(self, document: Mapping[str, Any], path: str, place: Place) -> None:
        """Stages that are written down and have no lock: what they read and make, of unknown content."""
        self._artifacts(document, path, place)
        stages = mapping(document.get("stages") or {}, (place, "stages"))
        for number, (name, value) in enumerate(stages.items(), 1):
            where = (place, message("place.stage", number=number))
            stage = mapping(value, where)
            sides = {side: _paths(stage.get(side), (where, side)) for side in ("deps", "outs", "metrics", "plots")}
            if any("${" in one for side in sides.values() for one in side) or stage.keys() & {"foreach", "matrix"}:
                if _joined(path, str(name)) not in self.locked:
                    self.planned.append(PipelineStage(_joined(path, str(name)), (), (), command="${"))
                    self.draft.warn("note.lineage.template", place=said(where))
                continue
            plain = {
                "deps": [{"path": one} for one in sides["deps"]],
                "outs": [{"path": one} for one in (*sides["outs"], *sides["metrics"], *sides["plots"])],
                "cmd": stage.get("cmd"),
            }
            self.planned.append(self._stage(str(name), plain, stage, path, where, None))

    def single(
        self, document: Mapping[str, Any], path: str, place: Place, revision: Revision | None = None
    ) -> None:  # fmt: skip
        """A `.dvc` file: data under control, an import, or a stage as DVC wrote it before 1.0."""
        place = place or DOCUMENT
        if "outs" not in document:
            raise ImportRefused((place, "outs"), "damage.missing")
        commit = revision.commit if revision else ""
        if "cmd" in document:
            name = PurePosixPath(path).name.removesuffix(".dvc")
            self.steps.append((commit, self._stage(name, document, document, path, place, revision)))
            return
        wdir = maybe_text(document.get("wdir"), (place, "wdir"))
        outs = tuple(self._data(item, where, path, wdir) for where, item in items(document, "outs", place))
        origins = tuple(self._imported(item, where) for where, item in items(document, "deps", place))
        self.steps.append((commit, _Tracked(origins, outs, revision.time if revision else "")))

    def write(self, system: str) -> None:
        kinds = PathKinds(self.declared)
        planned = [one for one in self.planned if one.name not in self.locked and one.command != "${"]
        order = {commit: number for number, commit in enumerate(dict.fromkeys(commit for commit, _ in self.steps))}
        # What is tracked at a commit is there before its stages read files inside of it.
        self.steps.sort(key=lambda step: (order[step[0]], isinstance(step[1], PipelineStage)))
        steps = [*(step for _, step in self.steps), *planned]
        for step in steps:
            if isinstance(step, PipelineStage):
                kinds.learn(step)
        writer = Writer(self.draft, system, kinds, self.names)
        for step in steps:
            if isinstance(step, PipelineStage):
                writer.stage(step)
                continue
            ends = [writer.data(out, created=step.time) for out in step.outs]
            for origin in map(writer.data, step.origins):
                for end in ends:
                    self.draft.edge(origin, end, Role.DERIVE)
        for stage in planned:
            if self.locked:
                self.draft.warn("note.lineage.stage-not-run", name=stage.name)
        if not self.names and any(node.kind is NodeKind.MODEL for node in self.draft.nodes.values()):
            self.draft.warn("note.lineage.no-declared-models")

    def _artifacts(self, document: Mapping[str, Any], path: str, place: Place) -> None:
        """Which outputs `dvc.yaml` says to be models, or to be none."""
        for name, value in mapping(document.get("artifacts") or {}, (place, "artifacts")).items():
            where = (place, "artifacts")
            artifact = mapping(value, where)
            kind = maybe_text(artifact.get("type"), where)
            if kind == "model":
                out = _joined(path, some_text(artifact.get("path"), (where, "path")))
                self.names[out], self.declared[out] = str(name), NodeKind.MODEL
            elif kind in ("data", "dataset") and artifact.get("path"):
                self.declared.setdefault(_joined(path, str(artifact["path"])), NodeKind.DATASET)

    def _stage(
        self, name: str, stage: Mapping[str, Any], written: Mapping[str, Any], path: str, place: Place,
        revision: Revision | None,
    ) -> PipelineStage:  # fmt: skip
        wdir = maybe_text(written.get("wdir"), (place, "wdir"))
        wdir = "" if "${" in wdir else wdir
        deps, outs = (
            tuple(self._data(item, where, path, wdir) for where, item in items(stage, side, place))
            for side in ("deps", "outs")
        )
        told = [one for side in ("metrics", "plots") for one in _paths(written.get(side), (place, side))]
        measures = frozenset(_joined(path, one, wdir) for one in told)
        params = stage.get("params")
        command = stage.get("cmd")
        return PipelineStage(
            _joined(path, name), deps, outs, measures, params if isinstance(params, dict) else {},
            " ".join(map(str, command)) if isinstance(command, list) else str(command or ""),
            revision.time if revision else "", revision.commit if revision else "",
        )  # fmt: skip

    def _data(self, item: Mapping[str, Any], place: Place, inside: str, wdir: str) -> Data:
        """A file or folder under control, or a dataset of another tool."""
        path = some_text(item.get("path"), (place, "path"))
        if path.startswith(REGISTERED):
            about = mapping(item.get("dataset") or {}, (place, "dataset"))
            version = maybe_text(about.get("version") or about.get("rev_lock") or about.get("rev"), (place, "dataset"))
            url = maybe_text(about.get("url"), (place, "dataset.url"))
            return Data(path.removeprefix(REGISTERED), version, aliases=(url,))
        path = _joined(inside, path, wdir)
        md5 = maybe_text(item.get("md5"), (place, "md5"))
        version = md5 or maybe_text(item.get("etag") or item.get("checksum") or _stored_version(item, place), place)
        return Data(path, version, (f"md5:{md5.lower()}",) if md5 else (), system=_host(path))

    def _imported(self, item: Mapping[str, Any], place: Place) -> Data:
        if "db" in item:
            db = mapping(item["db"], (place, "db"))
            name = some_text(maybe_text(db.get("table") or db.get("query"), (place, "db")), (place, "db"))
            space = maybe_text(db.get("connection"), (place, "db.connection"))
            return Data(name, system=system_of("dvc", "database", space, "" if space else str(place)))
        path = some_text(item.get("path"), (place, "path"))
        if "repo" not in item:
            version = maybe_text(item.get("etag") or item.get("md5"), place)
            return Data(path, version, aliases=(path,), system=_host(path))
        repo = mapping(item["repo"], (place, "repo"))
        url = some_text(repo.get("url"), (place, "repo.url"))
        commit = maybe_text(repo.get("rev_lock") or repo.get("rev"), (place, "repo.rev_lock"))
        return Data(path, commit, aliases=(f"{url}#{path}",), system=system_of("dvc", "remote", normalised(url) or url))


def _document(path: Path, inside: str) -> Mapping[str, Any]:
    try:
        return mapping(yaml_document(text_of(path)), DOCUMENT)
    except ImportRefused as error:
        raise error.inside(inside) from error


def _paths(value: object, place: Place) -> list[str]:
    """Paths of a stage as `dvc.yaml` gives them: texts, or objects with the path as their one key."""
    return [
        some_text(next(iter(item), "") if isinstance(item, dict) else item, place) for item in listing(value, place)
    ]


def _joined(inside: str, path: str, wdir: str = "") -> str:
    """A path as seen from the root of the repository; addresses and absolute paths stay."""
    if "://" in path or path.startswith("/"):
        return path
    return PurePosixPath(os.path.normpath(PurePosixPath(inside).parent / wdir / path)).as_posix()


def _host(path: str) -> str:
    """Where an address lies: it names one place in the world."""
    found = re.match(r"[a-z][a-z0-9+.-]*://[^/]+", path, re.IGNORECASE)
    return found[0] if found else ""


def _sibling(path: str) -> str:
    around = PurePosixPath(path)
    return (around.parent / (LOCK if around.name == PIPELINE else PIPELINE)).as_posix()


def _is_stage(value: object) -> bool:
    """As a lock file of DVC 1 has it at its top."""
    return isinstance(value, dict) and "cmd" in value


def _stored_version(item: Mapping[str, Any], place: Place) -> str:
    """The version of a file that lies in a cloud which keeps versions."""
    for remote in mapping(item.get("cloud") or {}, (place, "cloud")).values():
        about = mapping(remote, (place, "cloud"))
        if found := maybe_text(about.get("version_id") or about.get("etag"), (place, "cloud")):
            return found
    return ""


def _is_dvc_name(name: str) -> bool:
    return name == PIPELINE or name.endswith(LOCK) or (name.endswith(".dvc") and name != ".dvc")


def _found(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root, onerror=_not_listed):
        folders[:] = [name for name in folders if name not in (".git", ".dvc")]
        yield from (Path(folder) / name for name in names if _is_dvc_name(name))


def _not_listed(error: OSError) -> None:
    """A folder that nobody may look into may hold what a model was made from."""
    raise error
