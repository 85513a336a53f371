"""Engines by name. Cheap to call in a spawned worker: each process loads an engine once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from dsr_desk.core.errors import DeskError
from dsr_desk.faces.engine import Engine
from dsr_desk.faces.facts import NAMES, own_folder


class EngineUnknown(DeskError):
    code = "ENGINE-UNKNOWN"
    happened = "There is no face engine called {name}."
    means = "Nothing was indexed or searched with it."
    todo = "Use one of {known}, or the folder of an own model."


def load_engine(name: str = "standard") -> Engine:
    """The engine of that name, loaded once a process; in cells alone also one in a folder (see `own_model`).

    Raises EngineUnknown, OwnModelUnusable, WeightsMissing, WeightsUnknown.
    """
    return _loaded(name)


@cache
def loader(name: str) -> Callable[[], Engine]:
    """`load_engine` for a worker, which gets it pickled; the same object for the same name."""
    return partial(load_engine, str(own_folder(name) or name))


@cache
def _loaded(name: str) -> Engine:
    # Imports stand here because a window or a search that reads no photo should not load the networks' libraries.
    from dsr_desk.faces.dlib_engine import DlibEngine
    from dsr_desk.faces.presets import PRESETS

    if name in PRESETS:
        return DlibEngine(name, PRESETS[name])
    folder = own_folder(name)
    if folder is not None:
        from dsr_desk.faces.own_model import OwnEngine

        return OwnEngine(folder, DlibEngine("standard", PRESETS["standard"]))
    raise EngineUnknown(name=name, known=", ".join(NAMES))
