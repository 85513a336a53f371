"""Rules that hold for the repository as a whole."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import importlib.util
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from parsed import parsed

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked() -> list[Path]:
    """The files of the repository; where git does not know it, everything that is no product of a build."""
    asked = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if asked.returncode == 0 and asked.stdout:
        return [path for name in asked.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    built = re.compile(r"(^|/)(\.\w+|build|dist|demo-output|__pycache__|[^/]+\.egg-info)(/|$)")
    return [path for path in ROOT.rglob("*") if path.is_file() and not built.search(path.relative_to(ROOT).as_posix())]


def texts() -> list[tuple[str, str]]:
    """Name and content of all text files but this one."""
    found = []
    for path in tracked():
        if path.resolve() == Path(__file__).resolve():
            continue
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def lines_that_match(pattern: str) -> list[str]:
    rule = re.compile(pattern)
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if rule.search(line)
    ]


def requirements() -> dict[str, list[Requirement]]:
    """What is pinned, by name; a name may have several versions for different Pythons."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "packaging" / "requirements.txt").read_text())
    found: dict[str, list[Requirement]] = {}
    for line in filter(None, text.splitlines()):
        requirement = Requirement(line.split(" --hash=")[0])
        found.setdefault(normal(requirement.name), []).append(requirement)
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_file_names_a_host_that_packages_come_from() -> None:
    hosts = (
        r"pyp[i]\.org|pythonhoste[d]\.org|anacond[a]\.org|npmj[s]\.|crate[s]\.io"
        r"|(extra-)?index-url [^-]|--find-links"
    )
    assert lines_that_match(hosts) == []


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    assert lines_that_match(r"(?<![\w.])/(work|root|Users)/|(?<![\w.])/home/(?!ann\b)\w|[A-Z]:\\+Users\\") == []


def test_no_work_is_left_for_later_in_a_comment() -> None:
    assert lines_that_match(r"\b(TODO|FIXME|XXX)\b") == []


def test_photos_are_no_part_of_the_repository() -> None:
    """But for the sample's: nobody in them lives, `make sample` draws them."""
    photos = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
    drawn = ROOT / "assets" / "sample"
    names = [
        path.relative_to(ROOT) for path in tracked() if path.suffix.lower() in photos and not path.is_relative_to(drawn)
    ]
    own_pictures = ("assets", "docs")
    assert [str(name) for name in names if name.parts[0] not in own_pictures or name.suffix != ".png"] == []


def test_modules_are_short_enough_to_be_read_at_once() -> None:
    handed_out_as_one_file = {"check_bundle.py"}
    long = {}
    for path in SOURCES:
        lines = len(path.read_text().splitlines())
        if lines > (300 if "views" in path.parts else 400) and path.name not in handed_out_as_one_file:
            long[path.name] = lines
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    assert [path.name for path in SOURCES if not ast.get_docstring(parsed(path))] == []


def lines_of_rooms(rooms: Sequence[str], pattern: str) -> list[str]:
    """Lines of code in these rooms that match."""
    rule, places = re.compile(pattern), [ROOT / "src" / "dsr_desk" / room for room in rooms]
    assert all(place.is_dir() for place in places)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in SOURCES
        if any(path.is_relative_to(place) for place in places)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if rule.search(line)
    ]


def test_sql_stands_in_storage_and_in_rooms_that_own_a_format_alone() -> None:
    rooms = ("core", "jobs", "faces", "intake", "deletion", "evidence", "app", "cli", "ui")
    sql = (
        r"\.execute(many|script)?\(|\.query\(|\.table\(|\.conn\b|vault\.db\b"
        r"|(import|from) sql(ite|cipher)|\b(SELECT|INSERT (OR|INTO)|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA)\b"
    )
    assert lines_of_rooms(rooms, sql) == []
    assert len(lines_of_rooms(("storage", "search", "lineage"), sql)) > 50


