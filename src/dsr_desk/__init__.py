"""DSR Desk: find a person in training data, name the models, delete, and prove it."""

import os

# ONNX Runtime reports to its maker unless this stands before it loads; its own switch comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
