"""Weights & Biases as its client leaves it on disk: folders of runs, offline and online, and their logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dsr_desk.lineage.importers.draft import WHOLE, ImportRefused, LineageDraft, Place, said
from dsr_desk.lineage.importers.peek import Peek
from dsr_desk.lineage.importers.reading import json_document, text_of, yaml_document
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.wandb_draw import draw
from dsr_desk.lineage.importers.wandb_log import IDENT, Fields, fields, inner, integer, records, text, texts
from dsr_desk.lineage.importers.wandb_runs import RUN_FOLDER, Artifact, ManifestEntry, WandbRun, contents_of

FORMAT = "Weights & Biases"

_INSIDE = ("files", "logs", "tmp")
_AROUND = ("", "*run-*/", "wandb/*run-*/", "*/wandb/*run-*/", "*/*/wandb/*run-*/")
_READ = ("*.wandb", "files/config.yaml", "files/wandb-metadata.json")


class _Number:
    """The numbers of fields in the client's messages."""

    CONFIG, FILES, ARTIFACT, RUN, EXIT, USED, ENVIRONMENT = 5, 6, 8, 17, 18, 25, 26


def sniff(peek: Peek) -> bool:
    if not peek.is_folder:
        return peek.head.startswith(IDENT)
    if any(_runs(peek.path)):
        return True
    inside = peek.path.name in _INSIDE and RUN_FOLDER.fullmatch(peek.path.resolve().parent.name)
    if inside or (peek.path / "wandb-metadata.json").is_file():
        raise ImportRefused(WHOLE, "damage.wandb-inside")
    if (peek.path / "debug-internal.log").is_symlink() or (peek.path / "latest-run").is_symlink():
        raise ImportRefused(WHOLE, "damage.wandb-no-runs")
    return False


def files(peek: Peek) -> list[Path]:
    if not peek.is_folder:
        return [peek.path]
    return sorted(path for folder in _runs(peek.path) for name in _READ for path in folder.glob(name))


def read(peek: Peek, draft: LineageDraft) -> None:
    folders = [] if peek.is_folder else [peek.path]
    runs: dict[str, WandbRun] = {}
    for folder in sorted(_runs(peek.path), key=lambda one: one.name) if peek.is_folder else folders:
        for run in _of_folder(folder, peek.path, draft) if folder.is_dir() else _of_log(folder, "", draft):
            known = runs.setdefault(run.key, run)
            if known is not run:
                _go_on(known, run)
    draw(list(runs.values()), draft)


def _runs(path: Path) -> Iterator[Path]:
    """Folders of runs: this one, those in it, or those in the `wandb` folders of projects in it."""
    for around in _AROUND:
        found = sorted(path.glob(around)) if around else [path]
        listed = [one for one in found if any(any(one.glob(name)) for name in _READ)]
        if listed:
            yield from listed
            return


def _of_folder(folder: Path, root: Path, draft: LineageDraft) -> Iterator[WandbRun]:
    named = RUN_FOLDER.fullmatch(folder.name)
    key = named[1] if named else ""
    where = folder.relative_to(root).as_posix() if folder != root else ""
    found = [
        run
        for log in sorted(folder.glob("*.wandb"))
        for run in _of_log(log, f"{where}/{log.name}" if where else log.name, draft)
    ]
    if not found:
        found = [WandbRun(key or folder.name)]
        draft.warn("note.lineage.wandb-no-log", place=where or said(WHOLE))
    for run in found:
        _beside(run, folder, where, draft)
    yield from found


def _go_on(known: WandbRun, later: WandbRun) -> None:
    """A run that was taken up again writes a folder more."""
    known.config |= later.config
    known.state = later.state or known.state
    known.entity, known.project = known.entity or later.entity, known.project or later.project
    known.job_type, known.name = known.job_type or later.job_type, later.name or known.name
    known.arguments += later.arguments
    known.files += later.files
    known.logged += later.logged
    known.used += later.used


def _of_log(path: Path, place: Place, draft: LineageDraft) -> Iterator[WandbRun]:
    """The run of a log, none where it is cut off before it says which."""
    run = WandbRun("")
    for where, data in records(path, place or WHOLE, draft):
        record = fields(data, where)
        for told in inner(record, _Number.RUN, where):
            _run(run, told, where, draft)
        for told in inner(record, _Number.CONFIG, where):
            _config(run, told, where, draft)
        for told in inner(record, _Number.FILES, where):
            run.files += [text(one, 1, where) for one in inner(told, 1, where)]
        for told in inner(record, _Number.ARTIFACT, where):
            one = _artifact(told, where, draft)
            (run.used if integer(told, 10) else run.logged).append(one)
        for told in inner(record, _Number.USED, where):
            run.used.append(_used(told, where))
        for told in inner(record, _Number.ENVIRONMENT, where):
            _environment(run, told, where)
        for told in inner(record, _Number.EXIT, where):
            run.state = "failed" if integer(told, 1) else "finished"
    if run.key:
        yield run


