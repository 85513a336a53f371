"""An order of the laboratory: a vault, an inventory of photos of one supplier, a scope that was looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.alone import Watch
from bench.inventory import PROCESSES
from dsr_desk.app.case import orders, scope
from dsr_desk.app.data.indexing import register_index, secret_of, signer_of
from dsr_desk.app.desk import Desk
from dsr_desk.app.proof.required import general_fields, state_generally
from dsr_desk.core.items import DatasetVersion
from dsr_desk.core.orders import profile
from dsr_desk.core.requests import Law
from dsr_desk.core.required import FieldState
from dsr_desk.core.selectors import parse
from dsr_desk.faces.facts import INVENTORY
from dsr_desk.search.index.build import Addressed, build

SUPPLIER = "Brightwater Pictures"


@dataclass(frozen=True)
class Step:
    """Seconds by the clock and of all processors, and megabytes."""

    seconds: float
    processor: float
    memory: float


@contextmanager
def opened_order(photos: Path, place: Path) -> Iterator[tuple[Desk, str]]:
    """An order that was found authentic, in a new vault at a place, with all photos in one dataset of the supplier."""
    desk, _ = Desk.create(place / "vault", "Larkfield Friends", "Iris Novak", "a passphrase of the laboratory")
    with desk:
        for one in general_fields(desk, Law.ORDER):
            state_generally(desk, Law.ORDER, one.field, FieldState.NOT_YET_KNOWN, "it is a measurement")
        version = DatasetVersion("photos", "1", supplier=SUPPLIER, other_places="none", data_recipients="none")
        addressed = Addressed((desk.vault.public_key,), secret_of(desk))
        index = place / "photos.dsrindex"
        build(
            [photos], index, version=version, addressed=addressed, engine_name=INVENTORY, workers=PROCESSES,
            signer=signer_of(desk),
        )  # fmt: skip
        register_index(desk, index, [photos])
        day = date(2026, 11, 1)
        content = orders.OrderContent("an authority", "1", day, profile("gdpr-58").obligations(day))
        ref = orders.open_order(desk, content)[0].ref
        orders.record_authenticity(desk, ref, "called back")
        yield desk, ref


def scoped(desk: Desk, ref: str, selector: str, count: int) -> Step:
    """Resolves the scope, which must cover so many items, and marks a drawn item of it and of what is not in it."""
    step = measured(lambda: scope.resolve_scope(desk, ref, parse(selector)))
    found = scope.show_scope(desk, ref)
    if found.items != count:
        raise RuntimeError(f"{found.items} items are in scope, not {count}")
    for of, fits in (("scope", "belongs"), ("rest", "not")) if found.rest else (("scope", "belongs"),):
        scope.draw(desk, ref, of, 1)
        scope.mark(desk, ref, {one.place: fits for one in scope.drawn_items(desk, ref) if one.of == of}, of)
    return step


def measured(step: Callable[[], object]) -> Step:
    with Watch() as watch:
        start = time.perf_counter()
        step()
        seconds = time.perf_counter() - start
    return Step(seconds, watch.seconds, watch.most / 1e6)
