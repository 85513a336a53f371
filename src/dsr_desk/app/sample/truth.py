"""The sample's truth, and an honest comparison of what was found with it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.findings import Candidate, Verdict
from dsr_desk.core.items import Box, ItemAddress

digest = sha256_hex


@dataclass(frozen=True)
class FaceThere:
    """A drawn face: person, middle between the eyes and half the face's width, in pixels of the stored photo."""

    person: int
    x: int
    y: int
    half: int

    def in_box(self, box: Box) -> bool:
        """Whether the box is about this face: the middle of the eyes lies in it."""
        return box.left <= self.x < box.right and box.top <= self.y < box.bottom


@dataclass(frozen=True)
class TrueItem:
    """One item and who is in it (photo) or whom it is about (record). `hard` says why a face in it may be missed."""

    container: str
    member: str
    digest: str
    people: tuple[int, ...]
    is_photo: bool
    hard: str = ""
    faces: tuple[FaceThere, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.container, self.member, self.digest

    @property
    def place(self) -> str:
        return f"{self.container} › {self.member}" if self.member else self.container


@dataclass(frozen=True)
class Missed:
    """An item of the subject that was not proposed, and what makes it hard ("" where nothing does)."""

    place: str
    is_photo: bool
    hard: str


@dataclass(frozen=True)
class Comparison:
    """Counts against the truth. `wrongly_proposed` are items of other people or of nobody among the proposed."""

    photos: int
    photos_found: int
    records: int
    records_found: int
    missed: tuple[Missed, ...]
    wrongly_proposed: int
    unknown: int

    @property
    def statement(self) -> str:
        """One sentence for people."""
        hard = sum(bool(one.hard) for one in self.missed)
        hard_said = f" ({hard} of them made hard on purpose)" if hard else ""
        return (
            f"Of {self.photos} photos and {self.records} records of the subject, {self.photos_found} and "
            f"{self.records_found} were found; {len(self.missed)} were missed{hard_said}; "
            f"{self.wrongly_proposed} items of others were among the proposed."
        )


@dataclass(frozen=True)
class Truth:
    """Whose photos and records the sample holds. `person` is the subject's number in `people` (names)."""

    subject: str
    people: tuple[str, ...]
    person: int
    items: tuple[TrueItem, ...]

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Reads `truth.json` of a sample."""
        body = json.loads(path.read_text(encoding="utf-8"))
        items = tuple(
            TrueItem(
                container=entry["container"],
                member=entry["member"],
                digest=entry["sha256"],
                people=tuple(entry["people"]),
                is_photo=entry["kind"] == "photo",
                hard=entry.get("hard", ""),
                faces=tuple(FaceThere(**face) for face in entry.get("faces", ())),
            )
            for entry in body["items"]
        )
        return cls(body["subject"], tuple(body["people"]), body["person"], items)

    def as_json(self) -> dict[str, Any]:
        return {
            "about": "Who is in which photo and record of this invented organisation. All faces are drawn.",
            "subject": self.subject,
            "person": self.person,
            "people": list(self.people),
            "items": [_item_json(item) for item in self.items],
        }

    def of_subject(self) -> tuple[TrueItem, ...]:
        """All items that show or name the subject."""
        return tuple(item for item in self.items if self.person in item.people)

    def item_at(self, address: ItemAddress) -> TrueItem | None:
        """The true item at an address, None where the sample made no such item."""
        return self._by_key().get((address.container, address.member, address.digest))

    def verdict(self, candidate: Candidate) -> Verdict:
        """What an officer who knew the truth would decide. For a face with a box, that face alone counts."""
        item = self.item_at(candidate.address)
        if item is None or self.person not in item.people:
            return Verdict.DIFFERENT
        if candidate.box is None or not item.faces:
            return Verdict.SAME
        mine = [face for face in item.faces if face.person == self.person]
        return Verdict.SAME if any(face.in_box(candidate.box) for face in mine) else Verdict.DIFFERENT

    def compare(self, proposed: Iterable[ItemAddress], datasets: Collection[str] = ()) -> Comparison:
        """Counts over items. `datasets` narrows the truth to containers whose name begins with one of these."""
        known = self._by_key()
        keys = {(address.container, address.member, address.digest) for address in proposed}
        mine = [item for item in self.of_subject() if not datasets or item.container.startswith(tuple(datasets))]
        missed = tuple(Missed(item.place, item.is_photo, item.hard) for item in mine if item.key not in keys)
        photos = [item for item in mine if item.is_photo]
        records = [item for item in mine if not item.is_photo]
        wrong = [key for key in keys if key in known and self.person not in known[key].people]
        return Comparison(
            photos=len(photos),
            photos_found=sum(item.key in keys for item in photos),
            records=len(records),
            records_found=sum(item.key in keys for item in records),
            missed=missed,
            wrongly_proposed=len(wrong),
            unknown=sum(key not in known for key in keys),
        )

    def _by_key(self) -> dict[tuple[str, str, str], TrueItem]:
        return {item.key: item for item in self.items}


def _item_json(item: TrueItem) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "container": item.container,
        "member": item.member,
        "kind": "photo" if item.is_photo else "record",
        "sha256": item.digest,
        "people": list(item.people),
    }
    if item.hard:
        entry["hard"] = item.hard
    if item.faces:
        entry["faces"] = [{"person": one.person, "x": one.x, "y": one.y, "half": one.half} for one in item.faces]
    return entry
