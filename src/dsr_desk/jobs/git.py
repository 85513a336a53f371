"""The past of files in somebody else's git repository, read by git and by nothing that the repository says.

git is started on a folder of our own with an empty configuration, and only told where the objects lie. So no setting,
hook, filter, monitor, alias, replacement or remote of the repository is ever seen, and nothing is fetched. The tips of
its history (branches, tags, remotes, stashes, experiments, and what its logs still name) are read here as text. What
git gives out are commits with times and the bytes of files; whoever asked parses them in a cell.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from dsr_desk.core.canonical import sha256_hex
from dsr_desk.core.message import Message, message

SECONDS = 300
MOST_BYTES = 256 << 20
"""Of the files, and of the list of commits."""

_NAME = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LARGEST_TEXT = 64 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Revision:
    """A file as one commit left it. `commit` is its name (hex), `time` the committer's, UTC.

    `content` and `beside` (of the file that belongs to it, "" where there was none) are keys of `History.contents`.
    """

    commit: str
    time: str
    path: str
    content: str
    beside: str = ""


@dataclass(frozen=True)
class History:
    """The past of some files, oldest commits first.

    `root` is the first commit (hex), `origin` the address of the remote `origin`, or of the first one; "" without.
    `prefix` is the place of the folder that was asked about inside the repository, "" for the whole. `missing` says
    what of the past could not be read.
    """

    revisions: tuple[Revision, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)
    root: str = ""
    origin: str = ""
    prefix: str = ""
    missing: tuple[Message, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that stands in it (hex)."""
        lines = [f"{self.origin} {self.root} {self.prefix}", *(one.code for one in self.missing)]
        lines += (f"{one.commit} {one.time} {one.content} {one.beside} {one.path}" for one in self.revisions)
        return sha256_hex("\n".join(lines).encode("utf-8", "surrogateescape"))


class _Failed(Exception):
    """git did not do what it was asked; the text is not shown, since it may hold whatever stands in the repository."""


def history(folder: Path, names: Sequence[str], pairs: Mapping[str, str]) -> History:
    """Every version of the files whose names match one of the patterns, in all history of the repository around.

    `pairs` names, for a file's name, the file in the same folder that belongs to it. Never raises for what is in the
    repository: what could not be read is said in `missing`.
    """
    around = next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)
    if around is None:
        return History(missing=(message("git.none"),))
    prefix = folder.relative_to(around).as_posix() if folder != around else ""
    try:
        own, common = _places(around / ".git")
        origin = _origin(common / "config")
    except (OSError, ValueError):
        return History(prefix=prefix, missing=(message("git.unreadable"),))
    program = shutil.which("git")
    if program is None:
        return History(origin=origin, prefix=prefix, missing=(message("git.program"),))
    missing = []
    if (common / "shallow").exists():
        missing.append(message("git.shallow"))
    if (common / "reftable").exists():
        missing.append(message("git.reftable"))
    try:
        with tempfile.TemporaryDirectory(prefix="dsr-desk-git-") as place:
            asked = _Git(program, Path(place), common)
            tips = sorted(_tips(own, common))
            below = re.sub(r"([\\*?\[])", r"\\\1", prefix + "/") if prefix else ""
            found = asked.paired(list(asked.changes(tips, [f":(glob){below}**/{name}" for name in names])), pairs)
            wanted = dict.fromkeys(key for one in found for key in (one.content, one.beside) if key)
            contents, lost = asked.contents(wanted)
            root = asked.root(tips)
    except (_Failed, OSError, subprocess.SubprocessError):
        return History(origin=origin, prefix=prefix, missing=(*missing, message("git.failed")))
    if lost:
        missing.append(message("git.lost", count=lost))
    return History(tuple(found), contents, root, origin, prefix, tuple(missing))


