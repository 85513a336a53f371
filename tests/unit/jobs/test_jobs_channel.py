"""Frames between a cell and its owner."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from dsr_desk.jobs.channel import ChannelClosed, Frames


@pytest.fixture
def ends() -> Iterator[tuple[Frames, socket.socket]]:
    """A channel, and the bare other end of it."""
    ours, theirs = socket.socketpair()
    with theirs:
        channel = Frames(ours)
        yield channel, theirs
        channel.close()


def test_frames_come_as_they_were_sent_however_large() -> None:
    ours, theirs = map(Frames, socket.socketpair())
    large = bytes(range(256)) * 40_000
    sent = [(b"V", b""), (b"P", large), (b"N", b"x")]

    def send() -> None:
        for kind, data in sent:
            theirs.send(kind, data, 60)

    sender = threading.Thread(target=send)
    sender.start()
    assert [ours.receive(60) for _ in sent] == sent
    sender.join()
    for one in (ours, theirs):
        one.close()


def test_a_frame_that_claims_to_be_longer_than_it_may_is_refused_before_it_comes(
    ends: tuple[Frames, socket.socket],
) -> None:
    channel, theirs = ends
    theirs.sendall(struct.pack(">cQ", b"V", 10) + bytes(10))
    assert channel.receive(60, most=10) == (b"V", bytes(10))
    theirs.sendall(struct.pack(">cQ", b"V", 11))
    with pytest.raises(ChannelClosed):
        channel.receive(0.5, most=10)


def test_half_a_frame_is_none(ends: tuple[Frames, socket.socket]) -> None:
    channel, theirs = ends
    theirs.sendall(struct.pack(">cQ", b"V", 10) + b"half")
    theirs.shutdown(socket.SHUT_WR)
    with pytest.raises(ChannelClosed):
        channel.receive(60)


def test_a_frame_that_does_not_come_in_time_is_given_up(ends: tuple[Frames, socket.socket]) -> None:
    channel, theirs = ends
    theirs.sendall(struct.pack(">cQ", b"V", 10) + b"half")
    with pytest.raises(TimeoutError):
        channel.receive(0.1)


def test_who_does_not_read_is_given_up_too(ends: tuple[Frames, socket.socket]) -> None:
    channel, _ = ends
    with pytest.raises(TimeoutError):
        channel.send(b"V", bytes(1 << 24), 0.1)


def test_a_closed_channel_says_so(ends: tuple[Frames, socket.socket]) -> None:
    channel, theirs = ends
    theirs.close()
    with pytest.raises(ChannelClosed):
        channel.send(b"V", bytes(1 << 24), 60)
    channel.close()
    with pytest.raises(ChannelClosed):
        channel.receive(60)
