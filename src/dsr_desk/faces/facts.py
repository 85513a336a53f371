"""What an engine is and which files it needs, for whoever hands it to workers.

An organisation's own network is a file from outside: no process that holds keys ever loads it. It is read and tried in
a cell, and used in cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import message
from dsr_desk.faces.card import ModelCard
from dsr_desk.faces.engine import Engine
from dsr_desk.faces.engine_check import CHECK, EngineCheck
from dsr_desk.faces.model_cache import preset_grants
from dsr_desk.jobs.cell import CellFailed, Grants, Limits, ask

MANIFEST = "engine.json"
NAMES = ("standard", "thorough")
INVENTORY = "inventory"
"""Stands where an engine's name does in an index of items that were listed and hashed, and not looked at."""

TRIAL = Limits(seconds=120.0, memory=6 << 30)


class OwnModelUnusable(DeskError):
    code = "ENGINE-OWN-MODEL"
    happened = "The face model in {folder} cannot be used: {why}."
    means = "Nothing was indexed or searched with it; indexes made with it stay as they are."
    todo = "Mend engine.json or the ONNX file beside it; docs/file-formats.md says what they hold."


class EngineChanged(DeskError):
    code = "ENGINE-CHANGED"
    happened = "The face engine {name} is not the one any more that the index was made with."
    means = "Nothing was compared with it: its templates do not fit those of the index, and people would be missed."
    todo = "Put the model back as it was, or build the index anew with the one that is there now."


@dataclass(frozen=True)
class EngineFacts:
    """See `Engine`. `check` is what was measured of an own one, if it was."""

    digest: str
    dimension: int
    card: ModelCard | None = None
    check: EngineCheck | None = None


def own_folder(name: str) -> Path | None:
    """The folder that a name of an engine means, spelled in full; None for engines of this program."""
    folder = Path(name).absolute()
    return folder if name not in (*NAMES, INVENTORY) and folder.is_dir() else None


def engine_grants(name: str) -> Grants:
    """The files that a cell reads to load this engine. Raises OwnModelUnusable."""
    folder, ours = own_folder(name), preset_grants()
    return ours if folder is None else Grants(read=(*ours.read, *_own_files(folder)))


def engine_facts(name: str, load: Callable[[], Engine]) -> EngineFacts:
    """What the engine of that name is, which `load` loads. Raises what loading it raises."""
    if name == INVENTORY:
        return EngineFacts(INVENTORY, 0)
    from dsr_desk.faces.own_model import try_model

    folder = own_folder(name)
    if folder is None:
        engine = load()
        return EngineFacts(engine.digest, engine.dimension, engine.card)
    try:
        facts: EngineFacts = ask(EngineFacts, try_model, folder, grants=engine_grants(name), limits=TRIAL)
    except CellFailed as failed:
        raise OwnModelUnusable(folder=folder, why=failed.why) from failed
    return facts


def _own_files(folder: Path) -> tuple[Path, ...]:
    from dsr_desk.faces.own_model import model_files

    manifest, check = folder / MANIFEST, folder / CHECK
    try:
        named: list[str] = ask(list[str], model_files, folder, grants=Grants(read=(manifest,)))
    except CellFailed as failed:
        raise OwnModelUnusable(folder=folder, why=failed.why) from failed
    for name in named:
        if (folder / name).parent != folder or not (folder / name).is_file():
            raise OwnModelUnusable(folder=folder, why=message("why.own-model.unreadable", file=name))
    return manifest, *(folder / name for name in named), *((check,) if check.is_file() else ())
