"""Sees whether what came from outside is parsed in this process, which holds the keys."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

READERS = (
    "PIL.Image.open", "pi_heif.open_heif", "pypdfium2.PdfDocument", "email.message_from_bytes", "yaml.load",
    "yaml.safe_load", "tarfile.open", "openpyxl.load_workbook", "h5py.File", "lmdb.open", "csv.reader",
    "csv.DictReader", "pyarrow.parquet.ParquetFile", "sqlite3.connect", "onnx.load", "onnx.load_model_from_string",
    "cryptography.x509.load_pem_x509_certificates",
    "cryptography.hazmat.primitives.serialization.pkcs7.pkcs7_decrypt_der",
)  # fmt: skip
"""With what letters, photos, datasets, lineage, models and bundles are read."""


@contextmanager
def seen() -> Iterator[list[str]]:
    """Which of the readers the program called, and where."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for reader in READERS:
            module, _, name = reader.rpartition(".")
            read = getattr(importlib.import_module(module), name)
            patch.setattr(importlib.import_module(module), name, _watched(reader, read, found))
        yield found


def _watched(reader: str, read: Any, found: list[str]) -> Any:
    def call(*args: Any, **rest: Any) -> Any:
        by = sys._getframe(1).f_globals.get("__name__", "")
        if by.startswith("dsr_desk."):
            found.append(f"{reader} by {by}")
        return read(*args, **rest)

    return call
