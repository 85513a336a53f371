"""Who got a model, and what was kept of what it gave out, as far as the record reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RetainedOutput:
    """An output, embeddings or a benchmark, by node id, kind and label. `runs` are the runs that made it; `items` the
    items (ids, or places in a dataset) that it is of, none where no source names them."""

    id: str
    kind: str
    label: str
    runs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "label": self.label,
            "runs": list(self.runs),
            "items": list(self.items),
        }


@dataclass(frozen=True)
class Received:
    """Who got a model. `since` is a UTC timestamp, `told` "yes", "no" or the UTC timestamp at which they were told that
    it is affected; "" where no source says it."""

    name: str
    since: str = ""
    told: str = ""

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "since": self.since, "told": self.told}
