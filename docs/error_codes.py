"""Writes docs/error-codes.md from the error classes of the program: `python docs/error_codes.py`."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
from pathlib import Path

import dsr_desk
from dsr_desk.core.errors import DeskError

PAGE = Path(__file__).with_name("error-codes.md")
HEAD = """\
# Error codes

Every error that DSR Desk shows has a code that stays the same over versions, and three sentences: what happened, what
that means for the case, what to do. Commands print the code last, in brackets; with `--json` it is `error.code`.
Words in ‹these marks› stand for the file, folder, name or reason at hand.

This page is written by `make docs` from the program itself.
"""


def all_errors() -> list[type[DeskError]]:
    """Every error class of the program, by code."""
    for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
        importlib.import_module(module.name)
    own = [error for error in DeskError.registry.values() if error.__module__.startswith("dsr_desk.")]
    return sorted(own, key=lambda error: error.code)


def page(errors: list[type[DeskError]]) -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    for area, group in itertools.groupby(errors, key=lambda error: error.code.split("-")[0]):
        parts.append(f"## {area}\n")
        for error in group:
            parts.append(f"### {error.code}\n")
            parts.append(f"{_said(error.happened)}\\\n{_said(error.means)}\\\n**{_said(error.todo)}**\n")
    return "\n".join(parts)


def _said(template: str) -> str:
    named = re.sub(r"\{(\w+)[^}]*\}", r"‹\1›", template)
    return re.sub(r"([*_<`|\\])", r"\\\1", named)


if __name__ == "__main__":
    PAGE.write_text(page(all_errors()), encoding="utf-8")
