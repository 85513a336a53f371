"""dsr-desk index: encrypted indexes of datasets."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsr_desk.app.case import deletion_lists
from dsr_desk.app.data import columns as app_columns
from dsr_desk.app.data import guard, indexing, readers, registering
from dsr_desk.app.data import unread as app_unread
from dsr_desk.cli.common import FILE, NEW_FILE, PATH, emit, progress_bar, with_desk
from dsr_desk.cli.dataset import facts_options
from dsr_desk.core import codec
from dsr_desk.core.items import ColumnKind

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

R = TypeVar("R")


def workers_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--workers, or --cluster with the files of mutual TLS; the command gets them as one `workers`."""

    @click.option("--workers", type=click.IntRange(1), default=None, help="Processes; one a core, if not given.")
    @click.option("--cluster", metavar="ADDRESS", help="Dask scheduler, instead of processes of this computer.")
    @click.option("--cluster-ca", type=FILE, help="Certificate of the cluster's authority (PEM).")
    @click.option("--cluster-certificate", type=FILE, help="Own certificate by that authority (PEM).")
    @click.option("--cluster-key", type=FILE, help="Private key of it (PEM).")
    @functools.wraps(function)
    def wrapped(
        *args: Any,
        workers: int | None,
        cluster: str | None,
        cluster_ca: Path | None,
        cluster_certificate: Path | None,
        cluster_key: Path | None,
        **kwargs: Any,
    ) -> Any:
        if cluster is None:
            if cluster_ca or cluster_certificate or cluster_key:
                raise click.UsageError("--cluster-ca, --cluster-certificate and --cluster-key need --cluster.")
            return function(*args, workers=workers, **kwargs)
        if workers is not None:
            raise click.UsageError("--workers counts processes of this computer: give it or --cluster.")
        named = indexing.Cluster(cluster, cluster_ca, cluster_certificate, cluster_key)
        return function(*args, workers=named, **kwargs)

    return wrapped


