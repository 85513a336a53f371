"""What each message says, one catalogue a language. A sentence that counts has two forms, `one` and `other`."""

from __future__ import annotations

from collections.abc import Mapping

from dsr_desk.core.catalogue.de import GERMAN
from dsr_desk.core.catalogue.en import ENGLISH

CATALOGUES: Mapping[str, Mapping[str, str | tuple[str, str]]] = {"en": ENGLISH, "de": GERMAN}


def phrase(code: str, values: Mapping[str, object], language: str = "en") -> str:
    """The sentence of a code. `values["count"]` chooses between one and many. Raises KeyError for an unknown code."""
    form = CATALOGUES.get(language, ENGLISH).get(code, ENGLISH[code])
    if isinstance(form, tuple):
        form = form[0] if values.get("count") == 1 else form[1]
    return form.format(**values)
