"""dsr-desk order: what an order says, which data it covers, samples of that, and words on its obligations."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsr_desk.app.case import duties, orders, scope
from dsr_desk.app.proof import obligations, order_drafts
from dsr_desk.cli.common import FILE, NEW_FILE, counted, emit, progress_bar, with_case
from dsr_desk.core import selectors
from dsr_desk.core.orders import Demand, Met, Obligation, profile, profiles, typed
from dsr_desk.core.sampling import SAMPLE_SIZE

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

R = TypeVar("R")
_DAY = click.DateTime(["%Y-%m-%d"])
LIST = "items"


@click.group()
def order() -> None:
    """A regulator's order: what it says, which data it covers, samples of that, words on its obligations."""


@dataclass(frozen=True)
class OrderOptions:
    """What an order says, as options give it."""

    authority: str
    docket: str
    served: date | None
    profile: str
    obligations: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class CoversOptions:
    """Which data an order names, as options give it."""

    datasets: tuple[str, ...]
    suppliers: tuple[str, ...]
    models: tuple[str, ...]
    items: Path | None


def content_options(function: Callable[..., R]) -> Callable[..., R]:
    """What an order says; the command gets one `content`."""

    @click.option("--authority", default="", help="Of an order: who gave it.")
    @click.option("--docket", default="", help="Of an order: its number.")
    @click.option("--served", type=_DAY, help="Of an order: the day of service, from which its days count.")
    @click.option("--profile", type=click.Choice(list(profiles())), help="Of an order: obligations to begin from.")
    @click.option(
        "--obligation",
        "obligations",
        multiple=True,
        metavar="ABOUT[=DAYS|=DAY][:sworn][:every=DAYS]",
        help=f"Of an order: one more obligation; repeatable. ABOUT is {', '.join(Demand)}.",
    )
    @click.option("--note", default="", help="Of an order: a word of your own, kept in the vault.")
    @functools.wraps(function)
    def wrapped(
        *args: Any,
        authority: str,
        docket: str,
        served: datetime | None,
        profile: str | None,
        obligations: tuple[str, ...],
        note: str,
        **kwargs: Any,
    ) -> R:
        day = served.date() if served else None
        content = OrderOptions(authority, docket, day, profile or "", obligations, note)
        return function(*args, content=content, **kwargs)

    return wrapped


def covers_options(function: Callable[..., R]) -> Callable[..., R]:
    """Which data an order names; the command gets one `covers`."""

    @click.option(
        "--dataset", "datasets", multiple=True, metavar="NAME[@V]", help="Of an order: a dataset; repeatable."
    )
    @click.option("--supplier", "suppliers", multiple=True, help="Of an order: all that a supplier delivered.")
    @click.option("--model", "models", multiple=True, metavar="NAME[@V]", help="Of an order: what it was trained on.")
    @click.option("--items", type=FILE, help="Of an order: a list of ids or SHA-256, one a line, or a CSV.")
    @functools.wraps(function)
    def wrapped(
        *args: Any,
        datasets: tuple[str, ...],
        suppliers: tuple[str, ...],
        models: tuple[str, ...],
        items: Path | None,
        **kwargs: Any,
    ) -> R:
        return function(*args, covers=CoversOptions(datasets, suppliers, models, items), **kwargs)

    return wrapped


def open_new(desk: Desk, letter: Path, content: OrderOptions, covers: CoversOptions) -> None:
    """`case new --order`. Days are proposals: each of them is to be checked against the paper."""
    day = content.served or date.today()
    named, lists = covered(covers)
    made = orders.OrderContent(
        content.authority,
        content.docket,
        day,
        _obligations(content.profile, content.obligations, day),
        content.profile,
        content.note,
        selectors.said(named) if named else "",
    )
    view, _ = orders.open_order(desk, made, orders.read_letter(letter), lists=lists)
    shown = orders.show_order(desk, view.ref)
    emit({"case": view.ref, "due": view.due, **order_json(shown)}, f"Case {view.ref}: order.", *order_lines(shown))