class _Git:
    def __init__(self, program: str, place: Path, common: Path) -> None:
        (place / "refs").mkdir()
        (place / "HEAD").write_text("ref: refs/heads/none\n")
        form = "sha256" if _has_option(common / "config", "objectformat", "sha256") else "sha1"
        version = 0 if form == "sha1" else 1
        extension = "" if form == "sha1" else "[extensions]\n\tobjectformat = sha256\n"
        (place / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")
        if (common / "shallow").is_file():
            shutil.copyfile(common / "shallow", place / "shallow")
        self._program = program
        self._place = place
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "SYSTEMROOT": os.environ.get("SYSTEMROOT", ""),
            "HOME": str(place),
            "XDG_CONFIG_HOME": str(place),
            "LC_ALL": "C",
            "GIT_DIR": str(place),
            "GIT_OBJECT_DIRECTORY": str(common / "objects"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_PAGER": "cat",
        }

    def changes(self, tips: Sequence[str], paths: Sequence[str]) -> Iterator[Revision]:
        """What each commit made of the files, merges against each of their parents, oldest first."""
        wanted = ("log", "--stdin", "--ignore-missing", "--full-history", "-m", "--root", "--raw", "--no-abbrev",
                  "--no-renames", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--reverse", "--topo-order",
                  "-z", "--format=%x01%H %ct")  # fmt: skip
        if not tips:
            return
        out = self._run(wanted, "\n".join((*tips, "--", *paths)).encode("utf-8", "surrogateescape") + b"\n")
        seen = set()
        for block in out.split(b"\x01")[1:]:
            head, _, rest = block.partition(b"\0")
            commit, _, seconds = head.decode("ascii", "replace").partition(" ")
            time = _time(seconds)
            fields = rest.strip(b"\n\0").split(b"\0")
            for about, name in zip(fields[::2], fields[1::2], strict=False):
                parts = about.lstrip(b"\n").split(b" ")
                if len(parts) == 5 and parts[4][:1] != b"D" and parts[1].startswith(b"10"):
                    one = Revision(commit, time, name.decode("utf-8", "replace"), parts[3].decode("ascii", "replace"))
                    if one not in seen:
                        seen.add(one)
                        yield one

    def paired(self, found: list[Revision], pairs: Mapping[str, str]) -> list[Revision]:
        """The same with what lay beside each file at that commit."""
        asked = {}
        for number, one in enumerate(found):
            folder, _, name = one.path.rpartition("/")
            if (other := pairs.get(name)) and "\n" not in one.path:
                asked[number] = f"{one.commit}:{folder + '/' if folder else ''}{other}"
        if not asked:
            return found
        said = "\n".join(asked.values()).encode("utf-8", "surrogateescape") + b"\n"
        told = self._run(("cat-file", "--batch-check=%(objectname) %(objecttype)"), said).split(b"\n")
        for number, line in zip(asked, told, strict=False):
            name, _, kind = line.decode("ascii", "replace").partition(" ")
            if kind == "blob":
                found[number] = replace(found[number], beside=name)
        return found

    def root(self, tips: Sequence[str]) -> str:
        """The oldest commit without a parent."""
        if not tips:
            return ""
        said = self._run(
            ("log", "--stdin", "--ignore-missing", "--max-parents=0", "--no-show-signature", "--format=%ct %H"),
            "\n".join(tips).encode() + b"\n",
        )
        found = sorted((int(line.split()[0]), line.split()[1]) for line in said.decode("ascii", "replace").split("\n")
                       if line.strip())  # fmt: skip
        return found[0][1] if found else ""

    def contents(self, names: dict[str, None]) -> tuple[dict[str, bytes], int]:
        """The bytes of blobs by name, and how many are not there or would be too much."""
        if not names:
            return {}, 0
        out = self._run(("cat-file", "--batch", "--buffer"), "\n".join(names).encode() + b"\n", MOST_BYTES)
        found: dict[str, bytes] = {}
        at = 0
        while at < len(out):
            end = out.find(b"\n", at)
            if end < 0:
                break
            said = out[at:end].split(b" ")
            at = end + 1
            if len(said) == 3 and said[1] == b"blob":
                size = int(said[2])
                if at + size > len(out):
                    break
                found[said[0].decode("ascii", "replace")] = out[at : at + size]
                at += size + 1
        return found, len(names) - len(found)

    def _run(self, words: Sequence[str], said: bytes, most: int = 0) -> bytes:
        """Standard output. With `most` it is cut there, without it more than is allowed is an error."""
        with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as told:
            asked.write(said)
            asked.seek(0)
            done = subprocess.run(
                (self._program, "--no-pager", *words), stdin=asked, stdout=told, stderr=subprocess.DEVNULL,
                cwd=self._place, env=self._environment, timeout=SECONDS, check=False, close_fds=True,
            )  # fmt: skip
            if done.returncode != 0:
                raise _Failed
            size = told.seek(0, os.SEEK_END)
            if size > MOST_BYTES and not most:
                raise _Failed
            told.seek(0)
            return told.read(most or size)


def _places(git: Path) -> tuple[Path, Path]:
    """The folder of this working tree's own state and the one that all trees of the repository share."""
    own = git
    if git.is_file():
        own = (git.parent / _line(git).removeprefix("gitdir:").strip()).resolve()
    common = own / "commondir"
    return own, (own / _line(common)).resolve() if common.is_file() else own


def _line(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(4096).strip()


def _tips(own: Path, common: Path) -> Iterator[str]:
    """Names of commits and tags that the repository has hold of, and those that its logs still name."""
    texts = [own / "HEAD", own / "ORIG_HEAD", common / "packed-refs"]
    for place in dict.fromkeys((own, common)):
        for kind in ("refs", "logs"):
            for folder, _, files in os.walk(place / kind):
                texts += [Path(folder) / file for file in files]
    found: set[str] = set()
    for path in texts:
        with suppress(OSError):
            if path.is_file() and path.stat().st_size <= _LARGEST_TEXT:
                data = b"\n".join(line[:200] for line in path.read_bytes().split(b"\n"))
                found.update(name.decode() for name in _NAME.findall(data) if name.strip(b"0"))
    yield from found


def _origin(config: Path) -> str:
    """The address of `origin`, else of the first remote."""
    found: dict[str, str] = {}
    section = ""
    for line in _settings(config).splitlines():
        if head := re.fullmatch(r'\s*\[remote "(.*)"\]\s*', line):
            section = head[1]
        elif line.lstrip().startswith("["):
            section = ""
        elif section and (url := re.fullmatch(r"\s*url\s*=\s*(.+?)\s*", line)):
            found.setdefault(section, url[1].strip('"'))
    return found.get("origin") or next(iter(found.values()), "")


def _has_option(config: Path, name: str, value: str) -> bool:
    return re.search(rf"^\s*{name}\s*=\s*{value}\s*$", _settings(config).casefold(), re.MULTILINE) is not None


def _settings(config: Path) -> str:
    if not config.is_file():
        return ""
    with config.open(encoding="utf-8", errors="replace") as file:
        return file.read(_CHUNK)


def _time(seconds: str) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
