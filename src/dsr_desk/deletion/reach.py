"""Whether a store can be reached at all: what is away now is tried again, and never said to be gone."""

from __future__ import annotations

import os
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import refused
from dsr_desk.datasets.container import Container, ContainerNotRead


class NotHere(DeskError):
    code = "DELETE-NOT-HERE"
    happened = "{what} is not where it was indexed."
    means = "Nothing was erased from it, and what it holds is not known."
    todo = "Mount or locate it and run the deletion again, or plan anew without it."


class StoreEmpty(DeskError):
    code = "DELETE-STORE-EMPTY"
    happened = "{what} holds nothing at all, though items were indexed in it."
    means = (
        "An empty folder is what is left where a disk is not mounted. Nothing was erased, and nothing is called gone."
    )
    todo = "Mount it and run the deletion again. If somebody emptied it on purpose, update the index and search again."


def require_reached(container: Container, *, may_be_empty: bool = False) -> None:
    """Raises NotHere, StoreEmpty, ContainerNotRead. A folder may be empty once items of it were erased."""
    try:
        container.path.stat()
        empty = not may_be_empty and container.path.is_dir() and _is_empty(container.path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotHere(what=container.name) from None
    except OSError as error:
        raise ContainerNotRead(name=container.name, why=refused(error)) from error
    if empty:
        raise StoreEmpty(what=container.name)


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as listing:
        return next(listing, None) is None
