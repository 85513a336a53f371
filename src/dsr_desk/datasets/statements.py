"""Statements for those who keep a database elsewhere: rows are named by key, counted, erased, and counted again.

They are parameterised: a value is a parameter of a prepared statement and never part of one. Nothing commits: who runs
them compares the counts and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dsr_desk.core.actions import SqlDialect
from dsr_desk.core.errors import DeskError
from dsr_desk.core.message import Message, message


class NameUnfit(DeskError):
    code = "STATEMENTS-NAME"
    happened = "{name} cannot be the name of a table or column in a statement."
    means = "No statements were written."
    todo = "Give the names as the database has them, a schema before the table with a dot."


Key = tuple[str, ...]
"""The values of the key columns of one row."""


@dataclass(frozen=True)
class Statements:
    """`table` may begin with a schema and a dot; `rows` are keys and how many rows each must name.

    With `empty`, these columns take no value and the rows stay. `left_out` counts rows of the plan without such a key.
    """

    plan: str
    action: str
    dialect: SqlDialect
    table: str
    keys: tuple[str, ...]
    rows: tuple[tuple[Key, int], ...]
    empty: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def expected(self) -> int:
        return sum(count for _, count in self.rows)


def written(statements: Statements, language: str = "en") -> str:
    """The file. Raises NameUnfit."""
    return "\n".join([*_lines(statements, language), ""])


def _lines(one: Statements, language: str) -> Iterator[str]:
    spelt = _MYSQL if one.dialect is SqlDialect.MYSQL else _POSTGRESQL
    table = ".".join(spelt.name(part) for part in one.table.split("."))
    keys = [spelt.name(column) for column in one.keys]
    where = " AND ".join(f"{key} = {spelt.mark(number)}" for number, key in enumerate(keys, start=1))
    empty = [spelt.name(column) for column in one.empty]
    nothing = ", ".join(f"{column} = NULL" for column in empty)
    change = f"UPDATE {table} SET {nothing}" if empty else f"DELETE FROM {table}"
    count = f"SELECT count(*) AS found FROM {table} WHERE {where}"
    told = " OR ".join(f"{column} IS NOT NULL" for column in empty)
    left = f"{count} AND ({told})" if empty else count

    def heading(said: Message) -> Iterator[str]:
        yield ""
        yield from _comment(said, language)

    yield from _comment(message("statements.head", plan=one.plan[:12], action=one.action), language)
    yield from _comment(message("statements.secret"), language)
    if one.left_out:
        yield from _comment(message("statements.left-out", count=one.left_out), language)
    yield from heading(message("statements.begin"))
    yield from spelt.begin
    yield spelt.prepare("dsr_count", count)
    yield spelt.prepare("dsr_erase", f"{change} WHERE {where}")
    yield spelt.prepare("dsr_left", left)
    for name, code in (("dsr_count", "count"), ("dsr_erase", "erase"), ("dsr_left", "left")):
        yield from heading(message(f"statements.{code}", rows=one.expected))
        for key, expected in one.rows:
            yield from spelt.execute(name, key)
            if code != "left":
                yield f"-- {expected}"
    yield from heading(message("statements.end", rows=one.expected))


def _comment(said: Message, language: str) -> Iterator[str]:
    for line in said.say(language).splitlines():
        yield f"-- {line}"


class _Postgresql:
    begin: Sequence[str] = ("SET standard_conforming_strings = on;", "BEGIN;")

    def name(self, name: str) -> str:
        return '"' + _required(name).replace('"', '""') + '"'

    def mark(self, number: int) -> str:
        return f"${number}"

    def prepare(self, name: str, statement: str) -> str:
        return f"PREPARE {name} AS {statement};"

    def execute(self, name: str, key: Key) -> Iterator[str]:
        yield f"EXECUTE {name} ({', '.join(map(_literal, key))});"


class _Mysql:
    """Without backslashes that escape, a text ends at a quote alone, as in standard SQL."""

    begin: Sequence[str] = (
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES');",
        "SET NAMES utf8mb4;",
        "START TRANSACTION;",
    )

    def name(self, name: str) -> str:
        return "`" + _required(name).replace("`", "``") + "`"

    def mark(self, number: int) -> str:
        del number
        return "?"

    def prepare(self, name: str, statement: str) -> str:
        return f"PREPARE {name} FROM {_literal(statement)};"

    def execute(self, name: str, key: Key) -> Iterator[str]:
        named = [f"@dsr_{number}" for number in range(1, len(key) + 1)]
        yield "SET " + ", ".join(f"{one} = {_literal(value)}" for one, value in zip(named, key, strict=True)) + ";"
        yield f"EXECUTE {name} USING {', '.join(named)};"


_POSTGRESQL, _MYSQL = _Postgresql(), _Mysql()


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _required(name: str) -> str:
    if not name or not name.isprintable():
        raise NameUnfit(name=name)
    return name
