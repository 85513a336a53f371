"""Videos: the pictures that stand whole in them (key frames) are photos, told by when they are shown.

Needs the library av, an extra. What lies between key frames is named as not read. No frame is taken out of a video: it
goes as a whole, where those who keep it delete it.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from dsr_desk.core.errors import DeskError
from dsr_desk.core.items import ItemKind
from dsr_desk.core.message import message
from dsr_desk.datasets import sniff
from dsr_desk.datasets.accounts import ReaderTally
from dsr_desk.datasets.container import ContainerEntry, Listed
from dsr_desk.datasets.file_container import NothingTakenOut

MOST_KEY_FRAMES = 256
"""Looked at in one stream, evenly chosen, the first and the last among them."""

MOST_PIXELS = 40_000_000
_JPEG = {"quality": 95, "subsampling": 0}
_MATROSKA = b"\x1a\x45\xdf\xa3"
_PACKET = 188
"""Bytes from one sign to the next in a transport stream."""

_FACTS = "about the video"
_LABELS = frozenset((
    "major_brand", "minor_version", "compatible_brands", "encoder", "creation_time", "language", "handler_name",
    "vendor_id", "duration", "timecode", "ENCODER", "DURATION",
))  # fmt: skip


class FrameOfVideo(DeskError):
    code = "ERASE-FRAME-OF-VIDEO"
    happened = "No frame is taken out of the video {name} by this program."
    means = "Nothing was erased from it: what lies between the frames would still show the person."
    todo = "Delete the video as a whole, or hand it to the team that keeps it, and read back."


@dataclass(frozen=True)
class _Seen:
    """Of one stream: how many frames it holds, and the times of its key frames in its own unit."""

    frames: int
    keys: tuple[int, ...]


class VideoFile(NothingTakenOut):
    """See above."""

    format: ClassVar[str] = "video"
    needs: ClassVar[str] = "av"
    refused_as: ClassVar[type[DeskError]] = FrameOfVideo

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        del path
        return is_video(head)

    def listing(self) -> Iterator[Listed]:
        tally = ReaderTally()
        counted = self._counted()
        own = 0
        with self._opened() as video:
            facts = dict(_facts(video))
            for stream in video.streams:
                if stream.type == "video":
                    seen = counted.get(stream.index, _Seen(0, ()))
                    own += max(int(stream.frames or 0), seen.frames)
                    yield from self._frames(stream.index, seen, int(stream.frames or 0), tally)
                else:
                    own += 1
                    kind = message("kind.audio") if stream.type == "audio" else message("kind.video-track")
                    yield tally.unread(f"track {stream.index + 1}", kind, message("why.not-read"))
            if facts:
                data = "\n".join(f"{name}: {value}" for name, value in facts.items()).encode()
                yield ContainerEntry(ItemKind.RECORD, _FACTS, len(data), partial(bytes, data), record=facts)
        yield tally.against(own)

    def _frames(self, index: int, seen: _Seen, declared: int, tally: ReaderTally) -> Iterator[Listed]:
        track = f"track {index + 1}"
        places = _evenly(len(seen.keys))
        wanted = {seen.keys[place] for place in places}
        shown = 0
        for time, picture in self._decoded(index, wanted):
            shown += 1
            tally.item()
            yield ContainerEntry(ItemKind.PHOTO, f"{track} {_clock(time)}", len(picture), partial(bytes, picture))
        if between := seen.frames - len(seen.keys):
            yield tally.unread(track, message("kind.video-between"), message("why.video.between"), between)
        if passed := len(seen.keys) - shown:
            yield tally.unread(track, message("kind.video-key"), message("why.video.keys", looked=shown), passed)
        if missing := max(0, declared - seen.frames):
            yield tally.unread(track, message("kind.video-missing"), message("why.ends-early"), missing)

    def _counted(self) -> dict[int, _Seen]:
        """By stream. Nothing is decoded."""
        frames: dict[int, int] = {}
        keys: dict[int, list[int]] = {}
        with self._opened() as video:
            for packet in video.demux():
                if packet.stream.type != "video" or not packet.size:
                    continue
                index = packet.stream.index
                frames[index] = frames.get(index, 0) + 1
                time = packet.pts if packet.pts is not None else packet.dts
                if packet.is_keyframe and time is not None:
                    keys.setdefault(index, []).append(time)
        return {index: _Seen(count, tuple(keys.get(index, ()))) for index, count in frames.items()}

    def _decoded(self, index: int, wanted: Collection[int]) -> Iterator[tuple[float, bytes]]:
        """Time in seconds and JPEG of the key frames at these times, in the order of the file."""
        with self._opened() as video:
            stream = video.streams[index]
            stream.codec_context.skip_frame = "NONKEY"
            stream.thread_type = "NONE"
            for packet in video.demux(stream):
                time = packet.pts if packet.pts is not None else packet.dts
                if packet.size and not (packet.is_keyframe and time in wanted):
                    continue
                for frame in self._frames_of(packet):
                    if frame.width * frame.height <= MOST_PIXELS:
                        at = frame.pts if frame.pts is not None else (time or 0)
                        yield float(at * stream.time_base), _jpeg(frame)

    def _frames_of(self, packet: Any) -> list[Any]:
        """A frame that cannot be decoded shows nothing."""
        import av

        try:
            return list(packet.decode())
        except av.error.FFmpegError:
            return []

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        import av

        av.logging.set_level(None)
        try:
            # A file that is handed over names no other files.
            with self.path.open("rb") as file, av.open(file, mode="r") as video:
                yield video
        except (av.error.FFmpegError, ValueError, IndexError) as error:
            raise self.damaged("why.video.damaged") from error


def is_video(head: bytes) -> bool:
    """Whether a file with these first bytes is a film and no photo of that family."""
    if sniff.photo_kind(head):
        return False
    if head[4:8] in (b"ftyp", b"moov", b"mdat") or head.startswith((_MATROSKA, b"FLV\x01", b"\0\0\x01\xba")):
        return head[8:11] != b"M4A"
    packets = head[: 3 * _PACKET : _PACKET] == b"GGG" and not head[:_PACKET].isascii()
    return packets or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


def _evenly(count: int) -> list[int]:
    """At most so many of `count` places, the first and the last among them."""
    if count <= MOST_KEY_FRAMES:
        return list(range(count))
    return sorted({round(place * (count - 1) / (MOST_KEY_FRAMES - 1)) for place in range(MOST_KEY_FRAMES)})


def _facts(video: Any) -> Iterator[tuple[str, str]]:
    """What is written in the file: title, artist, place, comments, chapters."""
    found = list(video.metadata.items())
    for stream in video.streams:
        found += [(f"track {stream.index + 1} {name}", value) for name, value in stream.metadata.items()]
    for number, chapter in enumerate(video.chapters(), start=1):
        found += [(f"chapter {number} {name}", value) for name, value in chapter.get("metadata", {}).items()]
    for name, value in found:
        if name.rpartition(" ")[2] not in _LABELS and any(map(str.isalnum, value)):
            yield name, value


def _jpeg(frame: Any) -> bytes:
    image = frame.to_image()
    if turned := getattr(frame, "rotation", 0):
        image = image.rotate(turned, expand=True)
    out = io.BytesIO()
    image.save(out, "JPEG", **_JPEG)
    return out.getvalue()


def _clock(seconds: float) -> str:
    milliseconds = max(0, round(seconds * 1000))
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
