"""Takes single items out of an index: faces, templates, thumbnails, records and everything they are found by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
from sqlite_utils import Database

from dsr_desk.core.codec import to_text
from dsr_desk.core.items import DatasetVersion
from dsr_desk.search.about import About, Signer
from dsr_desk.search.build import LOCK
from dsr_desk.search.finish import finish, write_setting
from dsr_desk.search.index import IN_CLAUSE, Index, open_database, read_setting
from dsr_desk.search.keyfile import Secret
from dsr_desk.storage.database import transaction
from dsr_desk.storage.locks import FileLock


def erase_items(folder: Path, secret: Secret, items: Iterable[str], signer: Signer | None = None) -> About:
    """Erases all that the index holds of these item ids and overwrites it on disk; safe to call again.

    Ids that the index does not know are passed over. Makes a new generation. Raises what opening raises, and InUse.
    """
    with closing(FileLock_(folder)), closing(open_database(folder, secret)) as db:
        complete = read_setting(db, "complete") != "0"
        with transaction(db, folder):
            write_setting(db, "state", "building")
            erase_rows(db, _rows(db, items))
        return finish(db, folder, signer, complete=complete)


def describe_as(folder: Path, secret: Secret, version: DatasetVersion, signer: Signer | None = None) -> About:
    """Lets the index describe another version of its dataset, such as the one that an erasure made.

    Item ids hold the dataset's name alone and stay as they are, so the name must be the same.
    """
    raise NotImplementedError


def remaining_items(index: Index, items: Iterable[str]) -> set[str]:
    """Those of these item ids that the index still knows."""
    known = index.rows_in("SELECT address FROM items WHERE address IN ({})", [bytes.fromhex(one) for one in items])
    return {address.hex() for (address,) in known}
