"""The past of somebody else's repository, read by git: all of it, and nothing that the repository says is run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dsr_desk.jobs.git import History, history
from repositories import Repository, needs_git

pytestmark = needs_git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def read(folder: Path) -> History:
    return history(folder, ("dvc.lock", "dvc.yaml", "*.dvc"), {"dvc.lock": "dvc.yaml", "dvc.yaml": "dvc.lock"})


def texts(found: History) -> list[str]:
    return [found.contents[one.content].decode() for one in found.revisions]


def test_every_version_comes_with_its_commit_and_time_the_oldest_first(repository: Repository) -> None:
    first = repository.commit(dvc_lock="one", other_txt="x")
    repository.commit(other_txt="y")
    third = repository.commit(dvc_lock="two")
    found = read(repository.root)

    assert texts(found) == ["one", "two"]
    assert [one.commit for one in found.revisions] == [first, third]
    assert [one.time for one in found.revisions] == ["2026-01-01T12:00:00Z", "2026-01-03T12:00:00Z"]
    assert (found.root, found.missing) == (first, ())


def test_what_was_removed_since_is_there(repository: Repository) -> None:
    repository.commit(dvc_lock="one", data__photos_dvc="outs")
    repository.git("rm", "-q", "dvc.lock", "data/photos.dvc")
    repository.commit()
    assert sorted(texts(read(repository.root))) == ["one", "outs"]


def test_branches_merges_stashes_amended_commits_and_tags_are_read(repository: Repository) -> None:
    repository.commit(dvc_lock="base")
    repository.commit(dvc_lock="amended away")
    repository.git("commit", "-q", "--amend", "--allow-empty", "--reset-author", "-m", "y")
    (repository.root / "dvc.lock").write_text("instead")
    repository.git("commit", "-q", "-a", "--amend", "-m", "z")
    repository.git("checkout", "-q", "-b", "side", "HEAD~1")
    repository.commit(dvc_lock="side")
    repository.git("tag", "-a", "-m", "t", "kept")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    repository.commit(dvc_lock="merged by hand")
    repository.git("branch", "-q", "-D", "side")
    (repository.root / "dvc.lock").write_text("stashed")
    repository.git("stash", "-q")
    assert set(texts(read(repository.root))) == {
        "base", "amended away", "instead", "side", "merged by hand", "stashed",
    }  # fmt: skip


def test_a_branch_of_which_a_merge_took_nothing_is_history(repository: Repository) -> None:
    repository.commit(dvc_lock="base")
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(dvc_lock="tried and dropped")
    repository.git("checkout", "-q", "main")
    repository.commit(other_txt="x")
    repository.git("merge", "-q", "-s", "ours", "-m", "z", "side")
    repository.git("branch", "-q", "-D", "side")
    shutil.rmtree(repository.root / ".git" / "logs")
    (repository.root / ".git" / "ORIG_HEAD").unlink(missing_ok=True)
    assert set(texts(read(repository.root))) == {"base", "tried and dropped"}


def test_what_lies_beside_a_file_is_that_of_the_same_commit(repository: Repository) -> None:
    repository.commit(dvc_lock="lock 1", dvc_yaml="yaml 1")
    repository.commit(dvc_yaml="yaml 2")
    repository.commit(dvc_lock="lock 2")
    found = read(repository.root)
    told = {(found.contents[one.content], found.contents[one.beside]) for one in found.revisions}
    assert (b"lock 2", b"yaml 2") in told
    assert (b"lock 1", b"yaml 1") in told


def test_packed_history_worktrees_and_folders_inside_are_read(repository: Repository, tmp_path: Path) -> None:
    repository.commit(ml__dvc_lock="one", dvc_lock="root")
    repository.commit(ml__dvc_lock="two")
    repository.git("gc", "-q", "--prune=now")
    repository.git("pack-refs", "--all")
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"))

    inside = read(repository.root / "ml")
    assert (texts(inside), inside.prefix) == (["one", "two"], "ml")
    assert sorted(texts(read(tmp_path / "tree"))) == ["one", "root", "two"]


def test_the_address_of_origin_is_read_and_no_address_is_none(repository: Repository) -> None:
    repository.commit(dvc_lock="x")
    assert read(repository.root).origin == ""
    repository.git("remote", "add", "backup", "/srv/backup")
    repository.git("remote", "add", "origin", "git@example.org:team/faces.git")
    assert read(repository.root).origin == "git@example.org:team/faces.git"


def codes(found: History) -> list[str]:
    return [one.code for one in found.missing]


def test_what_is_missing_is_said(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(read(tmp_path)) == ["git.none"]
    for text in ("one", "two"):
        repository.commit(dvc_lock=text)
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", repository.root.as_uri(), str(shallow))
    found = read(shallow)
    assert (texts(found), codes(found)) == (["two"], ["git.shallow"])

    lost = next(one for one in (repository.root / ".git" / "objects").rglob("*") if one.name == _blob(repository)[2:])
    lost.unlink()
    assert codes(read(repository.root)) == ["git.lost"]

    monkeypatch.setenv("PATH", str(tmp_path))
    assert codes(read(repository.root)) == ["git.program"]


def _blob(repository: Repository) -> str:
    return repository.git("rev-parse", "HEAD:dvc.lock")


def test_a_repository_that_cannot_be_read_is_said_and_no_error(repository: Repository, tmp_path: Path) -> None:
    repository.commit(dvc_lock="one")
    commit = repository.git("rev-parse", "HEAD")
    (repository.root / ".git" / "objects" / commit[:2] / commit[2:]).chmod(0o600)
    (repository.root / ".git" / "objects" / commit[:2] / commit[2:]).write_bytes(b"broken")
    assert codes(read(repository.root)) == ["git.failed"]
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / ".git").write_text("gitdir: nowhere\n")
    assert codes(read(tmp_path / "odd")) in (["git.failed"], [])


def test_nothing_that_the_repository_says_is_run(repository: Repository, tmp_path: Path) -> None:
    """Monitors, hooks, filters, signature programs, alternate commands, and a remote that hands objects out."""
    repository.commit(dvc_lock="one", gitattributes="x")
    repository.commit(dvc_lock="two")
    ran = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.alternateRefsCommand", "gpg.program", "diff.external",
        "filter.f.clean", "filter.f.smudge", "filter.f.process", "diff.f.textconv", "diff.f.command", "alias.log",
        "alias.cat-file", "credential.helper", "uploadpack.packObjectsHook",
    ):  # fmt: skip
        repository.git("config", key, f"!{program}" if key.startswith("alias") else str(program))
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "extensions.partialClone", "origin")
    repository.git("config", "remote.origin.promisor", "true")
    repository.git("config", "remote.origin.url", f"ext::{program}")
    repository.git("config", "protocol.ext.allow", "always")
    (repository.root / ".git" / "info").mkdir(exist_ok=True)
    (repository.root / ".git" / "info" / "attributes").write_text("* filter=f diff=f\n")
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(program, repository.root / ".git" / "hooks" / hook)
    name = _blob(repository)
    (repository.root / ".git" / "objects" / name[:2] / name[2:]).unlink()
    repository.git("config", "core.repositoryFormatVersion", "99")  # no git reads on where it sees this

    found = read(repository.root)
    assert texts_there(found) == ["one"]
    assert codes(found) == ["git.lost"]
    assert not ran.exists()


def texts_there(found: History) -> list[str]:
    return [found.contents[one.content].decode() for one in found.revisions if one.content in found.contents]


def test_nothing_is_written_into_the_repository(repository: Repository) -> None:
    repository.commit(dvc_lock="one")
    before = {path: path.stat().st_mtime_ns for path in repository.root.rglob("*")}
    read(repository.root)
    assert {path: path.stat().st_mtime_ns for path in repository.root.rglob("*")} == before


def test_a_name_that_git_would_take_for_a_pattern_is_a_name(repository: Repository) -> None:
    repository.commit(**{"a[b]*__dvc_lock": "one", "ab__dvc_lock": "other"})
    assert texts(read(repository.root / "a[b]*")) == ["one"]
