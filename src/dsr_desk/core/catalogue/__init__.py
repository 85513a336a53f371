"""What each message says: a folder a language, a file a room, a sentence a code.

A blank `{name}` holds a value. `{n:photo|photos}` is the word that fits the number `n`; a sentence that is a list has a
form for each plural of its `count`. `{when:day}`, `{when:weekday}`, `{when:moment}`, `{when:exact}`, `{bytes:size}`,
`{score:.2}`, `{names:commas}` and `{names:first 5}` say how a value is written. Errors have their English beside the
code that raises them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

Form = str | tuple[str, ...]

_of_errors: dict[str, str] = {}


def add_error(code: str, happened: str, means: str, todo: str) -> None:
    """The English of an error, as `CODE`, `CODE.means` and `CODE.todo`."""
    _of_errors.update({code: happened, f"{code}.means": means, f"{code}.todo": todo})


@cache
def catalogue(language: str) -> Mapping[str, Form]:
    """All sentences of a language but those of errors in English; empty for a language that nobody wrote."""
    folder = files("dsr_desk.core.catalogue").joinpath(language)
    found: dict[str, Form] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name) if folder.is_dir() else ():
        if file.name.endswith(".json") and file.name != "labels.json":
            for code, form in json.loads(file.read_text(encoding="utf-8")).items():
                if code in found:
                    raise ValueError(f"{language}/{file.name}: {code} stands in another file as well")
                found[code] = tuple(form) if isinstance(form, list) else form
    return found


@cache
def labels(language: str) -> Mapping[str, Form]:
    """What the windows' own labels are called, by their English; a list has a form for each plural of `%Ln`."""
    file = files("dsr_desk.core.catalogue").joinpath(language, "labels.json")
    if not file.is_file():
        return {}
    return {
        text: tuple(form) if isinstance(form, list) else form
        for text, form in json.loads(file.read_text(encoding="utf-8")).items()
    }


def form_of(code: str, language: str) -> Form | None:
    """The wording of a code; in English where the language lacks it, None where nobody wrote any."""
    return catalogue(language).get(code) or catalogue("en").get(code) or _of_errors.get(code)
