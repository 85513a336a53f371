"""What a package leaves out, above all code that could reach a network: `python packaging/left_out.py FOLDER`.

The spec builds with these lists; run on a folder that was built, this says what is in it all the same (exit code 1).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

MODULES = [
    # In the same .venv for tests, benchmarks and clusters; their licences are not handed out with the package.
    *("pillow_heif", "distributed", "dask", "duckdb", "faiss", "usearch", "networkx"),
    *("fsspec", "jinja2", "requests", "tkinter", "IPython", "pytest", "matplotlib", "torch", "nis"),
    "readline",
    # Ways out of this computer.
    *("ftplib", "smtplib", "http.server", "PySide6.QtNetwork"),
    *(f"pyarrow.{name}" for name in ("flight", "_flight", "_s3fs", "_gcsfs", "_azurefs", "_hdfs", "tests", "conftest")),
]

FILES = (
    *("libarrow_flight*", "libarrow_python_flight*", "libarrow_s3*"),
    *("_flight.*", "_s3fs.*", "_gcsfs.*", "_azurefs.*", "_hdfs.*"),
    *("libQt6Network*", "QtNetwork.*", "libQt6Qml*", "libQt6Quick*", "libqvnc*", "libqtuiotouchplugin*"),
    *("*/plugins/tls/*", "*/plugins/networkinformation/*"),
    "libonnxruntime.so*",  # the same runtime once more, for programs in C
)
"""Names of files, or ends of their paths."""

OF_PYTHON = tuple(
    f"lib{name}.so*"
    for name in ("python3*", "crypto", "ssl", "ffi", "bz2", "lzma", "z", "sqlite3", "expat", "uuid", "crypt")
)
"""All that is taken from the libraries of the system where a package is built. The others are the system's own on the
computer where it runs: Depends names those that must be there; printing and GTK's dialogs take what is there."""

KNOWN = {
    "_socket.*": "Python's sockets, by which processes of this computer talk to each other",
    "_ssl.*": "Arrow asks it where certificates lie, when it loads, and does not load without it",
    "libssl.so*": "what _ssl is made of",
    "libcrypto.so*": "Python's digests; a part of it that nobody calls can read from an address",
    "_sqlite3.*": "SQLCipher holds OpenSSL's libcrypto",
    "_rust.abi3.so": "cryptography holds OpenSSL; nothing of TLS is called",
    "libarrow.so*": "Arrow's file systems are built into its core",
    "libparquet.so*": "Parquet's encryption holds OpenSSL's libcrypto",
    "onnxruntime_pybind11_state.*": "ONNX Runtime's telemetry, switched off before it loads",
    "_typst.*": "typst's package downloads, which no document of ours asks for",
    "libxcb-*.so*": "how a window reaches its display",
}
"""What can look names up and cannot be left out, and why it is there. The kernel refuses it a network."""

_REACHING = (b"\0getaddrinfo\0", b"\0gethostbyname\0", b"\0gethostbyname_r\0")


def is_left_out(path: str) -> bool:
    return any(fnmatch(path, pattern if "/" in pattern else f"*/{pattern}") for pattern in FILES)


def is_of_the_system(source: str) -> bool:
    """Whether a library lies among those of the system, and is none that Python needs."""
    path = Path(source)
    among = fnmatch(str(path.parent), "/usr/lib/*-linux-gnu") or fnmatch(str(path.parent), "/lib/*-linux-gnu")
    return among and not any(fnmatch(path.name, pattern) for pattern in OF_PYTHON)


def reaching(folder: Path) -> Iterator[Path]:
    """Libraries that name functions by which a program finds others in a network."""
    for path in sorted(folder.rglob("*.so*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if any(name in data for name in _REACHING):
                yield path


def faults(folder: Path) -> list[str]:
    """What must not be in a folder that is handed out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    unknown = [one for one in reaching(folder) if not any(fnmatch(one.name, known) for known in KNOWN)]
    return [
        *(f"{path}: is to be left out" for path in files if is_left_out(f"/{path.relative_to(folder)}")),
        *(f"{path}: can look names up, and nobody has said why it is there" for path in unknown),
    ]


if __name__ == "__main__":
    found = faults(Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(bool(found))
