"""What imports show of one thing over time: which still list it, which list it no more, which show nothing of now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from dsr_desk.core.lineage import Node
from dsr_desk.lineage.identity import NOTHING
from dsr_desk.lineage.importers import openlineage, prov_json, sagemaker, wandb_folder
from dsr_desk.lineage.importers.draft import NAMED_ONLY

TELL_OF_THE_PAST = (openlineage.FORMAT, prov_json.FORMAT, sagemaker.FORMAT, wandb_folder.FORMAT)
"""Formats of what happened once: what is gone stands in them for ever, and what they leave out may be there."""


def moment(time: str, entry: int = -1) -> str:
    """A time (UTC) that sorts after all entries of the log before this one, also where a second had several."""
    return f"{time} {entry:012d}" if time and entry >= 0 else time


@dataclass(frozen=True)
class Import:
    """An imported file and the moments at which it was imported, oldest first; `newest` is the latest time in it."""

    digest: str
    file: str
    format: str
    newest: str
    times: tuple[str, ...]

    @property
    def last(self) -> str:
        return self.times[-1]

    @property
    def day(self) -> str:
        return self.last[:10]


@dataclass(frozen=True)
class Sighting:
    """That an import names a thing. `ended` is when that ended by its word; `deleted` marks what only it calls so."""

    source: Import
    ended: str = ""
    deleted: bool = False


@dataclass(frozen=True)
class Sightings:
    """Of one thing, by the newest import of each register that ever named it.

    `listed` list it since a moment, as if nothing had been; `ended` state an end; `absent` are imports since then that
    list it no more; `marked` list it as deleted; of `unseen` nothing was imported since.
    """

    listed: tuple[Import, ...] = ()
    ended: tuple[Sighting, ...] = ()
    absent: tuple[Import, ...] = ()
    marked: tuple[Import, ...] = ()
    unseen: tuple[Import, ...] = ()

    @property
    def looked_at(self) -> set[str]:
        """Digests of the imports that this rests on."""
        ended = (one.source for one in self.ended)
        return {one.digest for one in (*self.listed, *ended, *self.absent, *self.marked, *self.unseen)}


@dataclass
class Imports:
    """All imports with what they name, as they said it."""

    sources: list[Import] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By digest of the import, the ids of all that it names."""
    taken_out: list[tuple[str, str]] = field(default_factory=list)
    """When what was taken out of the lineage had been imported last, and when it was taken out (moments)."""
    _by_id: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    _by_digest: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))

    def add(self, source: Import, nodes: Iterable[Node], referred: Collection[str] = ()) -> None:
        """`referred` are ids that it names without saying that they are there: what a card's model was made from. The
        same holds of what is marked as only named."""
        self.sources.append(source)
        for node in nodes:
            listed = Sighting(source, node.ended, node.attributes.get("deleted") == "yes")
            self.names[source.digest].add(node.id)
            if node.id in referred or NAMED_ONLY in node.attributes:
                continue
            self._by_id[node.id].append(listed)
            for digest in node.digests:
                if digest.partition(":")[2] not in NOTHING:
                    self._by_digest[digest].append(listed)

    def sight(
        self, ids: Collection[str], digests: Collection[str], since: str, leaving: Collection[str] = ()
    ) -> Sightings:
        """What is known of the thing that has these ids, or any of these content digests, since a moment.

        `leaving` are ids of what goes with it: a register that lacks only those is the same register still.
        """
        found = [one for ident in ids for one in self._by_id.get(ident, ())]
        found += [one for digest in digests for one in self._by_digest.get(digest, ())]
        by_source: dict[str, list[Sighting]] = defaultdict(list)
        for one in found:
            if one.source.format not in TELL_OF_THE_PAST:
                by_source[one.source.digest].append(one)
        own = {*ids, *leaving}
        listed: list[Import] = []
        ended: list[Sighting] = []
        absent: dict[str, Import] = {}
        marked: list[Import] = []
        unseen: list[Import] = []
        for said in by_source.values():
            source = said[0].source
            later = [one for one in self._later(source) if self._repeats(source, one, own)]
            newest = max(later, key=lambda one: one.last, default=source)
            if newest.digest in by_source and newest is not source:
                continue
            if newest is not source:
                if newest.last > since:
                    absent[newest.digest] = newest
                else:
                    unseen.append(newest)
            elif all(one.ended for one in said):
                ended.append(Sighting(source, max(one.ended for one in said)))
            elif all(one.ended or one.deleted for one in said):
                marked.append(source)
            elif source.last > since:
                listed.append(source)
            else:
                unseen.append(source)
        return Sightings(tuple(listed), tuple(ended), tuple(absent.values()), tuple(marked), tuple(unseen))

    def _later(self, source: Import) -> list[Import]:
        return [one for one in self.sources if one.format == source.format and one.last > source.last]

    def _repeats(self, earlier: Import, later: Import, own: Collection[str]) -> bool:
        """Whether a later import is of the same register: it names at least half of what else the earlier one named.

        Its name does not tell: two stores are both called `mlflow.db`.
        """
        others = self.names[earlier.digest].difference(own)
        return bool(others) and 2 * len(others & self.names[later.digest]) >= len(others)
