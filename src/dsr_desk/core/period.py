"""How long something was in use, as far as it is recorded."""

from __future__ import annotations

from dataclasses import dataclass

from dsr_desk.core.message import Message, message


@dataclass(frozen=True)
class Period:
    """UTC timestamps, "" where not recorded; `until` "" with `running` says that it still runs."""

    since: str = ""
    until: str = ""
    running: bool = False

    @property
    def says(self) -> Message:
        if not self.since and not self.until and not self.running:
            return message("period.unrecorded")
        unknown = message("unknown")
        until = message("period.now") if self.running else self.until or unknown
        return message("period", since=self.since or unknown, until=until)
