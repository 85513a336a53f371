"""Draws the sample that the program ships, in place of the one in `assets/sample`."""

from __future__ import annotations

import shutil

from bench.sample import make_sample
from dsr_desk.app.sample import PLACES


def main() -> None:
    """The old one goes when the new one is drawn."""
    _, shipped = PLACES
    drawn = shipped.with_name("sample.new")
    shutil.rmtree(drawn, ignore_errors=True)
    made = make_sample(drawn)
    shutil.rmtree(shipped, ignore_errors=True)
    drawn.rename(shipped)
    print(f"{shipped}: {made.contents.people} people, {made.contents.photos} photos, {made.contents.records} records")


if __name__ == "__main__":
    main()
