"""Fixtures that every test may use, and what keeps tests from touching anything outside their folders."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import hypothesis
import pytest

from quick_cells import make_cells_quick

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
try:
    importlib.import_module("PySide6.QtWidgets")
    WHY_NO_QT = ""
except ImportError as error:
    WHY_NO_QT = str(error)

MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30
"""Bytes, many times what a run holds at one moment."""


def memory_serves() -> bool:
    """Whether folders of tests can lie in memory: it has room, and what is made there may be run."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    return shutil.disk_usage(MEMORY).free > ENOUGH and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC


# A vault waits for the disk at each step, which takes longer than the rest of many tests.
if memory_serves():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

# In CI the same examples each time, so that a change is judged by itself; elsewhere new ones, which find more.
hypothesis.settings.register_profile(
    "desk", max_examples=40, deadline=None, database=None, derandomize="CI" in os.environ
)
hypothesis.settings.register_profile("long", max_examples=400, deadline=None, database=None)
hypothesis.settings.load_profile("desk")


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_tests() -> Iterator[None]:
    """Settings, caches and history of the tests and of the programs they start lie in a folder that goes with them.

    What engines prepare once and keep (`DSR_DESK_CACHE`) is shared by all tests of a run.
    """
    with tempfile.TemporaryDirectory(prefix="dsr-desk-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder)
        for variable, name in {
            "HOME": ".",
            "XDG_CONFIG_HOME": "config",
            "XDG_DATA_HOME": "data",
            "XDG_STATE_HOME": "state",
            "XDG_CACHE_HOME": "cache",
            "XDG_RUNTIME_DIR": "runtime",
            "DSR_DESK_CACHE": "engine",
            "HYPOTHESIS_STORAGE_DIRECTORY": "hypothesis",
        }.items():
            (home / name).mkdir(mode=0o700, exist_ok=True)
            patch.setenv(variable, str(home / name))
        for variable in ("DSR_DESK_VAULT", "XDG_CONFIG_DIRS", "XDG_DATA_DIRS"):
            patch.delenv(variable, raising=False)
        yield


@pytest.fixture
def readers_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would run in cells runs here, for tests that put faults into it."""
    from dsr_desk.jobs import inside

    monkeypatch.setattr(inside._state, "inside", True)


@pytest.fixture
def quick_cells(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from outside is read without a process of its own, except where a test asks for `real_cells`."""
    if "real_cells" not in request.fixturenames:
        make_cells_quick(monkeypatch)


@pytest.fixture
def real_cells() -> None:
    """Asks for the processes that the program has."""


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    if WHY_NO_QT and "CI" in os.environ:
        raise pytest.UsageError(f"Qt cannot be loaded: {WHY_NO_QT}")
    if WHY_NO_QT:
        pluginmanager.set_blocked("pytest-qt")


def _skip_without_qt() -> None:
    if WHY_NO_QT:
        pytest.skip(f"Qt cannot be loaded: {WHY_NO_QT}", allow_module_level=True)


@pytest.fixture
def qt() -> None:
    """For a test that needs Qt in another process."""
    _skip_without_qt()


class _Windows(pytest.Collector):
    """Stands for the tests of the windows where Qt cannot be loaded."""

    def collect(self) -> Iterable[pytest.Item]:
        _skip_without_qt()
        return ()


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    windows = path == Path(__file__).parent / "ui"
    return _Windows.from_parent(parent, name="ui") if windows and WHY_NO_QT else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """The last line of a run says what it left out."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if WHY_NO_QT and reporter is not None:
        reporter.write_line(f"The windows (tests/ui) were NOT tested: Qt cannot be loaded ({WHY_NO_QT}).", red=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, so that a mistake shows at once."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_collection_finish() -> None:
    """What is there before the first test stays; going through it again and again takes minutes."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Real faces and lineage files that lie beside the project; their tests are skipped where they are absent."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real faces and lineage files is not beside this project")
    return folder
