"""Use cases, and what else is named with its module, are loaded at first use: help and usage errors need none."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType


class _UseCases(MetaPathFinder):
    """Finds modules of use cases and of the core so that they run at the first use of a name in them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(("dsr_desk.app.", "dsr_desk.core.")):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None or spec.submodule_search_locations is not None:
            return spec
        spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def use_cases_later() -> Iterator[None]:
    """What is loaded inside names its use cases with their module: `from dsr_desk.app.case import cases`."""
    finder = _UseCases()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
