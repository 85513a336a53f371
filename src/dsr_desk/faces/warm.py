"""Importing this decodes two photos, so that what decoders prepare at first use is there when cells begin.

For the process from which cells come (`jobs.nursery`).
"""

from __future__ import annotations

import io

from PIL import Image

from dsr_desk.faces.outside import picture_of


def photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 64), "grey").save(out, kind)
    return out.getvalue()


for kind in ("JPEG", "PNG"):
    picture_of(photo(kind), 32, None, None)
