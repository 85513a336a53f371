"""A sweep of disks for stray copies: of items by digest, by look and inside containers, of models by file and tensors.

Only what was decided on is looked for: nobody can ask here for a face. What was not entered or read is in the result.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from dsr_desk.core.findings import Gap
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import Message, message, refused
from dsr_desk.core.strays import StrayBy
from dsr_desk.datasets import sniff
from dsr_desk.datasets.container import Unread
from dsr_desk.datasets.model_files import ModelFile
from dsr_desk.datasets.names import inside, safe_name
from dsr_desk.datasets.pointers import MOST_BYTES, pointer_at
from dsr_desk.datasets.swept import ItemSwept, MemberSwept, Piece, ToLookInto, look_into, whole_at
from dsr_desk.deletion.stray_found import Home, Inside, PlacesCounted, Stray, StraySweep
from dsr_desk.deletion.stray_gone import Watch, device_around
from dsr_desk.deletion.stray_walk import Folder, Lying, lines_of, read, separate, walk
from dsr_desk.deletion.sweep import NEAR_BITS
from dsr_desk.deletion.wanted import KnownModel, Wanted
from dsr_desk.faces.outside import Eyes
from dsr_desk.jobs.progress import Cancelled, CancelToken, Progress, Report, silent

MOST_IN_FOLDER = 1000
"""So many files of a folder are findings of their own; of more, the folder is one."""

SMALL = 1 << 20
"""Bytes; files that are larger are looked into in a cell of their own."""

MOST_LINKED = 1_000_000
"""So many files with several names are remembered, so as to be read once."""

_CHUNK = 1 << 20


def sweep(
    roots: Sequence[Path],
    wanted: Wanted,
    *,
    home: Home | None = None,
    earlier: Sequence[Stray] = (),
    one_filesystem: bool = False,
    token: CancelToken | None = None,
    report: Report = silent,
) -> StraySweep:
    """Reads every file below the roots. Cancelled, it returns what it found until then, and says so.

    `earlier` are findings that are looked for again; see `StraySweep.gone`.
    """
    real = separate(roots)
    with Eyes() as eyes:
        work = _Sweeping(real, wanted, home or Home(), earlier, eyes, token or CancelToken(), report)
        try:
            for root in (root for root in roots if not os.path.lexists(root)):
                work.not_entered(str(root), message("why.not-there"))
            for folder in walk(real, work.not_entered, one_filesystem=one_filesystem):
                work.take(folder)
        except Cancelled:
            work.cancelled()
        return work.end()


@dataclass
class _File:
    """A file that was read, while it is looked into."""

    lying: Lying
    sha256: str
    md5: str
    items: Inside = field(default_factory=lambda: Inside())
    looks: Inside = field(default_factory=lambda: Inside())
    members: list[MemberSwept] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    number: int = 0
    model: ModelFile | None = None
    format: str = ""
    kind: Message | None = None


class _Sweeping:
    def __init__(
        self,
        roots: Sequence[str],
        wanted: Wanted,
        home: Home,
        earlier: Sequence[Stray],
        eyes: Eyes,
        token: CancelToken,
        report: Report,
    ) -> None:
        self._wanted, self._home, self._eyes = wanted, home, eyes
        self._token, self._report = token, report
        self._result = StraySweep(tuple(roots))
        self._unread: dict[tuple[Message, Message], PlacesCounted] = defaultdict(PlacesCounted)
        self._closed: dict[Message, PlacesCounted] = defaultdict(PlacesCounted)
        self._linked: dict[tuple[int, int], tuple[tuple[Stray, bool | None], ...]] = {}
        """Of files with several names, what was found in them; with whether a model explains it, if it may be one."""
        self._models: list[tuple[Stray, bool]] = []
        """Files of models that no digest explains, until all were met; with whether another model explains it."""
        self._here: dict[StrayBy, list[Stray]] = defaultdict(list)
        self._many: dict[StrayBy, Inside] = defaultdict(Inside)
        self._folder = ""
        self._again: list[Lying] = []
        """Further names of files, until what is found in the files is known."""
        self._watch = Watch(earlier)

    # What the walk brings

    def not_entered(self, path: str, why: Message) -> None:
        """A place that was not entered or read."""
        self._closed[why].add(safe_name(path))
        self._watch.not_read(path)

    def cancelled(self) -> None:
        self._watch.not_read("/")
        self._result.not_looked.append(Gap(message("gap.sweep.rest"), message("why.sweep.cancelled")))

    def take(self, folder: Folder) -> None:
        if folder.path != self._folder:
            self._leave()
            self._folder = folder.path
        waiting: list[tuple[_File, ToLookInto]] = []
        for lying in folder.files:
            self._token.check()
            found = self._file(lying)
            if found is not None:
                waiting.append((found, self._asked(found)))
        small = [one for one in waiting if one[0].lying.size <= SMALL]
        for group in ([small] if small else []) + [[one] for one in waiting if one[0].lying.size > SMALL]:
            self._look_into([asked for _, asked in group], [found for found, _ in group])
        for lying in self._again:
            self._other_name(lying)
        self._again.clear()
        if folder.folders is not None:
            self._whole(folder.path, folder.folders)
            self._watch.read(folder.path, self._wanted.fingerprint)
        self._report(Progress(message("phase.sweeping"), self._result.files, None, self._result.counts))

    def _asked(self, one: _File) -> ToLookInto:
        """What is looked for in a file: what lies at home is read by others."""
        items = self._wanted.for_items and one.lying.path not in self._home.files
        return ToLookInto(Path(one.lying.path), "", items, self._wanted.for_models)

    def _other_name(self, lying: Lying) -> None:
        """Another name of a file that was read already."""
        for stray, explained in self._linked[lying.device, lying.inode]:
            again = replace(stray, place=lying.path)
            if explained is None:
                self._keep(again)
            else:
                self._models.append((again, explained))

    def _whole(self, folder: str, names: frozenset[str]) -> None:
        """A folder that is one container by its format."""
        format_ = whole_at(Path(folder), names) if self._wanted.for_items else ""
        if not format_ or folder in self._home.files:
            return
        found = os.lstat(folder)
        one = _File(Lying(folder, 0, found.st_dev, found.st_ino, 1), "", "")
        self._look_into([ToLookInto(Path(folder), format_, items=True)], [one])

    def end(self) -> StraySweep:
        self._leave()
        result = self._result
        result.found += self._explained_models()
        for why, places in self._closed.items():
            what = message("gap.sweep.closed", places=tuple(places.names))
            result.not_looked.append(Gap(what, why, places.count))
        for (kind, why), places in self._unread.items():
            what = message("gap.containers.kind", kind=kind, containers=tuple(places.names))
            result.not_looked.append(Gap(what, why, places.count, kind))
        if not result.files:
            result.not_looked.append(Gap(message("gap.sweep.closed", places=result.roots), message("why.sweep.empty")))
        result.gone = self._watch.gone(result, self._wanted)
        return result

    # One file

    def _file(self, lying: Lying) -> _File | None:
        """Reads it; what it holds inside is to be looked for where it is returned."""
        if (lying.device, lying.inode) in self._linked:
            self._again.append(lying)
            self._result.files += 1
            return None
        try:
            content = read(lying, self._keeps, self._token, with_md5=self._wanted.for_models)
            photo = bool(sniff.photo_kind(content.head))
            why = None if photo or content.size > MOST_BYTES else pointer_at(Path(lying.path))
        except OSError as error:
            self.not_entered(lying.path, refused(error))
            return None
        self._result.files += 1
        self._result.bytes += content.size
        if content.changed:
            self.not_entered(lying.path, message("why.sweep.changed"))
        found = _File(replace(lying, size=content.size), content.sha256, content.md5)
        if lying.links > 1 and len(self._linked) < MOST_LINKED:
            self._linked[lying.device, lying.inode] = ()
        self._result.items += photo
        at_home = self._home.holds(lying.path, photo=photo)
        if found.sha256 in self._wanted.items:
            self._found(_stray(found, StrayBy.BYTES), found.lying, home=at_home)
        elif photo and content.data and self._looks_wanted(content.data, None):
            self._found(_stray(found, StrayBy.LOOK), found.lying, home=at_home)
        if why is not None:
            self._unread[message("kind.pointer"), why].add(safe_name(lying.path))
        elif content.size and not photo:
            return found
        else:
            self._watch.read(lying.path, found.sha256)
        return None

    def _keeps(self, head: bytes) -> bool:
        """Whether the bytes of a file that begins so are needed: of a photo whose look is compared."""
        return len(self._wanted.looks) > 0 and bool(sniff.photo_kind(head))

    def _looks_wanted(self, data: bytes, orientation: int | None) -> bool:
        return len(self._wanted.looks) > 0 and self._wanted.looks.near(self._eyes.hash_of(data, orientation), NEAR_BITS)

    # What lies inside

    def _look_into(self, asked: Sequence[ToLookInto], files: Sequence[_File]) -> None:
        fresh = list(files)
        with closing(look_into(asked, with_photos=len(self._wanted.looks) > 0)) as pieces:
            for piece in pieces:
                self._token.check()
                if piece.first:
                    one = files[piece.number]
                    fresh[piece.number] = _File(one.lying, one.sha256, one.md5)
                self._piece(fresh[piece.number], piece)
                if piece.ended:
                    self._settle(fresh[piece.number], asked[piece.number], piece.why)

    def _piece(self, one: _File, piece: Piece) -> None:
        one.model = piece.model or one.model
        one.format = piece.format or one.format
        one.kind = piece.kind or one.kind
        one.unread += piece.unread
        for item in piece.items:
            self._item(one, item)
        one.members += [member for member in piece.members if member.model or self._is_wanted(member)]

    def _is_wanted(self, member: MemberSwept) -> bool:
        return member.sha256 in self._wanted.items or bool(self._wanted.model_of(member.sha256, member.md5))

    def _item(self, one: _File, item: ItemSwept) -> None:
        one.number += 1
        if item.digest in self._wanted.items:
            one.items.add(item.place, item.digest)
        elif item.kind is ItemKind.PHOTO and item.data and self._looks_wanted(item.data, item.orientation):
            one.looks.add(item.place, item.digest)

    def _settle(self, one: _File, asked: ToLookInto, why: Message | None) -> None:
        """All that was found in a file is known."""
        path = safe_name(one.lying.path)
        self._result.items += one.number
        if why is not None:
            self.not_entered(one.lying.path, why)
        if asked.items and not (one.model is not None and one.model.tensors):
            for place in one.unread:
                self._unread[place.kind, place.why].add(inside(path, place.place), place.count)
            if one.kind is not None:
                self._unread[one.kind, message("why.format.unknown")].add(path)
        if why is None and (one.model is not None or (one.format and not one.unread)):
            self._watch.read(one.lying.path, one.sha256, as_model=not one.format or bool(one.unread))
        if asked.items and self._wanted.rows and not one.format and one.model is None:
            self._lines(one)
        for how, found in ((StrayBy.INSIDE, one.items), (StrayBy.LOOK_INSIDE, one.looks)):
            if found.count:
                within = replace(_stray(one, how), digest=found.digest, count=found.count, inside=tuple(found.places))
                self._found(within, one.lying, home=False)
        if asked.models:
            self._model(_stray(one, StrayBy.MODEL), one.lying, one.sha256, one.md5, one.model)
            for member in one.members:
                within = replace(
                    _stray(one, StrayBy.MODEL_INSIDE), digest=member.sha256, size=member.size, inside=(member.place,)
                )
                self._model(within, one.lying, member.sha256, member.md5, member.model)

    def _lines(self, one: _File) -> None:
        """Rows of tables and records of one line each, in a text that no reader takes for a table."""
        try:
            for number, line in lines_of(one.lying.path):
                if number % 1000 == 0:
                    self._token.check()
                digest = hashlib.sha256(line).hexdigest()
                if digest in self._wanted.items:
                    one.items.add(f"line {number}", digest)
        except OSError as error:
            self.not_entered(one.lying.path, refused(error))

    def _model(self, stray: Stray, lying: Lying, sha256: str, md5: str, file: ModelFile | None) -> None:
        self._result.models += file is not None
        name = self._wanted.model_of(sha256, md5)
        if name:
            self._found(replace(stray, name=name, model=file), lying, home=False)
        elif file is not None:
            stray, explained = replace(stray, model=file), self._wanted.explains(sha256, md5)
            self._models.append((stray, explained))
            self._remember(stray, lying, explained)

    # What is found

    def _found(self, stray: Stray, lying: Lying, *, home: bool) -> None:
        if home:
            self._result.registered += stray.count
        else:
            self._keep(stray)
            self._remember(stray, lying, None)

    def _remember(self, stray: Stray, lying: Lying, explained: bool | None) -> None:
        """For the other names of the file."""
        node = lying.device, lying.inode
        if node in self._linked:
            self._linked[node] = (*self._linked[node], (stray, explained))

    def _keep(self, stray: Stray) -> None:
        if stray.how not in (StrayBy.BYTES, StrayBy.LOOK):
            self._result.found.append(stray)
            return
        kept = self._here[stray.how]
        if stray.how not in self._many and len(kept) < MOST_IN_FOLDER:
            kept.append(stray)
            return
        many = self._many[stray.how]
        for one in (*kept, stray):
            many.add(safe_name(os.path.basename(one.place)), one.digest)  # noqa: PTH119 - a text as the walk has it
        kept.clear()

    def _leave(self) -> None:
        """The folder was left: what was found in it is known."""
        for how, kept in self._here.items():
            self._result.found += kept
            if how in self._many:
                many = self._many[how]
                device = device_around(f"{self._folder}/.")
                whole = Stray(self._folder, how, many.digest, "", device, many.count, 0, tuple(many.places))
                self._result.found.append(replace(whole, sought=self._wanted.fingerprint))
        self._here.clear()
        self._many.clear()

    def _explained_models(self) -> Iterator[Stray]:
        """Files that no digest explains, by what is known of the tensors of models that are looked for."""
        own = [KnownModel(one.name, one.model) for one in self._result.found if one.name and one.model is not None]
        known = [*self._wanted.tensors, *own]
        contents = {one.file.contents: one.name for one in known if one.file.contents}
        names = {one.file.names: one.name for one in known if one.file.names}
        for stray, explained in self._models:
            assert stray.model is not None
            if name := contents.get(stray.model.contents, ""):
                yield replace(stray, how=StrayBy.SAME_TENSORS, name=name)
            elif explained:
                continue
            elif name := names.get(stray.model.names, ""):
                yield replace(stray, how=StrayBy.SAME_SHAPES, name=name)
            elif self._wanted.all_models:
                yield replace(stray, how=StrayBy.UNKNOWN_MODEL)


def _stray(one: _File, how: StrayBy) -> Stray:
    return Stray(one.lying.path, how, one.sha256, one.sha256, one.lying.device, 1, one.lying.size)
