"""Rules are tested without a face engine: nothing that they import loads one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
IMPORTS = """
import importlib
import pkgutil
import sys

import dsr_desk.app

for module in pkgutil.walk_packages(dsr_desk.app.__path__, "dsr_desk.app."):
    importlib.import_module(module.name)
importlib.import_module("unit.app.conftest")
print(*sorted({"dlib", "onnx", "onnxruntime", "PySide6"} & set(sys.modules)))
"""


def test_neither_the_rooms_of_app_nor_the_fixtures_of_their_tests_load_an_engine() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    done = subprocess.run([sys.executable, "-c", IMPORTS], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
