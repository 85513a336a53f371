"""What tests of several formats ask of a container."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dsr_desk.core.items import ItemKind
from dsr_desk.datasets.container import Accounts, Container, ContainerEntry, Doomed, Listed, Unread
from dsr_desk.datasets.registry import open_source


def opened(path: Path) -> Container:
    (container,) = open_source(path)
    return container


def doomed(container: Container, *members: str) -> list[Doomed]:
    return [
        Doomed(entry.member, hashlib.sha256(entry.read()).hexdigest())
        for entry in container.entries()
        if entry.member in members
    ]


def unread(container: Container) -> list[Unread]:
    return [one for one in container.listing() if isinstance(one, Unread)]


def listed(path: Path, format_name: str) -> list[Listed]:
    """All of the listing of a file that is of this format, whose accounts agree."""
    container = opened(path)
    assert container.format == format_name
    found = list(container.listing())
    accounts = found[-1]
    assert isinstance(accounts, Accounts)
    assert accounts.own == accounts.answered
    return found


def photos(path: Path, format_name: str) -> dict[str, bytes]:
    found = (one for one in listed(path, format_name) if isinstance(one, ContainerEntry))
    return {one.member: one.read() for one in found if one.kind is ItemKind.PHOTO}
