"""Videos: key frames by their time, what lies between is named, and no frame is taken out."""

from __future__ import annotations

import hashlib
import io
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from container_checks import listed as listed_as
from container_checks import photos as photos_as
from PIL import Image

from dsr_desk.datasets import video
from dsr_desk.datasets.container import ContainerDamaged, ContainerEntry, Doomed, Unread
from dsr_desk.datasets.registry import open_source, survey
from dsr_desk.datasets.video import FrameOfVideo, VideoFile

av = pytest.importorskip("av", reason="the library av is not installed: videos are named and not read")


def film(path: Path, frames: int = 25, every: int = 10, codec: str = "mpeg4", **metadata: str) -> Path:
    """Ten frames a second, a key frame every so many; the shade of a frame is four times its number."""
    with av.open(str(path), "w") as out:
        out.metadata.update(metadata)
        stream = out.add_stream(codec, rate=10, options={"sc_threshold": "1000000000"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.gop_size = every
        stream.codec_context.max_b_frames = 0
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 4 * number % 256, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


listed = partial(listed_as, format_name="video")
photos = partial(photos_as, format_name="video")


def unread(path: Path) -> dict[str, int]:
    return {one.kind.code: one.count for one in listed(path) if isinstance(one, Unread)}


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.avi"])
def test_key_frames_are_photos_by_their_time_and_what_lies_between_is_named(tmp_path, name):
    path = film(tmp_path / name)
    found = photos(path)
    assert list(found) == ["track 1 00:00:00.000", "track 1 00:00:01.000", "track 1 00:00:02.000"]
    shades = [np.asarray(Image.open(io.BytesIO(data))).mean() for data in found.values()]
    assert shades == pytest.approx([0, 40, 80], abs=4)
    assert unread(path) == {"kind.video-between": 22}


@pytest.mark.usefixtures("readers_in_process")
def test_of_very_many_key_frames_so_many_are_looked_at_and_the_rest_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "MOST_KEY_FRAMES", 3)
    path = film(tmp_path / "film.mp4", frames=41, every=5)
    assert [member.rpartition(" ")[2] for member in photos(path)] == ["00:00:00.000", "00:00:02.000", "00:00:04.000"]
    assert unread(path)["kind.video-key"] == 6


def test_what_is_written_in_a_video_is_a_record(tmp_path):
    path = film(tmp_path / "film.mkv", title="Wilma at sea", artist="Ann Lee")
    (record,) = (one.record for one in listed(path) if isinstance(one, ContainerEntry) and one.record)
    assert {"Wilma at sea", "Ann Lee"} <= set(record.values())


def test_a_frame_is_read_again_by_its_address(tmp_path):
    path = film(tmp_path / "film.mp4")
    (container,) = open_source(path)
    for member, data in photos(path).items():
        assert container.read(member, hashlib.sha256(data).hexdigest()) == data


def test_no_frame_is_taken_out_and_that_is_said_before(tmp_path):
    path = film(tmp_path / "film.mp4")
    (container,) = open_source(path)
    member, data = next(iter(photos(path).items()))
    before = path.read_bytes()
    for ask in (container.before_erasing, container.erase):
        with pytest.raises(FrameOfVideo):
            ask([Doomed(member, hashlib.sha256(data).hexdigest())])
    assert path.read_bytes() == before


def test_a_video_that_breaks_off_or_is_none_says_so(tmp_path):
    path = film(tmp_path / "film.mp4", frames=200, every=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ContainerDamaged):
        listed(path)


def test_a_video_inside_an_archive_is_looked_at(tmp_path):
    import zipfile

    inner = film(tmp_path / "film.mp4")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(inner, "clips/film.mp4")
    (container,) = open_source(tmp_path / "all.zip")
    assert [one.member for one in container.entries()] == [
        f"clips/film.mp4 › track 1 00:00:0{second}.000" for second in range(3)
    ]


@pytest.mark.usefixtures("readers_in_process")
def test_without_the_library_a_video_is_named_with_the_reason(tmp_path, monkeypatch):
    path = film(tmp_path / "film.mp4")
    (tmp_path / "a.csv").write_text("name\nAnn\n")
    monkeypatch.setattr(VideoFile, "is_installed", lambda: False)
    assert VideoFile.refusal(path, path.read_bytes()[:64]).code == "kind.video-without-library"
    (left_out,) = survey(tmp_path).not_understood
    assert "kind.video-without-library" in str(left_out.why.as_json())


@pytest.mark.parametrize(
    "head", [b"\0\0\0\x18ftypheic", b"\0\0\0\x18ftypavif", b"\0\0\0\x18ftypM4A ", b"RIFF0000WAVE", b""]
)
def test_photos_and_sounds_of_the_same_families_are_no_videos(head):
    assert not video.is_video(head + bytes(200))


def test_a_table_that_happens_to_have_the_signs_of_a_stream_is_none():
    assert not video.is_video(b"G" * 600)
    assert video.is_video((b"G\x40\x11\x10" + b"\xff" * 184) * 3)
