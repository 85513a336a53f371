"""`sqlite_utils.Database` without pandas.

Where pandas is installed, sqlite_utils loads it to know its types as types of columns. No table here holds them, and
loading it costs every start of the program a second or more.
"""

from __future__ import annotations

import sys

_absent = "pandas" not in sys.modules
if _absent:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # what Python takes for "not to be imported"
try:
    from sqlite_utils import Database
finally:
    if _absent:
        del sys.modules["pandas"]

__all__ = ["Database"]
