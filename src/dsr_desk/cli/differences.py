"""What was changed since a plan was made, said before the refusal of what the plan was for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dsr_desk.app import allowed
from dsr_desk.core import refusals

if TYPE_CHECKING:
    from dsr_desk.app.desk import Desk


@contextmanager
def differences_told(desk: Desk, ref: str) -> Iterator[None]:
    """Where the basis of the plan was changed, says what was before the refusal is shown."""
    try:
        yield
    except refusals.BasisChanged:
        for one in allowed.changed_since_plan(desk, ref):
            click.echo(one.say(), err=True)
        raise