def test_only_the_desk_says_what_was_changed() -> None:
    makes = r"\bChange\(frozenset"
    assert lines_of_rooms(("ui", "cli", "evidence", "deletion"), makes) == []
    assert {line.split(":")[0] for line in lines_of_rooms(("app",), makes)} == {"src/dsr_desk/app/desk.py"}


@pytest.mark.parametrize(
    ("folder", "groups"),
    [
        ("src", ["cluster", "japanese", "archives", "layouts", "video"]),
        ("tests", ["dev", "archives", "layouts", "video"]),
    ],
)
def test_what_is_imported_is_declared(folder: str, groups: list[str]) -> None:
    """But for the trials, which a Python of their own runs: it has the programs whose records they make."""
    lines = [*PROJECT["dependencies"], *(line for group in groups for line in PROJECT["optional-dependencies"][group])]
    declared = {normal(Requirement(line).name) for line in lines}
    own = {"dsr_desk", *(path.stem for path in (ROOT / "tests").rglob("*"))}
    undeclared = set()
    for path in sorted(set((ROOT / folder).rglob("*.py")) - set((ROOT / "tests" / "trials").glob("*.py"))):
        for name in imported(path) - sys.stdlib_module_names - own:
            if not declared & {normal(provider) for provider in providers(name)}:
                undeclared.add(f"{path.relative_to(ROOT)}: {name}")
    assert undeclared == set()


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports."""
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
        else:  # an import is a statement, and no expression holds one
            waiting += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.expr)]
    return names


def providers(name: str) -> list[str]:
    """Packages that bring a top-level name. Some do not say so themselves, or are not installed everywhere: what is
    called as its package needs no word here."""
    silent = {"dlib": ["dlib-bin"], "shiboken6": ["pyside6-essentials"], "lance": ["pylance"]}
    return silent.get(name) or distributions().get(name, [name])


@functools.cache
def distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


def test_what_is_declared_is_pinned_in_a_version_that_fits() -> None:
    pinned = requirements()
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        wanted = Requirement(line)
        versions = [next(iter(pin.specifier)).version for pin in pinned.get(normal(wanted.name), [])]
        assert versions, f"{line} is not pinned: run make lock"
        assert all(Version(version) in wanted.specifier for version in versions), f"{line}: run make lock"


@pytest.mark.parametrize("name", ["requirements.txt", "build.txt", "bench.txt", "oldest.txt"])
def test_everything_that_an_install_fetches_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=\S)", text):
        assert "==" in block
        assert "--hash=sha256:" in block


def test_dlib_is_never_built_and_qt_comes_without_its_extras() -> None:
    assert {"dlib", "pyside6", "pyside6-addons"}.isdisjoint(requirements())
    assert {"dlib-bin", "pyside6-essentials"} <= requirements().keys()


@pytest.fixture(scope="module")
def error_codes() -> ModuleType:
    spec = importlib.util.spec_from_file_location("error_codes", ROOT / "docs" / "error_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_error_codes_is_what_the_program_says(error_codes: ModuleType) -> None:
    assert error_codes.PAGE.read_text(encoding="utf-8") == error_codes.page(error_codes.all_errors()), "run make docs"


def test_every_error_says_all_that_a_person_needs_in_sentences(error_codes: ModuleType) -> None:
    wrong = []
    for error in error_codes.all_errors():
        parts = (error.happened, error.means, error.todo)
        if not re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", error.code):
            wrong.append(f"{error.__qualname__}: code {error.code!r}")
        if not all(re.search(r"[.}]$", part) for part in parts):
            wrong.append(f"{error.code}: a part is missing or ends without a full stop")
        fields = {name for part in parts for _, name, _, _ in string.Formatter().parse(part) if name is not None}
        if not all(re.fullmatch(r"[a-z_]+", field) for field in fields):
            wrong.append(f"{error.code}: fields {fields}")
    assert wrong == []
