"""Layouts that are known and whose parts are not written anew here: they stay as they are, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dsr_desk.core.message import Message, message
from dsr_desk.datasets.layouts.rules import Mending, Rule

Begins = Callable[[Path, frozenset[str]], bool]


class Untouched(Rule):
    """A layout that is recognised by names alone. `own` and `part` say of a path below its root what lies there."""

    def __init__(
        self, kind: str, begins: Begins, own: Callable[[str], bool], part: Callable[[str], bool] = lambda _: True
    ) -> None:
        self.kind = kind
        self._begins, self._own, self._part = begins, own, part

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:
        return self._begins(folder, names)

    def is_own(self, inner: str) -> bool:
        return self._own(inner)

    def concerns(self, root: Path, inner: str) -> bool:  # noqa: ARG002
        return self._part(inner)

    def hindrance(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        return message(f"why.layout.{self.kind}")

    def mend(self, mending: Mending, root: str) -> None:  # noqa: ARG002
        raise mending.unfit(message(f"why.layout.{self.kind}"))


def _below(*folders: str) -> Callable[[str], bool]:
    return lambda inner: inner.partition("/")[0] in folders


def _holds(*wanted: str) -> Begins:
    return lambda _, names: names.issuperset(wanted)


OTHERS: tuple[Rule, ...] = (
    Untouched("hudi", _holds(".hoodie"), _below(".hoodie")),
    Untouched("hub-cache", _holds("blobs", "snapshots"), lambda _: False, _below("blobs")),
    Untouched("git-objects", lambda folder, names: folder.name == ".git" and "objects" in names, lambda _: False),
    Untouched(
        "dvc-cache", lambda folder, names: folder.name == ".dvc" and "cache" in names, lambda _: False, _below("cache")
    ),
)