def reading_containers(function: Callable[..., R]) -> Callable[..., R]:
    """Of a command that will read containers: their readers are loaded while the vault is opened."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> R:
        readers.get_ready()
        return function(*args, **kwargs)

    return wrapped


SHOWN = 50
"""Records that are listed on the terminal; all are in the CSV and the JSON."""


PLACES_SHOWN = 5
"""Of what came back; the JSON holds all of them."""


@click.group()
def index() -> None:
    """Encrypted indexes: what is searched. They travel; the photos need not."""


@index.command()
@reading_containers
@workers_options
@with_desk
@click.argument("sources", nargs=-1, required=True, type=PATH)
@click.option("--to", required=True, type=PATH, help="Folder to make: NAME.dsrindex.")
@click.option("--dataset", default="", help="Name of the dataset; the index's name, if not given.")
@click.option("--version", default="", help="Version of the dataset; 1, if neither you nor --facts says one.")
@click.option(
    "--facts",
    "facts_files",
    multiple=True,
    type=NEW_FILE,
    help="Croissant file, dataset card or provenance record that fills what you leave unknown; repeatable. "
    "Those beside SOURCES are read too, except for name and version.",
)
@facts_options
@click.option("--index-purpose", default="unknown", help="Why this index of face templates may exist.")
@click.option("--index-basis", default="unknown", help="Its legal basis.")
@click.option("--impact-assessment", default="unknown", help="Reference of its impact assessment.")
@click.option("--destroy-by", default="unknown", help="Date by which the index is destroyed.")
@click.option("--engine", default="", help="standard, if not given, or thorough: slower, finds more.")
@click.option("--inventory", is_flag=True, help="List and hash only: no photo is decoded or looked at.")
@click.option("--country", default="", help="Country of phone numbers without a prefix; the vault's, if not given.")
@click.option("--recipient", "recipients", multiple=True, help="Public key of a further vault; repeatable.")
@click.option("--thumbnails/--no-thumbnails", default=True, help="Keep a small picture of each face for the review.")
def build(
    desk: Desk,
    sources: tuple[Path, ...],
    to: Path,
    dataset: str,
    version: str,
    facts_files: tuple[Path, ...],
    index_purpose: str,
    index_basis: str,
    impact_assessment: str,
    destroy_by: str,
    engine: str,
    inventory: bool,
    country: str,
    recipients: tuple[str, ...],
    thumbnails: bool,
    workers: int | indexing.Cluster | None,
    **said: str | None,
) -> None:
    """Index photos and records of SOURCES. Interrupted, the same command goes on; new files are added."""
    if inventory and engine:
        raise click.UsageError("--inventory looks at no photo: it takes no --engine.")
    given = {"name": dataset, "version": version, **{field: value for field, value in said.items() if value}}
    name = indexing.index_folder(to).name.removesuffix(indexing.SUFFIX)
    facts, taken = registering.dataset_version(sources, facts_files, given, name=name)
    with progress_bar() as (report, cancel):
        result, _ = indexing.build_index(
            desk,
            sources,
            to,
            facts,
            register=indexing.IndexPurpose(index_purpose, index_basis, impact_assessment, destroy_by),
            engine=indexing.INVENTORY if inventory else engine or "standard",
            country=country,
            recipients=recipients,
            thumbnails=thumbnails,
            workers=workers,
            report=report,
            cancel=cancel,
        )
    erased, lines, again = _compared(desk, name)
    emit(
        {**_report_json(result), "dataset": facts.id, "facts": taken, **erased},
        *(f"{one.field.replace('_', ' ')}: {one.value} ({one.format}, {one.file})" for one in taken),
        *_report_lines(result, facts.id),
        f"The index is {indexing.index_folder(to)}.",
        *lines,
        problem=again,
    )


@index.command()
@reading_containers
@workers_options
@with_desk
@click.argument("name")
def update(desk: Desk, name: str, workers: int | indexing.Cluster | None) -> None:
    """Bring an index up to date with the data it was built from. What has not changed is not read again."""
    with progress_bar() as (report, cancel):
        result = indexing.refresh_index(desk, name, report, cancel, workers=workers)
    read = f"{result.read} containers were read, {result.kept} had not changed, {result.removed} are gone."
    erased, lines, again = _compared(desk, name)
    result_json = {**_report_json(result), **erased}
    emit(result_json, *_report_lines(result, result.about.dataset_version), read, *lines, problem=again)


def _compared(desk: Desk, name: str) -> tuple[dict[str, Any], list[str], bool]:
    """What an index holds again of what was erased: as JSON, in lines, and whether there is any."""
    found = guard.compare(desk, name)
    told = [{**codec.plain(one), "says": one.says} for one in found.came_back]
    places = [f"    {place}" for one in found.came_back for place in one.places[:PLACES_SHOWN]]
    lines = [*(f"! {said}" if found.came_back else str(said) for said in found.says), *places]
    return {"compared_with_erased": found.remembered, "came_back": told}, lines, bool(found.came_back)


def _report_lines(result: indexing.BuildReport, dataset_version: str) -> list[str]:
    ledger = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in result.ledger.items() if count)
    unfinished = "Stopped before the end. The same command goes on where it stopped."
    return [
        f"{result.photos} photos, {result.faces} faces, {result.records} records of {dataset_version}.",
        f"Photos by what became of them: {ledger or 'none'}.",
        *(f"! {name}: {why}" for name, why in {**result.damaged, **result.left_out}.items()),
        *([] if result.complete else [unfinished]),
    ]


def _report_json(result: indexing.BuildReport) -> dict[str, Any]:
    return {key: value for key, value in codec.plain(result).items() if key != "about"}


@index.command()
@with_desk
@click.argument("name", required=False)
def info(desk: Desk, name: str | None) -> None:
    """All registered indexes, or one."""
    rows = [indexing.resolve_index(desk, name)] if name else indexing.list_indexes(desk)
    lines = [
        f"{one.name}: {one.dataset_version}, {one.about.photos} photos, {one.about.faces} faces, "
        f"{one.about.records} records, {sum(one.about.unread.values())} places not read, built {one.about.built[:10]}"
        f"{', destroyed ' + one.destroyed[:10] if one.destroyed else '' if one.present else ', not at its place'}"
        for one in rows
    ]
    result = [
        {**codec.plain(one.about), "name": one.name, "path": str(one.path), "destroyed": one.destroyed} for one in rows
    ]
    emit(result, *(lines or ["There is no index yet."]))


@index.command()
@with_desk
@click.argument("name")
@click.option("--kind", default="", help="Only this kind, by the name that is listed.")
@click.option("--text", default="", help="Only where this stands in the address.")
@click.option("--places", is_flag=True, help="Each place by itself: all of them, however many there are.")
def unread(desk: Desk, name: str, kind: str, text: str, places: bool) -> None:
    """What no search in an index sees: by kind and reason, or with --places one by one."""
    sums = [one for one in app_unread.unread_sums(desk, name) if kind in ("", one.name)]
    each = list(app_unread.unread_list(desk, name, kind, text)) if places or text else []
    lines = [line for one in sums for line in _unread_lines(one)] if not each else []
    lines += [f"{' › '.join(filter(None, (one.container, one.place)))}: {one.kind}: {one.why}" for one in each]
    result = {"index": name, "kinds": sums, "count": sum(one.count for one in sums)}
    emit(
        {**result, "places": each} if places or text else result,
        *(lines or ["Nothing was left unread."]),
    )


def _unread_lines(one: app_unread.UnreadSum) -> list[str]:
    named = f" [{one.name}]" if one.name else ""
    lines = [f"{one.what}{named}: {one.why} ({one.count:,})", *(f"    {place}" for place in one.places)]
    if one.mark is not None:
        day = one.mark.declared[:10]
        return [*lines, f"  {one.mark.officer} declared on {day} that it holds no personal data: {one.mark.because}"]
    return [*lines, f"  {one.todo}"]


@index.command()
@with_desk
@click.argument("name")
@click.option("--confirm", is_flag=True, help="You looked at all of them: they are right.")
def columns(desk: Desk, name: str, confirm: bool) -> None:
    """What the columns of records are taken for, with some of their values."""
    if confirm:
        app_columns.confirm_columns(desk, name)
    found = app_columns.columns(desk, name)
    emit(found, *map(_column_line, found))


@index.command("correct-column")
@with_desk
@click.argument("name")
@click.argument("column")
@click.argument("kind", type=click.Choice([kind.value for kind in ColumnKind]))
@click.option(
    "--container", "containers", multiple=True, help="Only in this container; repeatable. Everywhere, if none."
)
def correct_column(desk: Desk, name: str, column: str, kind: str, containers: tuple[str, ...]) -> None:
    """Take COLUMN for KIND from now on. Records are looked up anew; photos are not read again."""
    with progress_bar() as (report, cancel):
        app_columns.correct_column(desk, name, column, ColumnKind(kind), containers, report=report, cancel=cancel)
    result = {"index": name, "column": column, "kind": kind}
    emit(result, f"{column} of {name} is taken for: {kind}. Search open cases again.")


def _column_line(one: app_columns.IndexColumn) -> str:
    places = one.containers[0] if len(one.containers) == 1 else f"{len(one.containers)} containers"
    state = "confirmed" if one.confirmed else "guessed"
    return (
        f"{one.name} ({places}): {one.kind.value}, {state}; {' | '.join(one.samples) or 'no value in what was sampled'}"
    )


@index.command("match-list")
@with_desk
@click.argument("file", type=FILE)
@click.option("--index", "names", multiple=True, help="A registered index; repeatable. All, if none.")
@click.option("--to", type=NEW_FILE, help="CSV to write: a line for each record found.")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder for answers “not found” (Id, Status) to the rows without a record.",
)
def match_list(desk: Desk, file: Path, names: tuple[str, ...], to: Path | None, answers: Path | None) -> None:
    """Look a whole list of hashes up at once: California's DROP (ZIP or CSV), or any list of MD5, SHA-1 or SHA-256.

    Nothing is decided: follow a row that is found up in a case that has its hash as e-mail, phone or account.
    """
    with progress_bar() as (report, cancel):
        result, _ = deletion_lists.look_up_list(desk, file, names, report=report, cancel=cancel)
    if to is not None:
        deletion_lists.write_hits(result, to)
    written = deletion_lists.write_answers(result, file, answers) if answers is not None else []
    left_out = result.removed, result.unreadable, result.not_looked_up
    places = [" › ".join(filter(None, (one.index, one.container, one.member, one.item))) for one in result.hits[:SHOWN]]
    hits = [f"{one.id}: {place}: {one.says}" for one, place in zip(result.hits, places, strict=False)]
    emit(
        {**codec.plain(result), "answers": [str(path) for path in written]},
        f"{result.rows:,} rows: {result.found:,} found in {len({hit.item for hit in result.hits}):,} records, "
        f"{result.not_found:,} not found among {result.records:,} records of {', '.join(result.indexes)}.",
        f"Left out: {left_out[0]} taken back, {left_out[1]} without a hash, {left_out[2]} of kinds not looked up.",
        *(f"Not searched: {gap.says}" for gap in result.gaps),
        *([f"The records are listed in {to}."] if to else hits),
        *(f"Answers written: {path}" for path in written),
    )


@index.command()
@with_desk
@click.argument("name")
def check(desk: Desk, name: str) -> None:
    """Compare an index with its containers, and prove it by finding some of its own faces again."""
    with progress_bar() as (report, cancel):
        result = indexing.check_index(desk, name, report, cancel)
    emit(result, *_check_lines(result), problem=not result.ok)


def _check_lines(result: indexing.CheckReport) -> list[str]:
    again, changed = result.found_again, result.changed
    lines = [f"{again.found} of {again.tried} faces were found again."]
    for what, names in (("added", changed.added), ("removed", changed.removed), ("changed", changed.changed)):
        lines += [f"{what} since it was indexed: {name}" for name in names]
    lines += map(str, result.problems)
    return [*lines, "The index is whole and up to date." if result.ok else "The index is not as its data is now."]


@index.command()
@with_desk
@click.argument("name")
@click.option("--to", required=True, type=NEW_FILE, help="File to write.")
@click.option("--recipient", "recipients", multiple=True, required=True, help="Public key of the vault; repeatable.")
def export(desk: Desk, name: str, to: Path, recipients: tuple[str, ...]) -> None:
    """Write an index as one file for other vaults. The journal remembers that a copy is out."""
    indexing.export_index(desk, name, to, recipients)
    emit({"file": str(to)}, f"Written to {to}. A copy is out until it is returned or destroyed.")


@index.command()
@with_desk
@click.argument("file", type=FILE)
@click.option("--into", required=True, type=PATH, help="Index folder to make: NAME.dsrindex.")
def claim(desk: Desk, file: Path, into: Path) -> None:
    """Unpack an index that was addressed to this vault, and register it."""
    change = indexing.claim_index(desk, file, into)
    erased, lines, again = _compared(desk, change.subject)
    emit({"index": change.subject, **erased}, f"The index {change.subject} is registered.", *lines, problem=again)


@index.command()
@with_desk
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy(desk: Desk, name: str, yes: bool) -> None:
    """Destroy an index: its key first, then its files."""
    if not yes:
        click.confirm(f"Destroy the index {name}? It can only be built again from the data.", abort=True, err=True)
    indexing.destroy_index(desk, name)
    emit({"destroyed": name}, f"The index {name} is destroyed.")
