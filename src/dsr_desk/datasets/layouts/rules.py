"""What every kind of layout says of itself: where it lies, which files are its own, what follows a change of a part."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message
from dsr_desk.datasets.erasing import NotVerified


class PartOfLayout(DeskError):
    code = "ERASE-PART-OF-LAYOUT"
    happened = "{name} is a part of a dataset of several files ({layout}), which is not written anew here: {why}."
    means = (
        "Nothing was erased. Written anew without the other files, the dataset would no longer open or count wrongly."
    )
    todo = "Do what the reason asks for, or hand the action to the team that keeps the dataset."


@dataclass(frozen=True)
class Examples:
    """What of a part changed, in the unit in which layouts count: rows, samples, photos. `size` is in bytes."""

    before: int
    after: int
    size_before: int
    size_after: int


@dataclass
class Mending:
    """A layout written anew. Paths are relative to `old`, the folder as it lies, and to `new`, which becomes it.

    `changed` are the files written anew so far, `gone` those that are no more. `examples` says how the parts changed.
    """

    name: str
    old: Path
    new: Path
    changed: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    examples: dict[str, Examples] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)

    def write(self, inner: str, data: bytes) -> None:
        """A file of the layout's own, in the place of the old one."""
        place = self.new / inner
        place.unlink(missing_ok=True)
        with place.open("xb") as file:
            file.write(data)
        self.changed.add(inner)
        self.gone.discard(inner)

    def remove(self, inner: str) -> None:
        (self.new / inner).unlink()
        self.changed.discard(inner)
        self.gone.add(inner)

    def below(self, root: str) -> Iterator[str]:
        """Changed files below a folder, relative to the whole."""
        start = f"{root}/" if root else ""
        return (inner for inner in sorted(self.changed | self.gone) if inner.startswith(start))

    def unfit(self, why: Message) -> NotVerified:
        return NotVerified(name=self.name, why=why)


class Rule:
    """One kind of layout. What looks at names runs anywhere; what reads files runs in cells, but for `is_root`."""

    kind: str
    whole: bool = False
    """Whether it is read as one container, of the format that its kind names."""

    def is_root(self, folder: Path, names: frozenset[str]) -> bool:
        """Whether such a layout begins at a folder that holds these names. Reads little and parses nothing."""
        raise NotImplementedError

    def is_own(self, inner: str) -> bool:
        """Whether a file below the root is the layout's own and no part: nothing that ordinary readers read."""
        raise NotImplementedError

    def concerns(self, root: Path, inner: str) -> bool:  # noqa: ARG002
        """Whether a file below the root is a part, so that a change of it concerns the layout."""
        return True

    def unread(self) -> Message | None:
        """Why what is read as a whole cannot be read here."""
        return None

    def hindrance(self, root: Path, inner: str) -> Message | None:  # noqa: ARG002
        """Why a part cannot be written anew here, None where it can. Runs in a cell."""
        return None

    def tells_of(self, root: Path, inner: str) -> bool:
        """Whether the layout's own files speak of what is in a folder below the root."""
        return self.concerns(root, f"{inner}/any")

    def of_one(self, inner: str) -> tuple[str, ...]:  # noqa: ARG002
        """Of the layout's own files those that speak of this part alone, there or not: they go where it goes whole."""
        return ()

    def keeps(self, root: Path, inner: str) -> Message | None:
        """Why a part cannot be taken out of the layout, None where it can. Runs in a cell."""
        return self.hindrance(root, inner)

    def foreseen(self, root: Path) -> Collection[Message]:  # noqa: ARG002
        """What writing parts anew will change beside them. Runs in a cell."""
        return ()

    def mend(self, mending: Mending, root: str) -> None:
        """Brings the layout's own files in line with the parts that changed, and checks it as its readers would.

        `root` is relative to the whole. Raises NotVerified.
        """
        raise NotImplementedError

    @property
    def says(self) -> Message:
        return message(f"layout.{self.kind}")


@dataclass(frozen=True)
class DatasetLayout:
    """A kind of layout at a folder."""

    kind: str
    root: Path


def inner_path(root: Path, path: Path) -> str:
    """The path below a folder, with forward slashes."""
    return path.relative_to(root).as_posix()


def names_in(folder: Path) -> frozenset[str]:
    """Names in a folder; none where it may not be looked into."""
    try:
        return frozenset(child.name for child in folder.iterdir())
    except OSError:
        return frozenset()
