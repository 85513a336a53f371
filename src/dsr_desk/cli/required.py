"""dsr-desk bundle required, state; vault stated, state: what documents must hold, and the officers' word on it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dsr_desk.app.proof import required as app_required
from dsr_desk.cli.common import emit, with_case, with_desk
from dsr_desk.core import codec
from dsr_desk.core.message import said_all
from dsr_desk.core.requests import Law
from dsr_desk.core.required import STATEABLE, Document, FieldState, Filled, field_name

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk

R = TypeVar("R")
_LAWS = click.Choice([law.value for law in Law])
_FLAGS = dict(zip(("says", "not_applicable", "not_yet_known"), STATEABLE, strict=True))


def statement_options(function: Callable[..., R]) -> Callable[..., R]:
    """One of --says, --not-applicable and --not-yet-known; the command gets `state` and `text`."""

    @click.option("--says", default=None, metavar="TEXT", help="What is to stand there.")
    @click.option("--not-applicable", default=None, metavar="REASON", help="It does not apply, and why.")
    @click.option("--not-yet-known", default=None, metavar="REASON", help="It is not yet known, and why.")
    @functools.wraps(function)
    def wrapped(*args: Any, says: str | None, not_applicable: str | None, not_yet_known: str | None, **rest: Any) -> R:
        given = {"says": says, "not_applicable": not_applicable, "not_yet_known": not_yet_known}
        said = [(_FLAGS[name], text) for name, text in given.items() if text is not None]
        if len(said) != 1:
            raise click.UsageError("give one of --says, --not-applicable and --not-yet-known")
        ((state, text),) = said
        return function(*args, state=state, text=text, **rest)

    return wrapped


@click.command()
@with_case
@click.option(
    "--for",
    "documents",
    type=click.Choice([document.value for document in Document]),
    multiple=True,
    help="For this kind of document; repeatable. Without it what the two editions of a bundle must hold.",
)
def required(desk: Desk, ref: str, documents: tuple[str, ...]) -> None:
    """What the documents of a case must hold by law, field by field, and where each stands."""
    wanted = [Document(one) for one in documents] or [Document.REQUESTER, Document.REGULATOR]
    found = app_required.filled_documents(desk, ref, wanted)
    lines: list[str] = []
    for document, fields in found.items():
        lines += [f"For the {document}:", *_lines(fields)]
    emit({document.value: codec.plain(fields) for document, fields in found.items()}, *lines)


@click.command("state")
@with_case
@click.argument("field")
@statement_options
def state_in_case(desk: Desk, ref: str, field: str, state: FieldState, text: str) -> None:
    """State a FIELD of what the documents of a case must hold. The newest word counts."""
    app_required.state_field(desk, ref, field, state, text)
    emit({"case": ref, "field": field, "state": state.value}, f"{field_name(field)}: {state.value}.")


@click.command("stated")
@with_desk
@click.argument("law", type=_LAWS)
def stated(desk: Desk, law: str) -> None:
    """What is stated for every case under a LAW."""
    fields = app_required.general_fields(desk, Law(law))
    emit(codec.plain(fields), *_lines(fields, "–"))


@click.command("state")
@with_desk
@click.argument("law", type=_LAWS)
@click.argument("field")
@statement_options
def state_for_all(desk: Desk, law: str, field: str, state: FieldState, text: str) -> None:
    """State a FIELD for every case under a LAW, until a case says otherwise."""
    app_required.state_generally(desk, Law(law), field, state, text)
    emit({"law": law, "field": field, "state": state.value}, f"{field_name(field)}: {state.value}.")


def _lines(fields: Iterable[Filled], empty: str = "✗") -> Iterable[str]:
    signs = {FieldState.EMPTY: empty, FieldState.NOT_YET_KNOWN: "!"}
    for one in fields:
        name = f"{one.field} ({field_name(one.field)}{f'; {one.source}' if one.source else ''})"
        yield f"  {signs.get(one.state, '✓')} {name}: {said_all(one.says) or 'empty'}"
