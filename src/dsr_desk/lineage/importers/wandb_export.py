"""Weights & Biases as its public API tells it: one run a line, written by the script in docs/lineage.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dsr_desk.lineage.importers.draft import ImportRefused, LineageDraft, Place
from dsr_desk.lineage.importers.peek import Peek, the_file
from dsr_desk.lineage.importers.reading import items, mapping, some_text, values
from dsr_desk.lineage.importers.times import when
from dsr_desk.lineage.importers.trifles import plain_text, trifle
from dsr_desk.lineage.importers.wandb_draw import draw
from dsr_desk.lineage.importers.wandb_runs import (
    Artifact,
    ArtifactContents,
    ManifestEntry,
    WandbRun,
    contents_of,
    reference_in,
)

FORMAT = "Weights & Biases (export)"

_MARK = "wandb-run"
_PUBLIC = "wandb.ai"
_OVER = ("finished", "failed", "crashed", "killed")

files = the_file


def sniff(peek: Peek) -> bool:
    if {"storagePolicy", "contents"} <= peek.first_object.keys():
        raise ImportRefused("contents", "damage.wandb-manifest")
    return _MARK in peek.first_object


def read(peek: Peek, draft: LineageDraft) -> None:
    draw([_run(mapping(value, place), place, draft) for place, value in values(peek.path)], draft)


def _run(told: Mapping[str, Any], place: Place, draft: LineageDraft) -> WandbRun:
    parts = some_text(told.get(_MARK), (place, _MARK)).split("/")
    if len(parts) != 3 or not all(parts):
        raise ImportRefused((place, _MARK), "damage.wandb-path")
    state = plain_text(told.get("state"), (place, "state"), draft)
    ended = when(told.get("heartbeat_at"), (place, "heartbeat_at"), draft)
    config = told.get("config")
    if config is not None and not isinstance(config, dict):
        trifle(draft, (place, "config"), config, "damage.object")
    git = told.get("git")
    git = git if isinstance(git, dict) else {}
    return WandbRun(
        parts[2],
        parts[0],
        parts[1],
        server=_server(plain_text(told.get("url"), (place, "url"), draft)),
        name=plain_text(told.get("name"), (place, "name"), draft),
        job_type=plain_text(told.get("job_type"), (place, "job_type"), draft),
        state=state,
        created=when(told.get("created_at"), (place, "created_at"), draft),
        ended=ended if state in _OVER else "",
        remote=plain_text(git.get("remote"), (place, "git"), draft),
        commit=plain_text(git.get("commit") or told.get("commit"), (place, "commit"), draft),
        config=config if isinstance(config, dict) else {},
        arguments=list(_texts(told.get("args"), (place, "args"), draft)),
        files=list(_texts(told.get("files"), (place, "files"), draft)),
        logged=[_artifact(one, where, draft) for where, one in items(told, "logged", place)],
        used=[_artifact(one, where, draft) for where, one in items(told, "used", place)],
    )


def _server(url: str) -> str:
    """The host where it is an organisation's own; the public one goes without saying, as in folders of runs."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "" if host == _PUBLIC or host.endswith(f".{_PUBLIC}") else host


def _artifact(told: Mapping[str, Any], place: Place, draft: LineageDraft) -> Artifact:
    said = reference_in(some_text(told.get("name"), (place, "name")))
    if said is None or not said.project:
        raise ImportRefused((place, "name"), "damage.wandb-name")
    called = plain_text(told.get("called"), (place, "called"), draft)
    return Artifact(
        said.name,
        plain_text(told.get("type"), (place, "type"), draft),
        said.tag,
        said.entity,
        said.project,
        digest=plain_text(told.get("digest"), (place, "digest"), draft),
        ident=plain_text(told.get("id"), (place, "id"), draft),
        aliases=tuple(_texts(told.get("aliases"), (place, "aliases"), draft)),
        links=(called,) if called and called != told.get("name") else (),
        created=when(told.get("created_at"), (place, "created_at"), draft),
        metadata=told.get("metadata"),
        deleted=plain_text(told.get("state"), (place, "state"), draft).upper() == "DELETED",
        contents=_contents(told.get("files"), (place, "files"), draft),
    )


def _contents(listed: object, place: Place, draft: LineageDraft) -> ArtifactContents:
    if listed is not None and not isinstance(listed, dict):
        trifle(draft, place, listed, "damage.object")
    return contents_of(_entries(listed if isinstance(listed, dict) else {}, place, draft), draft, place)


def _entries(listed: Mapping[str, Any], place: Place, draft: LineageDraft) -> Iterator[ManifestEntry]:
    for path, entry in listed.items():
        about = entry if isinstance(entry, dict) else {}
        if about is not entry:
            trifle(draft, (place, path), entry, "damage.object")
        extra = about.get("extra")
        other = str(extra.get("alg", "")) if isinstance(extra, dict) else ""
        digest, ref = (plain_text(about.get(key), (place, path, key), draft) for key in ("digest", "ref"))
        yield ManifestEntry(path, digest, ref, "" if other.upper() in ("", "MD5") else other)


def _texts(listed: object, place: Place, draft: LineageDraft) -> Iterator[str]:
    if listed is not None and not isinstance(listed, list):
        trifle(draft, place, listed, "damage.list")
        return
    yield from filter(None, (plain_text(one, place, draft) for one in listed or ()))