@order.command()
@with_case
@content_options
@covers_options
@click.option("--drop", multiple=True, metavar="ID", help="Take an obligation away; repeatable.")
def change(desk: Desk, ref: str, content: OrderOptions, covers: CoversOptions, drop: tuple[str, ...]) -> None:
    """Correct what the order says: a new version, and the old one stays in the log."""
    known = orders.show_order(desk, ref).content
    day = content.served or known.served
    named, lists = covered(covers)
    made = orders.edited(
        desk,
        ref,
        _obligations(content.profile, content.obligations, day),
        drop,
        authority=content.authority or known.authority,
        docket=content.docket or known.docket,
        served=day,
        note=content.note or known.note,
        profile=content.profile or known.profile,
        covers=selectors.said(named) if named else known.covers,
    )
    orders.record_order(desk, ref, made, lists=lists)
    shown = orders.show_order(desk, ref)
    emit({"case": ref, **order_json(shown)}, *order_lines(shown))


@order.command()
@with_case
@click.option("--method", required=True, help="How it was checked, in a few words.")
@click.option("--not-genuine", is_flag=True, help="The check failed: record that.")
def authentic(desk: Desk, ref: str, method: str, not_genuine: bool) -> None:
    """Record that the order was checked to be authentic. Nothing is resolved or planned before it."""
    orders.record_authenticity(desk, ref, method, genuine=not not_genuine)
    told = "The check failed; nothing can be planned." if not_genuine else "Recorded that the order is authentic."
    emit({"case": ref, "authentic": not not_genuine}, told)


@order.command("scope")
@with_case
@click.option("--where", help='What it covers, such as \'supplier = "NAME" and not container = "NAME"\'.')
@click.option("--list", "lists", multiple=True, metavar="NAME=FILE", help="A list that --where names; repeatable.")
@click.option("--show", is_flag=True, help="Show the scope in force and resolve nothing.")
def scope_(desk: Desk, ref: str, where: str | None, lists: tuple[str, ...], show: bool) -> None:
    """Look up what the order covers, and sign it: which containers whole, which in part, and what is not known."""
    if not show:
        known = orders.show_order(desk, ref).content.covers
        if not (where or known):
            raise click.UsageError("say with --where what the order covers")
        read = orders.lists_of(desk, ref) | {name: orders.read_list(path) for name, path in map(_pair, lists)}
        with progress_bar() as (report, cancel):
            scope.resolve_scope(desk, ref, selectors.parse(where or known), read, report=report, cancel=cancel)
    view = scope.show_scope(desk, ref)
    emit(scope_json(view), *scope_lines(view), problem=bool(view.not_known))


@order.command("sample")
@with_case
@click.option("--size", type=click.IntRange(min=1), default=SAMPLE_SIZE, show_default=True)
@click.option("--rest", is_flag=True, help="Of what stays beside the scope in mixed containers.")
@click.option("--draw", is_flag=True, help="Draw one; its seed is in the journal before anything is shown.")
@click.option("--belongs", multiple=True, metavar="PLACES", help="Places that belong: 3, 17 or 20-29; repeatable.")
@click.option("--not", "not_", multiple=True, metavar="PLACES", help="Places that do not belong; repeatable.")
@click.option("--unsure", multiple=True, metavar="PLACES", help="Places that you cannot tell; repeatable.")
@click.option("--all-belong", is_flag=True, help="All that is left of the sample belongs (with --rest: does not).")
def sample(
    desk: Desk,
    ref: str,
    size: int,
    rest: bool,
    draw: bool,
    belongs: tuple[str, ...],
    not_: tuple[str, ...],
    unsure: tuple[str, ...],
    all_belong: bool,
) -> None:
    """Draw a sample of the scope, look at it, and say of each item whether it belongs."""
    of = "rest" if rest else "scope"
    if draw:
        scope.draw(desk, ref, of, size)
    words = {place: word for word, given in (("belongs", belongs), ("not", not_), ("unsure", unsure))
             for place in _places(given)}  # fmt: skip
    own = [one for one in scope.drawn_items(desk, ref) if one.of == of]
    if all_belong:
        fits = "not" if rest else "belongs"
        words = {one.place: fits for one in own if not one.word} | words
    if words:
        scope.mark(desk, ref, words, of)
        own = [one for one in scope.drawn_items(desk, ref) if one.of == of]
    found = scope.samples(desk, ref)
    lines = [
        f"{one.place:>9}  {one.word or 'open':8}  {one.part.dataset_version}  {one.item.address.place}" for one in own
    ]
    rows = [{"place": one.place, "word": one.word or None, "item": one.item.address} for one in own]
    emit({"samples": found, "items": rows}, *lines, *map(sample_line, found))


