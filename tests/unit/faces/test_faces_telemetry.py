"""What the network library does beside computing, seen from outside: it must keep nothing and report nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

RUNS_A_GRAPH = """
import numpy as np
import dsr_desk.faces.runtime as runtime
from onnx import TensorProto, helper

one = helper.make_tensor_value_info("a", TensorProto.FLOAT, [1])
two = helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Neg", ["a"], ["b"])], "g", [one], [two])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
print(runtime.session(model.SerializeToString()).run(None, {"a": np.ones(1, np.float32)})[0])
"""


def test_running_a_network_leaves_no_device_id_and_no_queue_of_events(tmp_path: Path) -> None:
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "TMPDIR": str(temporary)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}

    done = subprocess.run(
        [sys.executable, "-c", RUNS_A_GRAPH], env=kept | places, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "-1" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
