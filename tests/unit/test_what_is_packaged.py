"""What a package holds: no code that could reach a network where it can be left out."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

WITHOUT = """
import importlib, pkgutil, sys
from importlib.abc import MetaPathFinder

class LeftOut(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == one or name.startswith(one + ".") for one in sys.argv[1:]):
            raise ModuleNotFoundError(name=name)

sys.meta_path.insert(0, LeftOut())
import dsr_desk
for module in pkgutil.walk_packages(dsr_desk.__path__, "dsr_desk."):
    importlib.import_module(module.name)
"""

ROOT = Path(__file__).parents[2]
_spec = spec_from_file_location("left_out", ROOT / "packaging" / "left_out.py")
assert _spec is not None
assert _spec.loader is not None
left_out = module_from_spec(_spec)
_spec.loader.exec_module(left_out)

INSTALLED = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
PACKAGED = (
    "PySide6", "pyarrow", "onnxruntime", "cryptography", "sqlcipher3", "pyrage", "typst", "pypdfium2_raw", "pikepdf",
    "lmdb", "h5py", "PIL", "pi_heif", "msgpack", "rapidfuzz", "numpy",
)  # fmt: skip
"""Those with libraries of their own."""


def put(folder: Path, name: str, data: bytes = b"") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "_internal/PySide6/Qt/lib/libQt6Network.so.6",
        "_internal/PySide6/QtNetwork.abi3.so",
        "_internal/PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "_internal/PySide6/Qt/plugins/networkinformation/libqnetworkmanager.so",
        "_internal/pyarrow/libarrow_flight.so.2600",
        "_internal/pyarrow/_s3fs.cpython-311-x86_64-linux-gnu.so",
        "_internal/onnxruntime/capi/libonnxruntime.so.1.31.1",
    ],
)
def test_what_reaches_a_network_and_can_be_left_out_is_found_in_a_package(name: str, tmp_path: Path) -> None:
    put(tmp_path, name)
    (fault,) = left_out.faults(tmp_path)
    assert "is to be left out" in fault


def test_a_library_that_looks_names_up_is_known_with_its_reason_or_named(tmp_path: Path) -> None:
    put(tmp_path, "libarrow.so.2600", b"\0getaddrinfo\0")
    put(tmp_path, "libplain.so", b"\0socketpair\0")
    assert left_out.faults(tmp_path) == []
    put(tmp_path, "libnew.so.1", b"..\0getaddrinfo\0..")
    (fault,) = left_out.faults(tmp_path)
    assert "libnew.so.1" in fault


def test_of_what_is_installed_here_nothing_else_looks_names_up() -> None:
    folders = [INSTALLED / name for name in PACKAGED if (INSTALLED / name).is_dir()]
    assert len(folders) > 10
    looked = [path for folder in folders for path in left_out.reaching(folder)]
    assert looked
    left = [path for path in looked if not left_out.is_left_out(f"/{path}")]
    unknown = [str(path) for path in left if not any(path.match(known) for known in left_out.KNOWN)]
    assert unknown == []


def test_the_package_is_built_with_these_lists_and_looked_at_when_it_is_there() -> None:
    spec = (ROOT / "packaging" / "dsr-desk.spec").read_text()
    assert "excludes=left_out.MODULES" in spec
    assert "left_out.is_left_out(" in spec
    assert "packaging/left_out.py dist/dsr-desk" in (ROOT / "packaging" / "package.sh").read_text()


def test_the_program_loads_without_what_is_left_out() -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT, *left_out.MODULES], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
