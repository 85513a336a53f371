"""Importing this loads the standard engine and uses it once, so that all it prepares is there when cells begin.

For the process from which cells come (`jobs.nursery`). An organisation's own network is never loaded there.
"""

from __future__ import annotations

from contextlib import suppress

from dsr_desk.core.errors import DeskError
from dsr_desk.faces.outside import READY, look
from dsr_desk.faces.warm import photo

with suppress(DeskError):  # where weights are missing, whoever looks at a photo is told
    look(READY, photo(), None, thumbnails=False, reference=False)
