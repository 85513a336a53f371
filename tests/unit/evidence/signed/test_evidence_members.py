"""What is read in pieces: spools that tell nothing, archives beyond 4 GB, sequences that are made anew."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsr_desk.evidence.contents.content import Edition, EvidenceContent
from dsr_desk.evidence.contents.many import Stream, count, item_ref, number_of, numbers, ranges
from dsr_desk.evidence.seal import BundleTooLarge, sign, wrap_cms, wrap_html, wrap_pdf
from dsr_desk.evidence.signed.members import HELD_AT_MOST, Archive, Held, Pieces, Spool, joined
from dsr_desk.evidence.signed.signing import Signer
from dsr_desk.evidence.verifying.check_bundle import Members

ZEROS = bytes(1 << 24)


@dataclass(frozen=True)
class Zeros:
    """A member that is too long to be held."""

    size: int
    sha256: bytes = bytes(32)
    crc32: int = 0

    def pieces(self) -> Iterator[bytes]:
        yield from [ZEROS] * (self.size // len(ZEROS))
        yield bytes(self.size % len(ZEROS))


class Counted(io.RawIOBase):
    """An archive as a file of which only what is not zero is kept."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self.parts: list[tuple[int, bytes]] = []
        self.size = self.at = 0
        for piece in archive.pieces():
            if piece is not ZEROS and piece.strip(b"\0"):
                self.parts.append((self.size, piece))
            self.size += len(piece)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        end = self.size if size < 0 else min(self.size, self.at + size)
        found = bytearray(end - self.at)
        for start, piece in self.parts:
            low, high = max(start, self.at), min(start + len(piece), end)
            if low < high:
                found[low - self.at : high - self.at] = piece[low - start : high - start]
        self.at = end
        return bytes(found)


def test_a_spool_gives_back_what_was_written_and_its_file_tells_nothing(tmp_path: Path) -> None:
    line = b"item-0001 was erased by Iris Novak, "
    long = line * (HELD_AT_MOST // len(line) + 5)
    with Spool(tmp_path) as spool:
        first, second = spool.add([b"short"]), spool.add([long[:1000], long[1000:]])
        assert (joined(first), joined(second)) == (b"short", long)
        assert (second.size, second.sha256) == (len(long), hashlib.sha256(long).digest())
        assert second.crc32 == zlib.crc32(long)
        spool._file.seek(0)
        on_disk = spool._file.read()
        assert line not in on_disk
        assert b"Iris" not in on_disk
    assert list(tmp_path.iterdir()) == []


@given(st.binary(max_size=300), st.integers(0, 320), st.integers(0, 320))
def test_a_spool_is_read_from_any_place(data: bytes, start: int, size: int) -> None:
    with Spool() as spool:
        spool.add([b"before"])
        file = spool.take(lambda writer: writer.write(data))
        file.seek(start)
        assert file.read(size) == data[start : start + size]


@given(st.lists(st.binary(max_size=40)), st.integers(1, 50))
def test_pieces_read_as_one_file(pieces: list[bytes], size: int) -> None:
    file = io.BufferedReader(Pieces(pieces))
    assert b"".join(iter(lambda: file.read(size), b"")) == b"".join(pieces)


def test_an_archive_beyond_4_gb_is_read_by_zip_tools_and_by_the_verifier() -> None:
    archive = Archive({"a.txt": Held(b"first"), "b.bin": Zeros((4 << 30) + 77), "c.txt": Held(b"last")})
    file = Counted(archive)
    assert file.size == archive.size
    with zipfile.ZipFile(file) as found:
        assert [entry.file_size for entry in found.infolist()] == [5, (4 << 30) + 77, 4]
        assert found.read("c.txt") == b"last"
    members = Members(file)  # type: ignore[arg-type]
    assert members.read("a.txt") + members.read("c.txt") == b"firstlast"


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.binary(max_size=40), max_size=6))
def test_an_archive_is_byte_for_byte_what_zipfile_writes_where_it_can_seek(members: dict[str, bytes]) -> None:
    """Ours never seeks: it is made twice and lies nowhere."""
    peer = io.BytesIO()
    with zipfile.ZipFile(peer, "w") as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name)
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            archive.writestr(entry, members[name])
    assert joined(Archive({name: Held(data) for name, data in members.items()})) == peer.getvalue()


@given(st.sets(st.integers(1, 60)))
def test_references_fold_into_ranges_and_back(chosen: set[int]) -> None:
    refs = ranges(chosen)
    assert list(numbers(refs)) == sorted(chosen)
    assert count(refs) == len(chosen)
    assert len(refs) <= len(chosen)


def test_a_stream_is_counted_and_read_again_and_again() -> None:
    stream = Stream(3, lambda: map(item_ref, range(1, 4)))
    assert len(stream) == 3
    assert list(stream) == list(stream) == ["item-0001", "item-0002", "item-0003"]
    with pytest.raises(ValueError, match="reference"):
        number_of("a01")


def test_what_opens_in_memory_alone_is_refused_beyond_its_limit(
    content: EvidenceContent, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dsr_desk.evidence.seal.LARGEST_PAGE", 1000)
    monkeypatch.setattr("dsr_desk.evidence.seal.LARGEST_ENVELOPE", 1000)
    evidence = sign(content, Edition.REQUESTER, signer, "en")
    for wrap in (wrap_html, wrap_pdf, lambda one, path: wrap_cms(one, path, [])):
        with pytest.raises(BundleTooLarge, match="can hold 0 MB"):
            wrap(evidence, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