@order.command()
@with_case
@click.argument("obligation")
@click.option("--as", "how", type=click.Choice([one.value for one in Met]), required=True)
@click.option("--text", required=True, help="What was done and how that is known.")
@click.option("--proof", type=FILE, help="A file that shows it; kept in the vault, its digest in the evidence.")
def declare(desk: Desk, ref: str, obligation: str, how: str, text: str, proof: Path | None) -> None:
    """Your word on an obligation that nothing here can read. It stands in the evidence as declared by you."""
    orders.declare(desk, ref, obligation, Met(how), text, proof)
    emit({"case": ref, "obligation": obligation, "how": how}, f"{obligation}: {how}.")


@order.command("show")
@with_case
def show_(desk: Desk, ref: str) -> None:
    """What the order says, where each obligation stands, and why."""
    view, first = orders.show_order(desk, ref), obligations.headline(desk, ref)
    states = obligations.obligations(desk, ref)
    lines = [f"  {one.id}  {one.says}" + "".join(f"\n        {why}" for why in one.why) for one in states]
    emit(
        {"case": ref, **order_json(view), "headline": first, "states": states},
        *order_lines(view), str(first), *lines,
    )  # fmt: skip


@order.command()
@with_case
@click.option("--obligation", default="", metavar="ID", help="Of this obligation alone.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--to", required=True, type=NEW_FILE, help="Text file to write.")
def draft(desk: Desk, ref: str, obligation: str, language: str, to: Path) -> None:
    """Write a dated draft of the statement on each obligation: facts from entries, […] where a person has to write."""
    order_drafts.write_drafts(desk, ref, to, obligation=obligation, language=language)
    emit({"file": str(to)}, f"Draft: {to}. Look for […] and write what only you know.")


@order.command("duties")
@with_case
def duties_(desk: Desk, ref: str) -> None:
    """What falls due under the order, and when: obligations, reports, reading back again, answers of others.

    Exit code 1 where anything is late.
    """
    today = date.today()
    found = duties.duties(desk, ref, today)
    rows = [{"day": one.day, "what": one.what, "done": one.done or None, "late": one.late(today)} for one in found]
    lines = [
        f"{one.day}  {'done ' + one.done if one.done else 'LATE' if one.late(today) else 'open'}  {one.what}"
        for one in found
    ]
    emit(rows, *(lines or ["No day stands for anything."]), problem=any(one.late(today) for one in found))


def covered(covers: CoversOptions) -> tuple[selectors.Selector | None, dict[str, orders.ItemList]]:
    """What options name with all that was made from it, as one selector; and the list that goes with it."""
    named: list[selectors.Selector] = [
        selectors.NamedBy(selectors.Called.VERSION if "@" in one else selectors.Called.DATASET, one)
        for one in covers.datasets
    ]
    named += [selectors.NamedBy(selectors.Called.SUPPLIER, one) for one in covers.suppliers]
    named += [selectors.NamedBy(selectors.Called.MODEL, one) for one in covers.models]
    named += [selectors.InList(LIST)] if covers.items else []
    lists = {LIST: orders.read_list(covers.items)} if covers.items else {}
    if not named:
        return None, lists
    data = named[0] if len(named) == 1 else selectors.AnyOf(tuple(named))
    return selectors.AnyOf((*named, selectors.MadeFrom(data))), lists


