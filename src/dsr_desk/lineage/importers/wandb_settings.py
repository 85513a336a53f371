"""What a run's settings say: names of models and data, artifacts that it was given, signs of a training."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from dsr_desk.core.lineage import NodeKind
from dsr_desk.lineage.importers.names import NamedValue, leaves_unnamed, named_in, says_training
from dsr_desk.lineage.importers.wandb_kinds import kind_of
from dsr_desk.lineage.importers.wandb_runs import Artifact, WandbRun, version_said


def used_in(config: dict[str, Any]) -> Iterator[Artifact]:
    """Artifacts that a run was given in its configuration: the client writes which they are."""
    for key, value in config.items():
        if isinstance(value, dict) and value.get("_type") == "artifactVersion":
            name, version, ident = (value.get(one) for one in ("sequenceName", "version", "id"))
            if isinstance(name, str):
                kind = value.get("type")
                yield Artifact(
                    name, kind if isinstance(kind, str) else "", version_said(str(version)), ident=str(ident or ""),
                    used_as=str(value.get("usedAs") or key),
                )  # fmt: skip
        elif isinstance(value, dict):
            yield from used_in(value)


def named(run: WandbRun) -> Iterator[NamedValue]:
    """Names of models and data in a run's configuration, its arguments and what it wrote on its models."""
    for key, value in _said(run):
        yield from named_in(key, value)


def switches(run: WandbRun) -> Iterator[tuple[str, str]]:
    """Settings by which a model began from weights that nobody names, each with its value."""
    for key, value in _said(run):
        yield from ((path, str(one)) for path, one in _flat(key, value) if leaves_unnamed(path, one))


def sign_of_training(run: WandbRun) -> str:
    """A setting that only a training has, "" where there is none."""
    return next((path for key, value in _said(run) for path, _ in _flat(key, value) if says_training(path)), "")


def _said(run: WandbRun) -> Iterator[tuple[str, Any]]:
    yield from _free(run.config).items()
    for argument, following in zip_longest(run.arguments, run.arguments[1:], fillvalue=""):
        if argument.startswith("-"):
            key, equals, value = argument.lstrip("-").partition("=")
            yield key, value if equals else "" if following.startswith("-") else following
    for artifact in run.logged:
        kind = kind_of(artifact)
        if kind is not None and kind.kind is NodeKind.MODEL and isinstance(artifact.metadata, dict):
            yield from artifact.metadata.items()


def _free(config: dict[str, Any]) -> dict[str, Any]:
    """What users wrote: without what the client wrote of itself, and of artifacts."""
    return {
        key: _free(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key != "_wandb" and not (isinstance(value, dict) and "_type" in value)
    }


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _flat(f"{key}.{inner}", one)
    else:
        yield key, value
