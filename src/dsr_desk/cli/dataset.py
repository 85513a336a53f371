"""dsr-desk dataset: what lies at a path, and what is registered of datasets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dsr_desk.app.data import harmless, indexing, registering
from dsr_desk.cli.common import NEW_FILE, PATH, emit, json_option, progress_bar, with_desk
from dsr_desk.core import codec
from dsr_desk.core.items import FACTS, DatasetVersion

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

R = TypeVar("R")

_OPTIONS = {
    "source": ("--source", "Where the data came from."),
    "collected": ("--collected", "When it was collected."),
    "supplier": ("--supplier", "Who supplied it."),
    "legal_basis": ("--consent", "Consent wording or legal basis."),
    "purposes": ("--purposes", "What it may be used for."),
    "retention": ("--retention", "Until when it may be kept."),
    "data_recipients": ("--passed-on-to", "Data recipients; “none” if it was never passed on."),
    "responsible": ("--responsible", "Who is responsible for it."),
    "other_places": ("--other-places", "Other places where it lies; “none” if there are none."),
}


def facts_options(function: Callable[..., R]) -> Callable[..., R]:
    """An option for each fact of a dataset; the command gets what was said by the name of the fact."""
    for field in reversed(FACTS):
        name, says = _OPTIONS[field]
        function = click.option(name, field, default=None, help=says)(function)
    return function


@click.group()
def dataset() -> None:
    """Datasets: what lies at a path, and what is registered of each."""


@dataset.command("look")
@click.argument("path", type=PATH)
@click.option("--samples", is_flag=True, help="Show some values of each column. They are personal data.")
@json_option
def look_command(path: Path, samples: bool) -> None:
    """Say what PATH is, how much is in it, what its columns hold and what is not understood. Writes nothing."""
    with progress_bar() as (_, cancel):
        view = registering.look_at(path, cancel)
    result = codec.plain(view)
    if not samples:
        for table in result["tables"]:
            for column in table["columns"]:
                del column["samples"]
    emit({**result, "path": str(path), "complete": view.complete}, *_lines(view, samples))


def _lines(view: registering.SourceView, samples: bool) -> list[str]:
    lines = [str(view.says)]
    for part in view.parts:
        more = "" if part.complete else "more than "
        lines.append(f"{part.containers} × {part.title}: {more}{part.photos} photos and {part.records} records")
        lines += [f"! {count} of them cannot be read: {why}" for why, count in part.reasons]
    for table in view.tables:
        others = f" and {len(table.containers) - 1} more" if len(table.containers) > 1 else ""
        lines.append(f"Columns of {table.containers[0]}{others}:")
        for column in table.columns:
            shown = f"   {' | '.join(column.samples)}" if samples else ""
            lines.append(f"  {column.name}: {column.kind}{shown}")
    lines += [f"{one.field.replace('_', ' ')}: {one.value} ({one.format}, {one.file})" for one in view.found]
    lines += [f"! {name}: {why}" for name, why in view.problems]
    return [*lines, *(f"! {one.name}: {one.why}" for one in view.not_understood)]


@dataset.command("list")
@with_desk
def list_command(desk: Desk) -> None:
    """All registered dataset versions, and how many of their facts are unknown."""
    versions = [version for version, _ in indexing.dataset_versions(desk)]
    unknown = [sum(getattr(one, field) == registering.UNKNOWN for field in FACTS) for one in versions]
    lines = [f"{one.id}: {count} of {len(FACTS)} facts unknown" for one, count in zip(versions, unknown, strict=True)]
    emit(versions, *(lines or ["No dataset is registered yet."]))


@dataset.command()
@with_desk
@click.argument("version_id", metavar="NAME@VERSION")
def show(desk: Desk, version_id: str) -> None:
    """What is registered of one dataset version."""
    _emit_facts(registering.registered_dataset(desk, version_id))


@dataset.command()
@with_desk
@click.argument("name")
@click.argument("version")
@click.option(
    "--facts",
    "files",
    multiple=True,
    type=NEW_FILE,
    help="Croissant file, dataset card or provenance record that fills what you leave unknown; repeatable.",
)
@facts_options
def register(desk: Desk, name: str, version: str, files: tuple[Path, ...], **said: str | None) -> None:
    """Register a dataset that has no index here: searches then say that it was not searched."""
    given = {"name": name, "version": version, **{field: value for field, value in said.items() if value}}
    facts, _ = registering.dataset_version((), files, given, name=name)
    registering.register_dataset(desk, facts)
    _emit_facts(registering.registered_dataset(desk, facts.id))


@dataset.command()
@with_desk
@click.argument("version_id", metavar="NAME@VERSION")
@facts_options
def correct(desk: Desk, version_id: str, **said: str | None) -> None:
    """Correct what is registered; an empty text makes a fact unknown again. What you leave out stays."""
    given = {field: value for field, value in said.items() if value is not None}
    registering.correct_dataset(desk, version_id, given)
    _emit_facts(registering.registered_dataset(desk, version_id))


@dataset.command("harmless")
@with_desk
@click.argument("version_id", metavar="[NAME@VERSION]", required=False, default="")
@click.argument("kind", required=False, default="")
@click.option("--because", default="", help="How you know that it holds no personal data, and who looked.")
@click.option("--take-back", is_flag=True, help="It counts as not searched again from now on.")
def harmless_command(desk: Desk, version_id: str, kind: str, because: str, take_back: bool) -> None:
    """Declare that a KIND of content that is not read holds no personal data, or list what is declared.

    KINDs are listed by `index unread`. The declaration is signed, and stands in statements and evidence.
    """
    if kind and take_back:
        harmless.take_back(desk, version_id, kind)
    elif kind:
        harmless.declare(desk, version_id, kind, because)
    elif because or take_back:
        raise click.UsageError("Name the dataset version and the kind.")
    found = harmless.marks(desk, version_id)
    rows = [{**codec.plain(one), "name": harmless.name_of(one.kind)} for one in found]
    lines = [
        f"{one.dataset_version} [{harmless.name_of(one.kind)}] {one.kind}: {one.officer}, {one.declared[:10]}: "
        f"{one.because}"
        for one in found
    ]
    emit(rows, *(lines or ["Nothing is declared to hold no personal data."]))


def _emit_facts(version: DatasetVersion) -> None:
    lines = [f"{field.replace('_', ' ')}: {getattr(version, field)}" for field in FACTS]
    emit(version, version.id, *lines)