def order_json(view: orders.OrderView) -> dict[str, Any]:
    return {"order": view.content, "words": view.words, "officer": view.officer, "time": view.time}


def order_lines(view: orders.OrderView) -> list[str]:
    content = view.content
    lines = [f"{content.authority}, {content.docket}, served {content.served}"]
    lines += [f"Covers: {content.covers}"] if content.covers else []
    for one in content.obligations:
        due = f"due {one.due}" if one.due else "no day set"
        more = ", sworn" if one.sworn else ""
        more += f", every {one.every} days" if one.every else ""
        lines.append(f"  {one.id}  {one.name}: {due}{more}")
        lines += [f"        {one.text}"] if one.text else []
        word = view.words.get(one.id)
        lines += [f"        {word.how.value} by {word.officer}, {word.time[:10]}: {word.text}"] if word else []
    sources = dict.fromkeys(one.source for one in content.obligations if one.source)
    return [*lines, *(f"Days proposed after {one}: check each against the paper." for one in sources)]


def scope_json(view: scope.ScopeView) -> dict[str, Any]:
    return {
        "selector": view.selector, "items": view.items, "bytes": view.size, "beside": view.rest,
        "containers": view.parts, "not_known": len(view.not_known), "officer": view.officer, "time": view.time,
    }  # fmt: skip


def scope_lines(view: scope.ScopeView) -> list[str]:
    lines = [
        f"Scope: {view.selector}",
        f"{counted(view.items, 'item')}, {view.size} bytes, by {view.officer}, {view.time}",
    ]
    for one in view.parts:
        inside = f"{one.items} of {one.of}" if one.how == "mixed" else f"{one.items}"
        unread = f", {counted(one.unread, 'place')} not read" if one.unread else ""
        unread += f", {one.not_known} not known to be covered or not" if one.inside and one.not_known else ""
        what = one.container or "no index"
        lines.append(f"  {one.how:12} {one.dataset_version}  {what}: {inside}{unread}. {one.why}")
    if view.not_known:
        names = ", ".join(one.container or one.dataset_version for one in view.not_known)
        lines.append(f"! Not known whether all of it is covered: {names}")
    return lines


def sample_line(one: scope.SampleView) -> str:
    """What a sample says of the whole: nothing before all of it was looked at."""
    what = "of the scope" if one.of == "scope" else "of what stays beside it"
    line = (
        f"Sample of {one.n} {what} ({one.population}): {one.looked} looked at, {one.wrong} do not fit, "
        f"{one.unsure} unsure."
    )
    if one.looked < one.n or one.unsure:
        return line
    return f"{line} Share that does not fit: {one.low:.2%} to {one.high:.2%}, with 95 % confidence."


def _obligations(code: str, typed_in: Sequence[str], served: date) -> tuple[Obligation, ...]:
    begun = profile(code).obligations(served) if code else ()
    return (*begun, *(typed(one, served, len(begun) + place) for place, one in enumerate(typed_in, start=1)))


def _pair(given: str) -> tuple[str, Path]:
    name, found, path = given.partition("=")
    if not found:
        raise click.UsageError("--list is NAME=FILE")
    return name, Path(path)


def _places(given: Sequence[str]) -> list[int]:
    found: list[int] = []
    for one in given:
        for part in one.split(","):
            first, _, last = part.strip().partition("-")
            if not first.isdecimal() or (last and not last.isdecimal()):
                raise click.UsageError(f"{part} is no place of a sample")
            found += range(int(first), int(last or first) + 1)
    return found