def _run(run: WandbRun, told: Fields, place: Place, draft: LineageDraft) -> None:
    run.key = text(told, 1, place) or run.key
    run.entity = text(told, 2, place) or run.entity
    run.project = text(told, 3, place) or run.project
    run.job_type = text(told, 7, place) or run.job_type
    run.name = text(told, 8, place) or run.name
    run.host = text(told, 13, place) or run.host
    for started in inner(told, 17, place):
        run.created = run.created or _time(integer(started, 1), place, draft)
    for config in inner(told, 4, place):
        _config(run, config, place, draft)
    for git in inner(told, 21, place):
        run.remote, run.commit = text(git, 1, place) or run.remote, text(git, 2, place) or run.commit
    for branch in inner(told, 23, place):
        run.forked_from = text(branch, 1, place) or run.forked_from


def _time(seconds: int, place: Place, draft: LineageDraft) -> str:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        draft.warn("note.lineage.time-odd", place=said(place), text=str(seconds))
        return ""


def _config(run: WandbRun, told: Fields, place: Place, draft: LineageDraft) -> None:
    for item in inner(told, 1, place):
        keys = texts(item, 2, place) or [text(item, 1, place)]
        value = _json(text(item, 16, place), place, ".".join(keys), draft)
        at = run.config
        for key in keys[:-1]:
            inside = at.get(key)
            at[key] = inside if isinstance(inside, dict) else {}
            at = at[key]
        at[keys[-1]] = value


def _json(value: str, place: Place, name: str, draft: LineageDraft) -> Any:
    """A value of free JSON; where it is none it costs that value alone."""
    try:
        return json.loads(value) if value else None
    except (ValueError, RecursionError):
        draft.warn("note.lineage.wandb-value", place=said(place), name=name)
        return None


def _environment(run: WandbRun, told: Fields, place: Place) -> None:
    run.arguments = texts(told, 5, place) or run.arguments
    run.root, run.host = text(told, 11, place) or run.root, text(told, 12, place) or run.host
    for git in inner(told, 9, place):
        run.remote, run.commit = text(git, 1, place) or run.remote, text(git, 2, place) or run.commit


def _used(told: Fields, place: Place) -> Artifact:
    name, _, version = text(told, 3, place).partition(":")
    return Artifact(name, text(told, 2, place), version, ident=text(told, 1, place))


def _artifact(told: Fields, place: Place, draft: LineageDraft) -> Artifact:
    name = text(told, 5, place)
    manifests = list(inner(told, 12, place))
    if any(text(manifest, 5, place) for manifest in manifests):
        draft.warn("note.lineage.wandb-manifest", place=said(place), name=name)
    listed = (entry for manifest in manifests for entry in inner(manifest, 4, place))
    return Artifact(
        name,
        text(told, 4, place),
        entity=text(told, 3, place),
        project=text(told, 2, place),
        digest=text(told, 6, place),
        aliases=tuple(texts(told, 11, place)),
        metadata=_json(text(told, 8, place), place, "metadata", draft),
        contents=contents_of((_entry(entry, place) for entry in listed), draft, (place, name)),
    )


def _entry(told: Fields, place: Place) -> ManifestEntry:
    extra = {text(item, 1, place): text(item, 2, place) for item in inner(told, 16, place)}
    return ManifestEntry(
        text(told, 1, place), text(told, 2, place), text(told, 3, place), _algorithm(extra.get("alg", ""))
    )


def _algorithm(word: str) -> str:
    """The algorithm of a file's digest where it is not MD5."""
    name = word.strip('"').upper()
    return "" if name in ("", "MD5") else name


def _beside(run: WandbRun, folder: Path, where: str, draft: LineageDraft) -> None:
    """What stands in the files beside the log, where the log does not say it."""
    config, metadata = folder / "files/config.yaml", folder / "files/wandb-metadata.json"
    if config.is_file():
        for key, value in _document(yaml_document, config, where).items():
            inside = value["value"] if isinstance(value, dict) and "value" in value else value
            run.config.setdefault(str(key), inside)
    if metadata.is_file():
        about = _document(json_document, metadata, where)
        git, arguments = about.get("git"), about.get("args")
        git = git if isinstance(git, dict) else {}
        place = (where, "files/wandb-metadata.json")
        if not run.arguments and isinstance(arguments, list):
            run.arguments = [one for one in arguments if isinstance(one, str)]
        run.remote, run.commit = run.remote or _text(git.get("remote")), run.commit or _text(git.get("commit"))
        run.root, run.host = run.root or _text(about.get("root")), run.host or _text(about.get("host"))
        run.created = run.created or when(about.get("startedAt"), (place, "startedAt"), draft)


def _document(read_: Any, path: Path, where: str) -> dict[str, Any]:
    place = "/".join(filter(None, (where, "files", path.name)))
    try:
        found = read_(text_of(path))
    except ImportRefused as refused:
        raise refused.inside(place) from refused
    if not isinstance(found, dict):
        raise ImportRefused(place, "damage.object")
    return found


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
