"""dsr-desk scope: which data a selector covers, before any case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsr_desk.app.case import scope_preview, scoping
from dsr_desk.cli.common import emit, progress_bar, with_desk
from dsr_desk.core import codec
from dsr_desk.core.selectors import parse

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@click.command()
@with_desk
@click.argument("selector")
@click.option("--list", "lists", multiple=True, metavar="NAME=FILE", help="A list that SELECTOR names; repeatable.")
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=COLUMN", help="Which column of that list is meant; repeatable."
)
def scope(desk: Desk, selector: str, lists: tuple[str, ...], columns: tuple[str, ...]) -> None:
    """Say which registered data a selector covers, as an order would have it. Writes nothing.

    \b
    dataset = "faces"    version = "faces@3"    supplier = "…"    source = "…"
    collected between 2014-01-01 and 2019-12-31
    container = "…"      prefix = "photos/2014/"    column NAME = "VALUE"
    items in list "NAME"    model = "NAME@V"    made from (SELECTOR)
    joined by not, and, or, parentheses

    Exit code 1: a part is neither known to be covered nor known not to be.
    """
    wanted = parse(selector)
    named = dict(_pair(one, "--column") for one in columns)
    read = {
        name: scoping.read_list(Path(file), named.get(name, ""))
        for name, file in (_pair(one, "--list") for one in lists)
    }
    with progress_bar() as (report, cancel):
        found = scope_preview.preview(scoping.resolve(desk, wanted, read, report=report, cancel=cancel))
    told = [said for one in read.values() for said in one.says]
    result = {
        **codec.plain(found),
        "lists": {name: codec.plain(list(one.says)) for name, one in read.items()},
        "open": found.is_open,
    }
    emit(result, *told, *found.lines, problem=found.is_open)


def _pair(given: str, option: str) -> tuple[str, str]:
    name, is_there, value = given.partition("=")
    if not (name and is_there and value):
        raise click.UsageError(f"{option} needs a name, =, and what it stands for")
    return name, value
